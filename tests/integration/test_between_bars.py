"""What is decided between two bars is priced at the market of that instant, not at the last bar's close."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mia_plugins.data.arrow import Kind
from mia_plugins.data.columns import Trades
from mia_plugins.data.instruments import lead_contract
from mia_plugins.data.sessions import session_on
from mia_plugins.decisions import Proposal
from mia_plugins.decisions.strategy import DecidingStrategy
from mia_plugins.tape.tape import Tape
from tests.market import DAY
from tests.runtime import BASE, Played, at, market_of, stage, told


class Large:
    """Wakes at trades of a hundred contracts."""

    reads = frozenset({Kind.TRADES})

    def advance(self, tape: Tape, lo: int, hi: int) -> None:
        """Keep nothing."""

    def triggers(self, tape: Tape, lo: int, hi: int) -> NDArray[np.int64]:
        """Return when large trades came."""
        trades = tape.trades(lo, hi)
        return trades.ts[trades.lots >= 100]


class Woken(DecidingStrategy):
    """Buys once, when a large trade wakes it; its stop is 10 t and its target 20 t away."""

    reads = frozenset({Kind.TRADES})

    def begin(self) -> None:
        """Be woken."""
        super().begin()
        self.measures = (*self.measures, Large())

    def propose(self, now: int) -> Proposal:
        """Buy between bars."""
        if now % 60_000_000_000 == 0 or self.account.position or self.account.last_exit_ts:
            return Proposal(reason="at a bar")
        return Proposal(side=1, is_candidate=True, stop=10, target=20)


TRADES = (("09:30:20", 0, 1), ("09:31:15", 30, 5), ("09:31:20.05", 31, 100), ("09:31:40", 60, 1))
"""Time, ticks above the base, contracts: the bar of 9:31 closes at 0, and then it rises."""


def played(feed: str) -> Played:
    trades = Trades(
        np.array([at(clock) for clock, _, _ in TRADES]),
        np.array([ticks + BASE for _, ticks, _ in TRADES]),
        np.array([lots for _, _, lots in TRADES]),
        np.ones(len(TRADES), np.int8),
    )
    quotes = market_of("time bid ask\n09:30:10 0 1\n09:31:15 30 31\n09:31:40 60 61")
    parts: list[Any] = [quotes, trades]
    return stage({DAY: parts}, {"woken": {}}, fills="quotes", plugin=f"{__name__}:Woken", feed=feed).run()


@pytest.mark.parametrize("feed", ["columns", pytest.param("handlers", marks=pytest.mark.long)])
def test_a_bracket_between_bars_lies_around_the_last_trade(feed: str) -> None:
    of = played(feed)
    (taken,) = [row for row in of.table("decisions") if row["outcome"] == "taken"]
    assert (told(taken["ts"]), taken["cause"]) == ("09:31:20.1", "trigger")
    assert [taken[name] - BASE for name in ("price", "stop", "target")] == [31, 21, 51]
    assert of.fills == ["09:31:20.1 entry +1 @ 32", "09:31:40 target -1 @ 51"]
    assert of.warnings == []


def test_at_a_close_it_is_the_bars_even_where_a_trade_comes_at_the_very_instant() -> None:
    tape = Tape("ES", {Kind.TRADES}, (1,))
    day = session_on(DAY)
    tape.begin(day, lead_contract("ES", DAY))
    first, close = day.open, day.open + 60_000_000_000
    tape.load(
        Trades(
            np.array([first + 1, close, close + 5]),
            np.array([7, 9, 11]),
            np.ones(3, np.int64),
            np.ones(3, np.int8),
        )
    )
    prices = []
    for now in (first, first + 1, close, close + 4, close + 5):
        tape.advance(now)
        prices.append(tape.price)
    assert prices == [0, 7, 7, 9, 11]
