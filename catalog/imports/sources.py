"""Whose rows a trading day holds: the feeds of each series, and from when to when each has told of it.

Two feeds tell of one trade at two times, so nothing in the rows says that they are the same. What a feed
has told of is therefore not told again by another one, unless the user wants it: see `Overlap`.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from catalog.imports.staging import SeriesKey, Spool
from mia_plugins.data.arrow import TIME, Kind, times_of
from mia_plugins.data.bars import MINUTE
from mia_plugins.data.layout import table_path
from mia_plugins.data.store import Store
from mia_plugins.data.tables import SOURCES

SILENCE = 15 * MINUTE
"""ns without a row after which a feed is taken to have told nothing."""


class Overlap(StrEnum):
    """What becomes of rows of a time of which another feed has told."""

    KEEP = "keep"
    """What is there stays; the rows are rejected, and counted."""
    REPLACE = "replace"
    """What is there goes."""
    JOIN = "join"
    """Both stay, as if they were of one feed."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """What one feed has told of a series."""

    start: int
    """The first row's time: UTC ns."""
    end: int
    """The last row's time: UTC ns."""
    feed: str
    has_ids: bool = False
    """Whether the series' trades bear ids of the feed's own."""

    def meets(self, other: "Span", within: int = 0) -> bool:
        """Say whether they have a time in common, or are no further apart than so many ns."""
        return self.start <= other.end + within and other.start <= self.end + within


class DaySources:
    """The feeds of a day's series."""

    def __init__(self, store: Store, day: dt.date) -> None:
        """Read what is known of a day."""
        self._spans: dict[SeriesKey, list[Span]] = {}
        path = table_path("sources", day)
        if path in store.files_of(day):
            for table in store.row_groups(path):
                self._read(table)

    def of(self, key: SeriesKey) -> tuple[Span, ...]:
        """Return who has told of a series, by time."""
        return tuple(sorted(self._spans.get(key, ())))

    def others(self, key: SeriesKey, brought: Span) -> tuple[Span, ...]:
        """Return what other feeds have told of the time of what is brought, cut to that time."""
        return tuple(
            replace(one, start=max(one.start, brought.start), end=min(one.end, brought.end))
            for one in self.of(key)
            if one.feed != brought.feed and one.meets(brought)
        )

    def cut(self, key: SeriesKey, out: Iterable[Span]) -> None:
        """Forget that anything was told of some times."""
        out = tuple(out)
        self._spans[key] = [piece for one in self.of(key) for piece in without(one, out)]

    def add(self, key: SeriesKey, brought: Iterable[Span], taken: Iterable[Span]) -> None:
        """Note what a feed told of a series, but for the times that others have taken."""
        taken = tuple(taken)
        fresh = [piece for one in brought for piece in without(one, taken)]
        has_ids = any(one.has_ids for one in fresh)
        for one in self.of(key):
            meeting = [other for other in fresh if other.feed == one.feed and other.meets(one, SILENCE)]
            fresh = [other for other in fresh if other not in meeting]
            start = min(one.start, *(other.start for other in meeting)) if meeting else one.start
            end = max(one.end, *(other.end for other in meeting)) if meeting else one.end
            fresh.append(replace(one, start=start, end=end))
        # The ids of a series are all of one make.
        self._spans[key] = [replace(one, has_ids=has_ids) for one in fresh]

    def table(self) -> pa.Table:
        """Return it as rows of the table `sources`."""
        rows = sorted((span, *key) for key, spans in self._spans.items() for span in spans)
        columns = [
            *(pa.array([getattr(row[0], name) for row in rows], pa.int64()).cast(TIME) for name in _ENDS),
            pa.array([str(row[1]) for row in rows], pa.string()),
            pa.array([row[2] for row in rows], pa.string()),
            pa.array([row[0].feed for row in rows], pa.string()),
            pa.array([row[0].has_ids for row in rows], pa.bool_()),
        ]
        return pa.table(columns, schema=SOURCES)

    def _read(self, table: pa.Table) -> None:
        starts, ends = (times_of(table[name].combine_chunks()).tolist() for name in ("ts_event", "ts_init"))
        names = (table[name].to_pylist() for name in ("kind", "instrument_id", "feed", "has_ids"))
        for start, end, kind, instrument_id, feed, has_ids in zip(starts, ends, *names, strict=True):
            key = (Kind(kind), instrument_id)
            self._spans.setdefault(key, []).append(Span(start, end, feed, has_ids))


_ENDS = ("start", "end")


def spans_of(spool: Spool, feed: str) -> tuple[Span, ...]:
    """Return what a feed tells with some rows: where it is silent for longer, another one may tell."""
    minutes = np.array(sorted(spool.minutes), np.int64) * MINUTE
    edges = np.flatnonzero(np.diff(minutes) > SILENCE) + 1
    return tuple(
        Span(max(int(run[0]), spool.start), min(int(run[-1]) + MINUTE - 1, spool.end), feed)
        for run in np.split(minutes, edges)
    )


def without(span: Span, holes: Iterable[Span]) -> Iterable[Span]:
    """Yield what of a span lies outside others."""
    start = span.start
    for hole in sorted(holes):
        if hole.end < start or hole.start > span.end:
            continue
        if hole.start > start:
            yield replace(span, start=start, end=hole.start - 1)
        start = max(start, hole.end + 1)
    if start <= span.end:
        yield replace(span, start=start)


def inside(ts: NDArray[np.int64], spans: Iterable[Span]) -> NDArray[np.bool_]:
    """Say which times (UTC ns) lie in some spans."""
    found = np.zeros(len(ts), np.bool_)
    for span in spans:
        found |= (ts >= span.start) & (ts <= span.end)
    return found
