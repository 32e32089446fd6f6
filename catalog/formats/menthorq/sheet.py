"""Levels as CSV: a line a level, or a line a day with a column a level. Columns are found by their names."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalog.formats.menthorq.labels import level_of
from catalog.formats.menthorq.lines import is_value
from mia_plugins.data.level_names import LevelKind

TICKERS = ("ticker", "symbol", "sym", "underlying", "instrument")
TIMES = ("as_of", "as of", "asof", "timestamp", "datetime", "date", "day", "time")
NAMES = ("level_type", "level type", "level name", "label", "name", "type", "level")
PRICES = ("price", "level price", "value", "level")


@dataclass(frozen=True, slots=True)
class Cell:
    """A level of a sheet."""

    ticker: str
    time: str
    """Empty where the sheet has no column of times."""
    label: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class _Head:
    ticker: int | None
    time: int | None
    name: int | None
    price: int | None
    levels: dict[int, str]
    """Columns that are levels, with their labels."""


def cells(text: str) -> Iterator[Cell] | None:
    """Return the levels of a sheet; None for a text that is none."""
    rows = _rows(text)
    first = next(((row, line) for row, line in rows if any(row)), None)
    head = _head(first[0]) if first else None
    return None if head is None else _cells(head, rows)


def _rows(text: str) -> Iterator[tuple[list[str], int]]:
    """Yield the rows of a CSV with the line each ends in; a line that is no CSV is one cell."""
    delimiter = max(",;\t", key=text[:4096].count)
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            row = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            row = [line]
        yield [cell.strip() for cell in row], number


def _head(row: Sequence[str]) -> _Head | None:
    plain = [cell.lower().strip() for cell in row]
    if any(is_value(cell) for cell in plain if cell) or len(plain) < 2:
        return None
    ticker, time = _column(plain, TICKERS), _column(plain, TIMES)
    name = _column(plain, NAMES)
    price = _column(plain, PRICES, name)
    if name is not None and price is not None:
        return _Head(ticker, time, name, price, {})
    levels = {at: cell for at, cell in enumerate(row) if level_of(cell).kind is not LevelKind.OTHER}
    return _Head(ticker, time, None, None, levels) if levels and (ticker, time) != (None, None) else None


def _column(plain: Sequence[str], names: Sequence[str], other_than: int | None = None) -> int | None:
    found = (plain.index(name) for name in names if name in plain)
    return next((at for at in found if at != other_than), None)


def _cells(head: _Head, rows: Iterator[tuple[list[str], int]]) -> Iterator[Cell]:
    for row, line in rows:
        if not any(row):
            continue

        def cell(at: int | None, row: list[str] = row) -> str:
            return row[at] if at is not None and at < len(row) else ""

        ticker, time = cell(head.ticker), cell(head.time)
        if head.name is not None:
            for label in cell(head.name).split("&"):
                yield Cell(ticker, time, label.strip(), cell(head.price), line)
        for at, label in head.levels.items():
            yield Cell(ticker, time, label, cell(at), line)
