"""Rows of CSV or Parquet as trades, quotes or bars, by a mapping."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from catalog.formats.bar_length import BarLength
from catalog.formats.tabular.lines import blocks
from catalog.formats.tabular.settings import PRICES, SIZES, TableSettings, wanted
from catalog.formats.tabular.values import NO_SIDE, NO_TIME, contracts, ids, numbers, sides, texts_of, times
from mia_plugins.data.arrow import Columns
from mia_plugins.data.bars import MINUTE
from mia_plugins.data.columns import Bars, Quotes, Trades
from mia_plugins.errors import did_you_mean
from mia_plugins.importing import Importer, MarketRows, Part, Rejected, Source, symbol_in

ROWS = 1 << 16
"""Rows of Parquet in memory at a time."""
BUFFER = 1 << 20
"""Bytes of a column in memory at a time, however long its row group is."""
NO_CELLS = "a line with another number of cells than there are columns"
UNREAD_TIME = "a time that cannot be read, has no zone, or falls into a change of the clocks"
UNREAD_SIDE = "a word for the aggressor that the mapping does not have"
UNREAD_INSTRUMENT = "an instrument that is none of ES, NQ, MES and MNQ"
ODD_BAR = "a bar that does not begin with a minute"
Place = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class _Cells:
    """Some rows, by what their columns are."""

    columns: Mapping[str, pa.Array]
    rows: int
    done: int
    """Bytes of the file that lie behind."""
    place: Place


class _Mapped(Importer):
    """What CSV and Parquet have in common."""

    Settings = TableSettings

    def __init__(self, settings: TableSettings) -> None:
        """Take a mapping."""
        super().__init__(settings)
        self._mapping = settings
        self._wanted = wanted(settings)

    @property
    def feed(self) -> str:
        """Who tells of the rows."""
        return self._mapping.source or type(self).__name__.removesuffix("Importer")

    def _refuse_missing(self, source: Source, names: list[str]) -> None:
        """Refuse a file that lacks a column, and name the nearest one it has."""
        missing = [column for column in self._wanted.values() if column not in names]
        if missing:
            told = "; ".join(f"'{column}'{did_you_mean(column, names)}" for column in missing)
            raise source.refuse(
                "its columns",
                f"there is none called {told}",
                "say in the mapping's `columns` what the file calls it",
            )
        twice = sorted({column for column in self._wanted.values() if names.count(column) > 1})
        if twice:
            raise source.refuse("its columns", f"there are two called '{twice[0]}'", "rename one of them")

    def _part(self, source: Source, cells: _Cells, length: BarLength) -> Part:
        """Return rows as a part; what cannot be read is rejected."""
        mapping, columns = self._mapping, cells.columns
        ts = times(columns["time"], mapping)
        wrong = {UNREAD_TIME: ts == NO_TIME}
        side = sides(columns["side"], mapping.side) if "side" in columns else np.zeros(cells.rows, np.int8)
        wrong[UNREAD_SIDE] = side == NO_SIDE
        if mapping.kind == "bars":
            length.judge(ts[ts != NO_TIME], cells.place(0))
            wrong[ODD_BAR] = ts % MINUTE != 0
            ts = ts + MINUTE * (mapping.bars_stamped_at == "open") * (ts != NO_TIME)
        symbols = self._symbols(source, cells)
        wrong[UNREAD_INSTRUMENT] = symbols == ""
        left, rejected = _sorted_out(wrong, cells)
        own = ids(columns["id"]) if "id" in columns else None
        taken = []
        for symbol in sorted(set(symbols[left])):
            chosen = np.flatnonzero(left & (symbols == symbol))
            made = self._columns(source, cells, symbol, (chosen, ts, side))
            taken.append(
                MarketRows(symbol, made, None if own is None else own[chosen], _place(cells.place, chosen))
            )
        return Part(cells.rows, cells.done, tuple(taken), 0, rejected)

    def _symbols(self, source: Source, cells: _Cells) -> NDArray[np.object_]:
        """Return the instrument of each row; "" where it is none of ours."""
        if "instrument" not in cells.columns or source.instrument:
            return np.full(cells.rows, source.symbol(), np.object_)
        names = texts_of(cells.columns["instrument"]).dictionary_encode()
        known = np.array([symbol_in(name) for name in names.dictionary.to_pylist()], np.object_)
        return known[names.indices.to_numpy(False)] if len(known) else np.empty(0, np.object_)

    def _columns(
        self,
        source: Source,
        cells: _Cells,
        symbol: str,
        rows: tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.int8]],
    ) -> Columns:
        """Return chosen rows of one instrument."""
        chosen, ts, side = rows
        kind = self._mapping.kind
        grid, scale = source.grid(symbol), self._mapping.tick_size if self._mapping.prices == "ticks" else 1.0
        prices = [
            grid.ticks(numbers(cells.columns[name])[chosen] * scale, ts[chosen]) for name in PRICES[kind]
        ]
        sizes = [contracts(cells.columns[name])[chosen] for name in SIZES[kind]]
        match kind:
            case "trades":
                return Trades(ts[chosen], prices[0], sizes[0], side[chosen])
            case "quotes":
                return Quotes(ts[chosen], prices[0], prices[1], sizes[0], sizes[1])
            case "bars":
                opened, high, low, close = prices
                return Bars(ts[chosen], opened, high, low, close, sizes[0])


def _place(place: Place, chosen: NDArray[np.intp]) -> Place:
    return lambda row: place(int(chosen[row]))


def _sorted_out(
    wrong: Mapping[str, NDArray[np.bool_]], cells: _Cells
) -> tuple[NDArray[np.bool_], dict[str, Rejected]]:
    """Return which rows are left, and those that are not by the first reason that holds."""
    left = np.ones(cells.rows, np.bool_)
    rejected = {}
    for reason, one in wrong.items():
        out = one & left
        if out.any():
            rejected[reason] = Rejected(int(out.sum()), cells.place(int(np.argmax(out))))
            left &= ~out
    return left, rejected


class CsvImporter(_Mapped):
    """Reads CSV."""

    def parts(self, source: Source) -> Iterator[Part]:
        """Yield a block of lines at a time."""
        judged = False
        length = BarLength(source)
        for block in blocks(source, self._mapping.delimiter, header=self._mapping.header):
            if not judged:
                self._refuse_missing(source, block.names)
                judged = True
            columns = {name: block.columns[column] for name, column in self._wanted.items()}
            place = _line(block.lines)
            if len(block.odd):
                odd = {NO_CELLS: Rejected(len(block.odd), f"line {block.odd[0]}")}
                yield Part(len(block.odd), block.done, (), 0, odd)
            if len(block.lines):
                yield self._part(source, _Cells(columns, len(block.lines), block.done, place), length)


def _line(lines: NDArray[np.int64]) -> Place:
    return lambda row: f"line {lines[row]}"


class ParquetImporter(_Mapped):
    """Reads Parquet."""

    def parts(self, source: Source) -> Iterator[Part]:
        """Yield some rows of a row group at a time."""
        first = 0
        length = BarLength(source)
        for batch, total in self._batches(source):
            columns = {name: batch.column(column) for name, column in self._wanted.items()}
            done = source.size * (first + len(batch)) // max(total, 1)
            yield self._part(source, _Cells(columns, len(batch), done, _row(first)), length)
            first += len(batch)

    def _batches(self, source: Source) -> Iterator[tuple[pa.RecordBatch, int]]:
        """Yield batches of the wanted columns, and the number of all rows."""
        with source.open() as opened:
            try:
                parquet = pq.ParquetFile(opened, buffer_size=BUFFER)
                self._refuse_missing(source, parquet.schema_arrow.names)
                total = parquet.metadata.num_rows
                for batch in parquet.iter_batches(ROWS, columns=list(dict.fromkeys(self._wanted.values()))):
                    yield batch, total
            # What pyarrow makes of a damaged footer is of many kinds: a name that is no UTF-8, for one.
            except (pa.ArrowException, OSError, ValueError, KeyError, IndexError) as error:
                raise source.refuse(
                    "Parquet", " ".join(str(error).split()), "bring the whole file"
                ) from error


def _row(first: int) -> Place:
    return lambda row: f"row {first + row + 1}"
