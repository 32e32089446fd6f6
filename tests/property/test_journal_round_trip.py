"""What a strategy decided is what is read, from the log as from the sealed file, and filters choose rightly."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mia_plugins.journal.decision import Decision, JournalColumns, Outcome
from mia_plugins.journal.reader import Decisions, Recorded, Where
from mia_plugins.journal.writer import Journal
from mia_plugins.runs.rows import seal

COLUMNS = {
    "one": JournalColumns(("a", "b"), (0.5, 2.0), ("r",), ("s",), ("i",)),
    "two": JournalColumns(("b", "c"), (), ("r", "q")),
    "bare": JournalColumns(),
}
INSTRUMENTS = ("ESU6.XCME", "NQU6.XCME")
NUMBER = st.none() | st.floats(allow_nan=False, allow_infinity=False)
TICKS = st.none() | st.integers(-100_000, 100_000)


@st.composite
def records(draw: st.DrawFn) -> tuple[Any, ...]:
    """Return what `DecisionBook.record` takes, a strategy's name before it."""
    strategy = draw(st.sampled_from(sorted(COLUMNS)))
    columns = COLUMNS[strategy]

    def many(names: tuple[str, ...], what: Any = NUMBER) -> Any:
        return st.tuples(*[what] * len(names))

    outcome = draw(st.sampled_from(list(Outcome)))
    taken = outcome is Outcome.TAKEN
    decision = Decision(
        draw(st.sampled_from([1, -1] if taken else [0, 1, -1])),
        outcome,
        draw(st.sampled_from(["", "cooldown", "blind spot ≤ 5 t"])),
        draw(st.integers(1 if taken else 0, 9)),
        draw(TICKS),
        draw(TICKS),
        draw(NUMBER),
        draw(NUMBER),
        draw(st.sampled_from(["", "GOOD"])),
        draw(many(columns.features)),
        draw(st.just(()) | many(columns.features)),
        draw(many(columns.rules, st.none() | st.booleans())),
        draw(many(columns.rules)),
        draw(many(columns.steps)),
        draw(many(columns.inputs)),
    )
    if all(one is None for one in decision.contributions):
        decision.contributions = ()
    ts = draw(st.integers(0, 10)) + 1_780_321_500_000_000_000
    cause = draw(st.sampled_from(["bar", "trigger", "order"]))
    order_id = draw(st.text("abc-", min_size=1)) if taken else None
    return strategy, ts, draw(st.sampled_from(INSTRUMENTS)), cause, decision, order_id, draw(TICKS)


def kept(folder: Path, made: list[tuple[Any, ...]]) -> list[Recorded]:
    """Write decisions and return what should be read."""
    journal = Journal(folder / "decisions.arrows", COLUMNS, "all", {})
    books = {name: journal.book(name) for name in COLUMNS}
    for strategy, *rest in made:
        books[strategy].record(*rest)
        if rest[0] % 3 == 0:
            journal.flush()
    journal.close()
    return [
        Recorded(number, ts, strategy, instrument_id, cause, price, order_id, decision)
        for number, (strategy, ts, instrument_id, cause, decision, order_id, price) in enumerate(made, 1)
    ]


@settings(deadline=None, max_examples=60)
@given(st.lists(records(), max_size=25))
def test_what_was_decided_is_what_is_read(made: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        expected = kept(folder, made)
        assert list(Decisions.of(folder).rows()) == expected
        seal(folder / "decisions.arrows", folder / "decisions.parquet", row_group=7)
        decisions = Decisions.of(folder)
        assert list(decisions.rows()) == expected
        assert decisions.columns == COLUMNS
        assert [decisions.one(one.id) for one in expected] == expected
        ids = [one.id for one in expected if one.strategy == "two"]
        assert decisions.table(Where(strategy="two"), ["id"])["id"].to_pylist() == ids


def chosen(row: Recorded, where: Where) -> bool:
    """Say in plain words whether a decision is wanted."""
    return (
        (not where.outcomes or row.decision.outcome in where.outcomes)
        and where.strategy in ("", row.strategy)
        and where.instrument_id in ("", row.instrument_id)
        and (where.start is None or row.ts >= where.start)
        and (where.end is None or row.ts < where.end)
    )


@pytest.mark.parametrize("sealed", [False, True])
@settings(deadline=None, max_examples=40)
@given(
    st.lists(records(), max_size=25),
    st.frozensets(st.sampled_from(list(Outcome)), max_size=2),
    st.just("") | st.sampled_from(sorted(COLUMNS)),
    st.just("") | st.sampled_from(INSTRUMENTS),
    st.none() | st.integers(0, 10),
    st.none() | st.integers(0, 10),
)
def test_filters_choose_what_they_say(  # noqa: PLR0913, PLR0917 each is drawn
    sealed: bool, made: list[tuple[Any, ...]], outcomes: frozenset[Outcome], strategy: str,
    instrument_id: str, start: int | None, end: int | None,
) -> None:  # fmt: skip
    base = 1_780_321_500_000_000_000
    bounds = [None if one is None else one + base for one in (start, end)]
    where = Where(outcomes, strategy, instrument_id, *bounds)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        expected = [row for row in kept(folder, made) if chosen(row, where)]
        if sealed:
            seal(folder / "decisions.arrows", folder / "decisions.parquet", row_group=7)
        assert list(Decisions.of(folder).rows(where)) == expected
