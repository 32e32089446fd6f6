"""The prices a trader watches, each with how strong it is."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import chain
from operator import attrgetter
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import Field

from indicators.flow.vwap import Vwap
from indicators.profile.hours import SessionLevels
from indicators.profile.prior import PriorSession
from indicators.profile.volume import VolumeProfile
from indicators.structure.technical import Technical, TechnicalLevels
from mia_plugins.features import BarMeasure, Market
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Ticks

type Strength = Annotated[float, Field(ge=0, le=1)]
SAME = 1e-6
"""Ticks: prices nearer than this are the same one, whichever way they were computed."""

AREA, ENDS = ("POC", "VAH", "VAL"), ("high", "low")
BANDS = ((-2, "VWAP -2 sd"), (-1, "VWAP -1 sd"), (0, "VWAP"), (1, "VWAP +1 sd"), (2, "VWAP +2 sd"))


class Level(NamedTuple):
    """A price a trader watches."""

    name: str
    price: float
    """In ticks."""
    strength: float
    """0 to 1."""
    source: str
    """What it comes of: levels of one source are not independent of one another."""


_PRICE = attrgetter("price")


class _Group(NamedTuple):
    """Levels of one source from below, and their prices in ticks."""

    levels: tuple[Level, ...]
    prices: tuple[float, ...]

    @classmethod
    def of(cls, levels: Iterable[Level]) -> Self:
        """Return levels in order; of one price they keep the order they have."""
        ordered = tuple(sorted(levels, key=_PRICE))
        return cls(ordered, tuple(map(_PRICE, ordered)))


class KeyLevels(BarMeasure):
    """The levels that are known at the last base bar's close, and that close; in ticks.

    What is not known yet, has no input or no strength is not among them.
    """

    class Settings(BaseSettings):
        """What can be set."""

        prior_hours: Literal["rth", "eth"] = "rth"
        """What of the day before makes its levels."""
        developing_hours: Literal["eth", "rth"] = "eth"
        """From when on this session's profile and VWAP are made."""
        value_area: Literal["two_row", "single"] = "two_row"
        """How value areas grow."""
        prior: Strength = 1.0
        """How strong the day before's value area, point of control, high and low are."""
        developing: Strength = 0.8
        """How strong this session's value area, point of control, overnight and initial balance are."""
        vwap: Strength = 0.6
        """How strong VWAP and its first two bands are."""
        technical: Strength = 0.5
        """How strong pivots, retracements and round numbers are."""
        round_numbers: Literal["alike", "graded"] = "alike"
        """Whether those of 200 t and 100 t are as strong as those of 400 t, or .7 and .5 of it."""

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        area, hours = settings.value_area, settings.developing_hours
        self._prior = market.measure(PriorSession, hours=settings.prior_hours, value_area=area)
        self._profile = market.measure(VolumeProfile, hours=hours, value_area=area)
        self._vwap = market.measure(Vwap, anchor=hours)
        self._hours = market.measure(SessionLevels)
        self._technical = market.measure(TechnicalLevels)

    def reset(self) -> None:
        """Forget every bar."""
        self.close: int | None = None
        """The last bar's close, in ticks."""
        self._groups: tuple[_Group, ...] = ()
        self._made: dict[str, tuple[Any, _Group]] = {}

    def take_bar(self, bar: Bar) -> None:
        """See which levels are known now."""
        self.close = bar.close
        self._groups = tuple(self._known())

    @property
    def levels(self) -> tuple[Level, ...]:
        """From below; none before the first bar."""
        return tuple(sorted(chain.from_iterable(group.levels for group in self._groups), key=_PRICE))

    def near(self, reach: float) -> list[tuple[float, Level]]:
        """Return the levels within so many ticks of the close, each with its distance, in ticks."""
        if self.close is None:
            return []
        low, high = self.close - reach, self.close + reach
        found: list[Level] = []
        for levels, prices in self._groups:
            found += levels[bisect_right(prices, low) : bisect_left(prices, high)]
        found.sort(key=_PRICE)
        return [(abs(one.price - self.close), one) for one in found]

    def _known(self) -> Iterator["_Group"]:
        """Yield the levels by source; those whose prices stay where they were are not made again."""
        chosen, prior, session = self.settings, self._prior, self._hours
        now = self._profile.now
        yield self._of("prior", chosen.prior, AREA, (prior.ppoc, prior.pvah, prior.pval))
        yield self._of("prior day", chosen.prior, ENDS, (prior.high, prior.low))
        if now is not None:
            yield self._of("developing", chosen.developing, AREA, (now.poc, now.vah, now.val))
        night = session.overnight_high, session.overnight_low
        yield self._of("overnight", chosen.developing, ENDS, night)
        first = session.balance_high, session.balance_low
        yield self._of("initial balance", chosen.developing, ENDS, first)
        yield self._bands()
        for source, group in self._technical.groups() if chosen.technical else ():
            made = self._made.get(source)
            if made is None or made[0] is not group:
                made = self._made[source] = group, _Group.of(map(self._technical_level, group))
            yield made[1]

    def _of(
        self, source: str, strength: float, names: tuple[str, ...], prices: tuple[float | None, ...]
    ) -> "_Group":
        made = self._made.get(source)
        if made is None or made[0] != prices:
            levels = (
                Level(f"{source} {name}", price, strength, source)
                for name, price in zip(names, prices, strict=True)
                if price is not None and strength
            )
            made = self._made[source] = prices, _Group.of(levels)
        return made[1]

    def _technical_level(self, one: Technical) -> Level:
        graded = one.strength if self.settings.round_numbers == "graded" else 1.0
        return Level(one.name, one.price, self.settings.technical * graded, one.kind)

    def _bands(self) -> "_Group":
        """Return VWAP and its bands, once it has a width."""
        middle, sd, strength = self._vwap.value, self._vwap.sd, self.settings.vwap
        if middle is None or sd is None or not strength:
            return _Group((), ())
        return _Group.of([Level(name, middle + band * sd, strength, "VWAP") for band, name in BANDS])


class Reach(KeyLevels.Settings):
    """What can be set of a feature that looks at levels."""

    reach: Annotated[Ticks, Field(gt=0, le=50)] = Ticks(8.0)
    """How far a level is felt."""

    def of_levels(self) -> dict[str, Any]:
        """Return what of it the levels are made with."""
        return self.model_dump(exclude={"reach"})


def proximity(distance: float, reach: float) -> float:
    """Return p(d, r) = max(0, 1 − d/r); both in ticks."""
    return max(0.0, 1 - distance / reach)
