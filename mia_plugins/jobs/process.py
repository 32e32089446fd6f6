"""Jobs, each in a process of its own: started, watched, stopped by Ctrl-C within two seconds, told of."""

import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.connection import wait
from typing import Any, Literal

from mia_plugins.errors import ExitCode, MiaError
from mia_plugins.jobs.faults import JobError, death, hang, overtime, told
from mia_plugins.jobs.running import Running
from mia_plugins.jobs.worker import Reporter
from mia_plugins.processes import ctrl_c_held

__all__ = ["Ended", "Job", "Progress", "Reporter", "Status", "run_jobs"]

type Status = Literal["complete", "interrupted", "failed", "died", "stalled"]

TICK = 0.05
"""Seconds after which a press of Ctrl-C, a death or a silence is noticed at the latest."""
LAST_WORDS = 0.25
"""Seconds from SIGTERM to SIGKILL."""


@dataclass(frozen=True)
class Job:
    """What is done in a process of its own."""

    name: str
    target: Callable[[Any, Reporter], dict[str, Any]]
    """A function of a module: the process imports it."""
    argument: Any
    """Anything that can be pickled."""
    limit: float | None = None
    """Seconds after which its process is ended, whatever it reports."""


@dataclass(frozen=True)
class Progress:
    """How far a job is."""

    index: int
    """Its place among the jobs."""
    job: Job
    done: float = 0.0
    total: float = 0.0
    """In the unit of `done`; 0 before the first report."""
    note: str = ""
    status: Status | None = None
    """None while it runs."""
    ended: "Ended | None" = None
    """How it ended; with the last that is told of it."""

    @property
    def words(self) -> str:
        """Say what was last reported."""
        if not self.total:
            return "it had reported nothing"
        share = f"it last reported {100 * self.done / self.total:.0f} %"
        return f"{share} ({self.note})" if self.note else share


@dataclass(frozen=True)
class Ended:
    """How a job ended."""

    job: Job
    status: Status
    """`interrupted` also when the job itself came to an end after Ctrl-C; its result tells how far it is."""
    result: dict[str, Any] | None = None
    error: MiaError | None = None
    exit_code: int = ExitCode.OK
    last: Progress | None = None
    """What it last reported; None when it was never started."""


def run_jobs(
    jobs: Sequence[Job],
    parallel: int,
    watch: Callable[[Progress], None],
    grace: float = 1.2,
    stall: float = 300,
) -> list[Ended]:
    """Run each job in a process, so many at once, and return how each ended, in the order of the jobs.

    `watch` is told when a job starts, of what it reports, and when it ends. At Ctrl-C each job is asked to
    stop and has `grace` seconds before its process is ended; at a second one none. A process that reports
    nothing for `stall` seconds is ended too.
    """
    if parallel < 1:
        raise ValueError(f"at least one job at a time; got parallel={parallel}")
    crew = _Crew(jobs, parallel, watch, grace, stall)
    with _ctrl_c(crew.pressed):
        try:
            return crew.run()
        finally:
            crew.kill()


