"""Which contract a number of Databento's stands for: the head, mappings and definitions tell.

Databento's numbers of instruments hold for days, of UTC; CME gives them anew over the years.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.formats.dbn.continuous import contract_over, product_in
from catalog.formats.dbn.layout import NO_TIME
from catalog.formats.dbn.metadata import INSTRUMENT_ID, RAW_SYMBOL, Metadata
from catalog.formats.dbn.records import Records
from mia_plugins.data.instruments import PRODUCTS, Contract, InstrumentError, contract_of
from mia_plugins.data.sessions import NS

DAY = 86_400 * NS
"""ns."""
EVER = 2**62
"""UTC ns: after all that is imported."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a number stands for over some time."""

    start: int
    """UTC ns."""
    end: int
    """UTC ns, exclusive."""
    symbol: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """Some rows of one number and what they are of."""

    rows: slice
    instrument: str
    """A contract such as ESU6, or the product that the user names; "" when it is none of ours."""
    reason: str = ""
    """Why it is none of ours."""


class Symbols:
    """What the numbers of one file stand for."""

    def __init__(self, metadata: Metadata, given: Mapping[int, str], otherwise: str = "") -> None:
        """`given` comes before what the file says, `otherwise` after it."""
        self._given = given
        self._otherwise = otherwise
        self._otherwise_of: int | None = None
        """The number that it was taken for: one name is not that of two."""
        self._meanings: dict[int, list[Meaning]] = {}
        if metadata.symbols_out == INSTRUMENT_ID:
            for one in metadata.intervals:
                if one.means.isdigit():
                    self._note(int(one.means), Meaning(_ns(one.start), _ns(one.end), one.asked))
        elif metadata.symbols_in == INSTRUMENT_ID and metadata.symbols_out == RAW_SYMBOL:
            for one in metadata.intervals:
                if one.asked.isdigit():
                    self._note(int(one.asked), Meaning(_ns(one.start), _ns(one.end), one.means))

    def take_mappings(self, records: Records) -> None:
        """Note what mappings on the way say; live ones name what was asked for and what it stands for."""
        for record in records:
            names = (text_of(record["asked"]), text_of(record["symbol"]))
            symbol = next((name for name in names if _is_contract(name)), names[1] or names[0])
            end = int(record["end"])
            self._note(
                int(record["instrument"]),
                Meaning(
                    min(_time(record["start"]), _time(record["ts_event"])),
                    EVER if end in {NO_TIME, 0} else min(end, EVER),
                    symbol,
                ),
            )

    def take_definition(self, number: int, known: int, symbol: str) -> None:
        """Note what a definition says from the UTC day of a time (UTC ns) on."""
        self._note(number, Meaning(known // DAY * DAY, EVER, symbol))

    def resolve(self, number: int, times: NDArray[np.int64]) -> Iterator[Resolved]:
        """Yield what a number stands for over rows with some times (UTC ns): mostly one for all of them."""
        if not len(times):
            return
        days = times // DAY
        starts = np.flatnonzero(np.diff(days, prepend=days[0] - 1))
        found: list[Resolved] = []
        for start, end in zip(starts, [*starts[1:], len(times)], strict=True):
            one = Resolved(slice(int(start), int(end)), *self._on(number, int(days[start]) * DAY))
            if found and (found[-1].instrument, found[-1].reason) == (one.instrument, one.reason):
                one = Resolved(slice(found.pop().rows.start, one.rows.stop), one.instrument, one.reason)
            found.append(one)
        yield from found

    def _on(self, number: int, time: int) -> tuple[str, str]:
        """Return what a number stands for on a UTC day, or why that is none of ours."""
        symbol = self._given.get(number) or self._symbol(number, time)
        product = product_in(symbol) if symbol else ""
        if symbol is not None and product not in PRODUCTS:
            contract = _contract(symbol, time)
            return (contract.symbol, "") if contract else ("", f"{symbol}: no contract that mia knows")
        is_of_it = self._otherwise not in PRODUCTS and self._otherwise.startswith(product)
        if symbol and not (self._otherwise and is_of_it):
            contract = contract_over(symbol, *self._days(number, symbol, time))
            if contract:
                return contract.symbol, ""
        elif self._otherwise and self._otherwise_of in {None, number}:
            self._otherwise_of = number
            return self._otherwise, ""
        what = f"{symbol}, of which" if symbol else f"instrument {number}, of which"
        return "", f"{what} the file does not say the contract: --settings can, with symbols or definitions"

    def _days(self, number: int, symbol: str, time: int) -> tuple[dt.date, dt.date]:
        """Return the days around one over which a number stood for a symbol; the latter exclusive."""
        start, end = time, time + DAY
        spans = sorted((one.start, one.end) for one in self._meanings.get(number, ()) if one.symbol == symbol)
        for _ in spans:  # those that touch are one
            for first, last in spans:
                if first <= end and last >= start:
                    start, end = min(start, first), max(end, last)
        return _day(start), _day(min(end, EVER))

    def _symbol(self, number: int, time: int) -> str | None:
        """Return the symbol of a number on a UTC day: a contract's before any other, then the newest."""
        found = [one for one in self._meanings.get(number, ()) if one.start < time + DAY and one.end > time]
        found.sort(key=lambda one: (_is_contract(one.symbol), one.start))
        return found[-1].symbol if found else None

    def _note(self, number: int, meaning: Meaning) -> None:
        meanings = self._meanings.setdefault(number, [])
        if meaning not in meanings:
            meanings.append(meaning)


def _contract(symbol: str, time: int) -> Contract | None:
    try:
        return contract_of(symbol, dt.datetime.fromtimestamp(time // NS, dt.UTC).date())
    except (InstrumentError, ValueError, OverflowError):
        return None


def _is_contract(symbol: str) -> bool:
    return _contract(symbol, 0) is not None


def text_of(raw: bytes) -> str:
    """Return the text of a field."""
    return raw.partition(b"\0")[0].decode("ascii", "replace")


def _time(raw: np.uint64) -> int:
    return min(int(raw), EVER)


def _day(ts: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=ts // DAY)


def _ns(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days * DAY
