"""Makes the calls that were recorded once more, in the order in which they were handled.

Strategies set their timers on a clock that never rings and send their orders on a wire that leads nowhere:
what rang and what was told is in the steps.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from mia_plugins.reconcile.errors import Parted, RowsEnd
from mia_plugins.reconcile.stand_ins import (
    Call,
    ReplayedClock,
    ReplayedKeeper,
    ReplayedSwitch,
    ReplayedWire,
    key_of,
    silent,
)
from mia_plugins.runtime.broker import BrokerAccount
from mia_plugins.runtime.keeping import Keeper
from mia_plugins.runtime.killing import Halt, Kill
from mia_plugins.runtime.order_events import told_again
from mia_plugins.runtime.snapshot import bracket_of_text, restore_account
from mia_plugins.runtime.steps import ANSWERS, Hand, Looks, Step, Steps, What, brought_to
from mia_plugins.runtime.times import told_time
from mia_plugins.runtime.wire import Wire

TIMED = frozenset({What.TIMER, What.WOKEN})
"""What may look at the market as it was at its own time."""


class Rung(NamedTuple):
    """A timer's event."""

    name: str
    ts_event: int
    """UTC ns."""

    @property
    def ts_init(self) -> int:
        """The same."""
        return self.ts_event


class Miscount(NamedTuple):
    """A look at the market at which other rows were there than at the time."""

    step: Step
    stream: str
    recorded: int
    replayed: int


