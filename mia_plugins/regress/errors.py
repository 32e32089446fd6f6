"""What goes wrong with baselines."""

from mia_plugins.errors import MiaError


class RegressError(MiaError):
    """A folder of regression configs, or a baseline in it, that is not what it should be."""
