"""How far a command is: a bar with the time that is left, for what takes longer than two seconds.

On a terminal a bar each; elsewhere a plain line each now and then.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Task, TaskID

PATIENCE = 2.0
"""Seconds before anything appears."""
BETWEEN_LINES = 5.0
"""Seconds between two plain lines of one bar."""


class Display:
    """The bars of a command; with `quiet` none."""

    def __init__(self, *, quiet: bool = False) -> None:
        """Standard error is what it is written to: standard output is for results."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:.0f} %"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", markup=False),
        )
        self._console = Console(file=sys.stderr, markup=False, highlight=False, soft_wrap=True)
        self._bars = Progress(*columns, console=self._console, transient=True)
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()
        self._begun = time.monotonic()
        self._told: dict[TaskID, float] = {}

    def __enter__(self) -> Self:
        """Show nothing yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bars away."""
        if self._bars.live.is_started:
            self._bars.stop()

    def add(self, what: str, total: float | None) -> "Bar":
        """Return a bar of its own; without a `total` it tells no share until it is given one."""
        return Bar(self, self._bars.add_task(what, total=total, note=""))

    def remove(self, bar: "TaskID") -> None:
        """Take a bar away."""
        self._told.pop(bar, None)
        self._bars.remove_task(bar)

    def update(self, bar: "TaskID", done: float, total: float | None, note: str) -> None:
        """Show how far something is."""
        if self._quiet:
            return
        self._bars.update(bar, completed=done, total=total, note=note)
        now = time.monotonic()
        if now - self._begun <= PATIENCE:
            return
        if not self._terminal:
            self._tell(bar, now)
        elif not self._bars.live.is_started:
            self._bars.start()

    def done(self, bar: "TaskID") -> float:
        """Return what is done."""
        return self._task(bar).completed

    def _task(self, bar: "TaskID") -> "Task":
        return next(task for task in self._bars.tasks if task.id == bar)

    def _tell(self, bar: "TaskID", now: float) -> None:
        """Write a plain line, unless one was written a short while ago."""
        if now - self._told.get(bar, -BETWEEN_LINES) < BETWEEN_LINES:
            return
        self._told[bar] = now
        task = self._task(bar)
        share = f"{task.percentage:.0f} %" if task.total else "begun"
        left = "" if task.time_remaining is None else f"{span(task.time_remaining)} left"
        parts = ", ".join(part for part in (share, left, task.fields["note"]) if part)
        sys.stderr.write(f"{task.description}: {parts}\n")
        sys.stderr.flush()


class Bar:
    """How far one thing is."""

    def __init__(self, display: Display, task: "TaskID") -> None:
        """`task` is what the display knows it by."""
        self._display, self._task = display, task

    def reached(self, done: float, total: float | None = None, note: str = "") -> None:
        """Show that so much is done, of a total that may have become another, and what it is at."""
        self._display.update(self._task, done, total, note)

    def advance(self, done: float) -> None:
        """Show that so much more is done."""
        self.reached(self._display.done(self._task) + done)

    def close(self) -> None:
        """Take it away."""
        self._display.remove(self._task)


def span(seconds: float) -> str:
    """Return a time that is left: 45 s, 3 min, 2 h 05 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


@contextmanager
def progress(what: str, total: int, *, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """Give a function that is told of each part of a total, such as bytes, that is done."""
    with Display(quiet=quiet) as display:
        yield display.add(what, total).advance
