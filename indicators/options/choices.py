"""What can be set about options: which chain, which levels, and what is assumed of dealers."""

from typing import Annotated, Any, Literal

from pydantic import Field

from mia_plugins.features import Measure
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Minutes

type Assumed = Literal["calls_plus_puts_minus", "calls_minus_puts_plus", "short_all", "long_all"]
"""What dealers hold: the values of `DealerSign`."""
INDEX = {"ES": "SPX", "NQ": "NDX"}
"""The index that a future is of."""


class ChainSettings(BaseSettings):
    """Which chain, and how it is read."""

    chain_of: str = ""
    """The underlying of the chain; empty: SPX for ES and MES, NDX for NQ and MNQ."""
    dealers: Assumed = "calls_plus_puts_minus"
    """What dealers are assumed to hold."""
    rate: Annotated[float, Field(ge=-0.1, le=1)] = 0.0
    """Interest a year, .04 is 4 %."""
    carry: Annotated[float, Field(ge=-0.5, le=0.5)] = 0.0
    """What holding the index costs a year, rate less dividends; of options on futures not read."""


class BasisSettings(ChainSettings):
    """How prices of the index become prices of the future."""

    basis: Literal["spread", "ratio"] = "spread"
    """Add what the future stands above the index, or multiply by their ratio."""
    basis_within: Annotated[Minutes, Field(gt=0, le=1440)] = Minutes(30)
    """How far from the time of the chain's spot the future's price may be."""


class SourceSettings(BasisSettings):
    """Which imported levels."""

    levels_of: str = ""
    """What the levels are of; empty: the future, and where there are none the index."""
    intraday: tuple[str, ...] = ()
    """Sources that publish during the day: they hold 30, 15 or 5 min by VIX. All others hold 26 h."""


class LevelSettings(SourceSettings):
    """Which imported levels, and how long they hold."""

    strict_30min: bool = False
    """Whether end-of-day levels hold for 30 min only too, and intraday ones at most."""


class DealerSettings(LevelSettings):
    """Who speaks: the chain or the levels."""

    young: Annotated[Minutes, Field(gt=0, le=1440)] = Minutes(30)
    """A chain younger than this speaks before the levels."""


def part(settings: ChainSettings, kind: type[Measure]) -> dict[str, Any]:
    """Return the part of some settings that a measure has."""
    return {name: getattr(settings, name) for name in kind.Settings.model_fields}


def future_of(product: str) -> str:
    """Return the future whose prices a product has: ES for MES."""
    return product.removeprefix("M")


def index_of(product: str) -> str:
    """Return the index that a product follows."""
    return INDEX.get(future_of(product), future_of(product))
