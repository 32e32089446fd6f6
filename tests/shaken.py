"""A session in which everything comes late and in any order: rows, timers, events of orders, halts.

Nothing of Nautilus' is in it, so that a seed is a session. The strategies, their desks, the feed, the
recorder and what writes the steps are the live ones.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from mia_plugins.backtest.engine import engine_of
from mia_plugins.backtest.fills import Sight
from mia_plugins.data.columns import rows_of
from mia_plugins.data.instruments import lead_contract
from mia_plugins.data.sessions import NS
from mia_plugins.journal.decision import Decision, Outcome
from mia_plugins.live.feed import LiveFeed
from mia_plugins.live.planning import live_plan
from mia_plugins.live.recorder import Recorder
from mia_plugins.live.sealing import RECORDED, seal_recording
from mia_plugins.live.stand_ins import RecordedClock
from mia_plugins.live.steps import RecordedHand, Recording
from mia_plugins.making.assembly import Assembly, Node, Tables
from mia_plugins.making.members import journal_columns, strategy_classes
from mia_plugins.reconcile.steps import Rung
from mia_plugins.runs.rows import RowLog
from mia_plugins.runtime.account import Fill, Role
from mia_plugins.runtime.brackets import Bracket, OrderState
from mia_plugins.runtime.guard import Guard
from mia_plugins.runtime.keeping import Unkept
from mia_plugins.runtime.killing import Kill
from mia_plugins.runtime.order_events import told_again
from mia_plugins.runtime.orders import ticks_of
from mia_plugins.runtime.steps import STEPS, Step
from mia_plugins.runtime.strategy import MiaStrategy, StrategySettings
from mia_plugins.runtime.terms import AS_RECORDED
from mia_plugins.settings.resolve import load_run
from tests.market import DAY, ID, some_depth, some_trades
from tests.runtime import Stage, at, stage
from tests.triggering import Burst, Lean

BEGIN = at("09:30")
ES = lead_contract("ES", DAY)


class Restless(MiaStrategy):
    """Trades at every whim of flow and book, in any size, and leaves as it came."""

    class Settings(StrategySettings):
        """How to be woken."""

        lots: int = 46

    features = ("flow", "lean", "low")
    after_fills = True
    longer_bars = (3,)

    def begin(self) -> None:
        """Follow flow and book."""
        self._burst, self._lean = Burst(self.settings.lots, ""), Lean()
        self.measures = (self._burst, self._lean)

    reads = Burst.reads | Lean.reads

    def evaluate(self, now: int) -> Decision:
        """Decide by the last digits of what is there."""
        flow, lean, base = self._burst.flow, self._lean.last, self.tape.base
        held = self.account.trip.low if self.account.trip else None
        found = Decision(values=(flow, lean, held))
        whim, price = flow % 11 + int(lean * 100) % 3, self.tape.price
        if whim == 3:
            self.leave("whim")
        elif whim == 4 and self.account.position:
            self.desk.move_stop(price - 12 * (1 if self.account.position > 0 else -1))
        if whim < 5 or not base.count:
            return found
        side = 1 if lean > 0 else -1
        found.side, found.size = side, 1 + flow % 3
        found.outcome = Outcome.TAKEN if whim > 6 else Outcome.BLOCKED
        found.reason = "" if whim > 6 else "whim"
        found.stop, found.target = price - side * 10, price + side * 14
        found.entry = price - side if flow % 4 == 0 else None
        found.until = now + 40 * NS if flow % 5 == 0 else None
        return found


class Once(Unkept):
    """Counts each execution once."""

    mark = "7r"

    def __init__(self) -> None:
        self._known: set[str] = set()

    def note(self, execution_id: str, strategy: str, fill: Any, reason: str) -> bool:
        """Say whether it was not counted yet."""
        is_new = execution_id not in self._known
        self._known.add(execution_id)
        return is_new

    def begins(self, day: dt.date) -> bool:
        """Go on with the day."""
        return False


class World:
    """Everything that happens, by when it comes to be handled; what comes at one time in any order."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.now = BEGIN
        self._heap: list[tuple[int, float, int, Callable[[], None]]] = []
        self._number = count()
        self.strategies: dict[str, MiaStrategy] = {}
        self.recorder: Recorder | None = None
        self._arrived: list[Any] = []
        self._pulse = 0
        self._last: dict[type, int] = {}

    def at(self, when: int, call: Callable[[], None]) -> None:
        """Have something happen."""
        heappush(self._heap, (max(when, self.now), self.rng.random(), next(self._number), call))

    def soon(self, call: Callable[[], None], seconds: float = 1.0) -> None:
        """Have something happen within some seconds."""
        self.at(self.now + int(self.rng.random() * seconds * NS), call)

    def run(self, until: int) -> str:
        """Let it all happen; return what ended it before its time."""
        while self._heap and self._heap[0][0] <= until:
            when, _, _, call = heappop(self._heap)
            self.now = max(self.now, when)
            try:
                call()
            except Exception as error:  # noqa: BLE001 strategies fail, too
                return f"{type(error).__name__}: {error}"
        return ""

    def bring(self, rows: Any) -> None:
        """Have rows arrive in small pieces, late ones among them."""
        first = 0
        while first < len(rows):
            part = rows_of(rows, slice(first, first + self.rng.randint(1, 9)))
            first += len(part)
            late = 0 if self.rng.random() < 0.6 else int(self.rng.random() * 2 * NS)
            self.at(int(part.ts[-1]) + late, partial(self._arrive, part))

    def _arrive(self, rows: Any) -> None:
        kind = type(rows)
        ts = np.maximum(rows.ts, max(self._pulse + 1, self._last.get(kind, 0)))
        self._last[kind] = int(ts[-1])
        self._arrived.append(replace(rows, ts=np.maximum.accumulate(ts)))

    def deliver(self, now: int) -> None:
        """Put what has arrived on all tapes, as the intake does."""
        self._pulse = max(self._pulse, now)
        arrived, self._arrived = self._arrived, []
        for rows in arrived:
            assert self.recorder
            self.recorder.take(ES, rows)
            for strategy in self.strategies.values():
                strategy.take_rows("ES", rows)


