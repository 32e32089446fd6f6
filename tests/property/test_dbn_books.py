"""Books rebuilt from orders: against a plain dictionary, and against the same market in other schemas."""

import datetime as dt
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import databento_dbn as dbn
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.formats.dbn import orders, records
from catalog.market.day import generate_day
from catalog.market.instrument import InstrumentDay
from catalog.market.settings import MarketSettings
from mia_plugins.data.columns import Depth, Quotes, Trades, quotes_of, rows_of
from mia_plugins.data.sessions import session_on
from mia_plugins.units import Multiple
from tests.dbn import (
    DAY,
    ES,
    LAST,
    START,
    TICK,
    Read,
    book,
    cleared,
    content,
    head,
    mapping,
    order,
    read,
    trade,
    written,
)

Told = tuple[str, int, str, int, int, bool]
"""Action, order, side, ticks, size, and whether an event ends."""
CROWDED = (1, 18, 35, 41, 58, 75, 81, 92, 98, 115, 132, 138)
"""Numbers of orders that all want one of two places of 26."""
told_orders = st.lists(
    st.tuples(
        st.sampled_from("AAAAMMCCCTFNR"),
        st.sampled_from(CROWDED),
        st.sampled_from("AB"),
        st.integers(23_990, 24_010),
        st.integers(1, 5),
        st.booleans(),
    ),
    max_size=120,
)


def shown_by(resting: dict[int, list[Any]]) -> list[Any]:
    """Return ten levels a side of (ticks, size, orders)."""
    sides = []
    for one, sign in (("B", -1), ("A", 1)):
        sizes: Counter[int] = Counter()
        counts: Counter[int] = Counter()
        for of, at, lots in resting.values():
            if of == one:
                sizes[at] += lots
                counts[at] += 1
        best = sorted(sizes, key=lambda at: sign * at)[:10]
        sides.append([(at, sizes[at], counts[at]) for at in best])
    return sides


def by_hand(told: list[Told]) -> list[Any]:
    """Return the books at the ends of events, from a dictionary."""
    resting: dict[int, list[Any]] = {}
    shown: list[Any] = []
    for action, number, side, ticks, size, ends in told:
        if action == "R":
            resting.clear()
        elif action in "AM":
            resting[number] = [side, ticks, size]
        elif action == "C" and number in resting:
            resting[number][2] -= size
            if resting[number][2] <= 0:
                del resting[number]
        if ends:
            sides = shown_by(resting)
            if not shown or shown[-1] != sides:
                shown.append(sides)
    return [sides for sides in shown if sides != [[], []]]


def sides_of(depth: Depth) -> list[Any]:
    found = []
    for row in range(len(depth)):
        bid = zip(depth.bid_ticks[row], depth.bid_lots[row], depth.bid_counts[row], strict=True)
        ask = zip(depth.ask_ticks[row], depth.ask_lots[row], depth.ask_counts[row], strict=True)
        found.append([[tuple(map(int, one)) for one in side if one[1]] for side in (bid, ask)])
    return found


def depth_of(found: Read) -> list[Any]:
    return sides_of(found.columns(Depth)) if any(isinstance(r.columns, Depth) for r in found.rows) else []


@given(told_orders)
@settings(max_examples=150, deadline=None)
def test_a_book_by_order_is_what_a_dictionary_says(told: list[Told]) -> None:
    messages = [cleared()] + [
        order(at, action, number, side, ticks, size, LAST if ends else 0)
        for at, (action, number, side, ticks, size, ends) in enumerate(told)
    ]
    # A table that is as full as it may be: orders stand in each other's way.
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr(orders, "ROOM", 26)
        found = read(written(Path(folder), content(messages, head("mbo"))))
    assert depth_of(found) == by_hand(told)


def test_orders_that_wanted_the_place_of_one_that_goes_are_still_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "ROOM", 26)
    come: list[Told] = [("A", number, "B", 24_000 + at, 1, True) for at, number in enumerate(CROWDED)]
    go: list[Told] = [("C", number, "B", 24_000 + at, 1, True) for at, number in enumerate(CROWDED)]
    told = [*come, *go[:-1]]
    messages = [cleared()] + [order(at, *one[:5], LAST) for at, one in enumerate(told)]
    found = read(written(tmp_path, content(messages, head("mbo"))))
    assert not found.rejected
    assert depth_of(found) == by_hand(told)


def test_a_book_grows_beyond_its_first_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    monkeypatch.setattr(orders, "ROOM", 8)
    monkeypatch.setattr(orders, "LEVEL_ROOM", 4)
    monkeypatch.setattr(orders, "BOOKS", 3)
    monkeypatch.setattr(records, "CHUNK", 5_000)
    told: list[Told] = [
        (
            str(rng.choice(list("AAMCC"))),
            int(rng.integers(1, 2**40)) if rng.random() < 0.7 else int(rng.integers(1, 9)),
            str(rng.choice(["A", "B"])),
            int(rng.integers(23_000, 25_000)),
            int(rng.integers(1, 9)),
            bool(rng.random() < 0.5),
        )
        for _ in range(1_500)
    ]
    messages = [cleared()] + [order(at, *one[:5], LAST if one[5] else 0) for at, one in enumerate(told)]
    found = read(written(tmp_path, content(messages, head("mbo"))))
    assert depth_of(found) == by_hand(told)


