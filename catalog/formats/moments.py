"""When data were known: as `--as-of` says, or as a file's name does."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mia_plugins.data.sessions import NS, session_on, utc_ns
from mia_plugins.importing import Source

BEYOND = 2**62
"""ns: the catalog rejects such a time."""
_DATED = re.compile(r"(?<!\d)(20\d\d)[-_. ]?(\d\d)[-_. ]?(\d\d)(?!\d)")
_SLASHED = re.compile(r"(\d{1,2})([/.])(\d{1,2})\2(\d{4}|\d\d)")
DayOrder = Literal["", "mdy", "dmy"]
"""Whether 02/01/2026 is the first of February or the second of January; "" where nobody says."""
EXCHANGED = "a day of which day and month may be exchanged: set `dates` to mdy or dmy"
_DAYS = ("%Y-%m-%d", "%Y%m%d", "%a %b %d %Y", "%b %d %Y", "%B %d %Y", "%d %b %Y")
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


def moment_of(text: str, order: DayOrder = "") -> Known | None:
    """Return the day or the instant with its zone that a text is; None for what is neither."""
    text = text.strip()
    day = day_of(text, order)
    if day:
        return Known(day=day)
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    # Without a zone it is no instant.
    return Known(instant=seconds_ns(found.timestamp())) if found.tzinfo else None


def order_of(texts: Iterable[str], order: DayOrder = "") -> DayOrder:
    """Return in which order a file writes day and month: as is said, else as its days above the 12th tell."""
    found = [_SLASHED.fullmatch(text.strip()) for text in texts]
    pairs = [(int(one[1]), int(one[3])) for one in found if one]
    is_mdy, is_dmy = any(b > 12 for _, b in pairs), any(a > 12 for a, _ in pairs)
    if order or is_mdy == is_dmy:
        return order
    return "mdy" if is_mdy else "dmy"


def may_be_exchanged(text: str, order: DayOrder) -> bool:
    """Say whether nobody says which number of a text is the day."""
    found = _SLASHED.fullmatch(text.strip())
    return (
        not order and found is not None and max(int(found[1]), int(found[3])) <= 12 and found[1] != found[3]
    )


def day_of(text: str, order: DayOrder = "") -> dt.date | None:
    """Return the day that 2026-06-01, 20260601, 06/01/2026 or `Mon Jun 01 2026` is; None for what is none."""
    plain = " ".join(text.replace(",", " ").split())
    if slashed := _SLASHED.fullmatch(plain):
        return None if may_be_exchanged(plain, order) else _slashed(slashed, order)
    for form in _DAYS:
        try:
            day = dt.datetime.strptime(plain, form).date()  # noqa: DTZ007 a day has no zone
        except ValueError:
            continue
        return day if 1998 <= day.year < 2100 else None
    return None


def _slashed(found: re.Match[str], order: DayOrder) -> dt.date | None:
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    month, day = (second, first) if order == "dmy" or (not order and first > 12) else (first, second)
    try:
        date = dt.date(year if year > 99 else 2000 + year - 100 * (year > 68), month, day)
    except ValueError:
        return None
    return date if 1998 <= date.year < 2100 else None


def seconds_ns(seconds: float) -> int:
    """Return seconds as ns; what is far beyond any time of ours as the last that can be kept."""
    return max(-BEYOND, min(BEYOND, round(seconds * 1e6) * (NS // 1_000_000)))
