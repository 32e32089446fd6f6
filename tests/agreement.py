"""Which of Nautilus' indicators agree with TA-Lib, as the table of docs/indicators.md.

uv run python -m tests.agreement
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import nautilus_trader.indicators as nautilus
import numpy as np
import talib
from nautilus_trader.indicators import MovingAverageType, RateOfChangeMode, StochasticsDMethod
from talib._ta_lib import MA_Type

from tests.bars import TEMPERS, BarColumns, Floats, bars_of

WILDER, EXPONENTIAL = MovingAverageType.Wilder, MovingAverageType.Exponential
MEAN = MA_Type.SMA
CLOSE, RANGE = ("close",), ("high", "low", "close")


class Candidate(NamedTuple):
    """One of Nautilus' indicators, and what TA-Lib has of the kind."""

    name: str
    make: Callable[[], Any]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    reference: str
    talib: Callable[[BarColumns], Sequence[Floats]]
    why: str = ""
    """What it does otherwise, where it differs."""


def hlc(bars: BarColumns) -> tuple[Floats, Floats, Floats]:
    return bars["high"], bars["low"], bars["close"]


CANDIDATES = (
    Candidate(
        "SimpleMovingAverage",
        lambda: nautilus.SimpleMovingAverage(14),
        CLOSE,
        ("value",),
        "SMA",
        lambda b: [talib.SMA(b["close"], 14)],
    ),
    Candidate(
        "ExponentialMovingAverage",
        lambda: nautilus.ExponentialMovingAverage(14),
        CLOSE,
        ("value",),
        "EMA",
        lambda b: [talib.EMA(b["close"], 14)],
    ),
    Candidate(
        "WeightedMovingAverage",
        lambda: nautilus.WeightedMovingAverage(14),
        CLOSE,
        ("value",),
        "WMA",
        lambda b: [talib.WMA(b["close"], 14)],
    ),
    Candidate(
        "WilderMovingAverage",
        lambda: nautilus.WilderMovingAverage(14),
        CLOSE,
        ("value",),
        "RMA",
        lambda b: [talib.RMA(b["close"], 14)],
    ),
    Candidate(
        "BollingerBands",
        lambda: nautilus.BollingerBands(20, 2.0, MovingAverageType.Simple),
        CLOSE,
        ("upper", "middle", "lower"),
        "BBANDS",
        lambda b: talib.BBANDS(b["close"], 20, 2.0, 2.0, MEAN),
    ),
    Candidate(
        "BollingerBands.stddev",
        lambda: nautilus.BollingerBands(20, 1.0, MovingAverageType.Simple),
        CLOSE,
        ("stddev",),
        "STDDEV",
        lambda b: [talib.STDDEV(b["close"], 20)],
    ),
    Candidate(
        "RateOfChange of volume, in %",
        lambda: nautilus.RateOfChange(14, False, RateOfChangeMode.Percentage),
        ("lots",),
        ("value",),
        "ROC",
        lambda b: [talib.ROC(b["lots"], 14)],
    ),
    Candidate(
        "MovingAverageConvergenceDivergence",
        lambda: nautilus.MovingAverageConvergenceDivergence(12, 26, 9, EXPONENTIAL),
        CLOSE,
        ("value", "signal", "histogram"),
        "MACD",
        lambda b: talib.MACD(b["close"], 12, 26, 9),
        "the fast average starts at the first bar, not together with the slow one",
    ),
    Candidate(
        "DirectionalMovement",
        lambda: nautilus.DirectionalMovement(14),
        ("high", "low"),
        ("pos", "neg"),
        "PLUS_DI, MINUS_DI",
        lambda b: [talib.PLUS_DI(*hlc(b), 14), talib.MINUS_DI(*hlc(b), 14)],
        "a smoothed move, not its share of the true range; there is no ADX",
    ),
    Candidate(
        "RelativeStrengthIndex, Wilder",
        lambda: nautilus.RelativeStrengthIndex(14, WILDER),
        CLOSE,
        ("value",),
        "RSI",
        lambda b: [talib.RSI(b["close"], 14)],
        "50 where nothing moved, not 0",
    ),
    Candidate(
        "AverageTrueRange, Wilder",
        lambda: nautilus.AverageTrueRange(14, WILDER),
        RANGE,
        ("value",),
        "ATR",
        lambda b: [talib.ATR(*hlc(b), 14)],
        "the first bar's range counts as a true range",
    ),
    Candidate(
        "Stochastics, slow",
        lambda: nautilus.Stochastics(14, 3, 3, MovingAverageType.Simple, StochasticsDMethod.MovingAverage),
        RANGE,
        ("value_k", "value_d"),
        "STOCH",
        lambda b: talib.STOCH(*hlc(b), 14, 3, MEAN, 3, MEAN),
        "50 where there was no range, not 0",
    ),
    Candidate(
        "Stochastics, fast",
        lambda: nautilus.Stochastics(14, 3, 1, MovingAverageType.Simple, StochasticsDMethod.MovingAverage),
        RANGE,
        ("value_k", "value_d"),
        "STOCHF",
        lambda b: talib.STOCHF(*hlc(b), 14, 3, MEAN),
        "50 where there was no range, not 0",
    ),
    Candidate(
        "CommodityChannelIndex",
        lambda: nautilus.CommodityChannelIndex(20, 0.015, MovingAverageType.Simple),
        RANGE,
        ("value",),
        "CCI",
        lambda b: [talib.CCI(*hlc(b), 20)],
        "±67 out of rounding where the typical price, a third of a tick off, stands still",
    ),
    Candidate(
        "OnBalanceVolume",
        nautilus.OnBalanceVolume,
        ("close", "lots"),
        ("value",),
        "OBV",
        lambda b: [talib.OBV(b["close"], b["lots"])],
        "the first bar's volume does not count",
    ),
    Candidate(
        "KeltnerChannel",
        lambda: nautilus.KeltnerChannel(20, 2.0, 10, EXPONENTIAL, WILDER),
        RANGE,
        ("upper", "middle", "lower"),
        "KC",
        lambda b: talib.KC(*hlc(b), 20, 10, 2.0),
        "its ATR starts at the first bar, and with that bar's range",
    ),
)
MISSING = ("SAR", "WILLR", "MFI", "AD")
"""What of the kind rc7 has not got."""


