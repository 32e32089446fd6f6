"""Whether the broker lists a run's contracts, asked before there is a node: Nautilus tells none."""

import time
from collections.abc import Sequence

from nautilus_trader.model import InstrumentId

from mia_plugins.data.instruments import VENUE
from mia_plugins.live.dialect import (
    CONTRACT_DATA_END,
    CONTRACT_DATA_REQUEST,
    ERROR,
    Talk,
    bytes_field,
    number_field,
    text_at,
)
from mia_plugins.live.errors import LiveError

EXCHANGES = {VENUE: "CME"}
"""Venues of Nautilus' by another name than the broker's."""
INDEX = "^"
"""How Nautilus begins the symbol of an index."""


def refuse_unlisted(talk: Talk, wanted: Sequence[InstrumentId], patience: float) -> None:
    """Raise for contracts that the broker does not list, all of them at once; it may take so many s."""
    for number, one in enumerate(wanted, 1):
        talk.say(CONTRACT_DATA_REQUEST, question(number, one))
    told: dict[int, str] = {}
    end = time.monotonic() + patience
    for number, said in talk.heard() if wanted else ():
        asked = said.get(1)
        if isinstance(asked, int) and 1 <= asked <= len(wanted) and number in {ERROR, CONTRACT_DATA_END}:
            told.setdefault(asked, f"{text_at(said, 3)}: {text_at(said, 4)}" if number == ERROR else "")
        if len(told) == len(wanted):
            break
        if time.monotonic() > end:
            raise TimeoutError
    refused = [f"{one} ({told[number]})" for number, one in enumerate(wanted, 1) if told.get(number)]
    if refused:
        raise LiveError(
            f"the broker does not list {', '.join(refused)}",
            "see whether the account has trading permissions for that exchange, and whether `instruments`, "
            "`observe` and `traded_as` name the products you mean",
        )


def question(number: int, instrument_id: InstrumentId) -> bytes:
    """Return the body of a request for a contract's details, which names it as Nautilus' client does."""
    symbol, venue = instrument_id.symbol.value, instrument_id.venue.value
    plain = symbol.removeprefix(INDEX)
    contract = bytes_field(2, plain) if plain != symbol else b""
    contract += bytes_field(3, "IND" if plain != symbol else "FUT")
    contract += bytes_field(8, EXCHANGES.get(venue, venue)) + bytes_field(10, "USD") + bytes_field(11, plain)
    return number_field(1, number) + bytes_field(2, contract)
