"""What a live node takes in: quotes that are no market are none, trades that stop are noticed."""

from typing import Any

import pytest
from nautilus_trader.model import InstrumentId, Quantity, QuoteTick

from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import NS
from mia_plugins.live.intake import Intake, Stream, Wants
from mia_plugins.live.terms import LiveTerms, Pace
from mia_plugins.runtime.actor import ActorContext
from mia_plugins.runtime.guard import Guard
from mia_plugins.runtime.orders import price_of
from mia_plugins.settings.model import BaseSettings
from tests.market import ES

BEGUN = 1_000 * NS
BID = 24_000
TERMS = LiveTerms(Pace(), {})
NAME = InstrumentId.from_str(ES.instrument_id)


class Kept:
    """A recorder."""

    def __init__(self) -> None:
        self.rows: list[Any] = []

    def take(self, contract: Any, rows: Any) -> None:
        del contract
        self.rows.append(rows)

    def table(self, name: str, rows: Any) -> None:
        del name, rows


def intake_of(kinds: frozenset[Kind], kept: Kept) -> Intake:
    context = ActorContext("intake", BaseSettings(), (), {}, Guard(), terms=TERMS)
    intake = Intake(context, TERMS, Wants({"ES": kinds}, {}, kept))
    intake.streams["ES"] = intake._by_id[NAME] = Stream(ES, kinds, BEGUN)
    return intake


def quote(second: float, bid: int = BID, ask: int = BID + 1, lots: tuple[int, int] = (3, 4)) -> QuoteTick:
    at = BEGUN + round(second * NS)
    sizes = (Quantity.from_int(one) for one in lots)
    return QuoteTick(NAME, price_of(bid), price_of(ask), *sizes, at, at)


@pytest.mark.parametrize(
    "bad",
    [
        quote(2, BID + 4, BID),
        quote(2, BID, BID),
        quote(2, -1),
        quote(2, 0),
        quote(2, BID, 0),
        quote(2, lots=(0, 4)),
        quote(2, lots=(3, 0)),
    ],
    ids=["crossed", "locked", "no bid told", "no bid", "no ask", "no bids", "no asks"],
)
def test_quotes_that_are_no_market_are_neither_seen_nor_recorded(bad: QuoteTick) -> None:
    kept = Kept()
    intake = intake_of(frozenset({Kind.QUOTES}), kept)
    intake.on_quote(quote(1))
    intake.on_quote(bad)
    stream = intake.streams["ES"]
    assert stream.heard == BEGUN + NS
    assert stream.quote == (BEGUN + NS, BID, BID + 1, 3, 4)
    intake.deliver(BEGUN + 3 * NS)
    (rows,) = kept.rows
    assert rows.ts.tolist() == [BEGUN + NS]
