"""In what order a strategy's calls were handled: what decides beside the rows on its tapes.

A backtest hands every call on as it is. `mia_plugins.live.steps` writes each one down on its way, and
`mia_plugins.reconcile.steps` makes the same calls once more, in the order in which they are written.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import pyarrow as pa

from mia_plugins.runtime.keeping import Keeper
from mia_plugins.runtime.killing import Halt
from mia_plugins.tape.known import KnownTable
from mia_plugins.tape.tape import Tape

if TYPE_CHECKING:
    from mia_plugins.runtime.brackets import Bracket
    from mia_plugins.runtime.broker import BrokerAccount
    from mia_plugins.runtime.wire import Wire


class What(StrEnum):
    """What was handled, or what was answered while it was."""

    START = "start"
    TIMER = "timer"
    """A timer or an alert of the strategy's clock, by its name."""
    WOKEN = "woken"
    """A trigger was seen at a tenth of a second."""
    TOLD = "told"
    """An event of an order."""
    OBEYS = "obeys"
    """The kill switch, which is on."""
    HALT = "halt"
    """Who watches over the run stops its strategies, or lets them go on."""
    ADOPTED = "adopted"
    """A bracket that a process before this one sent was taken over."""
    STOP = "stop"
    ACCOUNT = "account"
    """What the account was when the first of it all began."""
    MARK = "mark"
    """What order ids have been beginning with since then."""
    KILL = "kill"
    """The kill switch was looked at, and is another one."""
    RESUMED = "resumed"
    """A trading day went on and did not begin anew."""
    AGAIN = "again"
    """An execution had been told of before, and was not counted."""
    UNTOLD = "untold"
    """A cancel could not be told to the broker once more; its name is what stood in the way."""


ANSWERS = frozenset({What.ACCOUNT, What.MARK, What.KILL, What.RESUMED, What.AGAIN, What.UNTOLD})
"""What is no call, but was said in one or between two."""


class Step(NamedTuple):
    """One of them, in the order of handling."""

    number: int
    """From 1."""
    within: int
    """The number of the message to the broker in whose sending it came; 0: of none."""
    what: str
    asked: int = 0
    """Of an answer or a halt: the number of the step in which it was given or set; 0: between two."""
    strategy: str = ""
    """Whose it is; "" for all."""
    name: str = ""
    """The timer, the kind of event, the cause, the reason or the text."""
    ts: int = 0
    """The time it is of, never when it came to be handled: UTC ns."""
    clock: int = 0
    """What the clock told all through it: UTC ns."""
    level: int | None = None
    """Of the kill switch or the halt."""
    rows: Sequence[int] | None = None
    """Rows that each stream had brought, where the market was looked at: see `brought_to`."""
    order_id: str | None = None
    trade_id: str | None = None
    instrument_id: str | None = None
    reason: str | None = None
    lots: int | None = None
    """Contracts of a fill, or of the order as it is now."""
    ticks: int | None = None
    """Price of a fill, or the limit."""
    trigger: int | None = None
    """Price at which a stop is met."""
    fee: str | None = None
    """$."""


_TIME = pa.timestamp("ns", tz="UTC")
_WORD = pa.dictionary(pa.int16(), pa.string())
_TYPES: Mapping[str, pa.DataType] = {
    "number": pa.int64(), "within": pa.int64(), "asked": pa.int64(), "what": _WORD,
    "strategy": _WORD, "ts": _TIME, "clock": _TIME,
    "level": pa.int8(), "rows": pa.list_(pa.int64()), "instrument_id": _WORD, "lots": pa.int64(),
    "ticks": pa.int64(), "trigger": pa.int64(),
}  # fmt: skip
STEPS = pa.schema([pa.field(name, _TYPES.get(name, pa.string())) for name in Step._fields])


class Looks(Protocol):
    """A strategy, as far as it looks at the market."""

    tapes: Mapping[str, Tape]
    known: Mapping[str, KnownTable]


def brought_to(strategy: Looks) -> dict[str, int]:
    """Return how many rows each stream has brought a strategy up to now, by its name."""
    tapes = strategy.tapes.items()
    found = {f"{code} {kind}": count for code, tape in tapes for kind, count in tape.brought.items()}
    return found | {name: table.brought for name, table in strategy.known.items()}


class Hand:
    """One strategy's, through which calls to it and from it go."""

    def calls(self, what: What, function: Callable[..., None]) -> Callable[..., None]:
        """Return what is to be called in the place of a function."""
        del what
        return function

    def clock(self, clock: Any) -> Any:
        """Return what is to set timers in the place of a clock."""
        return clock

    def wire(self, wire: "Wire") -> "Wire":
        """Return what is to send orders in the place of a wire."""
        return wire

    def looked(self, strategy: Looks) -> None:
        """Take note that it has looked at the market."""


_HAND = Hand()


class Steps:
    """Hands every call on as it is: nobody writes it down."""

    records = False
    """Whether anybody wants to know that a strategy has looked at the market."""

    def of(self, strategy_id: str, now: Callable[[], int]) -> Hand:
        """Return a strategy's hand; `now` is what its clock tells (UTC ns)."""
        del strategy_id, now
        return _HAND

    def account(self, broker: "BrokerAccount") -> None:
        """Take note of the account that all strategies trade, before anything is handled."""

    def adopted(self, strategy_id: str, bracket: "Bracket") -> None:
        """Take note of a bracket that a strategy takes over, as it is then."""

    def keeper(self, keeper: Keeper) -> Keeper:
        """Return what is to keep orders and executions in the place of a keeper."""
        return keeper

    def kill(self, kill: Sequence[int]) -> Sequence[int]:
        """Return what is to be looked at in the place of the kill switch."""
        return kill

    def halt(self, halt: Halt) -> Halt:
        """Return a halt, having taken note of it."""
        return halt


UNRECORDED = Steps()
