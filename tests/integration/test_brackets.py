"""Brackets in the real engine: a little market in, decisions, fills and round trips out."""

from typing import Any

import pytest
from nautilus_trader.model import ClientOrderId

from mia_plugins.journal.decision import Decision
from mia_plugins.runtime.guard import RunError
from mia_plugins.runtime.orders import price_of
from tests.market import DAY
from tests.runtime import BASE, buy, leave, market_of, play, sell, stage
from tests.scripted import Scripted

CALM = """
time      bid  ask
09:30:30    0    1
"""


def after(*rows: str, start: str = CALM) -> str:
    return start + "\n".join(rows) + "\n"


LONG = buy("09:31", stop=-8, target=12)
SHORT = sell("09:31", stop=9, target=-11)


@pytest.mark.parametrize(
    ("rows", "step", "fills", "trip"),
    [
        pytest.param(["09:31:10 12 13"], LONG, ["entry +1 @ 2", "target -1 @ 12"], "long 1 target +125.00", id="target"),
        pytest.param(["09:31:10 -8 -7"], LONG, ["entry +1 @ 2", "stop -1 @ -9"], "long 1 stop -137.50", id="stop"),
        pytest.param(["09:31:10 -30 -29"], LONG, ["entry +1 @ 2", "stop -1 @ -31"], "long 1 stop -412.50", id="gap through the stop"),
        pytest.param(["09:31:10 40 41"], LONG, ["entry +1 @ 2", "target -1 @ 12"], "long 1 target +125.00", id="gap through the target"),
        pytest.param(["09:31:10 11 12", "09:31:20 -8 -7"], LONG, ["entry +1 @ 2", "stop -1 @ -9"], "long 1 stop -137.50", id="target touched by the ask alone"),
        pytest.param(["09:31:10 -7 -6", "09:31:20 12 13"], LONG, ["entry +1 @ 2", "target -1 @ 12"], "long 1 target +125.00", id="a tick before the stop"),
        pytest.param(["09:31:10 -12 -11"], SHORT, ["entry -1 @ -1", "target +1 @ -11"], "short 1 target +125.00", id="short target"),
        pytest.param(["09:31:10 8 9"], SHORT, ["entry -1 @ -1", "stop +1 @ 10"], "short 1 stop -137.50", id="short stop"),
        pytest.param(["09:31:10 30 31"], SHORT, ["entry -1 @ -1", "stop +1 @ 32"], "short 1 stop -412.50", id="short gap through the stop"),
        pytest.param(["09:31:10 -11 -10", "09:31:20 8 9"], SHORT, ["entry -1 @ -1", "stop +1 @ 10"], "short 1 stop -137.50", id="short target touched by the bid alone"),
        pytest.param([], buy("09:31", -8, 12, until="09:32:30"), ["entry +1 @ 2", "exit -1 @ -1"], "long 1 time -37.50", id="its time is up"),
        pytest.param(["09:31:10 -3 -2", "09:32:10 12 13"], buy("09:31", -8, 12, entry=-2), ["entry +1 @ -2", "target -1 @ 12"], "long 1 target +175.00", id="limit entry"),
        pytest.param(["09:32:10 12 13"], buy("09:31", -8, 12, entry=5), ["entry +1 @ 1", "target -1 @ 12"], "long 1 target +137.50", id="limit entry beyond the market"),
    ],
)  # fmt: skip
def test_on_quotes(rows: list[str], step: dict[str, Any], fills: list[str], trip: str) -> None:
    played = play(after(*rows, "09:40 0 1"), step)
    assert [fill.split(" ", 1)[1] for fill in played.fills] == fills
    assert played.trips == [trip]
    assert played.warnings == []


def test_a_stop_that_is_in_the_market_already_is_filled_at_once_and_told_of() -> None:
    played = play(after("09:40 0 1"), buy("09:31", 8, 12))
    assert [fill.split(" ", 1)[1] for fill in played.fills] == ["entry +1 @ 2", "stop -1 @ -1"]
    assert played.trips == ["long 1 stop -37.50"]
    (warning,) = played.warnings
    assert "were passed by the market, at 24000, when it was sent" in warning


THIN = """
time      bids              | asks
09:30:30  3@0 5@-1 9@-2     | 2@1 3@2 50@3
"""
FOUR = buy("09:31", stop=-8, target=12, size=4)
WALKED = ["09:31:00 entry +2 @ 1", "09:31:00 entry +2 @ 2"]


