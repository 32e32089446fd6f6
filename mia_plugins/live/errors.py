"""What keeps a live session from starting, or ends it."""

from mia_plugins.errors import MiaError


class LiveError(MiaError):
    """A live session cannot go on."""
