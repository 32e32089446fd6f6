"""What is said and heard of an option chain in the protocol of Interactive Brokers."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from mia_plugins.live.dialect import (
    Fields,
    NotSpokenError,
    bytes_field,
    fields,
    number_field,
    real_field,
    reals,
    text_at,
    texts,
)

MARKET_DATA, CANCEL_MARKET_DATA, OPTION_PARAMETERS = 1, 2, 78
"""What is asked for."""
TICK_PRICE, TICK_SIZE, COMPUTATION, OFFERED, OFFERED_END = 1, 2, 21, 75, 76
"""What is heard."""
OPEN_INTEREST = "101"
"""The further kind of ticks that an option's open interest comes with."""


class Tick(IntEnum):
    """Kinds of ticks."""

    BID = 1
    ASK = 2
    LAST = 4
    VOLUME = 8
    CLOSE = 9
    MODEL = 13
    """The greeks by the broker's model; those of bid, ask and last have other numbers."""
    CALL_INTEREST = 27
    PUT_INTEREST = 28


class Series(NamedTuple):
    """Options that expire together."""

    expiry: dt.date
    root: str
    """SPX or SPXW, which settle at different times."""


@dataclass(frozen=True, slots=True, order=True)
class Option:
    """A call or a put."""

    series: Series
    strike: float
    """Points."""
    is_call: bool


def offers_question(number: int, symbol: str, con_id: int) -> bytes:
    """Return the body of a request for all expiries and strikes of options on an index."""
    return number_field(1, number) + bytes_field(2, symbol) + bytes_field(4, "IND") + number_field(5, con_id)


def data_question(number: int, contract: bytes, ticks: str = "") -> bytes:
    """Return the body of a request to be told of something from now on."""
    return number_field(1, number) + bytes_field(2, contract) + (bytes_field(3, ticks) if ticks else b"")


def option_contract(symbol: str, option: Option) -> bytes:
    """Return an option as a request names it."""
    return (
        bytes_field(2, symbol)
        + bytes_field(3, "OPT")
        + bytes_field(4, f"{option.series.expiry:%Y%m%d}")
        + real_field(5, option.strike)
        + bytes_field(6, "C" if option.is_call else "P")
        + bytes_field(8, "SMART")
        + bytes_field(10, "USD")
        + bytes_field(12, option.series.root)
    )


def con_id_of(said: Fields) -> int:
    """Return the broker's number of a contract from its details; 0 where there is none."""
    contract = said.get(2)
    found = fields(contract).get(1) if isinstance(contract, bytes) else 0
    return found if isinstance(found, int) else 0


def offers_of(body: bytes) -> Iterator[tuple[Series, list[float]]]:
    """Yield the series that a message offers, each with its strikes in points."""
    root, strikes = text_at(fields(body), 4), reals(body, 7)
    for expiry in texts(body, 6):
        try:
            day = dt.datetime.strptime(expiry[:8], "%Y%m%d").replace(tzinfo=dt.UTC).date()
        except ValueError as error:
            raise NotSpokenError(f"an expiry of '{expiry}'") from error
        yield Series(day, root), strikes
