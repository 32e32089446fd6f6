"""The settings of a run: what a file given to `mia` may say."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue, StringConstraints, ValidationInfo, field_validator

from mia_plugins.hookspecs import Kind
from mia_plugins.host.requirements import parse_requirement
from mia_plugins.settings.live import Live
from mia_plugins.settings.model import BaseSettings
from mia_plugins.units import Dollars, Ticks

Instrument = Literal["ES", "NQ", "MES", "MNQ"]
InstanceName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Requires = Annotated[str, AfterValidator(lambda text: str(parse_requirement(text)))]
CustomDataClass = Annotated[str, StringConstraints(pattern=r"^[\w.]+:[\w.]+$")]
Absent = Literal[
    "trades", "quotes", "depth", "levels", "option_chains", "underlyings", "vix", "other product"
]
Section = dict[InstanceName, dict[str, JsonValue] | None]

COMPONENT_KEYS = {
    "use": "the plugin's name, where it differs from the key it stands under",
    "enabled": "`false` leaves out what a lower file brought in",
}
"""Keys of a component that are the host's, beside the plugin's own settings."""
FEATURE_KEYS = COMPONENT_KEYS | {
    "weight": "what it counts for against the others, 0 or more; 0 only writes it to the journal"
}
"""Those of a feature."""

STANDING_ALONE = (Kind.INDICATORS, Kind.IMPORTERS, Kind.LEARNERS, Kind.COMMANDS)
SECTIONS = tuple(kind for kind in Kind if kind not in STANDING_ALONE)
"""The kinds a run names in its file. Indicators are used by these; learners are named by a training."""


def component_keys(kind: Kind) -> dict[str, str]:
    """Return the keys that are the host's, with what they say."""
    return FEATURE_KEYS if kind is Kind.FEATURES else COMPONENT_KEYS


def _in_order(span: tuple[float, float]) -> tuple[float, float]:
    """Refuse a span whose least is above its most."""
    if span[0] > span[1]:
        raise ValueError(f"the least comes before the most; got {span[0]:g}, {span[1]:g}")
    return span


def _component(kind: Kind) -> Section:
    section: Section = Field(
        default={}, description=f"The {kind.replace('_', ' ')} of the run, each with its settings."
    )
    return section


class Venue(BaseSettings):
    """How orders are filled in the simulation."""

    fills: Literal["depth", "quotes", "bars"] = "depth"
    """What orders are matched against: the book's ten levels, the best quotes, or minute bars alone."""
    slippage: Annotated[Ticks, Field(ge=0, le=40, multiple_of=1)] = Ticks(1)
    """What market and stop orders pay beyond the quote or bar; with depth the book itself is walked."""
    commission: Annotated[Dollars, Field(ge=0)] | None = None
    """A contract and side, exchange fees included; left out: what is usual for the product."""


class Backstop(BaseSettings):
    """The engine's own risk checks behind all rules: no plugin's order gets past them."""

    notional: Annotated[Dollars, Field(gt=0)] = Dollars(Decimal(5_000_000))
    """Of index that one order may stand for: contracts times price times multiplier."""
    submits: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Orders that may be sent in a second; a bracket is one."""
    changes: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Orders that may be changed in a second."""


AtLeast = Annotated[float, Field(ge=0)] | Annotated[tuple[float, float], AfterValidator(_in_order)] | None


class Targets(BaseSettings):
    """What a run aims at: a number, or the least and the most. It is shown beside what came of it."""

    win_rate: AtLeast = None
    """Winning trades of a hundred, at least."""
    profit_factor: AtLeast = None
    """What was won for a dollar lost, at least."""
    max_drawdown: AtLeast = None
    """The deepest fall of the balance from a high, in % of it, at most."""
    trades_a_day: AtLeast = None
    """Trades a trading day, at least."""
    daily_profit: AtLeast = None
    """$ a trading day, at least."""


