"""What was staged into the catalog: a day at a time, a window of a day at a time."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from catalog.checks.calendar import GapCheck
from catalog.imports.quality import Quality
from catalog.imports.records import columns_of_records
from catalog.imports.series import SeriesMerge, Totals
from catalog.imports.sources import SILENCE, DaySources, Overlap
from catalog.imports.staging import SeriesKey, Spool, Staging
from catalog.imports.table_merging import merge_tables
from catalog.imports.there import There
from mia_plugins.data.arrow import Kind, identifier_of
from mia_plugins.data.bars import MINUTE
from mia_plugins.data.catalog import FOREVER
from mia_plugins.data.drafts import DayDraft, discard
from mia_plugins.data.layout import DataFile, table_path
from mia_plugins.data.sessions import NS
from mia_plugins.data.store import Store

WINDOW = {Kind.TRADES: 500_000, Kind.QUOTES: 500_000, Kind.DEPTH: 50_000, Kind.BARS: 500_000}
"""Rows in memory at a time, but for one minute that has more."""
CONTRADICTS = "a row that says otherwise than one of its time and name in the table `{}`"


@dataclass
class Publisher:
    """Merges staged days into a catalog."""

    store: Store
    quality: Quality
    file: str = ""
    """Where the rows are from, for a person."""
    feed: str = ""
    """Who tells of them: see `Importer.feed`."""
    overlap: Overlap = Overlap.KEEP

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
        self.quality.gaps += gaps_of(staging)

    def _publish(
        self, day: dt.date, series: list[tuple[SeriesKey, Spool]], tables: list[tuple[str, pa.Table]]
    ) -> None:
        sources = DaySources(self.store, day)
        with self.store.update(day) as draft:
            written = [self._write(draft, key, spool, sources) for key, spool in series]
            if any(written):
                draft.write_table("sources", sources.table())
            for name, table in tables:
                self._write_table(draft, name, table)
            anything = not draft.is_empty
        if anything:
            self.store.publish(day)
        else:
            discard(self.store.files, day)

    def _write(self, draft: DayDraft, key: SeriesKey, spool: Spool, sources: DaySources) -> bool:
        """Write a series of a day, unless nothing of it is new; say whether it was written."""
        there = There(self.store, draft.day, key)
        one = SeriesMerge(there, spool, sources, self.feed, self.overlap)
        spans = _spans(there.minutes() + spool.minutes, WINDOW[key[0]])
        if one.may_stay_as_it_is:
            found = one.unless_it_changes(spans)
            if found is not None:
                self._count(found, spool)
                return False
        totals = Totals()
        for span in spans:
            merged, aggressors = one.window(span)
            ids = merged.rows["id"] if one.by_id else None
            draft.write(key[1], columns_of_records(key[0], merged.rows), ids=ids)
            totals.add(merged)
            self.quality.aggressors.update(aggressors)
        one.note()
        self._count(totals, spool)
        return True

    def _count(self, found: Totals, spool: Spool) -> None:
        """Add what became of the rows of a series."""
        refused = 0
        for reason, (count, first) in found.refused.items():
            self.quality.refuse(reason, count, f"{self.file}: {moment(first)}")
            refused += count
        self.quality.replaced.update(found.replaced)
        self.quality.written += found.new
        self.quality.there += spool.rows - found.new - refused

    def _write_table(self, draft: DayDraft, name: str, brought: pa.Table) -> None:
        path = table_path(name, draft.day)
        known = path in self.store.files_of(draft.day)
        there = pa.concat_tables(self.store.row_groups(path)) if known else brought.schema.empty_table()
        merged, new, refused = merge_tables(name, there.cast(brought.schema), brought)
        if new:
            draft.write_table(name, merged)
        self.quality.refuse(CONTRADICTS.format(name), refused, f"{self.file}: {draft.day}")
        self.quality.written += new
        self.quality.there += len(brought) - new - refused


def gaps_of(staging: Staging) -> list[str]:
    """Return where a file has no rows while the market is open, to the minute."""
    found: dict[SeriesKey, GapCheck] = {}
    for day in staging.days:
        for key, spool in staging.spools(day):
            if key not in found:
                found[key] = GapCheck(DataFile("", key[0], identifier_of(*key), 0, 0), SILENCE)
            found[key].feed(np.array(sorted(spool.minutes), np.int64) * MINUTE)
    return [
        f"{key[0]} of {key[1]}: {problem.what}"
        for key, gaps in sorted(found.items())
        for problem in gaps.problems()
    ]


def moment(ts: int) -> str:
    """Return a time (UTC ns) for a person, as the place of a row that is no longer in its file."""
    return f"{dt.datetime.fromtimestamp(ts // NS, dt.UTC):%Y-%m-%d %H:%M:%S} UTC"


def _spans(minutes: Counter[int], most: int) -> list[tuple[int, int]]:
    """Return spans of time, end to end and of whole minutes, with so many rows at most but for one minute."""
    edges, rows = [0], 0
    for minute, count in sorted(minutes.items()):
        if rows and rows + count > most:
            edges.append(minute * MINUTE)
            rows = 0
        rows += count
    return list(pairwise([*edges, FOREVER]))
