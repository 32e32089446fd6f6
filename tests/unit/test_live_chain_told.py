"""A chain becomes known now and then, and that it stays away is told once, while the stock market is open."""

import datetime as dt
import time
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
import pytest

from indicators.options.chain import chain_of
from indicators.options.flaws import Flaw
from mia_plugins.data.arrow import times_of
from mia_plugins.data.sessions import NS, session_on, utc_ns
from mia_plugins.live.chain.board import Board
from mia_plugins.live.chain.line import ChainLine
from mia_plugins.live.chain.quotes import Quote
from mia_plugins.live.chain.telling import PATIENCE, ChainTeller
from mia_plugins.live.chain.words import Option, Series
from mia_plugins.live.indices import from_catalog
from mia_plugins.live.terms import LiveTerms, Pace
from mia_plugins.runtime.actor import ActorContext
from mia_plugins.runtime.context import TradingDay
from mia_plugins.runtime.guard import Guard
from mia_plugins.runtime.incidents import Incidents
from mia_plugins.settings.model import BaseSettings
from tests.market import DAY, ES

NOON = utc_ns(DAY, dt.time(12))
NIGHT = utc_ns(DAY, dt.time(3))
THERE = dt.date(2026, 11, 23)
"""The broker's day that DAY is played on."""
STRIKES = (5_980.0, 6_000.0, 6_020.0)


def board() -> Board:
    made = Board("SPX", index=6_001.0, near=6_001.0)
    for strike in STRIKES:
        for is_call in (True, False):
            one = Option(Series(THERE, "SPXW"), strike, is_call)
            made.chosen.append(one)
            made.quotes[one] = Quote(20.0, 21.0, 0.2, 0.5, 0.002, 6_001.0, 1_000, 5, has_line=True)
    made.offered = {Series(THERE, "SPXW"): frozenset(STRIKES)}
    return made


class Told:
    """A teller, and all that it told."""

    def __init__(self, every: int = 60) -> None:
        self.board = board()
        self.rows: list[pa.Table] = []
        self.incidents: list[tuple[Any, ...]] = []
        days = (TradingDay(session_on(DAY), {"ES": ES}),)
        context = ActorContext(
            "chain", BaseSettings(), days, {}, Guard(),
            terms=LiveTerms(Pace(), {}, (THERE, DAY)), incidents=Incidents(cast("Any", self.incidents)),
        )  # fmt: skip
        line = cast("ChainLine", SimpleNamespace(board=self.board))
        self.teller = ChainTeller(context, line, self._add, every * NS)
        self.teller._well_at = NOON

    def _add(self, name: str, rows: pa.Table, now: int) -> None:
        assert name == "option_chains"
        assert (times_of(rows["ts_event"].combine_chunks()) == now).all()
        self.rows.append(rows)

    def hear(self) -> None:
        """Let everything be told anew."""
        now = time.monotonic()
        self.board.index_at = self.board.heard_at = now
        for one in self.board.quotes.values():
            one.at = now

    def look(self, now: int) -> None:
        self.teller._look(SimpleNamespace(ts_event=now))

    @property
    def levels(self) -> list[Any]:
        return [(row[2], row[3]) for row in self.incidents]


@pytest.fixture
def told() -> Told:
    return Told()


def test_a_chain_is_told_in_the_markets_days_and_once_for_what_was_heard(told: Told) -> None:
    told.hear()
    told.look(NOON)
    told.look(NOON + 60 * NS)  # nothing came since
    assert len(told.rows) == 1
    told.hear()
    told.look(NOON + 120 * NS)
    assert len(told.rows) == 2
    assert set(told.rows[0]["expiry"].to_pylist()) == {DAY}
    (seen,) = told.teller.context.warnings.lines()
    assert seen == f"the chain of SPX is of 6 options (SPXW {DAY} 5980-6020); left out are strikes beyond"


def test_what_is_told_is_a_chain_to_who_computes_with_it(told: Told) -> None:
    told.board.quotes[told.board.chosen[0]].open_interest = None
    told.hear()
    told.look(NOON)
    chain = chain_of(told.rows[0], "SPX")
    assert chain
    assert (chain.spot, chain.as_of, len(chain)) == (6_001.0, NOON, 6)
    assert chain.flaws == {Flaw.NO_OPEN_INTEREST: 1}
    assert chain.is_0dte.all()
    assert chain.coverage == pytest.approx(5 / 6)


