"""Rows that are safe before they are in their log, for whoever cannot wait: lines of JSON beside it.

To turn a few rows into Arrow takes half a millisecond, to write a line of them a tenth of that. While rows of
`decisions.arrows` are only here, each line of `decisions.ahead` says how many rows come before its own.
"""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from mia_plugins.runs.appended import Appended
from mia_plugins.runs.errors import RunError, told

SUFFIX = ".ahead"

type Row = tuple[object, ...]


class Ahead:
    """What a log has not yet."""

    def __init__(self, log: Path) -> None:
        self._path = log.with_suffix(SUFFIX)
        self._file: Appended | None = None
        self._held = 0
        """How many of the rows that wait are there."""

    def hold(self, before: int, rows: Sequence[Row]) -> None:
        """Write those that are not there of the rows that wait; the log has so many before them."""
        fresh = rows[self._held :]
        if not fresh:
            return
        if self._file is None:
            self._file = Appended(self._path)
        try:
            line = json.dumps([before + self._held, fresh], default=_plain, separators=(",", ":"))
        except (AttributeError, TypeError, ValueError) as error:
            raise RunError(f"{self._path}: a row holds what is neither number nor text: {error}") from error
        self._file.write(f"{line}\n".encode())
        self._held = len(rows)

    def clear(self) -> None:
        """Forget them: the log has them, or never will."""
        self._held = 0
        if self._file is not None:
            self._file.clear()

    def close(self, *, keeps: bool) -> None:
        """Let go of the file; it stays where it `keeps` what the log has not."""
        if self._file is None:
            return
        self._file.close()
        self._file = None
        if not keeps:
            remove_ahead(self._path)


def ahead_of(log: Path, schema: pa.Schema, count: int) -> list[Row]:
    """Return the rows that a log of so many rows has not: what was written ahead of it and is not cut off."""
    path = log.with_suffix(SUFFIX)
    if not path.exists():
        return []
    decimals = [n for n, field in enumerate(schema) if pa.types.is_decimal(field.type)]
    found: list[Row] = []
    for before, rows in _lines(path):
        at = count + len(found)
        for row in rows[max(0, at - before) :] if before <= at else ():
            for n in decimals:
                row[n] = None if row[n] is None else Decimal(row[n])
            found.append(tuple(row))
    return found


def remove_ahead(log: Path) -> None:
    """Delete what was written ahead of a log, if anything is there."""
    path = log.with_suffix(SUFFIX)
    with told(path, "deleted"):
        path.unlink(missing_ok=True)


def _lines(path: Path) -> Iterator[tuple[int, list[list[Any]]]]:
    with told(path, "read"):
        whole, _, _ = path.read_bytes().rpartition(b"\n")
    for line in whole.splitlines():
        try:
            before, rows = json.loads(line)
        except ValueError:  # a loss of power leaves what was never there
            return
        yield before, rows


def _plain(value: Any) -> Any:
    """Return what JSON has no word for: money as text, numpy's numbers as Python's."""
    return str(value) if isinstance(value, Decimal) else value.item()
