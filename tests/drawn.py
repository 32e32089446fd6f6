"""Scenes that hypothesis draws: a market that wanders, trades that print anywhere, decisions of all kinds."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from nautilus_trader.model import Currency, Venue

from mia_plugins.backtest.run import Backtest
from mia_plugins.data.columns import LEVELS, Depth, Quotes, Trades
from mia_plugins.data.instruments import VENUE
from mia_plugins.data.sessions import NS
from tests.runtime import BASE, Played, at, mirrored, staged

MINUTE = 60 * NS
BEGIN = at("09:30:30")
FIRST = at("09:31")
GAPS = (0, 1, NS // 10, NS, 3 * NS, 5 * NS, 7 * NS + 1, 10 * NS, 30 * NS)
"""ns between updates: full seconds meet bars, alerts and each other."""
PRICES = ("stop", "target", "entry")


def drawn(examples: int) -> settings:
    """Return how often scenes are drawn: always the same ones."""
    return settings(
        max_examples=examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )


@dataclass(frozen=True)
class Books:
    """A run, and what its engine and its strategy made of the money."""

    played: Played
    balance: Decimal
    """$ in the engine's account."""
    realized: Decimal
    """$ that the strategy says it made in the session."""
    position: int
    """Contracts that the strategy says it holds: above 0 long."""


@dataclass(frozen=True)
class Scene:
    """A market, its trades, decisions, and what the venue charges."""

    market: Quotes | Depth
    trades: Trades
    steps: tuple[dict[str, Any], ...]
    venue: dict[str, Any]

    @property
    def mirrored(self) -> "Scene":
        """The scene turned over at `BASE`: what rises falls, who buys sells."""
        turned = mirrored(self.market) if isinstance(self.market, Quotes) else _mirrored(self.market)
        steps = tuple(
            step
            | {name: 2 * BASE - step[name] for name in PRICES if name in step}
            | {"side": -step.get("side", 0)}
            for step in self.steps
        )
        trades = replace(self.trades, ticks=2 * BASE - self.trades.ticks, side=-self.trades.side)
        return Scene(turned, trades, steps, self.venue)

    def run(self) -> Books:
        """Run it in the real engine, looking into the books before they are closed."""
        seen: list[tuple[Decimal, Decimal, int]] = []
        dispose = Backtest.dispose

        def look(backtest: Backtest) -> None:
            (strategy,) = backtest._strategies
            account: Any = backtest._engine.cache.account_for_venue(Venue(VENUE))
            balance = account.balance_total(Currency.from_str("USD")).as_decimal()
            seen.append((balance, strategy.account.realized_today, strategy.account.position))
            dispose(backtest)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Backtest, "dispose", look)
            played = staged(self.market, *self.steps, trades=self.trades, venue=self.venue).run()
        return Books(played, *seen[0])


def _mirrored(depth: Depth) -> Depth:
    """Return depth turned over at `BASE`; where there is no level there is none."""

    def turned(ticks: Any, lots: Any) -> Any:
        return np.where(lots > 0, 2 * BASE - ticks, 0)

    return Depth(
        depth.ts,
        turned(depth.ask_ticks, depth.ask_lots),
        turned(depth.bid_ticks, depth.bid_lots),
        depth.ask_lots,
        depth.bid_lots,
        depth.ask_counts,
        depth.bid_counts,
    )


@st.composite
def scenes(draw: Callable[..., Any], kind: str) -> Scene:
    """Draw a quarter of an hour or so, on quotes or on thin depth."""
    rows = draw(
        st.lists(
            st.tuples(st.sampled_from(GAPS), st.integers(-4, 4), st.integers(1, 4)), min_size=20, max_size=90
        )
    )
    gaps, moves, spreads = np.array([(0, 0, 1), *rows], np.int64).T
    ts, bid = BEGIN + np.cumsum(gaps), BASE + np.cumsum(moves)
    market: Quotes | Depth
    if kind == "quotes":
        lots = np.full(len(ts), 100)
        market = Quotes(ts, bid, bid + spreads, lots, lots)
    else:
        market = _book(draw, ts, bid, bid + spreads)
    return Scene(market, _trades(draw, ts, bid), _steps(draw, ts, bid), _venue(draw))