class LateClock:
    """Rings late, and timers of one time in any order."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._set: dict[str, object] = {}

    @property
    def plain(self) -> "LateClock":
        """The same."""
        return self

    def timestamp_ns(self) -> int:
        """Return the time."""
        return self._world.now

    def set_time_alert_ns(self, name: str, when: int, callback: Callable[[Any], None]) -> None:
        """Ring once."""
        token = self._set[name] = object()

        def ring() -> None:
            if self._set.get(name) is token:
                del self._set[name]
                callback(Rung(name, when))

        late = self._world.rng.choice([0, 0, 0, NS // 50, NS // 3])
        self._world.at(when + late, ring)

    def set_timer_ns(
        self, name: str, interval: int, start: int | None, stop: int | None, callback: Callable[[Any], None]
    ) -> None:
        """Ring again and again."""

        def ring(event: Rung) -> None:
            following = event.ts_event + interval
            if stop is None or following <= stop:
                self.set_time_alert_ns(name, following, lambda one: ring(Rung(name, one.ts_event)))
            callback(event)

        begin = self._world.now if start is None else start
        passed = max(0, self._world.now - begin) // interval
        self.set_time_alert_ns(name, begin + (passed + 1) * interval, ring)


class Toy:
    """A broker who answers when it likes: at once, later, twice, with no."""

    def __init__(self, world: World, strategy_id: str) -> None:
        self._world, self._strategy_id = world, strategy_id
        self._open: dict[str, Any] = {}
        self._trades = count(1)

    def send(self, orders: list[Any]) -> None:
        """Take orders, or refuse them within the very call."""
        rng = self._world.rng
        ids = [str(order.client_order_id) for order in orders]
        for order_id, order in zip(ids, orders, strict=True):
            self._open[order_id] = [
                1 if order.side.name == "BUY" else -1,
                int(order.quantity),
                ticks_of(order.price) if hasattr(order, "price") else None,
            ]
        if rng.random() < 0.08:
            for order_id in ids:
                self._end(order_id, "OrderDenied", reason="MOOD: no")
            return
        for order_id in ids:
            if rng.random() < 0.4:
                self._tell("OrderSubmitted", order_id)
            else:
                self._later("OrderSubmitted", order_id)
        if len(ids) > 1:
            self._world.soon(lambda: self._enter(*ids), 3)
        elif "-X" in ids[0]:
            how = "OrderCanceled" if rng.random() < 0.3 else ""
            self._world.soon(lambda: self._end(ids[0], how) if how else self._fill(ids[0]), 2)
        else:
            self._later("OrderAccepted", ids[0])

    def resize(self, order_id: Any, lots: Any) -> None:
        """Change a size, in time."""
        self._change(str(order_id), int(lots), None)

    def move(self, order_id: Any, trigger: Any) -> None:
        """Move a stop, in time."""
        self._change(str(order_id), None, ticks_of(trigger))

    def cancel(self, order_id: Any) -> str:
        """Cancel, mostly."""
        name = str(order_id)
        if self._world.rng.random() < 0.2:
            self._later("OrderCancelRejected", name, reason="it changes")
        elif self._world.rng.random() < 0.2:
            self._end(name, "OrderCanceled")
        else:
            self._world.soon(lambda: self._end(name, "OrderCanceled"))
        return ""

    def _enter(self, entry: str, stop: str, target: str) -> None:
        if entry not in self._open:
            return
        rng = self._world.rng
        for name in (stop, target):
            if rng.random() < 0.93:
                self._tell("OrderAccepted", name)
        lots = self._open[entry][1]
        if lots > 1 and rng.random() < 0.5:
            self._fill(entry, 1)
            self._world.soon(lambda: self._fill(entry), 2)
        else:
            self._fill(entry)
        won = target if rng.random() < 0.5 else stop
        lost = stop if won == target else target

        def exit_() -> None:
            if won in self._open:
                self._fill(won)
                self._end(lost, "OrderCanceled")

        self._world.soon(exit_, 60)

    def _fill(self, order_id: str, lots: int | None = None) -> None:
        if order_id not in self._open:
            return
        side, left, price = self._open[order_id]
        lots = lots or left
        self._open[order_id][1] = left - lots
        if left == lots:
            del self._open[order_id]
        told = {
            "lots": lots,
            "ticks": price or 24_000 + self._world.rng.randint(-20, 20) * side,
            "fee": None if self._world.rng.random() < 0.1 else f"{2.25 * lots:.2f}",
            "trade_id": f"{self._strategy_id}{next(self._trades)}",
            "instrument_id": ID,
        }
        self._tell("OrderFilled", order_id, **told)
        if self._world.rng.random() < 0.15 and order_id in self._open:
            self._tell("OrderFilled", order_id, **told)  # twice

    def _change(self, order_id: str, lots: int | None, trigger: int | None) -> None:
        def change() -> None:
            if order_id not in self._open:
                self._tell("OrderModifyRejected", order_id, reason="too late")
                return
            self._open[order_id][1] = lots or self._open[order_id][1]
            self._tell("OrderUpdated", order_id, lots=self._open[order_id][1], trigger=trigger)

        self._world.soon(change)

    def _end(self, order_id: str, kind: str, **told: Any) -> None:
        if self._open.pop(order_id, None) is not None:
            self._tell(kind, order_id, **told)

    def _later(self, kind: str, order_id: str, **told: Any) -> None:
        self._world.soon(lambda: self._tell(kind, order_id, **told))

    def _tell(self, kind: str, order_id: str, **told: Any) -> None:
        ts = self._world.now - self._world.rng.choice([0, 0, NS // 4])
        event = told_again(Step(0, 0, "told", 0, self._strategy_id, kind, ts, order_id=order_id, **told))
        desk = self._world.strategies[self._strategy_id]
        desk.on_order_event(event)
        if self._world.rng.random() < 0.01:  # of somebody else's order: it halts all, in the midst of this
            desk.on_order_event(
                told_again(Step(0, 0, "told", 0, self._strategy_id, kind, ts, order_id="x", **told))
            )


class Shaken(Recording):
    """Writes the steps of a world."""

    def __init__(self, log: RowLog, world: World) -> None:
        super().__init__(log)
        self.world = world

    def of(self, strategy_id: str, now: Callable[[], int]) -> "ShakenHand":
        """Return a strategy's hand."""
        return ShakenHand(self, strategy_id, now)