@pytest.mark.parametrize(
    ("rows", "step", "fills", "orders"),
    [
        pytest.param(
            ["09:31:10 50@13 | 50@14"], FOUR,
            [*WALKED, "09:31:10 target -4 @ 12"],
            ["entry filled 4/4", "target filled 4/4", "stop canceled 0/4"],
            id="the book is walked",
        ),
        pytest.param(
            ["09:31:10 2@-8 9@-10 | 50@-7"], FOUR,
            [*WALKED, "09:31:10 stop -2 @ -8", "09:31:10 stop -2 @ -10"],
            ["entry filled 4/4", "stop filled 4/4", "target canceled 0/2"],
            id="stop filled in parts",
        ),
        pytest.param(
            ["09:31:10 2@-8 1@-10 | 50@-7", "09:31:11 2@-9 | 50@-8"], FOUR,
            [*WALKED, "09:31:10 stop -2 @ -8", "09:31:10 stop -1 @ -10", "09:31:11 exit -1 @ -9"],
            ["entry filled 4/4", "stop canceled 3/4", "target canceled 0/1", "exit canceled 0/1", "exit filled 1/1"],
            id="stop finds too few takers",
        ),
        pytest.param(
            ["09:31:10 1@12 5@11 | 50@14", "09:31:20 50@-8 | 50@-7"], FOUR,
            [*WALKED, "09:31:10 target -1 @ 12", "09:31:20 stop -3 @ -8"],
            ["entry filled 4/4", "stop filled 3/3", "target canceled 1/4"],
            id="target in part, then the stop for the rest",
        ),
        pytest.param(
            ["09:31:10 5@-3 | 1@-2 5@1", "09:31:20 5@-3 | 2@-2 5@1", "09:32 50@13 | 50@14", "09:33 5@-5 | 5@-4"],
            buy("09:31", -8, 12, 4, entry=-2),
            ["09:31:10 entry +1 @ -2", "09:31:20 entry +2 @ -2", "09:32:00 target -3 @ 12"],
            ["target filled 3/3", "stop canceled 0/3", "entry canceled 3/4"],
            id="limit entry in parts: its rest ends with the target",
        ),
        pytest.param(
            ["09:31:10 5@-3 | 1@-2 5@1", "09:31:20 50@1 | 50@3"],
            buy("09:31", -8, 12, 4, entry=-2, until="09:32:30"),
            ["09:31:10 entry +1 @ -2", "09:32:30 exit -1 @ 1"],
            ["entry canceled 1/4", "stop canceled 0/1", "target canceled 0/1", "exit filled 1/1"],
            id="limit entry in part until its time is up",
        ),
        pytest.param(
            ["09:31:10 1@0 | 9@1", "09:32:30.5 2@-1 | 9@1", "09:32:32 9@-2 | 9@1"],
            buy("09:31", -8, 12, 4, until="09:32:30"),
            [*WALKED, "09:32:30 exit -1 @ 0", "09:32:31 exit -2 @ -1", "09:32:33 exit -1 @ -2"],
            ["entry filled 4/4", "stop canceled 0/4", "target canceled 0/4", "exit canceled 1/4", "exit canceled 2/3", "exit filled 1/1"],
            id="an exit that finds too few takers goes on",
        ),
        pytest.param(
            ["09:31:10 | 9@1", "09:32:30.5 9@-1 | 9@1"],
            buy("09:31", -8, 12, 4, until="09:32:30"),
            [*WALKED, "09:32:31 exit -4 @ -1"],
            ["entry filled 4/4", "stop canceled 0/4", "target canceled 0/4", "exit rejected 0/4", "exit filled 4/4"],
            id="an exit into a book without bids waits for one",
        ),
    ],
)  # fmt: skip
def test_on_depth(rows: list[str], step: dict[str, Any], fills: list[str], orders: list[str]) -> None:
    played = play(after(*rows, "09:40 9@0 | 9@1", start=THIN), step)
    assert played.fills == fills
    assert played.orders == orders


@pytest.mark.parametrize(
    ("rows", "out"), [("50@13 | 50@14", "target -2 @ 12"), ("50@-13 | 50@-12", "stop -2 @ -13")]
)
def test_an_entry_that_finds_too_few_has_children_of_its_size_and_never_turns_the_position(
    rows: str, out: str
) -> None:
    played = play(after("09:30:30 3@0 | 2@1", f"09:31:10 {rows}", start="time bids | asks\n"), FOUR)
    assert played.fills == ["09:31:00 entry +2 @ 1", f"09:31:10 {out}"]
    assert played.orders[0] == "entry canceled 2/4"
    assert {order.rpartition("/")[2] for order in played.orders[1:]} == {"2"}


