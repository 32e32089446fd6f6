"""Stealth and the strength of smart money, against the definitions worked out by hand."""

from itertools import groupby
from typing import Any

import numpy as np
import pytest

from indicators.classic.volatility import Atr
from indicators.events.large import LargeOrders, Order
from indicators.events.smart_money import SmartMoneyStrength
from indicators.events.stealth import Stealth, StealthFlow, StealthFlowSignal
from indicators.events.sweeps import Sweep
from mia_plugins.data.columns import Trades
from mia_plugins.data.sessions import Session, session_on
from mia_plugins.features import Market, Reading
from mia_plugins.features.walking import walk
from mia_plugins.testing import random_scene
from mia_plugins.testing.invariants import market_of

MINUTE = 60_000_000_000


def stealth_by_hand(trades: Trades, session: Session, atr: Atr, large: int) -> dict[int, float | None]:
    """Return the value at each minute's end of a session; `atr` goes on from session to session."""
    rows = list(zip(*(getattr(trades, n).tolist() for n in ("ts", "ticks", "lots", "side")), strict=True))
    orders = [
        (ts, side, sum(row[2] for row in of))
        for (ts, side), of in ((key, list(of)) for key, of in groupby(rows, key=lambda row: (row[0], row[3])))
    ]
    ts = trades.ts
    values: dict[int, float | None] = {}
    flows = np.zeros((23 * 60 + 1, 2), np.int64)
    for at, side, lots in orders:
        if side and lots < large:
            flows[(at - session.open) // MINUTE, 0 if side > 0 else 1] += lots
    for minute in range(1, 23 * 60 + 1):
        end = session.open + minute * MINUTE
        before = int(np.searchsorted(ts, end, side="left"))
        then = int(np.searchsorted(ts, end - 15 * MINUTE, side="left"))
        if minute > 15 and then and before and atr.value is not None:
            window = flows[minute - 15 : minute]
            bought, sold = window.sum(0).tolist()
            whole = (bought - sold) / (bought + sold) if bought + sold else 0.0
            same = sum(np.sign(b - s) == np.sign(whole) != 0 for b, s in window.tolist())
            moved = abs(int(trades.ticks[before - 1]) - int(trades.ticks[then - 1]))
            active = abs(whole) >= 0.15 and same >= 9 and moved <= 0.5 * atr.value
            values[end] = float(np.sign(whole) * min(1, abs(whole) / 0.3)) if active else 0.0
        else:
            values[end] = None
        if minute % 15 == 0 and before > then:
            bar = trades.ticks[then:before]
            atr.update(float(bar.max()), float(bar.min()), float(bar[-1]))
    return values


def test_stealth_is_what_is_found_by_hand() -> None:
    active = 0
    for seed in (7, 8, 9):
        scene, atr = random_scene(seed), Atr(14)
        expected: dict[int, float | None] = {}
        for key in sorted(scene.rows):
            expected |= stealth_by_hand(scene.rows[key].trades, session_on(key[0]), atr, 100)
        market = market_of(scene)
        flow = market.measure(StealthFlow)
        for instant in walk(market, scene.days()):
            wanted = expected[instant.now]
            assert flow.value == (wanted if wanted is None else pytest.approx(wanted, abs=1e-12)), instant
            active += bool(wanted)
    assert active > 10


class Told(SmartMoneyStrength):
    """With events put in by hand."""

    def __init__(self, now: int) -> None:
        market = Market.blank(minutes=(1,))
        super().__init__(market, self.Settings())
        self.now = now
        self.volume._typical.value = 2000.0
        self.icebergs.seen = True
        self.structure.inner._outputs = (1.0, 0.0)

    def large_ones(self, *of: tuple[float, int, int]) -> None:
        """Add large orders: minutes ago, side, contracts."""
        for ago, side, lots in of:
            ts = self.now - int(ago * MINUTE)
            self.large.events.append(Order(ts, ts, side, 24000, 24000, lots, 1, lots >= 500))

    def said(self) -> Reading:
        return self.checked("smart_money_strength", self.now)


NOW = 1_773_000_000_000_000_000


def test_the_formula_of_the_definitions() -> None:
    told = Told(NOW)
    told.large_ones((50, -1, 600), (20, 1, 400), (10, 1, 300), (5, -1, 100))
    told.sweeps.events.append(Sweep(NOW, NOW, NOW, 1, 24000, 24002, 3, 3))
    told.stealth.events.append(Stealth(1, NOW - 59 * MINUTE))
    flow, volume, mean = 200 / 400, 1400 / 4000, (-2 + 1 + 1) / 4
    assert told.said().value == pytest.approx(0.4 * flow + 0.3 * volume + 0.2 * mean + 0.1)


def test_the_structure_has_the_say_it_has_whatever_the_side() -> None:
    told = Told(NOW)
    told.large_ones((10, -1, 400), (10, -1, 400), (10, -1, 400))
    assert told.said().value == pytest.approx(-0.4 - 0.3 * 1200 / 4000 + 0.1)


@pytest.mark.parametrize(
    ("orders", "said"),
    [
        ([(10, 1, 400), (10, 1, 400)], "2 events"),
        ([(10, 1, 400), (10, 1, 400), (10, 1, 199)], "999 lots"),
        ([(60, 1, 400), (10, 1, 400), (10, 1, 400)], "2 events"),  # an hour ago is no more in the hour
        ([(10, 1, 400), (10, 1, 400), (10, 1, 200)], ""),
    ],
)
def test_fewer_than_three_events_or_a_thousand_lots_are_quiet(orders: list[Any], said: str) -> None:
    told = Told(NOW)
    told.large_ones(*orders)
    reading = told.said()
    assert reading.reason.startswith("quiet") == bool(said)
    assert said in reading.reason
    assert (reading.value == 0) == bool(said)


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    scene = random_scene(7, days=("2026-03-10",))
    market = market_of(scene)
    feature = StealthFlowSignal(market, StealthFlowSignal.Settings(lots="relative"))
    assert {feature.read(i.now).value for i in walk(market, scene.days())} == {None}
    assert market.measure(LargeOrders, lots="relative").large is None, "one session tells nothing of itself"
