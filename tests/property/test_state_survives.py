"""A process that is killed at any moment loses no counter and sends no order twice.

The broker is a file of one line an execution: it executes whatever it is sent, also what it was sent
before. The reference reckons with that file alone.
"""

import datetime as dt
import os
import random
import signal
import sqlite3
import time
from decimal import Decimal
from pathlib import Path

import pytest

from mia_plugins.runtime.account import Account, Fill, Role
from mia_plugins.runtime.brackets import Bracket, OrderState
from mia_plugins.runtime.broker import BrokerAccount
from risk.state import RiskState, StateError, resumed
from risk.state.keeping import Keeping
from risk.state.settling import Settling
from tests.candidates import DAY, NOW, PRICE, account_of

FEE = Decimal("2.25")
TOMORROW = DAY + dt.timedelta(days=1)


class Broker:
    """Executes orders, and remembers them for whoever asks."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def send(self, order_id: str, side: int, ticks: int) -> None:
        with self.path.open("a") as file:
            file.write(f"{order_id} {side} {ticks}\n")
            file.flush()

    def executions(self) -> list[tuple[str, int, int]]:
        if not self.path.exists():
            return []
        lines = self.path.read_text().splitlines()
        return [(words[0], int(words[1]), int(words[2])) for words in map(str.split, lines)]


def reconciled(folder: Path, broker: Broker) -> tuple[RiskState, Keeping, Account]:
    """Start again: what the file knows, then what the broker executed and it does not know of."""
    state = RiskState.open(folder)
    account = account_of("ES", BrokerAccount(Decimal(25_000)))
    keeping = resumed(state, DAY, account.broker, {"one-ES": account})
    for order_id, side, ticks in broker.executions():
        take(keeping, order_id, side, ticks)
    return state, keeping, account


def take(keeping: Keeping, order_id: str, side: int, ticks: int) -> None:
    role = Role.ENTRY if side > 0 else Role.STOP
    one = Fill(NOW + int(order_id), order_id, 1, role, side, 1, ticks, FEE)
    keeping.take(f"e{order_id}", "one-ES", one)


def bracket_named(base_id: str) -> Bracket:
    """Return a bracket of which nothing has come to the broker."""
    entry, stop, target = (
        OrderState(f"{base_id}-{role[0]}", role, side, 1, None, NOW, "market")
        for role, side in ((Role.ENTRY, 1), (Role.STOP, -1), (Role.TARGET, -1))
    )
    return Bracket(1, base_id, 1, entry, stop, target)


def trade_until_killed(folder: Path, broker: Broker, ready: int) -> None:
    """Buy and sell, one order after the other, each sent once."""
    state, keeping, account = reconciled(folder, broker)
    Settling(state).__enter__()  # as live: no statement waits for the disk
    os.write(ready, b"!")
    number = len(broker.executions())
    while True:
        side = -1 if account.position else 1
        # The order is numbered by what is known, as a decision's is: a restart asks for the same again.
        if keeping.claim([str(number)], "one-ES", bracket_named(str(number))):
            number += 1
            continue
        ticks = PRICE + (number * 7919) % 13 - 7
        broker.send(str(number), side, ticks)
        take(keeping, str(number), side, ticks)
        number += 1


def killed_somewhere(folder: Path, broker: Broker, drawn: random.Random) -> None:
    """Start a process that trades, and kill it: while it starts, or while it trades."""
    heard, ready = os.pipe()
    child = os.fork()
    if not child:
        try:
            trade_until_killed(folder, broker, ready)
        finally:
            os._exit(1)
    os.close(ready)
    if drawn.random() < 0.8:
        os.read(heard, 1)
    os.close(heard)
    time.sleep(drawn.uniform(0.0, 0.06))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def nothing_is_lost(folder: Path, broker: Broker, kills: int) -> None:
    drawn = random.Random(5)
    before = 0
    for _ in range(kills):
        killed_somewhere(folder, broker, drawn)
        state, _, account = reconciled(folder, broker)
        executed = broker.executions()
        assert len(executed) >= before
        before = len(executed)
        ids = [order_id for order_id, _, _ in executed]
        assert len(ids) == len(set(ids)), "an order was sent twice"
        cash = sum(-side * ticks * Decimal("12.5") - FEE for _, side, ticks in executed)
        held = sum(side for _, side, _ in executed)
        bought = executed[-1][2] if held else 0
        assert account.position == held
        assert account.broker.realized_today == cash + held * bought * Decimal("12.5")
        assert account.broker.trades_today == sum(side > 0 for _, side, _ in executed)
        assert account.broker.peak == account.broker.day_peak == highest(executed)
        assert state.killed is None
        state.close()
    assert before > kills / 2


def highest(executed: list[tuple[str, int, int]]) -> Decimal:
    """Return the highest that the account was whenever it was flat, in $."""
    worth = top = Decimal(25_000)
    for _, side, ticks in executed:
        worth -= side * ticks * Decimal("12.5") + FEE
        top = max(top, worth) if side < 0 else top
    return top


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_killed_at_20_moments_nothing_is_lost_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    nothing_is_lost(tmp_path / "state", Broker(tmp_path / "broker"), 20)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_killed_at_200_moments_nothing_is_lost_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    nothing_is_lost(tmp_path / "state", Broker(tmp_path / "broker"), 200)


def reopened(folder: Path, day: dt.date = DAY) -> Account:
    account = account_of("ES", BrokerAccount(Decimal(25_000)))
    with RiskState.open(folder) as state:
        resumed(state, day, account.broker, {"one-ES": account})
    return account


def test_a_restart_gives_no_loss_back_and_a_new_day_begins_anew_with_the_rest_kept(here: Path) -> None:
    broker = Broker(here / "broker")
    state, keeping, account = reconciled(here, broker)
    for number, (side, ticks) in enumerate([(1, PRICE), (-1, PRICE - 40), (1, PRICE), (-1, PRICE - 2)]):
        take(keeping, str(number), side, ticks)
    account.broker.day_peak = account.broker.peak = Decimal(26_000)
    keeping.rose()
    state.close()

    again = reopened(here)
    for name in ("realized", "realized_today", "trades_today", "losses_in_row", "peak", "day_peak", "closed"):
        assert getattr(again.broker, name) == getattr(account.broker, name), name
    assert again.broker.realized_today == Decimal("-534")

    tomorrow = reopened(here, TOMORROW).broker
    assert (int(tomorrow.realized_today), tomorrow.trades_today) == (0, 0)
    assert (tomorrow.realized, tomorrow.losses_in_row) == (Decimal("-534"), 2)
    assert tomorrow.peak == Decimal(26_000)
    assert list(tomorrow.closed) == list(account.broker.closed)
    assert reopened(here, TOMORROW).broker == tomorrow
    with pytest.raises(StateError, match="time has run back"):
        reopened(here)


def test_what_is_counted_after_a_restart_on_a_new_day_still_counts_when_its_session_opens(
    here: Path,
) -> None:
    reopened(here)
    account = account_of("ES", BrokerAccount(Decimal(25_000)))
    with RiskState.open(here) as state:
        keeping = resumed(state, TOMORROW, account.broker, {"one-ES": account})
        take(keeping, "1", 1, PRICE)
        take(keeping, "2", -1, PRICE - 32)
        assert not keeping.begins(TOMORROW)
        assert keeping.begins(TOMORROW + dt.timedelta(days=1))


def test_a_new_day_begins_for_every_strategy_of_the_account(here: Path) -> None:
    broker = Broker(here / "broker")
    state, keeping, _ = reconciled(here, broker)
    take(keeping, "1", 1, PRICE)
    take(keeping, "2", -1, PRICE - 32)
    state.close()
    again = reopened(here, TOMORROW)
    assert (int(again.realized_today), again.trades_today) == (0, 0)


def test_what_was_counted_lifts_the_peaks_though_they_could_not_be_noted_any_more(here: Path) -> None:
    state, keeping, account = reconciled(here, Broker(here / "broker"))
    take(keeping, "1", 1, PRICE)
    take(keeping, "2", -1, PRICE + 4)
    take(keeping, "3", 1, PRICE)
    last = Fill(NOW + 4, "4", 1, Role.TARGET, -1, 1, PRICE + 80, FEE)
    keeping.note("e4", "one-ES", last, "")
    account.take(last)  # and the process is killed
    state.close()
    again = reopened(here).broker
    assert again.balance == again.peak == again.day_peak == Decimal("26041")


@pytest.mark.parametrize("lies_there", ["damaged", "foreign"])
def test_what_is_no_state_file_is_moved_aside_and_nothing_is_traded_until_somebody_says_why(
    here: Path, lies_there: str
) -> None:
    reopened(here)
    path = here / "risk.sqlite"
    if lies_there == "foreign":
        path.unlink()
        other = sqlite3.connect(path)
        other.execute("create table notes (text)")
        other.commit()
        other.close()
    else:
        path.write_bytes(b"SQLite" + bytes(range(256)) * 40)
    content = path.read_bytes()
    for _ in range(2):  # it stays so when mia is started again
        state = RiskState.open(here)
        assert state.killed is not None
        assert f"risk.sqlite.{lies_there}-aside-" in state.killed.reason
        state.close()
    (moved,) = here.glob("*-aside-*")
    assert moved.read_bytes() == content
    state = RiskState.open(here)
    state.switch(killed=False, flatten=False, reason="looked at")
    assert state.killed is None
    state.close()
    with RiskState.open(here) as state:
        assert state.killed is None


def test_a_file_that_vanished_while_it_was_moved_leaves_the_switch_on(here: Path) -> None:
    reopened(here)
    (here / "risk.sqlite").rename(here / "risk.sqlite.damaged-aside-17")
    state = RiskState.open(here)
    assert state.killed is not None
    state.close()


def test_a_folder_that_cannot_be_written_refuses_to_trade(here: Path) -> None:
    (here / "file").write_text("")
    with pytest.raises(StateError, match=r"cannot be kept in .*Nothing is traded"):
        RiskState.open(here / "file")
    (here / "risk.sqlite").mkdir()
    with pytest.raises(StateError, match="it is no file"):
        RiskState.open(here)


def test_a_disk_that_becomes_full_stops_before_anything_is_counted(here: Path) -> None:
    state = RiskState.open(here)
    account = account_of()
    keeping = resumed(state, DAY, account.broker, {"one-ES": account})
    state._connection.execute("pragma query_only = on")
    with pytest.raises(StateError, match="Nothing is traded"):
        take(keeping, "1", 1, PRICE)
    with pytest.raises(StateError, match="Nothing is traded"):
        keeping.claim(["1"], "one-ES", bracket_named("1"))
    assert account.position == 0
    state.close()


def test_what_is_held_is_carried_into_a_new_day_with_what_was_paid_for_it(here: Path) -> None:
    state, keeping, _ = reconciled(here, Broker(here / "broker"))
    for number, (side, ticks) in enumerate([(1, PRICE), (-1, PRICE + 4), (1, PRICE), (1, PRICE + 8)]):
        take(keeping, str(number), side, ticks)
    state.close()
    for _ in range(2):  # by the executions of the day before, then by what the new day began with
        again = reopened(here, TOMORROW)
        assert (again.position, again.broker.trades_today, float(again.realized_today)) == (2, 0, 0)
        assert again.trip
        assert (again.trip.bought, again.trip.paid, again.trip.fees) == (2, 2 * PRICE + 8, 2 * FEE)
        assert again.broker.realized == 50 - 4 * FEE
    with RiskState.open(here) as state:
        last = account_of("ES", BrokerAccount(Decimal(25_000)))
        keeping = resumed(state, TOMORROW, last.broker, {"one-ES": last})
        take(keeping, "9", -1, PRICE)
        take(keeping, "10", -1, PRICE)
    assert (last.position, last.broker.realized_today) == (0, -100 - 2 * FEE)


def test_a_state_of_the_version_before_is_opened_and_keeps_all_it_had(here: Path) -> None:
    state, keeping, _ = reconciled(here, Broker(here / "broker"))
    take(keeping, "1", 1, PRICE)
    for table in ("brackets", "account"):
        state._connection.execute(f"drop table {table}")
    state._connection.execute("pragma user_version = 1")
    state.close()
    with RiskState.open(here) as state:
        assert [state.belongs_to(account) for account in ("DU1", "DU2")] == ["DU1", "DU1"]
        again = account_of("ES", BrokerAccount(Decimal(25_000)))
        keeping = resumed(state, DAY, again.broker, {"one-ES": again})
        assert (again.position, keeping.brackets()) == (1, {})
        assert keeping.claim(["1"], "one-ES", bracket_named("1")) == ""
        assert list(keeping.brackets()) == ["one-ES"]
