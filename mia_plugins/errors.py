"""What goes wrong, said to a person: the error every part of mia raises, and the exit codes."""

import difflib
from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """What `mia` returns to the shell. Scripts may rely on these numbers."""

    OK = 0, "everything went well"
    FAILED = 1, "the command ran and what it checked is not in order"
    USAGE = 2, "the command line could not be understood"
    ENVIRONMENT = 3, "the installation is not sound: a package of ours is missing or shadowed"
    CONFIG = 4, "a settings file is wrong; every problem is listed with file, line and column"
    PLUGIN = 5, "a plugin that is needed is missing, broken, disabled, too old or clashes with another"
    FILES = 6, "a file or folder could not be read or written"
    INTERNAL = 70, "a fault in mia or in a plugin's command; the traceback is printed"
    INTERRUPTED = 130, "stopped by Ctrl-C"

    meaning: str

    def __new__(cls, value: int, meaning: str) -> "ExitCode":
        """Give each number its meaning, from which the reference in docs/ is made."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member


class MiaError(Exception):
    """A mistake or a condition that a user can mend: what was wrong, and the remedy."""

    exit_code = ExitCode.FAILED

    def __init__(self, what: str, remedy: str = "", *, detail: str = "") -> None:
        """`detail` is a plugin's traceback, shown with -v."""
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.detail = detail


class InstallationError(MiaError):
    """The packages that are imported are not the ones that were installed."""

    exit_code = ExitCode.ENVIRONMENT


class PluginError(MiaError):
    """A plugin that is needed cannot be used."""

    exit_code = ExitCode.PLUGIN


class FileError(MiaError):
    """A file or folder cannot be read or written."""

    exit_code = ExitCode.FILES


def text_of(error: BaseException) -> str:
    """Return what an exception says; a plugin's may fail even at that."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 see above
        return "(its text cannot be had)"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the nearest known name, else the short list of all of them."""
    names = sorted(set(known))
    folded = {n.casefold(): n for n in reversed(names)}
    near = difflib.get_close_matches(name.casefold(), folded, n=1)
    if near:
        return f"; did you mean '{folded[near[0]]}'?"
    return f"; known: {', '.join(names)}" if 0 < len(names) <= 20 else ""
