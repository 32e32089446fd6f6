"""Prices of a file into whole ticks: its multiplier, and what lies between two ticks."""

import re

import numpy as np
from numpy.typing import NDArray

from mia_plugins.data.instruments import PRODUCTS, TICK_POINTS, InstrumentError, product
from mia_plugins.data.rough_prices import product_code, rough_price
from mia_plugins.importing.problems import SourceError

NO_PRICE = np.iinfo(np.int64).min
"""What stands for a price that is none: not finite, between two ticks, or beyond any that can be."""
_TOLERANCE = 0.01
"""Ticks: what floats of a file may be off."""
_MOST = 2**31 - 1
"""Ticks: what a catalog's decimals hold."""


class Grid:
    """Turns the prices of one file and instrument into ticks."""

    def __init__(self, instrument: str, file: str, multiplier: float | None = None) -> None:
        """`instrument` is a contract such as ESU6 or a product such as ES; the multiplier gives points."""
        self.code = _product_of(instrument)
        self.multiplier = 1.0 if multiplier is None else multiplier
        self._file = file
        self._is_judged = False

    def ticks(self, prices: NDArray[np.floating], ts: int) -> NDArray[np.int64]:
        """Return prices as ticks, `NO_PRICE` where one is none; `ts` (UTC ns) is roughly when they were.

        The first prices tell whether the multiplier is off by a power of ten, which is an error.
        """
        with np.errstate(invalid="ignore", over="ignore"):  # a damaged file has every number there is
            wanted = prices.astype(np.float64) * (self.multiplier / TICK_POINTS)
            sound = np.abs(wanted) <= _MOST
        whole = np.where(sound, np.rint(np.where(sound, wanted, 0)), 0)
        self._judge(wanted[sound & (wanted > 0)], ts)
        sound &= np.abs(wanted - whole) <= _TOLERANCE
        return np.where(sound, whole.astype(np.int64), NO_PRICE)

    def _judge(self, ticks: NDArray[np.float64], ts: int) -> None:
        """Refuse a multiplier under which the first prices are a power of ten away from the product's."""
        if self._is_judged or not len(ticks):
            return
        self._is_judged = True
        median = float(np.median(ticks)) * TICK_POINTS
        power = round(float(np.log10(median / rough_price(self.code, ts))))
        if power:
            how = f"{10 ** abs(power)} times too {'large' if power > 0 else 'small'}"
            right = self.multiplier / 10.0**power
            raise SourceError(
                f"{self._file}: prices are {how} for {self.code}: around {median:,.10g} points "
                f"with the multiplier {self.multiplier:g}",
                f"add --multiplier {right:g}",
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
