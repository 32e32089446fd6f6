"""What a recording decided and traded, held to what its replay did: row by row, to the byte."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mia_plugins.runs.draft import LOG, same_bytes
from mia_plugins.runs.rows import seal
from mia_plugins.runs.tables import RowDifference, row_count, table_difference

COMPARED = ("decisions", "shadows", "orders", "fills", "positions")
"""In the order in which one leads to the other."""


@dataclass(frozen=True)
class Compared:
    """A table of both."""

    table: str
    recorded: int
    """Rows."""
    replayed: int
    """Rows."""
    same_bytes: bool
    first: RowDifference | None = None
    """The first row that differs."""
    lacking: tuple[str, ...] = ()
    """Columns that one of them has not."""
    is_cut: bool = False
    """Whether one of them only ends before the other, where the recording was cut off."""

    @property
    def same(self) -> bool:
        """Say whether nothing differs, up to where the recording was cut off."""
        return self.is_cut or (self.first is None and not self.lacking)

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self) | {"same": self.same}


def compared(recorded: dict[str, Path], replayed: Path, *, is_whole: bool) -> Iterator[Compared]:
    """Yield how each table came out; the logs in the folder of the replay become Parquet."""
    for name in COMPARED:
        there = replayed / f"{name}.parquet"
        seal(replayed / f"{name}{LOG}", there)
        yield _compared(name, recorded[name], there, is_whole=is_whole)


def _compared(name: str, one: Path, other: Path, *, is_whole: bool) -> Compared:
    rows = row_count(one), row_count(other)
    found = table_difference(name, one, other)
    if found is None:
        return Compared(name, *rows, same_bytes(one, other))
    first = found.first
    is_cut = not is_whole and first is not None and (first.left is None or first.right is None)
    return Compared(name, *rows, False, first, (*found.only_left, *found.only_right), is_cut)  # noqa: FBT003
