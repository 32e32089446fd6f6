"""Which trading day a row belongs to: the first session that closes after it."""

import datetime as dt
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mia_plugins.data.sessions import NS, sessions

_REACH = 7 * 86_400 * NS
"""ns within which there is always a session."""


class Days:
    """Finds trading days of times; it knows the sessions of the years that it was asked about."""

    def __init__(self) -> None:
        """Know none."""
        self._years: set[int] = set()
        self._days: list[dt.date] = []
        self._closes = np.empty(0, np.int64)

    def split(self, ts: NDArray[np.int64]) -> list[tuple[dt.date, NDArray[np.intp] | slice]]:
        """Return the trading days of times that can be, with the rows of each in order."""
        if not len(ts):
            return []
        self._learn(ts)
        places = np.searchsorted(self._closes, ts, side="right")
        if (np.diff(places) >= 0).all():
            edges = [0, *(np.flatnonzero(np.diff(places)) + 1).tolist(), len(ts)]
            return [(self._days[places[start]], slice(start, end)) for start, end in pairwise(edges)]
        order = np.argsort(places, kind="stable")
        groups = np.split(order, np.flatnonzero(np.diff(places[order])) + 1)
        return [(self._days[places[rows[0]]], rows) for rows in groups]

    def _learn(self, ts: NDArray[np.int64]) -> None:
        years = _years(np.array([ts.min(), ts.max() + _REACH]))
        if len(years) > 1:
            years = _years(ts) | _years(ts + _REACH)
        years -= self._years
        if not years:
            return
        self._years |= years
        found = [s for year in years for s in sessions(dt.date(year, 1, 1), dt.date(year, 12, 31))]
        known = dict(zip(self._days, self._closes.tolist(), strict=True)) | {s.day: s.close for s in found}
        self._days = sorted(known)
        self._closes = np.array([known[day] for day in self._days])


def _years(ts: NDArray[np.int64]) -> set[int]:
    return {int(year) + 1970 for year in np.unique(ts.view("M8[ns]").astype("M8[Y]").astype(np.int64))}
