"""The prices and levels of a run's catalog, for its chart; a catalog that is gone is told, not fatal."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mia_plugins.data.arrow import Kind
from mia_plugins.data.bars import bars_of
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.columns import Bars, Trades
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import PRODUCTS, TICK_POINTS, Contract, contracts_between, lead_contract
from mia_plugins.data.sessions import NS, Session
from mia_plugins.errors import MiaError
from mia_plugins.settings.run import Instrument
from mia_plugins.statistics.figures import Floats, Ints
from mia_plugins.statistics.trades import Days

_MICROS = {"MES": "ES", "MNQ": "NQ"}
"""Micros trade at the prices of the large contracts."""


@dataclass(frozen=True)
class Level:
    """A level for as long as it held."""

    name: str
    price: float
    """Points."""
    start: int
    """UTC ns: when it could be known."""
    end: int
    """UTC ns: when another took its place, or the session ended."""


class Market:
    """Prices and levels of a catalog, over the days of a run."""

    def __init__(self, settings: Mapping[str, Any], days: Days) -> None:
        """`settings` are the run's."""
        self._settings = settings
        self._days = days
        self.faults: list[str] = []
        """Why something is not there."""

    @property
    def products(self) -> list[str]:
        """The products whose prices the run is about: micros count as the large ones."""
        named = self._settings.get("instruments") or ()
        return list(dict.fromkeys(large(one) for one in named if one in get_args(Instrument)))

    @cached_property
    def _catalog(self) -> Catalog | None:
        uri = str(self._settings.get("catalog") or "")
        if not uri:
            self.faults.append("the run's settings name no catalog")
            return None
        try:
            return Catalog.open(Files(uri))
        except (MiaError, OSError) as error:
            self.faults.append(str(error))
            return None

    @cached_property
    def imports(self) -> list[dict[str, Any]]:
        """What became of the records of the files that the catalog was imported from."""
        return self._catalog.imports() if self._catalog else []

    def bars(self, product: str) -> list[Bars]:
        """Return minute bars of each contract, one after the other, over the days on which it led."""
        stretches = self._stretches(product)
        return [joined(list(self._bars(one, first, last))) for one, first, last in stretches]

    def coverage(self, bars: Bars) -> Floats:
        """Return the share of the minutes of each day's session that have a bar."""
        spans = np.array([(one.open, one.close) for one in self._days.sessions], np.int64).reshape(-1, 2)
        found = np.searchsorted(bars.ts, spans.ravel(), side="right").reshape(-1, 2)
        share: Floats = np.diff(found, axis=1)[:, 0] / (np.diff(spans, axis=1)[:, 0] / (60 * NS))
        return share

    def rolls(self) -> list[tuple[int, Contract, Contract]]:
        """Return when (UTC ns) which contract handed over to which, within the run's days."""
        if len(self._days) < 2:
            return []
        first, last = self._days.dates[0], self._days.dates[-1]
        found = []
        for product in self._settings.get("instruments") or ():
            contracts = contracts_between(product, first, last) if product in PRODUCTS else ()
            for before, after in pairwise(contracts):
                session = next(one for one in self._days.sessions if one.day >= before.roll)
                found.append((session.open, before, after))
        return sorted(found)

    def levels(self, product: str) -> list[Level]:
        """Return the levels of a product's prices, from when they were known on."""
        if self._catalog is None or not self._days.sessions:
            return []
        start, end = self._days.sessions[0].open, self._days.sessions[-1].close
        try:
            tables = list(self._catalog.read_table("levels", start, end))
        except (MiaError, OSError, pa.ArrowException) as error:
            self.faults.append(f"the catalog's levels cannot be read: {error}")
            return []
        return list(self._spans(pa.concat_tables(tables), product)) if tables else []

    def _spans(self, table: pa.Table, product: str) -> Iterator[Level]:
        rows = table.filter(pc.equal(table["underlying"].cast(pa.string()), product))
        known: dict[str, tuple[int, float]] = {}
        ts = rows["ts_init"].cast(pa.int64()).to_pylist()
        for at, name, price in zip(ts, rows["name"].to_pylist(), rows["price"].to_pylist(), strict=True):
            if name in known:
                yield self._level(name, *known[name], at)
            known[name] = (at, price)
        for name, (at, price) in known.items():
            yield self._level(name, at, price, self._days.sessions[-1].close)

    def _level(self, name: str, at: int, price: float, until: int) -> Level:
        session = next((one for one in self._days.sessions if at < one.close), self._days.sessions[-1])
        return Level(name, float(price), at, min(until, session.close))

    def _stretches(self, product: str) -> Iterator[tuple[Contract, Session, Session]]:
        """Yield each contract with the first and the last session on which it leads."""
        stretch: list[Session] = []
        leads: Contract | None = None
        for session in self._days.sessions:
            contract = lead_contract(product, session.day)
            if leads is not None and contract != leads:
                yield leads, stretch[0], stretch[-1]
                stretch = []
            leads = contract
            stretch.append(session)
        if leads is not None:
            yield leads, stretch[0], stretch[-1]

    def _bars(self, contract: Contract, first: Session, last: Session) -> Iterator[Bars]:
        if self._catalog is None:
            return
        start, end = first.open, last.close
        try:
            for kind in (Kind.BARS, Kind.TRADES):
                parts = [
                    _as_bars(one) for one in self._catalog.read(kind, contract.instrument_id, start, end)
                ]
                if parts:
                    yield from (_within(part, start, end) for part in parts)
                    return
        except (MiaError, OSError, pa.ArrowException) as error:
            self.faults.append(f"prices of {contract.symbol} cannot be read: {error}")
            return
        self.faults.append(f"the catalog has neither bars nor trades of {contract.symbol}")


def large(product: str) -> str:
    """Return the product whose prices a product has."""
    return _MICROS.get(product, product)


def points(ticks: Floats | Ints) -> Floats:
    """Return prices in points."""
    found: Floats = np.asarray(ticks, np.float64) * TICK_POINTS
    return found


def date_text(day: dt.date) -> str:
    """Return a date as a report writes it: 1 Jun 2026."""
    return f"{day.day} {day:%b %Y}"


def joined(parts: list[Bars]) -> Bars:
    """Return bars one after the other as one; none of none."""
    none = np.empty(0, np.int64)
    columns = ([none, *(getattr(one, name) for one in parts)] for name in Bars.__slots__)
    return Bars(*map(np.concatenate, columns))


def _as_bars(columns: Any) -> Bars:
    return bars_of(columns) if isinstance(columns, Trades) else columns


def _within(bars: Bars, start: int, end: int) -> Bars:
    at = slice(*np.searchsorted(bars.ts, (start, end), side="right"))
    return Bars(*(getattr(bars, name)[at] for name in Bars.__slots__))
