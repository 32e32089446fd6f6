"""The hours that are traded, and the contract that leads."""

import datetime as dt
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mia_plugins.data.instruments import ROLL_DAYS
from mia_plugins.data.sessions import NEW_YORK, NS, OPEN, Session, utc_ns
from mia_plugins.decisions import Candidate, Force, Rule, Verdict, blocks, passes
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Minutes

MINUTE = 60 * NS
DAY_SECONDS, TRADED_SECONDS = 24 * 3600, 23 * 3600


class SessionClosed(Rule):
    """Blocks outside the hours that are traded: from their first instant on, up to their last and not at it.

    A half day ends them early, and a day on which the stock market stays closed has no regular hours.
    """

    class Settings(BaseSettings):
        """What can be set."""

        hours: Literal["eth", "rth", "custom"] = "eth"
        """The whole session, New York's 9:30 to 16:00, or from `begins` to `ends`."""
        begins: dt.time | None = None
        """When hours of one's own begin, New York: from 18:00 on it is the evening before."""
        ends: dt.time | None = None
        """When they end, New York."""
        last_entry: Annotated[Minutes, Field(ge=0, le=1380)] = Minutes(0)
        """So long before the end of the hours nothing is entered any more."""
        half_days: Literal["trade", "refuse"] = "trade"
        """Whether days whose session ends early are traded."""

        @model_validator(mode="after")
        def _hours_are_some(self) -> Self:
            if self.hours != "custom":
                if self.begins or self.ends:
                    raise ValueError(f"begins and ends go with `hours: custom`; hours is {self.hours}")
            elif self.begins is None or self.ends is None:
                raise ValueError(
                    "`hours: custom` should say when they begin and end, such as 09:30 and 15:30"
                )
            elif not _into(self.begins) < _into(self.ends) <= TRADED_SECONDS:
                raise ValueError(
                    "begins should come before ends between 18:00 and 17:00 of the next day; "
                    f"got {self.begins:%H:%M} and {self.ends:%H:%M}"
                )
            return self

    force = Force.HARD
    unit = "min"

    def judge(self, candidate: Candidate) -> Verdict:
        """Look how far inside the hours it is; below 0 outside of them."""
        session, now = candidate.session, candidate.now
        if self.settings.half_days == "refuse" and session.is_short:
            return blocks(
                None, "{} is a half day: its session ends at {}", session.day, _Clock(session.close)
            )
        begin, end = hours_of(session, self.settings)
        if begin >= end:
            return blocks(None, "{} has none of the hours that are traded", session.day)
        inside = min(now - begin, end - now) / MINUTE
        judged = passes if begin <= now < end else blocks
        return judged(inside, "{} New York; {} to {} is traded", _Clock(now), _Clock(begin), _Clock(end))


class RollWindow(Rule):
    """Blocks in a contract that has handed the lead to the next, 8 days before it expires."""

    class Settings(BaseSettings):
        """What can be set."""

        days: Annotated[int, Field(ge=0, le=60)] = ROLL_DAYS
        """At most so many calendar days before its expiry a contract is not entered."""

    force = Force.HARD
    unit = "days"

    def judge(self, candidate: Candidate) -> Verdict:
        """Count the days to the contract's expiry."""
        contract = candidate.contract
        expiry, said = contract.expiry, "{0.symbol} expires on {1}, {2}"
        left = (expiry - candidate.session.day).days
        if left > self.settings.days:
            return passes(left, said, contract, expiry, _Days(left))
        said += "; from {3} days before on {0.next.symbol} is the one to enter"
        return blocks(left, said, contract, expiry, _Days(left), self.settings.days)


def hours_of(session: Session, settings: SessionClosed.Settings) -> tuple[int, int]:
    """Return when the hours of a session that are traded begin and end (UTC ns); empty ones: none are."""
    if settings.hours == "eth":
        begin, end = session.open, session.close
    elif settings.begins is None or settings.ends is None:
        begin, end = session.rth_open, session.rth_close
    else:
        begin, end = _custom(session, settings.begins, settings.ends)
    return begin, end - round(settings.last_entry * MINUTE)


@lru_cache(maxsize=64)
def _custom(session: Session, begins: dt.time, ends: dt.time) -> tuple[int, int]:
    return tuple(min(_at(session, time), session.close) for time in (begins, ends))  # type: ignore[return-value]


def _at(session: Session, time: dt.time) -> int:
    """Return a New York time of a session as UTC ns."""
    evening = dt.datetime.fromtimestamp(session.open // NS, NEW_YORK).date()
    return utc_ns(evening if time >= OPEN else session.day, time)


def _into(time: dt.time) -> int:
    """Return how many seconds after 18:00 a time of day comes."""
    return (time.hour * 3600 + time.minute * 60 + time.second - OPEN.hour * 3600) % DAY_SECONDS


class _Days(int):
    """Days from now, in words."""

    def __str__(self) -> str:
        return f"in {+self} days" if self > 0 else f"{-self} days ago" if self < 0 else "today"


class _Clock(int):
    """A time (UTC ns), in words that of New York's clocks."""

    def __str__(self) -> str:
        return f"{dt.datetime.fromtimestamp(self // NS, NEW_YORK):%H:%M}"
