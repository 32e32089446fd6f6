"""Limits hold beyond the end of a process: it trades in the engine, is killed, and another one goes on."""

import datetime as dt
import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from mia_plugins.runtime.account import Fill, Role
from mia_plugins.runtime.broker import BrokerAccount
from mia_plugins.runtime.incidents import Incidents
from mia_plugins.runtime.killing import Halt, Kill
from mia_plugins.runtime.strange import FOREIGN, FOUND
from mia_plugins.runtime.vitals import Vitals
from risk.catastrophe.readings import SOURCED
from risk.kill import standing as switch_of
from risk.live import OnForeign, Standing, Watch, hand_over
from risk.state import RiskState, StateError, resumed
from risk.state.reconciling import Found
from risk.state.reports import Reported, Reports
from tests.candidates import account_of
from tests.conftest import ROOT
from tests.living import LIMIT, executed, report, write
from tests.market import DAY
from tests.runtime import BASE, at


def lived(here: Path, begin: str, kill_at: int = 0, when: str = "before") -> subprocess.CompletedProcess[str]:
    """Let a process trade until it is over, or killed."""
    command = [sys.executable, "-m", "tests.living", str(here), begin, str(kill_at), when]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        command, cwd=here, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=False
    )


def made(rows: list[list[Any]]) -> Decimal:
    """Return $ that a broker's executions come to; they are flat."""
    return sum(
        (-side * lots * ticks * Decimal("12.5") - Decimal(fee) for _, _, side, lots, ticks, fee, _ in rows),
        Decimal(0),
    )


@pytest.mark.parametrize(
    ("kill_at", "when"),
    [
        (3, "before"),
        *(pytest.param(*one, marks=pytest.mark.long) for one in ((1, "before"), (2, "before"), (4, "after"))),
    ],
)
def test_a_killed_process_gives_no_loss_back(here: Path, kill_at: int, when: str) -> None:
    killed = lived(here, "09:30", kill_at, when)
    assert killed.returncode == -9, killed.stderr
    broker = here / "broker"
    held = sum(row[2] * row[3] for row in executed(broker))
    assert (len(executed(broker)), held) == (kill_at, kill_at % 2)
    if held:  # while nobody looked its stop was filled
        stopped = Fill(at("09:40"), "", 1, Role.STOP, -1, 1, executed(broker)[-1][4] - 12, Decimal("2.25"))
        order_id = executed(broker)[-1][1].replace("-E", "-S")
        write(broker, "while-nobody-looked", order_id, stopped)
    again = lived(here, "09:43")
    assert again.returncode == 0, again.stderr
    told = json.loads(again.stdout.splitlines()[-1])
    rows = executed(broker)
    assert told["position"] == 0
    assert Decimal(told["realized"]) == made(rows)
    assert told["trades"] == len(rows) // 2
    assert -LIMIT - 12 * Decimal("12.5") <= made(rows) < -300  # the market jumps by twelve ticks
    orders = [(row[1], row[2]) for row in rows]
    assert len(orders) == len(set(orders)), "an order was sent twice"
    assert told["decisions"], "nothing was decided after the restart"
    assert all(line.endswith("blocked daily_loss") for line in told["decisions"][-3:])


def account() -> Any:
    return account_of("ES", BrokerAccount(Decimal(25_000)))


def row(side: int, order_id: str, execution_id: str = "e1", ticks: int = BASE) -> list[Any]:
    return [execution_id, order_id, side, 1, ticks, "2.25", at("09:31")]


def started(here: Path, one: Any, reports: Reports, day: dt.date = DAY) -> Found:
    """Start a process that has one strategy."""
    with Standing.open(here) as standing:
        keeping = standing.restore(day, one.broker, {"one-ES": one})
        return standing.adopt(keeping, day, reports)


def test_what_the_broker_executed_by_hand_is_counted_to_whoever_held_it(here: Path) -> None:
    one, reports = account(), [report(row(1, "one-ES-7-E")), report(row(-1, "", "e2", BASE - 4))]
    found = started(here, one, Reports(reports, {}))
    assert one.position == 0
    assert one.broker.realized_today == Decimal("-54.5")
    assert one.last_exit == "by_hand"
    assert [line.split(":")[0] for line in found.counted] == ["e1", "e2"]
    assert found.foreign == []
    again = account()
    once_more = started(here, again, Reports(reports, {}))
    assert (again.broker.realized_today, once_more.counted) == (Decimal("-54.5"), [])


