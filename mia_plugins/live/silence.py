"""Data that were subscribed to and never came: told with what the broker says against them."""

from collections.abc import Iterator

from nautilus_trader.model import InstrumentId

from mia_plugins.data.arrow import Kind
from mia_plugins.data.instruments import Contract
from mia_plugins.data.sessions import NS
from mia_plugins.live.intake import Intake, Stream
from mia_plugins.live.native import NativeLog, Refusal
from mia_plugins.runtime.terms import Terms

WORDS = {Kind.TRADES: "trade", Kind.QUOTES: "quote", Kind.DEPTH: "book"}
NEEDED = {
    Kind.TRADES: "tick-by-tick data",
    Kind.QUOTES: "market data",
    Kind.DEPTH: "market depth (Level 2); without it, write `venue.fills: quotes`",
}


class Silence:
    """Looks for kinds of data of which nothing came."""

    def __init__(self, intake: Intake, terms: Terms, log: NativeLog) -> None:
        self._intake, self._terms, self._log = intake, terms, log
        self._told: set[tuple[str, Kind]] = set()

    def never_came(self, now: int, patience: float) -> Iterator[str]:
        """Yield what never came in `patience` s of the machine's since it was asked for; `now` is UTC ns."""
        for stream in self._intake.streams.values():
            if now - stream.begun < self._terms.takes(round(patience * NS)):
                continue
            for kind, last in stream.last.items():
                key = (stream.contract.symbol, kind)
                if last == 0 and key not in self._told:
                    self._told.add(key)
                    yield self._words(stream, kind, patience)

    def reason(self, product: str) -> str:
        """Return what the broker says against data of a product, to end a sentence with."""
        stream = self._intake.streams.get(product)
        refusals = self._refusals(stream.contract) if stream else []
        return f": {_said(refusals)}" if refusals else ""

    def _words(self, stream: Stream, kind: Kind, patience: float) -> str:
        refusals = self._refusals(stream.contract)
        told = f"no {WORDS[kind]} of {stream.contract.symbol} has come {patience:g} s after it was asked for"
        if refusals:
            told += f": {_said(refusals)}"
        if kind is Kind.TRADES and not refusals:
            told += ": nothing is traded, or the account is not given tick-by-tick data"
        elif not refusals or any(one.is_of_permission for one in refusals):
            told += f"; see whether the account is given {stream.contract.code}'s {NEEDED[kind]}"
        return told

    def _refusals(self, contract: Contract) -> list[Refusal]:
        there = self._terms.listed(InstrumentId.from_str(contract.instrument_id))
        return self._log.refusals(str(there))


def _said(refusals: list[Refusal]) -> str:
    return "the broker says " + ", and ".join(f"{one.code}: {one.text}" for one in refusals)
