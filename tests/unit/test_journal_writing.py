"""The journal's columns, what a strategy writes into them, and what is refused."""

from dataclasses import replace
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from mia_plugins.journal.decision import Decision, JournalColumns, Outcome
from mia_plugins.journal.errors import JournalError
from mia_plugins.journal.schema import SHADOWS, columns_in, decisions_schema
from mia_plugins.journal.writer import BATCH, Journal
from mia_plugins.runs.rows import read_log
from mia_plugins.units import UNITS

TS = 1_780_321_500_000_000_001
ES = "ESU6.XCME"
COLUMNS = JournalColumns(("trend", "flow"), (0.6, 0.4), ("cooldown",), ("base", "vix_cap"), ("bars",))
OTHER = JournalColumns(("flow", "gap"), (), ("cooldown", "roll"))
NONE = Decision(
    values=(1.0, None), contributions=(0.6, None), verdicts=(True,), numbers=(3,), steps=(2, 1), ages=(0.5,)
)
TAKEN = replace(NONE, side=1, outcome=Outcome.TAKEN, size=1, stop=23_990, target=24_020, score=0.6)


def journal(keep: Any = "all", **columns: JournalColumns) -> Journal:
    return Journal(Path("decisions.arrows"), columns or {"one": COLUMNS}, keep, {"settings_hash": "a1b2"})


def written(made: Journal) -> list[dict[str, Any]]:
    made.close()
    return [row for batch in read_log(Path("decisions.arrows")) for row in batch.to_pylist()]


def test_every_column_says_what_it_means_and_in_which_unit() -> None:
    units = {unit for _, unit in UNITS} | {""}
    for schema in (decisions_schema({"one": COLUMNS}, "all", {}), SHADOWS):
        for field in schema:
            assert field.metadata[b"help"]
            assert field.metadata[b"unit"].decode() in units
    schema = decisions_schema({"one": COLUMNS}, "all", {"settings_hash": "a1b2"})
    assert schema.metadata[b"settings_hash"] == b"a1b2"
    assert schema.field("stop").metadata[b"unit"] == b"ticks"
    assert schema.field("age.bars").metadata[b"unit"] == b"s"


def test_a_schema_is_the_union_of_its_strategies_in_whatever_order() -> None:
    there, back = {"one": COLUMNS, "two": OTHER}, {"two": OTHER, "one": COLUMNS}
    schema = decisions_schema(there, "all", {})
    assert schema.names[18:] == [
        "v.trend",
        "v.flow",
        "v.gap",
        "c.trend",
        "c.flow",
        "c.gap",
        "ok.cooldown",
        "ok.roll",
        "n.cooldown",
        "n.roll",
        "s.base",
        "s.vix_cap",
        "age.bars",
    ]
    assert schema.equals(decisions_schema(back, "all", {}), check_metadata=True)
    assert columns_in(schema) == there


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        ({"features": ("a", "b", "a")}, "the features of a journal hold 'a' more than once"),
        ({"rules": ("Blind Spot",)}, "'Blind Spot' cannot stand among the rules of a journal; did you mean 'blind_spot'?"),
        ({"inputs": ("a\n",)}, "cannot stand among the inputs"),
        ({"steps": ("",)}, "'' cannot stand among the steps of a journal"),
        ({"features": ("a", "b"), "weights": (1.0,)}, "1 weights for 2 features"),
        ({"features": ("a",), "weights": (nan,)}, "the weight of the feature 'a' is nan"),
    ],
)  # fmt: skip
def test_columns_that_cannot_be_are_refused(kinds: dict[str, Any], told: str) -> None:
    with pytest.raises(JournalError) as caught:
        JournalColumns(**kinds)
    assert told in caught.value.what


