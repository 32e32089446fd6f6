"""Chart patterns at the edges of their definitions, drawn by hand on an ATR of 8 t."""

import numpy as np
import pytest

from indicators.shapes import converging, turning
from indicators.shapes.chart_patterns import ChartPattern, ChartPatterns
from indicators.shapes.formation import Row, View
from indicators.structure.swings import Swing
from mia_plugins.features import BarMeasure, Market
from mia_plugins.tape.bars import MINUTE, Bar

ATR = 8.0


def drawn(*swings: tuple[int, int, int], now: int | None = None) -> View:
    """Return a view of swings: side, bar and price in ticks; between them the price goes straight."""
    view = View(1)
    confirmed = {bar + 3: Swing(side, price, bar, bar + 3) for side, bar, price in swings}
    bars, prices = zip(*((bar, price) for _, bar, price in swings), strict=True)
    for bar in range(bars[-1] + 4 if now is None else now + 1):
        price = round(float(np.interp(bar, bars, prices)))
        row = Row(price, price, price, 100, None, None, 0.0, 0.0, None, None)
        view.take(row, [confirmed[bar]] if bar in confirmed else [], ATR)
    return view


@pytest.mark.parametrize(
    ("gap", "off", "neck", "there"),
    [
        (20, 0, 50, True),
        (20, 2, 50, True),
        (20, 3, 50, False),
        (5, 0, 50, True),
        (4, 0, 50, False),
        (60, 0, 50, True),
        (61, 0, 50, False),
        (20, 0, 8, True),
        (20, 0, 7, False),
        (20, -2, 8, True),
    ],
)
def test_a_double_bottom(gap: int, off: int, neck: int, *, there: bool) -> None:
    """Lows within .25 ATR, 5 to 60 bars apart, the neckline an ATR above them or more."""
    view = drawn((-1, 10, 0), (1, 10 + gap // 2, neck), (-1, 10 + gap, off))
    assert (turning.double_bottom(view) is not None) == there


def test_a_double_bottom_waits_above_its_neckline() -> None:
    found = turning.double_bottom(drawn((-1, 10, 0), (1, 20, 50), (-1, 30, 1)))
    assert found
    assert found.line.at(99) == 50
    assert found.stop
    assert found.stop.at(99) == 0
    assert found.margins == (0.5, 1.0)


def test_lows_without_a_high_between_them_have_no_neckline() -> None:
    assert turning.double_bottom(drawn((1, 5, 50), (-1, 10, 0), (-1, 30, 1))) is None


@pytest.mark.parametrize(
    ("shoulders", "head", "necks", "there"),
    [
        ((0, 0), -20, (30, 30), True),
        ((0, 0), -4, (30, 30), True),  # half an ATR below
        ((0, 0), -3, (30, 30), False),
        ((0, 4), -20, (30, 30), True),  # half an ATR between the shoulders
        ((0, 5), -20, (30, 30), False),
        ((0, 0), -20, (30, 45), True),
        ((0, 0), -20, (30, 46), False),  # 16 t in 10 bars are .2 ATR a bar
    ],
)
def test_an_inverse_head_and_shoulders(
    shoulders: tuple[int, int], head: int, necks: tuple[int, int], *, there: bool
) -> None:
    view = drawn(
        (-1, 10, shoulders[0]), (1, 15, necks[0]), (-1, 20, head), (1, 25, necks[1]), (-1, 30, shoulders[1])
    )
    assert (turning.head_and_shoulders(view) is not None) == there


@pytest.mark.parametrize(
    ("depth", "rim", "back", "there"),
    [
        (24, 0, 4, True),
        (8, 0, 2, True),
        (7, 0, 2, False),
        (48, 0, 4, True),
        (49, 0, 4, False),
        (24, 4, 4, True),
        (24, 5, 4, False),
        (24, 0, 8, True),
        (24, 0, 9, False),
    ],
)
def test_a_cup_and_its_handle(depth: int, rim: int, back: int, *, there: bool) -> None:
    """Depth of 1 to 6 ATR, rims within half an ATR, a handle of a third of the depth at most."""
    view, left, right = View(1), 10, 40
    for bar in range(44):
        arc = ((bar - 25) / 15) ** 2 - 1 if left <= bar <= right else 0.0
        price = round(arc * depth) + rim * (bar >= right) - back * (bar > right)
        fresh = [Swing(1, price + back, bar - 3, bar)] if bar == right + 3 else []
        fresh += [Swing(1, 0, left, bar)] if bar == left + 3 else []
        view.take(Row(price, price, price, 1, None, None, 0, 0, None, None), fresh, ATR)
    assert (turning.cup_and_handle(view) is not None) == there


@pytest.mark.parametrize(
    ("highs", "lows", "name"),
    [
        ((40, 40), (0, 20), "ascending_triangle"),
        ((40, 44), (0, 20), "ascending_triangle"),  # .2 t a bar: level up to .03 ATR, .24 t
        ((40, 45), (0, 20), None),
        ((40, 30), (0, 20), "symmetrical_triangle"),
        ((40, 34), (0, 6), "symmetrical_triangle"),
        ((60, 20), (0, -20), "falling_wedge"),
        ((60, 20), (0, -40), None),  # parallel
        ((40, 40), (0, 0), None),
        ((40, 40), (0, 42), None),  # they have met
    ],
)
def test_what_two_lines_make(highs: tuple[int, int], lows: tuple[int, int], name: str | None) -> None:
    view = drawn((1, 10, highs[0]), (-1, 20, lows[0]), (1, 30, highs[1]), (-1, 40, lows[1]))
    found = [
        one.__name__
        for one in (
            converging.ascending_triangle,
            converging.symmetrical_triangle,
            converging.falling_wedge,
        )
        if one(view)
    ]
    assert found == ([name] if name else [])


@pytest.mark.parametrize(
    ("start", "dip", "kind"),
    [
        (0, 26, "bull_flag"),
        (0, 29, None),  # the lines begin less than an ATR apart
        (12, 26, "bull_flag"),  # a pole of 24 t: three ATR
        (13, 26, None),
        (0, 18, "bull_flag"),  # half of it is given back
        (0, 17, None),
    ],
)
def test_a_flag_after_its_pole(start: int, dip: int, kind: str | None) -> None:
    view = drawn((-1, 12, start), (1, 20, 36), (-1, 24, dip + 1), (1, 28, 35), (-1, 32, dip), now=35)
    found = [one.__name__ for one in (converging.bull_flag, converging.bull_pennant) if one(view)]
    assert found == ([kind] if kind else [])


def after(*closes: int) -> list[ChartPattern]:
    """Return what bars of 10 t around these closes break after a double bottom whose neckline is at 25 t."""
    falling, between = range(100, 0, -4), (0, 4, 8, 12, 16, 20, 16, 12, 8, 4, 0, 4, 8, 12, 16, 20)
    market = Market.blank()
    patterns = market.measure(ChartPatterns)
    found: list[ChartPattern] = []
    for number, close in enumerate([*falling, *between, *closes]):
        bar = Bar(number * MINUTE, 24_000 + close, 24_005 + close, 23_995 + close, 24_000 + close, 100)
        for measure in market.measures:
            assert isinstance(measure, BarMeasure)
            measure.take_bar(bar)
        found += [one for one in patterns.fresh or () if one.name == "double_bottom"]
    return found


def test_a_close_a_tenth_of_an_atr_beyond_breaks_a_line_once() -> None:
    """The ATR is 10 t, so that it takes a tick."""
    assert after(24, 25, 25) == []
    (told,) = after(24, 26, 28, 30)
    assert (told.side, told.line, told.bar) == (1, 24_025, 42)
    assert told.points == (25, 35)
    # Lows alike (1), 30 t high (1 at twice the ATR), broken by just enough (0).
    assert told.confidence == pytest.approx(0.5 + 0.5 * 2 / 3)
    assert told.value == told.confidence
