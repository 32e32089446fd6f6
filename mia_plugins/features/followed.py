"""Indicators over bars as measures that follow a tape."""

from typing import Any, ClassVar

from mia_plugins.features.indicator import Indicator
from mia_plugins.features.measure import BarMeasure
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
        self._names = self.inner.inputs

    def take_bar(self, bar: Bar) -> None:
        """Give it a bar."""
        self.inner.update(*[getattr(bar, name) for name in self._names])


def followed(indicator: type[Indicator[*tuple[Any, ...]]]) -> type[Followed]:
    """Return a measure that gives an indicator each base bar, with all of its outputs."""
    attributes: dict[str, Any] = {
        "__doc__": f"{indicator.__doc__} Of base bars, in ticks.",
        "indicator": indicator,
        "Settings": indicator.Settings,
        "outputs": indicator.outputs,
    }
    attributes |= {name: _output(name) for name in indicator.outputs if name != "value"}
    return type(f"{indicator.__name__}OfBars", (Followed,), attributes)


def _output(name: str) -> property:
    def read(measure: Followed) -> float | None:
        found: float | None = measure.inner.output(name)
        return found

    return property(read)
