"""A series gives what was loaded, however it came, and nothing that it gave out changes afterwards."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mia_plugins.data.columns import LEVELS, Depth
from mia_plugins.tape.series import Series
from mia_plugins.tape.tape import no_depth

PIECES = st.lists(
    st.tuples(st.integers(1, 9), st.sampled_from([np.int32, np.int64]), st.booleans()), max_size=40
)


def book(first: int, count: int, width: type[np.signedinteger]) -> Depth:
    """Return rows whose numbers tell which they are; wide ones have no room in narrow columns."""
    ts = np.arange(first, first + count, dtype=np.int64)
    numbers = ts + (1 << 40 if width is np.int64 else 0)
    return Depth(ts, *(np.tile(numbers[:, None], (1, LEVELS)).astype(width) for _ in range(6)))


@settings(max_examples=200, deadline=None)
@given(PIECES)
def test_rows_come_once_in_order_and_stay_as_they_were(pieces: list[tuple[int, type, bool]]) -> None:
    series, at, now = Series("the book", no_depth), 1, 0
    expected: list[int] = []
    given_out: list[tuple[Depth, list[int]]] = []
    for count, width, is_read in pieces:
        rows = book(at, count, width)
        series.load(rows)
        expected += rows.ask_counts[:, 3].tolist()
        at += count
        if is_read:
            lo, now = now, at - 1 - (count // 2)  # the last ones still lie ahead
            series.advance(now)
            given_out.append((series.rows(lo, now), expected[lo:now]))
    series.advance(at)
    given_out.append((series.rows(now, at), expected[now:]))
    for found, numbers in given_out:
        for name in Depth.__slots__[1:]:
            column = getattr(found, name)
            assert (column == np.array(numbers, np.int64)[:, None]).all()
            assert column.shape == (len(numbers), LEVELS)
    assert series.count == len(expected)
