"""Whether the broker lists a run's contracts, asked before there is a node: Nautilus tells none."""

import time
from collections.abc import Mapping, Sequence

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


def unlisted(talk: Talk, wanted: Sequence[InstrumentId], patience: float) -> dict[InstrumentId, str]:
    """Return what the broker does not list, each with what it says; it may take so many s."""
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
    return {one: told[number] for number, one in enumerate(wanted, 1) if told[number]}


def refuse_without(missing: Mapping[InstrumentId, str]) -> None:
    """Raise for contracts that are not listed; without an index a run goes on."""
    told = [f"{one} ({said})" for one, said in missing.items() if not is_index(one)]
    if told:
        raise LiveError(
            f"the broker does not list {', '.join(told)}",
            "see whether the account has trading permissions for that exchange, and whether `instruments`, "
            "`observe` and `traded_as` name the products you mean",
        )


def is_index(instrument_id: InstrumentId) -> bool:
    """Say whether something is an index."""
    return instrument_id.symbol.value.startswith(INDEX)


def question(number: int, instrument_id: InstrumentId) -> bytes:
    """Return the body of a request for a contract's details, which names it as Nautilus' client does."""
    named = index_contract if is_index(instrument_id) else _future_contract
    return number_field(1, number) + bytes_field(2, named(instrument_id))


def index_contract(instrument_id: InstrumentId) -> bytes:
    """Return an index as a request names it."""
    plain = instrument_id.symbol.value.removeprefix(INDEX)
    return bytes_field(2, plain) + _contract("IND", plain, instrument_id)


def _future_contract(instrument_id: InstrumentId) -> bytes:
    return _contract("FUT", instrument_id.symbol.value, instrument_id)


def _contract(kind: str, local_symbol: str, instrument_id: InstrumentId) -> bytes:
    venue = instrument_id.venue.value
    told = {3: kind, 8: EXCHANGES.get(venue, venue), 10: "USD", 11: local_symbol}
    return b"".join(bytes_field(number, text) for number, text in told.items())
