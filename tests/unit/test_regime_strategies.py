"""Trend, range and the selector: who proposes in which regime, and on which side."""

from types import SimpleNamespace
from typing import Any

import pytest

from indicators.structure.regime import Regime
from mia_plugins.decisions import Proposal
from mia_plugins.features.walking import walk
from mia_plugins.testing import Scene
from mia_plugins.testing.invariants import market_of
from strategies.patterns.ways import regime_holds
from strategies.range.strategy import RangeStrategy
from strategies.selector.picking import SelectorProposer
from strategies.selector.strategy import SelectorStrategy
from strategies.trend.strategy import TrendStrategy
from tests.told import bars, both_ways, calm, later, proposed

DAY = "2026-03-10"
LOOSE: dict[str, Any] = {"least_confidence": 0.5, "valid": 1}


def path(steps: list[int], start: str = "08:00") -> Scene:
    """Return bars that close so many ticks from one another, with the delta of their step."""
    lines, at = [], 24_000
    for number, step in enumerate(steps):
        opened, at = at, at + step
        high, low = max(opened, at) + 1, min(opened, at) - 1
        bought, sold = (40, 10) if step > 0 else (10, 40)
        prices = " ".join(str(ticks / 4) for ticks in (opened, high, low, at))
        lines.append(f"{later(start, number)} {prices} {bought} {sold}")
    return bars(Scene(DAY), "\n".join(lines))


RISING = path([3] * 8 + ([-3] * 5 + [5] * 7) * 9)
"""Swings up of 35 t and down of 15 t."""
SIDEWAYS = path([2, 1, -2, -1, -3, 1, 2, 2, 3, -1, -2, -2] * 12)
"""Prices that come back to where they were."""


@pytest.mark.parametrize("entry", ["pullback", "breakout", "momentum", "retracement"])
def test_a_trend_is_traded_its_way(entry: str) -> None:
    rules: dict[str, Any] = {"volume": 0.5} if entry == "breakout" else {}
    if entry == "momentum":
        rules = {"momentum": 0.05}
    found = both_ways(TrendStrategy, RISING, entries=(entry,), **rules, **LOOSE)
    assert set(found.values()) == {1}, found


def test_a_trend_is_nothing_to_the_range_and_a_range_nothing_to_the_trend() -> None:
    assert both_ways(RangeStrategy, RISING, **LOOSE) == {}
    assert both_ways(TrendStrategy, SIDEWAYS, **LOOSE) == {}


@pytest.mark.parametrize(
    ("regime", "confidence", "holds"),
    [(Regime.TREND, 0.6, True), (Regime.TREND, 0.59, False), (Regime.RANGE, 0.9, False), (None, None, False)],
)
def test_the_trend_must_be_sure(regime: Regime | None, confidence: float | None, holds: bool) -> None:
    found: Any = SimpleNamespace(regime=regime, confidence=confidence)
    assert regime_holds(found, Regime.TREND, 0.6).holds is holds


@pytest.mark.parametrize("entry", ["bounce", "scalp"])
def test_a_range_is_traded_from_both_edges(entry: str) -> None:
    found = both_ways(RangeStrategy, SIDEWAYS, entries=(entry,), any_regime=True, **LOOSE)
    assert set(found.values()) == {1, -1}


@pytest.mark.parametrize(
    ("last", "side"),
    [
        ("09:40 6000 6002 6000 6002 10 0", -1),  # a stretch up is sold
        ("09:40 6000 6000.5 6000 6000.5 10 0", 0),  # 2 t are no stretch
    ],
)
def test_a_stretch_from_vwap_is_faded(last: str, side: int) -> None:
    scene = bars(calm(Scene(DAY), "08:00", 100), last)
    found = both_ways(RangeStrategy, scene, entries=("stretch",), any_regime=True, **LOOSE)
    assert found == ({"09:41": side} if side else {})


@pytest.mark.parametrize(
    ("last", "side"),
    [
        ("09:40 6000 6001 6000 6001 60 0", 1),
        ("09:40 6000 6001 6000 6000.5 60 0", 0),  # at the box's edge
        ("09:40 6000 6001 6000 6001 1 0", 0),  # on little volume
    ],
)
def test_a_break_of_the_box_on_volume_is_followed(last: str, side: int) -> None:
    scene = bars(calm(Scene(DAY), "08:00", 100), last)
    found = both_ways(RangeStrategy, scene, entries=("breakout",), any_regime=True, **LOOSE)
    assert found == ({"09:41": side} if side else {})


