"""The logs of a session become a catalog in the ordinary layout, which a backtest can read."""

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import mia_plugins
from mia_plugins.data.arrow import Kind, times_of
from mia_plugins.data.columns import rows_of
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import contract_of
from mia_plugins.data.manifest import Origin
from mia_plugins.data.sessions import Session, sessions
from mia_plugins.data.store import Store
from mia_plugins.live.recorder import LOG, LOGS, TABLE_LOG, TABLES, recorded_rows
from mia_plugins.runs.errors import told
from mia_plugins.runs.rows import log_schema, read_log
from mia_plugins.tape.tape import Rows

RECORDED = "recorded"
"""The catalog's folder within that of the run."""
MAKER = "recorded"


@dataclass(frozen=True)
class Sealed:
    """What became of the logs."""

    catalog: Path
    days: tuple[dt.date, ...]
    rows: int
    outside: int
    """Rows that lie in no session: no backtest reads such."""


def seal_recording(folder: Path, settings_hash: str) -> Sealed | None:
    """Turn the logs in a run's folder into its catalog and remove them; None where there are none.

    Whatever interrupts it, it can be called again.
    """
    logs, catalog = folder / LOGS, folder / RECORDED
    if not logs.is_dir():
        return None
    streams = [_Stream(path) for path in sorted(logs.glob(f"*/*{LOG}"))]
    tables = {path.stem: path for path in sorted((logs / TABLES).glob(f"*{TABLE_LOG}"))}
    days = _days_of(streams)
    store = Store.begin(Files(str(catalog)), Origin(MAKER, mia_plugins.__version__, settings_hash))
    if days:
        store.write_instruments({contract_of(one.instrument_id, days[-1].day) for one in streams})
    for number, session in enumerate(days):
        if session.day in store.missing([session.day]):
            _write(store, session, streams, _known_in(tables, days, number))
            store.publish(session.day)
    inside = sum(store.manifest.files.values()) if store.manifest else 0
    rows = sum(one.rows for one in streams)
    tabled = sum(len(table) for path in tables.values() for table in _table(path))
    with told(logs, "deleted"):
        shutil.rmtree(logs)
    whole = tuple(session.day for session in days)
    return Sealed(catalog, whole, rows, rows + tabled - inside if days else rows)


class _Stream:
    """The log of one kind of rows of one contract."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.instrument_id, self.kind = path.parent.name, Kind(path.stem)
        self.rows = 0
        self.first: int | None = None
        self.last = 0
        for rows in self._batches():
            self.first = int(rows.ts[0]) if self.first is None else self.first
            self.last = int(rows.ts[-1])
            self.rows += len(rows)

    def within(self, session: Session) -> Iterator[Rows]:
        """Yield the rows of a session."""
        end = session.close + (self.kind is Kind.BARS)  # the last bar is stamped at the very end
        for rows in self._batches():
            first, last = np.searchsorted(rows.ts, (session.open, end))
            if first < last:
                yield rows_of(rows, slice(int(first), int(last)))

    def _batches(self) -> Iterator[Rows]:
        return recorded_rows(self._path, self.kind)


def _days_of(streams: list[_Stream]) -> list[Session]:
    """Return the sessions that any row lies in."""
    spans = [(one.first, one.last) for one in streams if one.first is not None]
    if not spans:
        return []
    first, last = (
        dt.datetime.fromtimestamp(ts // 10**9, dt.UTC).date()
        for ts in (min(span[0] for span in spans), max(span[1] for span in spans))
    )
    around = sessions(first - dt.timedelta(days=1), last + dt.timedelta(days=4))
    return [day for day in around if any(next(one.within(day), None) is not None for one in streams)]


def _write(store: Store, session: Session, streams: list[_Stream], tables: dict[str, pa.Table]) -> None:
    with store.draft(session.day) as draft:
        for stream in streams:
            for rows in stream.within(session):
                draft.write(stream.instrument_id, rows)
        for name, table in tables.items():
            draft.write_table(name, table)


def _known_in(tables: dict[str, Path], days: list[Session], number: int) -> dict[str, pa.Table]:
    """Return the rows of tables that became known in a session or since the one before.

    What was known before the first belongs to it, and what came after the last to that one.
    """
    lo = days[number - 1].close if number else 0
    hi = days[number].close if number + 1 < len(days) else 2**63 - 1
    found = {}
    for name, path in tables.items():
        for table in _table(path):
            known = times_of(table["ts_init"].combine_chunks())
            rows = table.filter(pa.array((known >= lo) & (known < hi)))
            if len(rows):
                found[name] = rows.take(pc.sort_indices(rows["ts_init"]))
    return found


def _table(path: Path) -> Iterator[pa.Table]:
    """Yield the rows of a table's log, at once."""
    schema = log_schema(path)
    if schema is not None:
        yield pa.Table.from_batches(read_log(path), schema)
