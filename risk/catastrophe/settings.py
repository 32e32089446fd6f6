"""At which number each trigger does what."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from mia_plugins.runtime.incidents import Level
from mia_plugins.settings.model import BaseSettings
from mia_plugins.units import Contracts, Dollars, Milliseconds, Minutes, Percent, Seconds, Ticks

LEVELS = (Level.WARN, Level.STOP_ENTRIES, Level.FLATTEN_AND_STOP)


class Trigger[N](BaseSettings):
    """The number from which on it is told, nothing is entered, all is left; one left out is never done."""

    warn: Annotated[N, Field(gt=0)] | None = None
    """From here on it is told."""
    stop_entries: Annotated[N, Field(gt=0)] | None = None
    """From here on nothing is entered until it is over, and entries that work are cancelled."""
    flatten_and_stop: Annotated[N, Field(gt=0)] | None = None
    """From here on what is held is left, and nothing is entered in this session."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        there = list(self.limits())
        for (mild, one), (harsh, other) in pairwise(there):
            if (one - other) * self.sign > 0:
                raise ValueError(
                    f"{harsh.told} ({other:g}) comes before {mild.told} ({one:g}), which then never acts"
                )
        return self

    @property
    def sign(self) -> int:
        """1 where the number is the worse the higher it is, -1 where the lower."""
        return 1

    def limits(self) -> Iterator[tuple[Level, float]]:
        """Yield the limits that are set, the mildest level first."""
        for level in LEVELS:
            limit = getattr(self, level.told)
            if limit is not None:
                yield level, float(limit)

    def reached(self, number: float) -> tuple[Level, float] | None:
        """Return the highest level that a number reaches, with its limit."""
        found = [(level, limit) for level, limit in self.limits() if (number - limit) * self.sign >= 0]
        return found[-1] if found else None

    def coming(self, number: float) -> tuple[Level, float]:
        """Return the mildest level that a number does not reach, with its limit; else the harshest."""
        there = list(self.limits())
        return next((one for one in there if (number - one[1]) * self.sign < 0), there[-1])


class LeastTrigger[N](Trigger[N]):
    """The same for a number that is the worse the lower it is."""

    @property
    def sign(self) -> int:
        """1 where the number is the worse the higher it is, -1 where the lower."""
        return -1


class CatastropheSettings(BaseSettings):
    """What is watched. Defaults are the documents' figures where they give one, else a careful trader's."""

    every: Annotated[Seconds, Field(ge=1, le=60)] = Seconds(5)
    """How often it looks."""
    window: Annotated[Minutes, Field(ge=1, le=240)] = Minutes(15)
    """How far back rates of errors and refusals look."""
    least: Annotated[int, Field(ge=1, le=1000)] = 6
    """Fewer orders, answers or fills than this within it say nothing of a rate; none at all end its stop."""
    stale_data: Trigger[Seconds] = Trigger(stop_entries=Seconds(60), flatten_and_stop=Seconds(300))
    """For how long nothing came of a product that is traded, in a session."""
    connection: Trigger[Seconds] = Trigger(stop_entries=Seconds(5), flatten_and_stop=Seconds(300))
    """For how long the broker has not been reached; 5 min in the documents."""
    error_rate: Trigger[Percent] = Trigger(warn=Percent(5), stop_entries=Percent(10))
    """Of the broker's answers on orders, changes and cancels: 5 and 10 % in the documents."""
    reject_rate: Trigger[Percent] = Trigger(warn=Percent(10), stop_entries=Percent(50))
    """Of orders that are over: those that were refused."""
    latency: Trigger[Milliseconds] = Trigger(warn=Milliseconds(100), stop_entries=Milliseconds(1000))
    """From an event's time to when it is dealt with; 100 ms in the documents."""
    slippage: Trigger[Ticks] = Trigger(warn=Ticks(3), stop_entries=Ticks(8))
    """On average beyond the price that entries were decided at and stops lay at."""
    drawdown: Trigger[Percent] = Trigger(warn=Percent(10), flatten_and_stop=Percent(15))
    """Below the highest the account has been, open losses included; an alert at 10 % in the documents."""
    daily_loss: Trigger[Dollars] = Trigger(flatten_and_stop=Dollars(Decimal(500)))
    """Lost since the session opened, open losses included; 500 $ in the documents."""
    losses_in_row: Trigger[int] = Trigger(warn=3)
    """Round trips lost one after the other in a session: three in the documents."""
    position_mismatch: Trigger[Contracts] = Trigger(stop_entries=Contracts(1))
    """Contracts by which the broker's positions are not those that are known here."""
    clock_drift: Trigger[Milliseconds] = Trigger(warn=Milliseconds(250), stop_entries=Milliseconds(1000))
    """By which the clock has gone another way than time has, within 15 min."""
    disk_free: LeastTrigger[Percent] = LeastTrigger(warn=Percent(15), stop_entries=Percent(10))
    """Left of the disk that the state lies on: 10 % in the documents."""
    memory: Trigger[Percent] = Trigger(warn=Percent(85), stop_entries=Percent(95))
    """Of the machine's memory that is taken."""
    margin: Trigger[Percent] = Trigger(warn=Percent(80), stop_entries=Percent(95))
    """Of the account that is bound as margin."""
