"""What was staged into the catalog: a day at a time, a window of a day at a time."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from catalog.checks.calendar import GapCheck
from catalog.drafts import DayDraft, discard
from catalog.imports.aggressors import told
from catalog.imports.merging import Merged, merge, merge_tables
from catalog.imports.quality import Quality
from catalog.imports.records import Records, columns_of_records
from catalog.imports.staging import SeriesKey, Spool, Staging
from catalog.imports.there import There
from catalog.store import Store
from mia_plugins.data.arrow import Kind, identifier_of
from mia_plugins.data.bars import MINUTE
from mia_plugins.data.catalog import FOREVER
from mia_plugins.data.layout import DataFile, table_path

WINDOW = {Kind.TRADES: 500_000, Kind.QUOTES: 500_000, Kind.DEPTH: 50_000, Kind.BARS: 500_000}
"""Rows in memory at a time, but for one minute that has more."""
MAX_GAP = 15 * MINUTE
"""ns without a row that are worth a word while the market is open."""


@dataclass
class Publisher:
    """Merges staged days into a catalog."""

    store: Store
    quality: Quality
    _gaps: dict[SeriesKey, GapCheck] = field(default_factory=dict)

    def publish(self, staging: Staging) -> Iterator[int]:
        """Publish day by day, and yield how many rows are done with each time.

        Trades come last: quotes that came with them tell who the aggressors were.
        """
        for trades in (False, True):
            for day in staging.days:
                chosen = [
                    (key, spool) for key, spool in staging.spools(day) if (key[0] is Kind.TRADES) == trades
                ]
                tables = [] if trades else list(staging.tables(day))
                if chosen or tables:
                    self._publish(day, chosen, tables)
                yield sum(spool.rows for _, spool in chosen)
        self.quality.gaps += [
            f"{key[0]} of {key[1]}: {problem.what}"
            for key, gaps in sorted(self._gaps.items())
            for problem in gaps.problems()
        ]

    def _publish(
        self, day: dt.date, series: list[tuple[SeriesKey, Spool]], tables: list[tuple[str, pa.Table]]
    ) -> None:
        with self.store.update(day) as draft:
            for key, spool in series:
                self._write(draft, key, spool)
            for name, table in tables:
                self._write_table(draft, name, table)
            anything = not draft.is_empty
        if anything:
            self.store.publish(day)
        else:
            discard(self.store.files, day)

    def _write(self, draft: DayDraft, key: SeriesKey, spool: Spool) -> None:
        """Write a series of a day, unless nothing of it is new."""
        kind, instrument_id = key
        there = There(self.store, draft.day, key)
        by_id = kind is Kind.TRADES and spool.has_ids and (there.has_ids or not there.files)
        spans = _spans(there.minutes() + spool.minutes, WINDOW[kind])

        def window(span: tuple[int, int]) -> Merged:
            return merge(kind, there.between(*span), spool.between(*span), by_id=by_id)

        new = 0
        if not there.files or any(window(span).new for span in spans):
            for span in spans:
                merged = window(span)
                self._feed(key, merged.rows["ts"])
                rows = self._told(instrument_id, merged.rows) if kind is Kind.TRADES else merged.rows
                draft.write(instrument_id, columns_of_records(kind, rows), ids=rows["id"] if by_id else None)
                new += merged.new
        self.quality.written += new
        self.quality.there += spool.rows - new

    def _told(self, instrument_id: str, rows: Records) -> Records:
        return told(self.store, instrument_id, rows, self.quality)

    def _feed(self, key: SeriesKey, times: NDArray[np.int64]) -> None:
        """Look for gaps."""
        if key not in self._gaps:
            file = DataFile("", key[0], identifier_of(*key), 0, 0)
            self._gaps[key] = GapCheck(file, MAX_GAP)
        self._gaps[key].feed(times)

    def _write_table(self, draft: DayDraft, name: str, brought: pa.Table) -> None:
        path = table_path(name, draft.day)
        known = path in self.store.files_of(draft.day)
        there = pa.concat_tables(self.store.row_groups(path)) if known else brought.schema.empty_table()
        merged, new = merge_tables(there.cast(brought.schema), brought)
        if new:
            draft.write_table(name, merged)
        self.quality.written += new
        self.quality.there += len(brought) - new


def _spans(minutes: Counter[int], most: int) -> list[tuple[int, int]]:
    """Return spans of time, end to end and of whole minutes, with so many rows at most but for one minute."""
    edges, rows = [0], 0
    for minute, count in sorted(minutes.items()):
        if rows and rows + count > most:
            edges.append(minute * MINUTE)
            rows = 0
        rows += count
    return list(pairwise([*edges, FOREVER]))
