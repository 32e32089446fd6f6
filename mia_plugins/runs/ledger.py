"""The ledger: every run that was ever made, in SQLite; also the hashes of files that were read for one.

A row outlives the run's folder, since statistics that correct for selection count every attempt.
"""

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mia_plugins.runs.errors import ROOM, RunFileError, told

NAME = "ledger.sqlite"
_VERSION = 1
_WAIT_SECONDS = 60.0
_TABLES = (
    """create table if not exists runs (
        number integer primary key autoincrement, run_id text not null, config text not null,
        started integer not null, seconds real not null, status text not null,
        instruments text not null, first_day text, last_day text,
        settings_hash text not null, data_hash text not null, code_hash text not null,
        net text, trades integer) strict""",
    "create index if not exists runs_by_id on runs (run_id)",
    """create table if not exists file_hashes (
        uri text not null, path text not null, size integer not null, mtime integer not null,
        hash text not null, primary key (uri, path)) strict, without rowid""",
)


@dataclass(frozen=True)
class Entry:
    """A run that was made: a line of the ledger."""

    run_id: str
    config: str
    """The settings file, as it was named."""
    started: int
    """UTC ns."""
    seconds: float
    """How long it took."""
    status: str
    """complete, interrupted, failed, or repeated: it made what was there already."""
    instruments: tuple[str, ...]
    first_day: dt.date | None
    last_day: dt.date | None
    settings_hash: str
    data_hash: str
    code_hash: str
    net: Decimal | None = None
    """$ after fees; None where it never came to a result."""
    trades: int | None = None
    number: int = 0
    """Counts from 1 in the order of entry; given by the ledger."""


_COLUMNS = tuple(field.name for field in fields(Entry))


class Ledger:
    """The ledger of a folder of runs: `with Ledger.open(Path("runs")) as ledger`."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    @classmethod
    def open(cls, runs_dir: Path) -> Self:
        """Open the ledger for writing, a new one where there is none."""
        path = runs_dir / NAME
        with told(runs_dir, "written"):
            runs_dir.mkdir(parents=True, exist_ok=True)
        with _complaints(path):
            connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, autocommit=True)
        ledger = cls(path, connection)
        try:
            ledger._prepare()
        except BaseException:
            ledger.close()
            raise
        return ledger

    @classmethod
    def read(cls, runs_dir: Path) -> Self | None:
        """Open the ledger to read it alone; None where there is none."""
        path = runs_dir / NAME
        if not path.is_file():
            return None
        with _complaints(path):
            uri = f"{path.absolute().as_uri()}?mode=ro"
            connection = sqlite3.connect(uri, uri=True, timeout=_WAIT_SECONDS, autocommit=True)
        ledger = cls(path, connection)
        try:
            begun = ledger._check_version()
        except BaseException:
            ledger.close()
            raise
        if not begun:  # another process is making it just now
            ledger.close()
            return None
        return ledger

    def add(self, entry: Entry) -> int:
        """Enter a run and return its number."""
        names = [name for name in _COLUMNS if name != "number"]
        row = _row_of(entry)
        places = ", ".join(f":{name}" for name in names)
        with self._writing():
            done = self._connection.execute(
                f"insert into runs ({', '.join(names)}) values ({places})",  # noqa: S608 names of our own
                {name: row[name] for name in names},
            )
        return int(done.lastrowid or 0)

    def entries(self, limit: int | None = None, run_id: str | None = None) -> list[Entry]:
        """Return the runs, or those of one id, the newest first, `limit` at most."""
        query = (
            f"select {', '.join(_COLUMNS)} from runs where :id is null or run_id = :id "  # noqa: S608 see above
            "order by number desc limit :limit"
        )
        with _complaints(self._path):
            rows = self._connection.execute(query, {"id": run_id, "limit": -1 if limit is None else limit})
            try:
                return [_entry_of(dict(zip(_COLUMNS, row, strict=True))) for row in rows]
            except (ArithmeticError, ValueError) as error:
                raise _damaged(self._path, error) from error

    def count(self) -> int:
        """Return how many runs were ever made."""
        with _complaints(self._path):
            (found,) = self._connection.execute("select count(*) from runs").fetchone()
        return int(found)

    def known_hash(self, uri: str, path: str, size: int, mtime: int) -> str | None:
        """Return the hash of a file that has not changed since it was remembered."""
        with _complaints(self._path):
            row = self._connection.execute(
                "select hash from file_hashes where (uri, path, size, mtime) = (?, ?, ?, ?)",
                (uri, path, size, mtime),
            ).fetchone()
        return str(row[0]) if row else None

    def remember_hash(self, uri: str, path: str, size: int, mtime: int, digest: str) -> None:
        """Remember a file's hash in the place of an earlier one."""
        with self._writing():
            self._connection.execute(
                "insert or replace into file_hashes values (?, ?, ?, ?, ?)", (uri, path, size, mtime, digest)
            )

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        """Use it in a `with`."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the file."""
        self.close()

    def _prepare(self) -> None:
        self._check_version()
        with self._writing():
            for table in _TABLES:
                self._connection.execute(table)
            self._connection.execute(f"pragma user_version = {_VERSION}")

    def _check_version(self) -> int:
        with _complaints(self._path):
            (found,) = self._connection.execute("pragma user_version").fetchone()
        if found > _VERSION:
            raise RunFileError(
                f"{self._path} was written by a newer mia (ledger {found}; this one knows {_VERSION})",
                "use the newer mia, or name another folder with --runs",
            )
        return int(found)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the ledger for a change that happens whole or not at all; others wait."""
        with _complaints(self._path):
            self._connection.execute("begin immediate")
            try:
                yield
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("rollback")
                raise
            self._connection.execute("commit")


@contextmanager
def _complaints(path: Path) -> Iterator[None]:
    """Turn what SQLite complains of into our error; a fault of ours stays one."""
    try:
        yield
    except sqlite3.OperationalError as error:
        is_held = error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
        remedy = "wait until the other process is done" if is_held else ROOM
        raise RunFileError(f"{path} cannot be used: {error}", remedy) from error
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:
            raise
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> RunFileError:
    return RunFileError(
        f"{path} is damaged: {error}",
        f"put back a copy of it, or save what can be read (`sqlite3 {path} .recover`) and move it away: "
        "a new one is begun, the runs' folders are not touched",
    )


def _row_of(entry: Entry) -> dict[str, Any]:
    row = {name: getattr(entry, name) for name in _COLUMNS}
    return row | {
        "instruments": " ".join(entry.instruments),
        "first_day": entry.first_day and entry.first_day.isoformat(),
        "last_day": entry.last_day and entry.last_day.isoformat(),
        "net": None if entry.net is None else str(entry.net),
    }


def _entry_of(row: dict[str, Any]) -> Entry:
    return replace(
        Entry(**row),
        instruments=tuple(row["instruments"].split()),
        first_day=row["first_day"] and dt.date.fromisoformat(row["first_day"]),
        last_day=row["last_day"] and dt.date.fromisoformat(row["last_day"]),
        net=None if row["net"] is None else Decimal(row["net"]),
    )
