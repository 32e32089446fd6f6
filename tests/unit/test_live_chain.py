"""An option chain asked of a gateway: which options, in which turns, what is told, and what goes wrong."""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.market.chain import ChainRow, chain_row
from gateway.wire import ib_pb2 as ib
from mia_plugins.live.chain import conversation, line
from mia_plugins.live.chain.board import Board
from mia_plugins.live.chain.conversation import Asking, Conversation
from mia_plugins.live.chain.line import ChainLine, Where
from mia_plugins.live.chain.nearest import Wanted, nearest
from mia_plugins.live.chain.quotes import Quote
from mia_plugins.live.chain.turns import EACH_SECOND, LONGEST, Turns
from mia_plugins.live.chain.words import OPTION_PARAMETERS, Option, Series, offers_of, option_contract
from mia_plugins.live.dialect import Talk, fields
from tests.gateway import DAY
from tests.served import Served, serving

CLIENT = 111
SPOT = 5_990.0
STRIKES = [5_900.0 + 10 * n for n in range(20)]
EXPIRIES = [DAY + dt.timedelta(days=days) for days in (0, 3, 7)]
PATIENCE = 15.0


def chain(open_interest: int = 1_000) -> list[ChainRow]:
    """Return a chain whose options all differ."""
    made = [
        chain_row(
            {
                "underlying": "SPX",
                "strike": strike,
                "is_call": is_call,
                "spot": SPOT,
                "bid": 20.0 + n / 20,
                "ask": 21.0 + n / 20,
                "iv": 0.1 + n / 1_000 + far / 100,
                "delta": 0.5 if is_call else -0.5,
                "gamma": 0.001 + n / 100_000,
                "open_interest": open_interest + 100 * far + 2 * n + is_call,
                "volume": 10 + n,
            },
            expiry,
        )
        for far, expiry in enumerate(EXPIRIES)
        for n, strike in enumerate(STRIKES)
        for is_call in (True, False)
    ]
    return [one for one in made if one]


@contextmanager
def listening(served: Served, lines: int = 80, options: int = 400, **wanted: Any) -> Iterator[ChainLine]:
    """Listen to the chain of a gateway."""
    asking = Asking(lines, Wanted(options, wanted.pop("expiries", 9), **wanted))
    made = ChainLine(Where("127.0.0.1", served.port, CLIENT), asking, Board("SPX"))
    made.start()
    yield made
    made.end()


def until(made: ChainLine, holds: Callable[[Board], Any], what: str = "it did not come") -> None:
    end = time.monotonic() + PATIENCE
    while True:
        with made.board.lock:
            if holds(made.board):
                return
            lack = made.board.lack(time.monotonic())
        assert time.monotonic() < end, f"{what}: {lack}"
        time.sleep(0.02)


def is_well(board: Board) -> bool:
    return not board.lack(time.monotonic())


def rows(made: ChainLine) -> list[dict[str, Any]]:
    with made.board.lock:
        found: list[dict[str, Any]] = made.board.rows(time.monotonic(), 1_000, lambda day: day).to_pylist()
        return found


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(line, "WAITS", (0.1, 0.2))
    monkeypatch.setattr("mia_plugins.live.chain.turns.EACH_SECOND", 400)
    with serving(("ES",), chain()) as one:
        yield one


def agrees(made: ChainLine, served: Served) -> None:
    """Hold each row to the gateway's own market."""
    market = served.world.gateway.market
    found = rows(made)
    for row in found:
        (listing,) = (
            one.listing
            for one in market.chain.values()
            if (one.listing.expiry, one.listing.strike, one.listing.is_call)
            == (row["expiry"], row["strike"], row["is_call"])
        )
        greeks, book, there = market.greeks(listing), market.book(listing), market.chain[listing.con_id]
        assert greeks
        assert (row["spot"], row["underlying"], row["root"]) == (market.spot(), "SPX", "SPXW")
        assert (row["iv"], row["delta"], row["gamma"]) == (greeks.iv, greeks.delta, greeks.gamma)
        assert (row["open_interest"], row["volume"]) == (there.open_interest, there.volume)
        assert row["bid"] == (listing.points(book.bid.ticks) if book.bid else None)
        assert row["ask"] == (listing.points(book.ask.ticks) if book.ask else None)
    assert found


