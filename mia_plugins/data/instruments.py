"""ES, NQ and their micros: ticks, multipliers, margins, expiries, the roll, and Nautilus' instruments."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from mia_plugins.data.sessions import RTH_OPEN, previous_stock_market_day, utc_ns
from mia_plugins.errors import MiaError, did_you_mean

if TYPE_CHECKING:
    from nautilus_trader.model import FuturesContract

VENUE = "XCME"
TICK = Decimal("0.25")
"""The smallest price step, in index points, of all four."""
TICK_POINTS = float(TICK)
"""The same for arrays of prices."""
PRICE_PRECISION = 2
"""Decimals of a price."""
ROLL_DAYS = 8
"""Calendar days before its expiry on which a contract hands the lead to the next."""
LISTED_DAYS = 455
"""Calendar days before its expiry on which a contract is taken to be listed: five quarters."""

MONTHS = {3: "H", 6: "M", 9: "U", 12: "Z"}
"""The months in which contracts expire, and their letters."""

MARGINS_AS_OF = dt.date(2026, 6, 1)
"""The date of the margins, prices and commissions below. They are an example: ask your broker."""


class InstrumentError(MiaError):
    """A product or contract that mia does not know."""


@dataclass(frozen=True, slots=True)
class Product:
    """A future of which there is a contract every quarter."""

    code: str
    """Such as ES."""
    multiplier: int
    """$ an index point."""
    initial_margin: Decimal
    """$ a contract, as of `MARGINS_AS_OF`."""
    maintenance_margin: Decimal
    """$ a contract, as of `MARGINS_AS_OF`."""
    reference_price: Decimal
    """Index points, as of `MARGINS_AS_OF`: at this price Nautilus' margin is the one in $."""
    commission: Decimal
    """$ a contract and side with exchange fees, as of `MARGINS_AS_OF`."""

    @property
    def tick_value(self) -> Decimal:
        """$ that one tick is worth on one contract."""
        return TICK * self.multiplier


PRODUCTS = {
    product.code: product
    for product in (
        Product("ES", 50, Decimal(24_200), Decimal(22_000), Decimal(6_000), Decimal("2.25")),
        Product("NQ", 20, Decimal(36_300), Decimal(33_000), Decimal(22_000), Decimal("2.25")),
        Product("MES", 5, Decimal(2_420), Decimal(2_200), Decimal(6_000), Decimal("0.62")),
        Product("MNQ", 2, Decimal(3_630), Decimal(3_300), Decimal(22_000), Decimal("0.62")),
    )
}


@dataclass(frozen=True, slots=True, order=True)
class Contract:
    """A product's contract of one quarter."""

    year: int
    month: int
    code: str
    """The product's."""

    @property
    def product(self) -> Product:
        """What it is a contract of."""
        return PRODUCTS[self.code]

    @property
    def symbol(self) -> str:
        """Its symbol at the exchange, ESU6: one digit of the year, which comes back every ten."""
        return f"{self.code}{MONTHS[self.month]}{self.year % 10}"

    @property
    def instrument_id(self) -> str:
        """Its name in Nautilus, ESU6.XCME."""
        return f"{self.symbol}.{VENUE}"

    @property
    def expiry(self) -> dt.date:
        """The third Friday of its month; the stock-market day before it when that is a holiday."""
        return monthly_expiry(self.year, self.month)

    @property
    def expiry_ns(self) -> int:
        """When it settles, at 9:30 New York: UTC ns."""
        return utc_ns(self.expiry, RTH_OPEN)

    @property
    def roll(self) -> dt.date:
        """The first day on which the next contract leads."""
        return self.expiry - dt.timedelta(days=ROLL_DAYS)

    @property
    def next(self) -> "Contract":
        """The contract of the next quarter."""
        year, month = (self.year, self.month + 3) if self.month < 12 else (self.year + 1, 3)
        return Contract(year, month, self.code)


@lru_cache(maxsize=256)
def monthly_expiry(year: int, month: int) -> dt.date:
    """Return the third Friday of a month; the stock-market day before it when that is a holiday."""
    first = dt.date(year, month, 1)
    return previous_stock_market_day(first + dt.timedelta(days=(4 - first.weekday()) % 7 + 14))


def product(code: str) -> Product:
    """Return a product by its code."""
    if code not in PRODUCTS:
        raise InstrumentError(f"there is no product '{code}'{did_you_mean(code, PRODUCTS)}")
    return PRODUCTS[code]


def lead_contract(code: str, day: dt.date) -> Contract:
    """Return the contract of a product that leads on a trading day."""
    return next(contract for contract in _contracts_from(product(code), day.year) if day < contract.roll)


def contracts_between(code: str, start: dt.date, end: dt.date) -> tuple[Contract, ...]:
    """Return the contracts of a product that lead between two days, both included."""
    found = [lead_contract(code, start)]
    while found[-1].roll <= end:
        found.append(found[-1].next)
    return tuple(found)


def contract_of(instrument_id: str, near: dt.date) -> Contract:
    """Return the contract that ESU6 or ESU6.XCME means: of all decades, the one that expires nearest."""
    symbol = instrument_id.removesuffix(f".{VENUE}")
    found = re.fullmatch(rf"({'|'.join(PRODUCTS)})([{''.join(MONTHS.values())}])(\d)", symbol)
    if found is None:
        raise InstrumentError(
            f"'{instrument_id}' is no contract of {', '.join(PRODUCTS)}",
            "write the product, the month's letter of H, M, U and Z, and the last digit of the year: ESU6",
        )
    month = next(month for month, letter in MONTHS.items() if letter == found[2])
    years = [year for year in range(near.year - 5, near.year + 6) if year % 10 == int(found[3])]
    year = min(years, key=lambda year: abs(dt.date(year, month, 15) - near))
    return Contract(year, month, found[1])


def futures_contract(contract: Contract, venue: str = VENUE) -> "FuturesContract":
    """Return Nautilus' instrument; its margins are rates, right in $ at the product's reference price."""
    from nautilus_trader import model

    made_of = contract.product
    notional = made_of.reference_price * made_of.multiplier
    return model.FuturesContract(
        instrument_id=model.InstrumentId.from_str(f"{contract.symbol}.{venue}"),
        raw_symbol=model.Symbol(contract.symbol),
        asset_class=model.AssetClass.INDEX,
        underlying=contract.code,
        activation_ns=utc_ns(contract.expiry - dt.timedelta(days=LISTED_DAYS), RTH_OPEN),
        expiration_ns=contract.expiry_ns,
        currency=model.Currency.from_str("USD"),
        price_precision=PRICE_PRECISION,
        price_increment=model.Price.from_str(str(TICK)),
        multiplier=model.Quantity.from_int(made_of.multiplier),
        lot_size=model.Quantity.from_int(1),
        ts_event=0,
        ts_init=0,
        margin_init=round(made_of.initial_margin / notional, 6),
        margin_maint=round(made_of.maintenance_margin / notional, 6),
        exchange=VENUE,
    )


def _contracts_from(one: Product, year: int) -> Iterator[Contract]:
    """Yield the contracts of a product from the first of a year on."""
    contract = Contract(year, min(MONTHS), one.code)
    while True:
        yield contract
        contract = contract.next
