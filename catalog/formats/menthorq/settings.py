"""What files of levels do not say, and a user does."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from catalog.formats.moments import DayOrder, seconds_ns
from catalog.formats.zones import ZoneName
from mia_plugins.data.basis import Basis, BasisMethod
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Minutes, Nanoseconds, Points


class IndexBasis(BaseSettings):
    """What a future and its index stood at, at one time, by which levels of the index are moved."""

    of: str
    """The index, such as SPX."""
    product: Literal["ES", "NQ"]
    future: Annotated[Points, Field(gt=0, allow_inf_nan=False)]
    """The future's price."""
    index: Annotated[Points, Field(gt=0, allow_inf_nan=False)]
    """The index's price."""
    as_of: AwareDatetime
    """When both were."""
    method: Literal["spread", "ratio"] = "spread"
    """Add what the future stands above the index, or multiply by their ratio."""
    within: Annotated[Minutes, Field(gt=0, allow_inf_nan=False)] = Minutes(1440)
    """How old it may be when levels are known; an older one is refused."""

    def basis(self) -> Basis:
        """Return it as what moves prices."""
        as_of = Nanoseconds(seconds_ns(self.as_of.timestamp()))
        return Basis(self.future, self.index, as_of, self.product, BasisMethod(self.method))


class MenthorqSettings(BaseSettings):
    """What files of levels do not say."""

    underlying: str = ""
    """What levels without a ticker are of: ES, SPX; empty: as --instrument or the file's name says."""
    publication: Literal["end_of_day", "intraday"] = "end_of_day"
    """End-of-day levels of a day exist from 23:00 New York (an index's 18:00); intraday ones need a time."""
    dates: DayOrder = ""
    """How a sheet writes days such as 02/01/2026; empty: as those above the 12th tell."""
    time_zone: ZoneName = ""
    """The chart's, of a dump's times without one, such as America/Chicago; empty: such lines are rejected."""
    source: str = "menthorq"
    """Who says so; intraday levels have the source `menthorq intraday`."""
    basis: IndexBasis | None = None
    """With what levels of an index become levels of the future; empty: they stay the index's."""
