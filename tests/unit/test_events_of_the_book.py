"""Icebergs and absorption where the book is ugly: prices that empty, orders that are pulled, books that are wide."""

from itertools import pairwise

import numpy as np

from indicators.events import absorbing, hidden
from indicators.events.absorption import Absorption
from indicators.events.book_log import APPEARED, CHANGE, ORDERS, SHOWN, TICKS, TRADE, TS, WHAT, BookLog
from indicators.events.icebergs import Icebergs
from mia_plugins.features.walking import walk
from mia_plugins.testing import Scene
from mia_plugins.testing.invariants import market_of
from tests.unit.test_events import followed

REST = "5999.75x50 5999.50x50 | 6000.25x50 6000.50x50"
SECOND = 1_000_000_000


def scene(*lines: str) -> Scene:
    """Return trades (`TIME PRICE LOTS SIDE`) and bids at 6000.00 (`TIME xLOTS`), around a book that rests."""
    trades = [line for line in lines if " x" not in line]
    books = []
    for line in lines:
        if " x" in line:
            at, lots = line.split(" x")
            books.append(f"{at}  {f'6000.00x{lots} ' if int(lots) else ''}{REST}")
    return Scene("2026-03-10").trades("\n".join(trades)).book("\n".join(books))


def refilled(times: int) -> list[str]:
    """Return 17 lots, alone at their price, that are sold to and are back 50 ms later."""
    lines = ["10:00:00.000 x0", "10:00:01.000 x17"]
    for second in range(2, 2 + times):
        at = f"10:00:{second:02d}"
        lines += [f"{at}.000 6000.00 17 sell", f"{at}.001 x0", f"{at}.050 x17"]
    return lines


def log_of(scene: Scene) -> list[tuple[int, ...]]:
    market = market_of(scene)
    log = market.measure(BookLog)
    rows = []
    for _ in walk(market, scene.days()):
        rows += [tuple(row) for row in log.fresh.tolist()]
    return rows


def test_a_price_within_what_was_shown_came_and_one_beyond_appeared() -> None:
    ten = " ".join(f"{6000 - 0.25 * n:.2f}x9" for n in range(10))
    lower = " ".join(f"{6000 - 0.25 * n:.2f}x9" for n in range(1, 11))
    full = Scene("2026-03-10").book(
        f"10:00:00 {ten} | 6000.25x9\n10:00:01 {lower} | 6000.25x9\n10:00:02 {ten} | 6000.25x9"
    )
    rows = [row for row in log_of(full) if row[TS] > full.at("10:00:00")]
    assert [(row[WHAT], row[TICKS], row[SHOWN]) for row in rows if row[WHAT] in {CHANGE, APPEARED}] == [
        (APPEARED, 23990, 9),
        (CHANGE, 24000, 0),
        (CHANGE, 24000, 9),
    ], "of the eleventh price nobody knows; the best one went, and came whole"
    short = Scene("2026-03-10").book(
        "10:00:00 6000.00x9 | 6000.25x9\n10:00:01 6000.00x9 5999.00x4 | 6000.25x9"
    )
    last = log_of(short)[-1]
    assert (last[WHAT], last[TICKS], last[ORDERS]) == (CHANGE, 23996, 1), (
        "of a book of one price all is shown"
    )


def test_a_refill_may_bring_the_price_itself_back() -> None:
    (found,) = followed(Icebergs, scene(*refilled(4)), surprise=0).since(0)
    assert (found.side, found.ticks, found.shown, found.refills, found.lots) == (1, 24000, 17, 4, 68)
    assert not list(followed(Icebergs, scene(*refilled(2)), surprise=0).since(0))


def test_what_is_cancelled_and_posted_anew_is_no_refill() -> None:
    lines = ["10:00:00.000 x3", "10:00:01.000 x20"]
    for second in range(2, 9):
        at = f"10:00:{second:02d}"
        lines += [
            f"{at}.000 6000.00 1 sell",
            f"{at}.001 x19",
            f"{at}.010 x2",
            f"{at}.015 x3",
            f"{at}.020 x20",
        ]
    assert not list(followed(Icebergs, scene(*lines), surprise=0).since(0)), "7 lots were executed of 17"


