"""Tables beside the feed: what is known, from when on, and how old it is."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mia_plugins.data.arrow import TIME
from mia_plugins.tape.errors import LookAheadError, TapeError
from mia_plugins.tape.known import KnownTable


def table(*rows: tuple[int, int, str, float]) -> pa.Table:
    """Return rows of (as of, known at, name, price); times in s."""
    of, at, names, prices = zip(*rows, strict=True)
    return pa.table(
        {
            "ts_event": pa.array([s * 10**9 for s in of], pa.int64()).cast(TIME),
            "ts_init": pa.array([s * 10**9 for s in at], pa.int64()).cast(TIME),
            "name": list(names),
            "price": list(prices),
        }
    )


def known(*loads: pa.Table, now: int) -> KnownTable:
    """Return a table that was loaded and looked at, at a time in s."""
    made = KnownTable("levels")
    for rows in loads:
        made.load(rows)
    made.advance(now * 10**9)
    return made


def prices(found: pa.Table | None) -> list[float] | None:
    return None if found is None else found["price"].to_pylist()


LEVELS = table((0, 10, "put", 5.0), (0, 10, "call", 7.0), (20, 25, "put", 5.5), (20, 25, "call", 7.5))


@pytest.mark.parametrize(
    ("now", "put", "age"),
    [(9, None, None), (10, [5.0], 10.0), (24, [5.0], 24.0), (25, [5.5], 5.0), (100, [5.5], 80.0)],
)
def test_what_is_newest_is_known_from_its_time_on(
    now: int, put: list[float] | None, age: float | None
) -> None:
    levels = known(LEVELS, now=now)
    assert prices(levels.newest(name="put")) == put
    assert levels.age() == age


def test_the_newest_is_what_is_of_the_latest_time_not_what_came_last() -> None:
    late_correction = table((20, 25, "put", 5.5), (0, 30, "put", 5.1))
    assert prices(known(late_correction, now=40).newest()) == [5.5]


def test_yesterday_holds_until_today_is_known() -> None:
    today = table((90, 100, "put", 6.0))
    assert prices(known(LEVELS, today, now=99).newest(name="put")) == [5.5]
    assert prices(known(LEVELS, today, now=100).newest(name="put")) == [6.0]


def test_the_future_is_an_error() -> None:
    levels = known(LEVELS, now=12)
    with pytest.raises(LookAheadError, match="were asked for when it was"):
        levels.known(0, 13 * 10**9)


def test_a_column_that_is_not_there_is_named_with_the_nearest() -> None:
    with pytest.raises(TapeError, match="no column 'nam'; did you mean 'name'"):
        known(LEVELS, now=12).newest(nam="put")


@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 30), st.integers(0, 30), st.sampled_from("ab"), st.integers(0, 9).map(float)
        ),
        min_size=1,
    ),
    pulses=st.lists(st.integers(0, 40), min_size=1).map(sorted),
)
def test_nothing_is_seen_before_its_time(rows: list[tuple[int, int, str, float]], pulses: list[int]) -> None:
    made = KnownTable("levels")
    made.load(table(*rows))
    seen, last = 0, -1
    for now in pulses:
        made.advance(now * 10**9)
        by_now = [row for row in rows if row[1] <= now]
        assert len(made) == len(by_now)
        newest = made.newest()
        latest = max((row[0] for row in by_now), default=None)
        expected = sorted(row[3] for row in by_now if row[0] == latest)
        assert sorted(prices(newest) or []) == expected
        fresh = made.known(last, now * 10**9)
        seen += 0 if fresh is None else len(fresh)
        last = now * 10**9
    assert seen == len([row for row in rows if row[1] <= pulses[-1]])


ROWS = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 300), st.sampled_from("ab"), st.integers(0, 9).map(float)),
    min_size=1,
    max_size=150,
)


@given(rows=ROWS, pulses=st.lists(st.integers(0, 320), min_size=1).map(sorted), pieces=st.integers(1, 4))
def test_rows_that_are_appended_as_they_come_are_seen_as_if_they_had_been_loaded(
    rows: list[tuple[int, int, str, float]], pulses: list[int], pieces: int
) -> None:
    """Whatever their order and however many come at once; a column that was read before goes on."""
    whole, grown = KnownTable("levels"), KnownTable("levels")
    rows = sorted(rows, key=lambda row: (row[1], row[0]))
    whole.load(table(*rows))
    last = -1
    for now in pulses:
        come = [row for row in rows if last < row[1] <= now]
        for at in range(0, len(come), pieces):
            grown.append(table(*come[at : at + pieces]))
        for made in (whole, grown):
            made.advance(now * 10**9)
        lo, hi = max(last, 0) * 10**9, now * 10**9
        assert len(grown) == len(whole)
        assert sorted(grown.column("price", lo, hi)) == sorted(whole.column("price", lo, hi))
        assert grown.column("ts_init", -1, hi) == whole.column("ts_init", -1, hi)
        assert sorted(prices(grown.newest()) or []) == sorted(prices(whole.newest()) or [])
        assert grown.age() == whole.age()
        last = now


def test_a_row_that_comes_too_late_is_put_where_it_belongs() -> None:
    levels = known(LEVELS, now=30)
    levels.append(table((21, 22, "put", 5.2)))
    assert levels.column("price", 20 * 10**9, 30 * 10**9) == [5.2, 5.5, 7.5]
    assert len(levels) == 5


def test_what_is_appended_on_a_day_is_forgotten_as_what_is_loaded_on_it() -> None:
    levels = KnownTable("levels")
    for day in range(4):
        levels.begin_day()
        for number in range(100):
            at = day * 1_000 + number
            levels.append(table((at, at, "put", float(day))))
            levels.advance(at * 10**9)
    assert set(levels.column("price", -1, levels.now)) == {2.0, 3.0}
    assert len(levels) == 200
    whole = levels.known(-1, levels.now)
    assert whole is not None
    assert whole["price"].num_chunks < 100


def test_rows_of_other_columns_are_refused() -> None:
    with pytest.raises(KeyError, match="price"):
        known(LEVELS, now=30).append(LEVELS.drop_columns(["price"]))


FEW = st.tuples(st.integers(0, 3), st.integers(0, 9), st.sampled_from("ab"), st.integers(0, 9).map(float))


@given(rows=st.lists(FEW, min_size=1, max_size=20), now=st.integers(0, 12), many=st.integers(1, 8))
def test_the_newest_are_those_of_the_latest_time_however_few_are_looked_at_first(
    rows: list[tuple[int, int, str, float]], now: int, many: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mia_plugins.tape.known.MANY", many)
        made = known(table(*rows), now=now)
        for name in "ab":
            there = [row for row in rows if row[1] <= now and row[2] == name]
            last = max((row[0] for row in there), default=None)
            expected = sorted(row[3] for row in there if row[0] == last)
            assert sorted(prices(made.newest(name=name)) or []) == expected
