"""Over drawn levels and candidates: stricter rules let nothing through, mirror images are judged alike."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mia_plugins.decisions import Rule, Verdict
from mia_plugins.features import Market
from mia_plugins.features.walking import walk
from mia_plugins.testing import Scene
from mia_plugins.testing.changed import changed_after, reflected, until
from mia_plugins.testing.invariants import market_of
from strategies.menthorq.blind_spots import BlindSpot, BlindSpotNear
from strategies.menthorq.clock import RollWindow, SessionClosed
from strategies.menthorq.factors import AdverseBias, VixCap, WideSpread
from strategies.menthorq.levels_stale import LevelsStale
from strategies.menthorq.news import NewsWindow
from strategies.menthorq.swings import AdverseSwing
from strategies.menthorq.walls import GammaWallAhead
from tests.rules import PRICE, candidate

RULES: tuple[type[Rule], ...] = (
    BlindSpot,
    BlindSpotNear,
    LevelsStale,
    GammaWallAhead,
    AdverseSwing,
    AdverseBias,
    VixCap,
    WideSpread,
    RollWindow,
    SessionClosed,
    NewsWindow,
)
NAMES = (
    "Call Resistance",
    "Put Support",
    "Call Resistance 0DTE",
    "Put Support 0DTE",
    "Gamma Wall 0DTE",
    "HVL",
    "1D Min",
    "1D Max",
    "BL 1",
    "BL 2",
    "BL 3",
    "Swing Upper Band",
    "Swing Lower Band",
    "GEX 1",
)
TWICE = 2 * PRICE
MID = 20.0
"""A VIX at which nothing about levels leans."""

near = st.integers(-60, 60).map(lambda quarters: 6000 + quarters / 16)
anywhere = near | st.sampled_from([4000.0, 5000.0, 7000.0, 7300.0, 22_000.0])
hours = st.sampled_from(["18:30:00", "02:00:00", "08:00:00", "09:00:00", "09:50:00", "10:00:00", "10:10:00"])
level_sets = st.lists(
    st.fixed_dictionaries(
        {
            "named": st.dictionaries(st.sampled_from(NAMES), anywhere, min_size=1),
            "source": st.sampled_from(["MenthorQ", "another"]),
            "known_at": hours,
        }
    ),
    max_size=3,
)
orders = st.fixed_dictionaries(
    {
        "side": st.sampled_from([1, -1]),
        "price": st.integers(PRICE - 20, PRICE + 20),
        "target": st.integers(1, 24),
    }
)
asks = st.integers(-1, 6)
clocks = st.sampled_from(["09:45:00", "10:00:00", "10:20:00", "10:31:00", "13:45:00", "15:50:00", "16:10:00"])


def scene_of(sets: list[dict[str, Any]], vix: float | None, spread: int) -> Scene:
    scene = Scene("2026-06-17").trades("09:20:30 6000.00 1 buy")
    scene = scene.book(f"09:31:00 6000.00x10 | {6000 + spread / 4}x10")
    for one in sets:
        row = {"underlying": "ES", "source": one["source"], "ts_init": one["known_at"]}
        rows = [row | {"name": name, "price": price} for name, price in one["named"].items()]
        scene = scene.table("levels", rows)
    return scene if vix is None else scene.table("vix", [{"ts_init": "18:00:00", "value": vix}])


def judge(rules: Mapping[str, tuple[type[Rule], Any]], scene: Scene, clock: str, of: dict[str, Any]) -> Any:
    """Return what rules say of a candidate, by name."""
    # Bars of half an hour: it is walked from one's close to the next.
    market: Market = market_of(scene, (30,))
    made = {name: kind(market, chosen) for name, (kind, chosen) in rules.items()}
    now = scene.at(clock)
    for instant in walk(market, scene.days(), (now,)):
        if instant.now == now:
            its = candidate(now, scene.session, **of)
            return {name: rule.judge(its) for name, rule in made.items()}
    raise AssertionError(clock)


def with_defaults(kinds: tuple[type[Rule], ...]) -> dict[str, tuple[type[Rule], Any]]:
    return {kind.__name__: (kind, kind.Settings()) for kind in kinds}


reaches = st.integers(0, 48).map(lambda quarters: quarters / 4)
spans = st.integers(0, 90).map(float)


@st.composite
def blind_spots(draw: Any) -> tuple[type[Rule], dict[str, Any], dict[str, Any]]:
    near, more, high, more_high = (draw(reaches) for _ in range(4))
    loose = {"reach": near, "reach_high": near + high}
    return BlindSpot, loose, {"reach": near + more, "reach_high": near + max(more, high) + more_high}


@st.composite
def stale(draw: Any) -> tuple[type[Rule], dict[str, Any], dict[str, Any]]:
    loose: dict[str, Any] = {"intraday": draw(st.sampled_from([(), ("another",)]))}
    tight = dict(loose)
    for name, options in {
        "strict_30min": (False, True),
        "missing": ("pass", "block"),
        "absurd": ("pass", "block"),
    }.items():
        first = draw(st.integers(0, 1))
        loose[name], tight[name] = options[first], options[draw(st.integers(first, 1))]
    share = draw(st.integers(0, 9))
    loose["most_far"], tight["most_far"] = share / 10, draw(st.integers(0, share)) / 10
    return LevelsStale, loose, tight


@st.composite
def news(draw: Any) -> tuple[type[Rule], dict[str, Any], dict[str, Any]]:
    loose: dict[str, Any] = {name: draw(spans) for name in ("before", "after", "flat_before", "flat_after")}
    tight = {name: value + draw(spans) for name, value in loose.items()}
    loose["flat"], tight["flat"] = draw(st.sampled_from([((), ()), ((), ("fomc",)), (("fomc",), ("fomc",))]))
    loose["ignore"] = draw(st.sampled_from([(), ("fomc",)]))
    return NewsWindow, loose, tight


@st.composite
def closed(draw: Any) -> tuple[type[Rule], dict[str, Any], dict[str, Any]]:
    order = ("eth", "rth")
    first = draw(st.integers(0, 1))
    loose: dict[str, Any] = {"hours": order[first], "last_entry": draw(spans)}
    tight = {"hours": order[draw(st.integers(first, 1))], "last_entry": loose["last_entry"] + draw(spans)}
    tight["half_days"] = draw(st.sampled_from(["trade", "refuse"]))
    return SessionClosed, loose, tight


@st.composite
def rolls(draw: Any) -> tuple[type[Rule], dict[str, Any], dict[str, Any]]:
    days = draw(st.integers(0, 60))
    return RollWindow, {"days": days}, {"days": draw(st.integers(days, 60))}


@pytest.mark.parametrize("tightened", [blind_spots(), stale(), news(), closed(), rolls()])
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_stricter_rule_lets_through_nothing_that_was_blocked(tightened: Any, data: Any) -> None:
    kind, loose, tight = data.draw(tightened)
    scene = scene_of(data.draw(level_sets), data.draw(st.sampled_from([None, 12.0, MID, 30.0])), 1)
    rules = {"loose": (kind, kind.Settings(**loose)), "tight": (kind, kind.Settings(**tight))}
    said = judge(rules, scene, data.draw(clocks), data.draw(orders))
    assert said["loose"].passes is not False or said["tight"].passes is False, said


@settings(max_examples=150, deadline=None)
@given(level_sets, orders, asks, clocks)
def test_the_mirror_image_is_judged_alike(
    sets: list[dict[str, Any]], of: dict[str, Any], spread: int, clock: str
) -> None:
    """Levels and prices about 6000, a sell for a buy; at a VIX that leans to neither side."""
    scene = scene_of([one | {"named": within_reach(one["named"])} for one in sets], MID, spread)
    rules = with_defaults(RULES)
    mirrored = of | {"side": -of["side"], "price": TWICE - of["price"]}
    there, turned = judge(rules, scene, clock, of), judge(rules, reflected(scene), clock, mirrored)
    for name, verdict in there.items():
        assert plain(verdict) == plain(turned[name]), (name, verdict, turned[name])


@settings(max_examples=80, deadline=None)
@given(level_sets, orders, clocks, st.sampled_from([12.0, MID, 30.0]))
def test_nothing_that_is_known_later_changes_a_verdict(
    sets: list[dict[str, Any]], of: dict[str, Any], clock: str, vix: float
) -> None:
    scene = scene_of(sets, vix, 2)
    now = scene.at(clock)
    said = judge(with_defaults(RULES), scene, clock, of)
    for other in (until(scene, now), changed_after(scene, now)):
        assert judge(with_defaults(RULES), other, clock, of) == said


def within_reach(named: dict[str, float]) -> dict[str, float]:
    """Leave out what is far: 20 % of a price is not the same on both sides of it."""
    return {name: at for name, at in named.items() if abs(at - 6000) < 1000} or {"HVL": 6000.0}


def plain(verdict: Verdict) -> tuple[object, ...]:
    number = None if verdict.number is None else round(verdict.number, 9)
    return verdict.passes, number, verdict.factor, verdict.stop