class ShakenHand(RecordedHand):
    """One strategy's, with clock and broker of the world."""

    def __init__(self, shaken: Shaken, strategy_id: str, now: Callable[[], int]) -> None:
        super().__init__(shaken, strategy_id, now)
        self._world, self._id = shaken.world, strategy_id

    def clock(self, clock: Any) -> Any:
        """Return a clock that rings late."""
        del clock
        return RecordedClock(self, LateClock(self._world))

    def wire(self, wire: Any) -> Any:
        """Return a wire to the broker."""
        del wire
        return super().wire(Toy(self._world, self._id))


def prepared(seconds: int, names: Sequence[str] = ("one", "two")) -> Stage:
    """Return a stage with so many seconds of market from 9:30 on."""
    trades, depth = some_trades(count=4 * seconds), some_depth(count=6 * seconds)
    spread = [
        replace(rows, ts=np.sort(np.random.default_rng(1).integers(BEGIN, BEGIN + seconds * NS, len(rows))))
        for rows in (trades, depth)
    ]
    strategies = {name: {"lots": 46 - place} for place, name in enumerate(names)}
    return stage({DAY: spread}, strategies, fills="depth", plugin="tests.shaken:Restless")


def lived(staged: Stage, into: Path, seed: int, seconds: int) -> tuple[str, Path]:
    """Live through a session; return what ended it early, and the catalog that was recorded of it."""
    from mia_plugins.data.catalog import Catalog
    from mia_plugins.data.files import Files

    run, world = load_run(staged.config), World(seed)
    classes = strategy_classes(run)
    plan, guard, byte = live_plan(run, classes), Guard(), bytearray(1)
    log = RowLog(into / "steps.arrows", STEPS)
    steps = Shaken(log, world)
    with Tables(into, journal_columns(run, classes), run, {}) as tables, Recorder(into) as recorder:
        world.recorder = recorder
        node = Node(
            lambda tapes, product: LiveFeed(tapes, product, world.deliver, lambda call: call()),
            AS_RECORDED,
            byte,
            "sim",
        )
        assembly = Assembly(run, plan, tables, guard, bytes(1), node, steps)
        assembly.keeper.hand_over(Once())
        strategies = list(assembly.strategies(classes))
        engine = engine_of(run.settings, plan, guard, Sight(lambda _: None, lambda _: None))
        for strategy in strategies:
            engine.add_strategy(strategy)
            world.strategies[strategy.context.strategy_id] = strategy
        if seed % 3 == 0:
            _inherit(strategies[0])
        for strategy in strategies:
            world.soon(strategy.on_start, 2)
        catalog = Catalog.open(Files(str(staged.folder / "catalog")))
        for file in catalog.data_files():
            for rows in catalog.read(file.kind, file.instrument_id):
                world.bring(rows)
        _trouble(world, assembly, byte, seconds)
        fault = world.run(BEGIN + seconds * NS)
        if not fault:
            for strategy in strategies:
                strategy.on_stop()
        steps.flush()
        engine.dispose()
    log.close()
    sealed = seal_recording(into, "shaken")
    assert sealed
    assert sealed.outside == 0
    return fault, into / RECORDED


