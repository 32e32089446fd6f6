"""What the broker has and a session has not, or the other way round, is told, stops entries, and lets go again."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mia_plugins.data.sessions import NS
from mia_plugins.live.agreement import Agreement, Ours
from mia_plugins.live.terms import LiveTerms, Pace
from mia_plugins.live.witness import Word, Working
from mia_plugins.runtime.account import Role
from mia_plugins.runtime.actor import ActorContext
from mia_plugins.runtime.brackets import Bracket, OrderState
from mia_plugins.runtime.guard import Guard
from mia_plugins.runtime.incidents import Incidents
from mia_plugins.runtime.killing import Halt, Kill
from mia_plugins.runtime.strange import FOUND
from mia_plugins.runtime.strategy import MiaStrategy
from mia_plugins.settings.model import BaseSettings

PACE = Pace(machine=1_000 * NS, market=5_000 * NS, times=20)
CLIENT = 102
STOP = Working(7, CLIENT, "ema-ES-1-S", "ESZ6", -2, "STP")
THEIRS = Working(8, 0, "", "ESZ6", 1, "LMT")


def order(name: str, state: str = "accepted") -> OrderState:
    return OrderState(f"ema-ES-1-{name}", Role.STOP, -1, 2, 24_000, 0, "stop", state=state)


class Both:
    """A session that holds what it is told to, and its broker."""

    def __init__(self, *, blocks: bool = True) -> None:
        self.rows: list[tuple[Any, ...]] = []
        self.halt = Halt()
        self.account = SimpleNamespace(position=0)
        entry = order("E", "filled")
        self.bracket = Bracket(1, "ema-ES-1", 1, entry, order("S"), order("T"), instrument_id="ESM6.CME")
        strategy = SimpleNamespace(
            context=SimpleNamespace(strategy_id="ema-ES"),
            desk=SimpleNamespace(bracket=self.bracket),
            account=self.account,
            contract=None,
        )
        context = ActorContext(
            "agreement", BaseSettings(), (), {}, Guard(), halt=self.halt,
            incidents=Incidents(cast("Any", self.rows)), terms=LiveTerms(PACE, {"ESM6": "ESZ6"}),
        )  # fmt: skip
        self.word: Word | None = None
        ours = Ours([cast("MiaStrategy", strategy)], CLIENT, frozenset({"ES"}), blocks)
        self.agreement = Agreement(context, ours, lambda: self.word, lambda: "OSError: gone")

    def says(
        self, second: int, *orders: Working, positions: Mapping[str, int] | None = None, holds: int = 0
    ) -> None:
        """Have the broker say something while the session holds so many contracts."""
        self.account.position = holds
        at = (1_000 + second) * NS
        self.word = Word(orders, positions or {}, at - NS, at)
        self.agreement.look(self.at(second))

    @staticmethod
    def at(second: int) -> int:
        return PACE.market_at((1_000 + second) * NS)

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(str(row[2]), str(row[3])) for row in self.rows]


def test_where_both_agree_nothing_is_told() -> None:
    both = Both()
    for second in range(0, 60, 5):
        both.says(second, STOP, positions={"ESZ6": 2, "CLZ6": 5}, holds=2)
    assert (both.rows, both.halt.level) == ([], Kill.OFF)
    assert both.agreement.mismatch(both.at(55)) == 0


def test_a_position_that_differs_for_a_while_is_told_measured_and_let_go_of() -> None:
    both = Both()
    for second in (0, 5, 10):
        both.says(second, positions={"ESZ6": 3}, holds=1)
    assert both.rows == []
    both.says(15, positions={"ESZ6": 3}, holds=1)
    both.says(20, positions={"ESZ6": 3}, holds=1)
    assert both.told == [("position_mismatch", "stop_entries")]
    assert both.rows[0][7] == "the broker holds +3 ESZ6, and its executions add up to +1"
    assert both.agreement.mismatch(both.at(20)) == 2
    assert both.halt.reason == "disagreed"
    both.says(25, positions={"ESZ6": 3}, holds=3)
    assert both.told[1:] == [("position_mismatch", "clear")]
    assert (both.agreement.mismatch(both.at(25)), both.halt.level) == (0, Kill.OFF)


def test_a_position_that_differs_by_another_number_still_differs() -> None:
    both = Both()
    for second, lots in ((0, 3), (5, 2), (10, 4), (15, 3), (20, 5)):
        both.says(second, positions={"ESZ6": lots}, holds=1)
    assert both.told == [("position_mismatch", "stop_entries")]
    assert both.agreement.mismatch(both.at(20)) == 4
    both.says(25, positions={"ESZ6": 1}, holds=1)
    assert both.told[1:] == [("position_mismatch", "clear")]


def test_where_the_settings_ignore_others_positions_that_differ_are_nothing_to_the_monitor() -> None:
    both = Both(blocks=False)
    for second in (0, 15):
        both.says(second, positions={"ESZ6": 3})
    assert both.told == [("position_mismatch", "warn")]
    assert both.agreement.mismatch(both.at(15)) == 0


def test_a_position_that_the_broker_has_not_is_one_too() -> None:
    both = Both()
    for second in (0, 15):
        both.says(second, holds=-2)
    assert both.rows[0][7] == "the broker holds +0 ESZ6, and its executions add up to -2"


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=40))
def test_only_a_difference_that_lasts_is_told(held: list[int]) -> None:
    both = Both()
    run = longest = 0
    for number, lots in enumerate(held):
        both.says(5 * number, positions={"ESZ6": lots} if lots else {}, holds=0)
        run = run + 1 if number and lots and held[number - 1] else min(abs(lots), 1)
        longest = max(longest, run)
    assert any(level == "stop_entries" for _, level in both.told) is (longest >= 4)


def test_an_order_of_somebody_else_is_told_at_once_and_entries_go_on_when_it_is_gone() -> None:
    both = Both()
    both.says(0, STOP, THEIRS, positions={"ESZ6": 2}, holds=2)
    both.says(5, STOP, THEIRS, positions={"ESZ6": 2}, holds=2)
    assert both.told == [("foreign", "stop_entries")]
    assert "PERM-8 of client 0, +1 ESZ6 LMT" in both.rows[0][7]
    assert both.halt.reason == "disagreed"
    both.says(10, STOP, positions={"ESZ6": 2}, holds=2)
    assert both.told[1:] == [("foreign", "clear")]
    assert both.halt.level is Kill.OFF


def test_what_a_start_found_is_let_go_of_once_it_is_gone_and_not_before() -> None:
    both = Both()
    both.halt.set("foreign", Kill.STOP, 0)
    both.says(0, THEIRS)
    assert both.halt.holds("foreign")
    both.says(5, positions={"ESZ6": 1})
    assert both.halt.holds("foreign")
    both.says(10)
    assert not both.halt.holds("foreign")


def test_a_word_that_was_asked_for_before_an_order_was_told_of_says_nothing_of_it() -> None:
    both = Both()
    both.halt.set("foreign", Kill.STOP, both.at(3))
    both.halt.set("foreign", Kill.STOP, both.at(9))
    both.says(10)
    assert both.halt.reason == "foreign"
    both.says(15)
    assert both.halt.level is Kill.OFF
    assert both.told == [("foreign", "clear")]


def test_what_a_word_cannot_show_is_not_let_go_of() -> None:
    both = Both()
    both.halt.set(FOUND, Kill.STOP, 0)
    both.says(5, STOP, positions={"ESZ6": 2}, holds=2)
    assert both.halt.holds(FOUND)


@pytest.mark.parametrize(
    "works", [Working(9, CLIENT, "", "ESZ6", -2, "STP"), Working(9, 0, "", "CLZ6", 1, "LMT")]
)
def test_while_an_order_works_that_may_be_the_one_told_of_nothing_is_let_go_of(works: Working) -> None:
    both = Both()
    both.halt.set("foreign", Kill.STOP, 0)
    both.says(5, works)
    assert both.halt.holds("foreign")
    both.says(10)
    assert both.halt.level is Kill.OFF


def test_an_order_of_ours_that_works_though_it_is_over_here_is_told_after_a_while() -> None:
    both = Both()
    both.bracket.stop.state = "canceled"
    for second in (0, 5, 10):
        both.says(second, STOP)
    assert both.rows == []
    both.says(15, STOP)
    assert both.told == [("stray_order", "stop_entries")]
    assert "cancel it there (ema-ES-1-S of client 102" in both.rows[0][7]


@pytest.mark.parametrize(
    "theirs",
    [
        Working(9, CLIENT, "", "ESZ6", -2, "STP"),  # ours, and its reference is lost
        Working(9, 0, "", "CLZ6", 1, "LMT"),  # in what the session does not trade
    ],
)
def test_an_order_of_which_nothing_can_be_said_is_left_out(theirs: Working) -> None:
    both = Both()
    for second in range(0, 30, 5):
        both.says(second, theirs)
    assert both.rows == []


def test_where_the_settings_ignore_others_they_are_told_and_nothing_stops() -> None:
    both = Both(blocks=False)
    both.says(0, THEIRS)
    assert (both.told, both.halt.level) == ([("foreign", "warn")], Kill.OFF)


def test_a_word_that_is_old_says_nothing_of_now() -> None:
    both = Both()
    assert both.agreement.mismatch(both.at(0)) is None
    both.says(0)
    assert both.agreement.mismatch(both.at(60)) == 0
    assert both.agreement.mismatch(both.at(61)) is None


@pytest.mark.parametrize("has_spoken", [True, False])
def test_that_the_brokers_word_is_missing_is_told_once_with_the_reason_until_it_comes_again(
    has_spoken: bool,
) -> None:
    both = Both()
    if has_spoken:
        both.says(0)
    for second in (0, 60, 61, 70):
        both.agreement.look(both.at(second))
    assert both.told == [("no_word", "warn")]
    assert both.rows[0][7].endswith("is missing: OSError: gone")
    both.says(75)
    assert both.told[1:] == [("no_word", "clear")]
