"""What an importer yields: a bounded part of a file as columns, with the fate of each record in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from mia_plugins.data.arrow import Columns
from mia_plugins.data.columns import Whole


def _nowhere(_: int) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class MarketRows:
    """Rows of one instrument's data, of one kind."""

    instrument: str
    """A contract such as ESU6, or a product such as ES: then each row goes to the contract that leads."""
    columns: Columns
    """Prices in ticks as `Grid.ticks` gives them: a row with `NO_PRICE` is rejected and counted."""
    ids: Whole | None = None
    """The source's own ids of trades: two rows of one time and id are the same trade, whatever they say."""
    place: Callable[[int], str] = _nowhere
    """Where a row stands in the file, for a person: `byte 4096`, `line 17`."""


@dataclass(frozen=True, slots=True)
class TableRows:
    """Rows of one of our own tables, such as `levels`; see `mia_plugins.data.tables`."""

    name: str
    table: pa.Table
    place: Callable[[int], str] = _nowhere
    """Where a row stands in the file."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Records that were not taken, for one reason."""

    count: int
    first: str
    """Where the first of them stands in the file."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some of a file's records; none may get lost: read + beside = rows + joined + rejected."""

    read: int
    """Records of the file that this part is about."""
    done: int
    """Bytes of the file that lie behind."""
    rows: tuple[MarketRows | TableRows, ...] = ()
    joined: int = 0
    """Records that are in another record's row: a fill of one order, a line of one update of the book."""
    rejected: Mapping[str, Rejected] = field(default_factory=dict)
    """By reason."""
    flagged: Mapping[str, int] = field(default_factory=dict)
    """What is odd about rows that are taken, by kind: `crossed book`."""
    beside: int = 0
    """Rows that records make beyond the one each: a trade and a book of one record."""

    @property
    def taken(self) -> int:
        """Rows in all."""
        return sum(len(rows.table if isinstance(rows, TableRows) else rows.columns) for rows in self.rows)

    @property
    def lost(self) -> int:
        """Records that the part says nothing of; anything but 0 is a fault of the importer."""
        rejected = sum(one.count for one in self.rejected.values())
        return self.read + self.beside - self.taken - self.joined - rejected
