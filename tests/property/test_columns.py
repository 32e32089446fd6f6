"""Columns: nothing is lost on the way to a file and back, and bars conserve what trades hold."""

import datetime as dt
import tempfile
from dataclasses import astuple, fields
from decimal import Context, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mia_plugins.data.arrow import Columns, columns_of, kind_of, table_of
from mia_plugins.data.bars import MINUTE, bars_of
from mia_plugins.data.columns import LEVELS, Depth, Quotes, Trades, quotes_of
from mia_plugins.data.decimals import DECIMAL, RAW_LOT, RAW_TICK, decimals_of, floats_of, units_of
from mia_plugins.data.files import Files
from mia_plugins.data.sessions import NEW_YORK, NS, session_on
from mia_plugins.data.store import Store
from tests.market import DAY, ID, ORIGIN, some_depth

SESSION = session_on(DAY)
UNITS = st.integers(-(2**31) + 1, 2**31 - 1)


@st.composite
def trades(draw: st.DrawFn, least: int = 0) -> Trades:
    count = draw(st.integers(least, 60))
    whole_seconds = st.integers(0, 600).map(lambda s: SESSION.open + s * NS)
    ts = np.sort(draw(hnp.arrays(np.int64, count, elements=whole_seconds)))
    return Trades(
        ts,
        draw(hnp.arrays(np.int64, count, elements=st.integers(-200, 100_000))),
        draw(hnp.arrays(np.int64, count, elements=st.integers(1, 5_000))),
        draw(hnp.arrays(np.int8, count, elements=st.integers(-1, 1))),
    )


@st.composite
def depth(draw: st.DrawFn) -> Depth:
    count = draw(st.integers(1, 20))
    shape = (count, LEVELS)
    ts = np.sort(draw(hnp.arrays(np.int64, count, elements=st.integers(SESSION.open, SESSION.close))))
    sides = []
    for _ in range(2):
        there = np.arange(LEVELS) < draw(hnp.arrays(np.int64, (count, 1), elements=st.integers(0, LEVELS)))
        ticks = draw(hnp.arrays(np.int64, shape, elements=st.integers(-9, 100_000))) * there
        lots = draw(hnp.arrays(np.int64, shape, elements=st.integers(1, 9_999))) * there
        sides.append((ticks, lots, np.minimum(lots, 3)))
    (bid_ticks, bid_lots, bid_counts), (ask_ticks, ask_lots, ask_counts) = sides
    return Depth(ts, bid_ticks, ask_ticks, bid_lots, ask_lots, bid_counts, ask_counts)


def same(one: Columns, other: Columns) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(astuple(one), astuple(other), strict=True))


@settings(deadline=None)  # the first one compiles a kernel
@given(st.lists(UNITS), st.sampled_from([RAW_TICK, RAW_LOT]))
def test_ticks_and_contracts_survive_as_decimals(units: list[int], raw_unit: int) -> None:
    made = decimals_of(np.array(units, np.int64), raw_unit)
    assert [int(one.as_py().scaleb(16)) for one in made] == [unit * raw_unit for unit in units]
    back, is_whole = units_of(made, raw_unit)
    assert back.tolist() == units
    assert is_whole.all()
    assert np.allclose(floats_of(made), np.array(units, float) * raw_unit / 10**16, rtol=1e-12)


@settings(deadline=None)  # the first one compiles a kernel
@given(UNITS.filter(lambda unit: abs(unit) < 2**30), st.integers(1, RAW_TICK - 1), st.integers(0, 3))
def test_a_price_between_ticks_is_seen_wherever_it_stands(unit: int, off: int, before: int) -> None:
    raw = [0] * before + [unit * RAW_TICK + off]
    wide = Context(prec=38)
    array = pa.array([Decimal(value).scaleb(-16, wide) for value in raw], DECIMAL)
    assert units_of(array.slice(before), RAW_TICK)[1].tolist() == [False]
    assert units_of(array, RAW_TICK)[1].tolist() == [True] * before + [False]


def test_one_among_many_decimals_is_off_by_the_least() -> None:
    units = np.arange(-3, 20_000)
    halves = np.frombuffer(decimals_of(units, RAW_TICK).buffers()[1], np.uint64).copy()
    halves[2 * 8_193] += 1
    found, is_whole = units_of(
        pa.Array.from_buffers(DECIMAL, len(units), [None, pa.py_buffer(halves)]), RAW_TICK
    )
    assert np.array_equal(found, units)
    assert np.flatnonzero(~is_whole).tolist() == [8_193]


