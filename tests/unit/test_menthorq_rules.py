"""Each rule of the method MenthorQ: both sides of every boundary, and the boundary itself."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from indicators.options.choices import SourceSettings
from mia_plugins.data.instruments import Contract
from mia_plugins.data.sessions import session_on, utc_ns
from mia_plugins.decisions import Rule, Verdict
from mia_plugins.features import Market, Reading
from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost
from mia_plugins.testing import Scene
from strategies.menthorq.blind_spots import BlindSpot, BlindSpotNear
from strategies.menthorq.clock import RollWindow, SessionClosed
from strategies.menthorq.factors import AdverseBias, VixCap, WideSpread
from strategies.menthorq.levels_stale import LevelsStale
from strategies.menthorq.swings import AdverseSwing
from strategies.menthorq.walls import GammaWallAhead
from tests.rules import PRICE, Judged, candidate, made
from tests.scenes import small_chain

QUIET = Scene("2026-03-10").trades("09:30:30 6000.00 1 buy")
NOW = "10:00:00"
FACTORS = {
    "soft": ("adverse_bias", "adverse_swing", "blind_spot_near", "gamma_wall_ahead"),
    "hard": ("blind_spot", "levels_stale", "news_window", "roll_window", "session_closed"),
    "cap": ("vix_cap",),
    "cost": ("wide_spread",),
}


def with_levels(scene: Scene, named: dict[str, float], known_at: str = "23:00:00", **of: Any) -> Scene:
    row = {"underlying": "ES", "source": "MenthorQ", "ts_init": known_at} | of
    return scene.table("levels", [row | {"name": name, "price": at} for name, at in named.items()])


def with_vix(scene: Scene, value: float, known_at: str = "23:00:00") -> Scene:
    return scene.table("vix", [{"ts_init": known_at, "value": value}])


def judged(kind: type[Rule], scene: Scene, *, settings: dict[str, Any] | None = None, **of: Any) -> Verdict:
    return Judged(kind, scene, **(settings or {})).at(NOW, **of)


def test_what_each_rule_can_do() -> None:
    host = PluginHost.discover()
    ours: dict[str, tuple[str, ...]] = {}
    for name in host.registry.names(Kind.RULES):
        found = host.find(Kind.RULES, name)
        if found.provider.plugin == "menthorq":
            kind: Any = host.load(found)
            ours[str(kind.force)] = (*ours.get(str(kind.force), ()), name)
            kind(Market.blank(), kind.Settings())
    assert {force: tuple(sorted(names)) for force, names in ours.items()} == FACTORS


# --- blind spots ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vix", "away", "passes"),
    [
        (None, 4, False),
        (None, 5, False),
        (None, 5.25, True),
        (None, -5, False),
        (None, -5.25, True),
        (None, 0, False),
        (24.99, 5.04, True),
        (25.0, 5.04, False),
        (25.0, 7.5, False),
        (25.0, -7.5, False),
        (25.0, 7.51, True),
        (25.0, 8, True),
    ],
)
def test_a_blind_spot_blocks_both_sides(vix: float | None, away: float, passes: bool) -> None:
    scene = with_levels(QUIET, {"BL 3": 6000 + away * 0.25, "BL 1": 6100})
    if vix is not None:
        scene = with_vix(scene, vix)
    for side in (1, -1):
        verdict = judged(BlindSpot, scene, side=side)
        assert verdict.passes is passes, verdict
        assert verdict.number == pytest.approx(abs(away))
        assert verdict.factor == 1


def test_a_block_names_the_blind_spot_and_the_numbers() -> None:
    scene = with_levels(QUIET, {"BL 3": 5999.0, "BL 1": 6100})
    assert judged(BlindSpot, scene).reason == (
        "blind spot BL 3 at 5999.00 is 4 t away; it should be more than 5 t"
    )
    assert judged(BlindSpot, with_vix(scene, 30.0), price=PRICE + 2).reason == (
        "blind spot BL 3 at 5999.00 is 6 t away; it should be more than 7.5 t, the VIX is HIGH"
    )


def test_what_rounding_adds_to_an_index_level_is_no_distance() -> None:
    """A blind spot of the index, moved by a basis, comes to 5.0000000001 t."""
    scene = with_levels(QUIET, {"BL 1": 6001.25 + 1e-10})
    assert judged(BlindSpot, scene).passes is False


@pytest.mark.parametrize(
    ("away", "factor"),
    [(4, 0.7), (5, 0.7), (5.25, 0.7), (10, 0.7), (-10, 0.7), (10.01, 1), (11, 1), (-11, 1)],
)
def test_near_a_blind_spot_the_size_is_smaller(away: float, factor: float) -> None:
    scene = with_levels(QUIET, {"BL 2": 6000 + away * 0.25})
    for side in (1, -1):
        verdict = judged(BlindSpotNear, scene, side=side)
        assert (verdict.passes, verdict.factor) == (True, factor)
        assert verdict.number == pytest.approx(abs(away))


@pytest.mark.parametrize("kind", [BlindSpot, BlindSpotNear])
def test_without_blind_spots_nothing_is_asked(kind: type[Rule]) -> None:
    none = judged(kind, QUIET)
    assert (none.passes, none.number, none.factor) == (None, None, 1)
    assert none.reason == "no levels of ES or SPX are known"
    others = judged(kind, with_levels(QUIET, {"HVL": 6000.0}))
    assert (others.passes, others.reason) == (None, "no blind spots are imported")


def test_no_rule_on_levels_is_hidden_from_by_asking_for_fresher_ones() -> None:
    assert "strict_30min" not in BlindSpot.Settings.model_fields
    assert issubclass(AdverseSwing.Settings, SourceSettings)


# --- levels that are stale, missing, absurd ----------------------------------------------------------------


def test_levels_of_the_end_of_day_hold_for_26_hours() -> None:
    scene = with_levels(QUIET, {"HVL": 5990.0}).on("2026-03-11").trades("00:30:00 6000.00 1 buy")
    rule = Judged(LevelsStale, scene)
    assert rule.at("01:00:00").passes is True
    late = rule.at("01:00:01")
    assert late.passes is False
    assert late.number == pytest.approx(26 * 60 + 1 / 60)
    assert late.reason == (
        "levels stale: levels of ES by MenthorQ are 26.0 h old; "
        "they hold until their next publication is due, 26 h"
    )


def test_levels_of_friday_hold_on_monday() -> None:
    friday = Scene("2026-03-06").trades("09:30:30 6000.00 1 buy")
    monday = (
        with_levels(friday, {"HVL": 5990.0}, "16:30:00").on("2026-03-09").trades("09:30:30 6000.00 1 buy")
    )
    verdict = Judged(LevelsStale, monday).at("18:30:00")
    assert (verdict.passes, verdict.reason) == (True, "levels of ES by MenthorQ are 49.0 h old")


@pytest.mark.parametrize(
    ("vix", "minutes", "regime"),
    [(15.0, 30, "LOW"), (20.0, 15, "MID"), (25.0, 5, "HIGH"), (None, 5, "not known")],
)
def test_levels_of_the_day_hold_by_the_vix(vix: float | None, minutes: int, regime: str) -> None:
    scene = with_levels(QUIET, {"HVL": 5990.0}, "09:00:00")
    if vix is not None:
        scene = with_vix(scene, vix)
    rule = Judged(LevelsStale, scene, intraday=("MenthorQ",))
    assert rule.at(f"09:{minutes:02}:00").passes is True
    late = rule.at(f"09:{minutes:02}:01")
    assert late.passes is False
    assert f"they hold {minutes} min while the VIX is {regime}" in late.reason


def test_strict_levels_hold_for_30_minutes() -> None:
    scene = with_levels(QUIET, {"HVL": 5990.0}, "09:00:00")
    strict = Judged(LevelsStale, scene, strict_30min=True)
    assert strict.at("09:30:00").passes is True
    late = strict.at("09:30:01")
    assert late.passes is False
    assert late.number == pytest.approx(30 + 1 / 60)
    assert late.reason.endswith("are 30.0 min old; they hold 30 min")
    assert Judged(LevelsStale, scene).at("09:30:01").passes is True


def test_missing_levels_block_unless_one_says_otherwise() -> None:
    verdict = judged(LevelsStale, QUIET)
    assert (verdict.passes, verdict.reason) == (False, "levels missing: no levels of ES or SPX are known")
    allowed = judged(LevelsStale, QUIET, settings={"missing": "pass"})
    assert (allowed.passes, allowed.reason) == (True, verdict.reason)


def test_levels_that_cannot_be_brought_to_the_future_are_missing() -> None:
    scene = with_levels(QUIET, {"HVL": 5990.0}, underlying="SPX")
    verdict = judged(LevelsStale, scene)
    assert verdict.passes is False
    assert verdict.reason.startswith("levels missing: levels of SPX, but ")


def test_a_run_without_levels_is_not_asked_for_them() -> None:
    market, rule = made(LevelsStale, QUIET, {})
    market.absent = frozenset({"levels"})
    verdict = rule.judge(candidate(QUIET.at(NOW), QUIET.session))
    assert (verdict.passes, verdict.reason) == (None, "the run declares that there are no levels")


def test_levels_do_not_exist_before_they_are_available() -> None:
    named = {"BL 1": 6000.25, "Call Resistance": 6000.5, "Swing Upper": 6000.5}
    scene = with_levels(QUIET, named, "10:00:00", ts_event="09:00:00")
    for kind in (BlindSpot, BlindSpotNear, GammaWallAhead, AdverseSwing):
        assert Judged(kind, scene).at("09:59:59").passes is None
    assert Judged(BlindSpot, scene).at("10:00:00").passes is False
    for kind in (BlindSpotNear, GammaWallAhead, AdverseSwing):
        assert Judged(kind, scene).at("10:00:00").factor < 1
    assert Judged(LevelsStale, scene).at("09:59:59").passes is False
    assert Judged(LevelsStale, scene).at("10:00:00").passes is True


def test_a_call_wall_below_the_put_wall_is_absurd() -> None:
    scene = with_levels(QUIET, {"Call Resistance": 5999.75, "Put Support": 6000.25, "BL 1": 6100})
    verdict = judged(LevelsStale, scene)
    assert (verdict.passes, verdict.reason) == (
        False,
        "levels absurd: Put Support 6000.25 is above Call Resistance 5999.75",
    )
    assert judged(LevelsStale, scene, settings={"absurd": "pass"}).passes is True
    wall = judged(GammaWallAhead, scene, side=1)
    assert (wall.factor, wall.passes) == (1, None), "neither of the two walls is believed"
    assert judged(BlindSpot, scene).passes is True, "the other levels are"
    touching = with_levels(QUIET, {"Call Resistance": 6000.0, "Put Support": 6000.0})
    assert judged(LevelsStale, touching).passes is True


def test_to_be_stricter_leads_to_no_other_levels() -> None:
    """The future's own levels are absurd and an hour old; strictly only those of the index would be looked at."""
    absurd = {"Call Resistance": 5999.75, "Put Support": 6000.25}
    scene = with_levels(QUIET.trades("09:49:30 6000.00 1 buy"), absurd, "09:00:00")
    scene = with_levels(scene, {"HVL": 5966.0}, "09:51:00", underlying="SPX")
    chain = small_chain(np.random.default_rng(1), scene.session.day, scene.at("09:48:00"), 5976.0)
    scene = scene.with_table("option_chains", chain)
    for strict in (False, True):
        verdict = judged(LevelsStale, scene, settings={"strict_30min": strict})
        assert (verdict.passes, verdict.reason[:13]) == (False, "levels absurd")
    allowed = judged(LevelsStale, scene, settings={"strict_30min": True, "absurd": "pass"})
    assert (allowed.passes, allowed.reason) == (True, "levels of ES by MenthorQ are 9.0 min old")


