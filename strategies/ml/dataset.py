"""The data set: one row a candidate of a journal, with what was known then and what came of it.

Nothing that is not in the journal can enter: a column is a value that was written before the fill.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mia_plugins.errors import did_you_mean
from mia_plugins.learning import Floats, ModelError
from mia_plugins.runs.folder import RunFolder, RunStatus
from mia_plugins.statistics.candidates import TAKEN, Candidates, candidates_of, places_of
from mia_plugins.statistics.figures import Ints
from mia_plugins.statistics.sources import Sources, Words, real, whole, words
from mia_plugins.statistics.trades import Days, Trades, trades_of
from strategies.ml.columns import FIXED, HOUR, Column
from strategies.ml.uniqueness import uniqueness

TARGET, OPEN = "target", "open"
_JOURNALED = ("score", "confidence", "side", "price", "stop", "target")
type Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True)
class DataSet:
    """Decisions in order of time; each array has an entry a decision."""

    names: tuple[str, ...]
    """Of the columns of `values`."""
    values: Floats
    """As the journal has them; nan is not known."""
    side: Ints
    won: Floats
    """The label by the triple barrier: 1 where the target came first; where anything else ended it (the stop,
    which may have been moved, or time), whether it had made money by then."""
    r: Floats
    """The result after costs, in units of what was risked."""
    target_r: Floats
    """How far away its target was, in stops."""
    ts: Ints
    """When it was decided: UTC ns."""
    end: Ints
    """When its outcome was known: UTC ns."""
    day: Ints
    """The place of its trading day among all days."""
    taken: Mask
    """Whether it was traded; of the others the shadow's outcome is told."""
    weight: Floats
    """Its uniqueness, 0 to 1."""
    days: int
    """Trading days, also those without a decision."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.ts)

    def where(self, rows: Mask | Ints) -> "DataSet":
        """Return some of the decisions."""
        return replace(self, **{name: getattr(self, name)[rows] for name in _ROWS})

    def x(self, columns: Sequence[Column]) -> Floats:
        """Return a model's inputs: columns by name, the sided ones times the side."""
        at = [self.names.index(one.name) for one in columns]
        found = self.values[:, at].copy()
        sided = [place for place, one in enumerate(columns) if one.sided]
        found[:, sided] *= self.side[:, None]
        return found

    @property
    def digest(self) -> str:
        """The hash of all that is learned from."""
        hashed = hashlib.sha256(json.dumps(self.names).encode())
        for name in _ROWS:
            hashed.update(np.ascontiguousarray(getattr(self, name)).tobytes())
        return hashed.hexdigest()


_ROWS = ("values", "side", "won", "r", "target_r", "ts", "end", "day", "taken", "weight")


def data_set(runs: Sequence[RunFolder], strategy_id: str) -> DataSet:
    """Return the candidates of one strategy over some runs, such as `confluence-ES`."""
    parts = [_of_run(run, strategy_id) for run in runs]
    names = parts[0].names
    for run, part in zip(runs, parts, strict=True):
        if part.names != names:
            other = sorted(set(part.names) ^ set(names))
            raise ModelError(
                f"the run {run.id} has other features than {runs[0].id}: {', '.join(other) or 'their order'}",
                "train on runs of the same features",
            )
    joined = _joined(parts)
    _refuse_the_same_twice(joined, runs)
    return replace(joined, weight=uniqueness(joined.ts, joined.end))


def _refuse_the_same_twice(found: DataSet, runs: Sequence[RunFolder]) -> None:
    twice = np.flatnonzero(np.diff(found.ts) == 0)
    if len(twice):
        raise ModelError(
            f"{len(twice):,} decisions were made at the same instant in more than one of the runs "
            f"{', '.join(run.id for run in runs)}",
            "name runs whose days do not overlap: `which:`",
        )


