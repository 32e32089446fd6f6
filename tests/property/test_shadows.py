"""Shadow outcomes: equal to a naive walk through the quotes, however those are cut, for buys as for sells."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mia_plugins.journal.errors import JournalError
from mia_plugins.journal.shadow import Shadows, Waits

Quote = tuple[int, int, int]
Bracket = tuple[Any, ...]
"""What `open` is given."""


def naive(  # noqa: C901, PLR0912 it is meant to be plain
    bracket: Bracket, quotes: list[Quote], end: int, slip: int
) -> tuple[Any, ...]:
    """Walk through the quotes one by one; the long and the short case are each written out."""
    id_, ts, side, stop, target, until, *more = bracket
    limit, waited = (more[0].limit, min(more[0].until, until)) if more else (None, until)
    entry = ts_entry = r = None
    mae = mfe = 0
    for at, bid, ask in quotes:
        if at <= ts or at > until:
            continue
        close = bid if side > 0 else ask
        exit_ = price = None
        if entry is None and limit is not None:
            if at > waited or (ask > limit if side > 0 else bid < limit):
                continue
            ts_entry, entry = at, limit
        elif entry is None:
            ts_entry, entry = at, ask + slip if side > 0 else bid - slip
        elif side > 0:
            market = bid - slip
            if entry <= stop or (bid <= stop and entry < target):
                exit_, price = "stop", market
            elif entry >= target:
                exit_, price = "target", min(market, target)
            elif bid >= target:
                exit_, price = "target", target
        else:
            market = ask + slip
            if entry >= stop or (ask >= stop and entry > target):
                exit_, price = "stop", market
            elif entry <= target:
                exit_, price = "target", max(market, target)
            elif ask <= target:
                exit_, price = "target", target
        moved = side * (close - entry)
        mae, mfe = max(mae, -moved), max(mfe, moved)
        last = close
        if exit_ is not None:
            break
    else:
        at = min(until, end)
        exit_ = "time" if until <= end else "open"
        if entry is None:
            if limit is not None:
                at, exit_ = min(waited, end), "not filled" if waited <= end else "open"
            return (id_, None, None, at, None, exit_, None, None, None)
        price = last - side * slip
    if entry != stop and price is not None:
        r = side * (price - entry) / abs(entry - stop)
    return (id_, ts_entry, entry, at, price, exit_, r, mae, mfe)


def walked(brackets: list[Bracket], quotes: list[Quote], cuts: list[int], end: int, slip: int) -> list[Any]:
    """Give the quotes in pieces, and open each bracket as late as it may be."""
    shadows = Shadows(slip, None)
    edges = [0, *sorted(cut for cut in cuts if cut < len(quotes)), len(quotes)]
    waiting = sorted(brackets, key=lambda bracket: bracket[1])
    for start, stop in pairwise(edges):
        piece = quotes[start:stop]
        while waiting and piece and waiting[0][1] < piece[-1][0]:
            shadows.open(*waiting.pop(0))
        shadows.advance(*np.array(piece, np.int64).reshape(-1, 3).T)
    for bracket in waiting:
        shadows.open(*bracket)
    shadows.end(end)
    return shadows.closed


@st.composite
def markets(draw: st.DrawFn) -> list[Quote]:
    """Return quotes that often share a time, and that jump."""
    steps = draw(st.lists(st.tuples(st.integers(0, 2), st.integers(-4, 4), st.integers(1, 3)), max_size=40))
    ts, bid, quotes = 0, 100, []
    for wait, move, spread in steps:
        ts, bid = ts + wait, bid + move
        quotes.append((ts, bid, bid + spread))
    return quotes


@st.composite
def brackets(draw: st.DrawFn) -> list[Bracket]:
    made = []
    for id_ in range(1, draw(st.integers(1, 6)) + 1):
        ts, side = draw(st.integers(-1, 30)), draw(st.sampled_from([1, -1]))
        low = draw(st.integers(85, 110))
        high = low + draw(st.integers(1, 15))
        stop, target = (low, high) if side > 0 else (high, low)
        waits: tuple[Waits, ...] = ()
        if draw(st.booleans()):
            waits = (Waits(draw(st.integers(low, high)), ts + draw(st.integers(0, 50))),)
        made.append((id_, ts, side, stop, target, ts + draw(st.integers(0, 40)), *waits))
    return made


@settings(max_examples=400)
@given(brackets(), markets(), st.lists(st.integers(0, 40), max_size=8), st.integers(0, 60), st.integers(0, 2))
def test_outcomes_are_those_of_a_naive_walk_however_quotes_are_cut(
    made: list[Bracket], quotes: list[Quote], cuts: list[int], more: int, slip: int
) -> None:
    end = (quotes[-1][0] if quotes else 0) + more
    made = [bracket for bracket in made if bracket[1] <= end]
    expected = [naive(bracket, quotes, end, slip) for bracket in made]
    whole = walked(made, quotes, [], end, slip)
    assert sorted(map(tuple, whole)) == expected
    assert walked(made, quotes, cuts, end, slip) == whole, "rows in another order"


@given(brackets(), markets(), st.integers(0, 2))
def test_a_mirrored_market_gives_a_mirrored_bracket_the_same_result(
    made: list[Bracket], quotes: list[Quote], slip: int
) -> None:
    end = 100
    mirrored = [
        (id_, ts, -side, -stop, -target, until, *(Waits(-one.limit, one.until) for one in waits))
        for id_, ts, side, stop, target, until, *waits in made
    ]
    back = [(ts, -ask, -bid) for ts, bid, ask in quotes]
    one, other = walked(made, quotes, [], end, slip), walked(mirrored, back, [], end, slip)
    kept = ("id", "ts_entry", "ts_exit", "exit", "r", "mae", "mfe")
    assert [[getattr(row, name) for name in kept] for row in one] == [
        [getattr(row, name) for name in kept] for row in other
    ]
    for row, twin in zip(one, other, strict=True):
        if row.entry is not None:
            assert (row.entry, row.exit_ticks) == (-twin.entry, -twin.exit_ticks)


LONG = (1, 0, 1, 95, 110, 50)


@pytest.mark.parametrize(
    ("name", "bracket", "quotes", "expected"),
    [
        ("the quote at the decision's own time is not the entry", LONG, [(0, 50, 51), (1, 100, 101), (2, 110, 111)], (102, 110, "target", 8 / 7)),
        ("a target is filled at the target, not at the quote", LONG, [(1, 100, 101), (2, 130, 131)], (102, 110, "target", 8 / 7)),
        ("an ask at the target does not fill it", LONG, [(1, 100, 101), (2, 109, 110), (60, 1, 2)], (102, 108, "time", 6 / 7)),
        ("a stop is filled at the quote, less slippage", LONG, [(1, 100, 101), (2, 95, 96)], (102, 94, "stop", -8 / 7)),
        ("a gap goes through the stop", LONG, [(1, 100, 101), (2, 80, 81)], (102, 79, "stop", -23 / 7)),
        ("the quote of the entry is no exit", LONG, [(1, 94, 101), (2, 110, 111)], (102, 110, "target", 8 / 7)),
        ("an entry beyond the stop is over at the next quote", LONG, [(1, 90, 91), (2, 105, 106)], (92, 104, "stop", 4.0)),
        ("an entry beyond the target gains nothing", LONG, [(1, 112, 113), (2, 140, 141)], (114, 110, "target", -4 / 19)),
        ("nor is it filled where nobody bids", LONG, [(1, 112, 113), (2, 100, 101)], (114, 99, "target", -15 / 19)),
        ("so is one at the stop, though the market recovers", LONG, [(1, 93, 94), (2, 109, 110)], (95, 108, "stop", None)),
        ("an entry at the stop has no risk to measure by", LONG, [(1, 93, 94), (2, 93, 94)], (95, 92, "stop", None)),
        ("a quote at the end of its time counts", LONG, [(1, 100, 101), (50, 110, 111)], (102, 110, "target", 8 / 7)),
        ("a quote after its time does not", LONG, [(1, 100, 101), (51, 110, 111)], (102, 99, "time", -3 / 7)),
        ("the data end", LONG, [(1, 100, 101), (3, 104, 105)], (102, 103, "open", 1 / 7)),
        ("no quote, no entry", LONG, [(51, 100, 101)], (None, None, "time", None)),
        ("a limit waits for an ask that reaches it", (*LONG, Waits(99, 9)), [(1, 100, 101), (2, 98, 99), (3, 110, 111)], (99, 110, "target", 11 / 4)),
        ("and is filled at its price, though the market jumped below", (*LONG, Waits(99, 9)), [(1, 96, 97), (3, 110, 111)], (99, 110, "target", 11 / 4)),
        ("a bid that reaches it is not enough", (*LONG, Waits(99, 9)), [(1, 99, 100), (10, 98, 99)], (None, None, "not filled", None)),
        ("it waits no longer than the trade may take", (*LONG, Waits(99, 90)), [(1, 99, 100), (51, 98, 99)], (None, None, "not filled", None)),
        ("the data end while it waits", (*LONG, Waits(99, 45)), [(1, 99, 100)], (None, None, "open", None)),
        ("a sell goes the other way", (1, 0, -1, 110, 95, 50), [(1, 100, 101), (2, 94, 95)], (99, 95, "target", 4 / 11)),
    ],
)  # fmt: skip
def test_what_a_bracket_would_have_done(
    name: str, bracket: Bracket, quotes: list[Quote], expected: Any
) -> None:
    (row,) = walked([bracket], quotes, [], 40, 1)
    assert (row.entry, row.exit_ticks, row.exit, row.r) == expected, name


@given(st.integers(0, 3_000), st.integers(0, 3_000))
@example(255, 256)
@example(256, 300)
def test_an_exit_far_away_is_found(first: int, second: int) -> None:
    bid = np.full(4_000, 100, np.int64)
    bid[1 + first] = 90
    bid[1 + second] = 120
    shadows = Shadows(0, None)
    shadows.open(1, 0, 1, 95, 110, 10_000)
    shadows.advance(np.arange(1, 4_001), bid, bid + 1)
    ((*_, ts_exit, _, kind, _, _, _),) = shadows.closed
    hit = min(first, second)
    assert (ts_exit, kind) == (hit + 2, "stop" if first < second else "target")
    assert len(shadows) == 0


def test_outcomes_are_written_in_the_order_in_which_they_were_known() -> None:
    made = [(1, 0, 1, 95, 110, 9), (2, 0, 1, 95, 105, 50), (3, 0, 1, 90, 120, 9)]
    quotes = [(1, 100, 101), (2, 105, 106), (10, 110, 111)]
    for cuts in ([], [1], [2]):
        closed = walked(made, quotes, cuts, 60, 0)
        assert [(row.id, row.exit) for row in closed] == [(2, "target"), (1, "time"), (3, "time")]


@pytest.mark.parametrize(
    ("bracket", "told"),
    [
        ((7, 5, 0, 95, 110, 50), "decision 7 at 1970-01-01 00:00:00.000000005 UTC: side is 0"),
        ((7, 5, 1, 110, 95, 50), "the stop 110 of a buy is not on the losing side of its target 95"),
        ((7, 5, -1, 95, 95, 50), "the stop 95 of a sell is not on the losing side of its target 95"),
        ((7, 5, 1, 95, 110, 4), "it ends at 1970-01-01 00:00:00.000000004 UTC, before it begins"),
        ((7, 2, 1, 95, 110, 50), "quotes up to 1970-01-01 00:00:00.000000003 UTC were seen before it was opened"),
    ],
)  # fmt: skip
def test_a_shadow_that_cannot_be_is_refused(bracket: Bracket, told: str) -> None:
    shadows = Shadows(1, None)
    shadows.advance(*np.array([(3, 100, 101)], np.int64).T)
    with pytest.raises(JournalError) as caught:
        shadows.open(*bracket)
    assert told in caught.value.what


@pytest.mark.parametrize("quotes", [[(5, 1, 2), (4, 1, 2)], [(2, 1, 2)]])
def test_quotes_that_go_back_in_time_are_refused(quotes: list[Quote]) -> None:
    shadows = Shadows(1, None)
    shadows.advance(*np.array([(3, 100, 101)], np.int64).T)
    with pytest.raises(JournalError, match="go back in time"):
        shadows.advance(*np.array(quotes, np.int64).T)
