"""Writes down in what order strategies' calls are handled, so that they can be made once more."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from mia_plugins.live.stand_ins import RecordedClock, RecordedKeeper, RecordedSwitch, RecordedWire, Timed
from mia_plugins.runtime.keeping import Keeper
from mia_plugins.runtime.killing import Halt, Kill
from mia_plugins.runtime.order_events import told_of
from mia_plugins.runtime.snapshot import text_of_account, text_of_bracket
from mia_plugins.runtime.steps import ANSWERS, Hand, Looks, Step, Steps, What, brought_to
from mia_plugins.runtime.terms import AS_THEY_ARE, Terms

if TYPE_CHECKING:
    from mia_plugins.runtime.brackets import Bracket
    from mia_plugins.runtime.broker import BrokerAccount
    from mia_plugins.runtime.wire import Wire

ROWS = Step._fields.index("rows")
CLOCK = Step._fields.index("clock")

type Call = Callable[..., None]


class Log(Protocol):
    """Where steps go: a table of `STEPS`."""

    def append(self, row: tuple[object, ...], /) -> None:
        """Take a row."""

    def secure(self) -> None:
        """Have what was taken outlive this process."""

    def flush(self) -> None:
        """Write what was taken."""


def _nothing() -> None:
    """Do nothing."""


class Recording(Steps):
    """Writes every step; whatever led to an entry is written before it leaves."""

    records = True

    def __init__(
        self, log: Log, before_order: Callable[[], None] = _nothing, terms: Terms = AS_THEY_ARE
    ) -> None:
        """`before_order` secures what else leads to orders: rows and decisions."""
        self._log, self._before_order = log, before_order
        self.terms = terms
        """How whoever executes orders tells of them."""
        self._pending: list[list[Any]] = []
        self._open: list[list[Any]] = []
        """Steps that are being handled, the innermost last."""
        self._number = 0
        self._sent = 0
        """Messages to the broker."""
        self._within = [0]
        self._unwritten: Exception | None = None
        """Why something went out of which it is not written what led to it."""
        self._broker: BrokerAccount | None = None
        self._keeper: RecordedKeeper | None = None
        self._switch: RecordedSwitch | None = None

    @property
    def now(self) -> int | None:
        """What all clocks tell while a step is handled: UTC ns; None between two."""
        return int(self._open[-1][CLOCK]) if self._open else None

    def add(self, what: What, **told: Any) -> list[Any]:
        """Write a step, or an answer that was given in one."""
        if self._broker is not None:
            broker, self._broker = self._broker, None
            self.add(What.ACCOUNT, reason=text_of_account(broker))
        self._number += 1
        asked = self._open[-1][0] if self._open and what in {*ANSWERS, What.HALT} else 0
        row = list(Step(self._number, self._within[-1], str(what), asked, **told))
        self._pending.append(row)
        return row

    @contextmanager
    def handling(self, what: What, clock: int, **told: Any) -> Iterator[None]:
        """Write a step and what comes within it."""
        self._open.append(self.add(what, clock=clock, **told))
        try:
            yield
        finally:
            self._open.pop()
        if not self._open:
            self._raise_unwritten()

    @contextmanager
    def sending(self, *, enters: bool) -> Iterator[None]:
        """Secure what there is, and write what comes while something is sent as coming within it.

        What cannot be written holds an entry back. All else makes the risk smaller: it goes out, and the
        failure is raised when the step that it belongs to is over, or by the next `flush`.
        """
        try:
            self._before_order()
            self.secure()  # the last of all: no step may be there without what it had
        except Exception as error:
            if enters:
                raise
            self._unwritten = self._unwritten or error
        self._sent += 1
        self._within.append(self._sent)
        try:
            yield
        finally:
            self._within.pop()

    def looked(self, counts: list[int]) -> None:
        """Note how many rows were there for the step that is being handled."""
        if self._open:
            self._open[-1][ROWS] = counts

    def flush(self) -> None:
        """Write what is pending; nothing more once something went out that is not explained."""
        self._hand_over()
        self._log.flush()

    def secure(self) -> None:
        """Have what is pending outlive this process, for less than `flush` takes."""
        self._hand_over()
        self._log.secure()

    def _hand_over(self) -> None:
        self._raise_unwritten()
        pending, self._pending = self._pending, []
        for row in pending:
            self._log.append(tuple(row))

    def _raise_unwritten(self) -> None:
        if self._unwritten is not None:
            raise self._unwritten

    def of(self, strategy_id: str, now: Callable[[], int]) -> Hand:
        """Return a strategy's hand."""
        return RecordedHand(self, strategy_id, now)

    def account(self, broker: "BrokerAccount") -> None:
        """Have what the account is at the first step written before it."""
        self._broker = broker

    def adopted(self, strategy_id: str, bracket: "Bracket") -> None:
        """Write a bracket that a strategy takes over."""
        self.add(What.ADOPTED, strategy=strategy_id, name=bracket.base_id, reason=text_of_bracket(bracket))

    def keeper(self, keeper: Keeper) -> Keeper:
        """Return a keeper whose answers are written; one for all strategies."""
        self._keeper = self._keeper or RecordedKeeper(self, keeper)
        return self._keeper

    def kill(self, kill: Sequence[int]) -> Sequence[int]:
        """Return a kill switch whose changes are written as they are seen."""
        if isinstance(kill, bytes):
            return kill
        # One for all: what one strategy has seen of it is what the next one's view is compared with.
        self._switch = self._switch or RecordedSwitch(self, kill)
        return self._switch

    def halt(self, halt: Halt) -> Halt:
        """Have its changes written."""
        halt.noted_by(self._halted)
        return halt

    def _halted(self, reason: str, level: Kill, now: int) -> None:
        self.add(What.HALT, name=reason, level=int(level), ts=now)


