"""Where a product's price has roughly been: enough to tell a price from ten times as much."""

import math
import re

import numpy as np

from mia_plugins.data.instruments import PRODUCTS
from mia_plugins.data.sessions import NS

ROUGH_YEARS = tuple(year + 0.5 for year in range(1998, 2027))
ROUGH_PRICES = {
    "ES": (
        *(1_090, 1_330, 1_430, 1_190, 990, 970, 1_130, 1_210, 1_310, 1_480, 1_220, 950, 1_140, 1_270, 1_380),
        *(1_640, 1_930, 2_060, 2_090, 2_450, 2_750, 2_910, 3_220, 4_270, 4_100, 4_280, 5_430, 6_200, 6_700),
    ),
    "NQ": (
        *(1_300, 2_200, 3_700, 1_850, 1_180, 1_250, 1_450, 1_550, 1_620, 1_920, 1_800, 1_480, 1_900, 2_280),
        *(2_620, 2_960, 3_800, 4_480, 4_500, 5_700, 7_000, 7_500, 9_800, 14_300, 12_700, 14_500, 18_700),
        *(22_500, 25_000),
    ),
}
"""Index points around which a future traded in the middle of each year: right to a half."""
POWERS = range(-4, 5)
"""Of ten, by which a multiplier may be off."""
TELL_APART = math.log(1.6)
"""Two products whose prices are less apart than that cannot be told apart by a price."""
_SAME = {"MES": "ES", "MNQ": "NQ", "SPX": "ES", "NDX": "NQ"}
_YEAR = 365.25 * 86_400 * NS
_OURS = re.compile(rf"({'|'.join(PRODUCTS)})[FGHJKMNQUVXZ]\d{{1,2}}")


def product_code(instrument_id: str) -> str | None:
    """Return the product of ESU6.XCME and the like; None for what is none of ours."""
    found = _OURS.fullmatch(instrument_id.partition(".")[0])
    return found[1] if found else None


def rough_price(code: str, ts: int) -> float:
    """Return the index points around which a product traded at a time (UTC ns)."""
    year = 1970 + ts / _YEAR
    prices = np.log(ROUGH_PRICES[_family(code)])
    return float(np.exp(np.interp(year, ROUGH_YEARS, prices)))


def looks_like(code: str, price: float, ts: int) -> tuple[str, int]:
    """Return of which product a price looks to be that is said to be of one, and times which power of ten.

    It is the one that is said, as it is, unless another reading is much nearer.
    """
    own = _family(code)
    away = {power: abs(math.log(price / rough_price(own, ts)) - power * math.log(10)) for power in POWERS}
    power = min(away, key=lambda one: (away[one], abs(one)))
    for other in ROUGH_PRICES:
        apart = abs(math.log(rough_price(other, ts) / rough_price(own, ts)))
        if apart > TELL_APART and abs(math.log(price / rough_price(other, ts))) < away[power] / 2:
            return other, 0
    return code, power


def _family(code: str) -> str:
    """Return the product whose prices a product or an index has."""
    return _SAME.get(code, code)
