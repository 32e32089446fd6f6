"""What a decision costs to journal, as a multiple of appending a bare tuple to a list and writing nothing.

uv run python benchmarks/journal.py

Each figure is the best of five, with all that a row takes: making the Decision, the checks, the columns in
Arrow and the log on disk. The target is 2 us a row of 12 to 20 columns.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from mia_plugins.journal.decision import Decision, JournalColumns, Outcome
from mia_plugins.journal.schema import own_names
from mia_plugins.journal.writer import Journal

ROWS = 100_000
TIMES = 5
TS = 1_780_321_500_000_000_000


def named(letter: str, count: int) -> tuple[str, ...]:
    """Return as many names."""
    return tuple(f"{letter}{i}" for i in range(count))


SHAPES = {
    12: JournalColumns(named("f", 4), (), named("r", 2)),
    130: JournalColumns(named("f", 45), (), named("r", 15), named("s", 10)),
}
"""Strategies by the number of their own columns; 16 more are everybody's."""


def best(measure: Callable[[], float]) -> float:
    """Return the shortest of some measures, in us a row."""
    return min(measure() for _ in range(TIMES)) / ROWS * 1e6


def decision_of(columns: JournalColumns) -> Callable[[int], Decision]:
    """Return what makes a decision of a strategy with these columns."""
    values = tuple(0.125 * i for i in range(len(columns.features)))
    verdicts, numbers = (True,) * len(columns.rules), tuple(0.5 * i for i in range(len(columns.rules)))
    steps = (1.0,) * len(columns.steps)

    def make(side: int) -> Decision:
        return Decision(
            side,
            Outcome.NONE,
            values=values,
            contributions=values,
            verdicts=verdicts,
            numbers=numbers,
            steps=steps,
        )

    return make


def appending(columns: JournalColumns) -> float:
    """Return the seconds it takes to append bare tuples of as many columns."""
    row = tuple(0.125 * i for i in range(16 + len(own_names(columns))))
    rows: list[tuple[object, ...]] = []
    started = time.perf_counter()
    for number in range(ROWS):
        rows.append((number, *row))  # noqa: PERF401 a journal has no comprehension
    return time.perf_counter() - started


def journaling(columns: JournalColumns, keep: Literal["all", "changes"], folder: Path) -> float:
    """Return the seconds it takes to make decisions and to journal them; one in fifty is a change."""
    journal = Journal(folder / "decisions.arrows", {"one": columns}, keep, {})
    record, make = journal.book("one").record, decision_of(columns)
    started = time.perf_counter()
    for number in range(ROWS):
        record(TS + number, "ESU6.XCME", "bar", make(1 if number // 50 % 2 else -1), None, 24_000)
    journal.close()
    return time.perf_counter() - started


def main() -> None:
    """Measure each shape and mode."""
    with tempfile.TemporaryDirectory() as name:
        for count, columns in SHAPES.items():
            assert len(own_names(columns)) == count
            bare = best(lambda columns=columns: appending(columns))  # type: ignore[misc]
            print(f"{count:4} + 16 columns   bare tuples {bare:6.2f} us a row")
            for keep in ("all", "changes"):
                took = best(lambda c=columns, k=keep: journaling(c, k, Path(name)))  # type: ignore[misc]
                print(f"                     {keep:11} {took:6.2f} us a row   {took / bare:5.1f} ×")


if __name__ == "__main__":
    main()
