"""The book's measures against plain Python written from the definitions, over drawn scenes."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from statistics import fmean, median, pstdev
from typing import Any, NamedTuple

import numpy as np
import pytest

from indicators.book.health import MicrostructureHealth
from indicators.book.imbalance import BookLevels, OrderBookImbalance
from indicators.book.quality import Health
from indicators.book.quotes import OrderFlowImbalance, WeightedMid
from mia_plugins.data.columns import rows_of
from mia_plugins.data.sessions import NS, Session, session_on
from mia_plugins.features import Market
from mia_plugins.testing import Scene, random_scene
from tests.minutes import at_bars, minutes_of

SEEDS = (21,)


class Book(NamedTuple):
    """A state of the book: (price, contracts) of five levels a side."""

    ts: int
    bids: tuple[tuple[int, int], ...]
    asks: tuple[tuple[int, int], ...]

    @property
    def is_true(self) -> bool:
        return self.has_both and self.bids[0][0] < self.asks[0][0]

    @property
    def has_both(self) -> bool:
        return self.bids[0][1] > 0 and self.asks[0][1] > 0

    @property
    def imbalance(self) -> float:
        bid, ask = self.bids[0][1], self.asks[0][1]
        heavy_bid, heavy_ask = (
            sum(0.8**i * lots for i, (_, lots) in enumerate(side)) for side in (self.bids, self.asks)
        )
        return 0.6 * (bid - ask) / (bid + ask) + 0.4 * (heavy_bid - heavy_ask) / (heavy_bid + heavy_ask)

    @property
    def lots(self) -> int:
        return sum(lots for _, lots in self.bids + self.asks)

    @property
    def mid(self) -> float:
        return (self.bids[0][0] + self.asks[0][0]) / 2


@cache
def scene(seed: int) -> Scene:
    """Return a scene in which some updates repeat the one before, and some change the sixth level only."""
    drawn = random_scene(seed, days=("2026-03-10",))
    ((key, rows),) = drawn.rows.items()
    depth = rows_of(rows.depth, np.repeat(np.arange(len(rows.depth)), 2))
    kept = np.arange(len(depth)) % 5 != 4
    depth.bid_lots[3::6, 5] += 1
    return replace(drawn, rows={key: replace(rows, depth=rows_of(depth, np.flatnonzero(kept)))})


@cache
def books(seed: int) -> list[Book]:
    found = []
    for rows in scene(seed).rows.values():
        depth = rows.depth
        for row, ts in enumerate(depth.ts.tolist()):
            sides = (
                tuple(zip(prices[row][:5].tolist(), lots[row][:5].tolist(), strict=True))
                for prices, lots in ((depth.bid_ticks, depth.bid_lots), (depth.ask_ticks, depth.ask_lots))
            )
            found.append(Book(ts, *sides))
    return found


def counted(seed: int, now: int) -> list[Book]:
    """Return the updates up to now that changed one of the levels and are of use."""
    past = [book for book in books(seed) if book.ts <= now]
    return [
        book
        for before, book in zip([None, *past], past, strict=False)
        if book.is_true and (before is None or before[1:] != book[1:])
    ]


def session(seed: int) -> Session:
    return session_on(next(iter(scene(seed).rows))[0])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_imbalance_and_what_is_given_with_it(seed: int) -> None:
    limits: dict[str, Any] = {"usual": 100, "pressure": 0.05}

    def read(market: Market) -> Callable[[], Any]:
        book = market.measure(BookLevels, **limits)
        feature = OrderBookImbalance(market, OrderBookImbalance.Settings(**limits))
        names = (*BookLevels.outputs, "is_true")
        return lambda: (
            feature.checked("it", market.tape.now).value,
            {name: getattr(book, name) for name in names},
        )

    signals: dict[str, set[int]] = {"continuation": set(), "reversal": set(), "breakout": set()}
    there = 0
    for now, (said, found) in at_bars(scene(seed), read):
        past = counted(seed, now)
        last = [book for book in books(seed) if book.ts <= now][-1]
        assert found["is_true"] == last.is_true
        if not last.is_true or len(past) < 10:
            assert said is found["value"] is None
            continue
        mean = fmean(book.imbalance for book in past[-10:])
        assert found["value"] == pytest.approx(mean, abs=1e-12)
        assert said == (pytest.approx(mean, abs=1e-12) if now - last.ts <= 60 * NS else None)
        book = past[-1]
        bids, asks = (sum(lots for _, lots in side) for side in (book.bids, book.asks))
        assert found["volume_ratio"] == pytest.approx(bids / asks)
        spread = book.asks[0][0] - book.bids[0][0]
        assert found["spread_bps"] == pytest.approx(spread / book.mid * 10_000)
        pressure = (mean >= 0.05) - (mean <= -0.05)
        assert found["pressure"] == pressure
        if len(past) <= 100:
            assert found["liquidity"] is found["breakout"] is found["reversal"] is None
            continue
        there += 1
        before = past[-101:-1]
        assert found["liquidity"] == pytest.approx(book.lots / median(one.lots for one in before))
        way = pressure * (book.mid - before[0].mid)
        assert found["continuation"] == (pressure if way >= 1 else 0)
        assert found["reversal"] == (pressure if way <= -1 else 0)
        mids = [one.mid for one in before[:-10]]
        out = (book.mid > max(mids)) - (book.mid < min(mids))
        assert found["breakout"] == (pressure if out == pressure else 0)
        for name, values in signals.items():
            values.add(found[name])
    assert there > 100
    assert all(values == {-1, 0, 1} for values in signals.values()), signals


def quotes(seed: int) -> list[Book]:
    return [book for book in books(seed) if book.has_both]


@pytest.mark.parametrize("seed", SEEDS)
def test_order_flow_imbalance(seed: int) -> None:
    sums: dict[int, int] = {}
    opening = session(seed).open
    true = [book for book in quotes(seed) if book.is_true]
    for before, book in pairwise(true):
        (b1, q1), (a1, r1) = before.bids[0], before.asks[0]
        (b, q), (a, r) = book.bids[0], book.asks[0]
        e = (b >= b1) * q - (b <= b1) * q1 - (a <= a1) * r + (a >= a1) * r1
        minute = (book.ts - opening) // (60 * NS)
        sums[minute] = sums.get(minute, 0) + e
    found = list(at_bars(scene(seed), lambda market: _value(market.measure(OrderFlowImbalance))))
    # Flow of a minute without a trade, which has no bar, belongs to the next bar.
    last = opening
    for now, value in found:
        wanted = sum(of for minute, of in sums.items() if last <= opening + minute * 60 * NS < now)
        assert value == wanted, now
        last = now
    assert len({value for _, value in found}) > 20


def _value(measure: Any) -> Callable[[], Any]:
    return lambda: measure.value


@pytest.mark.parametrize("seed", SEEDS)
def test_weighted_mid(seed: int) -> None:
    for now, value in at_bars(scene(seed), lambda market: _value(market.measure(WeightedMid))):
        book = [book for book in quotes(seed) if book.ts <= now][-1]
        (b, q), (a, r) = book.bids[0], book.asks[0]
        assert value == (pytest.approx((a * q + b * r) / (q + r)) if book.is_true else None)
        assert value is None or b < value < a


@pytest.mark.parametrize("seed", SEEDS)
def test_health(seed: int) -> None:
    limits: dict[str, Any] = {"volume": 1.5, "spread": 1, "wide_for": 4.0, "flow": 1.0}

    def read(market: Market) -> Callable[[], Any]:
        measure = market.measure(MicrostructureHealth, **limits)
        feature = Health(market, Health.Settings(**limits))
        names = MicrostructureHealth.outputs
        return lambda: (
            feature.checked("it", market.tape.now).value,
            *(getattr(measure, name) for name in names),
        )

    bars, day = minutes_of(scene(seed)), session(seed)
    flags = set()
    for number, (now, found) in enumerate(at_bars(scene(seed), read)):
        said, spike, wide, odd, quality, latency = found
        past = [book for book in quotes(seed) if book.ts < now]
        assert latency is None
        assert wide == (widest(past, bars[number - 1].ts if number else day.open, now, day) > 4 * NS)
        start = bars[number - 50].ts if number >= 50 else past[0].ts
        assert quality == pytest.approx(sound(past, start, now, day))
        if number < 50:
            assert spike is odd is said is None
            continue
        before, bar = bars[number - 50 : number], bars[number]
        assert spike == (bar.lots > 1.5 * median(one.lots for one in before))
        deltas = [one.delta for one in before]
        assert odd == (abs(bar.delta - fmean(deltas)) > pstdev(deltas))
        until = max(book.ts for book in quotes(seed) if book.ts <= now)
        if now - until > (10 if now >= day.rth_open else 60) * NS:
            assert said is None
        else:
            assert said == pytest.approx(quality * (1 - 0.25 * (spike + wide + odd)))
        flags.add((spike, wide, odd))
    assert len(flags) >= 6, flags


def widest(past: list[Book], start: int, end: int, day: Session) -> int:
    """Return the longest stretch of a spread above a tick that lasted into the bar, in regular hours, in ns."""
    longest = since = 0
    for book in [*past, None]:
        ts = book.ts if book else end
        if since and ts >= start:
            longest = max(longest, min(ts, day.rth_close) - max(since, day.rth_open))
        is_wide = book and book.asks[0][0] - book.bids[0][0] > 1
        since = (since or ts) if is_wide else 0
    return longest


def sound(past: list[Book], start: int, end: int, day: Session) -> float:
    """Return 1 less the share of time in gaps and the share of crossed quotes after a start."""
    gaps = 0
    for before, book in pairwise(past):
        if book.ts >= start:
            least = 10 if day.rth_open <= book.ts < day.rth_close else 60
            gaps += (book.ts - before.ts) * (book.ts - before.ts > least * NS)
    inside = [book for book in past if book.ts >= start]
    crossed = sum(not book.is_true for book in inside)
    return max(0.0, 1 - gaps / (end - start) - crossed / len(inside))