def test_a_chain_that_stays_away_is_told_once_and_so_is_its_return(told: Told) -> None:
    told.board.trouble = "no connection to the gateway: it hung up"
    for second in range(0, 1_000, 60):
        told.look(NOON + second * NS)
    (row,) = told.incidents
    assert row[0] == NOON + 300 * NS  # the first look after the patience, and two chains that did not come
    assert row[0] - NOON > (PATIENCE + 120) * NS
    assert told.levels == [("no_chain", "warn")]
    assert row[-1].endswith("s: no connection to the gateway: it hung up")
    told.board.trouble = ""
    told.hear()
    told.look(NOON + 1_020 * NS)
    assert told.levels == [("no_chain", "warn"), ("no_chain", "clear")]
    assert not told.teller.context.halt.level  # trading goes on


def test_at_night_options_rest(told: Told) -> None:
    told.teller._well_at = NIGHT
    for second in range(0, 3_600, 60):
        told.look(NIGHT + second * NS)
    assert told.incidents == []
    assert told.rows == []


@pytest.mark.parametrize(
    ("change", "lack"),
    [
        ({"offered": {}}, "the options on SPX have not been told"),
        ({"near": None}, "SPX has no price: see whether the account is given the index's data"),
        ({"chosen": []}, "no option on SPX was chosen"),
    ],
)
def test_what_a_chain_lacks_is_said(told: Told, change: dict[str, Any], lack: str) -> None:
    told.hear()
    vars(told.board).update(change)
    assert told.board.lack(time.monotonic()) == lack


def test_without_any_open_interest_there_is_no_chain(told: Told) -> None:
    told.hear()
    for one in told.board.quotes.values():
        one.open_interest = None
    assert told.board.lack(time.monotonic()) == "no option's open interest has been told"


def test_a_chain_of_options_that_were_not_told_yet_is_none(told: Told) -> None:
    told.hear()
    told.board.quotes[told.board.chosen[0]] = Quote(begun=time.monotonic())
    assert told.board.lack(time.monotonic()) == "5 of 6 options have been told so far"
    told.board.quotes[told.board.chosen[0]] = Quote(begun=time.monotonic() - 9)  # it had its turn
    assert not told.board.lack(time.monotonic())
    assert len(told.board.rows(time.monotonic(), NOON, lambda day: day)) == 5


def test_what_nobody_listens_to_any_more_counts_for_ten_minutes(told: Told) -> None:
    told.hear()
    now = time.monotonic()
    told.board.quotes[told.board.chosen[0]].has_line = False
    lengths = [len(told.board.rows(now + later, NOON, lambda day: day)) for later in (590.0, 610.0)]
    assert lengths == [6, 5]


def test_after_a_long_gap_there_is_no_chain_of_those_alone_that_were_told_anew(told: Told) -> None:
    told.hear()
    now, quotes = time.monotonic() + 700, list(told.board.quotes.values())
    told.board.index_at = now
    for one in quotes:
        one.end_turn(one.at)
        one.begun = 0.0  # the connection is another
    assert told.board.lack(now) == "0 of 6 options have been told so far"
    for one in quotes[:5]:
        one.begin_turn(now)
    for one in quotes[:4]:
        one.at = now + 1
    assert told.board.lack(now + 2) == "4 of 6 options have been told so far"
    assert len(told.board.rows(now + 2, NOON, lambda day: day)) == 4
    assert told.board.lack(now + 9) == "5 of 6 options have been told so far"  # one is silent
    quotes[5].begin_turn(now + 9)
    quotes[5].at = now + 9
    assert not told.board.lack(now + 10)


def test_of_the_catalogs_chains_those_of_the_index_alone_are_left_to_the_broker(told: Told) -> None:
    told.hear()
    told.look(NOON)
    mine = told.rows[0]
    other = mine.set_column(2, mine.schema.field(2), pa.array(["NDX"] * len(mine)))
    both = pa.concat_tables([mine, other])
    assert from_catalog("option_chains", both, {"option_chains"}) == other
    assert from_catalog("option_chains", both, {"vix"}) == both
    assert from_catalog("vix", both, {"option_chains"}) == both
