"""How a trade is left: stop and target at first, then trailing, break-even, time and reversal."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from mia_plugins.settings import BaseSettings
from mia_plugins.units import Bars, Minutes, Multiple, Ticks

LEAST_STOP = 2
"""Ticks: a nearer stop would lie inside the spread."""


class Bracket(BaseSettings):
    """Where stop and target lie, and how long a trade may take."""

    stop_by: Literal["ticks", "atr", "structure"] = "ticks"
    """A number of ticks away, a multiple of the ATR of base bars, or beyond the last swing of base bars."""
    stop: Annotated[Ticks, Field(ge=LEAST_STOP, le=400)] = Ticks(10)
    """How far away the stop is, by ticks."""
    stop_atr: Annotated[Multiple, Field(gt=0, le=20)] = Multiple(2.0)
    """How far away the stop is, by ATR."""
    beyond: Annotated[Ticks, Field(ge=0, le=40, multiple_of=1)] = Ticks(2)
    """How far beyond the swing it is, by structure; nearer than `stop` it is at `stop`."""
    target_r: Annotated[Multiple, Field(gt=0, le=20)] = Multiple(2.0)
    """How far away the target is, in stops."""
    entry: Literal["market", "limit"] = "market"
    """How it is entered; a limit lies at the last price."""
    entry_valid: Annotated[Bars, Field(ge=1, le=60)] = Bars(3)
    """How long a limit waits."""
    time_exit: Annotated[Minutes, Field(ge=0, le=1440)] = Minutes(60)
    """When a trade is left at the latest; 0: at the session's end."""


class Trailing(BaseSettings):
    """A stop that follows the price. Prices are looked at whenever the strategy is evaluated."""

    on: bool = False
    """Whether it does."""
    after: Annotated[Ticks, Field(ge=0, le=400)] = Ticks(8)
    """The profit from which it follows."""
    after_r: Annotated[Multiple, Field(ge=0, le=20)] = Multiple(0.0)
    """The profit from which it follows, in stops; both must be reached."""
    distance: Annotated[Ticks, Field(ge=LEAST_STOP, le=400)] = Ticks(15)
    """How far behind the best price it is."""
    distance_atr: Annotated[Multiple, Field(ge=0, le=20)] = Multiple(0.0)
    """The same in ATR of base bars; 0: by ticks."""
    step: Annotated[Ticks, Field(ge=1, le=100)] = Ticks(2)
    """It moves by so much at least."""


class BreakEven(BaseSettings):
    """A stop that goes to the entry once there is a profit."""

    on: bool = False
    """Whether it does."""
    after_r: Annotated[Multiple, Field(gt=0, le=20)] = Multiple(1.0)
    """The profit from which it does, in stops."""
    beyond: Annotated[Ticks, Field(ge=0, le=40)] = Ticks(0)
    """How far beyond the entry it goes."""


class Exits(BaseSettings):
    """What becomes of a trade that is open."""

    trailing: Trailing = Trailing()
    """A stop that follows the price."""
    break_even: BreakEven = BreakEven()
    """A stop that goes to the entry."""
    reversal: bool = True
    """Whether a signal on the other side leaves it."""


@dataclass(frozen=True, slots=True)
class Held:
    """A trade that is open; prices in ticks."""

    side: int
    entry: float
    """What it was entered at, on average."""
    risk: int
    """How far away its first stop was."""
    best: int
    """The best price since, as it was looked at."""
    stop: int
    """Where its stop lies."""


def stop_of(bracket: Bracket, atr: float | None, multiple: float = 1.0) -> int | None:
    """Return how far away the stop is, in ticks; `None` while what it is told by is not known."""
    if bracket.stop_by == "structure":
        return None
    if bracket.stop_by == "ticks":
        return max(round(bracket.stop * multiple), LEAST_STOP)
    return None if atr is None else max(round(bracket.stop_atr * multiple * atr), LEAST_STOP)


def structure_stop(bracket: Bracket, away: float | None, multiple: float = 1.0) -> int | None:
    """Return how far away a stop beyond a swing is, in ticks; `away` is how far the swing lies on its side.

    `None` while there is no swing on that side of the price.
    """
    if away is None or away <= 0:
        return None
    return max(round(max(away + bracket.beyond, bracket.stop) * multiple), LEAST_STOP)


def moved_stop(exits: Exits, held: Held, price: int, atr: float | None) -> int | None:
    """Return where the stop goes, in ticks; `None` where it stays. It never goes back."""
    side = held.side
    profit = (held.best - held.entry) * side
    wanted = []
    if exits.break_even.on and profit >= exits.break_even.after_r * held.risk:
        wanted.append((round(held.entry + side * exits.break_even.beyond), 1))
    trailing = exits.trailing
    if trailing.on and profit >= max(trailing.after, trailing.after_r * held.risk):
        by_atr = trailing.distance_atr > 0
        if not by_atr or atr is not None:
            distance = trailing.distance_atr * (atr or 0.0) if by_atr else trailing.distance
            wanted.append((held.best - side * max(round(distance), LEAST_STOP), round(trailing.step)))
    # One that the price has passed already would be no stop any more.
    possible = [at for at, step in wanted if (at - held.stop) * side >= step and (price - at) * side > 0]
    return max(possible, key=lambda at: at * side) if possible else None
