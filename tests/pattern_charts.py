"""Charts of whole lists of bars, either way up, for the plain reading of chart patterns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import talib
from numpy.typing import NDArray

from indicators.structure.swings import Swing
from mia_plugins.tape.bars import Bar
from tests.property.test_swings import by_definition

Curve = Callable[[int], float]
"""A price by the bar."""


class Found(NamedTuple):
    """What waits for a close above a line."""

    line: Curve
    stop: Curve | None
    points: tuple[int, ...]
    margins: tuple[float, ...]


class Told(NamedTuple):
    """What was told of a pattern."""

    name: str
    bar: int
    points: tuple[int, ...]


@dataclass
class Chart:
    """All bars with all that is known of them, as they are or upside down."""

    high: NDArray[Any]
    low: NDArray[Any]
    close: NDArray[Any]
    lots: NDArray[Any]
    atr: NDArray[Any]
    known: dict[str, NDArray[Any]]
    swings: list[Swing]
    now: int = 0

    def turned(self) -> "Chart":
        known = {name: values if name == "adx" else -values for name, values in self.known.items()}
        swings = [Swing(-one.side, -one.price, one.bar, one.confirmed) for one in self.swings]
        return Chart(-self.low, -self.high, -self.close, self.lots, self.atr, known, swings)

    @property
    def unit(self) -> float:
        return float(self.atr[self.now])

    def of(self, side: int) -> list[Swing]:
        return [one for one in self.swings if one.side == side and one.confirmed <= self.now]

    def between(self, side: int, one: int, two: int) -> list[Swing]:
        return [swing for swing in self.of(side) if one < swing.bar < two]


def chart_of(bars: Sequence[Bar]) -> Chart:
    high, low, close, lots = (
        np.array([getattr(bar, name) for bar in bars], float) for name in ("high", "low", "close", "lots")
    )
    macd, _, histogram = talib.MACD(close, 12, 26, 9)
    known = {
        "rsi": talib.RSI(close, 14),
        "macd": macd,
        "histogram": histogram,
        "obv": talib.OBV(close, lots),
        "ad": talib.AD(high, low, close, lots),
        "adx": talib.ADX(high, low, close, 14),
    }
    swings = by_definition(high.tolist(), low.tolist(), 3)
    return Chart(high, low, close, lots, talib.ATR(high, low, close, 14), known, swings)


def level(price: float) -> Curve:
    return lambda bar: price


def straight(swings: Sequence[Swing]) -> tuple[Curve, float]:
    start = swings[0].bar
    slope, base = np.polyfit([one.bar - start for one in swings], [one.price for one in swings], 1)
    return lambda bar: float(base + slope * (bar - start)), float(slope)


def up_to(value: float, limit: float) -> float:
    return float(np.clip(1 - value / limit, 0, 1))


def at_least(value: float, limit: float) -> float:
    return float(np.clip(value / limit - 1, 0, 1))


def apart(swings: Sequence[Swing]) -> bool:
    return all(5 <= two.bar - one.bar <= 60 for one, two in pairwise(swings))
