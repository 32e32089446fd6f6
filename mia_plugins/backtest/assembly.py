"""From a run's settings to the strategies that trade it, each with its tape and its place in the journal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

from mia_plugins.backtest.accounts import account_of, broker_of
from mia_plugins.backtest.engine import TAPE_VENUE, TRADER
from mia_plugins.backtest.plan import Plan, plan_of
from mia_plugins.data.arrow import Kind
from mia_plugins.errors import MiaError, PluginError
from mia_plugins.hookspecs import Kind as PluginKind
from mia_plugins.journal.decision import JournalColumns
from mia_plugins.journal.schema import SHADOWS
from mia_plugins.journal.shadow import Shadows
from mia_plugins.journal.writer import Journal
from mia_plugins.runs.rows import RowLog
from mia_plugins.runtime.actor import ActorContext, MiaActor
from mia_plugins.runtime.context import Context, Warnings
from mia_plugins.runtime.feeds import ColumnsFeed, HandlersFeed
from mia_plugins.runtime.following import Following
from mia_plugins.runtime.guard import Fault, Guard
from mia_plugins.runtime.needs import Needs, Part, Parts
from mia_plugins.runtime.records import FILLS, ORDERS, POSITIONS, Records
from mia_plugins.runtime.settings import StrategySettings
from mia_plugins.runtime.strategy import MiaStrategy
from mia_plugins.settings.resolve import Component, Run
from mia_plugins.tape.known import KnownTable
from mia_plugins.tape.tape import Tape
from mia_plugins.tape.trail import Trail

PARTS = (
    PluginKind.FEATURES, PluginKind.PATTERNS, PluginKind.RULES, PluginKind.SIZERS, PluginKind.FILTERS
)  # fmt: skip
"""Kinds of plugins that strategies look at."""
FLUSH_SECONDS = 0.5
"""How much of a run's work a killed process may take along. A session of bars takes a few ms, and
writing each by itself would be a cost of its own."""


def strategy_classes(run: Run) -> dict[str, type[MiaStrategy]]:
    """Return the strategies of a run by their names in its file."""
    found = {}
    for component in _strategies_of(run):
        target = run.host.load(component.registration)
        if not (isinstance(target, type) and issubclass(target, MiaStrategy)):
            raise PluginError(
                f"the strategy '{component.name}' of plugin {component.registration.provider} is no "
                "MiaStrategy",
                f"derive {component.registration.target} from mia_plugins.runtime.strategy.MiaStrategy",
            )
        _settings_of(component)  # so that it is refused before anything starts
        found[component.name] = target
    if not found:
        raise PluginError("the run has no strategy", "name one under `strategies:`, such as `ema_cross:`")
    _refuse_the_unused(run, found)
    return found


def _refuse_the_unused(run: Run, classes: Mapping[str, type[MiaStrategy]]) -> None:
    """Refuse components that no strategy of the run looks at: they would seem to be in force."""
    used = {PluginKind.STRATEGIES, PluginKind.ACTORS}.union(*(strategy.uses for strategy in classes.values()))
    idle = next((component for component in run.components if component.kind not in used), None)
    if idle:
        raise PluginError(
            f"the {idle.kind.one} '{idle.name}' would do nothing: no strategy of the run uses {idle.kind}",
            f"take it out of `{idle.kind}:`, or name a strategy that uses {idle.kind}",
        )


def actor_classes(run: Run) -> dict[str, type[MiaActor]]:
    """Return the actors of a run by their names in its file."""
    found = {}
    for component in (c for c in run.components if c.kind is PluginKind.ACTORS):
        target = run.host.load(component.registration)
        if not (isinstance(target, type) and issubclass(target, MiaActor)):
            raise PluginError(
                f"the actor '{component.name}' of plugin {component.registration.provider} is no MiaActor",
                f"derive {component.registration.target} from mia_plugins.runtime.actor.MiaActor",
            )
        found[component.name] = target
    return found


def parts_of(run: Run) -> Parts:
    """Return the plugins of a run that its strategies look at."""
    found = [
        Part(one.kind, one.name, run.host.load(one.registration), one.settings, one.weight)
        for one in run.components
        if one.kind in PARTS
    ]
    return Parts.sorted(found, run.settings.absent)


def needs_of(run: Run, classes: Mapping[str, type[MiaStrategy]], parts: Parts) -> dict[str, Needs]:
    """Return what each strategy reads, by its id."""
    return {
        f"{component.name}-{product}": classes[component.name].needs(_settings_of(component), parts, product)
        for component in _strategies_of(run)
        for product in run.settings.instruments
    }


def planned(run: Run, classes: Mapping[str, type[MiaStrategy]]) -> Plan:
    """Return what a run reads, given its strategies."""
    needs = needs_of(run, classes, parts_of(run))
    _refuse_unseen_products(run, needs)
    reads = frozenset[Kind]().union(*(one.reads for one in needs.values()))
    tables = frozenset[str]().union(
        *(one.tables for one in needs.values()),
        *(actor.tables for actor in actor_classes(run).values()),
    )
    return plan_of(run.settings, reads, tables)


def _refuse_unseen_products(run: Run, needs: Mapping[str, Needs]) -> None:
    """Refuse to run without a product that a strategy follows beside its own."""
    there = {*run.settings.instruments, *run.settings.observe}
    for strategy_id, one in needs.items():
        if unseen := sorted(one.products - there):
            raise PluginError(
                f"the strategy '{strategy_id}' follows {unseen[0]}, which the run does not look at",
                f"write `observe: [{unseen[0]}]`, or `absent: [other product]` to leave out what needs it",
            )


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
        self._next_flush = 0.0

    def flush(self) -> None:
        """Bring to disk what there is, if that was not done just before."""
        now = monotonic()
        if now < self._next_flush:
            return
        self._next_flush = now + FLUSH_SECONDS
        for log in (self.journal, self.orders, self.fills, self.positions, self.shadows):
            log.flush()

    def __enter__(self) -> Self:
        """Go on."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what there is, however the run ended."""
        for log in (self.journal, self.orders, self.fills, self.positions, self.shadows):
            log.close()


