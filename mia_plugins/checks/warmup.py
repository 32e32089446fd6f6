"""How decisions depend on the day a run starts on, and so how much history each strategy needs.

The last trading day of a config is decided after 0, 1, 2 … sessions of history. A number is settled when
one more session changes it no more. What each session more changes as much depends on the start itself.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mia_plugins.checks.crew import Crew
from mia_plugins.checks.errors import CheckError
from mia_plugins.checks.making import CheckJob
from mia_plugins.data.sessions import session_on
from mia_plugins.regress.tables import is_float, read_tables

SHRINKS = 0.8
"""A difference that each session leaves smaller than this share of it goes away in the end."""
LEAST_LENGTHS = 3
"""Lengths of history from which something is said to never settle: fewer differences say nothing."""
CARRIED = ("n.", "ok.", "s.")
"""How the numbers of rules and sizes begin: what was done on the days before has a part in them."""
JUDGED = ("v.", "c.", "age.", "score", "confidence", *CARRIED)
EVERYWHERE = ("v.", "score")
"""What is said at every instant; the others are asked for candidates alone."""


class Settling(StrEnum):
    """How a number comes to be independent of the start."""

    SETTLED = "settled"
    """From so many sessions on one more changes nothing."""
    SETTLING = "settling"
    """One more session changes it still, by less each time; or it is not known before so many."""
    NEVER = "never"
    """More sessions change it by as much as few do."""


@dataclass(frozen=True)
class Dependence:
    """How one number of a strategy depends on history."""

    strategy: str
    name: str
    """A feature's, a column's such as `n.RULE`, or `score` and the like."""
    settling: Settling
    sessions: int
    """Sessions of history that are enough; of one that is not settled, the longest there was."""
    differences: tuple[float, ...]
    """By sessions of history, what one more changes at most; inf where that makes it known."""

    @property
    def is_measured(self) -> bool:
        """Say whether it follows from the data alone: what was done before has no part in it."""
        return not self.name.startswith(CARRIED)


@dataclass(frozen=True)
class Warmed:
    """What the check found."""

    day: str
    """The trading day that was decided each time."""
    lengths: int
    """Sessions of history that there are at most."""
    dependences: tuple[Dependence, ...]
    acted: Mapping[str, int | None]
    """By strategy the sessions from which what it does is the same; None where it never is."""

    @property
    def offenders(self) -> tuple[Dependence, ...]:
        """What depends on the start itself; a rule's or a size's where what is done depends on it too."""
        return tuple(
            one
            for one in self.dependences
            if one.settling is Settling.NEVER and (one.is_measured or self.acted[one.strategy] is None)
        )

    @property
    def unexplained(self) -> tuple[str, ...]:
        """Strategies that do something else after each of several lengths, with nothing that says why."""
        return tuple(
            name for name in self.acted if self.lengths >= LEAST_LENGTHS and self.needs(name) is None
        )

    def needs(self, strategy: str) -> int | None:
        """Return the sessions of history after which all its numbers are settled, or the longest there was.

        None is unknown: all are settled, and it does something else all the same.
        """
        own = [one for one in self.dependences if one.strategy == strategy]
        if self.acted[strategy] is None and all(one.settling is Settling.SETTLED for one in own):
            return None
        return max((one.sessions for one in own), default=0)


def check_warmup(
    config: Path,
    place: Path,
    crew: Crew,
    rtol: float = 1e-6,
    plugins_dirs: tuple[Path, ...] = (),
) -> Warmed:
    """Decide the last day of a config after each length of history, and return what depends on it."""

    def job(name: str, **changes: str) -> tuple[str, CheckJob]:
        return name, CheckJob(config, plugins_dirs, place / name, {**changes, "journal": "all"})

    ((longest, days),) = crew.make([job("whole")])
    if len(days) < 2:
        raise CheckError(
            f"{config} runs over {len(days)} trading day: there is no history to leave out",
            "check a run of three days or more",
        )
    made = crew.make([job(f"from {day}", start=day) for day in days[:0:-1]])
    opening = session_on(dt.date.fromisoformat(days[-1])).open
    runs = [_decided(folder.path, opening) for folder in (*(folder for folder, _ in made), longest)]
    strategies = sorted(set(runs[-1]["strategy"].to_pylist()))
    found = tuple(one for strategy in strategies for one in _dependences(strategy, runs, rtol))
    acted = {strategy: _acted(strategy, runs) for strategy in strategies}
    return Warmed(days[-1], len(days) - 1, found, acted)


def _decided(folder: Path, opening: int) -> pa.Table:
    """Return what was decided at the closes of bars from an instant on (UTC ns).

    What events asked for is left out: orders of a longer history are events too.
    """
    table = read_tables(folder)["decisions"]
    later = pc.greater_equal(table["ts"].cast(pa.int64()), opening)
    return table.filter(pc.and_(later, pc.equal(table["cause"], "bar")))


def _dependences(strategy: str, runs: Sequence[pa.Table], rtol: float) -> Iterator[Dependence]:
    """Yield how each number of a strategy that is measured depends on history."""
    own = [run.filter(pc.equal(run["strategy"], strategy)) for run in runs]
    names = [name for name in own[-1].column_names if name.startswith(JUDGED)]
    for name in names:
        differences = tuple(_difference(*pair, name, rtol) for pair in pairwise(own))
        yield Dependence(strategy, name.removeprefix("v."), *_judged(differences), differences)


def _judged(differences: tuple[float, ...]) -> tuple[Settling, int]:
    enough = next(
        (count for count in range(len(differences)) if not any(differences[count:])), len(differences)
    )
    if enough < len(differences) or not differences:
        return Settling.SETTLED, enough
    return (Settling.NEVER if _stays(differences) else Settling.SETTLING), enough


def _stays(differences: tuple[float, ...]) -> bool:
    """Say whether the later differences are not clearly smaller than the earlier ones."""
    last = differences[-LEAST_LENGTHS:]
    if len(last) == LEAST_LENGTHS and not np.isfinite(last).any():
        return True
    known = [one for one in differences if np.isfinite(one)]
    if len(known) < LEAST_LENGTHS:
        return False
    half = (len(known) + 1) // 2
    first = int(np.argmax(known[:half]))
    later = half + int(np.argmax(known[half:]))
    return known[later] > SHRINKS ** min(later - first, LEAST_LENGTHS) * known[first]


def _difference(one: pa.Table, longer: pa.Table, name: str, rtol: float) -> float:
    """Return the largest difference of a number; 0 where it is the same, inf where one is not known."""
    left, right = _by_time(one, name), _by_time(longer, name)
    everywhere = name.startswith(EVERYWHERE)
    if everywhere and left.keys() != right.keys():
        return float("inf")
    largest = 0.0
    for ts in left.keys() & right.keys():
        a, b = left[ts], right[ts]
        if everywhere and (a is None) != (b is None):
            return float("inf")
        if a is not None and b is not None and abs(a - b) > rtol * max(abs(a), abs(b), 1.0):
            largest = max(largest, abs(a - b))
    return largest


def _by_time(table: pa.Table, name: str) -> dict[int, float | None]:
    ts = table["ts"].cast(pa.int64()).to_pylist()
    is_number = is_float(table, name) or pa.types.is_boolean(table.schema.field(name).type)
    values = table[name].to_pylist() if is_number else [None] * len(ts)
    return dict(zip(ts, values, strict=True))


def _acted(strategy: str, runs: Sequence[pa.Table]) -> int | None:
    """Return the sessions of history from which a strategy does what it does with the longest."""
    done = [_acts(run.filter(pc.equal(run["strategy"], strategy))) for run in runs]
    same = [one == done[-1] for one in done[:-1]]
    return next((count for count in range(len(same)) if all(same[count:])), None)


def _acts(table: pa.Table) -> list[tuple[object, ...]]:
    columns = (table[name].to_pylist() for name in ("ts", "side", "outcome", "reason", "size"))
    return list(zip(*columns, strict=True))
