"""CSV in blocks of whole lines; every line is either a row of as many cells as there are columns, or told.

A cell in quotation marks may hold the delimiter, as in "6,000.25", but no line break.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mia_plugins.importing import Source

BLOCK = 1 << 22
"""Bytes in memory at a time; no line is longer."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines, cut into cells."""

    names: list[str]
    """The file's columns."""
    columns: dict[str, pa.Array]
    """Cells by the name of their column; those of lines with as many cells as there are columns."""
    lines: NDArray[np.int64]
    """The number of each such line in the file, from 1."""
    odd: NDArray[np.int64]
    """The numbers of the other lines, but for empty ones."""
    done: int
    """Bytes that lie behind."""


def blocks(source: Source, delimiter: str, *, header: bool) -> Iterator[Block]:
    """Yield a file's lines in cells; columns without a header are named by their number, from 1."""
    names: list[str] = []
    number, done = 1, 0
    for text, size in _texts(source):
        lines = text.split("\n")
        count = len(lines) - 1  # what follows the last line break is of the next block, or nothing
        numbers = number + np.arange(count)
        number, done = number + count, done + size
        array = pc.utf8_rtrim(pa.array(lines[:count], pa.string()), "\r")
        full = pc.not_equal(pc.utf8_trim_whitespace(array), "").to_numpy(False)
        array, numbers = array.filter(pa.array(full)), numbers[full]
        if not len(array):
            continue
        cells = pc.split_pattern(_unquoted(array, delimiter), delimiter)
        if not names:
            first = [cell.strip() for cell in cells[0].as_py()]
            names = first if header else [str(place + 1) for place in range(len(first))]
            if header:
                cells, numbers = cells[1:], numbers[1:]
        fits = pc.equal(pc.list_value_length(cells), len(names)).to_numpy(False)
        rows = cells.filter(pa.array(fits))
        flat = rows.flatten()
        width = np.arange(len(rows)) * len(names)
        columns = {name: flat.take(pa.array(width + place)) for place, name in enumerate(names)}
        yield Block(names, columns, numbers[fits], numbers[~fits], done)


def _texts(source: Source) -> Iterator[tuple[str, int]]:
    """Yield texts that end with a line break, and their bytes' number; what is no UTF-8 is replaced."""
    rest, done, first = b"", 0, True
    with source.open() as opened:
        while piece := opened.read(BLOCK):
            piece = rest + piece
            end = piece.rfind(b"\n") + 1
            rest = piece[end:]
            if len(rest) > BLOCK:
                raise source.refuse(
                    f"byte {done + end}", f"a line of more than {BLOCK:,} bytes; lines of CSV were expected"
                )
            if end:
                yield _decoded(piece[:end], first=first), end
                done, first = done + end, False
        if rest:
            yield _decoded(rest, first=first) + "\n", len(rest)


def _decoded(piece: bytes, *, first: bool) -> str:
    text = piece.decode("utf-8", errors="replace")
    return text.removeprefix("\ufeff") if first else text


def _unquoted(lines: pa.Array, delimiter: str) -> pa.Array:
    """Return lines without quotation marks, and without delimiters between them."""
    quoted = pc.match_substring(lines, '"').to_numpy(False)
    if not quoted.any():
        return lines
    texts = lines.to_pylist()
    for place in np.flatnonzero(quoted).tolist():
        try:
            cells = next(csv.reader([texts[place]], delimiter=delimiter), [])
        except csv.Error:
            continue
        texts[place] = delimiter.join(cell.replace(delimiter, "").replace("\n", " ") for cell in cells)
    return pa.array(texts, pa.string())
