"""Rows and columns of a terminal that never cut a number: a column that has no room is left out whole."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.text import Text

GAP = "  "
ELLIPSIS = "…"
HEADER = "bold underline"

type Cell = tuple[str, str]
"""A text and its style."""
type Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: which side it leans to, and what becomes of it where room is scarce."""

    title: str
    right: bool = False
    """Whether it is set to the right, as numbers are."""
    rank: int = 0
    """Those with the highest are left out first; 0 stays."""
    least: int = 0
    """Cells to which it may be shortened, as words may; 0: never, as numbers."""


def table(columns: Sequence[Column], rows: Sequence[Row], width: int) -> list[Text]:
    """Return a header as wide as that, and rows, none wider than so many cells."""
    kept = list(range(len(columns)))
    widths = [
        max(cell_len(text) for text in (column.title, *(row[n][0] for row in rows)))
        for n, column in enumerate(columns)
    ]
    while _missing(columns, widths, kept, width) > 0 and (rank := max(columns[n].rank for n in kept)):
        kept.remove(next(n for n in reversed(kept) if columns[n].rank == rank))
    for _ in range(_needs(widths, kept) - width):
        if long := [n for n in kept if 0 < columns[n].least < widths[n]]:
            widths[max(long, key=widths.__getitem__)] -= 1
    header = _line(columns, [(column.title, "") for column in columns], widths, kept)
    header.pad_right(max(0, width - header.cell_len))
    header.stylize(HEADER)
    return [fitted(line, width) for line in (header, *(_line(columns, row, widths, kept) for row in rows))]


def fitted(line: Text, width: int) -> Text:
    """Return a line of at most so many cells, with an ellipsis where it was longer."""
    line.truncate(max(1, width), overflow="ellipsis")
    return line


def flow(pieces: Iterable[Cell], width: int, gap: str = "  ") -> list[Text]:
    """Return pieces one after the other, on as many lines as they need; none is cut in two."""
    lines: list[Text] = []
    for text, style in pieces:
        if not text:
            continue
        if lines and lines[-1].cell_len + len(gap) + cell_len(text) <= width:
            lines[-1].append(gap)
        else:
            lines.append(Text(no_wrap=True))
        lines[-1].append(shortened(text, width), style)
    return lines


def shortened(text: str, width: int) -> str:
    """Return a text of at most so many cells."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(0, width - 1)).rstrip() + ELLIPSIS


def beside(left: Sequence[Text], right: Sequence[Text], width: int) -> Iterator[Text]:
    """Yield two blocks beside each other; the left one has so many cells."""
    for n in range(max(len(left), len(right))):
        line = left[n].copy() if n < len(left) else Text(no_wrap=True)
        line.append(" " * max(0, width - line.cell_len))
        line.append(" │ ", "dim")
        yield line.append_text(right[n]) if n < len(right) else line


def _needs(widths: Sequence[int], kept: Sequence[int]) -> int:
    return sum(widths[n] for n in kept) + len(GAP) * (len(kept) - 1)


def _missing(columns: Sequence[Column], widths: Sequence[int], kept: Sequence[int], width: int) -> int:
    """Return the cells that are missing though words are shortened as far as they may be."""
    least = [min(w, column.least or w) for column, w in zip(columns, widths, strict=True)]
    return _needs(least, kept) - width


def _line(columns: Sequence[Column], row: Row, widths: Sequence[int], kept: Sequence[int]) -> Text:
    pieces: list[Cell] = []
    for n in kept:
        text = shortened(row[n][0], widths[n])
        cell, room = (text, row[n][1]), (" " * (widths[n] - cell_len(text)), "")
        pieces += [room, cell, (GAP, "")] if columns[n].right else [cell, room, (GAP, "")]
    while pieces and not pieces[-1][0].strip():
        pieces.pop()
    return Text.assemble(*(piece for piece in pieces if piece[0]), no_wrap=True)
