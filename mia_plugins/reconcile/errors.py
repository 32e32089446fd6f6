"""Why a recorded session cannot be played again, or where it goes another way."""

from mia_plugins.errors import MiaError


class ReconcileError(MiaError):
    """A run that cannot be reconciled."""


class Parted(Exception):  # noqa: N818 it says what happened
    """What was replayed would have gone another way than what is recorded."""


class RowsEnd(Exception):  # noqa: N818 it says what happened
    """The rows of a recording that was cut off do not reach as far as its steps."""
