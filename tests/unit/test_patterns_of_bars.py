"""Patterns told by bars: what makes each one, what just does not, on both sides."""

from typing import Any

import pytest

from mia_plugins.testing import Scene
from strategies.patterns.dealer_flip import DealerFlipBreakout
from strategies.patterns.liquidity_sweep import LiquiditySweepReversal
from strategies.patterns.opening_drive import OpeningDriveFail
from strategies.patterns.stacked import StackedImbalanceContinuation
from tests.told import bars, both_ways, calm, proposed

DAY = "2026-03-10"
ONCE: dict[str, Any] = {"valid": 1}


# --- LiquiditySweepReversal --------------------------------------------------------------------------------


def swept(*after: str) -> Scene:
    """Return an hour of calm, a swing low at 5998 that three bars confirm, and bars from 10:04 on."""
    scene = bars(calm(Scene(DAY), "09:00", 60), "10:00 6000 6000.5 5998 6000 10 20")
    return bars(calm(scene, "10:01", 3), "\n".join(after))


WICK = "10:04 6000 6000 5996.5 5997.5 0 200"
"""Six ticks below the swing, sold, and a close beyond it."""


@pytest.mark.parametrize(
    ("after", "sides"),
    [
        ((WICK, "10:05 5997.5 5998.5 5997.5 5998.25 200 0"), {"10:06": 1}),
        # Five ticks are no wick.
        (("10:04 6000 6000 5996.75 5997.5 0 200", "10:05 5997.5 5998.5 5997.5 5998.25 200 0"), {}),
        # A close at the swing itself is not inside.
        ((WICK, "10:05 5997.5 5998.5 5997.5 5998 200 0"), {}),
        # Delta does not flip: they sell on, or they bought before.
        ((WICK, "10:05 5997.5 5998.5 5997.5 5998.25 0 200"), {}),
        (("10:04 6000 6000 5996.5 5997.5 200 0", "10:05 5997.5 5998.5 5997.5 5998.25 200 0"), {}),
        # One bar is beyond and back; the bar before it sold.
        (
            ("10:04 6000 6000 5999.5 5999.75 0 40", "10:05 5999.75 6000 5996.5 5999 200 0"),
            {"10:06": 1},
        ),
        (("10:04 6000 6000 5999.5 5999.75 40 0", "10:05 5999.75 6000 5996.5 5999 200 0"), {}),
        # The third bar is in time, the fourth is not.
        ((WICK, "10:05 5997.5 5997.5 5997 5997.5 0 9", "10:06 5997.5 5999 5997.5 5999 99 0"), {"10:07": 1}),
        (
            (
                WICK,
                "10:05 5997.5 5997.5 5997 5997.5 0 9",
                "10:06 5997.5 5997.5 5997 5997.5 0 9",
                "10:07 5997.5 5999 5997.5 5999 99 0",
            ),
            {},
        ),
    ],
)
def test_a_liquidity_sweep_is_traded_back_inside(after: tuple[str, ...], sides: dict[str, int]) -> None:
    assert both_ways(LiquiditySweepReversal, swept(*after), **ONCE) == sides


def test_a_sweep_that_is_not_clear_is_refused_by_its_gate() -> None:
    back = "10:05 5997.5 5998.5 5997.5 5998.25 3 0"
    found = proposed(LiquiditySweepReversal, swept(WICK, back), **ONCE)["10:06"]
    # The wick of just 6 t has a margin of 0, a delta of 3 where 10 is usual one of .3.
    assert found.confidence == pytest.approx(0.5 + 0.5 * (0 + 0.3) / 2)
    assert found.is_candidate
    assert [gate.passes for gate in found.gates] == [False]


def test_a_setup_is_valid_for_three_bars_and_while_it_holds() -> None:
    deep = ("10:04 6000 6000 5995 5997.5 0 200", "10:05 5997.5 5998.5 5997.5 5998.25 200 0")
    inside = [f"10:0{minute} 5998.25 5999 5998 5998.5 10 10" for minute in (6, 7, 8)]
    beyond = "10:06 5998.25 5998.25 5997 5997.75 0 50"
    assert both_ways(LiquiditySweepReversal, swept(*deep, *inside)) == {"10:06": 1, "10:07": 1, "10:08": 1}
    assert both_ways(LiquiditySweepReversal, swept(*deep, *inside), valid=2) == {"10:06": 1, "10:07": 1}
    assert both_ways(LiquiditySweepReversal, swept(*deep, beyond)) == {"10:06": 1}


