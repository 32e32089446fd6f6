"""Runs for a check, beside each other, each in a process of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mia_plugins.checks.errors import Stopped
from mia_plugins.checks.making import CheckJob, run_check
from mia_plugins.jobs.process import Job, Progress, run_jobs
from mia_plugins.jobs.worker import Reporter
from mia_plugins.runs.folder import RunFolder


@dataclass(frozen=True)
class Crew:
    """How the runs of a check are made."""

    parallel: int = 1
    limit: float = 600
    """Seconds that a run may take."""
    watch: Callable[[Progress], None] = lambda _: None

    def make(self, jobs: Sequence[tuple[str, CheckJob]]) -> list[tuple[RunFolder, list[str]]]:
        """Make runs, each with its name; return their folders and days, or raise for one that failed."""
        work = [Job(name, run_check, job, self.limit) for name, job in jobs]
        found = []
        for ended in run_jobs(work, self.parallel, self.watch, stall=self.limit):
            if ended.error is not None:
                ended.error.what = f"{ended.job.name}: {ended.error.what}"
                raise ended.error
            if ended.result is None:
                raise Stopped("stopped by Ctrl-C")
            found.append((RunFolder.at(Path(ended.result["folder"])), list(ended.result["days"])))
        return found


class InProcess(Crew):
    """Makes its runs in this process, one after the other: it has imported all they need."""

    def make(self, jobs: Sequence[tuple[str, CheckJob]]) -> list[tuple[RunFolder, list[str]]]:
        """Make runs; what one raises is raised."""
        reporter = Reporter(lambda _: None, memoryview(bytearray(1)))
        told = [run_check(job, reporter) for _, job in jobs]
        return [(RunFolder.at(Path(one["folder"])), list(one["days"])) for one in told]
