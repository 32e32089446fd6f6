"""A bar for each run of a command."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mia_plugins.cli.progress import Bar, Display

if TYPE_CHECKING:
    from mia_plugins.jobs.process import Progress


@contextmanager
def jobs_progress(*, quiet: bool = False) -> "Iterator[Callable[[Progress], None]]":
    """Give what `run_jobs` wants for `watch`: a bar while a job runs, with the time it is at in its data."""
    with Display(quiet=quiet) as display:
        bars: dict[int, Bar] = {}

        def watch(progress: "Progress") -> None:
            bar = bars.get(progress.index)
            if progress.status is not None:
                if bar is not None:
                    bars.pop(progress.index).close()
                return
            if bar is None:
                bar = bars[progress.index] = display.add(progress.job.name, None)
            bar.reached(progress.done, progress.total or None, progress.note)

        yield watch