def _inherit(strategy: MiaStrategy) -> None:
    """Have a strategy go on with what a process before this one sent."""
    ts = BEGIN - 50 * NS
    entry = OrderState("one-ES-3-E", Role.ENTRY, 1, 2, None, ts, "market", 2, "filled", ts_done=ts + 1)
    stop = OrderState("one-ES-3-S", Role.STOP, -1, 2, 23_980, ts, "stop", state="accepted")
    target = OrderState("one-ES-3-T", Role.TARGET, -1, 2, 24_020, ts, "limit", state="accepted")
    bracket = Bracket(
        3, "one-ES-3", 1, entry, stop, target, BEGIN + 30 * NS, instrument_id=ID, first_stop=23_980
    )
    strategy.account.take(Fill(ts, "one-ES-3-E", 3, Role.ENTRY, 1, 2, 24_000, Decimal("4.50"), 23_980))
    strategy.desk.adopt(bracket)


def _trouble(world: World, assembly: Assembly, byte: bytearray, seconds: int) -> None:
    """Have halts and the kill switch come and go."""

    def kill(level: int) -> Callable[[], None]:
        return lambda: byte.__setitem__(0, level)

    def halt(level: Kill) -> Callable[[], None]:
        return lambda: assembly.halt.set("trouble", level, world.now)

    for call in (kill(1), kill(0), kill(2), kill(0)):
        world.at(BEGIN + int(world.rng.random() * seconds * NS), call)
    for level in (Kill.STOP, Kill.FLATTEN, Kill.OFF, Kill.OFF):
        world.at(BEGIN + int(world.rng.random() * seconds * NS), halt(level))
