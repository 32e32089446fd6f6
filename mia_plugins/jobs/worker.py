"""The inside of a job's process: what the job may report, and how its end is told."""

import faulthandler
import os
import pickle
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from mia_plugins.jobs.faults import told
from mia_plugins.processes import end_with_parent, ignore_ctrl_c
from mia_plugins.secrets import RedactedStream, know, redact
from mia_plugins.streams import mend_streams

EVERY = 0.1
"""Seconds between two reports."""
LONGEST_NOTE = 200
"""Characters of a note that are passed on."""
TELL_WHERE = signal.SIGUSR1
"""At this signal the process writes the traceback of each of its threads."""

type Message = tuple[Any, ...]
"""What goes through the pipe: plain data, the first of it the kind."""


class Reporter:
    """A job's line to whoever started it; for one thread."""

    def __init__(self, send: Callable[[Message], None], flag: memoryview) -> None:
        """`flag` is a byte; not zero when the job shall stop."""
        self.flag = flag
        self._send = send
        self._next = 0.0
        self._pending: Message | None = None

    @property
    def stopping(self) -> bool:
        """Whether the job shall stop; costs .05 µs. Read `flag[0]` where that is too much."""
        return self.flag[0] != 0

    def progress(self, done: float, total: float, note: str = "") -> None:
        """Report a share, in any unit, and what the job is at; passed on ten times a second at most."""
        self._pending = ("progress", done, total, note)
        if time.monotonic() >= self._next:
            self.flush()

    def flush(self) -> None:
        """Pass on what was reported last."""
        if self._pending is not None:
            kind, done, total, note = self._pending
            self._pending = None
            self._send((kind, float(done), float(total), redact(note)[:LONGEST_NOTE]))
            self._next = time.monotonic() + EVERY


@dataclass(frozen=True)
class Wire:
    """What a job's process is given."""

    job: bytes
    """The pickled target and argument: what fails to load is told as any other fault."""
    pipe: Connection
    crash: Connection
    """Tracebacks go here, also of a crash in native code."""
    flag: Any
    """One shared byte."""
    secrets: dict[str, str]


def serve(wire: Wire) -> None:
    """Do a job and tell of its end, whatever the end is."""
    ignore_ctrl_c()
    end_with_parent()
    _tell_where_it_is(wire.crash)
    know(wire.secrets)
    _redact_output()
    wire.pipe.send(("begun",))
    reporter = Reporter(wire.pipe.send, memoryview(wire.flag).cast("B"))
    message = _outcome(wire.job, reporter)
    reporter.flush()
    wire.pipe.send(message)


def _tell_where_it_is(crash: Connection) -> None:
    """Write tracebacks to a pipe of their own: at a signal, and when native code crashes."""
    file = os.fdopen(os.dup(crash.fileno()), "wb", buffering=0)
    faulthandler.enable(file)
    faulthandler.register(TELL_WHERE, file)


def _redact_output() -> None:
    """Let no secret through, as the command line does."""
    mend_streams()
    sys.stdout = RedactedStream(sys.stdout)
    sys.stderr = RedactedStream(sys.stderr)


def _outcome(job: bytes, reporter: Reporter) -> Message:
    try:
        target, argument = pickle.loads(job)  # noqa: S301 our own process sent it
        result = _a_dict(target(argument, reporter))
        return ("result", reporter.stopping, pickle.dumps(result))
    except BaseException as error:  # noqa: BLE001 nothing may go untold
        return ("error", told(error))


def _a_dict(result: Any) -> dict[str, Any]:
    if isinstance(result, dict):
        return result
    raise TypeError(f"a job gives a dict; got {type(result).__name__}")
