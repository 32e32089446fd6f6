"""Quotes that wait: never in many pieces, however they came, and each taken once."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mia_plugins.data.columns import Quotes, rows_of
from mia_plugins.tape.trail import LARGE, Trail


def quotes(count: int) -> Quotes:
    ts = np.arange(count, dtype=np.int64)
    return Quotes(ts, *(ts * 10 + n for n in range(4)))


@given(st.lists(st.integers(0, 50), max_size=60), st.integers(-1, 2_000), st.integers(0, 2_000))
def test_quotes_come_out_as_they_went_in(pieces: list[int], first: int, more: int) -> None:
    whole, trail, at = quotes(sum(pieces)), Trail(), 0
    for count in pieces:
        trail.load(rows_of(whole, slice(at, at + count)))
        at += count
    assert stamps(trail.waiting(first)) == [ts for ts in range(at) if ts <= first]
    assert stamps(trail.until(first)) == [ts for ts in range(at) if ts <= first]
    assert stamps(trail.until(first + more)) == [ts for ts in range(at) if first < ts <= first + more]


def stamps(found: object) -> list[int]:
    """Return the times of quotes, each with its prices and sizes."""
    parts: list[Quotes] = list(found)  # type: ignore[call-overload]
    for part in parts:
        for n, name in enumerate(Quotes.__slots__[1:]):
            assert (getattr(part, name) == part.ts * 10 + n).all()
    return [int(ts) for part in parts for ts in part.ts]


def test_an_hour_of_quotes_that_come_one_by_one_lies_in_few_pieces() -> None:
    whole, trail = quotes(3 * LARGE), Trail()
    for at in range(len(whole)):
        trail.load(rows_of(whole, slice(at, at + 1)))
    assert len(trail.waiting(len(whole))) < 40
