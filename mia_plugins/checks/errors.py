"""What goes wrong with a check."""

from mia_plugins.errors import ExitCode, MiaError


class CheckError(MiaError):
    """A check that cannot be made, or what it found."""


class Stopped(MiaError):  # noqa: N818 it says what happened
    """Ctrl-C came before a check was done."""

    exit_code = ExitCode.INTERRUPTED
