"""Which contract each row of an option chain is of, and when that settles."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from indicators.options.black import LEAST, MOST, Flags, Floats
from indicators.options.flaws import Flaw, Marks, mark
from indicators.options.settlement import settlements


class Roots(NamedTuple):
    """The roots of a chain's codes, a row an option."""

    names: list[str]
    of: NDArray[np.intp]
    """Which of the names a row has."""
    own: Flags
    """Rows of the underlying's own root, and of none; the others are of another, as SPXW is of SPX."""
    unsaid: Flags
    """Rows without a root, where other rows name theirs."""


def roots_of(column: pa.ChunkedArray, underlying: str) -> Roots:
    """Return the roots of the column `root`; where it names none all options are of the underlying's own."""
    encoded = pc.fill_null(column, "").combine_chunks().dictionary_encode()
    names: list[str] = encoded.dictionary.to_pylist()
    of = encoded.indices.to_numpy().astype(np.intp)
    own = np.array([name in ("", underlying) for name in names], np.bool_)[of]
    unsaid = np.array([name == "" and len(names) > 1 for name in names], np.bool_)[of]
    return Roots([name or underlying for name in names], of, own, unsaid)


def settlements_of(expiry: NDArray[np.datetime64], roots: Roots) -> NDArray[np.int64]:
    """Return when each option settles, UTC ns; 0 without expiry."""
    return settlements(expiry, roots.names, roots.of)


def mark_contracts(marks: Marks, strike: Floats, side: Floats, years: Floats, unsaid: Flags) -> None:
    """Mark rows that are no contract; `years` are those to the settlement."""
    mark(marks, ~((strike > LEAST) & (strike < MOST)), Flaw.BAD_STRIKE)
    mark(marks, np.isnan(side), Flaw.NO_KIND)
    mark(marks, np.isnan(years), Flaw.NO_EXPIRY)
    mark(marks, years <= 0, Flaw.EXPIRED)
    mark(marks, unsaid, Flaw.NO_ROOT)


def contract_keys(
    expiry: NDArray[np.datetime64], strike: Floats, side: Floats, own: Flags
) -> NDArray[np.int64]:
    """Return a number for each contract: expiry, strike to a thousandth of a point, kind, whose root."""
    with np.errstate(invalid="ignore", over="ignore"):
        price = np.where(strike > 0, np.minimum(strike, 1e8) * 1000, 0).round().astype(np.int64)
        days = np.clip(days_of(expiry), -100_000, 1_000_000)
        return ((days * 2**38 + price) * 2 + (side > 0)) * 2 + ~own


def days_of(expiry: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return dates as days since 1970."""
    return expiry.astype("datetime64[D]").astype(np.int64)
