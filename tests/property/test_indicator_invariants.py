"""What holds for every registered indicator: no looking ahead, reset, units, mirror, bounds, memory."""

from collections import deque
from importlib import import_module
from inspect import signature
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.classic.plugin import INDICATORS
from mia_plugins.data.columns import Bars
from mia_plugins.features.indicator import Indicator
from tests.bars import START, TEMPERS, BarColumns, Floats, bars_of, cut, mirrored, scaled, some_bars

UP_TO = {"rsi": (0, 100), "stochastic": (0, 100), "williams_r": (-100, 0), "adx": (0, 100), "mfi": (0, 100)}
"""The least and the most a value can be."""
PRICES = {
    *("sma", "ema", "wma", "psar", "bollinger", "keltner"),
    *("pivots_classic", "pivots_fibonacci", "swings"),
}
"""Whose outputs are prices (the SAR's side is not)."""
DISTANCES = {"macd", "atr", "stddev"}
"""Whose outputs are price differences."""
SIDES = {"structure", "broken", "side", "share"}
"""Outputs without a unit among those of indicators that have one."""
SWAPPED = {
    "upper": "lower",
    "lower": "upper",
    "plus_di": "minus_di",
    "minus_di": "plus_di",
    **{f"r{i}": f"s{i}" for i in (1, 2, 3)},
    **{f"s{i}": f"r{i}" for i in (1, 2, 3)},
}
"""What an output is called on the other side."""
LOPSIDED = {"obv", "mfi", "psar"}
"""The first bar counts as a rise; money has prices in it; without a move it starts long."""
EVEN = {"atr", "stddev", "vroc", "adx"}
"""Whose outputs stay; those of the rest change their sign, but for what is said in the test."""

every = pytest.mark.parametrize("name", INDICATORS)


def kind(name: str) -> type[Any]:
    module, _, found = INDICATORS[name][0].partition(":")
    made: type[Any] = getattr(import_module(f"indicators.{module}"), found)
    assert issubclass(made, Indicator)
    return made


def same(one: dict[str, Floats], other: dict[str, Floats]) -> None:
    """Hold two results to each other, bit for bit."""
    assert one.keys() == other.keys()
    for name, line in one.items():
        assert line.tobytes() == other[name].tobytes(), name


def streamed(indicator: Any, bars: BarColumns) -> dict[str, Floats]:
    """Return every output bar by bar, as a strategy has them."""
    rows = []
    for row in zip(*(bars[name].tolist() for name in indicator.inputs), strict=True):
        value = indicator.update(*row)
        assert value == indicator.value
        named = [indicator.value, *(getattr(indicator, name, None) for name in indicator.outputs[1:])]
        rows.append([np.nan if one is None else one for one in named])
    table = np.array(rows).reshape(len(rows), len(indicator.outputs))
    return dict(zip(indicator.outputs, table.T.copy(), strict=True))


@every
@settings(deadline=None)
@given(bars=some_bars(), share=st.floats(0, 1))
def test_it_does_not_look_ahead(name: str, bars: BarColumns, share: float) -> None:
    count = int(share * len(bars["close"]))
    whole = kind(name)().lines(bars)
    same(kind(name)().lines(cut(bars, count)), {line: row[:count] for line, row in whole.items()})


@every
@settings(deadline=None)
@given(bars=some_bars())
def test_bar_by_bar_is_as_all_at_once(name: str, bars: BarColumns) -> None:
    indicator = kind(name)()
    lines = kind(name)().lines(bars)
    one_by_one = streamed(indicator, bars)
    shown = [line for line in indicator.outputs if hasattr(indicator, line)] or indicator.outputs[:1]
    same({line: one_by_one[line] for line in shown}, {line: lines[line] for line in shown})
    np.testing.assert_array_equal(kind(name)().over(bars), lines[indicator.outputs[0]])
    assert indicator.initialized == any(bool((~np.isnan(row)).any()) for row in lines.values())


@every
@settings(deadline=None)
@given(before=some_bars(), bars=some_bars())
def test_after_a_reset_it_is_as_new(name: str, before: BarColumns, bars: BarColumns) -> None:
    used = kind(name)()
    streamed(used, before)
    used.reset()
    assert not used.initialized
    assert used.value is None
    same(streamed(used, bars), streamed(kind(name)(), bars))


@every
@settings(deadline=None)
@given(bars=some_bars())
def test_it_is_finite_or_not_known(name: str, bars: BarColumns) -> None:
    indicator = kind(name)()
    for row in zip(*(bars[column].tolist() for column in indicator.inputs), strict=True):
        value = indicator.update(*row)
        assert value is None or np.isfinite(value)
    for line in indicator.lines(bars).values():
        known = np.flatnonzero(~np.isnan(line))
        assert np.isfinite(line[known]).all()


@pytest.mark.parametrize("name", UP_TO)
@settings(deadline=None)
@given(bars=some_bars(), period=st.integers(2, 30))
def test_it_keeps_its_bounds(name: str, bars: BarColumns, period: int) -> None:
    least, most = UP_TO[name]
    for line in kind(name)(period).lines(bars).values():
        known = line[~np.isnan(line)]
        assert ((least <= known) & (known <= most)).all()


@every
@settings(deadline=None)
@given(bars=some_bars())
def test_points_tell_the_same_as_ticks(name: str, bars: BarColumns) -> None:
    """A quarter is exact in binary, so that nothing but the unit changes."""
    in_ticks, in_points = kind(name)().lines(bars), kind(name)().lines(scaled(bars, 0.25))
    levels = {*PRICES, *DISTANCES}
    for line, ticks in in_ticks.items():
        is_price = (name in levels or name == "retracements") and line not in SIDES
        np.testing.assert_allclose(
            in_points[line], ticks * (0.25 if is_price else 1), rtol=1e-9, atol=1e-9, err_msg=line
        )