@pytest.fixture(scope="module")
def market() -> tuple[Trades, Depth]:
    """Return a slice of the synthetic market."""
    made: dict[str, InstrumentDay] = {}

    def keep(data: InstrumentDay, *_: object) -> None:
        made[data.instrument] = data

    generate_day(MarketSettings(density=Multiple(0.02)), session_on(DAY), keep)
    return rows_of(made["ES"].trades, slice(0, 400)), rows_of(made["ES"].depth, slice(0, 1_500))


def orders_of(depth: Depth, row: int) -> dict[int, tuple[str, int, int]]:
    """Return orders that make up a row of depth: side, ticks and size by a number of their own."""
    found = {}
    for side, ticks, lots, counts in (
        ("B", depth.bid_ticks, depth.bid_lots, depth.bid_counts),
        ("A", depth.ask_ticks, depth.ask_lots, depth.ask_counts),
    ):
        for level in range(10):
            size, count = int(lots[row, level]), int(counts[row, level])
            for rank in range(count if size else 0):
                number = (int(ticks[row, level]) * 1_000 + rank) * 2 + (side == "A")
                part = size - (count - 1) if rank == 0 else 1
                found[number] = (side, int(ticks[row, level]), part)
    return found


def as_orders(trades: Trades, depth: Depth) -> list[Any]:
    """Return a market by order: what has to come, change and go from each row of depth to the next."""
    messages: list[Any] = [cleared()]
    before: dict[int, tuple[str, int, int]] = {}
    for ts, row, is_trade in _merged(trades, depth):
        at = ts - START
        if is_trade:
            side = {1: "B", -1: "A", 0: "N"}[int(trades.side[row])]
            ticks, size = int(trades.ticks[row]), int(trades.lots[row])
            messages.append(order(at, "T", 0, side, ticks, size, 0, sequence=row))
            continue
        now = orders_of(depth, row)
        steps = [order(at, "C", one, *before[one], 0) for one in before if one not in now]
        steps += [order(at, "M", one, *now[one], 0) for one in now if before.get(one, now[one]) != now[one]]
        steps += [order(at, "A", one, *now[one], 0) for one in now if one not in before]
        messages += [*steps, order(at, "N", 0, "N", 0, 0, LAST, price=dbn.UNDEF_PRICE)]
        before = now
    return messages


def as_prices(trades: Trades, depth: Depth) -> list[Any]:
    messages = []
    bids: Any = []
    asks: Any = []
    for ts, row, is_trade in _merged(trades, depth):
        at = ts - START
        if is_trade:
            side = {1: "B", -1: "A", 0: "N"}[int(trades.side[row])]
            what: dict[str, Any] = {"action": "T", "side": side, "price": int(trades.ticks[row]) * TICK}
            size = int(trades.lots[row])
            messages.append(book(at, bids, asks, flags=0, size=size, sequence=row, **what))
            # The exchange shows a book again that is as it was: it is one book.
            messages += [book(at, bids, asks)] * (row % 3) if bids or asks else []
            continue
        bids, asks = sides_of(rows_of(depth, slice(row, row + 1)))[0]
        messages.append(book(at, bids, asks))
    return messages


def _merged(trades: Trades, depth: Depth) -> list[tuple[int, int, bool]]:
    end = int(depth.ts[-1])
    rows = [(int(ts), row, True) for row, ts in enumerate(trades.ts) if ts <= end]
    return sorted(rows + [(int(ts), row, False) for row, ts in enumerate(depth.ts)])


def test_a_slice_agrees_with_itself_by_order_by_price_and_as_trades(
    market: tuple[Trades, Depth], tmp_path: Path
) -> None:
    trades, depth = market
    kept = trades.ts <= depth.ts[-1]
    alone = [
        trade(
            int(ts) - START,
            int(trades.ticks[row]),
            int(trades.lots[row]),
            {1: "B", -1: "A", 0: "N"}[int(trades.side[row])],
            sequence=row,
        )
        for row, ts in enumerate(trades.ts[kept])
    ]
    encoded = {"mbo": as_orders(trades, depth), "mbp-10": as_prices(trades, depth), "trades": alone}
    named = [mapping("ESM6", ES, DAY - dt.timedelta(days=1))]
    found = {}
    for schema, messages in encoded.items():
        (tmp_path / schema).mkdir()
        found[schema] = read(
            written(tmp_path / schema, content(messages, head(schema, mappings=named)), compressed=True)
        )
    for one in found.values():
        same(one.columns(Trades), rows_of(trades, kept))
        assert one.ids() == found["trades"].ids()
    changed = np.ones(len(depth), np.bool_)
    rows = np.concatenate([getattr(depth, name) for name in Depth.__slots__[1:]], axis=1)
    changed[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    for schema in ("mbo", "mbp-10"):
        same(found[schema].columns(Depth), rows_of(depth, changed))
    same(quotes_of(found["mbo"].columns(Depth)), quotes_of(depth))


def same(one: Trades | Depth | Quotes, other: Trades | Depth | Quotes) -> None:
    for name in one.__slots__:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
