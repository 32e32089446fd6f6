"""A job's process, as seen from outside: what it reported, whether it lives, where it hangs."""

import os
import pickle
import time
import traceback
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any, Self

from mia_plugins.errors import ExitCode
from mia_plugins.jobs.faults import REPORT_IT, JobError
from mia_plugins.jobs.worker import TELL_WHERE, Message, Wire, serve
from mia_plugins.secrets import known

GOODBYE = 5.0
"""Seconds a process may take to end after it told how its job ended: a thread may hold it up."""
AT_A_LOOK = 100
"""Messages that are read at a time."""
LONGEST_TRACE = 1 << 18
"""Bytes of a traceback that are read."""


class Running:
    """A process that does a job."""

    def __init__(self, process: SpawnProcess, pipe: Connection, crash: Connection) -> None:
        """`crash` gives the tracebacks that faulthandler writes."""
        self.begun = False
        self.quiet = 0.0
        """Seconds since it last said anything."""
        self.age = 0.0
        """Seconds since it was started."""
        self.outcome: Message | None = None
        self.result: dict[str, Any] | None = None
        self.stopped = False
        """Whether it had been asked to stop when it gave its result."""
        self.error: JobError | None = None
        self._process, self._pipe, self._crash = process, pipe, crash
        self._open = True
        self._terminated = False
        os.set_blocking(crash.fileno(), False)

    @classmethod
    def start(cls, context: SpawnContext, job: bytes, flag: Any) -> Self:
        """Start a process; `job` is what it does, `flag` the byte that asks it to stop."""
        pipe, its_pipe = context.Pipe(duplex=False)
        crash, its_crash = context.Pipe(duplex=False)
        wire = Wire(job, its_pipe, its_crash, flag, known())
        process = context.Process(target=serve, args=(wire,))
        process.start()
        its_pipe.close()
        its_crash.close()
        return cls(process, pipe, crash)

    @property
    def sources(self) -> list[Any]:
        """What to wait for."""
        return [self._process.sentinel, *([self._pipe] if self._open else [])]

    @property
    def exit_code(self) -> int:
        """The process's exit code; negative for the signal that ended it."""
        code = self._process.exitcode
        return 0 if code is None else code

    def reports(self, elapsed: float) -> Iterator[tuple[float, float, str]]:
        """Yield what it reported (done, total, note); `elapsed` s went by since the last look."""
        self.quiet += elapsed
        self.age += elapsed
        for _ in range(AT_A_LOOK):
            message = self._message()
            if message is None:
                return
            self.quiet = 0.0
            kind, *rest = message
            self.begun = True
            if kind == "progress":
                yield rest[0], rest[1], rest[2]
            elif kind != "begun":
                self._take(message)

    def _message(self) -> Message | None:
        try:
            if self._open and self._pipe.poll():
                message: Message = self._pipe.recv()
                return message
        except (EOFError, OSError):
            self._open = False
        return None

    def _take(self, message: Message) -> None:
        """Keep how the job ended."""
        self.outcome = message
        if message[0] == "error":
            self.error = JobError(*message[1])
            return
        try:
            self.stopped, self.result = message[1], pickle.loads(message[2])  # noqa: S301 our own process's
        except Exception as error:  # noqa: BLE001 a plugin's class may fail at this in any way
            what = f"the result cannot be read: {type(error).__name__}"
            self.error = JobError(what, REPORT_IT, traceback.format_exc(), ExitCode.INTERNAL)

    def over(self) -> bool:
        """Say whether the process has ended and nothing it told is unread."""
        if self.outcome is not None and self.quiet > GOODBYE:
            self.kill()
        return self._process.exitcode is not None and not self._unread()

    def _unread(self) -> bool:
        try:
            return self._open and self._pipe.poll()
        except OSError:
            return False

    def dump(self) -> str:
        """Let the process write where its threads are, and return that."""
        if not self.begun:
            return ""  # the signal would end it: nothing is listening yet
        os.kill(self._process.pid or 0, TELL_WHERE)
        text, until = "", time.monotonic() + 0.5
        while time.monotonic() < until:
            more = self.crash()
            if text and not more:
                break
            text += more
            time.sleep(0.05)
        return text

    def crash(self) -> str:
        """Return what faulthandler wrote, as far as it has come through."""
        try:
            return os.read(self._crash.fileno(), LONGEST_TRACE).decode(errors="replace")
        except BlockingIOError:
            return ""

    def terminate(self) -> None:
        """Ask the process to end, once."""
        if not self._terminated:
            self._terminated = True
            self._process.terminate()

    def kill(self) -> None:
        """End the process."""
        self._process.kill()

    def close(self) -> None:
        """End the process if it has not ended, and let go of all that is its."""
        self._process.kill()
        self._process.join(1.0)
        self._pipe.close()
        self._crash.close()
