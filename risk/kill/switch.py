"""Setting the switch and letting it go. It is on while its file is there, or the state says so.

The file comes first and goes last: whatever ends a process in between leaves the switch on.
"""

from contextlib import suppress
from pathlib import Path

from mia_plugins.errors import ExitCode, FileError, MiaError
from mia_plugins.files import write_whole
from mia_plugins.runtime.killing import Kill
from risk.state.claim import claimed
from risk.state.files import NAME, DamagedError, StateError
from risk.state.store import RiskState, Switch

KILL_FILE = "KILL"
"""In the state's folder; its first word is `stop` or `flatten`, and what else it says is why."""


class KillError(MiaError):
    """The switch cannot be set as asked."""

    exit_code = ExitCode.FAILED


def engage(folder: Path, *, flatten: bool, reason: str) -> str:
    """Set the switch; return what went wrong in remembering it for ever, "" when nothing did."""
    unkept = _written(folder, f"{'flatten' if flatten else 'stop'} {reason}\n")
    try:
        with _opened(folder) as state:
            state.switch(killed=True, flatten=flatten, reason=reason)
    except StateError as error:
        return f"{unkept}{error.what}"
    return unkept


def _written(folder: Path, text: str) -> str:
    """Write the file; return what went wrong where it is there without what it was to say."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            write_whole(folder / KILL_FILE, text)
        except FileError as error:
            (folder / KILL_FILE).touch()  # a full disk has room for an empty one
            return f"{error.what}, and an empty one only stops entries. "
    except OSError as error:
        raise FileError(
            f"the kill switch cannot be set in {folder}: {error.strerror}",
            "stop the process by its id, and flatten at the broker",
        ) from error
    return ""


def release(folder: Path, reason: str) -> None:
    """Let the switch go, for a reason that is kept."""
    if not reason.strip():
        raise KillError("the kill switch is let go without a reason", 'say why: --reason "…"')
    if standing(folder) is Kill.OFF:
        raise KillError(f"the kill switch of {folder} is not on", "name another folder with --state")
    with _opened(folder) as state:
        state.switch(killed=False, flatten=False, reason=reason)
    with suppress(FileNotFoundError):
        (folder / KILL_FILE).unlink()


def standing(folder: Path) -> Kill:
    """Return how the switch stands; what cannot be read is taken as on."""
    of_file = written(folder / KILL_FILE)
    if not (folder / NAME).exists():
        return of_file
    try:
        with _opened(folder) as state:
            last = state.killed
    except StateError:
        return max(of_file, Kill.STOP)
    return max(of_file, _of(last))


def remember(folder: Path, level: Kill) -> None:
    """Have the state know of a file that somebody made by hand, so that deleting it lets nothing go."""
    with _opened(folder) as state:
        if _of(state.killed) < level:
            state.switch(killed=True, flatten=level is Kill.FLATTEN, reason=f"the file {KILL_FILE}")


def written(path: Path) -> Kill:
    """Return what the file says: any that is there sets the switch, whatever is in it."""
    try:
        words = path.read_text(encoding="utf-8", errors="replace").split(maxsplit=1)
    except FileNotFoundError:
        return Kill.OFF
    except OSError:
        return Kill.STOP
    return Kill.FLATTEN if words[:1] == ["flatten"] else Kill.STOP


def _opened(folder: Path) -> RiskState:
    """Open the state; nobody takes a damaged file away under a process that trades with it."""
    try:
        return RiskState.open(folder, moves=False)
    except DamagedError as damaged:
        try:
            with claimed(folder):
                return RiskState.open(folder)
        except StateError:
            raise damaged from None


def _of(last: Switch | None) -> Kill:
    if last is None:
        return Kill.OFF
    return Kill.FLATTEN if last.flatten else Kill.STOP
