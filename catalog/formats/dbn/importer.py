"""Databento's files as parts of our columns."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from pydantic import Field

from catalog.formats.dbn.bars import take_bars
from catalog.formats.dbn.books import take_books
from catalog.formats.dbn.facts import note_definitions, take_definitions, take_statistics
from catalog.formats.dbn.following import Followed
from catalog.formats.dbn.layout import RType
from catalog.formats.dbn.orders import OrderBook, take_orders
from catalog.formats.dbn.records import DbnFile, Run, dbn_file
from catalog.formats.dbn.symbols import Symbols
from catalog.formats.dbn.trades import take_trades
from catalog.formats.dbn.values import LATEST, times_of
from catalog.formats.tally import Tally
from mia_plugins.data.instruments import PRODUCTS, contract_of
from mia_plugins.data.sessions import NS
from mia_plugins.importing import Importer, Part, Source
from mia_plugins.settings import BaseSettings

BEFORE = "tbbo"
"""The schema whose books are from before the trade: no quote of any moment that can be told."""
FACTS = frozenset({RType.STATISTICS, RType.DEFINITION})
BARS = frozenset({RType.OHLCV_1S, RType.OHLCV_1M, RType.OHLCV_1H, RType.OHLCV_1D, RType.OHLCV_EOD})


class DbnSettings(BaseSettings):
    """What a file of Databento's may not say itself."""

    symbols: dict[int, str] = Field(default_factory=dict)
    """Contracts by Databento's number of the instrument: {4916: ESU6}."""
    definitions: tuple[Path, ...] = ()
    """Files of definitions that say what numbers stand for."""
    partial_books: bool = False
    """Whether books by order begin empty where a file has no snapshot; else they wait for one."""


class DbnImporter(Importer):
    """Databento DBN: trades, mbp-1, mbp-10, mbo, tbbo, ohlcv-1m, definition and statistics."""

    Settings = DbnSettings

    @property
    def feed(self) -> str:
        """Who tells of the rows."""
        return "Databento"

    def parts(self, source: Source) -> Iterator[Part]:
        """Yield a file a part at a time; instruments that are no contracts of ours are rejected."""
        with dbn_file(source) as opened:
            otherwise = source.symbol() if source.instrument else ""
            settings = self._settings
            symbols = Symbols(opened.metadata, settings.symbols, otherwise)
            reading = _Reading(source, opened, symbols, partial_books=settings.partial_books)
            for path in settings.definitions:
                reading.learn(Source(path))
            for chunk in opened.chunks():
                for run in chunk.runs:
                    reading.take(run, chunk.tally)
                yield chunk.tally.part(chunk.done)

    @property
    def _settings(self) -> DbnSettings:
        assert isinstance(self.settings, DbnSettings)  # noqa: S101 for the type checker
        return self.settings


@dataclass
class _Reading:
    """One file on its way: what is remembered from part to part."""

    source: Source
    file: DbnFile
    symbols: Symbols
    partial_books: bool
    _followed: dict[str, Followed] = field(default_factory=dict)
    _books: dict[int, OrderBook] = field(default_factory=dict)

    def learn(self, source: Source) -> None:
        """Learn what numbers stand for from another file."""
        with dbn_file(source) as opened:
            for chunk in opened.chunks():
                for run in chunk.runs:
                    if run.rtype == RType.DEFINITION:
                        note_definitions(run, self.symbols)

    def take(self, run: Run, tally: Tally) -> None:
        """Take records of one kind, an instrument at a time."""
        if run.rtype == RType.MAPPING:
            self.symbols.take_mappings(run.records)
            tally.join(np.ones(len(run.numbers), np.bool_))
            return
        if run.rtype == RType.DEFINITION:
            note_definitions(run, self.symbols)
        numbers = run.records["instrument"]
        if (numbers == numbers[0]).all():
            self._take_one(int(numbers[0]), run, tally)
            return
        for number in np.unique(numbers).tolist():
            self._take_one(number, run.of(numbers == number), tally)

    def _take_one(self, number: int, run: Run, tally: Tally) -> None:
        times = run.records["ts_recv" if run.rtype not in BARS else "ts_event"]
        days = np.minimum(times, LATEST).astype(np.int64)
        for found in self.symbols.resolve(number, days):
            rows = run.of(found.rows)
            if not found.instrument:
                tally.reject(found.reason, rows.numbers)
            elif run.rtype in FACTS:
                self._take_facts(rows, found.instrument, tally)
            else:
                self._take_market(number, rows, found.instrument, tally)

    def _take_market(self, number: int, run: Run, instrument: str, tally: Tally) -> None:
        """Take market data of an instrument."""
        of = self._follow(instrument)
        match run.rtype:
            case RType.TRADE:
                take_trades(run, of, tally)
            case RType.MBP_1 | RType.MBP_10:
                take_books(run, of, tally, with_books=self.file.metadata.schema != BEFORE)
            case RType.MBO:
                if number not in self._books:
                    self._books[number] = OrderBook(partial=self.partial_books)
                take_orders(run, of, self._books[number], tally)
            case _:
                take_bars(run, of, tally)

    def _take_facts(self, run: Run, instrument: str, tally: Tally) -> None:
        """Take what is said of an instrument."""
        if instrument in PRODUCTS:
            tally.reject(f"a fact of {instrument}, of which the file does not say the contract", run.numbers)
            return
        known = times_of(run.records[:1])[0]
        contract = contract_of(instrument, dt.datetime.fromtimestamp(int(known) // NS, dt.UTC).date())
        if run.rtype == RType.STATISTICS:
            take_statistics(run, contract, self.file.metadata.version, tally)
        else:
            take_definitions(run, contract, tally)

    def _follow(self, symbol: str) -> Followed:
        if symbol not in self._followed:
            self._followed[symbol] = Followed(symbol, self.source.grid(symbol))
        return self._followed[symbol]
