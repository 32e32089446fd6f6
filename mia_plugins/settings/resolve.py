"""From a file's path to a run that could start: layers, plugins, and each plugin's own settings."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from mia_plugins.errors import MiaError, PluginError, did_you_mean
from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost, Registration
from mia_plugins.host.host import CORE
from mia_plugins.host.requirements import check_requirement, parse_requirement
from mia_plugins.settings.accord import accord_of
from mia_plugins.settings.issues import Issue, Location, SettingsError, dotted
from mia_plugins.settings.layers import Layers, read_layers
from mia_plugins.settings.model import BaseSettings
from mia_plugins.settings.run import SECTIONS, PluginWishes, RunSettings, component_keys
from mia_plugins.settings.tree import TreeReader, Value
from mia_plugins.settings.validation import validate


@dataclass(frozen=True)
class Component:
    """A plugin a run uses, under the name the file gives it, with its settings."""

    kind: Kind
    name: str
    registration: Registration
    settings: BaseSettings
    weight: float = 0.0
    """Of a feature."""


@dataclass(frozen=True)
class Run:
    """A settings file that is in order, with what it was made from."""

    settings: RunSettings
    components: tuple[Component, ...]
    layers: Layers
    host: PluginHost
    advice: tuple[Issue, ...] = ()
    """Settings that mean less beside others than they seem to."""

    def component(self, kind: Kind, name: str) -> Component | None:
        """Return one component by kind and name; None when the file leaves it out."""
        return next((c for c in self.components if c.kind is kind and c.name == name), None)


LARGEST_WEIGHT = 1000

Discover = Callable[[tuple[Path, ...], tuple[str, ...], str], PluginHost]
"""Builds the host from plugins folders, the names to disable, and who disables them."""


def load_run(
    path: Path,
    plugins_dirs: tuple[Path, ...] = (),
    discover: Discover = PluginHost.discover,
    *,
    preset: str = "",
    days: tuple[dt.date, dt.date] | None = None,
) -> Run:
    """Return the run a file describes, or raise with everything that is wrong with it.

    `plugins_dirs`, from the command line, come beside the file's own; `preset` takes the place of its own,
    and `days` that of `start` and `end`.
    """
    reader = TreeReader()
    layers = read_layers(path, reader, preset)
    if days:
        layers = replace(layers, tree=_on_days(layers.tree, days))
    if reader.unreadable:  # what is missing then says nothing of the file
        raise SettingsError(path, reader.issues)
    settings, issues = validate(RunSettings, layers.tree)
    issues += reader.issues
    host, found = _discover(
        layers.tree, settings or _plugin_wishes(layers.tree), path, plugins_dirs, discover
    )
    issues += found
    components: list[Component] = []
    for kind in SECTIONS:
        section = layers.tree.child(kind)
        for name, value in section.mapping.items() if section else ():
            component, found = _component(kind, name, value, host)
            issues += found
            components += [component] if component else []
    if issues or settings is None:
        raise SettingsError(path, issues)
    accord = accord_of(((one, host.load(one.registration)) for one in components), settings, layers.tree)
    if accord.issues:
        raise SettingsError(path, list(accord.issues))
    return Run(settings, tuple(components), layers, host, accord.advice)


def _on_days(tree: Value, days: tuple[dt.date, dt.date]) -> Value:
    """Return a file that says it is for other days."""
    if not isinstance(tree.content, dict):
        return tree
    said = {
        name: Value(str(day), tree.mark, tree.mark) for name, day in zip(("start", "end"), days, strict=True)
    }
    return replace(tree, content=tree.content | said)


def _plugin_wishes(tree: Value) -> PluginWishes:
    """Return what a file that is wrong elsewhere still says of plugins, so that they can be checked too."""
    wishes = PluginWishes()
    for name in PluginWishes.model_fields:
        written = tree.child(name)
        if written:
            found, _ = validate(PluginWishes, replace(tree, content={name: written}))
            wishes = wishes.model_copy(update={name: getattr(found, name)} if found else {})
    return wishes


def _discover(
    tree: Value, wishes: PluginWishes, path: Path, plugins_dirs: tuple[Path, ...], discover: Discover
) -> tuple[PluginHost, list[Issue]]:
    """Return the plugins a file may use, and what is wrong between it and them."""
    disable = tuple(name for name in wishes.disable if name != CORE)
    by = f"{path} (`disable:`)"
    if wishes.plugins_dir and not wishes.plugins_dir.is_dir():
        issue = _at(tree, ("plugins_dir",), f"there is no folder {wishes.plugins_dir}")
        host = discover(plugins_dirs, disable, by)
        return host, [issue, *_check_host(tree, wishes, host)]
    own = (wishes.plugins_dir,) if wishes.plugins_dir else ()
    host = discover((*plugins_dirs, *own), disable, by)
    return host, _check_host(tree, wishes, host)


def _check_host(tree: Value, wishes: PluginWishes, host: PluginHost) -> list[Issue]:
    """Return what is wrong between the file and the plugins that were found."""
    issues = [Issue(tree.mark, "", clash.what, is_plugin=True) for clash in host.registry.clashes()]
    for number, name in enumerate(wishes.disable):
        if name == CORE:
            text = f"'{CORE}' is mia's own command line and cannot be disabled"
            issues.append(_at(tree, ("disable", number), text))
        elif host.plugin(name) is None:
            known = did_you_mean(name, (p.provider.plugin for p in host.plugins))
            issues.append(_at(tree, ("disable", number), f"there is no plugin '{name}'{known}"))
    for number, text in enumerate(wishes.requires):
        try:
            check_requirement(parse_requirement(text), host)
        except PluginError as error:
            issues.append(_plugin_issue(tree, ("requires", number), error))
    return issues


def _component(kind: Kind, name: str, value: Value, host: PluginHost) -> tuple[Component | None, list[Issue]]:
    if not isinstance(value.content, dict):
        if value.content is not None:
            return None, []  # said by the model
        value = Value({}, value.mark, value.key_mark)
    at = (str(kind), name)
    use, enabled, issues = _host_keys(value, at)
    if issues or not enabled:
        return None, issues
    try:
        registration = host.find(kind, use or name)
        model = settings_model(registration, host)
    except PluginError as error:
        place = value.child("use")
        mark = place.mark if place else value.key_mark
        # An unknown name is the file's mistake, unless a plugin that cannot be used may have had it.
        is_plugin = bool(host.registry.providers(kind, use or name)) or bool(error.remedy)
        return None, [Issue(mark, dotted(at), _with_remedy(error), is_plugin, error.detail)]
    settings, issues = validate(model, value, at, tuple(component_keys(kind)))
    weight, found = _weight(kind, value, at)
    made = Component(kind, name, registration, settings, weight) if settings and not found else None
    return made, issues + found


def _weight(kind: Kind, value: Value, at: Location) -> tuple[float, list[Issue]]:
    """Return the weight of a feature; 0 for one that has none."""
    written = value.child("weight") if kind is Kind.FEATURES else None
    if written is None:
        return 0.0, []
    number = written.content
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= LARGEST_WEIGHT:
        text = f"should be a number from 0 to {LARGEST_WEIGHT}; got {written.plain()!r}"
        return 0.0, [Issue(written.mark, dotted((*at, "weight")), text)]
    return float(number), []


def _host_keys(value: Value, at: Location) -> tuple[str, bool, list[Issue]]:
    """Return `use` and `enabled` of a component."""
    use, enabled = value.child("use"), value.child("enabled")
    issues = []
    if use and not (isinstance(use.content, str) and use.content):
        issues.append(Issue(use.mark, dotted((*at, "use")), "should be a plugin's name"))
    if enabled and not isinstance(enabled.content, bool):
        issues.append(Issue(enabled.mark, dotted((*at, "enabled")), "should be true or false"))
    return str(use.content) if use else "", enabled is None or enabled.content is True, issues


def declared_settings(target: object) -> object:
    """Return what a class calls its `Settings`; a class that cannot even be asked has none."""
    try:
        return getattr(target, "Settings", None)
    except Exception:  # noqa: BLE001 a lazy attribute may raise anything
        return None


def settings_model(registration: Registration, host: PluginHost) -> type[BaseSettings]:
    """Import a plugin's class and return the settings model it declares."""
    model = declared_settings(host.load(registration))
    who = f"the {registration.kind.one} '{registration.name}' of plugin {registration.provider}"
    if not (isinstance(model, type) and issubclass(model, BaseSettings)):
        raise PluginError(
            f"{who} declares no settings",
            f"give {registration.target} a class `Settings`, derived from mia_plugins.settings.BaseSettings",
        )
    taken = sorted(set(model.model_fields) & set(component_keys(registration.kind)))
    if taken:
        raise PluginError(f"{who} has a setting named '{taken[0]}', which is the host's own", "rename it")
    return model


def _at(tree: Value, location: Location, text: str) -> Issue:
    value = tree.at(location) or tree
    return Issue(value.mark, dotted(location), text)


def _plugin_issue(tree: Value, location: Location, error: MiaError) -> Issue:
    value = tree.at(location) or tree
    return Issue(value.mark, dotted(location), _with_remedy(error), is_plugin=True, detail=error.detail)


def _with_remedy(error: MiaError) -> str:
    return f"{error.what}; {error.remedy}" if error.remedy else error.what
