"""Scenes of a market, written like tables or drawn at random.

    scene = Scene("2026-03-10").trades(
        '''
        09:30:00.100   6000.25   5   buy
        09:30:00.200   6000.00   2   sell
        '''
    ).book(
        '''
        09:30:00       6000.00x10 5999.75x8   |   6000.25x7
        '''
    )

Times are New York's of the trading day; from 18:00 on they are of the evening before. Prices are points.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import pyarrow as pa

from mia_plugins.data.columns import LEVELS, Depth, Trades, in_time_order, rows_of
from mia_plugins.data.instruments import TICK_POINTS, lead_contract
from mia_plugins.data.sessions import NS, Session, session_on, utc_ns
from mia_plugins.data.tables import TABLES, as_known
from mia_plugins.features.walking import Day
from mia_plugins.tape.tape import no_depth, no_trades

SIDES = {"buy": 1, "sell": -1, "unknown": 0}
EVENING = dt.time(18)


@dataclass(frozen=True)
class Rows:
    """What one product's market did in a session."""

    trades: Trades = field(default_factory=no_trades)
    depth: Depth = field(default_factory=no_depth)


@dataclass(frozen=True)
class Scene:
    """The data of some trading days; every method that adds to it returns another scene."""

    day: str | dt.date
    """The trading day rows are added to, such as 2026-03-10."""
    rows: Mapping[tuple[dt.date, str], Rows] = field(default_factory=dict)
    """By trading day and product."""
    tables: Mapping[tuple[dt.date, str], pa.Table] = field(default_factory=dict)
    """By trading day and name."""
    tick: float = TICK_POINTS
    """The price step, in points."""
    mirrored: bool = False
    """Whether it is the mirror image of a scene."""

    @property
    def session(self) -> Session:
        """The session that rows are added to."""
        day = self.day if isinstance(self.day, dt.date) else dt.date.fromisoformat(self.day)
        return session_on(day)

    @property
    def products(self) -> tuple[str, ...]:
        """What there is data of."""
        return tuple(dict.fromkeys(product for _, product in self.rows))

    def on(self, day: str) -> Self:
        """Go on with another trading day."""
        return replace(self, day=day)

    def trades(self, text: str, product: str = "ES") -> Self:
        """Add trades: a line each of time, price, contracts, and who came: buy, sell or unknown."""
        found = [line.split() for line in text.strip().splitlines() if line.strip()]
        made = Trades(
            np.array([self.at(words[0]) for words in found], np.int64),
            np.array([self._ticks(words[1]) for words in found], np.int64),
            np.array([int(words[2]) for words in found], np.int64),
            np.array([SIDES[words[3]] for words in found], np.int8),
        )
        return self._with(product, trades=made)

    def book(self, text: str, product: str = "ES") -> Self:
        """Add states of the book: a line each of time, bids | asks, each `pricexcontracts`, best first."""
        found = [line.strip().partition(" ") for line in text.strip().splitlines() if line.strip()]
        ts = np.array([self.at(time) for time, _, _ in found], np.int64)
        table = np.zeros((len(found), 6, LEVELS), np.int64)
        for row, (_, _, sides) in zip(table, found, strict=True):
            for side, levels in enumerate(sides.split("|")):
                for number, level in enumerate(levels.split()):
                    price, _, lots = level.partition("x")
                    row[side, number] = self._ticks(price)
                    row[2 + side, number] = int(lots)
                    row[4 + side, number] = int(int(lots) > 0)
        return self._with(product, depth=Depth(ts, *(np.ascontiguousarray(table[:, k]) for k in range(6))))

    def table(self, name: str, rows: Iterable[Mapping[str, object]]) -> Self:
        """Add rows of a table; `ts_init` is a time, and `ts_event` the same when it is left out."""
        schema = TABLES[name]
        filled = []
        for row in rows:
            times = {key: self.at(str(row[key])) for key in ("ts_event", "ts_init") if key in row}
            filled.append(dict.fromkeys(schema.names) | dict(row) | {"ts_event": times["ts_init"]} | times)
        made = as_known(name, pa.Table.from_pylist(filled, schema=schema))
        key = (self.session.day, name)
        before = [self.tables[key]] if key in self.tables else []
        return replace(self, tables={**self.tables, key: pa.concat_tables([*before, made])})

    def with_rows(self, rows: Rows, product: str = "ES") -> Self:
        """Add a product's columns of the trading day."""
        return self._with(product, trades=rows.trades, depth=rows.depth)

    def with_table(self, name: str, table: pa.Table) -> Self:
        """Put a table in place of what there is of it on the trading day."""
        return replace(self, tables={**self.tables, (self.session.day, name): table})

    def at(self, time: str) -> int:
        """Return a time of day of New York as UTC ns; from 18:00 on it is the evening before."""
        clock, _, fraction = time.partition(".")
        of_day = dt.time.fromisoformat(clock)
        day = self.session.day
        if of_day >= EVENING:
            day = dt.datetime.fromtimestamp(self.session.open / NS, dt.UTC).date()
        return utc_ns(day, of_day) + int(fraction.ljust(9, "0") or 0)

    def days(self, piece: int | None = None) -> Iterator[Day]:
        """Yield the days as data to walk over, in pieces of so many rows (the whole when left out)."""
        for day in sorted({day for day, _ in self.rows} | {day for day, _ in self.tables}):
            of_day = {product: rows for (on, product), rows in self.rows.items() if on == day}
            streams = [
                (product, pieces)
                for product, rows in of_day.items()
                for pieces in (_pieces(rows.trades, piece), _pieces(rows.depth, piece))
            ]
            yield Day(
                session_on(day),
                {product: lead_contract(product, day) for product in self.products},
                streams,
                {name: table for (on, name), table in self.tables.items() if on == day},
            )

    def _with(self, product: str, trades: Trades | None = None, depth: Depth | None = None) -> Self:
        key = (self.session.day, product)
        there = self.rows.get(key, Rows())
        joined = Rows(
            there.trades if trades is None else _joined(there.trades, trades),
            there.depth if depth is None else _joined(there.depth, depth),
        )
        return replace(self, rows={**self.rows, key: joined})

    def _ticks(self, price: str) -> int:
        ticks = float(price) / self.tick
        if ticks != round(ticks):
            raise ValueError(f"{price} is no price of steps of {self.tick}")
        return round(ticks)


