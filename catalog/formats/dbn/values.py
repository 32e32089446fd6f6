"""DBN's numbers as ours: times in UTC ns, prices in points, sides as signs."""

import numpy as np
from numpy.typing import NDArray

from catalog.formats.dbn.layout import BILLION, NO_PRICE
from catalog.formats.dbn.records import Records

LATEST = 2**62
"""UTC ns: a time after it is none."""
MOST = 2**31 - 1
"""Contracts beyond cannot be kept."""
BUYER, SELLER = ord("B"), ord("A")
"""The side of a trade is its aggressor's; that of an order is where it rests."""


def times_of(records: Records) -> NDArray[np.int64]:
    """Return when records could be known, UTC ns: when Databento received them, else their own time.

    0 where neither is a time. An order of a snapshot has the time of the snapshot, not its own.
    """
    received = records["ts_recv"]
    times = np.where(received < LATEST, received, records["ts_event"])
    return np.where(times < LATEST, times, 0).astype(np.int64)


def points_of(prices: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return prices in points; NaN where there is none."""
    return np.where(prices == NO_PRICE, np.nan, prices / BILLION)


def signs_of(sides: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Return sides as +1 for a buyer or bid, -1 for a seller or ask, 0 for neither."""
    signs: NDArray[np.int8] = (sides == BUYER).astype(np.int8) - (sides == SELLER).astype(np.int8)
    return signs
