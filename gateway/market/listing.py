"""What can be asked for: futures with their months, indices and options on one of them."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from mia_plugins.data.instruments import PRODUCTS, TICK, Contract, Product, lead_contract

MONTHS_LISTED = 4
"""Quarters of each future: the one that leads and those after it."""
SPX, VIX = "SPX", "VIX"
SPX_ID, VIX_ID = 416904, 13455763
"""The numbers under which the indices are known at Interactive Brokers."""
_FUTURES_FROM = 600_000_000
_OPTIONS_FROM = 800_000_000
OPTION_CLASS = "SPXW"
NAMES = {
    "ES": "E-mini S&P 500",
    "NQ": "E-mini NASDAQ 100",
    "MES": "Micro E-Mini S&P 500",
    "MNQ": "Micro E-Mini Nasdaq-100",
    SPX: "S&P 500 Stock Index",
    VIX: "CBOE Volatility Index",
}


class SecType(StrEnum):
    """What kind of thing it is, in the protocol's words."""

    FUTURE = "FUT"
    INDEX = "IND"
    OPTION = "OPT"


@dataclass(frozen=True, slots=True)
class Listing:
    """Something that has a price."""

    con_id: int
    sec_type: SecType
    symbol: str
    """ES, SPX."""
    local_symbol: str
    """ESZ6, `SPXW  261218C06800000`."""
    trading_class: str
    exchange: str
    tick: Decimal
    """The smallest price step, in points."""
    multiplier: int
    """$ a point; 0 for an index, which is not traded."""
    expiry: dt.date | None = None
    rank: int = 0
    """0 for the month that leads, 1 for the next."""
    strike: float = 0.0
    is_call: bool = False

    @property
    def is_traded(self) -> bool:
        """Whether orders are taken."""
        return self.sec_type is not SecType.INDEX

    @property
    def product(self) -> Product | None:
        """The future it is of; None for others."""
        return PRODUCTS[self.symbol] if self.sec_type is SecType.FUTURE else None

    @property
    def right(self) -> str:
        """C or P; "" for what is no option."""
        return "" if self.sec_type is not SecType.OPTION else "C" if self.is_call else "P"

    def points(self, ticks: float) -> float:
        """Return a price in points."""
        return float(ticks * float(self.tick)) if self.tick != TICK else ticks / 4

    def ticks(self, points: float) -> int | None:
        """Return a price in ticks; None where it lies between two."""
        ticks = Decimal(repr(points)) / self.tick
        return int(ticks) if ticks == ticks.to_integral_value() else None


def futures(code: str, day: dt.date) -> Iterator[Listing]:
    """Yield the months of a future that are listed on a day, the one that leads first."""
    contract = lead_contract(code, day)
    for rank in range(MONTHS_LISTED):
        yield future(contract, rank)
        contract = contract.next


def future(contract: Contract, rank: int) -> Listing:
    """Return the listing of a contract."""
    made_of = contract.product
    number = list(PRODUCTS).index(contract.code) * 10_000 + contract.year % 100 * 100 + contract.month
    return Listing(
        con_id=_FUTURES_FROM + number,
        sec_type=SecType.FUTURE,
        symbol=contract.code,
        local_symbol=contract.symbol,
        trading_class=contract.code,
        exchange="CME",
        tick=TICK,
        multiplier=made_of.multiplier,
        expiry=contract.expiry,
        rank=rank,
    )


def index(symbol: str) -> Listing:
    """Return the listing of an index."""
    number = SPX_ID if symbol == SPX else VIX_ID
    return Listing(number, SecType.INDEX, symbol, symbol, symbol, "CBOE", Decimal("0.01"), 0)


def option(expiry: dt.date, strike: float, *, is_call: bool) -> Listing:
    """Return the listing of an option on SPX."""
    right = "C" if is_call else "P"
    strikes = round(strike * 1_000)
    days = (expiry - dt.date(2020, 1, 1)).days
    return Listing(
        con_id=_OPTIONS_FROM + days % 20_000 * 50_000 + strikes // 1_000 % 25_000 * 2 + is_call,
        sec_type=SecType.OPTION,
        symbol=SPX,
        local_symbol=f"{OPTION_CLASS:<6}{expiry:%y%m%d}{right}{strikes:08d}",
        trading_class=OPTION_CLASS,
        exchange="CBOE",
        tick=Decimal("0.05"),
        multiplier=100,
        expiry=expiry,
        strike=strike,
        is_call=is_call,
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client says of a contract; what it leaves out is "" or 0."""

    con_id: int = 0
    symbol: str = ""
    sec_type: str = ""
    expiry: str = ""
    """YYYYMM or YYYYMMDD."""
    strike: float = 0.0
    right: str = ""
    exchange: str = ""
    local_symbol: str = ""
    trading_class: str = ""

    def means(self, one: Listing) -> bool:
        """Say whether a listing is what was asked for."""
        if self.con_id:
            return self.con_id == one.con_id
        expiry = f"{one.expiry:%Y%m%d}" if one.expiry else ""
        return (
            (not self.sec_type or self._kind_is(one))
            and self.symbol in {"", one.symbol}
            and self.local_symbol.replace(" ", "") in {"", one.local_symbol.replace(" ", "")}
            and expiry.startswith(self.expiry)
            and (not 0 < self.strike < 1e300 or self.strike == one.strike)
            and self.right[:1].upper() in {"", one.right}
            and self.exchange.upper() in {"", "SMART", one.exchange}
            and self.trading_class in {"", one.trading_class}
        )

    def _kind_is(self, one: Listing) -> bool:
        """Say whether the kind is right: the continuous future is the month that leads."""
        if self.sec_type == "CONTFUT":
            return one.sec_type is SecType.FUTURE and one.rank == 0
        return self.sec_type == one.sec_type


class Listings:
    """All that is listed, found by number or by what a client says."""

    def __init__(self, listed: Iterable[Listing]) -> None:
        """Two of one number are an error in what made them."""
        self._by_id: dict[int, Listing] = {}
        for one in listed:
            other = self._by_id.setdefault(one.con_id, one)
            if other != one:
                raise ValueError(f"{one.local_symbol} and {other.local_symbol} have one number: {one.con_id}")

    def __iter__(self) -> Iterator[Listing]:
        """Yield each."""
        return iter(self._by_id.values())

    def __getitem__(self, con_id: int) -> Listing:
        """Return the one of a number."""
        return self._by_id[con_id]

    def find(self, asked: Asked) -> list[Listing]:
        """Return all that a client may mean."""
        if asked.con_id:
            return [self._by_id[asked.con_id]] if asked.con_id in self._by_id else []
        return [one for one in self._by_id.values() if asked.means(one)]
