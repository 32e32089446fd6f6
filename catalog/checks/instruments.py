"""What a catalog's instruments say of prices, and where a product's price has roughly been."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from catalog.store import Store
from mia_plugins.data.arrow import Kind
from mia_plugins.data.decimals import SCALE
from mia_plugins.data.errors import CatalogError, CatalogFileError
from mia_plugins.data.instruments import PRODUCTS, TICK
from mia_plugins.data.layout import DATA, PARQUET
from mia_plugins.data.sessions import NS

ROUGH_YEARS = (2000, 2005, 2010, 2015, 2020, 2023, 2026)
ROUGH_PRICES = {
    "ES": (1_400, 1_200, 1_100, 2_000, 3_200, 4_200, 6_300),
    "NQ": (3_500, 1_500, 1_900, 4_400, 9_500, 14_000, 24_000),
}
"""Index points around which a future traded in `ROUGH_YEARS`: right to a factor of two."""
_YEAR = 365.25 * 86_400 * NS


@dataclass(frozen=True, slots=True)
class Instrument:
    """What the checks need of an instrument."""

    precision: int
    """Decimals of a price."""
    tick: Decimal
    """The smallest price step."""

    @property
    def raw_tick(self) -> int:
        """What one tick is in a file."""
        return int(self.tick * 10**SCALE)


OURS = Instrument(2, TICK)
"""What ES, NQ and the micros are, should the catalog not say."""


def catalog_instruments(store: Store) -> dict[str, Instrument]:
    """Return the instruments that a catalog defines; a file that cannot be read defines none."""
    found: dict[str, Instrument] = {}
    for path in store.files.under(DATA):
        parts = path.split("/")
        if len(parts) == 4 and path.endswith(PARQUET) and parts[1] not in set(Kind):
            try:
                for table in store.row_groups(path):
                    found |= _definitions(table.to_pylist())
            except (CatalogFileError, CatalogError):
                continue
    return found


def product_code(instrument_id: str) -> str | None:
    """Return the product of ESU6.XCME and the like; None for what is none of ours."""
    root = instrument_id.partition(".")[0][:-2]
    return root if root in PRODUCTS else None


def rough_price(code: str, ts: int) -> float:
    """Return the index points around which a product traded at a time (UTC ns)."""
    year = 1970 + ts / _YEAR
    prices = np.log(ROUGH_PRICES[code.removeprefix("M") if code in {"MES", "MNQ"} else code])
    return float(np.exp(np.interp(year, ROUGH_YEARS, prices)))


def _definitions(rows: list[Mapping[str, object]]) -> dict[str, Instrument]:
    """Return the instruments that rows of an instrument file define."""
    return {
        str(row["id"]): Instrument(int(str(row["price_precision"])), Decimal(str(row["price_increment"])))
        for row in rows
        if {"id", "price_precision", "price_increment"} <= row.keys()
    }