def test_one_price_far_off_is_left_out_and_most_of_them_are_absurd() -> None:
    one = with_levels(QUIET, {"BL 1": 7200.25, "BL 2": 6004.0, "HVL": 5990.0})
    verdict = judged(LevelsStale, one)
    assert verdict.passes is True
    assert verdict.reason.endswith("; left out: BL 1")
    assert judged(BlindSpot, one).number == 16
    of_nq = with_levels(QUIET, {"BL 1": 22_000.0, "BL 2": 22_100.0, "HVL": 6000.0})
    verdict = judged(LevelsStale, of_nq)
    assert (verdict.passes, verdict.reason) == (
        False,
        "levels absurd: 2 of 3 are more than 20 % away, such as BL 1 22000.00",
    )
    half = with_levels(QUIET, {"BL 1": 22_000.0, "HVL": 6000.0})
    assert judged(LevelsStale, half).passes is True
    assert judged(LevelsStale, half, settings={"most_far": 0.49}).passes is False


def test_a_level_a_thousand_points_off_is_near_nothing() -> None:
    named = {"BL 1": 7000.0, "Call Resistance": 7000.0, "Swing Upper": 5000.0, "HVL": 5990.0, "BL 2": 5995.0}
    scene = with_levels(QUIET, named)
    assert judged(BlindSpot, scene).passes is True
    assert judged(GammaWallAhead, scene).factor == 1
    assert judged(AdverseSwing, scene, side=-1).factor == 1


