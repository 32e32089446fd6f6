"""What a mapping says: which column is what, in which zone times are, how the aggressor is called."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from catalog.formats.zones import ZoneName
from mia_plugins.data.instruments import TICK_POINTS
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Points


class ColumnNames(BaseSettings):
    """The file's own names of columns; without a header their numbers, from 1."""

    time: str = "time"
    """When it happened, or of a bar when it opened or closed."""
    price: str = "price"
    """Of a trade."""
    size: str = "size"
    """Contracts of a trade."""
    side: str = ""
    """Who came to the other in a trade; left out, quotes tell."""
    id: str = ""
    """The source's own id of a trade; left out, trades are told apart by time, price and size."""
    instrument: str = ""
    """The contract of a row; left out, all are of `--instrument`, or of what the file's name says."""
    bid: str = "bid"
    """Best bid of a quote."""
    ask: str = "ask"
    """Best ask of a quote."""
    bid_size: str = "bid_size"
    """Contracts at the best bid."""
    ask_size: str = "ask_size"
    """Contracts at the best ask."""
    open: str = "open"
    """First price of a bar."""
    high: str = "high"
    """Highest price of a bar."""
    low: str = "low"
    """Lowest price of a bar."""
    close: str = "close"
    """Last price of a bar."""
    volume: str = "volume"
    """Contracts of a bar."""


class SideWords(BaseSettings):
    """What the file calls an aggressor; upper and lower case are one. Another word is rejected."""

    buy: tuple[str, ...] = ("buy", "b", "1", "+1")
    """The buyer came to the seller."""
    sell: tuple[str, ...] = ("sell", "s", "-1")
    """The seller came to the buyer."""
    unknown: tuple[str, ...] = ("", "unknown", "none", "n", "0")
    """Nobody says; quotes tell."""


class TableSettings(BaseSettings):
    """A mapping of CSV or Parquet."""

    kind: Literal["trades", "quotes", "bars"]
    """What a row is; bars are of one minute."""
    columns: ColumnNames = ColumnNames()
    """Which column is what."""
    source: str = ""
    """Who made the file, such as a vendor's name: rows of two sources are not mixed; empty: the format."""
    time: str = "iso"
    """How times are written: `iso`; `s`, `ms`, `us` or `ns` since 1970; or such as `%m/%d/%Y %H:%M:%S.%f`."""
    time_zone: ZoneName | None = None
    """Of times that say none, such as America/Chicago or UTC; without it such times are rejected."""
    prices: Literal["points", "ticks"] = "points"
    """What prices are counted in."""
    tick_size: Annotated[Points, Field(gt=0, allow_inf_nan=False)] = Points(0.25)
    """What a tick is that prices are counted in; of prices in points it is the instrument's."""
    side: SideWords = SideWords()
    """What aggressors are called."""
    bars_stamped_at: Literal["", "open", "close"] = ""
    """What the time of a bar is; of bars it must be said."""
    delimiter: str = Field(",", min_length=1, max_length=1)
    """Between two columns of CSV; a tab is written "\\t", with the quotation marks."""
    header: bool = True
    """Whether the first line of CSV names the columns."""

    @model_validator(mode="after")
    def _says_what_it_must(self) -> Self:
        if self.kind == "bars" and not self.bars_stamped_at:
            raise ValueError(
                "bars_stamped_at should be open or close: the file does not say what it stamps bars at"
            )
        if self.prices == "points" and self.tick_size != TICK_POINTS:
            raise ValueError(
                f"tick_size is of `prices: ticks`; of points ticks are {TICK_POINTS:g} in all futures here"
            )
        return self

    @field_validator("time")
    @classmethod
    def _time_is_a_form(cls, form: str) -> str:
        if form not in {"iso", *UNITS} and "%" not in form:
            raise ValueError("should be iso, s, ms, us, ns or a pattern such as %Y-%m-%d %H:%M:%S.%f")
        return form


UNITS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}
"""ns in each unit that times since 1970 are counted in."""
PRICES = {"trades": ("price",), "quotes": ("bid", "ask"), "bars": ("open", "high", "low", "close")}
SIZES = {"trades": ("size",), "quotes": ("bid_size", "ask_size"), "bars": ("volume",)}
OPTIONAL = {"trades": ("side", "id", "instrument"), "quotes": ("instrument",), "bars": ("instrument",)}


def wanted(settings: TableSettings) -> dict[str, str]:
    """Return what is to be read: what a column is, and the file's name of it."""
    kind = settings.kind
    named = {name: getattr(settings.columns, name) for name in ("time", *PRICES[kind], *SIZES[kind])}
    others = {name: getattr(settings.columns, name) for name in OPTIONAL[kind]}
    return named | {name: column for name, column in others.items() if column}
