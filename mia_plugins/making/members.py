"""Who takes part in a run: its strategies and actors, the plugins they look at, and what they read."""

from collections.abc import Mapping

from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import sessions
from mia_plugins.errors import PluginError
from mia_plugins.hookspecs import Kind as PluginKind
from mia_plugins.journal.decision import JournalColumns
from mia_plugins.making.plan import Plan, plan_of
from mia_plugins.runtime.actor import MiaActor
from mia_plugins.runtime.needs import Needs, Part, Parts
from mia_plugins.runtime.settings import StrategySettings
from mia_plugins.runtime.strategy import MiaStrategy
from mia_plugins.settings.resolve import Component, Run

PARTS = (
    PluginKind.FEATURES, PluginKind.PATTERNS, PluginKind.RULES, PluginKind.SIZERS, PluginKind.FILTERS
)  # fmt: skip
"""Kinds of plugins that strategies look at."""


def strategy_classes(run: Run) -> dict[str, type[MiaStrategy]]:
    """Return the strategies of a run by their names in its file."""
    found = {}
    for component in strategies_of(run):
        target = run.host.load(component.registration)
        if not (isinstance(target, type) and issubclass(target, MiaStrategy)):
            raise PluginError(
                f"the strategy '{component.name}' of plugin {component.registration.provider} is no "
                "MiaStrategy",
                f"derive {component.registration.target} from mia_plugins.runtime.strategy.MiaStrategy",
            )
        settings_of(component)  # so that it is refused before anything starts
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
        Part(
            one.kind,
            one.name,
            run.host.load(one.registration),
            one.settings,
            one.weight,
            one.registration.name,
        )
        for one in run.components
        if one.kind in PARTS
    ]
    settings = run.settings
    presets = (settings.preset,) if isinstance(settings.preset, str) else settings.preset
    days = sessions(settings.start, settings.end)
    return Parts.sorted(
        found,
        settings.absent,
        presets=tuple(name for name in presets if name),
        span=(days[0].open, days[-1].close) if days else None,
    )


def needs_of(run: Run, classes: Mapping[str, type[MiaStrategy]], parts: Parts) -> dict[str, Needs]:
    """Return what each strategy reads, by its id."""
    return {
        f"{component.name}-{product}": classes[component.name].needs(settings_of(component), parts, product)
        for component in strategies_of(run)
        for product in run.settings.instruments
    }


def planned(run: Run, classes: Mapping[str, type[MiaStrategy]]) -> Plan:
    """Return what a run reads, given its strategies."""
    needs = needs_of(run, classes, parts_of(run))
    refuse_unseen_products(run, needs)
    return plan_of(run.settings, *read_in(run, needs))


def read_in(run: Run, needs: Mapping[str, Needs]) -> tuple[frozenset[Kind], frozenset[str]]:
    """Return what strategies, by their needs, and actors read: kinds of data, and tables."""
    actors = actor_classes(run).values()
    reads = (*(one.reads for one in needs.values()), *(actor.reads or frozenset() for actor in actors))
    tables = (*(one.tables for one in needs.values()), *(actor.tables for actor in actors))
    return frozenset[Kind]().union(*reads), frozenset[str]().union(*tables)


def refuse_unseen_products(run: Run, needs: Mapping[str, Needs]) -> None:
    """Refuse to run without a product that a strategy follows beside its own."""
    there = {*run.settings.instruments, *run.settings.observe}
    for strategy_id, one in needs.items():
        if unseen := sorted(one.products - there):
            raise PluginError(
                f"the strategy '{strategy_id}' follows {unseen[0]}, which the run does not look at",
                f"write `observe: [{unseen[0]}]`, or `absent: [other product]` to leave out what needs it",
            )


def journal_columns(run: Run, classes: Mapping[str, type[MiaStrategy]]) -> dict[str, JournalColumns]:
    """Return the names of what each strategy's decisions carry, by its id."""
    parts = parts_of(run)
    return {
        f"{component.name}-{product}": classes[component.name].journal_columns(settings_of(component), parts)
        for component in strategies_of(run)
        for product in run.settings.instruments
    }


def settings_of(component: Component) -> StrategySettings:
    """Return the settings of a strategy, which must be of the kind that every strategy has."""
    settings = component.settings
    if not isinstance(settings, StrategySettings):
        raise PluginError(
            f"the settings of the strategy '{component.name}' of plugin {component.registration.provider} "
            "are no StrategySettings",
            "derive its class Settings from mia_plugins.runtime.strategy.StrategySettings",
        )
    return settings


def strategies_of(run: Run) -> list[Component]:
    """Return the strategies of a run, in the order of its file."""
    return [component for component in run.components if component.kind is PluginKind.STRATEGIES]