def test_levels_without_a_price_are_absurd() -> None:
    verdict = judged(LevelsStale, with_levels(QUIET, {"BL 1": 0.0, "HVL": -5.0, "BL 2": float("nan")}))
    assert verdict.passes is False
    assert verdict.reason == "levels absurd: levels of ES by MenthorQ have no price"


# --- walls and swings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("side", "call", "put", "factor", "number"),
    [
        (1, 3, -40, 0.5, 3),
        (1, 3.25, -40, 1, 3.25),
        (1, 0, -40, 0.5, 0),
        (1, -1, -40, 1, None),
        (1, 40, -2, 1, 40),
        (-1, 40, -3, 0.5, 3),
        (-1, 40, -3.25, 1, 3.25),
        (-1, 40, 0, 0.5, 0),
        (-1, 40, 1, 1, None),
        (-1, 2, -40, 1, 40),
    ],
)
def test_a_wall_counts_only_ahead(
    side: int, call: float, put: float, factor: float, number: float | None
) -> None:
    """Selling 2 t below a call wall and buying 2 t above a put wall trade away from it."""
    scene = with_levels(QUIET, {"Call Resistance": 6000 + call / 4, "Put Support 0DTE": 6000 + put / 4})
    verdict = judged(GammaWallAhead, scene, side=side)
    assert (verdict.passes, verdict.factor, verdict.number) == (True, factor, number)


