"""The state's file itself: made, opened and, where it is damaged or something else, moved aside."""

import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from mia_plugins.errors import ExitCode, MiaError

NAME = "risk.sqlite"
OURS = 0x6D696172
"""SQLite's application id of our files: "miar"."""
VERSION = 3
"""1 knew of no brackets and 2 not of whose it is: such a file is given their tables, and keeps all else."""
WAIT_SECONDS = 10.0
TABLES = (
    """create table if not exists account (
        number integer primary key check (number = 1), name text not null) strict""",
    "create table if not exists days (day text primary key, base text not null) strict",
    """create table if not exists executions (
        number integer primary key autoincrement, id text not null unique, day text not null,
        strategy text not null, fill text not null, reason text not null) strict""",
    "create table if not exists orders (id text primary key) strict",
    """create table if not exists brackets (
        base text primary key, strategy text not null, told text not null, done integer not null) strict""",
    "create table if not exists peaks (day text primary key, peak text not null, top text not null) strict",
    """create table if not exists switches (
        number integer primary key autoincrement, ts integer not null, killed integer not null,
        flatten integer not null, reason text not null) strict""",
)


class StateError(MiaError):
    """The state of the limits cannot be kept or read: nothing may be traded."""

    exit_code = ExitCode.FILES


class DamagedError(StateError):
    """What lies in the state's place is damaged, or something else."""


def connected(path: Path) -> sqlite3.Connection:
    """Return a connection to a file that is ours or not there; each statement waits for the disk."""
    try:
        connection = sqlite3.connect(path, timeout=WAIT_SECONDS, autocommit=True, check_same_thread=False)
    except sqlite3.Error as error:
        raise refused(path, str(error)) from error
    try:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        if connection.execute("pragma user_version").fetchone() != (VERSION,):
            connection.execute("begin immediate")
            for table in TABLES:
                connection.execute(table)
            connection.execute(f"pragma application_id = {OURS}")
            connection.execute(f"pragma user_version = {VERSION}")
            connection.execute("commit")
    except sqlite3.Error as error:
        connection.close()
        raise refused(path, str(error)) from error
    return connection


def file_ahead(path: Path) -> None:
    """Bring what was written ahead into the file itself, on a connection of its own: no writer waits."""
    with closing(connected(path)) as connection:
        try:
            connection.execute("pragma wal_checkpoint(passive)")
        except sqlite3.Error as error:
            raise refused(path, str(error)) from error


def fault_of(path: Path) -> str:
    """Return what is wrong with what lies there: `damaged`, `foreign`, or "" where it is ours or nothing."""
    if not path.exists() or (path.is_file() and path.stat().st_size == 0):
        return ""
    if not path.is_file():
        raise refused(path, "it is no file")
    try:
        with closing(sqlite3.connect(path, timeout=WAIT_SECONDS, autocommit=True)) as connection:
            return _fault_within(path, connection)
    except sqlite3.OperationalError as error:
        raise refused(path, str(error)) from error
    except sqlite3.DatabaseError:
        return "damaged"


def _fault_within(path: Path, connection: sqlite3.Connection) -> str:
    (ours,) = connection.execute("pragma application_id").fetchone()
    (version,) = connection.execute("pragma user_version").fetchone()
    (tables,) = connection.execute("select count(*) from sqlite_master").fetchone()
    if ours != OURS and (ours or tables):
        return "foreign"
    if version > VERSION:
        raise StateError(
            f"{path} was written by a newer mia: nothing is traded", "trade with that one, or install it"
        )
    (sound,) = connection.execute("pragma quick_check(1)").fetchone()
    return "" if sound == "ok" else "damaged"


def move_aside(path: Path, fault: str) -> None:
    """Move a file with what SQLite keeps beside it; its new name says what is wrong with it."""
    target = path.with_name(f"{path.name}.{fault}-aside-{time.time_ns()}")
    try:
        path.rename(target)
        for beside in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                path.with_name(path.name + beside).rename(target.with_name(target.name + beside))
    except OSError as error:
        raise refused(path, str(error.strerror)) from error


def refused(path: Path, why: str) -> StateError:
    """Return the error that the state cannot be kept."""
    return StateError(
        f"the limits' state cannot be kept in {path}: {why}. Nothing is traded, since a loss that is not "
        "written down would be forgotten",
        "make room on the disk, allow the access, or name another folder with --state",
    )
