"""A figure: a number with its interval, or why there is none; and all of it as plain data."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

LEVEL = 0.95
"""What share of intervals holds the true figure."""
MIN_DAYS = 10
"""Trading days below which nothing is annualised and no interval is made of days."""
TOO_FEW_DAYS = f"too few trading days: {MIN_DAYS} are needed"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, and between what it lies."""

    value: float | None = None
    """The number; None where it is not defined."""
    low: float | None = None
    """The lower end of its 95 % interval; None where there is none."""
    high: float | None = None
    """The upper end."""
    note: str = ""
    """Why there is no number or no interval."""


def figure(
    value: float, interval: tuple[float, float] | None = None, note: str = "", undefined: str = ""
) -> Figure:
    """Return a figure; of a value that is no number `undefined` says why."""
    if not math.isfinite(value):
        return Figure(note=undefined or note)
    if interval is None or not all(map(math.isfinite, interval)):
        return Figure(float(value), note=note)
    return Figure(float(value), float(interval[0]), float(interval[1]))


def dollars(cents: int) -> Decimal:
    """Return whole cents as $, exactly."""
    return Decimal(int(cents)).scaleb(-2)


def as_data(value: Any) -> Any:
    """Return statistics as JSON has them: money as text, which is exact; None for what is no number."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_data(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_data(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return as_data(value.tolist())
    if isinstance(value, (tuple, list)):
        return [as_data(item) for item in value]
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def ratio(top: Floats | float, bottom: Floats | float) -> Floats:
    """Return a quotient, nan where the divisor is 0."""
    above, below = np.asarray(top, np.float64), np.asarray(bottom, np.float64)
    found: Floats = np.divide(
        above, below, out=np.full(np.broadcast_shapes(above.shape, below.shape), np.nan), where=below != 0
    )
    return found
