"""What is different in a regime: a table of the preset or the file, by the regime's name."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from indicators.structure.regime import MarketRegime
from mia_plugins.features import Market
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Multiple

type RegimeName = Literal["volatile", "trend", "range", "low_volatility", "transition"]


class InRegime(BaseSettings):
    """What is different in a regime."""

    stop: Annotated[Multiple, Field(gt=0, le=5)] = Multiple(1.0)
    """What the stop is multiplied by."""
    size: Annotated[Multiple, Field(gt=0, le=2)] = Multiple(1.0)
    """What the size is multiplied by."""
    least_confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    """The gate of the confidence there; left out: as everywhere."""

    def asked(self, everywhere: float) -> float:
        """Return the gate of the confidence there, given what it is everywhere."""
        return everywhere if self.least_confidence is None else self.least_confidence


AS_EVERYWHERE = InRegime()


def row_of(regimes: Mapping[RegimeName, InRegime], regime: str) -> InRegime:
    """Return what is different in a regime, such as `low volatility`; nothing where it is not named."""
    named = regime.replace(" ", "_")
    return next((row for name, row in regimes.items() if name == named), AS_EVERYWHERE)


class InRegimes:
    """The row that holds now; the regime is only followed where the table has rows."""

    def __init__(self, market: Market, regimes: Mapping[RegimeName, InRegime]) -> None:
        self._regimes = regimes
        self._regime = market.measure(MarketRegime) if regimes else None

    @property
    def row(self) -> InRegime:
        """What is different now."""
        return row_of(self._regimes, (self._regime and self._regime.regime) or "")
