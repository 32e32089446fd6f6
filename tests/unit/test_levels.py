"""Levels at their boundaries: 8 ticks are not near, parts of the day are told when they are over."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.profile.hours import SessionLevels
from indicators.structure.key_levels import KeyLevels, Level
from indicators.structure.level_features import LevelProximity, SupportResistance
from indicators.structure.technical import round_numbers
from indicators.structure.zones import Zone, zones_of
from mia_plugins.features import Feature, Market, Reading
from mia_plugins.testing import Scene
from tests.minutes import at_bars

SCENE = Scene("2026-03-10")
YESTERDAY = SCENE.trades("12:00  6010.00  5  buy")
"""A day that traded at one price: all of its levels are there, 40 t above the round number."""
ONLY_OLD = {"developing": 0.0, "vwap": 0.0}
"""A single trade is its own point of control: without the strength of what develops."""


def closing(scene: Scene, ticks_above_6000: int) -> Scene:
    return scene.trades(f"12:00  {6000 + ticks_above_6000 / 4:.2f}  1  buy")


def last_of(kind: type[Feature], scene: Scene, **settings: Any) -> Reading:
    def read(market: Market) -> Callable[[], Any]:
        feature = kind(market, kind.Settings(**settings))
        return lambda: feature.checked("it", market.tape.now)

    *_, (_, reading) = at_bars(scene, read)
    assert isinstance(reading, Reading)
    return reading


@pytest.mark.parametrize(("away", "near"), [(0, 1), (1, 0.875), (4, 0.5), (7, 0.125), (8, 0), (9, 0)])
@pytest.mark.parametrize("side", [1, -1])
def test_levels_are_felt_within_eight_ticks(away: int, near: float, side: int) -> None:
    round_number = last_of(LevelProximity, closing(SCENE, side * away), **ONLY_OLD)
    assert round_number.value == pytest.approx(0.5 * near)
    of_yesterday = last_of(LevelProximity, closing(YESTERDAY.on("2026-03-11"), 40 + side * away), **ONLY_OLD)
    assert of_yesterday.value == pytest.approx(near)


@pytest.mark.parametrize(
    ("ticks", "strength"), [(0, 0.5), (400, 0.5), (200, 0.35), (100, 0.25), (300, 0.25), (50, 0)]
)
def test_round_numbers_are_counted_in_ticks(ticks: int, strength: float) -> None:
    graded = last_of(LevelProximity, closing(SCENE, ticks), round_numbers="graded", **ONLY_OLD)
    assert graded.value == pytest.approx(strength)


def test_the_round_numbers_next_to_a_price() -> None:
    assert [one.price for one in round_numbers(24050)] == [24000, 24100]
    assert [(one.price, one.strength) for one in round_numbers(24000)] == [
        (23900, 0.5),
        (24000, 1.0),
        (24100, 0.5),
    ]
    assert [(one.price, one.strength) for one in round_numbers(24200)][1] == (24200, 0.7)


@pytest.mark.parametrize(
    ("ticks", "value"), [(4, 0.25), (-4, -0.25), (7, 0.0625), (8, 0), (0, 0), (-8, 0), (50, 0)]
)
def test_support_lies_below_and_resistance_above(ticks: int, value: float) -> None:
    assert last_of(SupportResistance, closing(SCENE, ticks), **ONLY_OLD).value == pytest.approx(value)


def test_of_levels_at_one_price_the_strongest_counts_and_the_nearest_before_the_stronger() -> None:
    scene = SCENE.trades("12:00  6000.00  5  buy").on("2026-03-11")  # yesterday's levels at the round number
    assert last_of(SupportResistance, closing(scene, 4), **ONLY_OLD).value == pytest.approx(0.5)
    scene = SCENE.trades("12:00  5999.50  5  buy").on("2026-03-11")  # and 2 t below it
    assert last_of(SupportResistance, closing(scene, 4), **ONLY_OLD).value == pytest.approx(0.25)
    assert last_of(LevelProximity, closing(scene, 4), **ONLY_OLD).value == pytest.approx(0.25)


@pytest.mark.parametrize("kind", [LevelProximity, SupportResistance])
def test_no_level_within_reach_is_quiet(kind: type[Feature]) -> None:
    for away in (50, 8):
        reading = last_of(kind, closing(SCENE, away), **ONLY_OLD)
        assert (reading.value, reading.reason) == (0.0, "quiet: no level within 8 t")


def test_parts_of_the_day_are_levels_once_they_are_over() -> None:
    scene = SCENE.trades(
        """
        18:00:00.000   6000.00  1  buy
        09:28:30.000   6005.00  1  buy
        09:29:59.999   5990.00  1  buy
        09:30:00.000   6020.00  1  buy
        10:28:59.999   6015.00  1  buy
        10:29:59.999   6030.00  1  buy
        10:30:00.000   6050.00  1  buy
        """
    )

    def read(market: Market) -> Callable[[], Any]:
        one = market.measure(SessionLevels)
        return lambda: (one.overnight_high, one.overnight_low, one.balance_high, one.balance_low)

    night, first = (6005 * 4, 5990 * 4), (6030 * 4, 6015 * 4)
    assert [found for _, found in at_bars(scene, read)] == [
        (None,) * 4,  # closes at 18:01
        (None,) * 4,  # 9:29
        (*night, None, None),  # 9:30: its last trade is the night's
        (*night, None, None),  # 9:31: the first trade of regular hours is none of the night's
        (*night, None, None),  # 10:29
        (*night, *first),  # 10:30
        (*night, *first),  # 10:31: the trade at 10:30 is none of the first hour's
    ]


def test_strengths_by_source() -> None:
    """Prior 1, developing, overnight and initial balance .8, VWAP and bands .6, the rest .5."""
    scene = YESTERDAY.on("2026-03-11").trades(
        """
        04:00  6020.00  9  buy
        04:01  6030.00  9  sell
        09:45  6024.00  9  buy
        10:45  6022.00  9  buy
        """
    )

    def read(market: Market) -> Callable[[], Any]:
        keys = market.measure(KeyLevels)
        return lambda: {level.source: level.strength for level in keys.levels}

    assert [found for _, found in at_bars(scene, read)][-1] == {
        "prior": 1.0,
        "prior day": 1.0,
        "developing": 0.8,
        "overnight": 0.8,
        "initial balance": 0.8,
        "VWAP": 0.6,
        "pivot": 0.5,
        "round": 0.5,
    }


def level(price: float, strength: float = 1.0, source: str = "") -> Level:
    return Level(f"at {price}", price, strength, source or f"{price}")


@pytest.mark.parametrize(("apart", "zones"), [(0, 1), (4, 1), (8, 1), (9, 0), (20, 0)])
def test_a_zone_reaches_four_ticks_from_its_centre(apart: int, zones: int) -> None:
    found = zones_of([level(100), level(100 + apart)], 4)
    assert len(found) == zones
    assert all(zone.centre == 100 + apart / 2 for zone in found)


def test_the_centre_lies_where_the_strength_is() -> None:
    assert zones_of([level(100, 1.0), level(106, 0.5)], 4)[0].centre == 102
    assert zones_of([level(100, 1.0), level(107, 0.5)], 4) == (), "from 102 1/3 it is 4 2/3 t"


def zones_by_definition(levels: list[Level], width: float) -> set[tuple[Level, ...]]:
    """Take every set of levels that holds all, and only, what is within reach of its own centre."""
    found = set()
    for count in range(2, len(levels) + 1):
        for members in combinations(levels, count):
            centre = sum(one.strength * one.price for one in members) / sum(one.strength for one in members)
            if members == tuple(one for one in levels if abs(one.price - centre) <= width + 1e-6):
                found.add(members)
    return found


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from([0.5, 0.6, 0.8, 1.0])), min_size=1, max_size=9))
def test_every_zone_there_is_is_found_and_no_other(drawn: list[tuple[int, float]]) -> None:
    levels = [level(price, strength, f"{number}") for number, (price, strength) in enumerate(sorted(drawn))]
    assert {zone.members for zone in zones_of(levels, 4)} == zones_by_definition(levels, 4)


@pytest.mark.parametrize(
    ("strengths", "score", "high"),
    [
        ((1, 1), 0.75, True),
        ((1, 0.8), 0.7, False),
        ((0.5, 0.5), 0.4375, False),
        ((0.8, 0.8, 0.6), 0.748, False),
    ],
)
def test_the_score_of_a_zone(strengths: tuple[float, ...], score: float, high: bool) -> None:
    (zone,) = zones_of([level(100 + number / 8, one) for number, one in enumerate(strengths)], 4)
    assert zone.score == pytest.approx(score)
    assert zone.is_high is high


def test_a_zones_bias_is_what_lies_below_less_what_lies_above() -> None:
    members = (level(98, 1.0), level(100, 0.6), level(102, 0.5))
    zone = Zone(100, 0.9, members)
    assert zone.bias(100) == pytest.approx((1.0 - 0.5) / 1.5), "a level at the price is on no side"
    assert zone.bias(110) == 1
    assert zone.bias(90) == -1
    assert Zone(100, 0.5, (level(100), level(100, 0.5))).bias(100) == 0
