"""From a run's settings to the strategies that trade it, each with its tape and its place in the journal."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

from mia_plugins.backtest.engine import TAPE_VENUE, TRADER
from mia_plugins.backtest.plan import Plan, plan_of
from mia_plugins.data.arrow import Kind
from mia_plugins.data.instruments import PRODUCTS
from mia_plugins.errors import MiaError, PluginError
from mia_plugins.hookspecs import Kind as PluginKind
from mia_plugins.journal.decision import JournalColumns
from mia_plugins.journal.schema import SHADOWS
from mia_plugins.journal.shadow import Shadows
from mia_plugins.journal.writer import Journal
from mia_plugins.runs.rows import RowLog
from mia_plugins.runtime.account import Account
from mia_plugins.runtime.actor import ActorContext, MiaActor
from mia_plugins.runtime.context import Context, Warnings
from mia_plugins.runtime.feeds import ColumnsFeed, HandlersFeed
from mia_plugins.runtime.following import Following
from mia_plugins.runtime.guard import Fault, Guard
from mia_plugins.runtime.records import FILLS, ORDERS, POSITIONS, Records
from mia_plugins.runtime.settings import StrategySettings
from mia_plugins.runtime.strategy import MiaStrategy
from mia_plugins.settings.resolve import Component, Run
from mia_plugins.tape.known import KnownTable
from mia_plugins.tape.tape import Tape
from mia_plugins.tape.trail import Trail

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


def planned(run: Run, classes: Mapping[str, type[MiaStrategy]]) -> Plan:
    """Return what a run reads, given its strategies."""
    reads = frozenset[Kind]().union(*(strategy.reads for strategy in classes.values()))
    tables = frozenset[str]().union(
        *(strategy.tables for strategy in classes.values()),
        *(actor.tables for actor in actor_classes(run).values()),
    )
    return plan_of(run.settings, reads, tables)


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
    return {
        f"{component.name}-{product}": classes[component.name].journal_columns(_settings_of(component))
        for component in _strategies_of(run)
        for product in run.settings.instruments
    }


class Assembly:
    """Makes the strategies of a run."""

    def __init__(self, run: Run, plan: Plan, tables: Tables, guard: Guard, stop: Sequence[int]) -> None:
        """`stop` is a byte; not zero when the run is to end."""
        self._run, self._plan, self._tables = run, plan, tables
        self._guard, self._stop = guard, stop
        self.warnings = Warnings()
        """What the strategies want a person to know at the end."""

    def strategies(self, classes: Mapping[str, type[MiaStrategy]]) -> Sequence[MiaStrategy]:
        """Return one strategy a component and product, prepared."""
        return [
            self._strategy(component, classes[component.name], product)
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

    def _strategy(self, component: Component, kind: type[MiaStrategy], product: str) -> MiaStrategy:
        settings = self._run.settings
        trail = Trail()
        tapes = {
            str(code): Tape(
                code,
                self._kinds(kind),
                self._minutes(component, kind),
                quotes_from=self._plan.engine_kind,
                trail=trail if code == product else None,
            )
            for code in settings.instruments
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
            product=product,
            settings=_settings_of(component),
            days=self._plan.days,
            tapes=tapes,
            feed=feed,
            known={name: KnownTable(name) for name in sorted(kind.tables)},
            book=tables.journal.book(strategy_id),
            following=Following(
                Shadows(
                    int(settings.venue.slippage), tables.shadows, bars=self._plan.engine_kind is Kind.BARS
                ),
                trail,
            ),
            account=Account(PRODUCTS[product].tick_value),
            records=Records(strategy_id, tables.orders, tables.fills, tables.positions),
            guard=self._guard,
            stop=self._stop,
            trader_id=TRADER,
            warnings=self.warnings,
        )
        return _prepared(kind, context)

    def _kinds(self, kind: type[MiaStrategy]) -> frozenset[Kind]:
        """Return what is on a strategy's tapes: what it reads, and what bars come of."""
        source = Kind.BARS if self._plan.engine_kind is Kind.BARS else Kind.TRADES
        return kind.reads | {source}

    def _minutes(self, component: Component, kind: type[MiaStrategy]) -> tuple[int, ...]:
        return tuple(dict.fromkeys((_settings_of(component).bar, *kind.longer_bars)))


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
