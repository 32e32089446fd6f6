"""The journal as it is written: one row an evaluation, numbers in tuples, no names on the way."""

from collections.abc import Iterable, Mapping
from math import isfinite
from pathlib import Path
from typing import Literal, SupportsFloat, SupportsIndex

import pyarrow as pa

from mia_plugins.errors import did_you_mean
from mia_plugins.journal.decision import Decision, JournalColumns, Outcome
from mia_plugins.journal.errors import JournalError
from mia_plugins.journal.schema import FIXED, decisions_schema, own_names, placing
from mia_plugins.journal.times import utc_text
from mia_plugins.runs.errors import RunError
from mia_plugins.runs.rows import RowLog

BATCH = 20_000
"""Rows that are written at a time."""
SIDES = (0, 1, -1)

_NO_CANDIDATE = Outcome.NONE
_TAKEN = Outcome.TAKEN
_NONE = (None,)
_TUPLES = ("values", "contributions", "verdicts", "numbers", "steps", "ages")
"""A decision's tuples in the order of the schema's groups."""
_CANNOT_BE_KEPT = (pa.ArrowException, TypeError, ValueError, OverflowError)

type Row = tuple[object, ...]


class Journal:
    """All decisions of a run, in one file; each strategy writes with a book of its own."""

    def __init__(
        self,
        path: Path,
        columns: Mapping[str, JournalColumns],
        keep: Literal["all", "changes"],
        metadata: Mapping[str, str],
    ) -> None:
        """`columns` are those of each strategy, by its id; `metadata` travel in the file's schema."""
        self.columns = dict(columns)
        self.changes_only = keep == "changes"
        self.schema = decisions_schema(columns, keep, metadata)
        self.next_id = 1
        """The number of the next evaluation in the run, whoever makes it."""
        self._rows: list[Row] = []
        self._log = RowLog(path, self.schema, BATCH)

    def book(self, strategy_id: str) -> "DecisionBook":
        """Return a strategy's hand on the journal."""
        if strategy_id not in self.columns:
            raise JournalError(
                f"the journal has no columns for the strategy '{strategy_id}'"
                f"{did_you_mean(strategy_id, self.columns)}",
                "name its columns before the run starts",
            )
        return DecisionBook(self, strategy_id)

    def add(self, row: Row) -> None:
        """Take a whole row, in the order of the schema; it is written with those around it."""
        rows = self._rows
        rows.append(row)
        if len(rows) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what is pending, so that it outlives this process."""
        rows, self._rows = self._rows, []
        try:
            self._log.extend(rows)
        except RunError as error:
            raise _fault_in(rows, self.schema, error) from error

    def secure(self) -> None:
        """Have what is pending outlive this process, before it is written with those around it."""
        try:
            self._log.secure(self._rows)
        except RunError as error:
            raise _fault_in(self._rows, self.schema, error) from error

    def close(self) -> None:
        """Write what is pending and close the file, also when it cannot be written."""
        try:
            self.flush()
        finally:
            self._log.close()


class DecisionBook:
    """One strategy's hand on the journal."""

    def __init__(self, journal: Journal, strategy_id: str) -> None:
        """Made by `Journal.book`."""
        columns = journal.columns[strategy_id]
        features, rules = len(columns.features), len(columns.rules)
        self._journal = journal
        self._strategy_id = strategy_id
        self._columns = columns
        self._lengths = (features, features, rules, rules, len(columns.steps), len(columns.inputs))
        self._unknown = (None,) * features
        self._place = placing(columns, journal.schema)
        self._before: dict[str, tuple[object, ...]] = {}

    @property
    def columns(self) -> JournalColumns:
        """The names of what each record holds."""
        return self._columns

    @property
    def next_id(self) -> int:
        """The id that the next record gets; order ids are made of it before it is recorded."""
        return self._journal.next_id

    def record(  # noqa: PLR0913, PLR0917 the interface of the journal: each is a column
        self,
        ts: int,
        instrument_id: str,
        cause: str,
        decision: Decision,
        order_id: str | None,
        price: int | None = None,
    ) -> int:
        """Keep a decision made at `ts` (UTC ns) and return its id; `price` is in ticks.

        With `journal: changes` it is kept when it differs from the one before, and when it was taken; one
        that is not kept is not looked at further.
        """
        journal, d = self._journal, decision
        number = journal.next_id
        outcome = d.outcome
        if journal.changes_only and outcome.__class__ is Outcome:
            judged: tuple[object, ...] = (d.side, outcome, d.reason, d.size, d.tier)
            if outcome is not _NO_CANDIDATE:
                judged += (d.entry, d.stop, d.target)  # each bracket has an outcome of its own
            if outcome != _TAKEN and self._before.get(instrument_id) == judged:
                journal.next_id = number + 1
                return number
            self._before[instrument_id] = judged
        contributions = d.contributions or self._unknown
        ours = (*d.values, *contributions, *d.verdicts, *d.numbers, *d.steps, *d.ages)
        lengths = (
            len(d.values), len(contributions), len(d.verdicts), len(d.numbers), len(d.steps), len(d.ages),
        )  # fmt: skip
        if (
            lengths != self._lengths
            or d.side not in SIDES
            or outcome.__class__ is not Outcome
            or (outcome is _TAKEN and not (d.side and d.size > 0 and order_id))
            or not _is_sound(ours, ts, price, d)
        ):
            self._refuse(number, ts, price, decision, order_id)
        journal.next_id = number + 1
        row = (
            number, ts, self._strategy_id, instrument_id, cause, d.side, outcome, d.reason, d.size, price,
            d.entry, d.stop, d.target, d.score, d.confidence, d.tier, d.until, order_id, *ours,
        )  # fmt: skip
        journal.add(row if self._place is None else self._place(row + _NONE))
        return number

    def _refuse(
        self, number: int, ts: int, price: int | None, decision: Decision, order_id: str | None
    ) -> None:
        """Raise with all that is wrong with a decision."""
        faults = [
            *self._wrong_lengths(decision),
            *_contradictions(decision, order_id),
            *_not_whole(ts, price, decision),
            *self._no_numbers(decision),
        ]
        where = f"decision {number} of the strategy '{self._strategy_id}' at {_when(ts)}"
        raise JournalError(
            f"{where}: {'; '.join(faults)}",
            "give each feature, rule, step and input of the strategy's columns its entry, in their order; "
            "None stands for what is not known",
        )

    def _wrong_lengths(self, decision: Decision) -> Iterable[str]:
        kinds = ("features", "features", "rules", "rules", "steps", "inputs")
        for name, kind, expected in zip(_TUPLES, kinds, self._lengths, strict=True):
            found = len(getattr(decision, name))
            if found != expected and (found or name != "contributions"):
                yield f"{found} {name} for {expected} {kind} ({', '.join(getattr(self._columns, kind))})"

    def _no_numbers(self, decision: Decision) -> Iterable[str]:
        for name, value in (("score", decision.score), ("confidence", decision.confidence)):
            if not _is_finite(value):
                yield f"{name} is {value!r}"
        ours = tuple(entry for name in _TUPLES for entry in getattr(decision, name))
        names = own_names(self._columns)
        if not decision.contributions:
            names = [name for name in names if not name.startswith("c.")]
        for name, entry in zip(names, ours, strict=False):
            if not _is_finite(entry):
                yield f"{name} is {entry!r}, no finite number"