def test_a_scalp_aims_at_the_middle_of_the_box() -> None:
    # The box of calm bars is 6000 ± 2 t; the close at its lower edge is a tick from 6000.
    wide = bars(calm(Scene(DAY), "08:00", 99), "09:39 6000 6004 5996 6000 10 10")
    scene = bars(wide, "09:40 5996 5997 5996 5997 9 0")
    found = proposed(RangeStrategy, scene, entries=("scalp",), any_regime=True, **LOOSE)["09:41"]
    assert (found.side, found.target, found.target_r) == (1, 12, 0.0)


@pytest.mark.parametrize(("shallowest", "deepest"), [(0.62, 0.38), (0.5, 0.5)])
def test_a_pullback_that_nothing_can_be_is_refused(shallowest: float, deepest: float) -> None:
    with pytest.raises(ValueError, match="not below deepest"):
        TrendStrategy.Settings(shallowest=shallowest, deepest=deepest)


# --- the selector ------------------------------------------------------------------------------------------


def picked(scene: Scene, regime: Regime | None, **settings: Any) -> list[Proposal]:
    """Return what is proposed where the market is in a regime all the while."""
    market = market_of(scene)
    proposer: Any = SelectorProposer(market, SelectorStrategy.Settings(**settings))
    proposer.regime = SimpleNamespace(regime=regime, confidence=0.8)
    return [proposer.propose(now) for now, at_bar in walk(market, scene.days()) if at_bar]


def swept() -> Scene:
    """Return an hour of calm and a sweep of a low that fails."""
    scene = bars(calm(Scene(DAY), "09:00", 60), "10:00 6000 6000.5 5998 6000 10 20")
    scene = bars(calm(scene, "10:01", 3), "10:04 6000 6000 5995 5997.5 0 200")
    return bars(scene, "10:05 5997.5 5998.5 5997.5 5998.25 200 0")


def test_in_a_volatile_market_sweeps_are_traded_at_half_size_or_not_at_all() -> None:
    last = picked(swept(), Regime.VOLATILE)[-1]
    assert (last.side, last.tier, last.size) == (1, "sweeps", 0.5)
    assert picked(swept(), Regime.VOLATILE, volatile_size=1.0)[-1].size == 1.0
    assert not any(one.side for one in picked(swept(), Regime.VOLATILE, volatile_size=0.0))


def test_a_scalp_is_picked_where_there_is_no_sweep() -> None:
    wide = bars(calm(Scene(DAY), "08:00", 99), "09:39 6000 6004 5996 6000 10 10")
    scene = bars(wide, "09:40 5996 5997 5996 5997 9 0")
    for regime, size in ((Regime.VOLATILE, 0.5), (Regime.LOW_VOLATILITY, 1.0)):
        last = picked(scene, regime, scalps={"least_confidence": 0.5})[-1]
        assert (last.side, last.tier, last.size) == (1, "scalps", size)
    assert picked(scene, Regime.LOW_VOLATILITY, low_volatility="none")[-1].side == 0


@pytest.mark.parametrize(
    ("regime", "reason"),
    [(Regime.TRANSITION, "transition"), (None, "no_regime"), (Regime.RANGE, "in_regime")],
)
def test_nothing_is_picked_in_between(regime: Regime | None, reason: str) -> None:
    last = picked(swept(), regime)[-1]
    assert (last.side, last.reason) == (0, reason)


def test_the_regime_picks_the_trend_and_tells_the_margins_of_all() -> None:
    rules = {"entries": ("pullback", "retracement"), **LOOSE}
    found = proposed(SelectorStrategy, RISING, trend=rules)
    told = [one for one in found.values() if one.side]
    assert {one.tier for one in told} == {"trend"}
    figures = 3 * 4
    assert {len(one.extras) for one in found.values()} == {len(SelectorStrategy.extras) - figures}
    assert {clock: one.side for clock, one in found.items() if one.side} == both_ways(
        TrendStrategy, RISING, **rules
    )


@pytest.mark.parametrize("holding", ["trend", "range", "sweeps", "scalps"])
def test_an_open_position_keeps_the_exits_of_its_own_strategy(holding: str) -> None:
    chosen: dict[str, Any] = {holding: {"exits": {"reversal": False}}}
    settings = SelectorStrategy.Settings(**chosen)
    holds = SimpleNamespace(_holding=holding, _picked=SimpleNamespace(name="trend"), settings=settings)
    trading: Any = SelectorStrategy.trading
    assert trading.fget(holds) is getattr(settings, holding)
    assert trading.fget(holds).exits.reversal is False