def _joined(parts: Sequence[DataSet]) -> DataSet:
    ordered = sorted(parts, key=lambda part: int(part.ts[0]) if len(part) else 0)
    before = np.cumsum([0, *(part.days for part in ordered)])
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in ordered]) for name in _ROWS
    }
    columns["day"] = np.concatenate(
        [part.day + int(more) for part, more in zip(ordered, before[:-1], strict=True)]
    )
    joined = DataSet(names=ordered[0].names, days=int(before[-1]), **columns)
    return joined.where(np.argsort(joined.ts, kind="stable"))


def _of_run(run: RunFolder, strategy_id: str) -> DataSet:
    if run.record.status is not RunStatus.COMPLETE:
        raise ModelError(f"the run {run.id} is {run.record.status}", "train on runs that came to their end")
    sources = Sources(run.path)
    if strategy_id not in sources.columns:
        raise ModelError(
            f"the run {run.id} has no strategy '{strategy_id}'{did_you_mean(strategy_id, sources.columns)}",
            "name it with `strategy:` and `instrument:`",
        )
    trades = trades_of(sources)
    found = candidates_of(sources, trades)
    features = sources.columns[strategy_id].features
    end, exits = _ends(sources, found, trades)
    days = Days.of(sources.settings, run.record.span[1] if run.record.span else None, found.ts)
    known = (found.strategy == strategy_id) & np.isfinite(found.r) & (exits != OPEN) & (end > 0)
    raw = _numbers(sources, found.id, [*_JOURNALED, *(f"v.{name}" for name in features)])
    day = days.place(found.ts)
    stop, target = (np.abs(raw["price"] - raw[name]) for name in ("stop", "target"))
    fixed = (raw["score"], raw["confidence"], raw["side"], stop, target, *_times(days, found.ts, day))
    values = np.column_stack([*(raw[f"v.{name}"] for name in features), *fixed])
    return DataSet(
        names=(*features, *FIXED),
        values=values,
        side=found.side,
        won=np.where(exits == TARGET, 1.0, (found.r > 0) * 1.0),
        r=found.r,
        target_r=target / np.maximum(stop, 1),
        ts=found.ts,
        end=end,
        day=day,
        taken=found.outcome == TAKEN,
        weight=np.ones(len(found)),
        days=len(days),
    ).where(known)


def _times(days: Days, ts: Ints, day: Ints) -> tuple[Floats, Floats, Floats]:
    """Return hours since the session's open and to its close, and the weekday, of times (UTC ns)."""
    told = [(one.open, one.close, one.day.weekday()) for one in days.sessions]
    begin, end, weekday = np.array(told, np.int64).reshape(-1, 3)[day].T if len(ts) else np.zeros((3, 0))
    return (ts - begin) / HOUR, (end - ts) / HOUR, weekday.astype(np.float64)


def _ends(sources: Sources, found: Candidates, trades: Trades) -> tuple[Ints, Words]:
    """Return when each candidate's outcome was known (UTC ns; 0 where it never was), and how it ended."""
    end, exits = np.zeros(len(found), np.int64), np.full(len(found), "", np.object_)
    shadows = sources.table("shadows", ["id", "ts_exit", "exit"])
    for ids, ts, how in (
        (whole(shadows["id"]), whole(shadows["ts_exit"]), words(shadows["exit"])),
        (trades.decision, trades.ts_close, trades.exit),
    ):
        at, known = places_of(found.id, ids)
        end[at[known]], exits[at[known]] = ts[known], how[known]
    return end, exits


def _numbers(sources: Sources, ids: Ints, names: Sequence[str]) -> dict[str, Floats]:
    """Return columns of the journal at some decisions, in one pass; nan is not known."""
    found = {name: np.full(len(ids), np.nan) for name in names}
    for batch in sources.batches("decisions", ["id", *names]):
        at, known = places_of(ids, whole(batch["id"]))
        if known.any():
            for name in names:
                found[name][at[known]] = real(batch[name])[known]
    return found
