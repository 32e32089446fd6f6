"""`MiaStrategy`: what a strategy is written against.

    class Mine(MiaStrategy):
        class Settings(StrategySettings):
            threshold: Ticks = Ticks(4)

        rules = ("far_enough",)

        def evaluate(self, now):
            ...
            return Decision(side=1, outcome=Outcome.TAKEN, size=1, stop=..., target=...)

It is evaluated at each close of a base bar and, where a feature calls for it, in between. What it
decides is journaled; what it takes becomes a bracket: entry, stop and target. It reads the market from
`self.tape` and itself from `self.account`, never from a clock.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Self

from nautilus_trader.model import InstrumentId, StrategyId, TraderId
from nautilus_trader.trading import Strategy, StrategyConfig

from mia_plugins.data.arrow import Kind
from mia_plugins.data.instruments import Contract
from mia_plugins.hookspecs import Kind as PluginKind
from mia_plugins.journal.decision import Decision, JournalColumns, Outcome
from mia_plugins.runtime.account import Account
from mia_plugins.runtime.context import Context, TradingDay
from mia_plugins.runtime.desk import Desk
from mia_plugins.runtime.guard import Interrupted
from mia_plugins.runtime.guarded import Guarded, GuardedClock
from mia_plugins.runtime.hearing import tell_decision, tell_order
from mia_plugins.runtime.needs import Needs, Parts
from mia_plugins.runtime.order_events import HEEDED, kind_of
from mia_plugins.runtime.orders import OrderMaker
from mia_plugins.runtime.settings import StrategySettings
from mia_plugins.runtime.steps import What
from mia_plugins.runtime.times import TENTH
from mia_plugins.runtime.timetable import Calls, Timetable
from mia_plugins.runtime.wire import NautilusWire
from mia_plugins.tape.follower import Follower
from mia_plugins.tape.known import KnownTable
from mia_plugins.tape.tape import Rows, Tape, last_prices


class MiaStrategy(Guarded, Strategy):
    """Base of every strategy; one instance trades one product."""

    Settings: ClassVar[type[StrategySettings]] = StrategySettings
    features: ClassVar[tuple[str, ...]] = ()
    """What `Decision.values` are of."""
    rules: ClassVar[tuple[str, ...]] = ()
    """What `Decision.verdicts` and `numbers` are of."""
    steps: ClassVar[tuple[str, ...]] = ()
    """What `Decision.steps` are of."""
    reads: ClassVar[frozenset[Kind]] = frozenset()
    """What it reads of the tape, beside bars."""
    tables: ClassVar[frozenset[str]] = frozenset()
    """Tables of the catalog it reads from `self.known`, such as `levels`."""
    longer_bars: ClassVar[tuple[int, ...]] = ()
    """Bars it reads beside the base bar, in minutes."""
    uses: ClassVar[frozenset[PluginKind]] = frozenset()
    """Kinds of components of the run that it looks at, such as rules; others would have no effect."""
    after_fills: ClassVar[bool] = False
    """Whether a fill calls for an evaluation at the next tenth of a second."""

    def __new__(cls, context: Context) -> Self:
        """Make Nautilus' part of it."""
        config = StrategyConfig(
            strategy_id=StrategyId(context.strategy_id),
            order_id_tag=f"{context.name}_{context.product}",
            log_events=False,
            log_commands=False,
        )
        return super().__new__(cls, config)  # type: ignore[call-arg]

    def __init__(self, context: Context) -> None:
        self._unshare()
        self.context = context
        self.settings: Any = context.settings
        self.tape: Tape = context.tapes[context.product]
        """The product it trades."""
        self.tapes: Mapping[str, Tape] = context.tapes
        """All products of the run, also those that are only observed."""
        self.known: Mapping[str, KnownTable] = context.known
        """Levels, option chains, the VIX: the tables it reads, as far as they are known by now."""
        self.account: Account = context.account
        """What it holds and has made."""
        self.measures: Sequence[Follower] = ()
        """Features that are kept up to date; set them in `begin`."""
        self._tables = tuple(context.known.values())
        self._others = [tape for tape in context.tapes.values() if tape is not self.tape]
        self.contract: Contract | None = None
        """What its orders are for in this session."""
        self._instrument = ""
        self.decided = -1
        """When it was evaluated last: UTC ns; -1 before the first time."""
        self.decision: Decision | None = None
        """What it came to then, before the desk had its say."""
        calls = Calls(self._open, self._at_bar, self._at_instant, self._flat, self._close)
        self._timetable = Timetable(context.days, self.settings.bar, self.settings.flat_before_close, calls)
        maker = OrderMaker(
            TraderId(context.trader_id), self.strategy_id, context.terms, reduce_only=context.reduce_only
        )
        self._hand = context.steps.of(context.strategy_id, self.data_time)
        wire = self._hand.wire(NautilusWire(self, context.client_id))
        self.desk = Desk(context, maker, wire, self._timetable, wakes=self.after_fills)
        context.following.watch(self.desk.trips)
        self._woken = self._hand.calls(What.WOKEN, self._at_instant)
        self._ordered = self._hand.calls(What.TOLD, self._take_order)
        self._obeyed = self._hand.calls(What.OBEYS, self.desk.obey)
        self._hand.calls(What.ADOPTED, self.desk.adopt)
        ours: dict[str, Callable[..., Any]] = {
            "on_start": self._hand.calls(What.START, self._start),
            "on_stop": self._hand.calls(What.STOP, self._stop),
            "on_order_event": self._on_order,
        }
        ours |= context.feed.handlers()
        self._guard_handlers(MiaStrategy, ours)

    @classmethod
    def needs(cls, settings: StrategySettings, parts: Parts, product: str) -> Needs:  # noqa: ARG003 for subclasses
        """Return what it reads, given settings and parts of the run; unless overridden, what it declares."""
        return Needs(cls.reads, cls.tables, frozenset(cls.longer_bars))

    @classmethod
    def journal_columns(cls, settings: StrategySettings, parts: Parts) -> JournalColumns:  # noqa: ARG003 subclasses look at them
        """Return the names of what its decisions carry."""
        return JournalColumns(features=cls.features, rules=cls.rules, steps=cls.steps)

    def begin(self) -> None:
        """Prepare, before the first data. Override it; there is nothing to call."""

    def begin_session(self, day: TradingDay) -> None:
        """Prepare a trading day. Override it; there is nothing to call."""

    def evaluate(self, now: int) -> Decision:
        """Decide, at `now` (UTC ns), from the tape and the account alone."""
        raise NotImplementedError(f"{type(self).__qualname__} defines no evaluate(now)")

    def leave(self, reason: str) -> None:
        """Cancel what works and leave the position at the market; `reason` is recorded."""
        self.desk.leave(reason, self.data_time())

    def prepare(self) -> None:
        """Let it prepare; the runner's."""
        self._guarded(self.begin, "begin")()
        self.context.feed.prepare(self.measures)

    def take_rows(self, product: str, rows: Rows) -> None:
        """Put rows on its tapes, which may lie in the future; the runner's."""
        self.context.feed.load(product, rows)

    def foresee(self, end: int) -> None:
        """Set alarms for the triggers in what was loaded, before `end` (UTC ns); the runner's."""
        look = self._guarded(lambda: self.context.feed.triggers(end), "triggers")
        self._timetable.foresee(look())

    def wake(self, now: int, cause: str) -> None:
        """Evaluate now (UTC ns, a full tenth of a second); a feed's."""
        self._woken(now, cause)

    def evaluate_after(self, ts: int, cause: str = "trigger") -> None:
        """Have it evaluated at the first tenth of a second at or after an instant (UTC ns)."""
        self._timetable.evaluate_after(ts, cause)

    def submit_order(self, order: Any, *_: Any, **__: Any) -> None:
        """Refuse: an order without a decision could not be explained."""
        raise TypeError(
            f"{type(order).__name__}: orders are made of what evaluate() returns; return a Decision"
        )

    def submit_order_list(self, order_list: Any, *_: Any, **__: Any) -> None:
        """Refuse: an order without a decision could not be explained."""
        self.submit_order(order_list)

    def _timed(self, clock: GuardedClock) -> Any:
        return self._hand.clock(clock)

    def _start(self) -> None:
        if not isinstance(self.context.kill, bytes):
            self.clock.plain.set_timer_ns("kill switch", TENTH, None, None, self._heed)
        self.context.feed.get_ready(self.clock)
        self._timetable.start(self.clock)

    def _heed(self, event: Any) -> None:
        """Look at the kill switch, which another thread may have set."""
        kill, bracket = self.context.kill[0], self.desk.bracket
        if kill and bracket and bracket.heeds(kill):
            self._obeyed(kill, event.ts_event)

    def _on_order(self, event: Any) -> None:
        if kind_of(event) in HEEDED:
            self._ordered(event)

    def _take_order(self, event: Any) -> None:
        tell_order(self.context, event)
        self.desk.on_order_event(event)

    def _stop(self) -> None:
        self.desk.finish()
        self.context.following.end(self.tape.now)

    def _open(self, day: TradingDay) -> None:
        for code, tape in self.tapes.items():
            tape.begin(day.session, day.contracts[code])
        self.contract = day.contracts[self.context.traded]
        self._instrument = self.contract.instrument_id
        if self.context.keeper.begins(day.session.day):
            self.account.begin_session()
        self.desk.begin_session(InstrumentId.from_str(self._instrument))
        self.context.feed.begin(self, day)
        self.begin_session(day)
        self.desk.inheriting.go_on(self.data_time(), day.session.open)

    def _close(self, now: int) -> None:
        self._at_bar(now)  # its timer may come after this alert
        self.context.following.end(now)

    def _flat(self, now: int) -> None:
        self.desk.leave("session_end", now)

    def _look(self, now: int) -> bool:
        """Bring everything up to now; say whether a base bar closed just then."""
        context, tape = self.context, self.tape
        if context.stop[0]:
            raise Interrupted
        lo = tape.now
        context.feed.advance(now)
        closed = tape.advance(now)
        for other in self._others:
            other.advance(now)
        for table in self._tables:
            table.advance(now)
        for feature in self.measures:
            feature.advance(tape, lo, now)
        if context.steps.records:
            self._hand.looked(self)
        if now >= context.following.due:
            context.following.look(now)
        if closed and self.account.trip is not None:
            self.account.broker.see(last_prices(self.tapes))
            context.keeper.rose()
        return closed

    @property
    def _may_look(self) -> bool:
        """Nautilus goes on after a fault; who failed decides nothing more."""
        return self.context.feed.is_ready and self.context.guard.fault is None

    def _at_bar(self, now: int) -> None:
        if self._may_look and now > self.tape.now:
            if self._look(now):
                self._decide(now, "bar")
            self._follow(now)

    def _at_instant(self, now: int, cause: str) -> None:
        if not self._may_look:
            return
        if now > self.tape.now and self._look(now):
            cause = "bar"
        if now > self.decided:
            self._decide(now, cause)
        self._follow(now)

    def _follow(self, now: int) -> None:
        """Do what no decision needs, once it is made."""
        if self.context.following.has_closed:
            self.context.following.show_closed(now)

    def _decide(self, now: int, cause: str) -> None:
        """Evaluate, journal, and act on it."""
        self.decided = now
        decision = self.decision = self.evaluate(now)
        book, price = self.context.book, self.tape.price
        if decision.outcome is Outcome.NONE:
            book.record(now, self._instrument, cause, decision, None, price)
            return
        if decision.outcome is Outcome.TAKEN and (refusal := self.desk.refusal(now)):
            decision = replace(decision, outcome=Outcome.BLOCKED, reason=refusal)
        if decision.outcome is Outcome.TAKEN:
            base_id = f"{self.context.strategy_id}-{self.context.keeper.mark}{book.next_id}"
            number = book.record(now, self._instrument, cause, decision, base_id, price)
            try:
                self.desk.enter(now, decision, number, base_id, price)
            finally:  # who listens has time
                tell_decision(self.context, number, now, decision, price)
        else:
            number = book.record(now, self._instrument, cause, decision, None, price)
            tell_decision(self.context, number, now, decision, price)
            self.context.following.open(number, now, decision, self._timetable.flat_at)


__all__ = ["MiaStrategy", "StrategySettings"]
