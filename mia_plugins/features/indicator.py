"""What every indicator over closed bars has: typed inputs, `update`, `value`, `reset`; one code for all."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from math import isfinite
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mia_plugins.settings.model import BaseSettings

Columns = Mapping[str, ArrayLike]
"""Bars as columns by name: `open`, `high`, `low`, `close`, `lots`."""
Series = NDArray[np.float64]
LONGEST = 10_000
"""The longest period there is, in bars: what an indicator keeps is bounded."""


class Indicator[*Inputs](ABC):
    """A measurement over closed bars, `None` while it is not known.

    Prices may be ticks or points; a result that is a price has the unit of the input. A bar with an input
    that is no finite number is left out: the value is `None` for it, and the next bar goes on as if it had
    not been.
    """

    inputs: ClassVar[tuple[str, ...]]
    """What `update` takes, in order: names of the columns of bars."""
    outputs: ClassVar[tuple[str, ...]] = ("value",)
    """What there is to read after an update; the first of them is also `value`."""
    Settings: ClassVar[type[BaseSettings]] = BaseSettings
    """What can be set: a class inside it. Its fields are the parameters of `__init__`."""
    of_days: ClassVar[bool] = False
    """Whether a bar is a day's."""

    def __init__(self) -> None:
        """Start without having seen a bar."""
        self._outputs: tuple[float | None, ...] | None = None
        self._known = False
        self._begin()

    @property
    def value(self) -> float | None:
        """The first output; `None` during warm-up."""
        return self._output(0)

    @property
    def initialized(self) -> bool:
        """Whether any output has been known since the start or the last reset."""
        return self._known

    def update(self, *inputs: *Inputs) -> float | None:
        """Take in a closed bar and return the value."""
        every: tuple[Any, ...] = inputs
        self._outputs = self._next(*inputs) if all(map(isfinite, every)) else None
        if self._outputs is None:
            return None
        self._known = True
        return self._outputs[0]

    def reset(self) -> None:
        """Forget every bar."""
        self._outputs = None
        self._known = False
        self._begin()

    def over(self, bars: Columns | Any) -> Series:
        """Return the value at each of some bars, NaN where it is not known; it begins with a reset.

        `bars` are columns: an object that has them as attributes, such as `Bars`, or a mapping of arrays.
        """
        return self.lines(bars)[self.outputs[0]]

    def lines(self, bars: Columns | Any) -> dict[str, Series]:
        """Return every output at each of some bars, as `over` does."""
        self.reset()
        columns: Any = [_column(bars, name).tolist() for name in self.inputs]
        unknown = (None,) * len(self.outputs)
        rows = []
        for row in zip(*columns, strict=True):
            self.update(*row)
            rows.append(self._outputs or unknown)
        table = np.array(rows, np.float64).reshape(len(rows), len(self.outputs))
        return dict(zip(self.outputs, table.T.copy(), strict=True))

    def output(self, name: str) -> float | None:
        """Return one of `outputs` by its name; `None` during warm-up."""
        return self._output(self.outputs.index(name))

    def _output(self, index: int) -> float | None:
        return None if self._outputs is None else self._outputs[index]

    @abstractmethod
    def _begin(self) -> None:
        """Set the state before the first bar."""

    @abstractmethod
    def _next(self, *inputs: *Inputs) -> tuple[float | None, ...] | None:
        """Take in a bar and return the outputs, or `None` when none is known."""


def checked(owner: object, name: str, value: object, least: int = 1) -> int:
    """Return a period, in bars, or say what is wrong with it."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= LONGEST:
        raise ValueError(
            f"The '{name}' parameter of {type(owner).__name__} must be a whole number of bars from {least} "
            f"to {LONGEST}. Got {value!r} instead."
        )
    return value


def positive(owner: object, name: str, value: object) -> float:
    """Return a parameter that must be above zero, or say what is wrong with it."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise ValueError(
            f"The '{name}' parameter of {type(owner).__name__} must be a number above 0. "
            f"Got {value!r} instead."
        )
    return float(value)


def _column(bars: Any, name: str) -> Series:
    column = bars[name] if isinstance(bars, Mapping) else getattr(bars, name)
    return np.asarray(column, np.float64)
