"""When data were known: as `--as-of` says, or as a file's name does."""

import datetime as dt
import re
from dataclasses import dataclass

from mia_plugins.data.sessions import NS, session_on, utc_ns
from mia_plugins.importing import Source

BEYOND = 2**62
"""ns: the catalog rejects such a time."""
_DATED = re.compile(r"(?<!\d)(20\d\d)[-_. ]?(\d\d)[-_. ]?(\d\d)(?!\d)")
_DAYS = ("%Y-%m-%d", "%Y%m%d", "%m/%d/%Y", "%m/%d/%y", "%a %b %d %Y", "%b %d %Y", "%B %d %Y", "%d %b %Y")
FUTURE_LEVELS = dt.time(23)
"""New York: when the levels of a day's end exist."""
INDEX_LEVELS = dt.time(18)
"""New York: the same of indices."""


@dataclass(frozen=True, slots=True)
class Known:
    """When data are of and when they could be known; a day means what is published at its end."""

    day: dt.date | None = None
    instant: int | None = None
    """UTC ns."""

    @property
    def as_of(self) -> int:
        """The time the data are of, UTC ns: of a day its session's close."""
        if self.instant is not None:
            return self.instant
        return session_on(self.day).close if self.day else 0

    def available(self, *, is_index: bool) -> int:
        """Return when levels could be known, UTC ns."""
        if self.instant is not None or self.day is None:
            return self.as_of
        return utc_ns(self.day, INDEX_LEVELS if is_index else FUTURE_LEVELS)


def known_of(source: Source) -> Known:
    """Return when a file's data were known; a file that does not say it is an error."""
    given = source.as_of
    if isinstance(given, dt.datetime):
        return Known(instant=seconds_ns(given.timestamp()))
    if given is not None:
        return Known(day=given)
    found = _DATED.search(source.path.name)
    day = day_of("-".join(found.groups())) if found else None
    if day is None:
        raise source.refuse(
            "its name",
            "no day in it, and the file says nothing of when its data were known",
            "add --as-of 2026-06-01, or a time with its zone: --as-of 2026-06-01T09:30:00-04:00",
        )
    return Known(day=day)


def moment_of(text: str) -> Known | None:
    """Return the day or the instant with its zone that a text is; None for what is neither."""
    text = text.strip()
    day = day_of(text)
    if day:
        return Known(day=day)
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    # Without a zone it is no instant.
    return Known(instant=seconds_ns(found.timestamp())) if found.tzinfo else None


def day_of(text: str) -> dt.date | None:
    """Return the day that 2026-06-01, 20260601, 06/01/2026 or `Mon Jun 01 2026` is; None for what is none."""
    plain = " ".join(text.replace(",", " ").split())
    for form in _DAYS:
        try:
            day = dt.datetime.strptime(plain, form).date()  # noqa: DTZ007 a day has no zone
        except ValueError:
            continue
        return day if 1998 <= day.year < 2100 else None
    return None


def seconds_ns(seconds: float) -> int:
    """Return seconds as ns; what is far beyond any time of ours as the last that can be kept."""
    return max(-BEYOND, min(BEYOND, round(seconds * 1e6) * (NS // 1_000_000)))