def test_a_wall_is_named() -> None:
    scene = with_levels(QUIET, {"Call Resistance 0DTE": 6000.5, "Call Resistance": 6010, "Put Support": 5900})
    assert judged(GammaWallAhead, scene).reason == (
        "Call Resistance 0DTE at 6000.50 (levels) is 2 t ahead, at most 3 t"
    )
    assert judged(GammaWallAhead, with_levels(QUIET, {"Put Support": 5900.0})).reason == (
        "no call wall above the price"
    )
    assert judged(GammaWallAhead, QUIET).passes is None


@pytest.mark.parametrize(("side", "at", "factor"), [(1, 6000.5, 0.5), (-1, 6000.5, 1), (-1, 5999.5, 0.5)])
def test_a_gamma_wall_without_a_side_is_ahead_of_either(side: int, at: float, factor: float) -> None:
    assert judged(GammaWallAhead, with_levels(QUIET, {"Gamma Wall 0DTE": at}), side=side).factor == factor


@pytest.mark.parametrize(
    ("side", "away", "target", "factor"),
    [
        (1, 4, 16, 0.7),
        (1, 4.01, 16, 1),
        (1, 5, 16, 1),
        (1, 0, 16, 0.7),
        (1, -1, 16, 1),
        (1, 3, 3, 0.7),
        (1, 3, 2, 1),
        (-1, -4, 16, 0.7),
        (-1, -5, 16, 1),
        (-1, 1, 16, 1),
        (-1, -3, 2, 1),
    ],
)
def test_a_swing_level_between_entry_and_target(side: int, away: float, target: int, factor: float) -> None:
    scene = with_levels(QUIET, {"Swing Upper Band": 6000 + away / 4})
    verdict = judged(AdverseSwing, scene, side=side, target=target)
    assert (verdict.passes, verdict.factor, verdict.stop) == (True, factor, 0 if factor == 1 else 8)


