"""What a catalog's instruments say of prices, and where a product's price has roughly been."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import numpy as np
import pyarrow as pa

from catalog.checks.problem import Problem, ProblemKind
from catalog.store import Store
from mia_plugins.data.arrow import Kind
from mia_plugins.data.decimals import SCALE
from mia_plugins.data.errors import CatalogError, CatalogFileError
from mia_plugins.data.instruments import PRODUCTS, TICK
from mia_plugins.data.layout import DATA, PARQUET
from mia_plugins.data.sessions import NS

LEGACY_FOLDERS = {"trade_tick", "quote_tick", "bar", "order_book_delta", "order_book_depth10"}
"""What Nautilus 1.x calls its folders of data."""
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
    size_precision: int = 0
    """Decimals of a size."""

    @property
    def raw_tick(self) -> int:
        """What one tick is in a file."""
        return int(self.tick * 10**SCALE)


OURS = Instrument(2, TICK)
"""What ES, NQ and the micros are, should the catalog not say."""


def instrument_files(paths: Iterable[str], instrument_id: str | None = None) -> list[str]:
    """Return the files that define instruments, or one of them, among paths."""
    return [
        path
        for path in paths
        if path.count("/") == 3
        and path.endswith(PARQUET)
        and path.split("/")[1] not in {*Kind, *LEGACY_FOLDERS}
        and instrument_id in {None, path.split("/")[2]}
    ]


def catalog_instruments(
    store: Store, instrument_id: str | None = None
) -> tuple[dict[str, Instrument], list[Problem]]:
    """Return the instruments that a catalog defines, and what is wrong with their files."""
    found: dict[str, Instrument] = {}
    wrong: list[Problem] = []
    for path in instrument_files(store.files.under(DATA), instrument_id):
        try:
            defined: dict[str, Instrument] = {}
            for table in store.row_groups(path):
                defined |= _definitions(table.to_pylist())
        except (CatalogError, CatalogFileError, pa.ArrowException, OSError) as error:
            what = f"it is no whole Parquet file: {' '.join(str(error).split())}"
            wrong.append(Problem(ProblemKind.TRUNCATED, path, what))
            continue
        except (KeyError, ValueError, InvalidOperation) as error:
            wrong.append(Problem(ProblemKind.SCHEMA, path, f"it defines no instrument: {error!r}"))
            continue
        wrong += _misplaced(path, defined)
        found |= defined
    return found, wrong


def _misplaced(path: str, defined: Mapping[str, Instrument]) -> Iterator[Problem]:
    folder = path.split("/")[2]
    # A path has no room for the slash of EUR/USD.
    if {name.replace("/", "") for name in defined} != {folder}:
        names = ", ".join(sorted(defined)) or "nothing"
        yield Problem(ProblemKind.METADATA, path, f"it defines {names}; {folder} was expected")


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
        str(row["id"]): Instrument(
            int(str(row["price_precision"])),
            Decimal(str(row["price_increment"])),
            int(str(row["size_precision"])),
        )
        for row in rows
    }
