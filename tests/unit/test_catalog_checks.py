"""Every check, against a catalog into which its fault was planted; and a sound one, where all are silent."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from catalog.checks import Problem, ProblemKind, problems
from mia_plugins.data.arrow import Columns, Kind, identifier_of, kind_of
from mia_plugins.data.bars import bars_of
from mia_plugins.data.columns import Trades
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.instruments import contract_of
from mia_plugins.data.layout import MANIFEST
from mia_plugins.data.rough_prices import rough_price
from mia_plugins.data.sessions import NS, session_on
from mia_plugins.data.store import Store
from tests.market import (
    DAY,
    ES,
    ID,
    NEXT_DAY,
    some_depth,
    some_quotes,
    some_trades,
    some_vix,
    sound_store,
    without_levels,
)

FRIDAY, MONDAY = dt.date(2026, 6, 5), dt.date(2026, 6, 8)


def found(store: Store, **asked: object) -> list[Problem]:
    return list(problems(Store.open(store.files), **asked))  # type: ignore[arg-type]


def kinds(store: Store) -> set[ProblemKind]:
    return {problem.kind for problem in found(store)}


def the_file(store: Store, kind: Kind = Kind.TRADES) -> Path:
    return Path(store.files.full(store.data_files(kind)[0].path))


def rewrite(path: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change the rows or the schema of a file, whose name stays as it is."""
    pq.write_table(change(pq.read_table(path)), path, use_compliant_nested_type=False)


def store_of(*chunks: Columns) -> Store:
    """Return a catalog of just these data, which may go back in time."""
    store = sound_store("cat", with_data=False)
    with store.draft(DAY) as draft:
        for columns in chunks:
            draft.write(ID, columns, in_order=False)
    store.publish(DAY)
    return store


def at(array: np.ndarray, place: Any, value: Any) -> np.ndarray:
    """Return an array with another value at some places."""
    changed = array.copy()
    changed[place] = value
    return changed


@pytest.mark.parametrize("days", [(DAY,), (DAY, NEXT_DAY), (FRIDAY, MONDAY)])
def test_a_sound_catalog_has_no_problem(days: tuple[dt.date, ...]) -> None:
    assert found(sound_store("cat", *days)) == []


@pytest.mark.parametrize("beyond", [0, 3])
def test_a_book_that_is_thin_or_one_sided_is_no_problem(beyond: int) -> None:
    assert found(store_of(without_levels(some_depth(), beyond))) == []


TRADES, DEPTH, QUOTES = some_trades(), some_depth(), some_quotes()
BARS = bars_of(TRADES)
SOME = slice(500, 503)

