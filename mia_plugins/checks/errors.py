"""What goes wrong with a check."""

from mia_plugins.errors import MiaError


class CheckError(MiaError):
    """A check that cannot be made, or what it found."""
