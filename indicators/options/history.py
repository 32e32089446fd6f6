"""What was usual of options in the sessions before: one value a trading day, the last known of it."""

import datetime as dt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indicators.options.activity import SESSIONS as VOLUME_SESSIONS
from indicators.options.activity import usual_volume
from indicators.options.black import Floats
from indicators.options.chain import Chain
from indicators.options.flow import SESSIONS


class Past[T]:
    """The values of trading days, as many as are needed; of a day the one that is of the latest time."""

    def __init__(self, kept: int) -> None:
        """Keep so many trading days before the last one."""
        self._kept = kept + 1
        self._days: dict[dt.date, tuple[int, T]] = {}

    def note(self, day: dt.date, as_of: int, value: T) -> None:
        """Take a day's value, which is of a time (UTC ns)."""
        if day in self._days and self._days[day][0] > as_of:
            return
        self._days[day] = as_of, value
        if len(self._days) > self._kept:
            del self._days[min(self._days)]

    def before(self, day: dt.date) -> list[T]:
        """Return the values of the days before a day, the newest last."""
        return [self._days[one][1] for one in sorted(self._days) if one < day]


class PastFigures(Past[float]):
    """A figure a session, over 60 sessions."""

    def __init__(self) -> None:
        super().__init__(SESSIONS)


class Volumes(NamedTuple):
    """What was traded of each contract, in order of their keys."""

    as_of: int
    """UTC ns."""
    keys: NDArray[np.int64]
    lots: Floats
    """Contracts; NaN where not known."""


class PastVolumes(Past[Volumes]):
    """The volume of every contract, over 20 sessions."""

    def __init__(self) -> None:
        super().__init__(VOLUME_SESSIONS)
        self._of: tuple[int, ...] = ()
        self._usual: tuple[NDArray[np.int64], Floats] | None = None

    def take(self, day: dt.date, chain: Chain) -> None:
        """Note the volumes of a day's chain (contracts)."""
        order = np.argsort(chain.keys)
        self.note(day, chain.as_of, Volumes(chain.as_of, chain.keys[order], chain.volume[order]))

    def usual(self, day: dt.date, chain: Chain) -> Floats | None:
        """Return the .99 quantile of each option's volume over the 20 sessions before a day (contracts).

        NaN for an option that lacks one of them; None when they are fewer. It is made once a session.
        """
        days = self.before(day)[-VOLUME_SESSIONS:]
        if len(days) < VOLUME_SESSIONS:
            return None
        of = tuple(volumes.as_of for volumes in days)
        if self._usual is None or of != self._of:
            self._of, self._usual = of, _usual(days)
        keys, usual = self._usual
        return _at(chain.keys, keys, usual)


def _usual(days: list[Volumes]) -> tuple[NDArray[np.int64], Floats]:
    """Return the contracts that every day has, and what is usual of each."""
    common = days[0].keys
    for volumes in days[1:]:
        common = common[np.isin(common, volumes.keys, assume_unique=True)]
    rows = np.array([volumes.lots[np.searchsorted(volumes.keys, common)] for volumes in days])
    usual = usual_volume(rows)
    return common, np.full(len(common), np.nan) if usual is None else usual


def _at(wanted: NDArray[np.int64], keys: NDArray[np.int64], values: Floats) -> Floats:
    """Return the values at some keys, NaN where there are none; `keys` are in order."""
    if not len(keys):
        return np.full(len(wanted), np.nan)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], np.nan)
