"""The state file: SQLite, written ahead of what it tells of, so that no end of a process loses any of it.

An execution is written before it is counted, an order before it is sent. A process that is killed in
between has counted nothing twice and sent nothing twice: what the broker executed and the file does not
know of is taken when it starts again, and an order that was never sent stays unsent.
"""

import datetime as dt
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Self

from risk.state.files import NAME, DamagedError, StateError, connected, fault_of, move_aside, refused


class Switch(NamedTuple):
    """How the kill switch stands, and since when."""

    ts: int
    """UTC ns."""
    killed: bool
    flatten: bool
    """Whether what is held is to be left."""
    reason: str


class Executed(NamedTuple):
    """An execution as it is kept."""

    strategy: str
    fill: str
    """JSON."""
    reason: str
    """Why the position is being left."""


class Kept(NamedTuple):
    """A bracket as it is kept."""

    base: str
    """What its order ids begin with."""
    strategy: str
    told: str
    """JSON."""
    is_done: bool


class RiskState:
    """The state file of one account."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.moved: Path | None = None
        """Where a damaged or foreign file was moved to, that lay in its place."""
        self.changes = 0
        """How many rows were written since it was opened, and committed."""
        self._doubt: StateError | None = None
        self._connection = connection

    @classmethod
    def open(cls, folder: Path, *, moves: bool = True) -> Self:
        """Open a folder's state, a new one where there is none.

        What is there and is damaged, or something else, is moved aside, and the kill switch is on: what had
        been lost is not known. `moves` is False for who may not: it is an error then.
        """
        path = folder / NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise refused(path, str(error.strerror)) from error
        fault = fault_of(path)
        if fault and not moves:
            raise DamagedError(
                f"{path} is {fault}, and a process trades with it: it stays where it is",
                "stop that process, and start it again: it is moved aside then",
            )
        if fault:
            move_aside(path, fault)
        state = cls(path, connected(path))
        try:
            state._kill_for_what_was_moved()
        except BaseException:
            state.close()
            raise
        return state

    def _kill_for_what_was_moved(self) -> None:
        """Set the kill switch for a file that was moved aside, also by a process that ended just then."""
        known = " ".join(one.reason for one in self.switches())
        for moved in sorted(self.path.parent.glob(f"{NAME}.*-aside-*[0-9]")):
            if moved.name not in known:
                self.moved = moved
                why = f"the state file was moved to {moved.name}; what it knew of losses is not counted"
                self.switch(killed=True, flatten=False, reason=why)

    def __enter__(self) -> Self:
        """Go on."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the file."""
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def doubt(self, error: StateError) -> None:
        """Have whoever writes next be told that what was written may not be on the disk: the first error."""
        self._doubt = self._doubt or error

    def tell_doubt(self) -> None:
        """Raise what nobody was told yet."""
        error = self._doubt
        if error is not None:
            self._doubt = None
            raise error

    def wait_for_disk(self, *, waits: bool) -> None:
        """Have each statement wait for the disk, or leave that to somebody else: `Settling`.

        Without waiting, what was written outlives the process all the same: the operating system has it.
        """
        with self._told() as connection:
            connection.execute(f"pragma synchronous = {'full' if waits else 'normal'}")
            connection.execute(f"pragma wal_autocheckpoint = {1000 if waits else 0}")

    def belongs_to(self, account: str) -> str:
        """Have it belong to an account, unless it belongs to one; return to which."""
        with self._noting() as connection:
            connection.execute("insert or ignore into account values (1, ?)", (account,))
            (name,) = connection.execute("select name from account").fetchone()
        return str(name)

    def claim(self, orders: Sequence[str], bracket: Kept) -> str:
        """Note a bracket with orders before they are sent, or none; return one that had been sent, or ""."""
        with self._noting() as connection:
            connection.execute("begin immediate")
            try:
                for one in orders:
                    done = connection.execute("insert or ignore into orders (id) values (?)", (one,))
                    if done.rowcount != 1:
                        return one
                self.keep(bracket)
                connection.execute("commit")
            finally:
                if connection.in_transaction:
                    connection.execute("rollback")
        return ""

    def keep(self, bracket: Kept) -> None:
        """Note a bracket as it is."""
        with self._noting() as connection:
            connection.execute(
                "insert into brackets (base, strategy, told, done) values (?, ?, ?, ?) "
                "on conflict (base) do update set told = excluded.told, done = excluded.done",
                (*bracket[:3], int(bracket.is_done)),
            )

    def brackets(self) -> list[Kept]:
        """Return the brackets that are not done."""
        query = "select base, strategy, told, done from brackets where done = 0 order by rowid"
        with self._told() as connection:
            return [Kept(base, who, told, bool(done)) for base, who, told, done in connection.execute(query)]

    def forget_brackets(self) -> list[Kept]:
        """Go on with no bracket; return those that were not done."""
        found = self.brackets()
        with self._noting() as connection:
            connection.execute("update brackets set done = 1")
        return found

    def fills(self, order_id: str) -> list[str]:
        """Return what was executed of an order, on any day: fills in JSON."""
        query = "select fill from executions where fill ->> 1 = ? order by number"
        with self._told() as connection:
            return [fill for (fill,) in connection.execute(query, (order_id,))]

    def claims(self) -> int:
        """Return how many orders were ever sent."""
        with self._told() as connection:
            (count,) = connection.execute("select count(*) from orders").fetchone()
        return int(count)

    def knows(self, execution_id: str) -> bool:
        """Say whether an execution was noted."""
        with self._told() as connection:
            known = connection.execute("select 1 from executions where id = ?", (execution_id,)).fetchone()
        return known is not None

    def executed(self, execution_id: str, day: dt.date, one: Executed) -> bool:
        """Note an execution that is about to be counted; say whether it had never been."""
        with self._noting() as connection:
            # A restart asks for every one of the day: what is known is answered without a write.
            if self.knows(execution_id):
                return False
            done = connection.execute(
                "insert or ignore into executions (id, day, strategy, fill, reason) values (?, ?, ?, ?, ?)",
                (execution_id, str(day), *one),
            )
        return done.rowcount == 1

    def executions(self, day: dt.date) -> list[Executed]:
        """Return a trading day's executions, in the order in which they were counted."""
        query = "select strategy, fill, reason from executions where day = ? order by number"
        with self._told() as connection:
            return [Executed(*row) for row in connection.execute(query, (str(day),))]

    def last_day(self) -> tuple[dt.date, str] | None:
        """Return the last trading day, and with what the account began it."""
        with self._told() as connection:
            row = connection.execute("select day, base from days order by day desc limit 1").fetchone()
        return None if row is None else (dt.date.fromisoformat(row[0]), row[1])

    def begin_day(self, day: dt.date, base: str) -> None:
        """Note with what the account begins a trading day."""
        with self._noting() as connection:
            connection.execute("insert into days (day, base) values (?, ?)", (str(day), base))

    def rose(self, day: dt.date, peak: str, top: str) -> None:
        """Note the highest the account has been, ever and on a day."""
        with self._noting() as connection:
            connection.execute("insert or replace into peaks values (?, ?, ?)", (str(day), peak, top))

    def peaks(self, day: dt.date) -> tuple[str, str] | None:
        """Return the highest it has been, ever and on a day."""
        with self._told() as connection:
            row: tuple[str, str] | None = connection.execute(
                "select peak, top from peaks where day = ?", (str(day),)
            ).fetchone()
        return row

    def switch(self, *, killed: bool, flatten: bool, reason: str) -> None:
        """Set the kill switch."""
        with self._noting() as connection:
            connection.execute(
                "insert into switches (ts, killed, flatten, reason) values (?, ?, ?, ?)",
                (time.time_ns(), int(killed), int(flatten), reason),
            )

    def switches(self) -> list[Switch]:
        """Return how the kill switch was set, the last one last."""
        with self._told() as connection:
            rows = connection.execute("select ts, killed, flatten, reason from switches order by number")
            return [Switch(ts, bool(killed), bool(flatten), reason) for ts, killed, flatten, reason in rows]

    @property
    def killed(self) -> Switch | None:
        """Return the switch if it is on."""
        last = self.switches()[-1:]
        return last[0] if last and last[0].killed else None

    @contextmanager
    def _noting(self) -> Iterator[sqlite3.Connection]:
        """Write, unless what was written before may be lost."""
        self.tell_doubt()
        with self._told() as connection:
            yield connection
        if not connection.in_transaction:
            self.changes = connection.total_changes

    @contextmanager
    def _told(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._connection
        except sqlite3.Error as error:
            raise refused(self.path, str(error)) from error