def _contradictions(decision: Decision, order_id: str | None) -> Iterable[str]:
    if decision.side not in SIDES:
        yield f"side is {decision.side!r}; +1, -1 or 0 was expected"
    if decision.outcome.__class__ is not Outcome:
        yield f"outcome is {decision.outcome!r}; one of Outcome's was expected"
    if decision.outcome == _TAKEN:
        needed = (("a side", decision.side), ("a size", decision.size > 0), ("an order id", order_id))
        missing = [name for name, there in needed if not there]
        if missing:
            yield f"it is taken without {' and '.join(missing)}"


def _not_whole(ts: int, price: int | None, decision: Decision) -> Iterable[str]:
    d = decision
    for name, value in (
        ("ts", ts),
        ("size", d.size),
        ("price", price),
        ("entry", d.entry),
        ("stop", d.stop),
        ("target", d.target),
        ("until", d.until),
    ):
        if value is not None and not isinstance(value, SupportsIndex):
            yield f"{name} is {value!r}, no whole number"


def _is_sound(ours: Row, ts: int, price: int | None, d: Decision) -> bool:
    """Say whether numbers are finite or None, and whole where they must be, in the cheapest way there is.

    A sum is no number when one of its terms is not, and only whole numbers have bits.
    """
    try:
        total: float = sum(filter(None, ours), (d.score or 0.0) + (d.confidence or 0.0))  # type: ignore[type-var, assignment]
        _ = (
            ts
            | d.size
            | (price or 0)
            | (d.entry or 0)
            | (d.stop or 0)
            | (d.target or 0)
            | (d.until or 0)
            | (d.entry_until or 0)
        )
    except TypeError:
        return False
    # Finite numbers can be too large for their sum.
    return total - total == 0 or all(map(_is_finite, (*ours, d.score, d.confidence)))


def _is_finite(number: object) -> bool:
    return number is None or (isinstance(number, SupportsFloat) and isfinite(number))


def _fault_in(rows: list[Row], schema: pa.Schema, error: Exception) -> JournalError:
    """Return the error that names the first row and column that Arrow cannot take."""
    for row in rows:
        for field, value in zip(schema, row, strict=True):
            type_ = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
            try:
                pa.array([value], type_)
            except _CANNOT_BE_KEPT:
                number, ts, strategy = row[:3]
                return JournalError(
                    f"decision {number} of the strategy '{strategy}' at {_when(ts)}: "
                    f"{field.name} is {value!r}; {type_} was expected",
                    "correct what the strategy puts there",
                )
    return JournalError(f"decisions cannot be written: {error}", "see the traceback (-v)")


def _when(ts: object) -> str:
    return utc_text(ts.__index__()) if isinstance(ts, SupportsIndex) else repr(ts)


assert len(FIXED) == 18, "DecisionBook.record makes the fixed columns by hand"  # noqa: S101
