"""What a live node takes in: quotes that are no market are none, trades that stop are noticed."""

import datetime as dt
from types import SimpleNamespace
from typing import Any, cast

import pytest
from nautilus_trader.model import InstrumentId, Quantity, QuoteTick

from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import NS, session_on, utc_ns
from mia_plugins.live.intake import Intake, Stream, Wants
from mia_plugins.live.steward import Steward
from mia_plugins.live.terms import LiveTerms, Pace
from mia_plugins.live.untraded import Untraded
from mia_plugins.runtime.actor import ActorContext
from mia_plugins.runtime.context import TradingDay
from mia_plugins.runtime.guard import Guard
from mia_plugins.runtime.incidents import Incidents
from mia_plugins.runtime.killing import Halt, Kill
from mia_plugins.runtime.orders import price_of
from mia_plugins.settings.model import BaseSettings
from tests.market import DAY, ES

BEGUN = 1_000 * NS
BID = 24_000
TERMS = LiveTerms(Pace(), {})
NAME = InstrumentId.from_str(ES.instrument_id)


class Kept:
    """A recorder."""

    def __init__(self) -> None:
        self.rows: list[Any] = []

    def take(self, contract: Any, rows: Any) -> None:
        del contract
        self.rows.append(rows)

    def table(self, name: str, rows: Any) -> None:
        del name, rows


def intake_of(kinds: frozenset[Kind], kept: Kept) -> Intake:
    context = ActorContext("intake", BaseSettings(), (), {}, Guard(), terms=TERMS)
    intake = Intake(context, TERMS, Wants({"ES": kinds}, {}, kept))
    intake.streams["ES"] = intake._by_id[NAME] = Stream(ES, kinds, BEGUN)
    return intake


def quote(second: float, bid: int = BID, ask: int = BID + 1, lots: tuple[int, int] = (3, 4)) -> QuoteTick:
    at = BEGUN + round(second * NS)
    bids, asks = (Quantity.from_int(one) for one in lots)
    return QuoteTick(NAME, price_of(bid), price_of(ask), bids, asks, at, at)


@pytest.mark.parametrize(
    "bad",
    [
        quote(2, BID + 4, BID),
        quote(2, BID, BID),
        quote(2, -1),
        quote(2, 0),
        quote(2, BID, 0),
        quote(2, lots=(0, 4)),
        quote(2, lots=(3, 0)),
    ],
    ids=["crossed", "locked", "no bid told", "no bid", "no ask", "no bids", "no asks"],
)
def test_quotes_that_are_no_market_are_neither_seen_nor_recorded(bad: QuoteTick) -> None:
    kept = Kept()
    intake = intake_of(frozenset({Kind.QUOTES}), kept)
    intake.on_quote(quote(1))
    intake.on_quote(bad)
    stream = intake.streams["ES"]
    assert stream.heard == BEGUN + NS
    assert stream.quote == (BEGUN + NS, BID, BID + 1, 3, 4)
    intake.deliver(BEGUN + 3 * NS)
    (rows,) = kept.rows
    assert rows.ts.tolist() == [BEGUN + NS]


def test_what_arrived_is_handed_on_before_anybody_looks_but_not_before_the_first() -> None:
    """Until then history may tell of it; what is handed on early is stamped as ever."""
    kept = Kept()
    intake = intake_of(frozenset({Kind.QUOTES}), kept)
    intake.on_quote(quote(1))
    intake.hand_on()
    assert kept.rows == []
    intake.deliver(BEGUN + 2 * NS)
    intake.on_quote(quote(1.5))  # it came after somebody had looked
    intake.on_quote(quote(3))
    intake.hand_on()
    intake.on_quote(quote(2.5))
    intake.deliver(BEGUN + 4 * NS)
    stamps = [(rows.ts - BEGUN).tolist() for rows in kept.rows]
    assert stamps == [[NS], [2 * NS + 1, 3 * NS], [3 * NS]]
    assert intake.pulse == BEGUN + 4 * NS


@pytest.mark.parametrize("has_book", [False, True])
def test_quotes_beside_a_book_are_counted_and_not_kept(has_book: bool) -> None:
    kept = Kept()
    kinds = frozenset({Kind.QUOTES, Kind.DEPTH} if has_book else {Kind.QUOTES})
    intake = intake_of(kinds, kept)
    intake.on_quote(quote(1))
    intake.deliver(BEGUN + 2 * NS)
    assert len(kept.rows) == (not has_book)
    stream = intake.streams["ES"]
    assert (stream.count[Kind.QUOTES], stream.last[Kind.QUOTES]) == (1, BEGUN + NS)
    assert stream.quote is not None


NIGHT, NOON = (utc_ns(DAY, dt.time(hour)) for hour in (3, 12))