def test_a_row_holds_what_was_decided_under_the_names_of_its_strategy() -> None:
    made = journal(one=COLUMNS, two=OTHER)
    assert made.book("one").record(TS, ES, "bar", TAKEN, "one-1", 24_000) == 1
    other = Decision(
        -1, Outcome.BLOCKED, "roll", values=(0.5, 2.0), verdicts=(None, False), numbers=(None, 8)
    )
    assert made.book("two").record(TS + 1, "NQU6.XCME", "trigger", other, None) == 2
    one, two = written(made)
    assert {name: value for name, value in one.items() if value is not None} == {
        "id": 1, "ts": pa.scalar(TS, pa.timestamp("ns", "UTC")).as_py(), "strategy": "one", "instrument_id": ES, "cause": "bar", "side": 1,
        "outcome": "taken", "reason": "", "size": 1, "price": 24_000, "stop": 23_990, "target": 24_020, "score": 0.6,
        "tier": "", "order_id": "one-1", "v.trend": 1.0, "c.trend": 0.6, "ok.cooldown": True, "n.cooldown": 3.0,
        "s.base": 2.0, "s.vix_cap": 1.0, "age.bars": 0.5,
    }  # fmt: skip
    own = {"v.flow": 0.5, "v.gap": 2.0, "ok.roll": False, "n.roll": 8.0}
    named = {name: value for name, value in two.items() if "." in name and value is not None}
    assert named == own
    assert two["order_id"] is None