def _book(draw: Callable[..., Any], ts: Any, bid: Any, ask: Any) -> Depth:
    """Draw a few levels a side, of a few contracts each and with gaps between them; a side may be empty.

    The first book has all that anybody wants, and so has the last, in which the session ends.
    """
    ticks, lots = np.zeros((2, 2, len(ts), LEVELS), np.int64)
    level = st.tuples(st.integers(1, 3), st.integers(1, 4))
    side = st.lists(level, min_size=1, max_size=4) | st.lists(level, max_size=2)
    shapes = draw(st.lists(st.tuples(side, side), min_size=1, max_size=12))
    enough = ([(1, 40)], [(1, 40)])
    books = [enough, *(shapes[row % len(shapes)] for row in range(len(ts) - 2)), enough]
    for row, book in enumerate(books):
        for way, best, levels in zip((-1, 1), (bid[row], ask[row]), book, strict=True):
            away = np.cumsum([0, *(step for step, _ in levels[1:])])
            for place, (_, size) in enumerate(levels):
                ticks[(way + 1) // 2, row, place] = best + way * away[place]
                lots[(way + 1) // 2, row, place] = size
    return Depth(ts, *ticks, *lots, *(lots > 0).astype(np.int64))


def _trades(draw: Callable[..., Any], ts: Any, bid: Any) -> Trades:
    """Draw prints inside the spread and far from it, and one a minute, since bars come of trades."""
    prints = draw(st.lists(st.tuples(st.integers(0, len(ts) - 1), st.integers(-12, 12)), max_size=20))
    minutes = np.arange(BEGIN // MINUTE, ts[-1] // MINUTE + 2) * MINUTE + NS // 2
    when = np.concatenate((minutes, ts[[row for row, _ in prints]] if prints else minutes[:0]))
    standing = np.maximum(np.searchsorted(ts, when, side="right") - 1, 0)
    off = np.array([0] * len(minutes) + [ticks for _, ticks in prints], np.int64)
    order = np.argsort(when, kind="stable")
    side = np.where(off % 2, 1, -1).astype(np.int8)
    return Trades(when[order], (bid[standing] + off)[order], np.ones_like(when), side[order])


def _steps(draw: Callable[..., Any], ts: Any, bid: Any) -> tuple[dict[str, Any], ...]:
    """Draw what is decided at each minute's close, around the price that stands then."""
    found: list[dict[str, Any]] = []
    for now in range(FIRST, int(ts[-1]) + MINUTE, MINUTE):
        price = int(bid[max(0, int(np.searchsorted(ts, now, side="right")) - 1)])
        match draw(st.sampled_from(["take", "take", "take", "leave", "nothing", "blocked"])):
            case "take":
                found.append(_step(draw, now, price))
            case "blocked":
                found.append(_step(draw, now, price) | {"outcome": "blocked"})
            case "leave":
                found.append({"at": now})
    return tuple(found)


def _step(draw: Callable[..., Any], now: int, price: int) -> dict[str, Any]:
    side, size = draw(st.sampled_from([-1, 1])), draw(st.integers(1, 7))
    risk, reward = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    step = {
        "at": now,
        "side": side,
        "size": size,
        "stop": price - side * risk,
        "target": price + side * reward,
    }
    if risk + reward > 1 and draw(st.booleans()):
        step["entry"] = price + side * draw(st.integers(1 - risk, reward - 1))
    if draw(st.booleans()):
        step["until"] = now + draw(st.integers(1, 150)) * NS
    return step


def _venue(draw: Callable[..., Any]) -> dict[str, Any]:
    return {
        "slippage": draw(st.integers(0, 3)),
        "commission": draw(st.sampled_from([0, 0.85, 2.25, 1.37, 0.855])),
    }
