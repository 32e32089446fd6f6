"""From a run's settings to the strategies that trade it, each with its tape and its place in the journal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Self

from mia_plugins.backtest.accounts import account_of, broker_of
from mia_plugins.backtest.engine import TAPE_VENUE, TRADER
from mia_plugins.backtest.members import actor_classes, needs_of, parts_of, settings_of, strategies_of
from mia_plugins.backtest.plan import Plan
from mia_plugins.data.arrow import Kind
from mia_plugins.errors import MiaError
from mia_plugins.hookspecs import Kind as PluginKind
from mia_plugins.journal.decision import JournalColumns
from mia_plugins.journal.schema import SHADOWS
from mia_plugins.journal.writer import Journal
from mia_plugins.runs.rows import RowLog
from mia_plugins.runtime.actor import ActorContext, MiaActor
from mia_plugins.runtime.context import Context, Feed, Warnings
from mia_plugins.runtime.each import each_done
from mia_plugins.runtime.feeds import ColumnsFeed, HandlersFeed
from mia_plugins.runtime.following import following_of
from mia_plugins.runtime.guard import Fault, Guard
from mia_plugins.runtime.hearing import Ear, OrderEar
from mia_plugins.runtime.incidents import INCIDENTS, Incidents
from mia_plugins.runtime.keeping import KeptLater, Unkept
from mia_plugins.runtime.killing import Halt, never
from mia_plugins.runtime.needs import Needs
from mia_plugins.runtime.records import FILLS, ORDERS, POSITIONS, Records
from mia_plugins.runtime.steps import UNRECORDED, Steps
from mia_plugins.runtime.strategy import MiaStrategy
from mia_plugins.runtime.terms import AS_THEY_ARE, Terms
from mia_plugins.runtime.vitals import Pulse, Vitals
from mia_plugins.settings.resolve import Component, Run
from mia_plugins.tape.known import Knowing
from mia_plugins.tape.tape import Tape
from mia_plugins.tape.trail import Trail

FLUSH_SECONDS = 0.5
"""How much of a run's work a killed process may take along. A session of bars takes a few ms, and
writing each by itself would be a cost of its own."""


class Tables:
    """The tables a run writes, as logs that stay readable whatever ends the process."""

    def __init__(
        self, folder: Path, columns: Mapping[str, JournalColumns], run: Run, metadata: Mapping[str, str]
    ) -> None:
        """`columns` are those of each strategy's decisions, by its id."""
        self.journal = Journal(folder / "decisions.arrows", columns, run.settings.journal, dict(metadata))
        self.orders = RowLog(folder / "orders.arrows", ORDERS)
        self.fills = RowLog(folder / "fills.arrows", FILLS)
        self.positions = RowLog(folder / "positions.arrows", POSITIONS)
        self.shadows = RowLog(folder / "shadows.arrows", SHADOWS)
        self.incidents = RowLog(folder / "incidents.arrows", INCIDENTS)
        self._logs = (
            self.journal, self.orders, self.fills, self.positions, self.shadows, self.incidents
        )  # fmt: skip
        self._next_flush = 0.0

    def flush(self, *, at_once: bool = False) -> None:
        """Bring to disk what there is, unless that was done just before and has time."""
        now = monotonic()
        if now < self._next_flush and not at_once:
            return
        self._next_flush = now + FLUSH_SECONDS
        each_done(*(log.flush for log in self._logs))

    def secure(self) -> None:
        """Have what there is outlive this process, for less than `flush` takes."""
        each_done(*(log.secure for log in self._logs))

    def __enter__(self) -> Self:
        """Go on."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what there is, however the run ended."""
        each_done(*(log.close for log in self._logs))


type Tapes = Mapping[str, Tape]
"""By product."""


@dataclass(frozen=True)
class Node:
    """What a live node's strategies have that those of a backtest have not."""

    feed: Callable[[Tapes, str], Feed]
    """Makes a strategy's, of its tapes and its product."""
    terms: Terms
    kill: Sequence[int]
    mode: str
    """What plugins are told of: `live`, whoever fills the orders."""
    client_id: str = "IB"