@settings(deadline=None)  # the first one compiles a kernel
@given(st.one_of(trades(), depth(), depth().map(quotes_of), trades().map(bars_of)))
def test_columns_survive_as_tables(columns: Any) -> None:
    assert same(columns_of(kind_of(columns), table_of(columns, ID), "here"), columns)


@given(trades())
def test_bars_conserve_volume_and_span_their_trades(found: Trades) -> None:
    bars = bars_of(found)
    assert bars.lots.sum() == found.lots.sum()
    for ts, first, high, low, last, lots in zip(*astuple(bars), strict=True):
        inside = (found.ts >= ts - MINUTE) & (found.ts < ts)
        prices = found.ticks[inside]
        assert (prices[0], prices.max(), prices.min(), prices[-1]) == (first, high, low, last)
        assert found.lots[inside].sum() == lots
    assert (np.diff(bars.ts) > 0).all()


@given(st.integers(-3 * 3600, 4 * 3600))
def test_no_bar_spans_the_break(second: int) -> None:
    close = session_on(DAY).close
    ts = np.array([close + second * NS], np.int64)
    (stamp,) = bars_of(Trades(ts, ts, np.ones(1, np.int64), np.zeros(1, np.int8))).ts
    begins, ends = (
        dt.datetime.fromtimestamp(int(at) // NS, NEW_YORK).replace(tzinfo=None)
        for at in (stamp - MINUTE, stamp)
    )
    for edge in (dt.time(17), dt.time(18)):
        assert not begins < dt.datetime.combine(begins.date(), edge) < ends


@given(depth())
def test_quotes_are_the_best_of_the_book_where_it_changed(found: Depth) -> None:
    quotes = quotes_of(found)
    last = np.searchsorted(quotes.ts, found.ts, side="right") - 1
    assert (np.diff(quotes.ts) >= 0).all()
    assert quotes.ts[0] == found.ts[0]
    changes = np.diff(np.column_stack(astuple(quotes)[1:]), axis=0)
    assert changes.any(axis=1).all()
    if len(np.unique(found.ts)) == len(found):
        assert (quotes.bid_ticks[last] == found.bid_ticks[:, 0]).all()
        assert (quotes.ask_lots[last] == found.ask_lots[:, 0]).all()


def rows(columns: Any, start: int, end: int) -> Any:
    return type(columns)(*(getattr(columns, field.name)[start:end] for field in fields(columns)))


@pytest.mark.parametrize("kind", ["trades", "depth", "quotes"])
@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(1, 12_000), max_size=6))
def test_a_file_has_the_same_bytes_for_any_chunks(kind: str, cuts: list[int]) -> None:
    columns: dict[str, Trades | Depth | Quotes] = {
        "trades": Trades(LONG.ts, LONG.bid_ticks[:, 0], LONG.bid_lots[:, 0], np.ones(len(LONG), np.int8)),
        "depth": LONG,
        "quotes": quotes_of(LONG),
    }
    whole = columns[kind]
    edges = [0, *sorted({cut for cut in cuts if cut < len(whole)}), len(whole)]
    chunks = [rows(whole, a, b) for a, b in pairwise(edges)]
    assert written(chunks) == written([whole])


LONG = some_depth(count=12_000)


def written(chunks: list[Any]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        store = Store.begin(Files(folder), ORIGIN)
        with store.draft(DAY) as draft:
            for chunk in chunks:
                draft.write(ID, chunk)
        store.publish(DAY)
        (file,) = store.data_files()
        return (Path(folder) / file.path).read_bytes()


@settings(max_examples=10, deadline=None)
@given(cuts=st.lists(st.integers(1, 11_999), max_size=6))
def test_a_table_of_long_texts_has_the_same_bytes_for_any_chunks(cuts: list[int]) -> None:
    whole = pa.table({"text": [f"{row:0200d}" for row in range(12_000)]})
    edges = [0, *sorted(set(cuts)), len(whole)]
    chunks = [pa.table(whole.slice(a, b - a)) for a, b in pairwise(edges)]
    assert written_table(chunks) == written_table([whole])


def written_table(chunks: list[pa.Table]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        store = Store.begin(Files(folder), ORIGIN)
        with store.draft(DAY) as draft:
            for chunk in chunks:
                draft.write_table("notes", chunk)
        store.publish(DAY)
        return (Path(folder) / f"mia/notes/{DAY}.parquet").read_bytes()