def test_what_a_gate_refused_is_not_proposed_again() -> None:
    after = (WICK, "10:05 5997.5 5998.5 5997.5 5998.25 3 0", "10:06 5998.25 5999 5998 5998.5 10 10")
    assert both_ways(LiquiditySweepReversal, swept(*after)) == {"10:06": 1}


def test_stop_and_target_are_one_atr_and_two_stops_unless_ticks_are_set() -> None:
    scene = swept("10:04 6000 6000 5995 5997.5 0 200", "10:05 5997.5 5998.5 5997.5 5998.25 200 0")
    found = proposed(LiquiditySweepReversal, scene)["10:06"]
    # Wilder's: 4 t for an hour, then ranges of 10, 4, 4, 4, 20, 4.
    atr = 4.0
    for reach in (10, 4, 4, 4, 20, 4):
        atr += (reach - atr) / 14
    assert found.stop == round(atr) == 5
    assert (found.target, found.target_r) == (10, 2.0)
    told = proposed(LiquiditySweepReversal, scene, bracket={"stop_by": "ticks", "stop": 10.0})["10:06"]
    assert (told.stop, told.target) == (10, 20)


# --- StackedImbalanceContinuation --------------------------------------------------------------------------


def stacked(rows: int, least: int, close: str, side: str = "buy") -> Scene:
    """Return an hour of calm at 6000, and buyers from 6000.25 on at so many prices."""
    lines = [f"10:00:1{n}   {6000.25 + n / 4}   {least}   {side}" for n in range(rows)]
    return calm(Scene(DAY), "09:00", 60).trades("\n".join([*lines, f"10:00:30   {close}   1   unknown"]))


@pytest.mark.parametrize(
    ("rows", "lots", "close", "sides"),
    [
        (6, 30, "6001.25", {"10:00:12": 1, "10:01": 1}),  # with the third row, and at the close
        (2, 30, "6001.25", {}),
        (6, 9, "6001.25", {}),  # ten lots make a row
        (6, 30, "5999.75", {"10:00:12": 1}),  # closed below VWAP
    ],
)
def test_stacked_imbalances_are_followed_on_their_side_of_vwap(
    rows: int, lots: int, close: str, sides: dict[str, int]
) -> None:
    assert both_ways(StackedImbalanceContinuation, stacked(rows, lots, close), **ONCE) == sides


def test_three_rows_are_enough_and_just_so() -> None:
    found = proposed(StackedImbalanceContinuation, stacked(3, 30, "6001.25"), least_confidence=0.5)["10:01"]
    assert (found.side, found.extras[0]) == (1, 0.0)


def test_the_larger_stack_counts() -> None:
    lines = [f"10:00:0{n}   {5998.75 - n / 4}   30   sell" for n in range(5)]
    scene = stacked(4, 30, "6001.25").trades("\n".join(lines))
    there = {"10:00:02": -1}  # then; at 10:00:12 and at the close buyers have four, sellers five
    assert both_ways(StackedImbalanceContinuation, scene, least_confidence=0.5, **ONCE) == there


def test_a_stack_that_is_answered_before_the_close_is_left() -> None:
    """The bar's own close says what became of it: here sellers met the buyers of the third row."""
    answered = stacked(3, 30, "6001.25").trades("10:00:20   6000.50   20   sell")
    assert both_ways(StackedImbalanceContinuation, answered, least_confidence=0.5, **ONCE) == {"10:00:12": 1}


# --- OpeningDriveFail --------------------------------------------------------------------------------------


def opened(*after: str) -> Scene:
    """Return two days of 80 t, and a third that opens at 6000."""
    scene = Scene("2026-03-09")
    for day in ("2026-03-09", "2026-03-10"):
        scene = bars(scene.on(day), "10:00 6000 6010 5990 6000 10 20")
        scene = calm(scene, "10:01", 20)
    return bars(calm(scene.on("2026-03-11"), "09:10", 20), "\n".join(after))


UP = "09:30 6000 6010 6000 6009 200 0"
"""Up by 40 t, half a daily ATR."""


