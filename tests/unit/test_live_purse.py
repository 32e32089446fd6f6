"""An account that is smaller than the capital that sizes reckon with is told; real money stays out."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mia_plugins.data.sessions import NS
from mia_plugins.live.purse import Purse
from mia_plugins.live.terms import LiveTerms, Pace
from mia_plugins.live.witness import Money
from mia_plugins.runtime.actor import ActorContext
from mia_plugins.runtime.broker import BrokerAccount
from mia_plugins.runtime.context import TradingDay
from mia_plugins.runtime.guard import Guard
from mia_plugins.runtime.incidents import Incidents
from mia_plugins.runtime.killing import Halt
from mia_plugins.runtime.vitals import Vitals
from mia_plugins.settings.model import BaseSettings

PACE = Pace(machine=1_000 * NS, market=5_000 * NS, times=20)
BEGUN = 5_000 * NS
DAY = cast("TradingDay", SimpleNamespace(session=range(BEGUN, BEGUN + 20 * 300 * NS)))
"""A session of five minutes of the machine's."""


class Told:
    """What the broker tells, and what is made of it."""

    def __init__(self, *, is_real: bool = False) -> None:
        self.money: Money | None = None
        self.rows: list[tuple[object, ...]] = []
        self.halt, self.broker = Halt(), BrokerAccount(Decimal(50_000))
        context = ActorContext(
            "purse", BaseSettings(), [DAY], {}, Guard(), vitals=Vitals(self.broker), halt=self.halt,
            incidents=Incidents(cast("Any", self.rows)), terms=LiveTerms(PACE, {}),
        )  # fmt: skip
        self.purse = Purse(context, "U1", lambda: self.money, 60.0, is_real)

    def tells(self, dollars: str | None, second: int = 1) -> None:
        self.money = Money((1_000 + second) * NS, None if dollars is None else Decimal(dollars))
        self.looks(second)

    def looks(self, second: float) -> None:
        self.purse.look(PACE.market_at(round((1_000 + second) * NS)))

    @property
    def levels(self) -> list[object]:
        return [row[3] for row in self.rows]


@pytest.mark.parametrize(("is_real", "level"), [(False, "warn"), (True, "stop_entries")])
def test_an_account_that_is_too_small_is_told_once_and_keeps_real_money_out(
    is_real: bool, level: str
) -> None:
    told = Told(is_real=is_real)
    told.tells("20000.00")
    told.tells("20001.00", 2)
    assert told.levels == [level]
    assert "20,000.00 $" in str(told.rows[0][-1])
    assert "50,000.00 $" in str(told.rows[0][-1])
    assert (told.halt.reason == "capital") is is_real
    told.tells("50000.00", 3)
    assert told.levels == [level, "clear"]
    assert not told.halt.reason


def test_what_was_lost_here_is_no_less_than_is_reckoned_with() -> None:
    told = Told(is_real=True)
    told.broker.book(Decimal(-30_000))
    told.tells("20000.00")
    assert told.rows == []
    told.broker.book(Decimal(10_000))
    told.tells("20000.00", 2)
    assert told.levels == ["stop_entries"]


def test_the_age_is_of_the_machines_seconds_and_not_known_before_anything_was_told() -> None:
    told = Told()
    told.purse.look(BEGUN)
    assert told.purse.age(BEGUN) is None
    told.tells("50000.00", 1)
    assert told.purse.age(BEGUN + 20 * 4 * NS) == pytest.approx(3)


def test_another_currency_is_told_once_and_not_compared() -> None:
    told = Told(is_real=True)
    told.tells(None)
    told.tells(None, 31)
    assert told.levels == ["warn"]
    assert not told.halt.reason
    told.tells("50000.00", 61)
    told.tells(None, 91)
    assert told.levels == ["warn", "warn"]


@pytest.mark.parametrize(("is_real", "level"), [(False, "warn"), (True, "stop_entries")])
def test_an_account_of_which_nothing_is_told_any_more_is_told_once_and_keeps_real_money_out(
    is_real: bool, level: str
) -> None:
    told = Told(is_real=is_real)
    told.tells("50000.00", 1)
    told.looks(61)
    assert told.rows == []
    told.looks(61.5)
    told.looks(70)
    assert told.levels == [level]
    assert told.rows[0][2:8] == ("account_stale", level, pytest.approx(60.5), 60.0, "s", told.rows[0][7])
    assert (told.halt.reason == "account_stale") is is_real
    told.tells("50000.00", 80)
    assert told.levels == [level, "clear"]
    assert not told.halt.reason


def test_so_is_one_that_was_never_told_of_and_neither_while_no_session_is_open() -> None:
    told = Told(is_real=True)
    told.looks(0)
    told.looks(60)
    assert told.rows == []
    told.looks(60.1)
    assert told.levels == ["stop_entries"]
    closed = Told(is_real=True)
    closed.looks(301)
    closed.looks(900)
    assert closed.rows == []