def test_the_chain_is_the_gateways_market(served: Served) -> None:
    with listening(served) as made:
        until(made, is_well)
        assert len(rows(made)) == 80 // 2 * 3  # every option that there is
        agrees(made, served)


def test_it_follows_the_market(served: Served) -> None:
    with listening(served, expiries=1) as made:
        until(made, is_well)
        before = rows(made)
        served.do(lambda: served.world.gateway.market.move("ES", 80))
        served.do(lambda: served.world.pass_time(1.0))
        until(made, lambda board: board.index == SPOT + 20)
        until(made, lambda board: all(one.underlying == SPOT + 20 for one in board.quotes.values()))
        assert before[0]["delta"] != rows(made)[0]["delta"]
        agrees(made, served)


def test_more_options_than_lines_take_turns(served: Served) -> None:
    def most(gateway: Any) -> int:
        (session,) = (one for one in gateway.sessions if one.client_id == CLIENT)
        return len(session.wants.ticks)

    with listening(served, lines=7, options=60, expiries=2) as made:
        seen = []

        def whole(board: Board) -> bool:
            seen.append(board)
            return is_well(board) and len(board.quotes) == 60

        until(made, whole)
        assert served.do(lambda: most(served.world.gateway)) <= 7 + 1  # and the index
        assert len(rows(made)) == 60
        agrees(made, served)
        until(made, lambda board: all(one.begun for one in board.quotes.values()))


def test_what_has_expired_is_not_asked_for(served: Served) -> None:
    with listening(served, is_alive=lambda day: day > DAY, expiries=1) as made:
        until(made, is_well)
        assert {row["expiry"] for row in rows(made)} == {EXPIRIES[1]}


def test_a_strike_without_open_interest_is_a_row_that_does_not_know_it(served: Served) -> None:
    served.world.fault(do="swallow", when={"message": "TickSize", "where": {"tick_type": 27}, "times": 3})
    with listening(served, expiries=1) as made:
        until(made, is_well)
        lacking = [row for row in rows(made) if row["open_interest"] is None]
        assert len(lacking) == 3
        assert all(row["is_call"] and row["iv"] for row in lacking)


def test_a_chain_that_is_not_permitted_is_told_and_left_for_a_while(served: Served) -> None:
    text = "Requested market data is not subscribed."
    fault = {"do": "reject", "code": 354, "text": text}
    served.world.fault(
        **fault, when={"message": "MarketDataRequest", "where": {"contract.sec_type": "OPT"}, "times": 0}
    )
    with listening(served) as made:
        until(made, lambda board: "354" in board.trouble)
        assert made.board.trouble == f"options on SPX: the broker says 354: {text}".rstrip(".")
        assert CLIENT not in served.ids() or not any(
            one.wants.ticks for one in served.world.gateway.sessions if one.client_id == CLIENT
        )


def test_an_index_without_a_price_is_told(served: Served) -> None:
    fault = {"do": "reject", "code": 354, "text": "Not subscribed."}
    served.world.fault(
        **fault, when={"message": "MarketDataRequest", "where": {"contract.sec_type": "IND"}, "times": 0}
    )
    with listening(served) as made:
        until(made, lambda board: "SPX: the broker says 354" in board.lack(0.0))
        assert not made.board.chosen


def test_an_index_that_stands_still_is_taken_from_what_options_are_reckoned_with() -> None:
    board = Board("SPX", index=5_000.0, index_at=10.0, near=5_000.0)
    for n, underlying in enumerate((5_010.0, 5_011.0, 5_900.0)):
        board.quotes[Option(Series(DAY, "SPXW"), 5_000.0 + n, is_call=True)] = Quote(
            underlying=underlying, at=90.0
        )
    assert [board.spot(now) for now in (10.0, 70.0, 70.1, 150.0, 151.0)] == [
        5_000.0,
        5_000.0,
        5_011.0,
        5_011.0,
        None,
    ]


@pytest.mark.parametrize("what", [{"do": "drop_all"}, {"do": "restart", "refuse": 2}])
def test_a_connection_that_breaks_is_made_again(served: Served, what: dict[str, Any]) -> None:
    with listening(served, expiries=1) as made:
        until(made, is_well)
        served.do(lambda: served.world.fault(**what))
        until(made, lambda board: board.trouble.startswith("no connection to the gateway"))
        until(made, is_well)
        agrees(made, served)