@pytest.mark.parametrize("name", [name for name in INDICATORS if name not in LOPSIDED])
@settings(deadline=None)
@given(bars=some_bars())
def test_what_falls_is_the_mirror_of_what_rises(name: str, bars: BarColumns) -> None:
    up, down = kind(name)().lines(bars), kind(name)().lines(mirrored(bars))
    for line, values in up.items():
        other = down[SWAPPED.get(line, line)]
        wanted = 0 - values
        if name == "swings":
            other, wanted = down["low" if line == "high" else "high"], 2 * START - values
        elif name == "retracements":
            wanted = values if line == "share" else 2 * START - values
        elif name in PRICES:
            wanted = 2 * START - values
        elif name in EVEN:
            wanted = values
        elif name in {"rsi", "stochastic"}:
            wanted = 100 - values
            still = (values == 0) & (other == 0) if name == "rsi" else _without_range(bars)
            other, wanted = np.where(still, 0, other), np.where(still, 0, wanted)
        elif name == "williams_r":
            still = _without_range(bars)
            other, wanted = np.where(still, 0, other), np.where(still, 0, -100 - values)
        np.testing.assert_allclose(other, wanted, rtol=1e-9, atol=1e-6, err_msg=line)


def _without_range(bars: BarColumns) -> Any:
    """Say where, of the bars that a smoothed stochastic looks at, some window of 14 had no range."""
    count = len(bars["high"])
    flat = np.zeros(count, bool)
    for i in range(13, count):
        window = slice(i - 13, i + 1)
        flat[i] = bars["high"][window].max() == bars["low"][window].min()
    return np.array([flat[max(0, i - 4) : i + 1].any() for i in range(count)], bool)


def test_the_sar_is_mirrored_once_the_second_bar_takes_a_side() -> None:
    bars = bars_of("walk", 500, 5)
    assert bars["high"][1] - bars["high"][0] != bars["low"][0] - bars["low"][1]
    up, down = kind("psar")().lines(bars), kind("psar")().lines(mirrored(bars))
    np.testing.assert_allclose(down["sar"], 2 * START - up["sar"], rtol=1e-12)
    np.testing.assert_array_equal(down["side"], -up["side"])


@every
def test_a_bar_that_is_no_number_is_left_out(name: str) -> None:
    bars = bars_of("walk", 200, 11)
    with_gap = {column: np.insert(values, 100, np.nan) for column, values in bars.items()}
    lines = kind(name)().lines(with_gap)
    assert all(np.isnan(line[100]) for line in lines.values())
    same({line: np.delete(values, 100) for line, values in lines.items()}, kind(name)().lines(bars))


@every
def test_it_takes_the_bars_of_the_catalog(name: str) -> None:
    bars = bars_of("walk", 60, 2)
    whole = {column: values.astype(np.int64) for column, values in bars.items()}
    same(kind(name)().lines(Bars(ts=np.arange(60), **whole)), kind(name)().lines(bars))


@every
def test_it_keeps_no_more_than_it_needs(name: str) -> None:
    indicator = kind(name)()
    streamed(indicator, bars_of("walk", 500, 1))
    held = _held(indicator)
    streamed(indicator, bars_of("walk", 3_000, 1))
    # A bar may or may not confirm a swing; a swing is six things.
    assert _held(indicator) <= held + 12


def _held(thing: Any) -> int:
    """Return how many things an indicator of ours holds, as deep as it goes."""
    inside = thing if isinstance(thing, list | tuple | deque) else ()
    members = vars(thing).values() if hasattr(thing, "__dict__") else inside
    return 1 + sum(_held(one) for one in members)


@every
def test_what_can_be_set_is_what_it_is_made_with(name: str) -> None:
    made, wanted = kind(name), signature(kind(name)).parameters
    chosen = made.Settings()
    assert chosen.model_dump() == {key: one.default for key, one in wanted.items()}
    made(**chosen.model_dump())


@every
def test_what_it_needs_is_registered_with_it(name: str) -> None:
    indicator = kind(name)()
    assert set(indicator.inputs) <= {"open", "high", "low", "close", "lots"}
    assert len(set(indicator.outputs)) == len(indicator.outputs)


@pytest.mark.parametrize("temper", TEMPERS)
def test_no_bars_give_no_values(temper: str) -> None:
    for name in INDICATORS:
        assert kind(name)().over(bars_of(temper, 0, 0)).size == 0


@pytest.mark.parametrize("period", [0, -1, 2.5, True, 10_001, "14"])
def test_a_wrong_period_is_told(period: object) -> None:
    with pytest.raises(ValueError, match=r"The 'period' parameter of Sma must be .* from 1 to 10000. Got "):
        kind("sma")(period)


def test_a_fast_average_is_faster_than_the_slow_one() -> None:
    with pytest.raises(ValueError, match=r"The 'slow' parameter of Macd must be .* from 27 to"):
        kind("macd")(26, 26)


@pytest.mark.parametrize("width", [0, -2.0, float("nan"), float("inf"), "2"])
def test_a_wrong_width_is_told(width: object) -> None:
    with pytest.raises(ValueError, match="The 'width' parameter of Bollinger must be a number above 0"):
        kind("bollinger")(20, width)
