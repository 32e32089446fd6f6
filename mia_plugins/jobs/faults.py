"""What ends a job's process before its time, in words."""

import re
import signal
import traceback
from typing import cast

from mia_plugins.errors import ExitCode, MiaError, text_of
from mia_plugins.secrets import redact

type Told = tuple[str, str, str, int]
"""What was wrong, the remedy, the detail and the exit code: an error as plain data."""

REPORT_IT = "this is a fault of mia's or of the plugin the traceback names: please report it"
_TRACEBACK = "Traceback (most recent call last)"
NO_PLACE = "where it was cannot be told"
_FRAME = re.compile(r'^ +File "(?P<file>[^"]*)", line (?P<line>\d+) in (?P<name>.*)$', re.MULTILINE)
_THREAD = re.compile(r"^(?=(?:Current t|T)hread 0x)", re.MULTILINE)

_CODES = {int(code): code for code in ExitCode}
_REMEDIES: dict[int, str] = {
    signal.SIGKILL: "if nobody killed it, the system did, out of memory (`dmesg` tells): run fewer at once, "
    "or free some memory",
    signal.SIGABRT: "native code gave up; the traceback shows where Python was. Disable the plugin it names",
    signal.SIGTERM: "something asked it to end; run it again",
    signal.SIGHUP: "its terminal was closed; run it again, under nohup or tmux",
}
_CRASHED = "native code crashed; the traceback shows where Python was. Disable the plugin it names"


class JobError(MiaError):
    """What a job's process told of, or what it died of."""

    def __init__(self, what: str, remedy: str, detail: str, exit_code: int) -> None:
        """`exit_code` is that of the error in the process."""
        super().__init__(what, remedy, detail=detail)
        # A plugin's own number stays what it is.
        self.exit_code = _CODES.get(exit_code, cast("ExitCode", exit_code))


def told(error: BaseException) -> Told:
    """Return an error as plain data, without secrets; whatever is wrong with the error itself."""
    try:
        return _told(error)
    except BaseException as worse:  # noqa: BLE001 a plugin's exception may raise from anything it is asked
        what = f"{_name(error)}, which cannot even be told of ({_name(worse)})"
        return what, REPORT_IT, "", ExitCode.INTERNAL


def _told(error: BaseException) -> Told:
    trace = "".join(traceback.format_exception(error))
    if isinstance(error, MiaError):
        own = str(error.detail)
        detail = own if _TRACEBACK in own else "\n".join(part for part in (own, trace) if part)
        return redact(str(error.what)), redact(str(error.remedy)), redact(detail), int(error.exit_code)
    return redact(_meaning(error)), REPORT_IT, redact(trace), ExitCode.INTERNAL


def _meaning(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f"a plugin called sys.exit({error.code!r}) in the midst of a run"
    if isinstance(error, KeyboardInterrupt):
        return "a plugin raised KeyboardInterrupt in the midst of a run"
    return f"{_name(error)}: {text_of(error)}"


def _name(error: BaseException) -> str:
    return type(error).__name__


def death(exit_code: int, last: str, trace: str, *, begun: bool) -> JobError:
    """Return what a process died of.

    `exit_code` is negative for a signal; `last` says what it last reported, `trace` where its threads were.
    """
    if exit_code < 0:
        what, remedy = _by_signal(-exit_code)
    elif begun:
        what = f"the process ended itself with exit code {exit_code} before it was done"
        remedy = "something in it called os._exit; a plugin raises an error instead"
    else:
        what = f"the process ended with exit code {exit_code} before it began"
        remedy = "a script that starts runs does so under `if __name__ == '__main__':`"
    place = f", in {where(trace, crashed=True)}" if trace else ""
    detail = trace.partition("\nExtension modules:")[0]
    return JobError(f"{what}{place}; {last}", remedy, detail, ExitCode.INTERNAL)


def _by_signal(number: int) -> tuple[str, str]:
    try:
        name = signal.Signals(number).name
    except ValueError:  # a real-time signal has no name
        name = f"signal {number}"
    words = (signal.strsignal(number) or name).lower()
    return f"the process was ended by {name} ({words})", _REMEDIES.get(number, _CRASHED)


def hang(stall: float, last: str, trace: str) -> JobError:
    """Return what is said of a process that reported nothing for `stall` seconds."""
    what = f"nothing was heard of the process for {stall:g} s: it hangs in {where(trace)}; {last}"
    remedy = "disable the plugin that is named there, or report it to its authors"
    return JobError(what, remedy, trace, ExitCode.INTERNAL)


def overtime(limit: float, last: str, trace: str) -> JobError:
    """Return what is said of a process that was not done after `limit` seconds."""
    what = f"it was not done after {limit:g} s: it was in {where(trace)}; {last}"
    remedy = "make it smaller, allow more time, or report what is named there to its authors"
    return JobError(what, remedy, trace, ExitCode.INTERNAL)


def where(trace: str, *, crashed: bool = False) -> str:
    """Return the innermost place of the thread that crashed, else of the main one, which is written last."""
    threads = _THREAD.split(trace)
    current = [thread for thread in threads if thread.startswith("Current") and crashed]
    frame = _FRAME.search((current or threads)[-1])
    if frame is None:
        return f"native code ({NO_PLACE})"
    return f"{frame['name']}, {frame['file']}:{frame['line']}"
