"""`news_window`: no entry around announcements, and no position through those of the FOMC."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from mia_plugins.data.sessions import NS
from mia_plugins.decisions import Candidate, Force, Rule, Verdict, blocks, not_asked, passes
from mia_plugins.errors import MiaError
from mia_plugins.features import Market
from mia_plugins.settings import BaseSettings, SettingsError
from mia_plugins.units import Minutes
from strategies.menthorq.announcements import Announcement, hash_of_calendar, read_calendar

MINUTE = 60 * NS
SHOWN = 5
"""Mistakes of a file that are told at once."""

type Span = Annotated[Minutes, Field(ge=0, le=720)]


class NewsWindow(Rule):
    """Blocks from 2 min before to 5 min after an announcement, both included; wider for the flat kinds.

    Through those of the flat kinds no position should be held: `leave` says when one is to be left.
    """

    class Settings(BaseSettings):
        """What can be set."""

        calendar: Literal["fomc"] | Path | None = "fomc"
        """A YAML or CSV file of announcements; `fomc` is the one that comes with mia, none asks nothing."""
        before: Span = Minutes(2)
        """From so long before an announcement nothing is entered."""
        after: Span = Minutes(5)
        """Until so long after it nothing is entered."""
        ignore: tuple[str, ...] = ()
        """Kinds of announcements that are passed over."""
        flat: tuple[str, ...] = ("fomc",)
        """Kinds through which no position should be held."""
        flat_before: Span = Minutes(30)
        """From so long before an announcement of these nothing is entered, and what is held is left."""
        flat_after: Span = Minutes(30)
        """Until so long after it."""
        outside: Literal["block", "pass"] = "block"
        """What becomes of a trade in a month before the calendar's first or after its last."""
        content: Annotated[str, Field(validate_default=True)] = ""
        """The hash of the calendar's content, filled in: another content is another run."""

        @field_validator("calendar")
        @classmethod
        def _calendar_can_be_read(cls, calendar: str | Path | None) -> str | Path | None:
            if calendar is not None:
                try:
                    read_calendar(calendar)
                except SettingsError as error:
                    raise ValueError(_in_a_line(error)) from None
                except MiaError as error:
                    raise ValueError("; ".join(filter(None, (error.what, error.remedy)))) from None
            return calendar

        @field_validator("content")
        @classmethod
        def _content_is_as_it_was(cls, content: str, info: ValidationInfo) -> str:
            calendar = info.data.get("calendar")
            there = "" if calendar is None else hash_of_calendar(calendar)
            if content and "calendar" in info.data and content != there:
                raise ValueError(
                    f"the calendar {calendar} has changed: it was {content} and is {there or 'none'}; "
                    "leave this setting out to take it as it is"
                )
            return there

    force = Force.HARD
    unit = "min"

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.calendar = None if settings.calendar is None else read_calendar(settings.calendar)
        self._reach = (
            round(max(settings.after, settings.flat_after) * MINUTE),
            round(max(settings.before, settings.flat_before) * MINUTE),
        )

    def judge(self, candidate: Candidate) -> Verdict:
        """Look at what is announced about now."""
        if self.calendar is None:
            return not_asked("no calendar of announcements is named")
        now, day = candidate.now, candidate.session.day
        if not self.calendar.covers(day):
            said = f"the calendar {self.calendar.name} says nothing of {day:%B %Y}"
            return blocks(None, said) if self.settings.outside == "block" else passes(None, said)
        found = [event for event in self._about(now) if self._in_window(event, now)]
        if not found:
            return passes(None, "nothing is announced about now")
        event = min(found, key=lambda event: abs(now - event.at))
        before, after = self._window(event)
        return blocks(
            (now - event.at) / MINUTE,
            "{} {}; nothing is entered from {:g} min before to {:g} min after",
            event.name,
            _told(event, now),
            before,
            after,
        )

    def leave(self, now: int) -> str:
        """Say why no position should be held now (UTC ns); empty when one may be."""
        about = (event for event in self._about(now) if event.kind in self._flat_kinds)
        found = next((event for event in about if self._in_window(event, now)), None)
        return f"{found.name} {_told(found, now)}" if found else ""

    @property
    def _flat_kinds(self) -> frozenset[str]:
        return frozenset(kind.lower() for kind in self.settings.flat) - self._ignored

    @property
    def _ignored(self) -> frozenset[str]:
        return frozenset(kind.lower() for kind in self.settings.ignore)

    def _about(self, now: int) -> list[Announcement]:
        """Return what is announced as near as any window reaches."""
        if self.calendar is None:
            return []
        after, before = self._reach
        found = self.calendar.between(now - after, now + before)
        return [event for event in found if event.kind not in self._ignored]

    def _window(self, event: Announcement) -> tuple[float, float]:
        """Return the minutes before and after an announcement; a flat kind's are at least the others'."""
        its = self.settings
        if event.kind not in self._flat_kinds:
            return its.before, its.after
        return max(its.before, its.flat_before), max(its.after, its.flat_after)

    def _in_window(self, event: Announcement, now: int) -> bool:
        before, after = self._window(event)
        return event.at - round(before * MINUTE) <= now <= event.at + round(after * MINUTE)


def _told(event: Announcement, now: int) -> str:
    minutes = (now - event.at) / MINUTE
    if not minutes:
        return "is announced now"
    return f"comes in {-minutes:.1f} min" if minutes < 0 else f"came {minutes:.1f} min ago"


def _in_a_line(error: SettingsError) -> str:
    more = len(error.issues) - SHOWN
    told = [str(issue) for issue in error.issues[:SHOWN]] + ([f"and {more} more"] if more > 0 else [])
    return "; ".join(told)