def test_an_iceberg_that_is_pulled_is_over_five_seconds_later() -> None:
    lines = scene(*refilled(3), "10:00:10.000 x0")
    for until, count in (("10:00:09", 1), ("10:00:15", 1), ("10:00:15.000000001", 0), ("15:30:00", 0)):
        measure = followed(Icebergs, lines, until, surprise=0)
        assert len(measure.standing(lines.at(until))) == count, until


def test_an_order_that_was_filled_in_part_is_not_gone() -> None:
    """Less stands there than it shows, since others left: what is left of it does."""
    lines = ["10:00:00.000 x0", "10:00:01.000 x17"]
    for number in range(3):
        minute = f"10:{number + 1:02d}"
        lines += [f"{minute}:00.000 x37"]  # others come behind it
        lines += [f"{minute}:01.000 6000.00 5 sell", f"{minute}:01.001 x12"]  # and leave
        lines += [f"{minute}:11.000 6000.00 12 sell", f"{minute}:11.001 x0", f"{minute}:11.050 x17"]
    (found,) = followed(Icebergs, scene(*lines), surprise=0).since(0)
    assert (found.shown, found.refills) == (17, 3)


def test_a_price_far_behind_takes_no_icebergs_place() -> None:
    """Ten levels of NQ may reach over more prices than are followed."""
    lines = refilled(4)
    near, far = (
        scene(*lines).book(
            "\n".join(f"10:00:{s:02d}.500 6000.00x17 {price}x{s} | 6000.25x50" for s in range(1, 6))
        )
        for price in (f"{6000 - 0.25 * (hidden.PLACES - 1):.2f}", f"{6000 - 0.25 * hidden.PLACES:.2f}")
    )
    counts = [followed(Icebergs, one, surprise=0).count for one in (near, far)]
    assert counts == [1, 1]


def test_absorption_may_empty_the_price_in_between() -> None:
    quiet = Scene("2026-03-10").book(f"09:00:00 6000.00x10 {REST}").trades("09:00:00 6000.00 1 sell")
    trades = [f"10:00:{second:02d} 6000.00 10 sell" for second in range(2, 10)]
    books = [
        f"10:00:{second:02d}.{ms} {bid}{REST}"
        for second in range(2, 10)
        for ms, bid in (("001", ""), ("050", "6000.00x10 "))
    ]
    (found,) = followed(Absorption, quiet.trades("\n".join(trades)).book("\n".join(books))).since(0)
    assert (found.side, found.ticks, found.lots, found.shown) == (1, 24000, 80, 10)


def test_a_trade_goes_through_every_event_that_is_kept() -> None:
    """On the kernel: as many at once would take an hour of scenes."""
    drawn = np.random.default_rng(7)
    events = np.zeros((absorbing.KEPT + 1, absorbing.FIELDS), np.int64)
    count = absorbing.KEPT
    sides, ticks = drawn.choice([1, -1], count), 24_000 + drawn.integers(-30, 30, count)
    events[:-1, absorbing.E_SIDE], events[:-1, absorbing.E_TICKS] = sides, ticks
    events[-1, 0] = 3 * count
    places = np.zeros((2, absorbing.PLACES + 1, 5), np.int64)
    prints = np.zeros((2, absorbing.PLACES, absorbing.PRINTS, 3), np.int64)
    prices = np.cumsum(drawn.integers(-4, 5, 300)) + 24_000
    log = np.zeros((len(prices), 7), np.int64)
    log[:, TS], log[:, WHAT], log[:, TICKS] = np.arange(1, len(prices) + 1), TRADE, prices
    absorbing.search(log, places, prints, events, (30 * SECOND, 1e18, 3.0, 0.5))
    through = (sides * (ticks - prices[:, None]) >= absorbing.THROUGH).T
    expected = np.where(through.any(axis=1), through.argmax(axis=1) + 1, 0)
    assert events[:-1, absorbing.E_VOID].tolist() == expected.tolist()
    assert len(set(expected.tolist())) > 10
    assert all(a < b for a, b in pairwise(log[:, TS].tolist()))
