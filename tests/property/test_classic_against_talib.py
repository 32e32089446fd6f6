"""The classic indicators equal TA-Lib's: where they begin, and to 1e-9 from there on."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import talib
from hypothesis import example, given, settings
from hypothesis import strategies as st
from talib._ta_lib import MA_Type

from indicators.classic.averages import Ema, Macd, Sma, Wma
from indicators.classic.oscillators import Cci, Rsi, Stochastic, WilliamsR
from indicators.classic.trend import Adx, Psar
from indicators.classic.volatility import Atr, Bollinger, Keltner, StdDev
from indicators.classic.volume import AccumulationDistribution, Mfi, Obv, Vroc
from mia_plugins.features.indicator import Indicator
from tests.bars import TEMPERS, BarColumns, Floats, bars_of, some_bars

MEAN = MA_Type.SMA

type Reference = Callable[[BarColumns, int], Sequence[Floats]]
"""What TA-Lib says of bars for a period, an array an output."""


def hlc(bars: BarColumns) -> tuple[Floats, Floats, Floats]:
    return bars["high"], bars["low"], bars["close"]


def tripled(bars: BarColumns) -> tuple[Floats, Floats, Floats]:
    """Prices times three: the typical price is then exact, as it is for ours, and a flat market flat."""
    high, low, close = hlc(bars)
    return high * 3, low * 3, close * 3


def macd(bars: BarColumns, n: int) -> Sequence[Floats]:
    return talib.MACD(bars["close"], n, 2 * n + 2, n)


def keltner(bars: BarColumns, n: int) -> Sequence[Floats]:
    upper, middle, lower = talib.KC(*hlc(bars), n, 10, 2.0)
    return middle, upper, lower


def bollinger(bars: BarColumns, n: int) -> Sequence[Floats]:
    upper, middle, lower = talib.BBANDS(bars["close"], n, 2.0, 2.0, MEAN)
    return middle, upper, lower


def adx(bars: BarColumns, n: int) -> Sequence[Floats]:
    return talib.ADX(*hlc(bars), n), talib.PLUS_DI(*hlc(bars), n), talib.MINUS_DI(*hlc(bars), n)


CASES: dict[str, tuple[Callable[[int], Indicator[*tuple[float, ...]]], Reference]] = {
    "sma": (Sma, lambda b, n: [talib.SMA(b["close"], n)]),
    "ema": (Ema, lambda b, n: [talib.EMA(b["close"], n)]),
    "wma": (Wma, lambda b, n: [talib.WMA(b["close"], n)]),
    "macd": (lambda n: Macd(n, 2 * n + 2, n), macd),
    "adx": (Adx, adx),
    "psar": (lambda n: Psar(0.01 * n, 0.2), lambda b, n: [talib.SAR(b["high"], b["low"], 0.01 * n, 0.2)]),
    "rsi": (Rsi, lambda b, n: [talib.RSI(b["close"], n)]),
    "stochastic": (Stochastic, lambda b, n: talib.STOCH(*hlc(b), n, 3, MEAN, 3, MEAN)),
    "stochastic, fast": (lambda n: Stochastic(n, 1), lambda b, n: talib.STOCHF(*hlc(b), n, 3, MEAN)),
    "williams_r": (WilliamsR, lambda b, n: [talib.WILLR(*hlc(b), n)]),
    "cci": (Cci, lambda b, n: [talib.CCI(*tripled(b), n)]),
    "obv": (lambda n: Obv(), lambda b, n: [talib.OBV(b["close"], b["lots"])]),
    "vroc": (Vroc, lambda b, n: [talib.ROC(b["lots"], n)]),
    "mfi": (Mfi, lambda b, n: [talib.MFI(*tripled(b), b["lots"], n)]),
    "accumulation_distribution": (
        lambda n: AccumulationDistribution(),
        lambda b, n: [talib.AD(*hlc(b), b["lots"])],
    ),
    "bollinger": (Bollinger, bollinger),
    "atr": (Atr, lambda b, n: [talib.ATR(*hlc(b), n)]),
    "keltner": (Keltner, keltner),
    "stddev": (StdDev, lambda b, n: [talib.STDDEV(b["close"], n)]),
}


def assert_alike(ours: Floats, theirs: Floats) -> None:
    """Hold two lines to each other, relative to the number where it is above 1."""
    np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs), "not known at the same bars")
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("temper", TEMPERS)
@pytest.mark.parametrize("name", CASES)
def test_it_equals_talib_on_a_thousand_bars(name: str, temper: str) -> None:
    make, reference = CASES[name]
    bars = bars_of(temper, 1_000, 7)
    lines = make(14).lines(bars).values()
    for ours, theirs in zip(lines, reference(bars, 14), strict=False):
        assert_alike(ours, theirs)


@pytest.mark.parametrize("name", CASES)
@settings(deadline=None)
@given(bars=some_bars(least=2), period=st.integers(2, 30))
@example(bars=bars_of("walk", 3, 0), period=14)
def test_it_equals_talib_on_any_bars(name: str, bars: BarColumns, period: int) -> None:
    make, reference = CASES[name]
    for ours, theirs in zip(make(period).lines(bars).values(), reference(bars, period), strict=False):
        assert_alike(ours, theirs)


def test_prices_may_be_points() -> None:
    bars = {name: column / 4 for name, column in bars_of("walk", 500, 3).items()}
    for name, (make, reference) in CASES.items():
        for ours, theirs in zip(make(14).lines(bars).values(), reference(bars, 14), strict=False):
            np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9, err_msg=name)