@contextmanager
def _ctrl_c(pressed: Callable[[], None]) -> Iterator[None]:
    """Call `pressed` at Ctrl-C, in place of an exception in the midst of anything."""
    if threading.current_thread() is not threading.main_thread() or (
        signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    ):
        yield
        return
    before = signal.signal(signal.SIGINT, lambda *_: pressed())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class _Crew:
    """Those that run, those that wait, and those that are done."""

    def __init__(
        self,
        jobs: Sequence[Job],
        parallel: int,
        watch: Callable[[Progress], None],
        grace: float,
        stall: float,
    ) -> None:
        self._jobs, self._parallel, self._watch = jobs, parallel, watch
        self._grace, self._stall = grace, stall
        self._context = get_context("spawn")
        self._flag = self._context.RawArray("B", 1)
        self._waiting = list(range(len(jobs)))
        self._running: dict[int, Running] = {}
        self._last: dict[int, Progress] = {}
        self._ended: dict[int, Ended] = {}
        self._stopped: float | None = None

    def pressed(self) -> None:
        """Ask all to stop; at the second time end them. Called from a signal handler."""
        self._flag[0] = 1
        if self._stopped is not None:
            self.kill()
        else:
            self._stopped = time.monotonic()

    def kill(self) -> None:
        """End every process at once."""
        for one in list(self._running.values()):
            one.kill()

    def run(self) -> list[Ended]:
        """Return how each job ended."""
        while self._waiting or self._running:
            self._start()
            began = time.monotonic()
            wait([source for one in self._running.values() for source in one.sources], TICK)
            # A pause of the whole machine, or Ctrl-Z, is nobody's silence.
            self._look(min(time.monotonic() - began, 2 * TICK))
            self._end_after_grace()
        return [self._ended[index] for index in range(len(self._jobs))]

    def _start(self) -> None:
        while self._waiting and (self._stopped is not None or len(self._running) < self._parallel):
            index = self._waiting.pop(0)
            job = self._jobs[index]
            if self._stopped is not None:
                self._ended[index] = Ended(job, "interrupted", exit_code=ExitCode.INTERRUPTED)
            else:
                self._tell(Progress(index, job))
                self._start_one(index, job)

    def _start_one(self, index: int, job: Job) -> None:
        try:
            packed = pickle.dumps((job.target, job.argument))
        except Exception as error:  # noqa: BLE001 an argument may fail at this in any way
            self._close(index, "failed", error=JobError(*told(error)))
            return
        with ctrl_c_held():
            self._running[index] = Running.start(self._context, packed, self._flag)

    def _tell(self, progress: Progress) -> None:
        self._last[progress.index] = progress
        self._watch(progress)

    def _look(self, elapsed: float) -> None:
        """Take in what was reported and who ended; `elapsed` s went by since the last look."""
        for index, one in list(self._running.items()):
            for done, total, note in one.reports(elapsed):
                self._tell(replace(self._last[index], done=done, total=total, note=note))
            if self._stopped is None and one.outcome is None and (why := self._too_long(index, one)):
                self._close(index, "stalled", error=why)
            elif one.over():
                self._conclude(index, one)

    def _too_long(self, index: int, one: Running) -> MiaError | None:
        """Return what is said of a process that is silent, or at it, for too long; None when it is not."""
        limit, words = self._jobs[index].limit, self._last[index].words
        if one.quiet > self._stall:
            return hang(self._stall, words, one.dump())
        if limit is not None and one.age > limit:
            return overtime(limit, words, one.dump())
        return None

    def _conclude(self, index: int, one: Running) -> None:
        """Say how a process ended that has nothing more to tell."""
        if one.error is not None:
            self._close(index, "failed", error=one.error)
        elif one.result is not None:
            self._close(index, "interrupted" if one.stopped else "complete", result=one.result)
        elif self._stopped is not None:
            self._close(index, "interrupted")
        else:
            last = self._last[index].words
            error = death(one.exit_code, last, one.crash(), begun=one.begun)
            self._close(index, "died", error=error)

    def _close(
        self,
        index: int,
        status: Status,
        result: dict[str, Any] | None = None,
        error: MiaError | None = None,
    ) -> None:
        if index in self._running:
            self._running.pop(index).close()
        usual = ExitCode.INTERRUPTED if status == "interrupted" else ExitCode.OK
        code = usual if error is None else error.exit_code
        last = replace(self._last[index], status=status)
        ended = self._ended[index] = Ended(last.job, status, result, error, code, last)
        self._tell(replace(last, ended=ended))

    def _end_after_grace(self) -> None:
        after = 0.0 if self._stopped is None else time.monotonic() - self._stopped
        for one in self._running.values():
            if after > self._grace + LAST_WORDS:
                one.kill()
            elif after > self._grace:
                one.terminate()