class PluginWishes(BaseSettings):
    """The part of a run's file that says which plugins there are."""

    requires: tuple[Requires, ...] = ()
    """Distributions of plugins the run needs, such as `mia-foo>=1.2`."""
    disable: tuple[str, ...] = ()
    """Plugins to leave out, by name as `mia plugins list` shows it."""
    plugins_dir: Path | None = None
    """A folder of one-off plugins, seen from the file that names it."""


class RunSettings(PluginWishes):
    """A run: which data, which days, which plugins."""

    preset: str | tuple[str, ...] = ()
    """A shipped set of settings that this file changes, such as `production_v3_4`; or several."""
    catalog: Path = Path("data/catalog")
    """The folder of market data, seen from the file that names it; the default from where `mia` is run."""
    instruments: Annotated[tuple[Instrument, ...], Field(min_length=1)]
    """What is traded."""
    observe: tuple[Instrument, ...] = ()
    """What is looked at beside it and not traded: its trades, or its bars."""
    traded_as: Literal["full", "micro"] = "full"
    """What orders are for: the instruments themselves, or their micros (MES for ES), ten to a contract."""
    absent: tuple[Absent, ...] = ()
    """What the data lack, so that features that need it are left out instead of not known."""
    start: dt.date
    """The first trading day (a session belongs to the day it ends on, New York)."""
    end: dt.date
    """The last trading day, included."""
    capital: Annotated[Dollars, Field(gt=0)] = Dollars(Decimal(50000))
    """The account's balance at the start."""
    venue: Venue = Venue()
    """How orders are filled in the simulation."""
    backstop: Backstop = Backstop()
    """The engine's own risk checks, behind the rules of the run."""
    feed: Literal["columns", "handlers"] = "columns"
    """How data reach computation: as columns, or one by one as in live trading; decisions are the same."""
    custom_data: tuple[CustomDataClass, ...] = ()
    """Nautilus' custom data to replay too: classes such as `mia_foo.data:NewsItem`."""
    live: Live = Live()
    """How it trades live: `mia live`; a backtest does not look at it."""
    targets: Targets = Targets()
    """Figures that are aimed at; nothing depends on them."""
    journal: Literal["all", "changes"] = "all"
    """Which decisions are kept: every one, or those that differ from the one before."""
    features: Section = _component(Kind.FEATURES)
    patterns: Section = _component(Kind.PATTERNS)
    strategies: Section = _component(Kind.STRATEGIES)
    actors: Section = _component(Kind.ACTORS)
    rules: Section = _component(Kind.RULES)
    sizers: Section = _component(Kind.SIZERS)
    filters: Section = _component(Kind.FILTERS)
    notifiers: Section = _component(Kind.NOTIFIERS)
    report_sections: Section = _component(Kind.REPORT_SECTIONS)

    @field_validator("instruments", "observe")
    @classmethod
    def _instruments_differ(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        names_all = (*names, *info.data.get("instruments", ()))
        twice = sorted({name for name in names if names_all.count(name) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} is named twice")
        return names

    @field_validator("traded_as")
    @classmethod
    def _micros_are_not_traded_twice(cls, name: str, info: ValidationInfo) -> str:
        instruments = info.data.get("instruments", ())
        both = [code for code in instruments if f"M{code}" in instruments]
        if name == "micro" and both:
            raise ValueError(f"M{both[0]} would be traded for {both[0]} and for itself; name one of them")
        return name

    @property
    def orders_for(self) -> dict[str, str]:
        """What is ordered, by the instrument it is decided on: ES, or MES for it."""
        micro = self.traded_as == "micro"
        return {code: f"M{code}" if micro and not code.startswith("M") else code for code in self.instruments}

    @field_validator("end")
    @classmethod
    def _days_are_in_order(cls, end: dt.date, info: ValidationInfo) -> dt.date:
        start = info.data.get("start")
        if start and end < start:
            raise ValueError(f"lies before start ({start}); got {end}")
        return end
