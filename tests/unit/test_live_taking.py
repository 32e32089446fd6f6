"""What a look is taken of: gauges and how near they are, pulses that nobody disturbs, strategies before their day."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mia_plugins.data.columns import Quotes
from mia_plugins.data.sessions import NS
from mia_plugins.journal.decision import Decision, JournalColumns, Outcome
from mia_plugins.live.look import Facts, Look
from mia_plugins.live.taking import Patience, Recent, Sight, Watched, look_of
from mia_plugins.live.telling import Teller
from mia_plugins.live.watching import Watching
from mia_plugins.runtime.account import Account
from mia_plugins.runtime.bracketing import bracket_of
from mia_plugins.runtime.broker import BrokerAccount
from mia_plugins.runtime.hearing import HeardDecision, tell_order
from mia_plugins.runtime.incidents import Incident, Incidents, Level
from mia_plugins.runtime.killing import Halt, Kill
from mia_plugins.runtime.terms import AS_THEY_ARE
from mia_plugins.runtime.vitals import Gauge, Pulse, Vitals
from risk.catastrophe.settings import LeastTrigger, Trigger

NOW = 1_780_000_000 * NS


@pytest.mark.parametrize(
    ("number", "limit", "is_floor", "share"),
    [
        (0, 500, False, 0),
        (250, 500, False, 0.5),
        (-250, 500, False, 0),  # a gain
        (500, 500, False, 1),
        (750, 500, False, 1.5),
        (60, 15, True, 0.25),
        (15, 15, True, 1),
        (0, 15, True, 1),  # nothing is left of the disk
        (-1, 15, True, 1),
    ],
)
def test_how_much_of_the_way_to_a_limit_is_gone(
    number: float, limit: float, is_floor: bool, share: float
) -> None:
    assert Gauge("it", 0, number, limit, "warn", "", is_floor).share == pytest.approx(share)


@pytest.mark.parametrize(
    ("number", "coming"),
    [(0, (Level.WARN, 5)), (5, (Level.STOP_ENTRIES, 10)), (99, (Level.STOP_ENTRIES, 10))],
)
def test_the_limit_that_comes_next(number: float, coming: tuple[Level, float]) -> None:
    assert Trigger[int](warn=5, stop_entries=10).coming(number) == coming
    assert LeastTrigger[int](warn=95, stop_entries=90).coming(100 - number) == (coming[0], 100 - coming[1])


@given(
    st.lists(st.lists(st.integers(0, 50), max_size=4), max_size=6),
    st.lists(st.tuples(st.booleans(), st.integers(0, 60)), max_size=12),
)
def test_a_pulse_that_is_looked_at_beats_as_if_it_were_not(
    parts: list[list[int]], asked: list[tuple[bool, int]]
) -> None:
    """Peeks tell what `last` would, and change nothing of what it says afterwards."""
    looked_at, left_alone = Pulse(), Pulse()
    start = 0
    for part in parts:
        ts = np.array(sorted(start + one for one in part), np.int64)
        start += 50
        rows = Quotes(ts, ts + 1, ts + 2, ts, ts)
        looked_at.load(rows)
        left_alone.load(rows)
    for takes, time in sorted(asked, key=lambda one: one[1]):
        if takes:
            assert looked_at.last(time) == left_alone.last(time)
        else:
            loaded = Pulse()
            loaded._waiting.extend(looked_at._waiting)
            loaded._last = looked_at._last
            assert looked_at.peek(time) == loaded.last(time)
    assert looked_at.last(1_000) == left_alone.last(1_000)


def strategy(broker: BrokerAccount, price: int = 0) -> Any:
    """Return what is read of a strategy that has not begun a session yet."""
    account = Account(Decimal("12.5"), "ES", broker=broker)
    return SimpleNamespace(
        context=SimpleNamespace(
            strategy_id="ema-ES", product="ES", traded="ES", account=account, order_ears=[], terms=AS_THEY_ARE
        ),
        contract=None,
        tape=SimpleNamespace(price=price),
        account=account,
        decided=-1,
        decision=None,
    )


def sight(*strategies: Any, **more: Any) -> Sight:
    vitals = Vitals(strategies[0].account.broker if strategies else None)
    return Sight(Facts("it", "sim"), cast("list[Watched]", list(strategies)), vitals, **more)


def test_a_run_of_which_nothing_is_known_can_be_looked_at() -> None:
    look = look_of(sight(strategy(BrokerAccount(Decimal(25_000)))), NOW)
    (one,) = look.strategies
    assert (one.symbol, one.price, one.position, one.open, one.decided, one.said) == (
        "ES",
        None,
        0,
        None,
        None,
        "",
    )
    assert look.connection.seconds is None
    assert not look.is_connected
    assert (look.ages, look.orders, look.limits) == ((), (), ())
    assert look.money.balance == 25_000
    assert look_of(sight(), NOW).strategies == ()


def test_orders_are_told_by_their_state_and_their_age() -> None:
    one = strategy(BrokerAccount(), 24_000)
    made = Decision(1, Outcome.TAKEN, size=2, stop=23_980, target=24_040)
    one.account.bracket = bracket = bracket_of(NOW, made, 7, "ema-ES-7", "it")
    bracket.entry.state, bracket.target.state = "filled", "accepted"
    bracket.entry.filled = 2
    look = look_of(sight(one), NOW + 3 * NS)
    assert [(o.role, o.side, o.lots, o.filled, o.ticks, o.state, o.age) for o in look.orders] == [
        ("stop", -1, 2, 0, 23_980, "submitted", 3.0),
        ("target", -1, 2, 0, 24_040, "accepted", 3.0),
    ]


def test_halts_the_kill_switch_and_patience_are_taken() -> None:
    halt = Halt()
    halt.set("memory", Kill.STOP, NOW)
    seen = sight(halt=halt, kill=bytearray([2]), patience=Patience(data=5.0, own={"VIX": 60.0}))
    for name in ("age.ES", "age.VIX", "latency"):
        seen.vitals.feed(name, lambda _: 6.0)
    seen.vitals.feed("connection", lambda _: 6.0)
    seen.vitals.pulses["NQ"] = Pulse()
    look = look_of(seen, NOW)
    assert (look.halt, look.halted_by, look.kill) == (Kill.STOP, "memory", Kill.FLATTEN)
    assert [(one.name, one.seconds, one.is_stale) for one in look.ages] == [
        ("ES", 6.0, True), ("NQ", None, False), ("VIX", 6.0, False),
    ]  # fmt: skip
    assert look.stale == ("ES",)
    assert not look.is_connected


def heard(number: int, left: float, outcome: Outcome = Outcome.BLOCKED) -> HeardDecision:
    columns = JournalColumns(rules=("daily_loss", "late"), units=("$ left", "h"))
    return HeardDecision(
        "a-ES",
        "ES",
        number,
        NOW + number,
        Decision(1, outcome, "daily_loss", numbers=(left, 3.0)),
        columns,
        None,
    )


def test_what_rules_said_was_left_is_kept_as_it_was_said_last() -> None:
    recent = Recent()
    for number in range(30):
        recent.hear_decision(heard(number, 15.0 - number))
    look = look_of(sight(recent=recent), NOW)
    assert [one.id for one in look.decisions] == list(range(29, 9, -1))
    assert look.decisions[0].why == "daily_loss: −$14.00 left"
    (rest,) = look.limits
    assert (rest.name, rest.number, rest.ts, rest.is_reached) == ("daily_loss", -14.0, NOW + 29, True)


def test_what_acts_comes_first_then_the_nearest() -> None:
    recent = Recent()
    recent.hear_decision(heard(1, -1.0))
    seen = sight(recent=recent)
    shares = {"far": 10.0, "near": 90.0, "beyond": 120.0}
    seen.vitals.gauges.append(lambda: [Gauge(n, NOW, s, 100.0, "warn", "%") for n, s in shares.items()])
    assert [one.name for one in look_of(seen, NOW).limits] == ["beyond", "daily_loss", "near", "far"]


class Ears:
    def __init__(self) -> None:
        self.heard: list[Any] = []

    def hear_order(self, one: Any) -> None:
        self.heard.append(one)


def test_an_order_is_heard_of_with_what_its_bracket_says() -> None:
    one, ears = strategy(BrokerAccount()), Ears()
    context = one.context
    made = Decision(-1, Outcome.TAKEN, size=2, stop=24_020, target=23_960)
    one.account.bracket = bracket_of(NOW, made, 7, "ema-ES-7", "it")
    rejected = type("OrderRejected", (SimpleNamespace,), {})
    event = rejected(client_order_id="ema-ES-7-S", ts_event=NOW, reason="201: no")
    tell_order(context, event)  # nobody listens
    context.order_ears = [ears]
    tell_order(context, event)
    tell_order(context, rejected(client_order_id="of-before", ts_event=NOW, reason=None))
    first, second = ears.heard
    assert (first.kind, first.role, first.side, first.lots, first.ticks) == (
        "OrderRejected",
        "stop",
        1,
        2,
        24_020,
    )
    assert (first.decision, first.reason, first.product) == (7, "201: no", "ES")
    assert (second.role, second.lots, second.decision, second.reason) == ("", 0, 0, "")


class Failing:
    """A log and a screen that fail."""

    def tell(self, *_: Any, **__: Any) -> None:
        raise RuntimeError("no log")

    def show(self, look: Look) -> None:
        raise RuntimeError("no screen")


@pytest.mark.parametrize("what", ["decision", "trade", "order", "incident", "look", "sight"])
def test_nothing_that_fails_in_it_reaches_the_node(what: str) -> None:
    told: list[str] = []
    seen, failing = sight(), cast("Any", Failing())
    watching = Watching(
        seen, None if what in ("look", "sight") else Teller(failing), failing, tell=told.append
    )
    if what == "sight":
        seen.vitals.feed("connection", lambda _: 1 / 0)
    trade = SimpleNamespace(ts=NOW, strategy_id="a", decision=1, net=1.0)
    order = SimpleNamespace(kind="OrderFilled", ts=NOW, strategy_id="a", order_id="b", role="", decision=0)
    for _ in range(3):
        match what:
            case "decision":
                watching.hear_decision(heard(1, 1.0))
            case "trade":
                watching.hear_trade(cast("Any", trade))
            case "order":
                watching.hear_order(cast("Any", order))
            case "incident":
                Incidents(watching).tell(NOW, "it", Incident("x", Level.WARN, "y"))
            case _:
                watching.look(NOW)
    assert not watching.is_on
    (line,) = told
    assert line.startswith("nothing is shown or logged any more, trading goes on: ")


def test_incidents_go_to_each_table_and_it_looks_no_more_often_than_told() -> None:
    one: list[Any] = []
    two: list[Any] = []
    incidents = Incidents(cast("Any", one))
    incidents.also(cast("Any", two))
    incidents.tell(NOW, "it", Incident("x", Level.WARN, "y", 1.0))
    assert one == two == [(NOW, "it", "x", "warn", 1.0, None, "", "y")]
    looks: list[Look] = []
    watching = Watching(sight(), None, cast("Any", SimpleNamespace(show=looks.append)), every=3600)
    for _ in range(5):
        watching.look(NOW)
    assert len(looks) == 1


def test_what_rules_said_of_a_proposal_that_was_no_candidate_is_seen_too() -> None:
    one = strategy(BrokerAccount(), 24_000)
    one.decided, one.decision = NOW, Decision(1, Outcome.NONE, "score", numbers=(120.0, None))
    one.context.book = SimpleNamespace(
        columns=JournalColumns(rules=("daily_loss", "late"), units=("$ left", "h left"))
    )
    seen = sight(one)
    assert [(rest.name, rest.number, rest.ts) for rest in look_of(seen, NOW).limits] == [
        ("daily_loss", 120.0, NOW)
    ]
    one.decided, one.decision = NOW + 1, Decision(0, Outcome.NONE, numbers=(None, None))
    look = look_of(seen, NOW + 1)
    assert [rest.ts for rest in look.limits] == [NOW]  # what was said last stays
    assert look.strategies[0].said == "no candidate"
