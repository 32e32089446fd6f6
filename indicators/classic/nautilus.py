"""Nautilus' own indicators where they agree with TA-Lib; docs/indicators.md has the comparison."""

from collections.abc import Callable
from typing import Protocol

from nautilus_trader.indicators import (
    BollingerBands,
    ExponentialMovingAverage,
    MovingAverageType,
    RateOfChange,
    RateOfChangeMode,
    SimpleMovingAverage,
    WeightedMovingAverage,
    WilderMovingAverage,
)


class Average(Protocol):
    """One of Nautilus' averages."""

    @property
    def value(self) -> float:
        """The average."""
        ...

    @property
    def initialized(self) -> bool:
        """Whether as many values have come as the period is long."""
        ...

    def update_raw(self, value: float) -> None:
        """Take in a value."""


def averaging(average: Average) -> Callable[[float], float | None]:
    """Return what takes in a value and gives the average, `None` before it has a period's values."""

    def take(value: float) -> float | None:
        average.update_raw(value)
        return average.value if average.initialized else None

    return take


def simple(period: int) -> Callable[[float], float | None]:
    """Return an arithmetic mean of the last `period` values."""
    return averaging(SimpleMovingAverage(period))


def exponential(period: int) -> Callable[[float], float | None]:
    """Return an average of weight 2/(period + 1), started by the mean of the first `period` values."""
    return averaging(ExponentialMovingAverage(period))


def weighted(period: int) -> Callable[[float], float | None]:
    """Return a mean of the last `period` values with the weights 1, 2, … period."""
    return averaging(WeightedMovingAverage(period))


def wilder(period: int) -> Callable[[float], float | None]:
    """Return an average of weight 1/period, started by the mean of the first `period` values."""
    return averaging(WilderMovingAverage(period))


def bands(period: int, width: float) -> BollingerBands:
    """Return the mean of the last `period` values and their standard deviation, `width` of them each way."""
    return BollingerBands(period, width, MovingAverageType.Simple)


def change(period: int) -> RateOfChange:
    """Return the change to the value `period` before, in %."""
    return RateOfChange(period, False, RateOfChangeMode.Percentage)  # noqa: FBT003
