"""Imported levels: what they are, how old, how long they hold, and where they lie on the future."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from indicators.options.reading import known
from indicators.options.settlement import settles_at, trading_day
from indicators.options.vix import VixRegime
from mia_plugins.data.basis import Basis
from mia_plugins.data.level_names import Level, LevelKind, level_named
from mia_plugins.data.sessions import NEW_YORK, NS, CalendarError, sessions
from mia_plugins.units import Nanoseconds, Points, Seconds

GRACE = dt.timedelta(hours=2)
"""After a day the next publication is due; 24 h and these are the 26 h for which levels hold."""
INTRADAY_MINUTES = {VixRegime.LOW: 30.0, VixRegime.MID: 15.0, VixRegime.HIGH: 5.0}
STRICT_MINUTES = 30.0
FARTHEST = 0.20
"""A level further from the price than this share of it is a fault."""
TODAY = "0DTE"
"""The tenor of levels of the options that expire on their day."""
WEEKS = dt.timedelta(days=14)
WHOLE = Points(1.0)


class Publication(StrEnum):
    """How often a source publishes."""

    END_OF_DAY = "end_of_day"
    INTRADAY = "intraday"


@dataclass(frozen=True, slots=True)
class LevelSet:
    """The levels that one source published at one time."""

    underlying: str
    """What the prices are of."""
    source: str
    as_of: Nanoseconds
    """The time of the data behind them, UTC."""
    available_at: Nanoseconds
    """When they could be known, UTC; before that they do not exist."""
    levels: tuple[Level, ...]
    publication: Publication = Publication.END_OF_DAY
    flaws: tuple[str, ...] = ()
    """What was wrong with them, in words; what was wrong is left out."""
    far: tuple[Level, ...] = ()
    """What was left out since it is too far from the price."""
    crossed: tuple[tuple[Level, Level], ...] = ()
    """Pairs that were left out since the first, a floor, lies above the second, a ceiling."""
    basis: Basis | None = None
    """With what they were brought to the future; None: they are as published."""
    _ladders: dict[Any, tuple[float, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Those that were asked for: the same ones are, at every decision."""

    def of(self, kind: LevelKind, tenors: tuple[str, ...] = ("", TODAY)) -> tuple[Points, ...]:
        """Return the prices (points) of a kind, of all expiries together and of today's."""
        return tuple(level.price for level in self.named(kind, tenors))

    def named(self, kind: LevelKind, tenors: tuple[str, ...] = ("", TODAY)) -> tuple[Level, ...]:
        """Return the levels of a kind, of all expiries together and of today's."""
        return tuple(level for level in self.levels if level.kind is kind and level.tenor in tenors)

    def ladder(self, *kinds: LevelKind, tick: Points = WHOLE) -> tuple[float, ...]:
        """Return the prices of some kinds from below, in ticks of so many points, of the tenors of `of`."""
        found = self._ladders.get((kinds, tick))
        if found is None:
            found = tuple(sorted(at / tick for kind in kinds for at in self.of(kind)))
            self._ladders[kinds, tick] = found
        return found

    def one(self, kind: LevelKind) -> Points | None:
        """Return the price (points) of a kind over all expiries; None when it was not given."""
        return next(iter(self.of(kind, ("",))), None)

    def age(self, now: int) -> Seconds:
        """Return how old the data behind them are at a time (UTC ns)."""
        return Seconds((now - self.as_of) / NS)

    def mirrored(self, about: Points) -> "LevelSet":
        """Return the mirror image about a price (points)."""
        return replace(
            self,
            levels=tuple(one.mirrored(about) for one in self.levels),
            far=tuple(one.mirrored(about) for one in self.far),
            crossed=tuple((high.mirrored(about), low.mirrored(about)) for low, high in self.crossed),
        )


def beside(ladder: tuple[float, ...], price: float) -> tuple[float | None, float | None]:
    """Return how far below and above a price the nearest rungs are; one at the price is both."""
    below, above = bisect_right(ladder, price) - 1, bisect_left(ladder, price)
    return (
        price - ladder[below] if below >= 0 else None,
        ladder[above] - price if above < len(ladder) else None,
    )


def levels_of(table: pa.Table, underlying: str, intraday: frozenset[str] = frozenset()) -> LevelSet | None:
    """Return the newest levels of an underlying in rows of the table `levels`; None without any.

    `intraday` names the sources that publish during the day; all others publish at its end.
    """
    rows = table.filter(pc.equal(table["underlying"], underlying))
    # A set that is published again for the same time takes the place of the one before.
    for time in ("ts_event", "ts_init"):
        rows = rows.filter(pc.equal(rows[time], pc.max(rows[time]))) if len(rows) else rows
    if not len(rows):
        return None
    named: dict[str, Level] = {}
    flaws = []
    for name, price in zip(rows["name"].to_pylist(), rows["price"].to_pylist(), strict=True):
        if name is None or known(price) is None or price <= 0:
            flaws.append(f"{name or 'a level without a name'}: {price} is no price")
            continue
        if name in named:
            flaws.append(f"{name}: given more than once, the last counts")
        named[name] = level_named(name, Points(price))
    source = rows["source"][0].as_py() or ""
    return LevelSet(
        underlying,
        source,
        Nanoseconds(int(rows["ts_event"][0].value)),
        Nanoseconds(int(pc.max(rows["ts_init"]).value)),
        tuple(named.values()),
        Publication.INTRADAY if source in intraday else Publication.END_OF_DAY,
        tuple(flaws),
    )