@pytest.mark.parametrize(
    ("rows", "positions", "expected"),
    [
        (
            [row(1, "")],
            None,
            (r"executed \+1 ES \(e1\) for an order .*none of ours, and no strategy holds", FOUND),
        ),
        ([row(1, "other-ES-1-E")], None, ("none of ours", FOUND)),
        (
            [row(1, "other-ES-1-E")],
            {"ESM6": 1},
            (r"holds \+1 ESM6, and its executions add up to \+0", FOREIGN),
        ),
        ([row(1, "one-ES-1-E")], {"ESM6": 2}, (r"holds \+2 ESM6, and its executions add up to \+1", FOREIGN)),
        (
            [row(1, "one-ES-1-E"), [*row(-1, "", "e2")[:3], 3, *row(-1, "")[4:]]],
            {"ESM6": -2},
            (r"holds -2 ESM6, and its executions add up to \+1", FOREIGN),
        ),
        ([row(1, "one-ES-1-E")], {"ESM6": 1}, (r"one-ES holds \+1 ES, and no order of it is known", FOUND)),
        ([], {"NQM6": -1}, (r"holds -1 NQM6, and its executions add up to \+0", FOUND)),
    ],
)
@pytest.mark.parametrize("foreign", ["block", "ignore"])
def test_what_is_none_of_ours_is_told_and_keeps_everything_from_being_entered_unless_told_otherwise(
    here: Path,
    rows: list[list[Any]],
    positions: dict[str, int] | None,
    expected: tuple[str, str],
    foreign: OnForeign,
) -> None:
    told, why = expected
    found = started(here, account(), Reports([report(each) for each in rows], positions))
    assert re.search(told, "\n".join(found.foreign))
    halt, incidents = Halt(), list[Any]()
    hand_over(found, 7, {}, Watch(halt, Incidents(cast("Any", incidents)), foreign))
    assert (halt.level, halt.reason) == ((Kill.STOP, why) if foreign == "block" else (Kill.OFF, ""))
    level = "stop_entries" if foreign == "block" else "warn"
    assert [one[7] for one in incidents if one[2:4] == ("foreign", level)] == found.foreign
    assert [one[7] for one in incidents if one[2] == "restart"] == found.counted


def test_what_somebody_else_entered_and_left_is_nothing_to_tell(here: Path) -> None:
    found = started(here, account(), Reports([report(row(1, "")), report(row(-1, "", "e2"))], {}))
    assert found == Found()


def test_an_order_of_somebody_else_is_told_and_one_of_ours_that_the_state_does_not_know(here: Path) -> None:
    orders = [
        Reported("PERM-7", "ESM6", 1, 1, BASE - 40, "accepted", 0),
        Reported("one-ES-9-S", "ESM6", -1, 1, BASE - 8, "accepted", 0),
        Reported("PERM-8", "ESM6", 1, 1, None, "canceled", 0),
    ]
    found = started(here, account(), Reports((), {}, {one.order_id: one for one in orders}))
    assert found.foreign == [
        f"an order of somebody else works at the broker: PERM-7, +1 ESM6 at {BASE - 40} ticks",
        f"an order of ours that the state does not know works at the broker: one-ES-9-S, -1 ESM6 at {BASE - 8} ticks",
    ]


def test_a_stop_filled_while_nobody_looked_belongs_to_the_day_it_was_filled_on(here: Path) -> None:
    one, entered = account(), Fill(at("09:31"), "one-ES-7-E", 7, Role.ENTRY, 1, 1, BASE, Decimal("2.25"))
    with RiskState.open(here) as state:
        resumed(state, DAY, one.broker, {"one-ES": one}).take("e1", "one-ES", entered)
    again, tomorrow = account(), DAY + dt.timedelta(days=1)
    started(here, again, Reports([report(row(-1, "one-ES-7-S", "e2", BASE - 4))], {}), tomorrow)
    assert (again.position, again.broker.realized_today, again.broker.trades_today) == (0, 0, 0)
    assert (again.broker.realized, again.broker.losses_in_row) == (Decimal("-54.5"), 1)


def test_two_processes_cannot_trade_with_one_state(here: Path) -> None:
    with Standing.open(here), pytest.raises(StateError, match="another process trades"), Standing.open(here):
        raise AssertionError
    with Standing.open(here) as standing:
        assert standing.kill[0] == Kill.OFF


def test_what_flattens_everything_leaves_the_kill_switch_on(here: Path) -> None:
    halt = Halt()
    with Standing.open(here) as standing:
        standing.keep(halt, Incidents())
        halt.set("latency", Kill.STOP, 1)
        assert switch_of(here) is Kill.OFF
        halt.set("daily_loss", Kill.FLATTEN, 2)
        assert switch_of(here) is Kill.FLATTEN


def test_desks_leave_first_and_a_kill_switch_that_cannot_be_kept_is_an_incident(here: Path) -> None:
    halt, order, rows = Halt(), list[str](), list[Any]()
    with Standing.open(here) as standing:
        standing.keep(halt, Incidents(cast("Any", rows)))
        halt.obeyed_by(lambda *_: order.append(f"left, {len(rows)} told"))
        (here / "KILL").mkdir()
        halt.set("daily_loss", Kill.FLATTEN, 2)
    assert order == ["left, 0 told"]
    ((ts, who, what, *_, told),) = rows
    assert (ts, who, what) == (2, "standing", "kill_switch")
    assert "not kept beyond this process" in told


def test_a_living_process_feeds_what_its_machine_tells(here: Path) -> None:
    vitals = Vitals()
    with Standing.open(here) as standing:
        latency = standing.feed(vitals)
    latency.note(0, 3 * 10**6)
    assert vitals.sources["latency"](3 * 10**6) == 3.0
    assert set(vitals.sources) == set(SOURCED) - {"connection", "position_mismatch"}
    assert 0 < (vitals.sources["disk_free"](0) or 0) < 100
