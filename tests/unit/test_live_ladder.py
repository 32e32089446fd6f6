"""The book of a live node: what the gateway tells by places becomes what the gateway has."""

import datetime as dt
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.desk.publishing import depth_changes
from gateway.desk.subscriptions import DepthRows
from gateway.market.book import Book, Level
from gateway.market.listing import futures
from mia_plugins.data.columns import LEVELS
from mia_plugins.live.errors import LiveError
from mia_plugins.live.ladder import Ladder, place_of

ACTIONS = {0: "ADD", 1: "UPDATE", 2: "DELETE"}


@st.composite
def books(draw: st.DrawFn) -> Book:
    """A book of whole ticks, up to twelve rows a side with holes between them."""
    middle = draw(st.integers(1000, 1020))

    def side(sign: int) -> tuple[Level, ...]:
        away = sorted(draw(st.sets(st.integers(1, 25), min_size=1, max_size=12)))
        return tuple(Level(middle + sign * ticks, draw(st.integers(1, 500))) for ticks in away)

    return Book(side(-1), side(1))


LISTING = next(futures("ES", dt.date(2026, 6, 1)))


def told(rows: DepthRows, book: Book) -> Iterable[tuple[str, bool, int, tuple[int, int]]]:
    changes: Iterable[Any] = depth_changes(1, rows, book)
    for message in changes:
        data = message.market_depth_data
        level = (round(data.price * 4), int(data.size))
        yield ACTIONS[data.operation], data.side == 1, data.position, level


@given(st.lists(books(), min_size=1, max_size=6))
def test_it_has_what_the_gateway_has_after_each_book(seen: list[Book]) -> None:
    rows = DepthRows(LISTING, LEVELS, is_smart=False)
    ladder = Ladder()
    for book in seen:
        for action, is_bid, place, level in told(rows, book):
            ladder.change(action, is_bid=is_bid, place=place, level=level)
        row = ladder.row()
        assert row is not None
        bids, asks = book.bids[:LEVELS], book.asks[:LEVELS]
        spare = [0] * LEVELS
        assert list(row[:LEVELS]) == ([one.ticks for one in bids] + spare)[:LEVELS]
        assert list(row[LEVELS : 2 * LEVELS]) == ([one.ticks for one in asks] + spare)[:LEVELS]
        assert list(row[2 * LEVELS : 3 * LEVELS]) == ([one.lots for one in bids] + spare)[:LEVELS]
        assert list(row[3 * LEVELS : 4 * LEVELS]) == ([one.lots for one in asks] + spare)[:LEVELS]
        assert len(row) == 6 * LEVELS


def test_between_two_changes_that_belong_together_there_is_no_book() -> None:
    ladder = Ladder()
    assert ladder.row() is None
    ladder.change("ADD", is_bid=True, place=0, level=(100, 5))
    assert ladder.row() is None
    ladder.change("ADD", is_bid=False, place=0, level=(101, 5))
    assert ladder.row() is not None
    ladder.change("UPDATE", is_bid=True, place=0, level=(101, 5))  # the ask is still to move
    assert ladder.row() is None
    ladder.change("UPDATE", is_bid=False, place=0, level=(102, 5))
    assert ladder.row() is not None


@given(st.lists(st.tuples(st.sampled_from(["ADD", "UPDATE", "DELETE"]), st.booleans(), st.integers(0, 15))))
def test_nothing_that_is_told_breaks_it(changes: list[tuple[str, bool, int]]) -> None:
    ladder = Ladder()
    for number, (action, is_bid, place) in enumerate(changes):
        ladder.change(action, is_bid=is_bid, place=place, level=(number, 1))
        row = ladder.row()
        assert row is None or (len(row) == 6 * LEVELS and row[0] < row[LEVELS])


def numbered(number: int) -> SimpleNamespace:
    return SimpleNamespace(order=SimpleNamespace(order_id=number))


def test_nautilus_counts_places_from_one() -> None:
    assert [place_of(numbered(number)) for number in (1, 2, 10)] == [0, 1, 9]


@pytest.mark.parametrize("number", [0, 1_000, 9_123])
def test_a_place_that_is_none_ends_the_session_rather_than_freeze_the_book(number: int) -> None:
    with pytest.raises(LiveError, match=f"place {number}"):
        place_of(numbered(number))
