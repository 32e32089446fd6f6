"""The journal as it is read: typed columns, or a decision after the other, a piece of the file at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mia_plugins.errors import did_you_mean
from mia_plugins.journal.decision import Decision, JournalColumns, Outcome
from mia_plugins.journal.errors import JournalError, JournalFileError
from mia_plugins.journal.schema import FORMAT, columns_in
from mia_plugins.runs.rows import read_log

SEALED, LOG = "decisions.parquet", "decisions.arrows"
"""The journal's file in a run's folder, and what it is while the run lasts."""


@dataclass(frozen=True, slots=True)
class Where:
    """Which decisions are wanted; what is not said does not matter."""

    outcomes: frozenset[Outcome] = frozenset()
    strategy: str = ""
    instrument_id: str = ""
    start: int | None = None
    """UTC ns, included."""
    end: int | None = None
    """UTC ns, not included."""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A decision with all that the journal knows of it."""

    id: int
    ts: int
    """UTC ns."""
    strategy: str
    instrument_id: str
    cause: str
    price: int | None
    """In ticks."""
    order_id: str | None
    decision: Decision


class Decisions:
    """The decisions of a run: `Decisions.of(folder)`."""

    def __init__(self, path: Path) -> None:
        """`path` is the sealed file or the log."""
        self.path = path
        self._file = _opened(path) if path.suffix == ".parquet" else None
        self.schema: pa.Schema = self._file.schema_arrow if self._file else _schema_of_log(path)
        metadata = self.schema.metadata or {}
        if metadata.get(b"mia.table") != b"decisions" or metadata.get(b"mia.format") != FORMAT.encode():
            raise JournalFileError(
                f"{path} is no journal of format {FORMAT}", "use the version of mia that wrote it"
            )
        self.columns: dict[str, JournalColumns] = columns_in(self.schema)
        """The names of each strategy."""
        self.keep = metadata[b"mia.keep"].decode()
        """`all` or `changes`."""
        self.metadata: dict[str, str] = {key.decode(): value.decode() for key, value in metadata.items()}

    @classmethod
    def of(cls, folder: Path) -> "Decisions":
        """Open the journal of a run's folder."""
        for name in (SEALED, LOG):
            if (folder / name).is_file():
                return cls(folder / name)
        raise JournalFileError(f"{folder} has no {SEALED}", "name the folder of a run")

    def batches(
        self, where: Where | None = None, names: Sequence[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Yield the decisions that are wanted, with some of the columns or with all."""
        where = where or Where()
        self._check(where, names or ())
        wanted = list(names) if names is not None else self.schema.names
        needed = list(dict.fromkeys([*wanted, *_asked(where)]))
        for batch in self._parts(where, needed):
            mask = _mask(batch, where)
            found = batch if mask is None else batch.filter(mask)
            if found.num_rows:
                yield found.select(wanted)

    def table(self, where: Where | None = None, names: Sequence[str] | None = None) -> pa.Table:
        """Return the decisions that are wanted, with some of the columns or with all."""
        self._check(where or Where(), names or ())
        fields = [self.schema.field(name) for name in (self.schema.names if names is None else names)]
        return pa.Table.from_batches(
            self.batches(where, names), pa.schema(fields, self.schema.metadata)
        ).unify_dictionaries()

    def rows(self, where: Where | None = None) -> Iterator[Recorded]:
        """Yield the decisions that are wanted, one after the other."""
        for batch in self.batches(where):
            yield from map(self._recorded, _plain(batch))

    def one(self, number: int) -> Recorded:
        """Return a decision by its id; of one that is not there, say which are near and why that may be."""
        found = next(self.rows(Where(id=number)), None)
        if found is not None:
            return found
        below, above = self.neighbours(number)
        near = [str(one) for one in (below, above) if one is not None]
        told = f"; the nearest {'are' if len(near) == 2 else 'is'} {' and '.join(near)}" if near else ""
        raise JournalError(f"{self.path} has no decision {number}{told}", self._why(below, above))

    def neighbours(self, number: int) -> tuple[int | None, int | None]:
        """Return the nearest ids below and above a number."""
        below = above = None
        for batch in self._parts(Where(), ["id"]):
            ids = batch["id"]
            under = pc.max(ids.filter(pc.less(ids, number))).as_py()
            over = pc.min(ids.filter(pc.greater(ids, number))).as_py()
            # Ids ascend through the file.
            below = below if under is None else under
            above = over if above is None else above
        return below, above

    def _why(self, below: int | None, above: int | None) -> str:
        if below is None and above is None:
            return "the run made no decision that was kept"
        if below is None:
            return "ids count from 1"
        if above is None:
            return f"{below} is the last one of the run"
        if self.keep == "changes":
            return (
                "the run has `journal: changes`: what a strategy decided was as the time before; "
                f"{below} may say what, and `journal: all` keeps everything"
            )
        return "the run keeps every decision: the file is damaged"

    def _check(self, where: Where, names: Sequence[str]) -> None:
        if where.strategy and where.strategy not in self.columns:
            raise JournalError(
                f"the run has no strategy '{where.strategy}'{did_you_mean(where.strategy, self.columns)}"
            )
        for name in names:
            if name not in self.schema.names:
                raise JournalError(
                    f"{self.path} has no column '{name}'{did_you_mean(name, self.schema.names)}"
                )

    def _parts(self, where: Where, names: list[str]) -> Iterator[pa.RecordBatch]:
        """Yield the file's columns in pieces; those that cannot hold what is wanted are not read."""
        if self._file is None:
            for batch in read_log(self.path):
                yield batch.select(names)
            return
        groups = [group for group in range(self._file.num_row_groups) if self._may_hold(group, where)]
        if groups:
            yield from self._file.iter_batches(row_groups=groups, columns=names)

    def _may_hold(self, group: int, where: Where) -> bool:
        assert self._file is not None  # noqa: S101 for the type checker
        numbers = self._file.metadata.row_group(group).column(0).statistics
        return where.id is None or numbers is None or numbers.min <= where.id <= numbers.max

    def _recorded(self, row: dict[str, Any]) -> Recorded:
        columns = self.columns[row["strategy"]]
        contributions = tuple(row[f"c.{name}"] for name in columns.features)
        decision = Decision(
            outcome=Outcome(row["outcome"]),
            values=tuple(row[f"v.{name}"] for name in columns.features),
            contributions=contributions if any(one is not None for one in contributions) else (),
            verdicts=tuple(row[f"ok.{name}"] for name in columns.rules),
            numbers=tuple(row[f"n.{name}"] for name in columns.rules),
            steps=tuple(row[f"s.{name}"] for name in columns.steps),
            ages=tuple(row[f"age.{name}"] for name in columns.inputs),
            **{name: row[name] for name in _PLAIN},
        )
        known = ("id", "ts", "strategy", "instrument_id", "cause", "price", "order_id")
        return Recorded(**{name: row[name] for name in known}, decision=decision)


_PLAIN = ("side", "reason", "size", "entry", "stop", "target", "score", "confidence", "tier", "until")
"""What a decision has in a column of the same name."""


def _opened(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from error


def _schema_of_log(path: Path) -> pa.Schema:
    try:
        with path.open("rb") as file:
            return pa.ipc.open_stream(file).schema
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> JournalFileError:
    return JournalFileError(f"{path} cannot be read: {error}", "make the run again")


def _asked(where: Where) -> Iterator[str]:
    """Yield the columns that tell whether a decision is wanted."""
    if where.outcomes:
        yield "outcome"
    if where.start is not None or where.end is not None:
        yield "ts"
    yield from (name for name in ("strategy", "instrument_id") if getattr(where, name))
    if where.id is not None:
        yield "id"


def _mask(batch: pa.RecordBatch, where: Where) -> pa.Array | None:
    """Return which rows are wanted; None for all."""
    masks = []
    if where.outcomes:
        wanted = pa.array(sorted(str(one) for one in where.outcomes))
        masks.append(pc.is_in(batch["outcome"].cast(pa.string()), wanted))
    words = {"strategy": where.strategy, "instrument_id": where.instrument_id}
    masks += [pc.equal(batch[name].cast(pa.string()), word) for name, word in words.items() if word]
    if where.id is not None:
        masks.append(pc.equal(batch["id"], where.id))
    if where.start is not None:
        masks.append(pc.greater_equal(batch["ts"].cast(pa.int64()), where.start))
    if where.end is not None:
        masks.append(pc.less(batch["ts"].cast(pa.int64()), where.end))
    return reduce(pc.and_, masks) if masks else None


def _plain(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    """Return rows with times as UTC ns."""
    place = batch.schema.get_field_index("ts")
    rows: list[dict[str, Any]] = batch.set_column(place, "ts", batch["ts"].cast(pa.int64())).to_pylist()
    return rows
