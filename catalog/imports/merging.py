"""New rows into those that are there: what is there stays, what is new comes in by time.

Two rows are the same when time and key are (`keys_of`). Of a row that one file has n times and the catalog
m times, the catalog has it max(n, m) times afterwards: so a file brought twice adds nothing, files that
overlap are joined, and two fills alike in one file stay two. With ids two rows of one time and id are one
trade, however often a file has it. Of bars of one time there is one.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from catalog.imports.records import Records, keys_of
from catalog.imports.sources import Span, inside
from mia_plugins.data.arrow import Kind

FEWER = "a bar of fewer contracts than another of its minute"
OTHERWISE = "a bar that says otherwise than another of its minute"
REPLACED = "bars that gave way to ones of more contracts"


def told_by(feed: str) -> str:
    """Return why a row is refused that another feed has told of."""
    return f"of a time of which {feed} has told (--overlap replace or join takes it)"


@dataclass(frozen=True, slots=True)
class Merged:
    """A window of time."""

    rows: Records
    """All of them, by time; at one time those that were there first, then the new as they came."""
    new: int
    """How many of them were not there."""
    learnt: int = 0
    """How many of those that were there have an aggressor now."""
    replaced: int = 0
    """How many bars that were there gave way."""
    gone: Counter[str] = field(default_factory=Counter)
    """How many rows that were there gave way to another feed's, by reason."""
    refused: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Brought rows that were not taken: how many and the time of the first (UTC ns), by reason."""

    @property
    def changes(self) -> bool:
        """Say whether the catalog is another one with it."""
        return bool(self.new or self.learnt)


def merge(kind: Kind, there: Records, brought: Records, *, by_id: bool, taken: Sequence[Span] = ()) -> Merged:
    """Return the rows of a window with those that were brought, both by time.

    Of `taken` times other feeds have told: rows of them that are not there are refused.
    """
    if not len(brought):
        return Merged(there, 0)
    if kind is Kind.BARS:
        return _merge_bars(there, brought, taken)
    if not len(there) and not by_id and not taken:
        return Merged(brought, len(brought))
    both = np.concatenate((there, brought))
    group = _groups(both["ts"], keys_of(kind, both, by_id=by_id))
    is_new = _is_new(group, len(there), once=by_id)
    refused, is_taken = _taken(brought, is_new, taken)
    learnt = 0
    if kind is Kind.TRADES:
        there, learnt = _with_sides(there, brought, group)
    kept = np.concatenate((there, brought[is_new & ~is_taken]))
    return Merged(
        kept[np.argsort(kept["ts"], kind="stable")], len(kept) - len(there), learnt, refused=refused
    )


def _taken(
    brought: Records, is_new: NDArray[np.bool_], taken: Sequence[Span]
) -> tuple[dict[str, tuple[int, int]], NDArray[np.bool_]]:
    """Return which new rows lie in times that others have told of, and how many of whom."""
    refused: dict[str, tuple[int, int]] = {}
    out = np.zeros(len(brought), np.bool_)
    for feed in dict.fromkeys(one.feed for one in taken):
        late = is_new & ~out & inside(brought["ts"], [one for one in taken if one.feed == feed])
        _note(refused, told_by(feed), brought, late)
        out |= late
    return refused, out


def _note(
    refused: dict[str, tuple[int, int]], reason: str, brought: Records, which: NDArray[np.bool_]
) -> None:
    if which.any():
        refused[reason] = int(which.sum()), int(brought["ts"][int(np.argmax(which))])


def _with_sides(there: Records, brought: Records, group: NDArray[np.int64]) -> tuple[Records, int]:
    """Return trades with the aggressors that their fellows among the brought ones know, and how many."""
    unknown = there["side"] == 0
    if not unknown.any() or not (brought["side"] != 0).any():
        return there, 0
    ours, theirs = group[: len(there)], group[len(there) :]
    ours, theirs = (one * (len(group) + 1) + _places(one) for one in (ours, theirs))
    order = np.argsort(theirs)
    at = np.minimum(np.searchsorted(theirs[order], ours), len(theirs) - 1)
    fellow = order[at]
    learns = unknown & (theirs[fellow] == ours) & (brought["side"][fellow] != 0)
    there = there.copy()
    there["side"][learns] = brought["side"][fellow][learns]
    return there, int(learns.sum())


def _merge_bars(there: Records, brought: Records, taken: Sequence[Span]) -> Merged:
    """Return one bar a time: that of most contracts, as the last bar of a file may not have been over."""
    refused, is_taken = _taken(brought, ~_same_as_there(there, brought), taken)
    kept = np.concatenate((there, brought[~is_taken]))
    is_brought = np.arange(len(kept)) >= len(there)
    order = np.lexsort((-kept["lots"].astype(np.int64), kept["ts"]))
    rows, came = kept[order], is_brought[order]
    first = np.ones(len(rows), np.bool_)
    first[1:] = np.diff(rows["ts"]) > 0
    winner = np.maximum.accumulate(np.where(first, np.arange(len(rows)), 0))
    differs = came & (rows != rows[winner])
    fewer = rows["lots"] < rows["lots"][winner]
    for reason, which in ((FEWER, differs & fewer), (OTHERWISE, differs & ~fewer)):
        _note(refused, reason, rows, which)
    return Merged(
        rows[first],
        int((first & came).sum()),
        replaced=int((~first & ~came).sum()),
        refused=refused,
    )


def _same_as_there(there: Records, brought: Records) -> NDArray[np.bool_]:
    """Say which bars are in every number those that are there."""
    if not len(there):
        return np.zeros(len(brought), np.bool_)
    at = np.minimum(np.searchsorted(there["ts"], brought["ts"]), len(there) - 1)
    same: NDArray[np.bool_] = there[at] == brought
    return same


def new_rows(ts: NDArray[np.int64], keys: NDArray[np.uint64], there: int) -> NDArray[np.bool_]:
    """Say which rows from number `there` on have no fellow of their own among those before."""
    return _is_new(_groups(ts, keys), there, once=False)


def _is_new(group: NDArray[np.int64], there: int, *, once: bool) -> NDArray[np.bool_]:
    """Say it of rows by their groups; `once`: rows alike are one and the same, also among the new ones."""
    known = np.bincount(group[:there], minlength=int(group.max()) + 1)
    theirs = group[there:]
    place = _places(theirs)
    is_new: NDArray[np.bool_] = (place == 0) & (known[theirs] == 0) if once else place >= known[theirs]
    return is_new


def _groups(ts: NDArray[np.int64], keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return a number that rows of one time and key share."""
    order = np.lexsort((keys, ts))
    begins = np.zeros(len(order), np.int64)
    begins[1:] = (np.diff(ts[order]) != 0) | (np.diff(keys[order]) != 0)
    group = np.empty(len(order), np.int64)
    group[order] = np.cumsum(begins)
    return group


def _places(group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the how manieth of its group each row is, from 0."""
    order = np.argsort(group, kind="stable")
    number = np.arange(len(group))
    begins = np.ones(len(group), np.bool_)
    begins[1:] = np.diff(group[order]) != 0
    place = np.empty(len(group), np.int64)
    place[order] = number - np.maximum.accumulate(np.where(begins, number, 0))
    return place