def test_ids_count_evaluations_of_all_strategies_also_those_that_are_not_kept() -> None:
    kept = {}
    for keep in ("all", "changes"):
        made = journal(keep, one=COLUMNS, two=COLUMNS)
        one, two = made.book("one"), made.book("two")
        for book, decision, order_id in (
            (one, NONE, None),
            (two, NONE, None),
            (one, NONE, None),
            (one, replace(NONE, values=(9.0, 9.0)), None),
            (one, TAKEN, "a"),
            (one, TAKEN, "b"),
            (one, replace(TAKEN, outcome=Outcome.BLOCKED, reason="cooldown"), None),
            (one, replace(TAKEN, outcome=Outcome.BLOCKED, reason="roll"), None),
            (one, replace(TAKEN, outcome=Outcome.BLOCKED, reason="roll", score=0.1), None),
            (two, NONE, None),
        ):
            before = book.next_id
            assert book.record(TS, ES, "bar", decision, order_id) == before
        assert one.record(TS, "NQU6.XCME", "bar", NONE, None) == 11
        kept[keep] = written(made)
    assert [row["id"] for row in kept["all"]] == list(range(1, 12))
    assert [row["id"] for row in kept["changes"]] == [1, 2, 5, 6, 7, 8, 11]
    assert [row for row in kept["all"] if row["id"] in {1, 2, 5, 6, 7, 8, 11}] == kept["changes"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"values": (1.0,)}, "1 values for 2 features (trend, flow)"),
        ({"values": ()}, "0 values for 2 features"),
        ({"contributions": (1.0,)}, "1 contributions for 2 features"),
        ({"verdicts": ()}, "0 verdicts for 1 rules (cooldown)"),
        ({"numbers": (1, 2)}, "2 numbers for 1 rules"),
        ({"steps": (1,)}, "1 steps for 2 steps (base, vix_cap)"),
        ({"ages": (), "steps": (1, 1, 1)}, "3 steps for 2 steps (base, vix_cap); 0 ages for 1 inputs (bars)"),
        ({"values": (1.0, nan)}, "v.flow is nan, no finite number"),
        ({"values": (inf, -inf)}, "v.trend is inf, no finite number; v.flow is -inf, no finite number"),
        ({"contributions": (), "ages": (nan,)}, "age.bars is nan"),
        ({"numbers": (inf,)}, "n.cooldown is inf"),
        ({"steps": (1, "two")}, "s.vix_cap is 'two', no finite number"),
        ({"score": nan}, "score is nan"),
        ({"confidence": -inf}, "confidence is -inf"),
        ({"target": 24_020.5}, "target is 24020.5, no whole number"),
        ({"stop": 23_990.5}, "stop is 23990.5, no whole number"),
        ({"target": nan, "size": 1.5}, "size is 1.5, no whole number; target is nan, no whole number"),
        ({"side": 2}, "side is 2; +1, -1 or 0 was expected"),
        ({"outcome": "taken"}, "outcome is 'taken'; one of Outcome's was expected"),
        ({"side": 0}, "it is taken without a side"),
        ({"size": 0}, "it is taken without a size"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("keep", ["all", "changes"])
def test_a_decision_that_cannot_be_is_refused_at_once(change: dict[str, Any], told: str, keep: str) -> None:
    made = journal(keep)
    book = made.book("one")
    book.record(TS, ES, "bar", TAKEN, "one-1")
    with pytest.raises(JournalError) as caught:
        book.record(TS + 9, ES, "bar", replace(TAKEN, **change), "one-2")
    where = "decision 2 of the strategy 'one' at 2026-06-01 13:45:00.000000010 UTC: "
    assert caught.value.what.startswith(f"{where}{told}")
    assert book.next_id == 2
    assert [row["id"] for row in written(made)] == [1]


def test_whole_numbers_may_come_from_an_array() -> None:
    made = journal()
    decision = replace(TAKEN, stop=np.int64(5), size=np.int64(1), values=(np.float64(1), np.float32(0.5)))  # type: ignore[arg-type]
    made.book("one").record(TS, ES, "bar", decision, "x", np.int64(7))  # type: ignore[arg-type]
    (row,) = written(made)
    assert (row["stop"], row["size"], row["price"], row["v.flow"]) == (5, 1, 7, 0.5)


def test_a_price_between_two_ticks_is_refused() -> None:
    made = journal()
    with pytest.raises(JournalError, match=r"price is 24000\.5, no whole number"):
        made.book("one").record(TS, ES, "bar", NONE, None, 24_000.5)  # type: ignore[arg-type]
    made.close()


def test_a_taken_decision_needs_an_order() -> None:
    made = journal()
    with pytest.raises(JournalError, match="it is taken without an order id"):
        made.book("one").record(TS, ES, "bar", TAKEN, None)
    made.close()


def test_large_finite_numbers_are_no_fault() -> None:
    made = journal()
    made.book("one").record(TS, ES, "bar", replace(NONE, values=(1.7e308, 1.7e308)), None)
    assert written(made)[0]["v.flow"] == 1.7e308


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"size": 2**31}, "size is 2147483648; int32 was expected"),
        ({"verdicts": (0.7,)}, "ok.cooldown is 0.7; bool was expected"),
        ({"reason": 7}, "reason is 7; string was expected"),
    ],
)
def test_what_arrow_cannot_take_is_named_with_its_row(change: dict[str, Any], told: str) -> None:
    made = journal()
    book = made.book("one")
    book.record(TS, ES, "bar", NONE, None)
    book.record(TS, ES, "bar", replace(TAKEN, **change), "x")
    with pytest.raises(JournalError) as caught:
        made.close()
    assert (
        caught.value.what == f"decision 2 of the strategy 'one' at 2026-06-01 13:45:00.000000001 UTC: {told}"
    )


def test_what_was_written_before_a_fault_stays_readable() -> None:
    made = journal()
    book = made.book("one")
    for _ in range(BATCH + 1):
        book.record(TS, ES, "bar", NONE, None)
    book.record(
        TS,
        ES,
        "bar",
        replace(NONE, reason=7),  # type: ignore[arg-type]
        None,
    )
    with pytest.raises(JournalError, match=f"decision {BATCH + 2} "):
        made.flush()
    assert len(written(made)) == BATCH


def test_a_flushed_row_is_on_disk_before_the_journal_is_closed() -> None:
    made = journal()
    made.book("one").record(TS, ES, "bar", NONE, None)
    made.flush()
    assert [batch.num_rows for batch in read_log(Path("decisions.arrows"))] == [1]
    made.close()


def test_a_strategy_without_columns_is_told_so() -> None:
    made = journal()
    with pytest.raises(JournalError, match="no columns for the strategy 'oen'; did you mean 'one'"):
        made.book("oen")
    made.close()
    with pytest.raises(JournalError, match=r"the metadata 'mia\.keep' are the journal's own"):
        decisions_schema({}, "all", {"mia.keep": "x"})