@pytest.mark.parametrize(
    ("reach", "away", "stop"), [(20, 5, 8), (20, 5.5, 9), (20, 6, 9), (20, 7, 11), (20, 16, 24)]
)
def test_the_stop_lies_beyond_the_swing(reach: int, away: float, stop: int) -> None:
    """max(8, 1.5 · 5.5) = 8.25, and a stop is whole ticks."""
    scene = with_levels(QUIET, {"Swing Upper": 6000 + away / 4})
    verdict = judged(AdverseSwing, scene, settings={"reach": float(reach)})
    assert verdict.stop == stop
    assert f"the stop should be at least {stop} t away" in verdict.reason


def test_without_swing_levels_nothing_is_asked() -> None:
    assert judged(AdverseSwing, QUIET).passes is None
    assert judged(AdverseSwing, with_levels(QUIET, {"HVL": 6000.0})).reason == "no swing levels are imported"


# --- bias, VIX, spread ------------------------------------------------------------------------------------


class Leaning:
    """Dealers that lean as one likes."""

    def __init__(self, value: float | None) -> None:
        self.value = value

    def read(self, now: int) -> Reading:
        return Reading(self.value, "levels are not there")


@pytest.mark.parametrize(
    ("side", "bias", "factor"),
    [
        (1, -0.3, 0.8),
        (1, -0.3 + 1e-12, 0.8),
        (1, -0.29, 1),
        (1, 0.9, 1),
        (1, -1.0, 0.8),
        (-1, 0.3, 0.8),
        (-1, 0.29, 1),
        (-1, -0.9, 1),
        (1, None, 1),
    ],
)
def test_dealers_against_the_trade(side: int, bias: float | None, factor: float) -> None:
    _, rule = made(AdverseBias, QUIET, {})
    assert isinstance(rule, AdverseBias)
    rule.bias = Leaning(bias)  # type: ignore[assignment]
    verdict = rule.judge(candidate(QUIET.at(NOW), QUIET.session, side=side))
    assert verdict.factor == factor
    if bias is None:
        assert verdict.passes is None
        assert verdict.reason == "the dealers' bias is not known (levels are not there)"
    else:
        assert (verdict.passes, verdict.number) == (True, side * bias)


def test_the_bias_of_imported_levels_is_followed() -> None:
    named = {"Call Resistance": 6000.5, "1D Min": 5950.0, "1D Max": 6050.0, "Put Support": 5940.0}
    scene = with_levels(QUIET, named)
    assert judged(AdverseBias, scene, side=1).factor == 0.8
    assert judged(AdverseBias, scene, side=-1).factor == 1
    assert judged(AdverseBias, QUIET).passes is None