PLANTED: dict[str, tuple[ProblemKind, Columns, str]] = {
    "a quote's bid above the ask": (
        ProblemKind.CROSSED,
        replace(QUOTES, bid_ticks=at(QUOTES.bid_ticks, SOME, QUOTES.ask_ticks[SOME] + 1)),
        "3 rows have a bid above the ask, first at 2026-05-31 23:45:10 New York",
    ),
    "a quote's bid at the ask": (
        ProblemKind.LOCKED,
        replace(QUOTES, bid_ticks=at(QUOTES.bid_ticks, SOME, QUOTES.ask_ticks[SOME])),
        "3 rows have a bid at the ask",
    ),
    "a book that is crossed": (
        ProblemKind.CROSSED,
        replace(DEPTH, bid_ticks=at(DEPTH.bid_ticks, SOME, DEPTH.bid_ticks[SOME] + 2)),
        "3 rows have a bid above the ask",
    ),
    "a book that is locked": (
        ProblemKind.LOCKED,
        replace(DEPTH, ask_ticks=at(DEPTH.ask_ticks, SOME, DEPTH.ask_ticks[SOME] - 1)),
        "3 rows have a bid at the ask",
    ),
    "a book of bids from the worst": (
        ProblemKind.LEVELS,
        replace(DEPTH, bid_ticks=at(DEPTH.bid_ticks, SOME, DEPTH.bid_ticks[SOME, ::-1])),
        "3 rows have levels",
    ),
    "a book of asks with one level twice": (
        ProblemKind.LEVELS,
        replace(DEPTH, ask_ticks=at(DEPTH.ask_ticks, (SOME, 9), DEPTH.ask_ticks[SOME, 8])),
        "3 rows have levels",
    ),
    "trades back in time": (
        ProblemKind.DISORDER,
        replace(TRADES, ts=at(TRADES.ts, SOME, TRADES.ts[SOME][::-1])),
        "2 rows go back in time",
    ),
    "a few prices without their decimal point": (
        ProblemKind.SCALE,
        replace(TRADES, ticks=at(TRADES.ticks, SOME, TRADES.ticks[SOME] * 100)),
        "3 prices are 100 times too large",
    ),
    "all prices a tenth": (
        ProblemKind.SCALE,
        replace(TRADES, ticks=TRADES.ticks // 10),
        "all prices are 10 times too small",
    ),
    "asks of the book ten times as high": (
        ProblemKind.SCALE,
        replace(DEPTH, ask_ticks=at(DEPTH.ask_ticks, SOME, DEPTH.ask_ticks[SOME] * 10)),
        "30 prices are 10 times too large",
    ),
    "one price at twice its level": (
        ProblemKind.JUMP,
        replace(TRADES, ticks=at(TRADES.ticks, 500, TRADES.ticks[500] * 2)),
        "2 prices are far from the one before, first 12",
    ),
    "an hour of asks a fifth too low": (
        ProblemKind.JUMP,
        replace(TRADES, ticks=at(TRADES.ticks, slice(500, 587), TRADES.ticks[500:587] * 4 // 5)),
        "2 prices are far from the one before, first 48",
    ),
    "one level of the book at half": (
        ProblemKind.JUMP,
        replace(DEPTH, bid_ticks=at(DEPTH.bid_ticks, (500, 9), DEPTH.bid_ticks[500, 9] // 2)),
        "2 prices are far from the one before",
    ),
    "a bar's high at three times": (
        ProblemKind.JUMP,
        replace(BARS, high=at(BARS.high, 500, BARS.high[500] * 3)),
        "2 prices are far from the one before",
    ),
    "a price of zero": (
        ProblemKind.NOT_POSITIVE,
        replace(TRADES, ticks=at(TRADES.ticks, SOME, 0)),
        "3 rows have a price of zero",
    ),
}


@pytest.mark.parametrize("plant", PLANTED)
def test_a_planted_fault_is_found_and_no_other(plant: str) -> None:
    kind, columns, told = PLANTED[plant]
    (problem,) = found(store_of(columns))
    assert problem.kind is kind
    assert told in problem.what
    assert problem.where.startswith(f"data/{kind_of(columns)}/{identifier_of(kind_of(columns), ID)}/")
    assert problem.remedy


@pytest.mark.parametrize("columns", [TRADES, DEPTH, QUOTES])
def test_rows_that_repeat_others_are_found(columns: Columns) -> None:
    store = store_of(columns)
    path = the_file(store, kind_of(columns))
    rows = np.sort(np.concatenate((np.arange(len(columns)), [700, 700, 701])))
    rewrite(path, lambda table: table.take(rows))
    by_kind = {problem.kind: problem for problem in found(store)}
    assert set(by_kind) == {ProblemKind.DUPLICATES, ProblemKind.ROWS}
    assert by_kind[ProblemKind.DUPLICATES].count == 3


def test_a_time_zone_that_is_not_the_markets_is_found() -> None:
    late = replace(TRADES, ts=TRADES.ts + 1800 * NS)
    by_kind = {problem.kind: problem for problem in found(store_of(late))}
    assert set(by_kind) == {ProblemKind.CLOSED, ProblemKind.GAP}
    assert (
        "44 rows lie where the market is closed, first at 2026-06-01 17:00"
        in by_kind[ProblemKind.CLOSED].what
    )


def test_a_trade_at_the_very_close_is_outside_hours() -> None:
    last = at(TRADES.ts, -1, session_on(DAY).close)
    (problem,) = found(store_of(replace(TRADES, ts=last)))
    assert (problem.kind, problem.count) == (ProblemKind.CLOSED, 1)


@pytest.mark.parametrize(("micro", "mini"), [("MES", "ES"), ("MNQ", "NQ")])
def test_a_micro_is_where_its_mini_is(micro: str, mini: str) -> None:
    now = session_on(DAY).open
    assert rough_price(micro, now) == rough_price(mini, now)
    assert rough_price("NQ", now) > 3 * rough_price("ES", now)


def test_rows_that_repeat_others_across_row_groups_are_found() -> None:
    store = store_of(TRADES)
    path = the_file(store)
    table = pq.read_table(path)
    repeated = pa.concat_tables([table.slice(0, 1_000), table.slice(999)])
    pq.write_table(repeated, path, row_group_size=1_000)
    assert ProblemKind.DUPLICATES in kinds(store)


def test_two_trades_alike_with_ids_of_their_own_are_two_trades() -> None:
    pairs = replace(TRADES, **{name: np.repeat(getattr(TRADES, name), 2) for name in TRADES.__slots__})
    assert found(store_of(pairs)) == []


def test_disorder_across_row_groups_is_found() -> None:
    store = store_of(TRADES)
    path = the_file(store)
    table = pq.read_table(path)
    pq.write_table(pa.concat_tables([table.slice(1_000), table.slice(0, 1_000)]), path, row_group_size=1_000)
    assert ProblemKind.DISORDER in kinds(store)


def with_column(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    place = table.schema.get_field_index(name)
    return table.set_column(place, table.schema.field(name), values)


@pytest.mark.parametrize("size", [0, "1.5", -1])
def test_a_level_of_the_book_without_whole_contracts_is_found(size: int | str) -> None:
    store = store_of(DEPTH)

    def change(table: pa.Table) -> pa.Table:
        books = table["bids"].to_pylist()
        for row in (5, 9):
            books[row][3]["size"] = Decimal(size)
        return with_column(table, "bids", pa.array(books, table["bids"].type))

    rewrite(the_file(store, Kind.DEPTH), change)
    (problem,) = found(store)
    assert (problem.kind, problem.count) == (ProblemKind.SIZE, 2)


def test_a_price_between_two_ticks_is_found() -> None:
    store = store_of(TRADES)

    def change(table: pa.Table) -> pa.Table:
        prices = table["price"].to_pylist()
        prices[5] = prices[5].quantize(prices[5]) + type(prices[5])("0.10")
        return with_column(table, "price", pa.array(prices, table["price"].type))

    rewrite(the_file(store), change)
    assert kinds(store) == {ProblemKind.OFF_GRID}


def test_a_row_that_was_known_before_it_happened_is_found() -> None:
    store = store_of(TRADES)

    def change(table: pa.Table) -> pa.Table:
        later = pa.array(TRADES.ts + NS).cast(table["ts_event"].type)
        return with_column(table, "ts_event", later)

    rewrite(the_file(store), change)
    assert kinds(store) == {ProblemKind.EARLY}


@pytest.mark.parametrize(
    ("name", "said", "kind", "told"),
    [
        ("price_precision", "4", ProblemKind.PRECISION, "price_precision is 4; 2 was expected"),
        ("price_precision", None, ProblemKind.PRECISION, "price_precision is nothing; 2 was expected"),
        ("size_precision", "2", ProblemKind.PRECISION, "size_precision is 2; 0 was expected"),
        (
            "instrument_id",
            "ESU6.XCME",
            ProblemKind.METADATA,
            f"instrument_id is ESU6.XCME; {ID} was expected",
        ),
        ("instrument_id", None, ProblemKind.METADATA, f"instrument_id is nothing; {ID} was expected"),
        (
            "bar_type",
            f"{ID}-5-MINUTE-LAST-EXTERNAL",
            ProblemKind.METADATA,
            f"bar_type is {ID}-5-MINUTE-LAST-EXTERNAL; {ID}-1-MINUTE-LAST-EXTERNAL was expected",
        ),
    ],
)
def test_a_file_that_says_something_else_of_itself_is_found(
    name: str, said: str | None, kind: ProblemKind, told: str
) -> None:
    store = store_of(BARS)
    metadata = {
        key.decode(): value.decode()
        for key, value in pq.read_schema(the_file(store, Kind.BARS)).metadata.items()
    }
    metadata.pop(name)
    metadata |= {name: said} if said else {}
    rewrite(the_file(store, Kind.BARS), lambda table: table.replace_schema_metadata(metadata))
    (problem,) = found(store)
    assert (problem.kind, problem.what) == (kind, told)


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        (Kind.TRADES, "price"),
        (Kind.TRADES, "ts_init"),
        (Kind.TRADES, "aggressor_side"),
        (Kind.QUOTES, "ask_size"),
        (Kind.BARS, "ts_event"),
        (Kind.BARS, "high"),
        (Kind.DEPTH, "bids"),
    ],
)
def test_a_row_that_lacks_a_value_is_found_and_never_read_as_zero(kind: Kind, column: str) -> None:
    store = sound_store()
    rewrite(the_file(store, kind), lambda table: with_hole(table, column, 7))
    (problem,) = found(store)
    assert (problem.kind, problem.count) == (ProblemKind.HOLE, 1)
    with pytest.raises(CatalogError, match=r"has no value in row 7"):
        list(Store.open(store.files).read(kind, ID))


def with_hole(table: pa.Table, column: str, row: int) -> pa.Table:
    """Return a table without the value of a column in a row."""
    place = table.schema.get_field_index(column)
    there = pa.array(np.arange(len(table)) != row)
    holed = pc.if_else(there, table[column].combine_chunks(), None)
    return table.set_column(place, table.schema.field(place).with_nullable(True), holed)


@pytest.mark.parametrize("left", [0, 3, 1_000, -1, -5_000])
def test_a_truncated_file_is_found(left: int) -> None:
    store = store_of(TRADES)
    path = the_file(store)
    path.write_bytes(path.read_bytes()[:left])
    assert kinds(store) == {ProblemKind.TRUNCATED}


def test_a_file_with_a_hole_is_found() -> None:
    store = store_of(DEPTH)
    path = the_file(store, Kind.DEPTH)
    content = bytearray(path.read_bytes())
    content[100:2_000] = bytes(1_900)
    path.write_bytes(content)
    assert kinds(store) == {ProblemKind.TRUNCATED}


def test_a_file_without_rows_is_found() -> None:
    store = store_of(TRADES)
    rewrite(the_file(store), lambda table: table.slice(0, 0))
    assert kinds(store) == {ProblemKind.TRUNCATED, ProblemKind.ROWS}


@pytest.mark.parametrize("type_", [pa.int64(), pa.binary(16)])
def test_prices_of_nautilus_1_are_found(type_: pa.DataType) -> None:
    store = store_of(TRADES)
    values = pa.array([b"0" * 16] * len(TRADES) if type_ != pa.int64() else TRADES.ticks, type_)
    rewrite(the_file(store), lambda table: table.set_column(0, "price", values))
    (problem,) = found(store)
    assert problem.kind is ProblemKind.LEGACY
    assert "migrate_from_legacy_parquet_path" in problem.remedy


@pytest.mark.parametrize(
    "folder", ["trade_tick", "quote_tick", "bar", "order_book_delta", "order_book_depth10"]
)
def test_folders_of_nautilus_1_are_found(folder: str) -> None:
    store = sound_store()
    there = the_file(store).parent
    there.parent.rename(there.parent.with_name(folder))
    by_kind = {problem.kind: problem for problem in found(store)}
    assert set(by_kind) == {ProblemKind.LEGACY, ProblemKind.MISSING}
    assert by_kind[ProblemKind.LEGACY].where == f"data/{folder}"


def test_columns_that_are_not_nautilus_are_found() -> None:
    store = store_of(TRADES)
    rewrite(the_file(store), lambda table: table.drop_columns(["aggressor_side"]))
    (problem,) = found(store)
    assert (problem.kind, problem.what) == (ProblemKind.SCHEMA, "missing, or of another type: aggressor_side")


def test_a_name_that_is_not_that_of_its_rows_is_found() -> None:
    store = store_of(TRADES)
    rewrite(the_file(store), lambda table: table.slice(0, 1_999))
    assert kinds(store) == {ProblemKind.NAME, ProblemKind.ROWS}


def test_a_name_without_times_is_found() -> None:
    store = store_of(TRADES)
    path = the_file(store)
    path.rename(path.with_name("part-0.parquet"))
    assert kinds(store) == {ProblemKind.NAME, ProblemKind.MISSING}


def test_a_name_whose_times_cannot_be_is_found() -> None:
    store = store_of(TRADES)
    path = the_file(store)
    path.rename(path.with_name(path.name.replace("2026-05-31T22", "2026-13-45T99")))
    assert kinds(store) == {ProblemKind.NAME, ProblemKind.MISSING}


def test_files_that_overlap_are_found() -> None:
    store = store_of(TRADES)
    path = the_file(store)
    later = path.with_name(path.name.replace("2026-05-31T22-00-01", "2026-05-31T22-00-02"))
    later.write_bytes(path.read_bytes())
    assert ProblemKind.OVERLAP in kinds(store)


def test_data_without_an_instrument_are_found() -> None:
    store = store_of(TRADES)
    for path in Path("cat/data/futures_contract").rglob("*.parquet"):
        path.unlink()
    assert kinds(store) == {ProblemKind.NO_INSTRUMENT}


def test_a_day_in_the_making_is_found() -> None:
    store = sound_store()
    store.draft(NEXT_DAY).write(ID, some_trades(NEXT_DAY))
    (problem,) = found(store)
    assert problem.kind is ProblemKind.UNFINISHED
    assert problem.what == "the making of 2026-06-02 was interrupted or goes on"


def test_a_trading_day_without_data_is_a_gap_and_a_weekend_is_none() -> None:
    gaps = found(sound_store("cat", DAY, FRIDAY, MONDAY))
    assert {problem.kind for problem in gaps} == {ProblemKind.GAP}
    assert {problem.what for problem in gaps} == {
        f"nothing on 2026-06-0{day}, a trading day" for day in (2, 3, 4)
    }
    assert len(gaps) == 3 * len(Kind)


def between(trades: Trades, start: int, end: int, *, inside: bool) -> Trades:
    kept = ((trades.ts >= start) & (trades.ts < end)) == inside
    return Trades(trades.ts[kept], trades.ticks[kept], trades.lots[kept], trades.side[kept])


def test_hours_without_data_are_a_gap() -> None:
    session = session_on(DAY)
    begin = session.open + 3600 * NS
    store = store_of(between(TRADES, begin, begin + 1800 * NS, inside=False))
    (problem,) = found(store)
    assert problem.kind is ProblemKind.GAP
    assert problem.what.startswith("nothing for 31 minutes from 2026-05-31 18:59:")
    assert problem.what.endswith("New York, on 2026-06-01")
    assert found(store, max_gap=3600 * NS) == []


@pytest.mark.parametrize("late", [True, False])
def test_a_day_that_begins_late_or_ends_early_has_a_gap(late: bool) -> None:
    session = session_on(DAY)
    span = (session.open + 1800 * NS, session.close) if late else (session.open, session.close - 1800 * NS)
    store = store_of(between(TRADES, *span, inside=True))
    assert [problem.kind for problem in found(store)] == [ProblemKind.GAP]


def test_only_the_instrument_that_was_asked_for_is_looked_at() -> None:
    store = store_of(PLANTED["a price of zero"][1])
    other = contract_of("NQM6", DAY)
    store.write_instruments([other])
    assert found(store, instrument_id=other.instrument_id) == []
    assert len(found(store, instrument_id=ES.instrument_id)) == 1


def test_memory_is_that_of_a_row_group(monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_of(some_depth(count=30_000))
    largest = 0
    whole = Store.row_groups

    def watched(self: Store, path: str, start: int = 0, end: int = 2**63 - 1) -> object:
        nonlocal largest
        for table in whole(self, path, start, end):
            largest = max(largest, len(table))
            yield table

    monkeypatch.setattr(Store, "row_groups", watched)
    assert found(store) == []
    assert largest == 5_000


def vix_file() -> tuple[Store, Path]:
    store = sound_store("cat", with_data=False)
    with store.draft(DAY) as draft:
        draft.write_table("vix", some_vix())
    store.publish(DAY)
    return store, Path("cat/mia/vix/2026-06-01.parquet")


def test_a_table_of_ours_that_is_truncated_is_found() -> None:
    store, path = vix_file()
    assert found(store) == []
    path.write_bytes(path.read_bytes()[:-9])
    assert kinds(store) == {ProblemKind.TRUNCATED}


def test_a_table_of_ours_with_other_columns_is_found() -> None:
    store, path = vix_file()
    rewrite(path, lambda table: table.rename_columns(["ts_event", "ts_init", "vix"]))
    (problem,) = found(store)
    assert problem.kind is ProblemKind.SCHEMA
    assert "value is missing; vix is too many" in problem.what


def test_every_problem_has_a_remedy() -> None:
    assert all(Problem(kind, "", "").remedy for kind in ProblemKind)


def test_the_manifest_is_held_against_the_files() -> None:
    store = sound_store()
    the_file(store).unlink()
    (problem,) = found(store)
    assert (problem.kind, problem.what) == (ProblemKind.MISSING, f"{MANIFEST} lists it and it is not there")