class Live:
    """A product whose quotes move, and who watches over its trades."""

    def __init__(self, begun: int) -> None:
        self.now = begun
        self.intake = intake_of(frozenset({Kind.TRADES, Kind.QUOTES}), Kept())
        self.stream = self.intake.streams["ES"] = Stream(ES, frozenset({Kind.TRADES, Kind.QUOTES}), begun)
        self.intake.ask_again = self.ask_again  # type: ignore[method-assign]
        self.told: list[tuple[object, ...]] = []
        self.halt = Halt()
        incidents, day = Incidents(cast("Any", self.told)), TradingDay(session_on(DAY), {"ES": ES})
        context = ActorContext(
            "steward", BaseSettings(), (day,), {}, Guard(), halt=self.halt, incidents=incidents
        )
        self.untraded = Untraded(context, self.intake, 20.0)

    def ask_again(self) -> None:
        self.intake.asked_at = self.now

    def goes_on(self, seconds: int, *, trades: bool, moves: bool = True) -> None:
        for _ in range(seconds):
            self.now += NS
            bid = BID + (self.now // NS) % 2 * moves
            self.stream.take(Kind.QUOTES, self.now, (bid, bid + 1, 3, 4))
            if trades:
                self.stream.take(Kind.TRADES, self.now, (bid, 1, 1))
            self.untraded.look(self.now)


@pytest.mark.parametrize(("begun", "patience"), [(NIGHT, 300), (NOON, 60)], ids=["night", "noon"])
def test_trades_that_stop_while_quotes_move_stop_entries_until_they_come_again(
    begun: int, patience: int
) -> None:
    live = Live(begun)
    live.goes_on(400, trades=True)
    live.goes_on(patience - 1, trades=False)
    assert (live.told, live.halt.level) == ([], Kill.OFF)
    live.goes_on(1, trades=False)
    assert live.halt.reason == "no_trades ES"
    assert live.intake.asked_at == live.now
    live.goes_on(patience + 1, trades=False)
    assert live.intake.asked_at == live.now
    live.goes_on(1, trades=True)
    assert not live.halt.reason
    assert [row[2:4] for row in live.told] == [("no_trades", "stop_entries"), ("no_trades", "clear")]


def test_a_market_that_stands_still_may_do_so_without_trades() -> None:
    live = Live(NOON)
    live.goes_on(900, trades=False, moves=False)
    assert live.told == []


def test_what_only_fills_orders_needs_no_trades() -> None:
    live = Live(NOON)
    live.stream = live.intake.streams["ES"] = Stream(ES, frozenset({Kind.QUOTES}), NOON)
    live.goes_on(200, trades=False)
    assert live.told == []


def test_a_market_that_is_closed_has_nothing_to_tell_and_nothing_is_stale() -> None:
    live = Live(NOON)
    charge: Any = SimpleNamespace(intake=live.intake, live=SimpleNamespace(stale_after=20.0), watched={"ES"})
    steward = Steward(live.untraded._context, charge)
    steward._begun = NOON
    assert steward.ages(NOON + 30 * NS) == {"ES": 30}
    assert steward.ages(utc_ns(DAY, dt.time(17, 30))) == {}


def test_the_line_is_silent_since_anything_came_last_and_in_sessions_alone() -> None:
    live = Live(NOON)
    charge: Any = SimpleNamespace(intake=live.intake, live=SimpleNamespace(stale_after=20.0))
    steward = Steward(live.untraded._context, charge)
    assert steward.unheard(NOON) is None  # it has not begun
    steward._begun = NOON
    assert steward.unheard(NOON + 7 * NS) == 7
    live.stream.take(Kind.TRADES, NOON + 8 * NS, (BID, 1, 1))
    assert steward.unheard(NOON + 10 * NS) == 2
    assert steward.unheard(utc_ns(DAY, dt.time(17, 30))) is None


def test_what_comes_in_no_session_is_taken_by_nobody() -> None:
    """No backtest reads it, so that a session which had it could not be made again."""
    intake = intake_of(frozenset({Kind.QUOTES}), kept := Kept())
    intake._hours = BEGUN + NS, BEGUN + 3 * NS
    for second in (0, 1, 2, 3, 4):
        intake.on_quote(quote(second))
    intake.deliver(BEGUN + 9 * NS)
    (rows,) = kept.rows
    assert rows.ts.tolist() == [BEGUN + NS, BEGUN + 2 * NS]
    intake._hours = BEGUN, BEGUN + 9 * NS
    intake.on_quote(quote(5))  # after a look at the very close: the next instant is of no session
    intake.deliver(BEGUN + 20 * NS)
    assert len(kept.rows) == 1