def test_data_that_the_broker_forgot_are_asked_for_anew(served: Served) -> None:
    with listening(served, expiries=1) as made:
        until(made, is_well)
        served.do(lambda: served.world.fault(do="lose_link"))
        served.do(lambda: served.world.fault(do="restore_link", data_lost=True))
        until(made, lambda board: not is_well(board))
        until(made, is_well)


def test_silence_has_it_asked_for_anew(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "SILENT", 0.5)
    with listening(served, expiries=1) as made:
        until(made, is_well)
        until(made, lambda board: "nothing of SPX" in board.trouble)
        until(made, is_well)


def test_a_client_id_in_use_is_passed_over(served: Served) -> None:
    served.client(CLIENT)
    with listening(served, expiries=1) as made:
        until(made, is_well)
        assert CLIENT + 1 in served.ids()


def test_options_that_do_not_exist_make_room_for_others(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "CHOOSE_EVERY", 0.2)
    (gone,) = (5_990.0,)
    served.world.fault(
        do="reject", code=200, text="No security definition has been found for the request",
        when={"message": "MarketDataRequest", "where": {"contract.strike": gone}, "times": 0},
    )  # fmt: skip
    with listening(served, options=10, expiries=1) as made:
        until(made, lambda board: is_well(board) and gone not in {one.strike for one in board.chosen})
        assert len(rows(made)) == 10


def test_an_account_with_fewer_lines_is_taken_at_its_word(served: Served) -> None:
    fault = {"do": "reject", "code": 101, "text": "Max number of tickers has been reached"}
    served.world.fault(
        **fault,
        when={"message": "MarketDataRequest", "where": {"contract.sec_type": "OPT"}, "nth": 6, "times": 2},
    )
    with listening(served, lines=10, options=30, expiries=1) as made:
        until(made, lambda board: "Max number of tickers" in board.limited)
        until(made, is_well)


def test_while_a_gateway_takes_nothing_the_board_can_be_read(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    stands, goes, say = Event(), Event(), Talk.say

    def slow(talk: Talk, number: int, body: bytes) -> None:
        if number == OPTION_PARAMETERS:
            stands.set()
            goes.wait(PATIENCE)
        say(talk, number, body)

    monkeypatch.setattr(Talk, "say", slow)
    with listening(served) as made:
        assert stands.wait(PATIENCE)
        assert made.board.lock.acquire(timeout=0.5)
        made.board.lock.release()
        goes.set()
        until(made, is_well)


def test_with_few_lines_the_chain_is_of_as_many_options_as_come_round_in_time(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "OLDEST", 45.0)
    with listening(served, lines=4, options=60) as made:
        until(made, is_well)
        assert len(made.board.chosen) == len(rows(made)) == 20


def test_on_a_new_connection_each_option_has_its_turn_still_to_come() -> None:
    board = Board("SPX", quotes={OPTIONS[0]: Quote(begun=5.0)})
    Conversation(board, Asking(1, Wanted(1, 1)), 9.0).begin()
    assert not board.quotes[OPTIONS[0]].begun


OPTIONS = [Option(Series(DAY, "SPXW"), float(n), is_call=bool(n % 2)) for n in range(40)]


@given(
    lines=st.integers(1, 50),
    steps=st.lists(
        st.tuples(st.floats(0, 3), st.sets(st.sampled_from(OPTIONS)), st.sets(st.sampled_from(OPTIONS))),
        max_size=30,
    ),
)
def test_no_more_than_the_lines_are_held_and_nobody_waits_for_ever(
    lines: int, steps: list[tuple[float, set[Option], set[Option]]]
) -> None:
    turns, now, had = Turns(lines, 0.0), 0.0, set[Option]()
    held = set[Option]()
    for passed, wanted, whole in steps:
        now += passed
        held -= set(turns.want(sorted(wanted)))
        left = list(turns.leaving(now, whole.__contains__))
        assert all(one in held for one in left)
        held -= set(left)
        entered = list(turns.entering(now))
        assert len(entered) <= min(EACH_SECOND, passed * EACH_SECOND + 1e-9) or passed == 0
        held |= set(entered)
        assert held == set(turns.held)
        assert held <= wanted
        assert len(held) <= lines
    turns.want(OPTIONS)
    for _ in range(3 * len(OPTIONS)):  # where nothing of them ever comes
        now += LONGEST + 1
        list(turns.leaving(now, lambda _: False))
        had |= set(turns.entering(now)) | set(turns.held)
    assert had == set(OPTIONS)


@given(
    strikes=st.sets(st.integers(1, 400).map(lambda n: n * 5.0), min_size=1, max_size=60),
    index=st.floats(1, 2_000),
    most=st.integers(2, 60),
    expiries=st.integers(1, 4),
)
def test_the_nearest_strikes_of_the_first_expiries_are_chosen(
    strikes: set[float], index: float, most: int, expiries: int
) -> None:
    offered = {Series(day, root): strikes for day in EXPIRIES for root in ("SPX", "SPXW")}
    found = nearest(offered, index, Wanted(most, expiries))
    assert len(found) == len(set(found)) == min(most, 2 * len(strikes) * expiries)
    first = sorted(offered)[:expiries]
    assert {one.series for one in found} <= set(first)
    for series in first:
        inside = [abs(one.strike - index) for one in found if one.series == series]
        outside = [
            abs(one - index) for one in strikes if one not in {o.strike for o in found if o.series == series}
        ]
        assert not inside or not outside or max(inside) <= min(outside)
    counts = [sum(one.series == series for one in found) for series in first]
    assert max(counts) - min(counts) <= 2


@given(
    expiries=st.lists(st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1)), max_size=5),
    strikes=st.lists(st.floats(0.5, 20_000), max_size=300),
)
def test_offers_are_read_as_protobuf_writes_them(expiries: list[dt.date], strikes: list[float]) -> None:
    body = ib.SecDefOptParameter(
        trading_class="SPXW", expirations=[f"{day:%Y%m%d}" for day in expiries], strikes=strikes
    ).SerializeToString()
    assert list(offers_of(body)) == [(Series(day, "SPXW"), strikes) for day in expiries]


