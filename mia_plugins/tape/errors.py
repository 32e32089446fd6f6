"""What goes wrong on the tape."""

from mia_plugins.errors import ExitCode, MiaError


class TapeError(MiaError):
    """Something reads what the tape does not hold, or fills it out of order."""

    exit_code = ExitCode.INTERNAL


class LookAheadError(TapeError):
    """Something asks for rows that lie in the future."""