@pytest.mark.parametrize(
    ("after", "sides"),
    [
        ((UP, "09:31 6009 6009 6003 6004 0 200"), {"09:32": -1}),
        ((UP, "09:31 6009 6009 6005 6005 0 200"), {}),  # at the middle is not through it
        (("09:30 6000 6009.75 6000 6009 200 0", "09:31 6009 6009 6003 6003 0 200"), {}),  # 39 t
        # It was 11 t against the drive before: more than a quarter of it.
        (
            (
                "09:30 6000 6000 5997.25 5997.5 0 9",
                "09:31 5997.5 6010 5997.5 6009 9 0",
                "09:32 6009 6009 5998 5999 0 9",
            ),
            {},
        ),
        # 10 t are a quarter, and the middle lies at 6003.75.
        (
            (
                "09:30 6000 6000 5997.5 5997.5 0 9",
                "09:31 5997.5 6010 5997.5 6009 9 0",
                "09:32 6009 6009 6003 6003.5 0 9",
            ),
            {"09:33": -1},
        ),
        # By 10:00, and not a minute later.
        ((UP, "09:59 6009 6009 6003 6003 0 200"), {"10:00": -1}),
        ((UP, "10:00 6009 6009 6003 6003 0 200"), {}),
        # Once only: the drive is over.
        ((UP, "09:31 6009 6009 6003 6004 0 9", "09:32 6004 6004 6003 6003.5 0 9"), {"09:32": -1}),
    ],
)
def test_an_opening_drive_that_fails_is_traded_against(after: tuple[str, ...], sides: dict[str, int]) -> None:
    found = both_ways(OpeningDriveFail, opened(*after), days=1, least_confidence=0.5, **ONCE)
    assert found == sides


def test_back_through_the_open_can_be_asked_for() -> None:
    after = (UP, "09:31 6009 6009 6003 6004 0 9", "09:32 6004 6004 5999 5999.75 0 9")
    found = both_ways(OpeningDriveFail, opened(*after), days=1, through="open", least_confidence=0.5, **ONCE)
    assert found == {"09:33": -1}


def test_a_day_without_regular_hours_has_no_drive() -> None:
    scene = opened().on("2026-07-03")  # the stock market stays closed
    scene = bars(calm(scene, "09:10", 20), "\n".join((UP, "09:31 6009 6009 6003 6003 0 200")))
    assert both_ways(OpeningDriveFail, scene, days=1, least_confidence=0.5) == {}


# --- DealerFlipBreakout ------------------------------------------------------------------------------------


def flipped(*after: str, flip: float = 6000.0, start: float = 6001.0) -> Scene:
    """Return calm bars 4 t above an imported HVL, and bars from 10:00 on."""
    scene = Scene(DAY).table(
        "levels",
        [
            {"ts_init": "08:00:00", "underlying": "ES", "name": "HVL", "price": flip, "source": "a"},
        ],
    )
    return bars(calm(scene, "09:00", 60, start), "\n".join(after))


@pytest.mark.parametrize(
    ("after", "sides"),
    [
        # ATR is (13·4 + 10)/14 = 4.4 t, a quarter of it 1.1 t.
        (("10:00 6001 6001 5998.5 5999.5 0 40",), {"10:01": -1}),
        (("10:00 6001 6001 5998.5 5999.75 0 40",), {}),  # 1 t
        (("10:00 6001 6001 5998.5 5999.5 0 10",), {}),  # no burst: 10 is not above the 90th percentile
        (("10:00 6001 6001 5998.5 5999.5 40 0",), {}),  # the burst is on the other side
        # Across in steps: the third bar is still of the crossing.
        (("10:00 6001 6001 5999.75 6000 0 9", "10:01 6000 6000 5999 5999.25 0 40"), {"10:02": -1}),
        # It was beyond before: no crossing any more.
        (("10:00 6001 6001 5998.5 5999.5 0 10", "10:01 5999.5 5999.5 5998 5998.5 0 40"), {}),
    ],
)
def test_a_close_across_the_flip_is_followed_into_negative_gamma(
    after: tuple[str, ...], sides: dict[str, int]
) -> None:
    assert both_ways(DealerFlipBreakout, flipped(*after), least_confidence=0.5, **ONCE) == sides


def test_a_close_across_the_flip_into_positive_gamma_is_none() -> None:
    up = "10:00 5999 6001.5 5999 6000.5 40 0"
    scene = flipped(up, start=5999.0)
    assert both_ways(DealerFlipBreakout, scene, least_confidence=0.5) == {}
    assert proposed(DealerFlipBreakout, scene)["10:01"].reason == "negative_gamma"


def test_a_flip_that_moves_over_the_price_is_no_crossing() -> None:
    scene = flipped("10:00 6001 6001.5 6000.5 6000.75 0 40").table(
        "levels",
        [{"ts_init": "09:59:30", "underlying": "ES", "name": "HVL", "price": 6003.0, "source": "a"}],
    )
    assert both_ways(DealerFlipBreakout, scene, least_confidence=0.5) == {}
