"""Sierra's files: what an encoder of our own writes comes back, held against readings in plain Python."""

import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.formats import sierra, sierra_depth
from catalog.formats.sierra_depth import DepthImporter
from catalog.formats.sierra_scid import BEHEADED, NOT_WHOLE, ScidImporter
from mia_plugins.data.arrow import Kind
from mia_plugins.data.bars import MINUTE
from mia_plugins.data.files import Files
from mia_plugins.data.store import Store
from tests.importing import at, bring, held, read, tuples
from tests.sierra import FIRST, LAST, Command, Print, bars, depth, scid

START = at("2026-06-01T14:00:00")
ID = "ESM6.XCME"
NAME = "ESM26-CME.scid"
DEPTH_NAME = "ESM26-CME.2026-06-01.depth"


@contextmanager
def elsewhere() -> Iterator[None]:
    """Work in an empty folder: an example of a property must not see another's catalog."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


@st.composite
def some_prints(draw: st.DrawFn, *, lost: bool = False) -> list[Print]:
    """Draw orders of one to five parts, at times that never go back; some reach into the next millisecond.

    `lost` draws some whose first or last part is not marked.
    """
    found = []
    now = START
    for _ in range(draw(st.integers(1, 12))):
        now += draw(st.sampled_from([1_000, 400_000, 998_000, 1_000_000, 5_000_000, 61_000_000_000]))
        side = draw(st.sampled_from([1, -1, 0]))
        parts = draw(st.integers(1, 5))
        step = draw(st.sampled_from([1_000, 1_000, 900_000]))
        marks = [FIRST, *[0.0] * (parts - 2), LAST] if parts > 1 else [0.0]
        if lost and parts > 1 and draw(st.integers(0, 3)) == 0:
            marks[draw(st.sampled_from([0, -1]))] = 0.0
        for number in range(parts):
            price = 6_000 + draw(st.integers(-2, 2)) / 4
            found.append(Print(now + number * step, price, draw(st.integers(1, 3)), side, marks[number]))
        now += step * parts
    return found


def plainly(prints: list[Print]) -> list[tuple[int, int, int, int]]:
    """Return the trades of prints: parts of one order, price and side together, at the order's last time."""
    orders: list[list[Print]] = []
    left = list(prints)
    while left:
        count = whole(left)
        orders.append(left[:count])
        left = left[count:]
    return [
        (order[-1].ts, round(price * 4), sum(one.lots for one in run), side)
        for order in orders
        for (price, side), group in itertools.groupby(order, key=lambda one: (one.price, one.side))
        for run in [list(group)]
    ]


