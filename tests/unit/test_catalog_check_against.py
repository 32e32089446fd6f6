"""`check` holds one thing against another: bars against trades, files against the manifest and their path."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.checks import Problem, ProblemKind
from catalog.checks.jumps import Jumps
from mia_plugins.data.arrow import Kind, times_of
from mia_plugins.data.bars import MINUTE, bars_of
from mia_plugins.data.columns import Bars, Trades, rows_of
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.files import Files
from mia_plugins.data.layout import MANIFEST
from mia_plugins.data.rough_prices import product_code
from mia_plugins.data.sessions import NS
from mia_plugins.data.store import Store
from tests.market import DAY, ID, NEXT_DAY, ORIGIN, some_trades, some_vix, sound_store
from tests.unit.test_catalog_checks import at, found, kinds, rewrite, store_of, the_file, with_column

TRADES = some_trades()
BARS = bars_of(TRADES)


def test_bars_that_are_what_the_trades_make_are_no_problem() -> None:
    assert found(store_of(TRADES, BARS)) == []


def without(bars: Bars, row: int) -> Bars:
    return rows_of(bars, np.arange(len(bars)) != row)


WRONG: dict[str, tuple[Bars, str]] = {
    "volume": (replace(BARS, lots=at(BARS.lots, 700, 1_000_000)), "volume 1000000 contracts, of the trades"),
    "open": (replace(BARS, open=at(BARS.open, 2, BARS.low[2])), "open "),
    "high": (replace(BARS, high=at(BARS.high, 700, BARS.high[700] + 3)), "high "),
    "low": (replace(BARS, low=at(BARS.low, 700, BARS.low[700] - 3)), "low "),
    "close": (replace(BARS, close=at(BARS.close, 2, BARS.high[2])), "close "),
    "none": (without(BARS, 700), "there is none, and there are trades"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_bars_that_the_trades_do_not_make_are_found(wrong: str) -> None:
    bars, told = WRONG[wrong]
    (problem,) = found(store_of(TRADES, bars))
    assert problem.kind is ProblemKind.BARS_DIFFER
    assert problem.where.startswith(f"data/bars/{ID}-1-MINUTE-LAST-EXTERNAL/")
    assert told in problem.what


def test_one_wrong_bar_is_told_with_its_time() -> None:
    (problem,) = found(store_of(TRADES, WRONG["volume"][0]))
    assert problem.count == 1
    assert problem.what.startswith(
        "1 bars are not what the trades of their minute make; the first closes at 2026-06-01 05:41:00 New York: "
    )


def test_a_bar_of_a_minute_without_trades_is_found() -> None:
    quiet = TRADES.ts // MINUTE != BARS.ts[700] // MINUTE - 1
    (problem,) = found(store_of(rows_of(TRADES, quiet), BARS))
    assert (problem.kind, problem.count) == (ProblemKind.BARS_DIFFER, 1)
    assert "there are no trades" in problem.what


def test_bars_alone_are_held_against_nothing() -> None:
    assert found(store_of(replace(BARS, lots=BARS.lots + 1))) == []


def test_a_minute_that_two_files_of_trades_share_is_no_fault() -> None:
    """Nautilus writes a file a call; where one ends, the minute goes on in the next."""
    store = sound_store("cat", with_data=False)
    middle = int(np.flatnonzero(np.diff(TRADES.ts // MINUTE) == 0)[300]) + 1
    for day, part in ((DAY, slice(middle)), (NEXT_DAY, slice(middle, None))):
        with store.draft(day) as draft:
            draft.write(ID, rows_of(TRADES, part))
            if day == DAY:
                draft.write(ID, BARS)
        store.publish(day)
    assert found(store) == []


def test_trades_in_disorder_are_told_and_their_bars_are_not_judged() -> None:
    back = at(TRADES.ts, slice(500, 503), TRADES.ts[500:503][::-1])
    assert kinds(store_of(replace(TRADES, ts=back), WRONG["volume"][0])) == {ProblemKind.DISORDER}


@pytest.mark.parametrize("word", ["BUYER", "", "buy"])
def test_an_aggressor_that_is_none_is_found_and_never_read(word: str) -> None:
    store = store_of(TRADES)

    def change(table: pa.Table) -> pa.Table:
        words = table["aggressor_side"].to_pylist()
        words[5:8] = [word] * 3
        return with_column(
            table, "aggressor_side", pa.array(words).cast(table.schema.field("aggressor_side").type)
        )

    rewrite(the_file(store), change)
    (problem,) = found(store)
    assert (problem.kind, problem.count) == (ProblemKind.SIDE, 3)
    with pytest.raises(CatalogError, match=f"aggressor_side {word} is none of SELL, NO_AGGRESSOR, BUY"):
        list(store.read(Kind.TRADES, ID))


def planted(columns: Trades, faults: dict[str, list[int]]) -> Trades:
    """Return trades with faults at some rows; repetitions come last, since they move the rows after them."""
    ts, ticks, side = columns.ts.copy(), columns.ticks.copy(), columns.side
    ticks[faults["power"]] *= 10
    ticks[faults["jump"]] *= 2
    ticks[faults["zero"]] = 0
    for row in faults["disorder"]:
        ts[row] -= 3_600 * NS
    return Trades(ts, ticks, columns.lots, side)


ROWS = st.lists(st.integers(0, 59), max_size=4, unique=True)


@settings(max_examples=60, deadline=None)
@given(
    faults=st.fixed_dictionaries(dict.fromkeys(("power", "jump", "zero", "disorder"), ROWS)),
    repeated=st.lists(st.integers(0, 59), max_size=8),
    together=st.sampled_from([1, 2, 7, 60]),
    row_group=st.integers(1, 12),
    seed=st.integers(0, 9),
)
def test_the_same_is_found_however_the_rows_are_grouped(
    faults: dict[str, list[int]],
    repeated: list[int],
    together: int,
    row_group: int,
    seed: int,
) -> None:
    """Times that many rows share let repetitions lie in any row group of several, in any order."""
    trades = planted(some_trades(count=60), faults)
    trades = replace(trades, ts=trades.ts[np.arange(60) // together * together])
    store = Store.begin(Files(tempfile.mkdtemp(dir=".")), ORIGIN)
    with store.draft(DAY) as draft:
        draft.write(ID, trades, in_order=False)
        draft.write(ID, BARS)
    store.publish(DAY)
    rows = np.concatenate((np.arange(60), np.array(repeated, np.int64)))
    instant = np.cumsum(np.diff(trades.ts, prepend=0) != 0)[rows]
    rows = rows[np.lexsort((np.random.default_rng(seed).permutation(len(rows)), instant))]
    rewrite(the_file(store), lambda table: table.take(rows))
    expected = told(found(store))
    table = pq.read_table(the_file(store))
    pq.write_table(table, the_file(store), row_group_size=row_group, use_compliant_nested_type=False)
    assert told(found(store)) == expected


def told(problems: list[Problem]) -> list[tuple[str, str, int]]:
    return [(problem.kind, problem.what, problem.count) for problem in problems]


def test_repetitions_are_counted_once_however_often_their_time_comes_back() -> None:
    """Three rows of one time, the first of them again in the next row group and in the one after."""
    store = store_of(replace(TRADES, ts=at(TRADES.ts, slice(10, 13), TRADES.ts[10])))
    table = pq.read_table(the_file(store))
    rows = [*range(13), 10, 11, 10, *range(13, len(table))]
    pq.write_table(table.take(rows), the_file(store), row_group_size=13, use_compliant_nested_type=False)
    by_kind = {problem.kind: problem.count for problem in found(store)}
    assert by_kind == {ProblemKind.DUPLICATES: 3, ProblemKind.ROWS: 1}


@pytest.fixture
def vix() -> tuple[Store, Path]:
    store = sound_store("cat", with_data=False)
    with store.draft(DAY) as draft:
        draft.write_table("vix", some_vix())
    store.publish(DAY)
    return store, Path("cat/mia/vix/2026-06-01.parquet")


CHANGES: dict[str, tuple[Callable[[pa.Table], pa.Table], ProblemKind, str]] = {
    "reversed": (
        lambda table: table.take(np.arange(99, -1, -1)),
        ProblemKind.DISORDER,
        "99 rows have a ts_event before that of the row above",
    ),
    "short": (lambda table: table.slice(0, 99), ProblemKind.ROWS, f"99 rows; {MANIFEST} says 100"),
    "changed": (
        lambda table: with_column(table, "value", pa.array(np.linspace(15, 20.01, 100))),
        ProblemKind.CHANGED,
        "its bytes are not those that were written",
    ),
    "known early": (
        lambda table: with_column(table, "ts_event", pa.array(times_of(table["ts_event"].combine_chunks()) + 1).cast(table["ts_event"].type)),
        ProblemKind.EARLY,
        "100 rows have ts_init before ts_event",
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_table_of_ours_that_was_changed_is_found(vix: tuple[Store, Path], change: str) -> None:
    (store, path), (changed, kind, what) = vix, CHANGES[change]
    assert found(store) == []
    rewrite(path, changed)
    (problem,) = found(store)
    assert (problem.kind, problem.where) == (kind, "mia/vix/2026-06-01.parquet")
    assert what in problem.what


def test_market_data_that_were_changed_in_a_way_no_other_check_sees_are_found() -> None:
    store = store_of(TRADES)
    rewrite(
        the_file(store),
        lambda table: with_column(table, "size", pa.array([1] * 2_000).cast(table["size"].type)),
    )
    (problem,) = found(store)
    assert problem.kind is ProblemKind.CHANGED


def test_a_table_that_the_manifest_does_not_list_is_found(vix: tuple[Store, Path]) -> None:
    store, path = vix
    (path.parent / "2026-06-02.parquet").write_bytes(path.read_bytes())
    (problem,) = found(store)
    assert (problem.kind, problem.where) == (ProblemKind.UNRECORDED, "mia/vix/2026-06-02.parquet")


def test_tables_without_a_manifest_are_found(vix: tuple[Store, Path]) -> None:
    store, _ = vix
    (Path("cat") / MANIFEST).unlink()
    (problem,) = found(store)
    assert (problem.kind, problem.where) == (ProblemKind.NO_MANIFEST, MANIFEST)


def jumps(prices: list[float], *, seconds: int = 1, has_limits: bool = True) -> int:
    """Return how many of some prices, that far apart, are told; each comes in a piece of its own."""
    found = Jumps(has_limits=has_limits)
    for row, price in enumerate(prices):
        found.add(0, np.array([row * seconds * NS]), np.array([price]))
    return sum(count for _, count in found.told())


@pytest.mark.parametrize(
    ("prices", "options", "count"),
    [
        ([6_000, 6_590, 6_000], {}, 0),
        ([6_000, 6_610, 6_000], {}, 2),
        ([6_000, 12_000, 12_000, 12_000], {}, 1),
        ([6_000, 12_000], {"seconds": 4 * 86_400}, 1),
        ([6_000, 12_000], {"seconds": 4 * 86_400 + 1}, 0),
        ([100, 180, 100], {"has_limits": False}, 0),
        ([100, 200, 100], {"has_limits": False}, 2),
        ([12_000, 12_000], {}, 0),
    ],
)
def test_how_far_a_price_may_be_from_the_one_before(
    prices: list[float], options: dict[str, Any], count: int
) -> None:
    assert jumps(prices, **options) == count


def test_a_day_at_twice_the_level_of_the_day_before_is_found() -> None:
    store = sound_store("cat", DAY)
    trades = some_trades(NEXT_DAY)
    with store.draft(NEXT_DAY) as draft:
        draft.write(ID, replace(trades, ticks=trades.ticks * 2))
    store.publish(NEXT_DAY)
    assert ProblemKind.JUMP in kinds(store)


def definition() -> Path:
    (path,) = Path("cat/data/futures_contract").rglob("*.parquet")
    return path


@pytest.mark.parametrize("left", [0, 100, -9])
def test_an_instrument_file_that_is_truncated_is_found(left: int) -> None:
    store = sound_store()
    definition().write_bytes(definition().read_bytes()[:left])
    (problem,) = found(store)
    assert problem.kind is ProblemKind.TRUNCATED
    assert problem.where == str(definition().relative_to("cat"))
    assert found(store, instrument_id="NQM6.XCME") == []


@pytest.mark.parametrize(
    ("change", "kind", "told"),
    [
        (lambda table: table.drop_columns(["price_increment"]), ProblemKind.SCHEMA, "it defines no instrument: KeyError('price_increment')"),
        (lambda table: with_column(table, "price_increment", pa.array(["a quarter"])), ProblemKind.SCHEMA, "it defines no instrument"),
        (lambda table: with_column(table, "id", pa.array(["NQM6.XCME"])), ProblemKind.METADATA, f"it defines NQM6.XCME; {ID} was expected"),
        (lambda table: table.slice(0, 0), ProblemKind.METADATA, f"it defines nothing; {ID} was expected"),
    ],
)  # fmt: skip
def test_an_instrument_file_that_defines_another_or_none_is_found(
    change: Callable[[pa.Table], pa.Table], kind: ProblemKind, told: str
) -> None:
    store = sound_store()
    pq.write_table(change(pa.Table.from_batches([without_info(pq.read_table(definition()))])), definition())
    (problem,) = found(store)
    assert problem.kind is kind
    assert told in problem.what


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("multiplier", "5", "multiplier is 5; 50 was expected of ESM6.XCME"),
        ("price_increment", "0.01", "price_increment is 0.01; 0.25 was expected of ESM6.XCME"),
        ("size_precision", 1, "size_precision is 1; 0 was expected of ESM6.XCME"),
        (
            "expiration_ns",
            pd.Timestamp("2026-09-18T13:30Z"),
            "expiration_ns is 2026-09-18; 2026-06-18 was expected of ESM6.XCME",
        ),
    ],
)
def test_an_instrument_of_ours_that_is_not_the_exchanges_is_found_and_nothing_is_judged_by_it(
    column: str, value: object, told: str
) -> None:
    store = sound_store()
    table = pq.read_table(definition())
    field = table.schema.field(column)
    rewrite(definition(), lambda table: with_column(table, column, pa.array([value], field.type)))
    (problem,) = found(store)
    assert (problem.kind, problem.what) == (ProblemKind.DEFINITION, told)


def test_an_instrument_without_a_price_step_defines_nothing() -> None:
    store = sound_store()
    rewrite(definition(), lambda table: with_column(table, "price_increment", pa.array(["0.00"])))
    (problem,) = found(store)
    assert problem.kind is ProblemKind.SCHEMA
    assert "the price_increment of ESM6.XCME is 0.00" in problem.what


@pytest.mark.parametrize(
    "folder", ["order_book_deltas/ESM6.XCME", "instrument_status/ESM6.XCME", "custom/News"]
)
def test_what_nautilus_keeps_beside_is_no_instrument(folder: str) -> None:
    store = sound_store()
    trades = Path(store.files.full(store.data_files(Kind.TRADES)[0].path))
    beside = Path("cat/data", folder, trades.name)
    beside.parent.mkdir(parents=True)
    beside.write_bytes(trades.read_bytes())
    assert found(store) == []
    definition().unlink()
    assert [problem.kind for problem in found(store)] == [ProblemKind.NO_INSTRUMENT]


@pytest.mark.parametrize("symbol", ["ESM26.XCME", "NQTV.XNAS", "ESTC.XNYS"])
def test_ours_are_known_by_their_months(symbol: str) -> None:
    assert product_code(symbol) == ("ES" if symbol == "ESM26.XCME" else None)


def without_info(table: pa.Table) -> Any:
    return table.drop_columns(["info"]).combine_chunks().to_batches()[0]


def test_a_catalog_without_a_whole_day_is_told() -> None:
    store = sound_store("cat", with_data=False)
    (problem,) = found(store)
    assert (problem.kind, problem.where) == (ProblemKind.EMPTY, MANIFEST)
    assert "run what makes this catalog" in problem.remedy


def test_what_the_manifest_does_not_list_is_not_read() -> None:
    """A kill in the midst of a publication leaves files whose day is not whole."""
    store = sound_store("cat", DAY, NEXT_DAY)
    path = Path("cat") / MANIFEST
    data = json.loads(path.read_text())
    del data["days"]["2026-06-02"]
    path.write_text(json.dumps(data))
    again = Store.open(store.files)
    assert sum(map(len, again.read(Kind.TRADES, ID))) == 2_000
    assert kinds(again) == {ProblemKind.UNRECORDED}