@pytest.mark.parametrize(
    ("vix", "cap"), [(10.0, 1.0), (15.0, 1.0), (15.01, 0.6), (24.99, 0.6), (25.0, 0.4), (80.0, 0.4)]
)
def test_the_vix_caps_the_soft_factors(vix: float, cap: float) -> None:
    verdict = judged(VixCap, with_vix(QUIET, vix))
    assert (verdict.passes, verdict.factor, verdict.number) == (True, cap, vix)


def test_without_the_vix_there_is_no_cap_and_it_is_said() -> None:
    verdict = judged(VixCap, QUIET)
    assert (verdict.passes, verdict.factor, verdict.reason) == (None, 1.0, "the VIX is not known: no cap")
    assert judged(VixCap, with_vix(QUIET, -1.0)).passes is None
    late = with_vix(QUIET, 30.0, "10:30:00")
    assert judged(VixCap, late).passes is None


@pytest.mark.parametrize(("ask", "factor"), [(6000.25, 1), (6000.5, 1), (6000.75, 0.8), (6002.0, 0.8)])
def test_a_spread_of_more_than_2_ticks_costs(ask: float, factor: float) -> None:
    scene = QUIET.book(f"09:31:00 6000.00x10 | {ask}x10")
    verdict = judged(WideSpread, scene)
    assert (verdict.passes, verdict.factor, verdict.number) == (True, factor, (ask - 6000) * 4)


def test_a_spread_that_is_not_known() -> None:
    assert judged(WideSpread, QUIET).reason == "no quote is known"
    crossed = judged(WideSpread, QUIET.book("09:31:00 6000.25x10 | 6000.00x10"))
    assert (crossed.passes, crossed.factor, crossed.reason) == (None, 1, "bid and ask are crossed")


# --- clock --------------------------------------------------------------------------------------------------


def on_the_clock(day: str, clock: str, **settings: Any) -> Verdict:
    session = session_on(dt.date.fromisoformat(day))
    scene = Scene(day)
    rule = SessionClosed(Market.blank(), SessionClosed.Settings(**settings))
    return rule.judge(candidate(scene.at(clock), session))


@pytest.mark.parametrize(
    ("day", "clock", "settings", "passes"),
    [
        ("2026-03-10", "18:00:00", {}, True),
        ("2026-03-10", "16:59:59", {}, True),
        ("2026-03-10", "17:00:00", {}, False),
        ("2026-03-10", "09:29:59", {"hours": "rth"}, False),
        ("2026-03-10", "09:30:00", {"hours": "rth"}, True),
        ("2026-03-10", "15:59:59", {"hours": "rth"}, True),
        ("2026-03-10", "16:00:00", {"hours": "rth"}, False),
        ("2026-03-10", "15:44:59", {"hours": "rth", "last_entry": 15.0}, True),
        ("2026-03-10", "15:45:00", {"hours": "rth", "last_entry": 15.0}, False),
        # the Friday after Thanksgiving
        ("2026-11-27", "12:59:59", {"hours": "rth"}, True),
        ("2026-11-27", "13:00:00", {"hours": "rth"}, False),
        ("2026-11-27", "13:14:59", {}, True),
        ("2026-11-27", "13:15:00", {}, False),
        ("2026-11-27", "11:00:00", {"half_days": "refuse"}, False),
        ("2026-03-10", "11:00:00", {"half_days": "refuse"}, True),
        # Memorial Day: futures trade until 13:00, stocks do not
        ("2026-05-25", "11:00:00", {"hours": "rth"}, False),
        ("2026-05-25", "11:00:00", {}, True),
        ("2026-05-25", "13:00:00", {}, False),
        # the first sessions after clocks change
        ("2026-03-09", "09:29:59", {"hours": "rth"}, False),
        ("2026-03-09", "09:30:00", {"hours": "rth"}, True),
        ("2026-11-02", "09:29:59", {"hours": "rth"}, False),
        ("2026-11-02", "15:59:59", {"hours": "rth"}, True),
        ("2026-11-02", "16:00:00", {"hours": "rth"}, False),
    ],
)
def test_the_hours_that_are_traded(day: str, clock: str, settings: dict[str, Any], passes: bool) -> None:
    verdict = on_the_clock(day, clock, **settings)
    assert verdict.passes is passes, verdict