class Replaying(Steps):
    """Has the steps of a recording made again."""

    records = True

    def __init__(self, steps: Iterator[Step], *, is_whole: bool = True) -> None:
        """`is_whole` is False for a recording that was cut off: its rows may end before its steps."""
        self._steps, self._is_whole = steps, is_whole
        self._next = next(steps, None)
        self._now: list[Step] = []
        self._calls: dict[tuple[str, str], Call] = {}
        self._sent = 0
        self._broker: BrokerAccount | None = None
        self._halt = Halt()
        self.mark = ""
        """What order ids begin with."""
        self.killed: int = Kill.OFF
        """How the kill switch stands."""
        self.made = 0
        """Steps that were made."""
        self.miscount: Miscount | None = None
        """The first of them."""

    @property
    def clock(self) -> int:
        """What all clocks tell: UTC ns."""
        return next((step.clock for step in reversed(self._now) if step.clock), 0)

    def make_until(self, limit: int | None) -> None:
        """Make the steps in their order, up to the first whose own time is after a limit (UTC ns)."""
        while (step := self._next) is not None:
            if limit is not None and step.what in TIMED and step.ts > limit:
                return
            if step.within:
                raise Parted(
                    f"{_told(step)} came while a message was sent to the broker, and this time none was sent"
                )
            self._make(self._take())

    def deliver(self) -> None:
        """Make the steps that came while a message was sent; it is being sent now."""
        self._sent += 1
        within = self._sent
        while self._next is not None and self._next.within == within:
            self._make(self._take())

    def answer(self, what: What) -> Step | None:
        """Return an answer that was given here; None where it was the usual one."""
        asked, step = self._now[-1].number if self._now else 0, self._next
        return self._take() if step is not None and (step.what, step.asked) == (what, asked) else None

    def register(self, strategy_id: str, name: str, call: Call) -> None:
        """Have a function called where steps name it."""
        self._calls[strategy_id, name] = call

    def forget(self, strategy_id: str, name: str) -> None:
        """Have a function called no more."""
        self._calls.pop((strategy_id, name), None)

    def compare(self, strategy: Looks) -> None:
        """Hold the rows that are there to those that were at the time."""
        step = self._now[-1] if self._now else None
        if step is None or step.rows is None or self.miscount is not None:
            return
        there = brought_to(strategy)
        for (stream, count), before in zip(there.items(), step.rows, strict=True):
            if count < before and not self._is_whole:
                raise RowsEnd
            if count != before:
                self.miscount = Miscount(step, stream, before, count)
                return

    def of(self, strategy_id: str, now: Callable[[], int]) -> Hand:
        """Return a strategy's hand."""
        del now
        return ReplayedHand(self, strategy_id)

    def account(self, broker: BrokerAccount) -> None:
        """Bring this account to where the recorded one began."""
        self._broker = broker

    def keeper(self, keeper: Keeper) -> Keeper:
        """Return a keeper that answers as the recorded one did."""
        del keeper
        return ReplayedKeeper(self)

    def kill(self, kill: Sequence[int]) -> Sequence[int]:
        """Return a kill switch that stands as it stood."""
        del kill
        return ReplayedSwitch(self)

    def halt(self, halt: Halt) -> Halt:
        """Have it set where it was; what strategies set themselves is held to what they set then."""
        self._halt = halt
        halt.noted_by(self._noted)
        return halt

    def _noted(self, reason: str, level: Kill, now: int) -> None:
        """Take the step that a strategy makes itself: it sets a halt while it handles another step."""
        if self._now and self.answer(What.HALT) is None:
            raise Parted(
                f"'{reason}' is set to {level.name.lower()} at {told_time(now)}, which was not done then"
            )

    def _take(self) -> Step:
        step, self._next = self._next, next(self._steps, None)
        assert step is not None  # noqa: S101 whoever takes has looked
        self.made += 1
        return step

    def _make(self, step: Step) -> None:
        if step.what in ANSWERS:
            self._answered(step)
        elif step.what == What.HALT:
            self._halt.set(step.name, Kill(step.level or 0), step.ts)
        else:
            self._now.append(step)
            try:
                self._call(step)
            finally:
                self._now.pop()

    def _call(self, step: Step) -> None:
        call = self._calls.get((step.strategy, key_of(step.what, step.name)))
        if call is None:
            raise Parted(f"{_told(step)}, which this time nobody had set")
        match step.what:
            case What.TIMER:
                call(Rung(step.name, step.ts))
            case What.TOLD:
                call(told_again(step))
            case What.WOKEN:
                call(step.ts, step.name)
            case What.OBEYS:
                call(step.level, step.ts)
            case What.ADOPTED:
                call(bracket_of_text(step.reason or ""))
            case _:
                call()

    def _answered(self, step: Step) -> None:
        """Take an answer that nobody asked for: what stands between two steps, or was asked in vain."""
        if step.what == What.ACCOUNT and self._broker is not None:
            restore_account(self._broker, step.reason or "")
        elif step.what == What.MARK:
            self.mark = step.name
        elif step.what == What.KILL:
            self.killed = step.level or 0
        else:
            raise Parted(f"{_told(step)}, which this time nobody asked")


def _told(step: Step) -> str:
    whose = f" of {step.strategy}" if step.strategy else ""
    name = f" '{step.name}'" if step.name else ""
    return f"step {step.number}, {step.what}{name}{whose} at {told_time(step.ts)}"


class ReplayedHand(Hand):
    """One strategy's."""

    def __init__(self, replaying: Replaying, strategy_id: str) -> None:
        self._replaying, self._strategy_id = replaying, strategy_id

    def calls(self, what: What, function: Call) -> Call:
        """Keep a function for its steps; what Nautilus calls in its place does nothing."""
        self._replaying.register(self._strategy_id, str(what), function)
        return silent if what is What.TOLD else _still

    def clock(self, clock: Any) -> Any:
        """Return a clock that rings where steps say so."""
        del clock
        return ReplayedClock(self._replaying, self._strategy_id)

    def wire(self, wire: Wire) -> Wire:
        """Return a wire that leads nowhere, and on which comes what had come."""
        del wire
        return ReplayedWire(self._replaying)

    def looked(self, strategy: Looks) -> None:
        """Hold the rows that are there to those that were."""
        self._replaying.compare(strategy)


def _still() -> None:
    """Do nothing."""
