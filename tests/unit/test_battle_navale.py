"""Battle Navale's rules one by one: the examples of the definition, its boundaries, and both sides."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from indicators.battle_navale.bar_patterns import ACTIVE, BarPattern, patterns_at
from indicators.battle_navale.bases import Base, BaseFinder, evenness, size_score
from indicators.battle_navale.battle import BattleNavale
from indicators.battle_navale.chart import Chart, Rules
from indicators.battle_navale.golden_rule import GoldenRule
from indicators.battle_navale.mtf import MtfConfluence, OfLength, together, weights_by
from indicators.battle_navale.outcome import Outcome, Strengths, strengths
from indicators.battle_navale.scoring import BnClass, bn_class, confidence_of, lean, score_of
from indicators.fading import Fading
from indicators.flow.bars import FlowBar
from mia_plugins.data.arrow import Kind
from mia_plugins.features import Market
from mia_plugins.tape.bars import Bar
from mia_plugins.tape.errors import TapeError
from mia_plugins.tape.tape import Tape

SIDES = (1, -1)
L = 24_000
"""Prices are told as distances from here, so that the other side is the mirror image."""


def bar(side: int, opened: int, high: int, low: int, close: int) -> Bar:
    """Return a bar, or its mirror image."""
    if side > 0:
        return Bar(0, L + opened, L + high, L + low, L + close, 300)
    return Bar(0, L - opened, L - low, L - high, L - close, 300)


def names(bars: Iterable[Bar], **settings: Any) -> dict[str, int]:
    return {one.name: one.side for one in patterns_at(tuple(bars), 0.5, **settings)}


LONG = {1: "long_down_up_bar", -1: "long_up_down_bar"}
COLOUR = {1: "color_down_setting", -1: "color_up_setting"}


def long_bars(side: int, *, low: int = -9, first: int = 0, last: int = 1) -> list[Bar]:
    return [bar(side, -2, first, -3, -1), bar(side, -2, -2, low, -8), bar(side, -7, last, -7, 0)]


@pytest.mark.parametrize("side", SIDES)
def test_long_bars_reach_more_than_eight_ticks(side: int) -> None:
    assert names(long_bars(side)) == {LONG[side]: side}
    assert names(long_bars(side, low=-8)) == {}, "exactly 8 ticks is not more than 8"
    assert names(long_bars(side, last=0)) == {}, "as high as the first is not higher"
    assert names(long_bars(side), ratio=1.2) == {}, "on longer bars more is asked for: 9.6 ticks"
    assert names(long_bars(side, low=-10), ratio=1.2) == {LONG[side]: side}


@pytest.mark.parametrize("side", SIDES)
def test_opens_are_compared_strictly_and_bodies_unless_switched_off(side: int) -> None:
    before, middle, last = long_bars(side)
    level = middle._replace(open=before.close)
    assert names([before, level, last]) == {}
    assert names([before, middle, last._replace(open=middle.close)]) == {}
    wrong = bar(side, -2, -1, -9, -1)
    after = bar(side, 0, 1, -7, 1)
    assert names([before, wrong, after]) == {}
    assert names([before, wrong, after], by_body=False) == {LONG[side]: side}


def colour_bars(side: int, *, down_low: int = -13, middle_high: int = -1, last_low: int = -15) -> list[Bar]:
    """Bars that turn down twice, the second time from a lower high; or up, mirrored."""
    return [
        bar(side, -3, 0, -4, -1),
        bar(side, -2, 0, down_low, -12),
        bar(side, -12, middle_high, -12, -2),
        bar(side, -3, -3, last_low, -14),
    ]


@pytest.mark.parametrize("side", SIDES)
def test_settings_of_colour_reach_more_than_twelve_ticks_twice(side: int) -> None:
    found = {COLOUR[side]: -side}
    assert names(colour_bars(side)) == found
    assert names(colour_bars(side, down_low=-12)) == {}, "12 ticks from the first bar's high is not more"
    assert names(colour_bars(side, last_low=-13)) == {}, "nor from the middle bar's"
    assert names(colour_bars(side, middle_high=0)) == {}, "an equal high is not a lower one"
    assert names(colour_bars(side)[1:]) == {}, "it takes four bars"


@pytest.mark.parametrize("side", SIDES)
def test_strength_is_of_range_and_the_middle_volume(side: int) -> None:
    (found,) = patterns_at(tuple(long_bars(side)), 0.5)
    assert found.strength == pytest.approx(0.7 * (10 / 8 / 2) + 0.3 * 0.5)
    assert found.value == pytest.approx(side * 0.8 * found.strength)
    (full,) = patterns_at(tuple(long_bars(side, low=-20)), 2.0)
    assert full.strength == 1
    (setting,) = patterns_at(tuple(colour_bars(side)), 0.5)
    assert setting.strength == pytest.approx(0.8 * 15 / 12 / 2)
    assert setting.value == pytest.approx(-side * 0.6 * setting.strength)


def test_a_pattern_fades_over_five_bars_and_the_largest_counts() -> None:
    active = Fading[BarPattern](ACTIVE)
    old, new = BarPattern("long_down_up_bar", 1, 1.0), BarPattern("color_down_setting", -1, 0.9)
    values = []
    for found in [(old,), (), (new,), (), (), (), ()]:
        active.take(found)
        largest = active.strongest()
        values.append(largest[1] if largest else 0.0)
    assert values == pytest.approx([0.8, 0.64, -0.54, -0.432, -0.324, -0.216, -0.108])
    active.take(())
    assert active.strongest() is None, "after five bars it is over"


def test_a_tie_of_opposite_sides_is_none() -> None:
    active = Fading[BarPattern](ACTIVE)
    up, down = (BarPattern(name, side, 0.5) for side, name in LONG.items())
    active.take((up, down))
    assert active.strongest() is None
    active.take((up,))
    largest = active.strongest()
    assert largest is not None
    assert largest[0] == up
    assert largest[1] == pytest.approx(0.4)


def base(colour: int, quality: float = 0.7) -> Base:
    return Base(L - 5, L + 5, colour, quality, 10)


@pytest.mark.parametrize("side", SIDES)
def test_the_trend_goes_on_while_no_bar_of_the_other_colour_closes_beyond_the_base(side: int) -> None:
    rule = GoldenRule(0.5)
    rule.take(bar(side, 0, 2, -1, 1), base(side))
    assert rule.regime == side
    for harmless in (
        bar(side, 0, 1, -9, -5),  # closes at the edge
        bar(side, -8, -6, -9, -6),  # beyond, of the base's own colour
        bar(side, -6, -6, -9, -6),  # beyond, without a colour
    ):
        rule.take(harmless, None)
        assert (rule.regime, rule.turned) == (side, 0)
    rule.take(bar(side, 0, 1, -6, -6), base(side))
    assert (rule.regime, rule.turned) == (-side, -side), "the bar of a violation makes no base"
    rule.take(bar(side, 0, 1, -7, -7), None)
    assert (rule.regime, rule.turned) == (-side, 0), "a base is violated once"


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("after", "violated"), [(20, True), (21, False)])
def test_a_base_is_violated_within_twenty_bars(side: int, after: int, violated: bool) -> None:
    rule = GoldenRule(0.5)
    rule.take(bar(side, 0, 2, -1, 1), base(side))
    for _ in range(after - 1):
        rule.take(bar(side, 0, 2, -1, 1), None)
    assert rule.reference
    rule.take(bar(side, 0, 1, -6, -6), None)
    assert rule.regime == (-side if violated else side)
    assert rule.reference == base(side), "a base that can no longer be violated is still the last one"


def test_only_good_bases_are_kept_and_neutral_ones_change_no_regime() -> None:
    rule = GoldenRule(0.5)
    rule.take(bar(1, 0, 2, -1, 1), base(1, 0.5))
    assert (rule.regime, rule.reference) == (0, None), ".5 is not more than .5"
    rule.take(bar(1, 0, 2, -1, 1), base(0))
    assert (rule.regime, rule.reference) == (0, base(0))
    rule.take(bar(1, 0, 2, -1, 1), base(-1))
    rule.take(bar(1, 0, 2, -1, 1), base(0, 0.9))
    assert (rule.regime, rule.reference, rule.in_force) == (-1, base(0, 0.9), base(-1))


STILL = [0, 1, 0, -1, 0, 1, 0, -1, 0, 1, 0]
"""Closes that go nowhere."""


def found_base(side: int, moves: list[int], most: str = "2.3 ATR", height: int = 4) -> Base | None:
    """Return the base after STILL closes and moves from there; bars reach `height` ticks each way."""
    closes = [*STILL, *(sum(moves[: count + 1]) for count in range(len(moves)))]
    finder, found = BaseFinder(most), None
    for close in closes:
        found = finder.take(bar(side, close, close + height, close - height, close))
    return found


@pytest.mark.parametrize("side", SIDES)
def test_a_base_is_green_when_three_of_four_moves_are_up(side: int) -> None:
    colours = {
        (1, 1, 1, -1): 1, (1, -1, 1, 1): 1, (1, -1, 1, -1): 0, (-1, -1, 1, -1): -1, (1, 0, 1, 0): 0,
        (-1, 0, 0, 0): 0,
    }  # fmt: skip
    for moves, colour in colours.items():
        found = found_base(side, list(moves))
        assert found is not None
        assert found.colour == side * colour, moves


def test_a_base_has_a_low_box_and_closes_that_stand_still() -> None:
    found = found_base(1, [1, -1, 1, -1])
    assert found is not None
    assert (found.low, found.high, found.bars) == (L - 5, L + 5, 15)
    share = 10 / (2.3 * 8)  # every true range is 8
    assert size_score(share) == 1
    assert found.quality == pytest.approx(0.3 + 0.2 + 0.25 + 0.25)
    assert found_base(1, [1, -1, 1, -1], "10 ticks") is not None, "10 ticks are not more than 10"
    assert found_base(1, [1, -1, 1, -1], "9 ticks") is None
    assert found_base(1, [3, 3, 3, 3]) is None, "closes do not stand still"
    assert found_base(1, [0, 0, 0, 0], height=0) is None, "one tick up and down is a spread of its range"


def test_it_takes_fifteen_bars_to_tell() -> None:
    finder = BaseFinder("2.3 ATR")
    for number in range(15):
        assert not finder.ready, number
        finder.take(bar(1, 0, 4, -4, number % 2))
    assert finder.ready


@pytest.mark.parametrize(
    ("share", "score"),
    [
        (0.09, 0.3),
        (0.1, 0.7),
        (0.19, 0.7),
        (0.2, 1),
        (0.59, 1),
        (0.6, 0.7),
        (0.79, 0.7),
        (0.8, 0.3),
        (1, 0.3),
    ],
)
def test_the_height_of_a_box_is_scored_by_half_open_tiers(share: float, score: float) -> None:
    assert size_score(share) == score


def test_even_volume() -> None:
    assert evenness([5] * 8) == 1
    assert evenness([2, 4, 4, 4, 5, 5, 7, 9]) == pytest.approx(1 - 2 / 5)
    assert evenness([0] * 7 + [100]) == 0
    assert evenness([0] * 8) == 0


def flow(side: int, body: int, height: int, lots: int, delta: int) -> FlowBar:
    bought = (lots + side * delta) // 2
    one = bar(side, 0, max(height, body), 0, body)._replace(lots=lots)
    return FlowBar(*one, bought, lots - bought, 0)


@pytest.mark.parametrize("side", SIDES)
def test_the_strengths_of_a_bar(side: int) -> None:
    def ours(one: FlowBar) -> tuple[float, float]:
        found = strengths(one, 1500, 1000)
        return (found[0], found[1]) if side > 0 else (found[1], found[0])

    assert ours(flow(side, 8, 10, 1500, 500)) == pytest.approx((0.8 * 0.8 + 0.2 + 0.25 + 0.3, 0))
    assert ours(flow(side, 6, 10, 1500, 0)) == pytest.approx((0.2, 0)), "a body of .6 is not more than .6"
    assert ours(flow(side, 7, 10, 9000, -1800)) == pytest.approx((0.56 + 0.4, 0.5)), "share .4 is not less"
    assert ours(flow(side, 7, 10, 9000, -1802)) == pytest.approx((0.56 + 0.4, 0.8))
    assert ours(flow(side, 0, 10, 1000, 100)) == pytest.approx((0.05, 0)), "no colour, no volume"
    assert ours(flow(side, 0, 0, 10, 0)._replace(bought=0, sold=0, unknown=10)) == (0, 0)


def test_the_outcome_is_the_share_of_five_bars() -> None:
    outcome = Outcome()
    for _ in range(4):
        outcome.take(Strengths(0.3, 0.1))
        assert outcome.value is None
    outcome.take(Strengths(0, 0))
    assert outcome.value == pytest.approx(0.75)
    outcome.take(None)
    assert outcome.value is None
    for _ in range(5):
        outcome.take(Strengths(0, 0))
    assert outcome.value is None, "neither side has shown any strength"


@pytest.mark.parametrize(
    ("regime", "close", "continuation"),
    [(1, 6, 0.8), (1, 5, 0.6), (0, 6, 0.5), (0, -6, 0.5), (-1, -5, 0.4), (-1, -6, 0.2)],
)
def test_continuation(regime: int, close: int, continuation: float) -> None:
    assert (1 + lean(regime, base(regime), L + close)) / 2 == pytest.approx(continuation)


def test_continuation_without_a_base() -> None:
    assert lean(1, None, L + 1000) == 0.2
    assert lean(-1, None, L - 1000) == -0.2


@pytest.mark.parametrize(
    ("outcome", "continuation", "quality"), [(1, 0.8, 1), (0.5, 0.5, 0.3), (0.2, 0.4, 0)]
)
def test_the_score_is_the_formula(outcome: float, continuation: float, quality: float) -> None:
    s = 2 * (0.4 / 0.75 * outcome + 0.35 / 0.75 * continuation) - 1
    found = score_of(2 * outcome - 1, 2 * continuation - 1, quality)
    assert found == pytest.approx(s * (0.5 + 0.5 * quality))
    assert score_of(1 - 2 * outcome, 1 - 2 * continuation, quality) == -found


@pytest.mark.parametrize("side", SIDES)
def test_a_quarter_is_reached_on_both_sides(side: int) -> None:
    """±.25 are real thresholds: a regime and a small lead get there, and so does the mirror."""
    assert side * score_of(side * 0.35, side * 0.2, 0.8) == pytest.approx(0.252)
    assert score_of(side * 1.0, side * 0.6, 1.0) == pytest.approx(side * 0.8133, abs=1e-4)


def test_classes_begin_where_they_are_said_to() -> None:
    assert [bn_class(size) for size in (1, 0.75, 0.749, 0.6, 0.45, 0.3, 0.299, 0.15, 0.149, 0)] == [
        BnClass.PREMIUM,
        BnClass.PREMIUM,
        BnClass.STRONG,
        BnClass.STRONG,
        BnClass.MODERATE,
        BnClass.WEAK,
        BnClass.UNCLASSED,
        BnClass.UNCLASSED,
        BnClass.REJECTED,
        BnClass.REJECTED,
    ]


def test_confidence() -> None:
    assert confidence_of(-0.4, 0.6, agreeing=True, boosts=0.35) == pytest.approx(0.2 + 0.18 + 0.2 + 0.35)
    assert confidence_of(0.8, 1, agreeing=True, boosts=0.35) == 1


def test_lengths_together() -> None:
    up, down, none = OfLength(0.5, 0.8, 0.5), OfLength(-0.4, 0.5, 0.3), OfLength(0, 0.3, 0.2)
    assert together([up, down, none]) == pytest.approx(0.5 * 0.4 - 0.3 * 0.2)
    assert together([up, up, none]) == pytest.approx(2 * 0.5 * 0.4 / 1.2), "a score of 0 does not agree"
    assert together([up, None, up]) == pytest.approx(1.2 * 0.4), "what is not known is left out"
    third = OfLength(-0.4, 0.5, 0.2)
    assert together([up, None, third]) == pytest.approx(0.8 * (0.5 * 0.4 - 0.2 * 0.2) / 0.7)
    full = OfLength(1, 1, 1)
    assert together([full, full, full]) == 1


@pytest.mark.parametrize(("volatility", "first"), [(1.51, 0.7), (1.5, 0.45), (0.7, 0.45), (0.69, 0.3)])
def test_five_lengths_are_weighed_by_volatility(volatility: float, first: float) -> None:
    assert weights_by(volatility)[0] == first
    assert sum(weights_by(volatility)) == pytest.approx(1)


@pytest.mark.parametrize("wrong", ["2.3", "10 points", "-1 ATR", "ATR"])
def test_the_height_of_a_base_has_a_unit(wrong: str) -> None:
    with pytest.raises(ValidationError):
        Rules(max_base=wrong)


@pytest.mark.parametrize("wrong", [(1, 5), (5, 1, 15), (1, 5, 5), (1, 2, 3, 4, 5, 6)])
def test_lengths_grow(wrong: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError):
        MtfConfluence.Settings(timeframes=wrong)


def market_of(*minutes: int) -> Market:
    return Market("ES", {"ES": Tape("ES", (Kind.TRADES,), minutes)}, {})


def test_a_market_tells_which_longer_bars_its_measures_take() -> None:
    market = Market.blank()
    MtfConfluence(market, MtfConfluence.Settings(timeframes=(1, 5, 60)))
    assert market.minutes == {5, 60}


def test_a_tape_without_the_bars_is_refused_with_what_to_declare() -> None:
    with pytest.raises(TapeError, match=r"takes bars of 5 min of ES") as caught:
        MtfConfluence(market_of(1), MtfConfluence.Settings())
    assert "minutes=(1, 5)" in str(caught.value.__dict__) + str(caught.value)
    with pytest.raises(TapeError, match="base bars of 3 min do not fit"):
        market_of(3, 5).measure(Chart, minutes=5)
    market_of(1, 5, 15).measure(BattleNavale, minutes=15)


def test_lots_stand_as_they_are_on_minutes_of_es_only() -> None:
    drawn = np.random.default_rng(1)
    charts = [
        market_of(1).measure(Chart),
        market_of(3).measure(Chart),
        market_of(1).measure(Chart, lots="relative"),
    ]
    for chart in charts:
        for _ in range(60):
            chart._take_bar(bar(1, 0, 4, -4, int(drawn.integers(-3, 4))))
    assert [chart.seen[-1].volume for chart in charts] == [1500, 300, 300]
    assert [sum(not seen.ready for seen in chart.seen) for chart in charts] == [14, 51, 51]