@pytest.mark.parametrize(
    ("begins", "ends", "clock", "passes"),
    [
        ("09:00", "16:00", "08:59:59", False),
        ("09:00", "16:00", "09:00:00", True),
        ("09:00", "16:00", "16:00:00", False),
        ("20:00", "04:00", "19:59:59", False),
        ("20:00", "04:00", "20:00:00", True),
        ("20:00", "04:00", "03:59:59", True),
        ("20:00", "04:00", "04:00:00", False),
        ("18:00", "17:00", "16:59:59", True),
    ],
)
def test_hours_of_ones_own(begins: str, ends: str, clock: str, passes: bool) -> None:
    hours = {"begins": dt.time.fromisoformat(begins), "ends": dt.time.fromisoformat(ends)}
    assert on_the_clock("2026-03-10", clock, hours="custom", **hours).passes is passes


def test_how_far_inside_the_hours_it_is() -> None:
    verdict = on_the_clock("2026-03-10", "15:50:00", hours="rth")
    assert (verdict.number, verdict.reason) == (10, "15:50 New York; 09:30 to 16:00 is traded")
    assert on_the_clock("2026-03-10", "16:05:00", hours="rth").number == -5


@pytest.mark.parametrize(
    "settings",
    [
        {"hours": "custom"},
        {"hours": "custom", "begins": dt.time(9)},
        {"begins": dt.time(9), "ends": dt.time(10)},
        {"hours": "custom", "begins": dt.time(16), "ends": dt.time(9)},
        {"hours": "custom", "begins": dt.time(9), "ends": dt.time(17, 30)},
        {"hours": "custom", "begins": dt.time(17, 30), "ends": dt.time(16)},
    ],
)
def test_hours_that_are_none_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SessionClosed.Settings(**settings)


@pytest.mark.parametrize(
    ("day", "symbol", "passes", "left"),
    [
        ("2026-06-09", "ESM6", True, 9),
        ("2026-06-10", "ESM6", False, 8),
        ("2026-06-11", "ESM6", False, 7),
        ("2026-06-18", "ESM6", False, 0),
        ("2026-06-11", "ESU6", True, 99),
    ],
)
def test_a_contract_that_no_longer_leads(day: str, symbol: str, passes: bool, left: int) -> None:
    """ES of June 2026 expires on Thursday the 18th: the Friday is a holiday. From the 10th on September leads."""
    session = session_on(dt.date.fromisoformat(day))
    contract = Contract(2026, 6 if symbol == "ESM6" else 9, "ES")
    rule = RollWindow(Market.blank(), RollWindow.Settings())
    verdict = rule.judge(candidate(session.rth_open, session, contract=contract))
    assert verdict.number == left
    assert verdict.passes is passes
    assert passes is (session.day < contract.roll), "as the framework has it"


def test_a_contract_says_when_it_expires() -> None:
    session = session_on(dt.date(2026, 6, 11))
    rule = RollWindow(Market.blank(), RollWindow.Settings())
    verdict = rule.judge(candidate(session.rth_open, session, contract=Contract(2026, 6, "ES")))
    assert verdict.reason == (
        "ESM6 expires on 2026-06-18, in 7 days; from 8 days before on ESU6 is the one to enter"
    )
    last = RollWindow(Market.blank(), RollWindow.Settings(days=0))
    for day, passes in ((dt.date(2026, 6, 17), True), (dt.date(2026, 6, 18), False)):
        session = session_on(day)
        its = candidate(utc_ns(day, dt.time(9)), session, contract=Contract(2026, 6, "ES"))
        assert last.judge(its).passes is passes
