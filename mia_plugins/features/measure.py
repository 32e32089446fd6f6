"""`Measure`: what follows one product's tape and keeps numbers that features look at."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, final

from mia_plugins.data.arrow import Kind
from mia_plugins.data.instruments import Contract
from mia_plugins.data.sessions import Session
from mia_plugins.settings.model import BaseSettings
from mia_plugins.tape.bars import Bar
from mia_plugins.tape.tape import Tape

if TYPE_CHECKING:
    from mia_plugins.features.market import Market


class Measure(ABC):
    """A measurement that is kept up to date; its numbers are `None` while they are not known.

        class Ticked(Measure):
            reads = frozenset({Kind.TRADES})
            outputs = ("count",)

            def reset(self):
                self.count = 0

            def take(self, tape, lo, hi):
                self.count += len(tape.trades(lo, hi))

    What it depends on it asks of the market in its `__init__`: those measures are brought up to date
    before it. A base bar never closes within a stretch, only at its end; the stretch may be cut anywhere
    else, and nothing may depend on where.
    """

    Settings: ClassVar[type[BaseSettings]] = BaseSettings
    """What can be set: a class inside it."""

    reads: ClassVar[frozenset[Kind]] = frozenset()
    """What it reads of the tape, beside bars; without it in the data its numbers stay `None`."""
    tables: ClassVar[frozenset[str]] = frozenset()
    """Tables of the catalog it reads from `market.known`."""
    outputs: ClassVar[tuple[str, ...]] = ()
    """Its numbers that a chart can show: names of attributes."""

    def __init__(self, market: "Market", settings: Any) -> None:
        self.market = market
        self.settings = settings
        self._session: Session | None = None
        self._contract: Contract | None = None
        self.reset()

    @property
    def longer_bars(self) -> frozenset[int]:
        """The lengths of bars it takes beside the base bars, in minutes: the tape must declare them."""
        return frozenset()

    def restart(self) -> None:
        """Begin anew, before any data; the market's."""
        self._session = self._contract = None
        self.reset()

    @final
    def advance(self, tape: Tape, lo: int, hi: int) -> None:
        """Take in what came after `lo` up to `hi` (UTC ns); the market's."""
        if not self.reads <= tape.kinds:
            return
        if tape.contract is not self._contract or tape.session is not self._session:
            self._see_what_began(tape)
        self.take(tape, lo, hi)

    def _see_what_began(self, tape: Tape) -> None:
        """Start on another contract or another trading day, where it is one."""
        if tape.contract != self._contract:
            if self._contract is not None:
                self.begin_contract()
            self._contract = tape.contract
        session = tape.session
        if session is not None and session != self._session:
            self._session = session
            self.begin_session(session)

    def begin_contract(self) -> None:
        """Start on another contract, whose prices are not those of the last: all is forgotten."""
        self.reset()

    def begin_session(self, session: Session) -> None:  # noqa: B027 most need none
        """Start a trading day. Override it; there is nothing to call."""

    @abstractmethod
    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Take in what came after `lo` up to `hi` (UTC ns); `hi` is now."""

    @abstractmethod
    def reset(self) -> None:
        """Forget all that was taken in; called first before anything is."""


class BarMeasure(Measure):
    """A measure that takes closed bars, one at a time."""

    minutes: int = 0
    """The length of its bars; 0 for the base bars."""

    _taken = 0

    @property
    def longer_bars(self) -> frozenset[int]:
        """The length of its bars, where they are not the base bars."""
        return frozenset({self.minutes}) if self.minutes else frozenset()

    @final
    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Take the bars that have closed."""
        del lo
        bars = tape.bars(self.minutes) if self.minutes else tape.base
        fresh = bars.count - self._taken
        if fresh == 1:
            self.take_bar(bars.last)
        elif not fresh:
            self.between_bars(hi)
        else:
            for bar in bars.since(self._taken):
                self.take_bar(bar)
        self._taken = bars.count

    def restart(self) -> None:
        """Begin anew, before any data."""
        self._taken = 0
        super().restart()

    def begin_contract(self) -> None:
        """Start on another contract: all is forgotten."""
        self.follow_anew()
        super().begin_contract()

    def follow_anew(self) -> None:
        """Take another contract's bars, which are counted anew, and keep what is known."""
        self._taken = 0

    @abstractmethod
    def take_bar(self, bar: Bar) -> None:
        """Take a bar that has just closed; prices in ticks."""

    def between_bars(self, now: int) -> None:
        """Take note of an instant (UTC ns) at which no bar closed. Override it; there is nothing to call.

        Which instants there are depends on who else looks: nothing may follow from one by itself.
        """
