"""A state belongs to one account, and what a node filled by itself ends with it."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mia_plugins.live.standing import standing_in
from mia_plugins.runtime.account import Account, Fill, Role
from mia_plugins.runtime.broker import BrokerAccount
from mia_plugins.settings.live import Live
from risk.live import Standing
from risk.state import RiskState, StateError, resumed
from risk.state.reports import Reports
from risk.state.written import kept
from tests.candidates import account_of
from tests.market import DAY
from tests.property.test_state_survives import bracket_named
from tests.runtime import BASE, at

SIM = {"mode": "sim", "port": 4302, "sim": {"running": 4303}}
FEE = Decimal("2.25")
HOLDERS: tuple[dict[str, Any], ...] = (
    {"mode": "live", "account": "U7654321"},
    {"mode": "live", "account": "U7654322"},
    {"mode": "paper", "account": "DU1234567"},
    {"mode": "paper-sandbox", "account": "DU1234567"},
    SIM | {"account": "DU1234567"},
    SIM | {"account": "DU1234567", "sim": {"running": 4303, "fills": "node"}},
)


def live_of(holder: dict[str, Any], here: Path) -> Live:
    return Live.model_validate(holder | {"state": here / "state"})


@pytest.mark.parametrize("holder", HOLDERS, ids=str)
def test_an_account_goes_on_with_its_state_and_no_other_does(here: Path, holder: dict[str, Any]) -> None:
    for _ in range(2):
        with standing_in(live_of(holder, here)):
            pass
    for other in HOLDERS:
        if other != holder:
            with pytest.raises(StateError) as refused, standing_in(live_of(other, here)):
                raise AssertionError(other)
            assert f"is that of {live_of(holder, here).whose}" in refused.value.what
            assert f"trades {live_of(other, here).whose}" in refused.value.what
            assert "live: {state: …}" in refused.value.remedy


def test_a_simulated_gateway_of_the_sessions_own_may_be_of_any_account(here: Path) -> None:
    for account in (None, "DU1234567", "DU7654321"):
        with standing_in(live_of({"account": account}, here)):
            pass


def left_holding(folder: Path, *fills: tuple[int, int]) -> None:
    """Have a process end that has bought or sold contracts (above 0 bought) at ticks, with its orders."""
    with RiskState.open(folder) as state:
        bracket = bracket_named("one-ES-7")
        bracket.instrument_id = "ESM6.XCME"
        bracket.stop.ticks = BASE - 40
        assert not state.claim([order.order_id for order in bracket.orders], kept("one-ES", bracket))
        one = account_of("ES", BrokerAccount(Decimal(25_000)))
        keeping = resumed(state, DAY, one.broker, {"one-ES": one})
        for number, (lots, ticks) in enumerate(fills):
            fill = Fill(
                at("09:31"),
                "one-ES-7-E",
                7,
                Role.ENTRY,
                1 if lots > 0 else -1,
                abs(lots),
                ticks,
                FEE,
                BASE - 40,
            )
            keeping.take(f"e{number}", "one-ES", fill)


def begun(folder: Path, *, forgets: bool) -> tuple[Account, Any, frozenset[str]]:
    """Start where the broker holds nothing; return the account, what was found, and contracts to look after."""
    one = account_of("ES", BrokerAccount(Decimal(25_000)))
    with Standing.open(folder, forgets=forgets) as standing:
        contracts = standing.contracts()
        keeping = standing.restore(DAY, one.broker, {"one-ES": one})
        return one, standing.adopt(keeping, DAY, Reports((), {})), contracts


@pytest.mark.parametrize("sign", [1, -1])
def test_what_a_node_filled_itself_is_left_at_what_it_was_entered_for(here: Path, sign: int) -> None:
    left_holding(here, (sign, BASE), (2 * sign, BASE + 5))
    one, found, contracts = begun(here, forgets=True)
    assert (one.position, one.broker.realized, one.broker.trades_today) == (0, -5 * FEE, 1)
    assert (contracts, found.brackets, found.foreign, found.counted) == (frozenset(), {}, [], [])
    assert found.ended == [
        "one-ES-7 of one-ES is forgotten: its orders ended with their process",
        f"one-ES held {3 * sign:+d} ES, filled by a process that ended: taken to be left at what it was entered for",
    ]
    again, found, _ = begun(here, forgets=True)
    assert (again.position, again.broker.realized, found.ended) == (0, one.broker.realized, [])


def test_what_a_broker_filled_is_looked_for_there(here: Path) -> None:
    left_holding(here, (1, BASE))
    one, found, contracts = begun(here, forgets=False)
    assert contracts == {"ESM6.XCME"}
    assert len(found.counted) == 1
    assert one.broker.realized < -400
