"""Scenes cut into minutes with plain Python, to hold measures of base bars against."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from mia_plugins.data.sessions import Session, session_on
from mia_plugins.features import Market
from mia_plugins.features.walking import walk
from mia_plugins.testing import Scene
from mia_plugins.testing.invariants import market_of

MINUTE = 60_000_000_000


@dataclass(frozen=True)
class Trade:
    """A trade."""

    ts: int
    ticks: int
    lots: int
    side: int


@dataclass(frozen=True)
class Minute:
    """A base bar with its trades, and the session it lies in."""

    ts: int
    session: Session
    trades: tuple[Trade, ...]

    @property
    def open(self) -> int:
        return self.trades[0].ticks

    @property
    def close(self) -> int:
        return self.trades[-1].ticks

    @property
    def high(self) -> int:
        return max(trade.ticks for trade in self.trades)

    @property
    def low(self) -> int:
        return min(trade.ticks for trade in self.trades)

    @property
    def lots(self) -> int:
        return sum(trade.lots for trade in self.trades)

    def by(self, side: int) -> int:
        return sum(trade.lots for trade in self.trades if trade.side == side)

    @property
    def delta(self) -> int:
        return self.by(1) - self.by(-1)


def trades_of(scene: Scene, product: str = "ES") -> dict[Session, list[Trade]]:
    """Return a product's trades by session."""
    found = {}
    for (day, of), rows in sorted(scene.rows.items()):
        if of == product:
            columns = (getattr(rows.trades, name).tolist() for name in ("ts", "ticks", "lots", "side"))
            found[session_on(day)] = [Trade(*row) for row in zip(*columns, strict=True)]
    return found


def minutes_of(scene: Scene, product: str = "ES") -> list[Minute]:
    """Return a product's base bars."""
    found = []
    for session, trades in trades_of(scene, product).items():
        bins: dict[int, list[Trade]] = {}
        for trade in trades:
            bins.setdefault((trade.ts - session.open) // MINUTE, []).append(trade)
        for number, inside in sorted(bins.items()):
            found.append(Minute(session.open + (number + 1) * MINUTE, session, tuple(inside)))
    return found


def at_bars(scene: Scene, read: Callable[[Market], Callable[[], Any]]) -> Iterator[tuple[int, Any]]:
    """Yield what is read of a market at each close of a base bar; `read` is given the market first."""
    market = market_of(scene)
    look = read(market)
    for now, at_bar in walk(market, scene.days()):
        if at_bar:
            yield now, look()


def wilder(minutes: list[Minute], length: int = 14) -> list[float | None]:
    """Return Wilder's average true range at each bar, in ticks."""
    found: list[float | None] = [None] * len(minutes)
    ranges = [max(bar.high, before.close) - min(bar.low, before.close) for before, bar in pairwise(minutes)]
    average = sum(ranges[:length]) / length
    for number in range(length, len(minutes)):
        if number > length:
            average += (ranges[number - 1] - average) / length
        found[number] = average
    return found
