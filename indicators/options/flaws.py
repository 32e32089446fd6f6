"""What can be wrong with a row of an option chain."""

from enum import IntFlag, auto

import numpy as np
from numpy.typing import NDArray

from indicators.options.black import Flags, Floats

Marks = NDArray[np.int32]
HIGHEST_IV = 10.0
"""An implied volatility above 1000 % a year is taken for a fault of the feed."""


class Flaw(IntFlag):
    """One bit each; a row may have several."""

    BAD_STRIKE = auto()
    """Missing, not above 0, or not finite."""
    NO_KIND = auto()
    """Neither call nor put."""
    NO_EXPIRY = auto()
    EXPIRED = auto()
    """Settled by the time the chain is of."""
    CONFLICT = auto()
    """Several rows of one contract that say different things: none of them counts."""
    REPEATED = auto()
    """The same row again: the first counts."""
    NO_QUOTE = auto()
    """Bid or ask is missing, not finite, or negative."""
    ZERO_BID = auto()
    ZERO_ASK = auto()
    CROSSED = auto()
    """The bid is above the ask."""
    NO_ROOT = auto()
    """It names no root where other rows name theirs: it is of an older import of the same chain."""
    NO_IV = auto()
    BAD_IV = auto()
    """Zero, negative, not finite, or above 1000 %."""
    IV_FROM_MID = auto()
    """Not given; implied by the middle of bid and ask."""
    NO_OPEN_INTEREST = auto()
    BAD_OPEN_INTEREST = auto()
    """Negative."""
    NO_VOLUME = auto()
    BAD_VOLUME = auto()
    """Negative."""


NO_CONTRACT = Flaw.BAD_STRIKE | Flaw.NO_KIND | Flaw.NO_EXPIRY | Flaw.EXPIRED | Flaw.NO_ROOT
UNUSABLE = NO_CONTRACT | Flaw.CONFLICT | Flaw.REPEATED
"""A row with one of these is no contract that counts."""
NO_MID = Flaw.NO_QUOTE | Flaw.ZERO_BID | Flaw.ZERO_ASK | Flaw.CROSSED
"""A row with one of these has no middle of bid and ask."""


def mark(marks: Marks, where: Flags, flaw: Flaw) -> None:
    """Add a flaw to the rows where it is."""
    marks[where] |= int(flaw)


def has(marks: Marks, flaws: Flaw) -> Flags:
    """Say of each row whether it has any of some flaws."""
    found: Flags = (marks & int(flaws)) != 0
    return found


def mark_quotes(marks: Marks, bid: Floats, ask: Floats) -> None:
    """Mark what is wrong with bid and ask."""
    with np.errstate(invalid="ignore"):
        mark(marks, ~(np.isfinite(bid) & np.isfinite(ask) & (bid >= 0) & (ask >= 0)), Flaw.NO_QUOTE)
        mark(marks, bid == 0, Flaw.ZERO_BID)
        mark(marks, ask == 0, Flaw.ZERO_ASK)
        mark(marks, bid > ask, Flaw.CROSSED)


def known_counts(marks: Marks, values: Floats, missing: Flaw, negative: Flaw) -> Floats:
    """Return counts with NaN for those that are missing or below 0, which are marked."""
    finite = np.isfinite(values)
    below = finite & (values < 0)
    mark(marks, ~finite, missing)
    mark(marks, below, negative)
    return values if finite.all() and not below.any() else np.where(finite & ~below, values, np.nan)


def known_iv(marks: Marks, values: Floats) -> Floats:
    """Return implied volatilities with NaN for those that cannot be, which are marked."""
    missing = np.isnan(values)
    good = (values > 0) & (values <= HIGHEST_IV)
    mark(marks, missing, Flaw.NO_IV)
    mark(marks, ~missing & ~good, Flaw.BAD_IV)
    return np.where(good, values, np.nan)


def mark_repeated(marks: Marks, key: NDArray[np.int64], columns: tuple[Floats, ...]) -> None:
    """Mark rows of one contract beyond the first when they agree, and all of them when they do not."""
    ordered = np.sort(key)
    if not (ordered[1:] == ordered[:-1]).any():
        return
    unique, first, at = np.unique(key, return_index=True, return_inverse=True)
    origin = first[at]
    differs = np.zeros(len(key), np.bool_)
    for values in columns:
        same = (values == values[origin]) | (np.isnan(values) & np.isnan(values[origin]))
        differs |= ~same
    torn = np.zeros(len(unique), np.bool_)
    torn[at[differs]] = True
    mark(marks, torn[at], Flaw.CONFLICT)
    mark(marks, (origin != np.arange(len(key))) & ~torn[at], Flaw.REPEATED)
