"""Indicators over bars as measures that follow a tape."""

from typing import Any, ClassVar

from indicators.classic.volatility import Atr
from mia_plugins.features import BarMeasure
from mia_plugins.tape.bars import Bar


class Followed(BarMeasure):
    """An indicator that is given each base bar as it closes; prices in ticks."""

    indicator: ClassVar[type[Any]]
    """An `Indicator`."""
    outputs: ClassVar[tuple[str, ...]] = ("value",)

    @property
    def value(self) -> float | None:
        """The indicator's first output; `None` during warm-up."""
        value: float | None = self.inner.value
        return value

    def reset(self) -> None:
        """Forget every bar."""
        self.inner = self.indicator(**self.settings.model_dump())

    def take_bar(self, bar: Bar) -> None:
        """Give it a bar."""
        self.inner.update(*(getattr(bar, name) for name in self.inner.inputs))


class AtrTicks(Followed):
    """Wilder's average of the true range of base bars, in ticks."""

    indicator = Atr
    Settings = Atr.Settings
