"""What a catalog's instruments say of prices, and where a product's price has roughly been."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import pyarrow as pa

from catalog.checks.problem import Problem, ProblemKind
from mia_plugins.data.decimals import SCALE
from mia_plugins.data.errors import CatalogError, CatalogFileError
from mia_plugins.data.instruments import PRICE_PRECISION, PRODUCTS, TICK, InstrumentError, contract_of
from mia_plugins.data.layout import DATA, PARQUET
from mia_plugins.data.rough_prices import product_code
from mia_plugins.data.sessions import NEW_YORK
from mia_plugins.data.store import Store

LEGACY_FOLDERS = {"trade_tick", "quote_tick", "bar", "order_book_delta", "order_book_depth10"}
"""What Nautilus 1.x calls its folders of data."""
DEFINITIONS = {
    *("betting_instrument", "binary_option", "cfd", "commodity", "crypto_future", "crypto_futures_spread"),
    *("crypto_option", "crypto_option_spread", "crypto_perpetual", "currency_pair", "equity"),
    *("futures_contract", "futures_spread", "index_instrument", "option_contract", "option_spread"),
    *("perpetual_contract", "synthetic_instrument", "tokenized_asset"),
}
"""Nautilus' folders of instruments; what else it has, such as deltas and custom data, is not looked at."""


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


OURS = Instrument(PRICE_PRECISION, TICK)
"""What ES, NQ and the micros are, should the catalog not say."""


def instrument_files(paths: Iterable[str], instrument_id: str | None = None) -> list[str]:
    """Return the files that define instruments, or one of them, among paths."""
    return [
        path
        for path in paths
        if path.count("/") == 3
        and path.endswith(PARQUET)
        and path.split("/")[1] in DEFINITIONS
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
            rows = [row for table in store.row_groups(path) for row in table.to_pylist()]
            defined = _definitions(rows)
            unlike = [problem for row in rows for problem in _unlike_product(path, row)]
        except (CatalogError, CatalogFileError, pa.ArrowException, OSError) as error:
            what = f"it is no whole Parquet file: {' '.join(str(error).split())}"
            wrong.append(Problem(ProblemKind.TRUNCATED, path, what))
            continue
        except (KeyError, ValueError, InvalidOperation) as error:
            wrong.append(Problem(ProblemKind.SCHEMA, path, f"it defines no instrument: {error!r}"))
            continue
        wrong += list(_misplaced(path, defined)) or unlike
        found |= defined
    return found, wrong


def _misplaced(path: str, defined: Mapping[str, Instrument]) -> Iterator[Problem]:
    folder = path.split("/")[2]
    # A path has no room for the slash of EUR/USD.
    if {name.replace("/", "") for name in defined} != {folder}:
        names = ", ".join(sorted(defined)) or "nothing"
        yield Problem(ProblemKind.METADATA, path, f"it defines {names}; {folder} was expected")


def _unlike_product(path: str, row: Mapping[str, object]) -> Iterator[Problem]:
    """Yield what a definition of ES, NQ or a micro says that the exchange does not: profits come of it."""
    name = str(row["id"])
    code = product_code(name)
    if code is None:
        return
    expected: dict[str, object] = {
        "price_increment": TICK,
        "price_precision": OURS.precision,
        "size_precision": OURS.size_precision,
        "multiplier": PRODUCTS[code].multiplier,
    }
    got: dict[str, object] = {part: Decimal(str(row[part])) for part in expected}
    expiry = row.get("expiration_ns")
    if isinstance(expiry, dt.datetime):
        with suppress(InstrumentError):
            got["expiration_ns"] = expiry.astimezone(NEW_YORK).date()
            expected["expiration_ns"] = contract_of(name, expiry.date()).expiry
    for part, value in expected.items():
        if got[part] != value:
            yield Problem(
                ProblemKind.DEFINITION, path, f"{part} is {got[part]}; {value} was expected of {name}"
            )


def _definitions(rows: list[Mapping[str, object]]) -> dict[str, Instrument]:
    """Return the instruments that rows of an instrument file define."""
    found = {
        str(row["id"]): Instrument(
            int(str(row["price_precision"])),
            Decimal(str(row["price_increment"])),
            int(str(row["size_precision"])),
        )
        for row in rows
    }
    for name, instrument in found.items():
        if not (instrument.tick.is_finite() and instrument.raw_tick > 0):
            raise ValueError(f"the price_increment of {name} is {instrument.tick}")
    return found
