"""Each exit of a strategy of ours in the real engine, as a table: quotes and scores in, fills and trips out.

Every scene is run as it is and turned over: what is bought is then sold, at the same distances.
"""

from typing import Annotated, Any

import numpy as np
import pytest
from pydantic import Field

from mia_plugins.data.columns import Quotes, Trades
from mia_plugins.features import Market
from strategies.decision.one_score import OneScoreSettings, OneScoreStrategy, Read
from tests.market import DAY
from tests.runtime import BASE, Played, a_trade_a_minute, at, market_of, mirrored, stage, told


class Scoring(OneScoreStrategy):
    """Says the score that is written for a bar, else 0."""

    class Settings(OneScoreSettings):
        """The script."""

        scores: Annotated[tuple[tuple[int, float], ...], Field(strict=False)] = ()
        """When (UTC ns), and what."""

    @classmethod
    def own_measures(cls, market: Market, settings: Any) -> None:
        """Look at nothing."""

    def read(self, now: int) -> Read:
        """Say it."""
        return Read(dict(self.settings.scores).get(now, 0.0), 1.0)


BUY = (("09:31", 0.5),)
RISES = """
09:30:30    0    1
09:32:00   20   21
09:34:00   10   11
09:36:00   10   11
"""
HALF_BACK = """
09:30:30    0    1
09:32:00   14   15
09:34:00    1    2
09:36:00    1    2
"""
FLAT = """
09:30:30    0    1
09:36:00    0    1
"""
FALLS = """
09:30:30    0    1
09:33:30   -9   -8
09:34:30  -10   -9
09:36:00  -10   -9
"""
TRAILING = {"trailing": {"on": True, "after": 8, "distance": 6, "step": 2}}
EVEN = {"break_even": {"on": True, "after_r": 1}}
ENTRY = "09:31:00 entry +1 @ 2"
"""At the offer, and a tick of slippage; the stop lies 10 t below the last trade, the target 60 t above."""

EXITS: dict[str, tuple[str, tuple[tuple[str, float], ...], dict[str, Any], list[str], str]] = {
    "stop": (FALLS, BUY, {}, [ENTRY, "09:34:30 stop -1 @ -11"], "stop"),
    # At 9:33 the last bar closed at 20: the stop goes to 14, and the bid that reaches it is 10.
    "trailing": (RISES, BUY, {"exits": TRAILING}, [ENTRY, "09:34:00 stop -1 @ 9"], "stop"),
    # 12 t were risked, and 14 - 2 are made: to the entry at 2.
    "break even": (HALF_BACK, BUY, {"exits": EVEN}, [ENTRY, "09:34:00 stop -1 @ 0"], "stop"),
    "time": (FLAT, BUY, {"bracket": {"time_exit": 2.0}}, [ENTRY, "09:33:00 exit -1 @ -1"], "time"),
    "reversal": (FLAT, (*BUY, ("09:34", -0.5)), {}, [ENTRY, "09:34:00 exit -1 @ -1"], "reversal"),
    "a weak signal is no reversal": (FLAT, (*BUY, ("09:34", -0.2)), {}, [ENTRY], ""),
    "reversal off": (FLAT, (*BUY, ("09:34", -0.5)), {"exits": {"reversal": False}}, [ENTRY], ""),
    "a limit that nobody took": (FLAT, BUY, {"bracket": {"entry": "limit", "entry_valid": 2}}, [], ""),
}


def played(table: str, scores: tuple[tuple[str, float], ...], own: dict[str, Any], side: int) -> Played:
    quotes = market_of(f"time bid ask{table}")
    assert isinstance(quotes, Quotes)
    trades = a_trade_a_minute(quotes)
    if side < 0:
        quotes = mirrored(quotes)
        trades = Trades(trades.ts, 2 * BASE - trades.ticks, trades.lots, -trades.side)
    script = [[at(clock), side * score] for clock, score in scores]
    bracket = {"stop": 10.0, "target_r": 6.0, "time_exit": 0.0} | own.pop("bracket", {})
    settings = {"scores": script, "bracket": bracket} | own
    plugin = f"{__name__}:Scoring"
    return stage({DAY: [quotes, trades]}, {"scoring": settings}, fills="quotes", plugin=plugin).run()


def turned(fill: str) -> str:
    """Return a fill of the mirror image."""
    clock, role, lots, _, ticks = fill.split()
    return f"{clock} {role} {-int(lots):+d} @ {-int(ticks)}"


@pytest.mark.parametrize("side", [1, -1], ids=["long", "short"])
@pytest.mark.parametrize("name", EXITS)
def test_how_a_trade_is_left(name: str, side: int) -> None:
    table, scores, own, fills, reason = EXITS[name]
    of = played(table, scores, dict(own), side)
    wanted = fills if side > 0 else [turned(one) for one in fills]
    assert of.fills[: len(wanted)] == wanted
    trips = of.table("positions")
    if reason:
        assert [row["exit"] for row in trips] == [reason]
    elif fills:
        assert [row["exit"] for row in trips] == ["session_end"], "it is held to the end"
    else:
        assert of.fills == []
        assert {order.split()[1] for order in of.orders} == {"canceled"}
    assert np.sign([row["side"] for row in trips]).tolist() == [side] * len(trips)


def test_the_rest_of_a_limit_that_was_taken_in_part_waits_no_longer_than_all_of_it() -> None:
    book: Any = market_of(
        "time bids | asks\n09:30:30 9@0 | 9@1\n09:31:10 9@-3 | 1@-2 9@1\n09:31:20 9@0 | 9@1\n"
        "09:34:10 9@-3 | 9@-2\n09:36:00 9@-3 | 9@-2\n"
    )
    bracket = {"stop": 10.0, "target_r": 6.0, "time_exit": 0.0, "entry": "limit", "entry_valid": 2}
    of = stage(
        {DAY: [book, a_trade_a_minute(book)]},
        {"scoring": {"scores": [[at("09:31"), 0.5]], "bracket": bracket}},
        fills="depth",
        plugin=f"{__name__}:Scoring",
        sizers={"fixed": {"contracts": 4}},
    ).run()
    assert [fill.split(" @ ")[0] for fill in of.fills if "entry" in fill] == ["09:31:10 entry +1"]
    assert of.orders[0] == "entry canceled 1/4"


@pytest.mark.parametrize(("bar", "let_go"), [(1, "09:33:00"), (2, "09:36:00")])
def test_a_limit_that_was_blocked_would_have_been_let_go_at_the_close_at_which_it_is(
    bar: int, let_go: str
) -> None:
    quotes = market_of(f"time bid ask{FLAT}")
    signal = "09:31" if bar == 1 else "09:32"
    own = {"scores": [[at(signal), 0.5]], "bracket": {"entry": "limit", "entry_valid": 2}, "bar": bar}
    of = stage(
        {DAY: [quotes, a_trade_a_minute(quotes)]},  # type: ignore[arg-type]
        {"scoring": own},
        fills="quotes",
        plugin=f"{__name__}:Scoring",
        rules={"levels_stale": {}},
    ).run()
    (row,) = of.table("shadows")
    assert (row["exit"], told(row["ts_exit"]), row["entry"], row["r"]) == ("not filled", let_go, None, None)
