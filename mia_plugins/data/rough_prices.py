"""Where a product's price has roughly been: enough to tell a price from ten times as much."""

import re

import numpy as np

from mia_plugins.data.instruments import PRODUCTS
from mia_plugins.data.sessions import NS

ROUGH_YEARS = (2000, 2005, 2010, 2015, 2020, 2023, 2026)
ROUGH_PRICES = {
    "ES": (1_400, 1_200, 1_100, 2_000, 3_200, 4_200, 6_300),
    "NQ": (3_500, 1_500, 1_900, 4_400, 9_500, 14_000, 24_000),
}
"""Index points around which a future traded in `ROUGH_YEARS`: right to a factor of two."""
_YEAR = 365.25 * 86_400 * NS
_OURS = re.compile(rf"({'|'.join(PRODUCTS)})[FGHJKMNQUVXZ]\d{{1,2}}")


def product_code(instrument_id: str) -> str | None:
    """Return the product of ESU6.XCME and the like; None for what is none of ours."""
    found = _OURS.fullmatch(instrument_id.partition(".")[0])
    return found[1] if found else None


def rough_price(code: str, ts: int) -> float:
    """Return the index points around which a product traded at a time (UTC ns)."""
    year = 1970 + ts / _YEAR
    prices = np.log(ROUGH_PRICES[code.removeprefix("M") if code in {"MES", "MNQ"} else code])
    return float(np.exp(np.interp(year, ROUGH_YEARS, prices)))