BARS = """
time   open high low close
09:30     0    0   0     0
09:31     0    2  -1     0
"""


@pytest.mark.parametrize(
    ("bar", "step", "fills"),
    [
        pytest.param("0 13 -1 3", LONG, ["entry +1 @ 1", "target -1 @ 12"], id="target"),
        pytest.param("0 2 -8 -8", LONG, ["entry +1 @ 1", "stop -1 @ -9"], id="stop"),
        pytest.param("0 12 -1 3", LONG, ["entry +1 @ 1", "exit -1 @ -1"], id="target touched and not traded through"),
        pytest.param("0 13 -8 3", LONG, ["entry +1 @ 1", "stop -1 @ -9"], id="both in one bar: the stop is first"),
        pytest.param("-20 -18 -25 -19", LONG, ["entry +1 @ 1", "stop -1 @ -21"], id="open beyond the stop"),
        pytest.param("-20 25 -30 19", LONG, ["entry +1 @ 1", "stop -1 @ -21"], id="open beyond the stop, then the target"),
        pytest.param("20 25 18 19", LONG, ["entry +1 @ 1", "target -1 @ 12"], id="open beyond the target"),
        pytest.param("0 1 -12 -3", SHORT, ["entry -1 @ -1", "target +1 @ -11"], id="short target"),
        pytest.param("0 9 -1 8", SHORT, ["entry -1 @ -1", "stop +1 @ 10"], id="short stop"),
        pytest.param("0 9 -20 3", SHORT, ["entry -1 @ -1", "stop +1 @ 10"], id="short, both in one bar"),
        pytest.param("20 25 18 19", SHORT, ["entry -1 @ -1", "stop +1 @ 21"], id="short, open beyond the stop"),
        pytest.param("0 2 -3 1", buy("09:31", -8, 12, entry=-2), ["entry +1 @ -2", "exit -1 @ -1"], id="limit entry"),
        pytest.param("0 2 -2 1", buy("09:31", -8, 12, entry=-2), [], id="limit entry touched and not traded through"),
        pytest.param("0 2 -12 1", buy("09:31", -8, 12, entry=-2), ["entry +1 @ -2", "stop -1 @ -9"], id="limit entry and stop in one bar"),
        pytest.param("0 20 -3 1", buy("09:31", -8, 12, entry=-2), ["entry +1 @ -2", "exit -1 @ -1"], id="limit entry and target in one bar"),
        pytest.param("0 3 -20 -1", sell("09:31", 8, -12, entry=2), ["entry -1 @ 2", "exit +1 @ 1"], id="short limit entry and target in one bar"),
    ],
)  # fmt: skip
def test_in_bars(bar: str, step: dict[str, Any], fills: list[str]) -> None:
    played = play(after(f"09:32 {bar}", "09:33 0 0 0 0", start=BARS), step)
    assert [fill.split(" ", 1)[1] for fill in played.fills] == fills


class Trailing(Scripted):
    """Moves its stop to three ticks below the close, once, after its entry."""

    def evaluate(self, now: int) -> Decision:
        """Do what is written, and move the stop at the next bar."""
        bracket = self.desk.bracket
        if bracket and bracket.stop.ticks == BASE - 8:
            price = price_of(self.tape.base.close - 3)
            self.modify_order(ClientOrderId(bracket.stop.order_id), trigger_price=price)
        return super().evaluate(now)


def test_a_stop_that_was_moved_is_first_in_a_bar_and_recorded_where_it_is() -> None:
    bars = market_of(after("09:32 0 1 0 0", "09:33 0 13 -4 3", "09:34 0 0 0 0", start=BARS))
    own = {"trailing": {"steps": [LONG]}}
    played = stage({DAY: [bars]}, own, fills="bars", plugin=f"{__name__}:Trailing").run()
    assert played.fills == ["09:31:00 entry +1 @ 1", "09:33:00 stop -1 @ -4"]
    assert [row["ticks"] - BASE for row in played.table("orders") if row["role"] == "stop"] == [-3]


@pytest.mark.parametrize(
    ("rows", "shadow"),
    [
        ("0 13 -1 3", "target 1 12 +1.22 R"),
        ("0 12 -1 3", "time 1 -1 -0.22 R"),
        ("0 13 -8 3", "stop 1 -9 -1.11 R"),
        ("0 2 -20 3", "stop 1 -9 -1.11 R"),
        ("0 0 0 0\n09:33 -20 25 -30 19", "stop 1 -21 -2.44 R"),
    ],
)
def test_shadows_in_bars_end_as_brackets_do(rows: str, shadow: str) -> None:
    played = play(after(f"09:32 {rows}", "09:34 0 0 0 0", start=BARS), LONG | {"outcome": "blocked"})
    assert played.shadows == [shadow]
    assert played.fills == []