def markets() -> dict[str, BarColumns]:
    """Return bars of every temper, and those of a market that goes one tick up and back in each."""
    still = bars_of("constant", 1_000, 7)
    one_tick = still | {"high": still["high"] + 1}
    return {temper: bars_of(temper, 1_000, 7) for temper in TEMPERS} | {"one tick": one_tick}


def differs(candidate: Candidate) -> list[str]:
    """Return the markets in which Nautilus and TA-Lib differ by more than 1e-9."""
    return [name for name, bars in markets().items() if not _alike(candidate, bars)]


def _alike(candidate: Candidate, bars: BarColumns) -> bool:
    """Compare relative to the number where it is above 1, and the bar at which each is first known."""
    ours, rows = candidate.make(), []
    for row in zip(*(bars[name].tolist() for name in candidate.inputs), strict=True):
        ours.update_raw(*row)
        rows.append([getattr(ours, name) if ours.initialized else np.nan for name in candidate.outputs])
    return all(
        np.allclose(one, other, rtol=1e-9, atol=1e-9, equal_nan=True)
        for one, other in zip(np.array(rows, float).T, candidate.talib(bars), strict=True)
    )


def table() -> Iterator[str]:
    """Yield the lines of the table."""
    yield "| Nautilus | TA-Lib | verdict | differs on | how |"
    yield "|---|---|---|---|---|"
    for candidate in CANDIDATES:
        found = differs(candidate)
        where = "every market" if len(found) == len(markets()) else ", ".join(found)
        verdict = f"**differs** | {where} | {candidate.why}" if found else "agrees | |"
        yield f"| {candidate.name} | {candidate.reference} | {verdict} |"
    for name in MISSING:
        yield f"| none | {name} | | | |"


if __name__ == "__main__":
    print("\n".join(table()))
