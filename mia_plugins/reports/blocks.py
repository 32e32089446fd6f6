"""What a section of a report is made of: notes, tiles, tables and charts, all plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Tone = Literal["", "good", "bad", "warn"]


class Command(str):
    """A cell that is a command to copy."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph."""

    text: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A title within a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that stands out."""

    label: str
    value: str
    detail: str = ""
    """Below the number, such as its interval."""
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Tiles:
    """Numbers side by side."""

    tiles: Sequence[Tile]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text; columns that hold numbers are named in `numbers` and stand to the right."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int] = frozenset()
    caption: str = ""
    folded: str = ""
    """Where it is not empty, the table is folded away behind this text."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of plotly.js: its traces and layout as JSON has them.

    Colours are named, `var(--c1)` … `var(--c6)`, `var(--win)`, `var(--loss)`: they follow light and dark.
    Arrays may be numpy's.
    """

    name: str
    """Unique in the report."""
    title: str
    data: Sequence[Mapping[str, Any]]
    layout: Mapping[str, Any] = field(default_factory=dict)
    height: int = 320
    """Pixels."""
    note: str = ""
    """What one has to know to read it."""
    half: bool = False
    """Two of these stand side by side where there is room."""


@dataclass(frozen=True, slots=True)
class CandleChart:
    """Candles with trades; the page draws as many as there is room for, and more on zooming in."""

    name: str
    title: str
    payload: Mapping[str, Any]
    height: int = 560
    """Pixels."""
    note: str = ""


type Block = Note | Heading | Tiles | Table | Chart | CandleChart
