"""Prices of a file into whole ticks: its multiplier, and what lies between two ticks."""

import re

import numpy as np
from numpy.typing import NDArray

from mia_plugins.data.instruments import PRODUCTS, TICK_POINTS, InstrumentError, product
from mia_plugins.data.rough_prices import looks_like, product_code
from mia_plugins.importing.moments import EARLIEST, LATEST
from mia_plugins.importing.problems import SourceError

NO_PRICE = np.iinfo(np.int64).min
"""What stands for a price that is none: not finite, between two ticks, or beyond any that can be."""
_TOLERANCE = 0.01
"""Ticks: what floats of a file may be off."""
_MOST = 2**31 - 1
"""Ticks: what a catalog's decimals hold."""
_FEW = 100
"""Prices of a later part that tell something: a damaged record stops no file."""
_SAMPLE = 4_096
"""Prices that are looked at of a part."""


class Grid:
    """Turns the prices of one file and instrument into ticks."""

    def __init__(self, instrument: str, file: str, multiplier: float | None = None) -> None:
        """`instrument` is a contract such as ESU6 or a product such as ES; the multiplier gives points."""
        self.code = _product_of(instrument)
        self.multiplier = 1.0 if multiplier is None else multiplier
        self._file = file
        self._is_judged = False

    def ticks(self, prices: NDArray[np.floating], ts: NDArray[np.int64] | int) -> NDArray[np.int64]:
        """Return prices as ticks, `NO_PRICE` where one is none; `ts` (UTC ns) are the times they are of.

        Prices that are a power of ten away from where the product traded, or where another did, are an error.
        """
        with np.errstate(invalid="ignore", over="ignore"):  # a damaged file has every number there is
            wanted = prices.astype(np.float64) * (self.multiplier / TICK_POINTS)
            sound = np.abs(wanted) <= _MOST
        whole = np.where(sound, np.rint(np.where(sound, wanted, 0)), 0)
        self._judge(wanted[sound & (wanted > 0)], np.atleast_1d(np.asarray(ts, np.int64)))
        sound &= np.abs(wanted - whole) <= _TOLERANCE
        return np.where(sound, whole.astype(np.int64), NO_PRICE)

    def _judge(self, ticks: NDArray[np.float64], ts: NDArray[np.int64]) -> None:
        """Refuse prices that are not the product's, by the middle one of some."""
        times = ts[(ts >= EARLIEST) & (ts < LATEST)]
        if not len(times) or len(ticks) < (_FEW if self._is_judged else 1):
            return
        self._is_judged = True
        median = float(np.median(ticks[:: 1 + len(ticks) // _SAMPLE])) * TICK_POINTS
        when = int(np.median(times[:: 1 + len(times) // _SAMPLE]))
        raise_if_misread(self._file, self.code, median, self.multiplier, when)


def raise_if_misread(file: str, code: str, price: float, multiplier: float, ts: int) -> None:
    """Refuse a price (points) at a time (UTC ns) that is not a product's, or of a multiplier that is off."""
    like, power = looks_like(code, price, ts)
    around = f"around {price:,.10g} points with the multiplier {multiplier:g}"
    if like != code:
        raise SourceError(
            f"{file}: prices look like those of {like}, not of {code}: {around}",
            f"name the instrument that it is of: --instrument {like}, or the contract",
        )
    if power:
        how = f"{10 ** abs(power)} times too {'large' if power > 0 else 'small'}"
        raise SourceError(
            f"{file}: prices are {how} for {code}: {around}", f"add --multiplier {multiplier / 10.0**power:g}"
        )


def _product_of(instrument: str) -> str:
    """Return the product of a contract, or of a product itself."""
    code = instrument if instrument in PRODUCTS else product_code(instrument)
    if code is None:
        # Its error names the nearest product.
        product(re.split(r"[^A-Z]", instrument.upper())[0] or instrument)
        raise InstrumentError(
            f"'{instrument}' is no contract of {', '.join(PRODUCTS)}",
            "write a contract such as ESU6, or a product such as ES for a continuous series",
        )
    return code