def whole(prints: list[Print]) -> int:
    """Return of how many prints the first order is."""
    if prints[0].mark != FIRST:
        return 1
    milliseconds = [one.ts // 1_000_000 for one in prints]
    for number in range(1, len(prints)):
        if prints[number].mark == FIRST or not 0 <= milliseconds[number] - milliseconds[number - 1] <= 1:
            break
        if prints[number].mark == LAST:
            return number + 1
    same = 1
    while same < len(prints) and milliseconds[same] == milliseconds[0] and prints[same].mark != FIRST:
        same += 1
    return same


def is_cut(prints: list[Print]) -> int:
    """Return how many prints at the end are of an order that may go on behind them."""
    for back in range(1, len(prints) + 1):
        one = prints[-back]
        if one.mark == LAST:
            return 0
        if one.mark == FIRST:
            return back
        if back < len(prints) and not 0 <= one.ts // 1_000_000 - prints[-back - 1].ts // 1_000_000 <= 1:
            return 0
    return 0


def headless(prints: list[Print]) -> int:
    """Return how many prints at the beginning are of an order that began before them."""
    for number, one in enumerate(prints):
        if one.mark == FIRST:
            return 0
        if number and not 0 <= one.ts // 1_000_000 - prints[number - 1].ts // 1_000_000 <= 1:
            return 0
        if one.mark == LAST:
            return number + 1
    return 0


@contextmanager
def pieces_of(count: int) -> Iterator[None]:
    """Read so many records at a time."""
    before = sierra.PART, sierra_depth.PART
    sierra.PART, sierra_depth.PART = count, min(count, before[1])
    try:
        yield
    finally:
        sierra.PART, sierra_depth.PART = before


@settings(max_examples=100, deadline=None)
@given(
    some_prints(lost=True),
    st.sampled_from([1, 2, 3, 7, 1 << 17]),
    st.sampled_from([1.0, 0.01]),
    st.sampled_from([40, 56]),
)
def test_orders_are_whole_whatever_the_pieces(
    prints: list[Print], piece: int, multiplier: float, record: int
) -> None:
    content = scid(prints, multiplier, record=record)
    with pieces_of(piece):
        parts, quality = read(ScidImporter, NAME, content, multiplier=multiplier)
    head, tail = headless(prints), is_cut(prints)
    expected = plainly(prints[head : len(prints) - tail])
    assert [row for part in parts for row in tuples(part)] == expected
    reasons = {BEHEADED: head, NOT_WHOLE: tail}
    assert quality.rejected == {reason: count for reason, count in reasons.items() if count}
    joined = len(prints) - head - tail - len(expected)
    assert (quality.read, quality.written, quality.joined) == (len(prints), len(expected), joined)


@settings(max_examples=10, deadline=None)
@given(some_prints(), st.integers(1, 40), st.integers(0, 39), st.integers(0, 39))
def test_a_file_that_grows_comes_in_piece_by_piece(
    history: list[Print], cut: int, torn: int, begin: int
) -> None:
    """Wherever a copy began or ended, in the middle of an order or of a record, before or after the whole."""
    whole, torn_off = scid(history), scid(history)[: 56 + 40 * min(cut, len(history) - 1) + torn]
    late = scid(history[min(begin, len(history) - 1) :])
    for files in ((torn_off, late, whole), (whole, late, torn_off)):
        with elsewhere():
            for one in files:
                bring(ScidImporter, NAME, one)
            assert held(Kind.TRADES, ID) == plainly(history)


def test_an_order_that_goes_on_in_the_next_millisecond_is_one() -> None:
    marks = {0: FIRST, 3: LAST}
    edge = START + 999_000
    order = [Print(edge + number * 1_000, 6_000, 2, 1, marks.get(number, 0.0)) for number in range(4)]
    bring(ScidImporter, NAME, scid(order))
    assert held(Kind.TRADES, ID) == [(edge + 3_000, 24_000, 8, 1)]


def test_what_is_two_milliseconds_behind_is_of_no_order() -> None:
    apart = [Print(START, 6_000, 2, 1, FIRST), Print(START + 2_000_000, 6_000, 3, 1, LAST)]
    parts, _ = read(ScidImporter, NAME, scid(apart))
    assert [row[2] for one in parts for row in tuples(one)] == [2, 3]


def test_a_bar_that_was_not_over_gives_way_to_the_whole_one() -> None:
    half, whole = ((START, 6_000.0, 6_000.5, 6_000.0, 6_000.25, lots) for lots in (3, 10))
    for rows in ([half], [whole], [half]):
        bring(ScidImporter, NAME, bars(rows))
        lots = [row[5] for row in held(Kind.BARS, ID)]
        assert lots == [max(lots)]
    assert lots == [10]


def test_times_in_days_are_read_to_the_microsecond() -> None:
    prints = [Print(START + number * 1_000_000_000, 6_000.25, 1, 1) for number in range(50)]
    bring(ScidImporter, NAME, scid(prints, in_days=True))
    for (ts, *_), one in zip(held(Kind.TRADES, ID), prints, strict=True):
        assert abs(ts - one.ts) <= 1_000


def test_minute_bars_are_stamped_at_their_close() -> None:
    rows = [(START + n * MINUTE, 6_000.0, 6_001.0, 5_999.5, 6_000.25, 10) for n in range(3)]
    quality = bring(ScidImporter, NAME, bars([*rows, (START + 200 * 10**9, *rows[0][1:])]))
    assert held(Kind.BARS, ID) == [(ts + MINUTE, 24_000, 24_004, 23_998, 24_001, 10) for ts, *_ in rows]
    assert dict(quality.rejected) == {"a bar that does not begin with a minute": 1}
    assert quality.first == {"a bar that does not begin with a minute": f"{NAME}: byte {56 + 3 * 40}"}


def test_a_bar_at_the_close_is_of_the_session_that_closes() -> None:
    close = at("2026-06-01T21:00:00")
    bring(ScidImporter, NAME, bars([(close - n * MINUTE, 6_000, 6_001, 5_999, 6_000, 1) for n in (2, 1)]))
    manifest = Store.open(Files("cat")).manifest
    assert manifest
    assert [str(day) for day in manifest.days] == ["2026-06-01"]


@st.composite
def some_commands(draw: st.DrawFn) -> list[Command]:
    """Draw lines of a book; levels lie on either side of a price, now and then also crossed."""
    found = [Command(START, 1)] if draw(st.booleans()) else []
    for number in range(draw(st.integers(1, 60))):
        command = draw(st.sampled_from([0, 1, *[2, 3, 4, 5] * 6, 6, 7]))
        away = draw(st.integers(-1 if draw(st.integers(0, 9)) == 0 else 1, 14)) / 4
        price = 6_000 + (away if command in {3, 5, 7} else -away)
        lots, orders = draw(st.integers(0, 9)), draw(st.integers(1, 4))
        found.append(Command(START + number * 1_000_000, command, price, lots, orders, draw(st.booleans())))
    return found


Levels = tuple[tuple[int, int, int], ...]


def books(commands: list[Command]) -> list[tuple[int, Levels, Levels]]:
    """Return the ten best of each side, (ticks, contracts, orders), as they change from batch to batch."""
    found: list[tuple[int, Levels, Levels]] = []
    sides: tuple[dict[int, tuple[int, int]], dict[int, tuple[int, int]]] | None = None
    before: tuple[Levels, Levels] | None = None
    for one in commands:
        if one.command == 1:
            sides = ({}, {})
        if sides is None:
            continue
        side, ticks = sides[one.command % 2], round(one.price * 4)
        if one.command >= 6 or (one.command > 1 and one.lots == 0):
            side.pop(ticks, None)
        elif one.command > 1:
            side[ticks] = (one.lots, one.orders)
        bid, ask = (tuple((price, *side[price]) for price in sorted(side)) for side in sides)
        best = (bid[::-1][:10], ask[:10])
        if one.last and best != before:
            before = best
            if bid or ask:
                found.append((one.ts, *best))
    return found


@settings(max_examples=60, deadline=None)
@given(some_commands(), st.sampled_from([1, 5, 1 << 17]), st.sampled_from([1.0, 0.01]))
def test_books_are_told_where_a_batch_ends(commands: list[Command], piece: int, multiplier: float) -> None:
    expected = books(commands)
    with pieces_of(piece):
        parts, quality = read(DepthImporter, DEPTH_NAME, depth(commands, multiplier), multiplier=multiplier)
    rows = [row for part in parts for row in tuples(part)]
    told = [
        (
            ts,
            *(
                tuple(level for level in zip(*side, strict=True) if level[1])
                for side in ((b, bl, bc), (a, al, ac))
            ),
        )
        for ts, b, a, bl, al, bc, ac in rows
    ]
    assert told == expected
    crossed = sum(bool(bid and ask) and bid[0][0] >= ask[0][0] for _, bid, ask in expected)
    assert quality.flagged["bid at or above the ask"] == crossed


def test_what_comes_before_the_first_snapshot_is_rejected() -> None:
    lines = [
        Command(START, 2, 6_000, 5, last=True),
        Command(START, 1),
        Command(START, 3, 6_001, 5, last=True),
    ]
    quality = bring(DepthImporter, DEPTH_NAME, depth(lines))
    assert dict(quality.rejected) == {"a change before the first snapshot of the book": 1}
    assert quality.written == 1


def test_a_batch_that_ends_with_a_rejected_line_is_told_all_the_same() -> None:
    lines = [
        Command(START, 1),
        Command(START, 2, 6_000, 5),
        Command(START + 1_000, 3, 6_001.1, 5, last=True),
        Command(START + 2_000, 3, 6_001, 5, last=True),
    ]
    quality = bring(DepthImporter, DEPTH_NAME, depth(lines))
    assert dict(quality.rejected) == {"a price that is no whole number of ticks above 0": 1}
    assert [row[0] for row in held(Kind.DEPTH, ID)] == [START + 1_000, START + 2_000]
    assert (quality.written, quality.beside, quality.joined) == (2, 1, 2)


def test_a_deleted_level_that_was_not_there_is_flagged() -> None:
    lines = [Command(START, 1), Command(START, 2, 6_000, 5), Command(START, 7, 6_001, last=True)]
    quality = bring(DepthImporter, DEPTH_NAME, depth(lines))
    assert quality.flagged == {"deleted levels that were not there": 1}