def random_scene(
    seed: int, *, days: Iterable[str] = ("2026-03-10", "2026-03-11"), products: Iterable[str] = ("ES",)
) -> Scene:
    """Draw a scene: four hours a day around the opening of the stock market, a price that walks.

    Trades come in bursts of one side through several prices; books are thin and thick; some are crossed or
    have one side only; some trades have no known side.
    """
    drawn = np.random.default_rng(seed)
    scene = Scene(next(iter(days)))
    price = dict.fromkeys(products, 24000)
    for day in days:
        scene = scene.on(day)
        for product in price:
            rows = _drawn(drawn, scene.session, price[product])
            price[product] = int(rows.trades.ticks[-1])
            scene = scene.with_rows(rows, product)
    return scene


def _drawn(drawn: np.random.Generator, session: Session, start: int) -> Rows:
    opening, seconds = session.rth_open - 3600 * NS, 4 * 3600
    count = 4 * seconds // 10
    ts = np.sort(opening + drawn.integers(0, seconds * 10, count) * (NS // 10))
    busy = np.cumsum(drawn.normal(0, 0.02, count))
    steps = np.rint(drawn.normal(0, 0.9 * np.exp(np.clip(busy, -0.7, 0.7)), count)).astype(np.int64)
    mid = start + np.cumsum(steps)
    side = np.where(drawn.random(count) < 0.03, 0, np.sign(steps + drawn.normal(0, 0.5, count))).astype(
        np.int8
    )
    lots = np.maximum(1, drawn.pareto(1.3, count) * 3).astype(np.int64)
    lots = np.minimum(lots, 900)
    burst = drawn.integers(1, 5, count)
    row = np.repeat(np.arange(count), burst)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(burst) - burst, burst)
    trades = Trades(ts[row], mid[row] + side[row] * nth, np.maximum(1, lots[row] // (nth + 1)), side[row])
    return Rows(trades, _book(drawn, ts, mid, side))


def _book(drawn: np.random.Generator, ts: np.ndarray, mid: np.ndarray, side: np.ndarray) -> Depth:
    count = len(ts)
    level = np.arange(LEVELS)
    spread = 1 + (drawn.random(count) < 0.05)
    bid = (mid - (side > 0))[:, None] - level
    ask = (mid - (side > 0) + spread)[:, None] + level
    bid_lots, ask_lots = (
        np.maximum(1, drawn.gamma(2, 15, (count, LEVELS)) * (1 + level / 4)).astype(np.int64) for _ in "ba"
    )
    crossed, one_sided = drawn.random(count) < 0.003, drawn.random(count) < 0.003
    ask[crossed] -= 3
    ask[one_sided], ask_lots[one_sided] = 0, 0
    counts = [np.minimum(lots, 1 + lots // 4) for lots in (bid_lots, ask_lots)]
    return Depth(ts, bid, ask, bid_lots, ask_lots, *counts)


def _joined[T: (Trades, Depth)](one: T, other: T) -> T:
    names = type(one).__slots__
    return in_time_order(
        type(one)(*(np.concatenate((getattr(one, name), getattr(other, name))) for name in names))
    )


def _pieces[T: (Trades, Depth)](columns: T, rows: int | None) -> Iterator[T]:
    for first in range(0, len(columns), rows or max(len(columns), 1)):
        yield rows_of(columns, slice(first, first + rows if rows else None))