def journal_columns(run: Run, classes: Mapping[str, type[MiaStrategy]]) -> dict[str, JournalColumns]:
    """Return the names of what each strategy's decisions carry, by its id."""
    parts = parts_of(run)
    return {
        f"{component.name}-{product}": classes[component.name].journal_columns(_settings_of(component), parts)
        for component in _strategies_of(run)
        for product in run.settings.instruments
    }


class Assembly:
    """Makes the strategies of a run."""

    def __init__(
        self, run: Run, plan: Plan, tables: Tables, guard: Guard, stop_asked: Callable[[], bool]
    ) -> None:
        self._run, self._plan, self._tables = run, plan, tables
        self._guard, self._stop_asked = guard, stop_asked
        self.warnings = Warnings()
        """What the strategies want a person to know at the end."""
        self._broker = broker_of(run.settings)
        self._parts = parts_of(run)

    def strategies(self, classes: Mapping[str, type[MiaStrategy]]) -> Sequence[MiaStrategy]:
        """Return one strategy a component and product, prepared."""
        needs = needs_of(self._run, classes, self._parts)
        return [
            self._strategy(component, classes[component.name], product, needs[f"{component.name}-{product}"])
            for component in _strategies_of(self._run)
            for product in self._run.settings.instruments
        ]

    def actors(self) -> Sequence[MiaActor]:
        """Return the actors of the run."""
        classes = actor_classes(self._run)
        return [
            self._actor(component, classes[component.name])
            for component in self._run.components
            if component.kind is PluginKind.ACTORS
        ]

    def _actor(self, component: Component, kind: type[MiaActor]) -> MiaActor:
        context = ActorContext(
            name=component.name,
            settings=component.settings,
            days=self._plan.days,
            known={name: KnownTable(name) for name in sorted(kind.tables)},
            guard=self._guard,
        )
        with _naming(context.who, "__init__()"):
            return kind(context)

    def _strategy(
        self, component: Component, kind: type[MiaStrategy], product: str, needs: Needs
    ) -> MiaStrategy:
        settings = self._run.settings
        trail = Trail()
        minutes = dict.fromkeys((_settings_of(component).bar, *sorted(needs.longer_bars)))
        tapes = {
            str(code): Tape(
                code,
                needs.reads | {self._plan.bars_of},
                tuple(minutes),
                quotes_from=self._plan.engine_kind,
                trail=trail if code == product else None,
            )
            for code in (*settings.instruments, *settings.observe)
        }
        feed = (
            ColumnsFeed(tapes, product)
            if settings.feed == "columns"
            else HandlersFeed(tapes, product, TAPE_VENUE, self._plan.engine_kind)
        )
        tables = self._tables
        strategy_id = f"{component.name}-{product}"
        context = Context(
            name=component.name,
            parts=self._parts,
            capital=float(settings.capital),
            product=product,
            settings=_settings_of(component),
            days=self._plan.days,
            tapes=tapes,
            feed=feed,
            known={name: KnownTable(name) for name in sorted(needs.tables)},
            book=tables.journal.book(strategy_id),
            following=Following(
                Shadows(
                    int(settings.venue.slippage), tables.shadows, bars=self._plan.engine_kind is Kind.BARS
                ),
                trail,
            ),
            account=account_of(product, settings, self._broker),
            records=Records(strategy_id, tables.orders, tables.fills, tables.positions),
            guard=self._guard,
            stop_asked=self._stop_asked,
            trader_id=TRADER,
            warnings=self.warnings,
        )
        return _prepared(kind, context)


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


def _settings_of(component: Component) -> StrategySettings:
    """Return the settings of a strategy, which must be of the kind that every strategy has."""
    settings = component.settings
    if not isinstance(settings, StrategySettings):
        raise PluginError(
            f"the settings of the strategy '{component.name}' of plugin {component.registration.provider} "
            "are no StrategySettings",
            "derive its class Settings from mia_plugins.runtime.strategy.StrategySettings",
        )
    return settings


def _strategies_of(run: Run) -> list[Component]:
    return [component for component in run.components if component.kind is PluginKind.STRATEGIES]