def to_future(levels: LevelSet, basis: Basis) -> LevelSet | None:
    """Return index levels where they lie on the future, stamped with the basis; None when it is not known."""
    if not basis.is_known:
        return None
    moved = tuple(replace(level, price=basis.on_future(level.price)) for level in levels.levels)
    return replace(levels, underlying=basis.product, levels=moved, basis=basis)


def sound(levels: LevelSet, price: Points) -> LevelSet:
    """Return the levels without what cannot be at a price (points), which is told in `flaws`.

    Levels more than 20 % away are left out; so are both of a pair in the wrong order.
    """
    off = too_far(levels, price)
    far = tuple(one for one in levels.levels if one in off)
    near = tuple(one for one in levels.levels if one not in far)
    crossed = tuple(_crossed(near))
    wrong = {level for pair in crossed for level in pair}
    flaws = (
        *(f"{one.name}: {one.price:g} is too far from {price:g}" for one in far),
        *(f"{low.name} {low.price:g} is above {high.name} {high.price:g}" for low, high in crossed),
    )
    return replace(
        levels,
        levels=tuple(one for one in near if one not in wrong),
        flaws=(*levels.flaws, *flaws),
        far=far,
        crossed=crossed,
    )


def _crossed(levels: tuple[Level, ...]) -> Iterator[tuple[Level, Level]]:
    """Yield the pairs of a floor and a ceiling of one tenor in which the floor is the higher."""
    pairs = ((LevelKind.PUT_WALL, LevelKind.CALL_WALL), (LevelKind.DAY_MIN, LevelKind.DAY_MAX))
    for floor, ceiling in pairs:
        for tenor in dict.fromkeys(one.tenor for one in levels if one.kind in (floor, ceiling)):
            lows, highs = (
                [one for one in levels if one.kind is kind and one.tenor == tenor]
                for kind in (floor, ceiling)
            )
            yield from ((low, high) for low in lows for high in highs if low.price > high.price)


def too_far(levels: LevelSet, price: Points) -> frozenset[Level]:
    """Return the levels more than 20 % away from a price (points)."""
    reach = FARTHEST * abs(price)
    return frozenset([level for level in levels.levels if abs(level.price - price) > reach])


def is_stale(levels: LevelSet, now: int, regime: VixRegime | None, *, strict: bool = False) -> bool:
    """Say whether levels no longer hold at a time (UTC ns).

    End-of-day ones hold until the next publication: 26 h, days without a session not counted, and
    their data may be as old when published. Intraday ones hold 30, 15 or 5 min by VIX LOW, MID, HIGH;
    5 when it is not known. `strict`: 30 min for the former too, and at most 30 for the latter.
    """
    if levels.publication is Publication.INTRADAY:
        minutes = INTRADAY_MINUTES[regime or VixRegime.HIGH]
        return levels.age(now) > minutes * 60
    if strict:
        return levels.age(now) > STRICT_MINUTES * 60
    until, data_until = next_publication(levels.available_at), next_publication(levels.as_of)
    return until is None or data_until is None or now > until or levels.available_at > data_until


@lru_cache(maxsize=256)
def next_publication(published: Nanoseconds) -> Nanoseconds | None:
    """Return until when levels published then hold (UTC ns): 26 h, days without a session not counted."""
    day = trading_day(published)
    following = day and _day_after(day)
    if not following or day is None:
        return None
    told = dt.datetime.fromtimestamp(published // NS, NEW_YORK)
    due = told + (following - day) + GRACE
    return Nanoseconds(int(due.timestamp()) * NS)


@lru_cache(maxsize=64)
def _day_after(day: dt.date) -> dt.date | None:
    """Return the trading day after one; None beyond the calendar."""
    try:
        return next((one.day for one in sessions(day + dt.timedelta(days=1), day + WEEKS)), None)
    except CalendarError:
        return None


def todays_end(levels: LevelSet) -> Nanoseconds | None:
    """Return when the levels of today's expiry end (UTC ns); None without any such level.

    Their day is the trading day in which they became known, and they end when its options settle: at the
    close of regular hours, on third Fridays too.
    """
    if not any(one.tenor == TODAY for one in levels.levels):
        return None
    day = trading_day(levels.available_at)
    return levels.available_at if day is None else Nanoseconds(settles_at(day, ""))


def unsettled(levels: LevelSet, now: int) -> LevelSet:
    """Return levels without those of options that have settled at a time (UTC ns)."""
    end = todays_end(levels)
    if end is None or now < end:
        return levels
    return replace(levels, levels=tuple(one for one in levels.levels if one.tenor != TODAY))


def exists(levels: LevelSet, now: int) -> bool:
    """Say whether levels could be known at a time (UTC ns)."""
    return now >= levels.available_at