class RecordedHand(Hand):
    """One strategy's."""

    def __init__(self, recording: Recording, strategy_id: str, now: Callable[[], int]) -> None:
        self._recording, self._strategy_id, self._now = recording, strategy_id, now

    def calls(self, what: What, function: Call) -> Call:
        """Return a function that writes each of its calls."""
        if what is What.ADOPTED:
            return function  # told of with what it was
        if what is What.TOLD:
            return self._told(function)
        if what in {What.START, What.STOP}:
            return self._plain(what, function)
        return self._with_time(what, function)

    def clock(self, clock: Any) -> Any:
        """Return a clock whose timers are written as they fire."""
        return RecordedClock(self, clock)

    def wire(self, wire: "Wire") -> "Wire":
        """Return a wire that has everything written before it sends anything."""
        return RecordedWire(self._recording, wire)

    def looked(self, strategy: Looks) -> None:
        """Note how many rows it had."""
        self._recording.looked(list(brought_to(strategy).values()))

    def timer(self, name: str, callback: Timed) -> Timed:
        """Return a timer's callback that writes that it was called, with the time it was set for."""

        def call(event: Any) -> None:
            with self.handling(What.TIMER, name=name, ts=event.ts_event):
                callback(event)

        return call

    def handling(self, what: What, **told: Any) -> Any:
        """Write a step of this strategy."""
        clock = self._recording.now
        clock = self._now() if clock is None else clock
        return self._recording.handling(what, clock, strategy=self._strategy_id, **told)

    def tells(self, clock: Any) -> int:
        """Return what a clock tells: one time all through a step."""
        now = self._recording.now
        return int(clock.timestamp_ns()) if now is None else now

    def _plain(self, what: What, function: Call) -> Call:
        def call() -> None:
            with self.handling(what):
                function()

        return call

    def _told(self, function: Call) -> Call:
        def call(event: Any) -> None:
            with self.handling(What.TOLD, **told_of(self._recording.terms.heard(event))):
                function(event)

        return call

    def _with_time(self, what: What, function: Call) -> Call:
        """Return what writes calls with a time and a cause, or a level and a time."""

        def woken(now: int, cause: str) -> None:
            with self.handling(what, ts=now, name=cause):
                function(now, cause)

        def obeys(level: int, now: int) -> None:
            with self.handling(what, ts=now, level=int(level)):
                function(level, now)

        return woken if what is What.WOKEN else obeys