class Assembly:
    """Makes the strategies of a run."""

    def __init__(  # noqa: PLR0913, PLR0917 the parts of a run
        self,
        run: Run,
        plan: Plan,
        tables: Tables,
        guard: Guard,
        stop: Sequence[int],
        node: Node | None = None,
        steps: Steps = UNRECORDED,
    ) -> None:
        """`stop` is a byte; not zero when the run is to end. `steps` are told how calls are handled."""
        self._run, self._plan, self._tables = run, plan, tables
        self._guard, self._stop, self._node, self._steps = guard, stop, node, steps
        self.warnings = Warnings()
        """What the strategies want a person to know at the end."""
        self.broker = broker_of(run.settings)
        self.vitals, self.halt = Vitals(self.broker), steps.halt(Halt())
        steps.account(self.broker)
        self.keeper = KeptLater()
        self._parts = parts_of(run)
        if node:
            self._parts = replace(self._parts, mode=node.mode)
        for issue in run.advice:
            self.warnings.add(str(issue), str(issue))
        self.ears: list[Ear] = []
        self.order_ears: list[OrderEar] = []
        self.incidents = Incidents(tables.incidents)
        self.knowing = Knowing()
        for code, micro in plan.stand_ins.items():
            self.warnings.add(
                f"stand-in {micro}",
                f"the catalog has not {plan.engine_kind} of {micro} for each day: its orders are filled at "
                f"prices of {code}, whose sizes are not its own",
            )

    def strategies(self, classes: Mapping[str, type[MiaStrategy]]) -> Sequence[MiaStrategy]:
        """Return one strategy a component and product, prepared."""
        needs = needs_of(self._run, classes, self._parts)
        return [
            self._strategy(component, classes[component.name], product, needs[f"{component.name}-{product}"])
            for component in strategies_of(self._run)
            for product in self._run.settings.instruments
        ]

    def actors(self) -> Sequence[MiaActor]:
        """Return the actors of the run."""
        classes = actor_classes(self._run)
        if any(actor.feels_the_pulse for actor in classes.values()):
            self.vitals.pulses.update({str(code): Pulse() for code in self._run.settings.instruments})
        made = [
            self._actor(component, classes[component.name])
            for component in self._run.components
            if component.kind is PluginKind.ACTORS
        ]
        self.ears += made
        return made

    def _actor(self, component: Component, kind: type[MiaActor]) -> MiaActor:
        instruments = tuple(map(str, self._run.settings.instruments))
        tapes = {} if kind.reads is None else self._tapes(kind.reads, (1,))
        context = ActorContext(
            name=component.name,
            settings=component.settings,
            days=self._plan.days,
            known=self.knowing.tables(kind.tables),
            instruments=instruments,
            tapes=tapes,
            feed=self._feed(tapes, instruments[0]) if tapes else None,
            make_known=self.knowing.add if self._node else None,
            guard=self._guard,
            vitals=self.vitals,
            halt=self.halt,
            incidents=self.incidents,
            terms=self._node.terms if self._node else AS_THEY_ARE,
            warnings=self.warnings,
        )
        with _naming(context.who, "__init__()"):
            return kind(context)

    def _strategy(
        self, component: Component, kind: type[MiaStrategy], product: str, needs: Needs
    ) -> MiaStrategy:
        settings = self._run.settings
        trail = Trail()
        minutes = dict.fromkeys((settings_of(component).bar, *sorted(needs.longer_bars)))
        tapes = self._tapes(needs.reads, tuple(minutes), {product: trail})
        for tape in tapes.values():
            tape.recalls = needs.reads <= {Kind.BARS}
        feed = self._feed(tapes, product)
        tables = self._tables
        strategy_id = f"{component.name}-{product}"
        account = account_of(product, settings, self.broker)
        context = Context(
            name=component.name,
            parts=self._parts,
            capital=float(settings.capital),
            product=product,
            traded=settings.orders_for[product],
            settings=settings_of(component),
            days=self._plan.days,
            tapes=tapes,
            feed=feed,
            known=self.knowing.tables(needs.tables),
            book=tables.journal.book(strategy_id),
            following=following_of(account, tables.shadows, trail, bars=self._plan.engine_kind is Kind.BARS),
            account=account,
            records=Records(strategy_id, tables.orders, tables.fills, tables.positions),
            guard=self._guard,
            stop=self._stop,
            trader_id=TRADER,
            warnings=self.warnings,
            incidents=self.incidents,
            vitals=self.vitals,
            halt=self.halt,
            blocks_foreign=settings.live.foreign == "block",
            keeper=self._steps.keeper(self.keeper if self._node else Unkept()),
            kill=self._steps.kill(self._node.kill if self._node else never()),
            steps=self._steps,
            ears=self.ears,
            order_ears=self.order_ears,
            **self._live(),
        )
        return _prepared(kind, context)

    def _tapes(
        self, reads: frozenset[Kind], minutes: tuple[int, ...], trails: Mapping[str, Trail] | None = None
    ) -> dict[str, Tape]:
        """Return a tape a product, with bars of some lengths."""
        settings, trails = self._run.settings, trails or {}
        return {
            str(code): Tape(
                code,
                reads | {self._plan.bars_of},
                minutes,
                quotes_from=self._plan.engine_kind,
                trail=trails.get(code),
            )
            for code in (*settings.instruments, *settings.observe)
        }

    def _feed(self, tapes: Tapes, product: str) -> Feed:
        if self._node:
            return self._node.feed(tapes, product)
        if self._run.settings.feed == "columns":
            return ColumnsFeed(tapes, product)
        return HandlersFeed(tapes, product, TAPE_VENUE, self._plan.engine_kind)

    def _live(self) -> dict[str, Any]:
        """Return what only the context of a live strategy has."""
        node = self._node
        if node is None:
            return {}
        return {
            "terms": node.terms,
            "client_id": node.client_id,
            "reduce_only": False,
        }


def _prepared(kind: type[MiaStrategy], context: Context) -> MiaStrategy:
    """Return a strategy that can start."""
    with _naming(context.who, "begin()"):
        strategy = kind(context)
        strategy.prepare()
    return strategy


@contextmanager
def _naming(who: str, doing: str) -> Iterator[None]:
    """Have what is raised at the start name who raised it."""
    try:
        yield
    except MiaError:
        raise
    except Exception as error:
        raise Fault(error, who, doing, None).as_error() from error