@given(
    option=st.builds(
        Option,
        st.builds(Series, st.dates(), st.sampled_from(["SPX", "SPXW"])),
        st.floats(1, 20_000),
        st.booleans(),
    )
)
def test_an_option_is_named_as_protobuf_reads_it(option: Option) -> None:
    said = ib.Contract.FromString(option_contract("SPX", option))
    assert (said.symbol, said.sec_type, said.trading_class) == ("SPX", "OPT", option.series.root)
    assert (said.strike, said.right) == (option.strike, "C" if option.is_call else "P")
    assert said.last_trade_date_or_contract_month == f"{option.series.expiry:%Y%m%d}"


HUGE = 1.797e308


@pytest.mark.parametrize("iv", [-1.0, -2.0, 0.0, HUGE, float("nan"), float("inf")])
def test_greeks_that_were_not_computed_are_not_known(iv: float) -> None:
    quote = Quote()
    told = ib.TickOptionComputation(tick_type=13, implied_vol=iv, delta=-2.0, gamma=HUGE, und_price=-1.0)
    quote.take_greeks(fields(told.SerializeToString()))
    assert (quote.iv, quote.delta, quote.gamma, quote.underlying, quote.has_greeks) == (
        None,
        None,
        None,
        None,
        False,
    )


def test_greeks_of_bid_and_ask_are_not_the_models() -> None:
    quote = Quote()
    for kind in (10, 11, 12):
        quote.take_greeks(
            fields(ib.TickOptionComputation(tick_type=kind, implied_vol=0.2).SerializeToString())
        )
    assert quote.iv is None


@pytest.mark.parametrize(
    ("size", "known"),
    [("12", 12), ("12.0", 12), ("0", 0), ("-1", None), ("", None), ("9" * 30, None), ("²", None)],
)
def test_open_interest_of_the_other_kind_is_none_of_its_own(size: str, known: int | None) -> None:
    quote = Quote()
    for kind, text in ((27, size), (28, "7")):
        quote.take_size(fields(ib.TickSize(tick_type=kind, size=text).SerializeToString()), is_call=True)
    assert quote.open_interest == known
    assert not quote.is_whole
