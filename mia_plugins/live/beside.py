"""Tables beside the feed while a session lives: the VIX as it is told, and what is imported meanwhile.

A row is known from when it came, and never before anybody's last look: nobody misses it, and whoever replays
the session from its rows sees it at the same look.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from mia_plugins.data.arrow import TIME, times_of
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.layout import OURS, table_day, table_name
from mia_plugins.data.sessions import NS
from mia_plugins.data.tables import VIX, as_known
from mia_plugins.errors import MiaError
from mia_plugins.live.indices import TOLD_LIVE, from_catalog
from mia_plugins.live.intake import Intake
from mia_plugins.live.terms import LiveTerms
from mia_plugins.runtime.actor import ActorContext, MiaActor
from mia_plugins.tape.known import KnownTable

SAME_FOR = 15 * NS
"""ns after which a value that has not changed is taken once more: how old it is matters."""
EVERY = 10 * NS
"""ns of the market's between two looks at what was imported."""


@dataclass(frozen=True)
class Reading:
    """Which tables are read, and by whom."""

    catalog: Catalog
    names: frozenset[str]
    told: frozenset[str]
    """Those of them that the broker tells; of a chain the rows of one index."""
    readers: Sequence[Mapping[str, KnownTable]]
    record: Callable[[str, pa.Table], None]
    """Keeps what became known."""


class Beside(MiaActor):
    """Brings rows to everybody who reads a table."""

    def __init__(self, context: ActorContext, terms: LiveTerms, intake: Intake, reading: Reading) -> None:
        super().__init__(context)
        self._terms, self._intake, self._reading = terms, intake, reading
        self._seen: dict[str, int] = {}
        """Bytes of each file that was read, by its path."""
        self._last: dict[str, int] = {}
        """When the last row of a table became known: UTC ns."""
        self._value = (-1, float("nan"))
        self._day: dt.date | None = None
        self._asked_at = 0
        self._indices = reading.told & TOLD_LIVE.keys()

    def begin(self) -> None:
        """Subscribe, and look from now on at what is imported."""
        self._day = self._today(self.data_time())
        days = self.context.days
        self._seen = self._files(lambda day: day <= days[0].session.day)
        self._subscribe()
        if self._reading.names:
            self.clock.set_timer_ns("beside", EVERY, None, None, self._look)

    def on_index_price(self, price: Any) -> None:
        """Take a value of the VIX, if it is another or the last is a while ago."""
        now, value = self._terms.market_at(price.ts_init), float(price.value)
        since, before = self._value
        if value == before and now - since < SAME_FOR:
            return
        self._value = now, value
        times = pa.array([now], pa.int64()).cast(TIME)
        self.add("vix", pa.table([times, times, [value]], schema=VIX), now)

    def add(self, name: str, rows: pa.Table, now: int) -> None:
        """Bring rows of a table to whoever reads it; none is known before now (UTC ns), or before a look."""
        readers = [known[name] for known in self._reading.readers if name in known]
        looks = [known.now for known in readers]
        at = max(now, self._intake.pulse + 1, self._last.get(name, -1) + 1, *(look + 1 for look in looks))
        known_at = np.maximum(times_of(rows["ts_init"].combine_chunks()), at)
        self._last[name] = at
        place = rows.column_names.index("ts_init")
        rows = rows.set_column(place, rows.schema.field(place), pa.array(known_at, pa.int64()).cast(TIME))
        for known in readers:
            known.append(rows)
        self._reading.record(name, rows)

    def _subscribe(self) -> None:
        self._asked_at = self._intake.asked_at
        for name in sorted(self._indices):
            self.subscribe_index_prices(TOLD_LIVE[name])

    def _look(self, event: Any) -> None:
        now = event.ts_event
        if self._intake.asked_at != self._asked_at:  # what was subscribed to may be lost
            for name in sorted(self._indices):
                self.unsubscribe_index_prices(TOLD_LIVE[name])
            self._subscribe()
        today = self._today(now)
        if today != self._day:
            self._day = today
            for known in self._reading.readers:
                for table in known.values():
                    table.begin_day()
        self._read_imported(now)

    def _today(self, now: int) -> dt.date | None:
        return next((one.session.day for one in self.context.days if one.session.close > now), None)

    def _read_imported(self, now: int) -> None:
        """Bring the rows of files that are new or have grown since."""
        files = self._files(lambda day: day == self._day)
        changed = [path for path, size in files.items() if self._seen.get(path) != size]
        self._seen.update(files)
        for path in changed:
            name = table_name(path)
            try:
                rows = as_known(name, pa.concat_tables(self._reading.catalog.row_groups(path)))
            except MiaError as error:
                told = f"{path} was imported while the session runs, and cannot be read: {error}"
                self.context.warnings.add(told, told)
                continue
            fresh = self._fresh(name, from_catalog(name, rows, self._reading.told))
            if len(fresh):
                self.add(name, fresh, now)

    def _fresh(self, name: str, rows: pa.Table) -> pa.Table:
        """Return the rows that nobody has been given yet."""
        known = next((known[name] for known in self._reading.readers if name in known), None)
        return rows if known is None else known.fresh(rows)

    def _files(self, is_read: Callable[[dt.date], bool]) -> dict[str, int]:
        """Return the files of the tables that are read from the catalog, with their sizes in bytes."""
        names = self._reading.names - self._indices
        sizes = self._reading.catalog.files.under(OURS) if names else {}
        return {
            path: size
            for path, size in sizes.items()
            if table_name(path) in names and is_read(table_day(path))
        }