def test_a_shadow_is_entered_at_the_next_quote_even_if_it_tells_nothing_new() -> None:
    played = play(after("09:31:05 0 1", "09:31:10 12 13", "09:40 0 1"), LONG | {"outcome": "rejected"})
    assert played.shadows == ["target 2 12 +1.00 R"]


def test_a_limit_entry_that_is_never_filled_ends_with_its_children() -> None:
    played = play(after("09:40 0 1"), buy("09:31", -8, 12, entry=-2, until="09:32:30"))
    assert (played.fills, played.trips) == ([], [])
    assert played.orders == ["entry canceled 0/1", "stop canceled 0/1", "target canceled 0/1"]


def test_before_the_close_everything_is_left_and_nothing_entered() -> None:
    played = play(
        after("16:53 0 1", "16:58 0 1"), buy("16:53", -8, 12), buy("16:55", -8, 12), sell("16:56", 8, -12)
    )
    assert played.fills == ["16:53:00 entry +1 @ 2", "16:55:00 exit -1 @ -1"]
    assert played.trips == ["long 1 session_end -37.50"]
    assert played.decisions == [
        "16:53:00 buy taken", "16:55:00 buy blocked session_end", "16:56:00 sell blocked session_end"
    ]  # fmt: skip


def test_a_second_signal_is_blocked_while_there_is_a_bracket_and_followed_as_a_shadow() -> None:
    played = play(
        after("09:32:10 9 10", "09:33:30 12 13", "09:40 0 1"),
        LONG,
        sell("09:32", 9, -11),
        sell("09:35", 19, -11),
    )
    assert played.decisions == [
        "09:31:00 buy taken",
        "09:32:00 sell blocked position_open",
        "09:35:00 sell taken",
    ]
    assert played.shadows == ["stop 8 14 -6.00 R"]


def test_a_strategy_may_leave() -> None:
    played = play(after("09:40 0 1"), LONG, leave("09:32"), SHORT | {"at": LONG["at"] + 120 * 10**9})
    assert played.trips[0] == "long 1 told -37.50"
    assert played.decisions == ["09:31:00 buy taken", "09:33:00 sell taken"]


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (buy("09:31", 8, -12), "the stop at 24008 ticks and the target at 23988 are on the wrong sides for a buy"),
        (sell("09:31", -8, 12), "the stop at 23992 ticks and the target at 24012 are on the wrong sides for a sale"),
        (buy("09:31", -8, 12, entry=-9), "are on the wrong sides for a buy at 23991"),
        (buy("09:31", -24_001, 12), "the stop at -1 ticks and the target at 24012 are no prices that the market can"),
        (sell("09:31", 9, -24_000), "the stop at 24009 ticks and the target at 0 are no prices that the market can"),
        (buy("09:31", None, 12), "is taken without a stop"),
        (buy("09:31", -8, None), "is taken without a target"),
        (buy("09:31", -8, 12, until="09:31"), "is to be left at 2026-06-01 09:31:00 New York"),
        (buy("09:31", -8, 12, size=0), "it is taken without a size"),
    ],
)  # fmt: skip
def test_a_decision_that_contradicts_itself_ends_the_run(step: dict[str, Any], told: str) -> None:
    with pytest.raises(RunError) as caught:
        play(after("09:40 0 1"), step)
    assert told in caught.value.what
    assert "the strategy 'scripted-ES' failed at 2026-06-01 09:31:00 New York" in caught.value.what


@pytest.mark.parametrize("entry", [{}, {"entry": -2}])
def test_a_size_beyond_the_margin_is_denied_and_told_of(entry: dict[str, int]) -> None:
    played = play(after("09:40 0 1"), buy("09:31", -8, 12, 12, **entry), capital=25_000)
    assert played.orders == ["entry denied 0/12", "stop denied 0/12", "target denied 0/12"]
    assert played.warnings[0].startswith(
        "the order scripted-ES-1-E was denied: INITIAL_MARGIN_EXCEEDS_FREE_BALANCE"
    )
    assert played.statistics["decisions"]["taken"] == played.statistics["decisions_refused"] == 1
    assert played.statistics["orders_refused"] == 3


def test_what_nobody_takes_is_told_of_when_the_run_ends() -> None:
    played = play(after("09:31:10 | 9@1", "09:40 | 9@1", start=THIN), FOUR)
    assert "the strategy 'scripted-ES' still held 4 contracts when the run ended" in played.warnings
