"""The plugin manager: admits each plugin on its own, so that one that is broken takes nothing down."""

import contextlib
import importlib
import inspect
import sys
import time
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import pluggy

from mia_plugins import hookspecs
from mia_plugins.errors import PluginError, did_you_mean, text_of
from mia_plugins.hookspecs import Kind, Register
from mia_plugins.host.discovery import Candidate, all_candidates
from mia_plugins.host.evolution import kind_of_hook, notes_on
from mia_plugins.host.registry import Provider, Registration, Registry
from mia_plugins.host.switches import switched_off

HEAVY_MODULES = frozenset({"exchange_calendars", "numba", "pandas", "sklearn", "xgboost"})
"""Modules that cost one to six seconds to import: no entry-point module may pull one in."""


HOOKS = {kind.hook: kind for kind in Kind}
CORE = "core"
"""The plugin that brings mia's own commands."""


class Status(StrEnum):
    """Whether a plugin can be used."""

    OK = "ok"
    BROKEN = "broken"
    DISABLED = "disabled"


@dataclass(frozen=True)
class Plugin:
    """A plugin that was found: what it registered, or why it could not be used."""

    provider: Provider
    status: Status
    registrations: tuple[Registration, ...] = ()
    error: PluginError | None = None
    disabled_by: str = ""
    import_seconds: float = 0.0
    heavy_imports: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What it does that will end, each with the remedy."""


class _Manager(pluggy.PluginManager):
    """Takes any function named `mia_…` for a hook, so that a forgotten decorator is not silent."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        opts = super().parse_hookimpl_opts(plugin, name)
        if opts is None and name.startswith("mia_") and inspect.isroutine(getattr(plugin, name, None)):
            return pluggy.HookimplOpts(
                wrapper=False,
                hookwrapper=False,
                optionalhook=False,
                tryfirst=False,
                trylast=False,
                specname=None,
            )
        return opts


class PluginHost:
    """The plugins of one process. Build it from candidates; ask it for what a run needs by name."""

    def __init__(self, candidates: Iterable[Candidate], disabled: Mapping[str, str] | None = None) -> None:
        """`disabled` maps the name of a plugin to who switched it off."""
        self._manager = _Manager("mia")
        self._manager.add_hookspecs(hookspecs)
        found = sorted(candidates, key=lambda c: c.provider)
        self._disabled = dict(disabled or {})
        if CORE in self._disabled:
            raise PluginError(f"'{CORE}' is mia's own command line and cannot be disabled")
        self.plugins = tuple(self._admit(candidate, found) for candidate in found)
        self.registry = Registry(row for plugin in self.plugins for row in plugin.registrations)

    @classmethod
    def discover(
        cls, plugins_dirs: Iterable[Path] = (), disable: Iterable[str] = (), disabled_by: str = "the caller"
    ) -> "PluginHost":
        """Build the host of what is installed, the plugins folders, and every switch that is set."""
        return cls(all_candidates(plugins_dirs), switched_off() | dict.fromkeys(disable, disabled_by))

    def plugin(self, name: str) -> Plugin | None:
        """Return the plugin of that name, if it was found."""
        return next((p for p in self.plugins if p.provider.plugin == name), None)

    def unknown_disabled(self) -> dict[str, str]:
        """Return the switched-off names that no plugin has, with who switched them off."""
        return {name: by for name, by in self._disabled.items() if self.plugin(name) is None}

    def faults(self) -> list[PluginError]:
        """Return the errors of the broken plugins."""
        return [p.error for p in self.plugins if p.error is not None]

    def notes(self) -> list[str]:
        """Return what plugins do that will end, each with the remedy."""
        return [f"plugin {one.provider}: {note}" for one in self.plugins for note in one.notes]

    def find(self, kind: Kind, name: str) -> Registration:
        """Return the one registration of a name, or raise with the nearest name and what may be missing."""
        rows = self.registry.providers(kind, name)
        if len(rows) == 1:
            return rows[0]
        clash = self.registry.clash(kind, name)
        if clash:
            raise clash
        known = did_you_mean(name, self.registry.names(kind)) or "; none is registered"
        raise PluginError(f"unknown {kind.one} '{name}'{known}", self._unusable())

    def _unusable(self) -> str:
        """Say which plugins could have provided a missing name."""
        notes = [f"plugin {p.provider} is broken: {p.error.what}" for p in self.plugins if p.error]
        notes += [
            f"plugin {p.provider} is disabled by {p.disabled_by}" for p in self.plugins if p.disabled_by
        ]
        return "; ".join(notes)

    def load(self, row: Registration) -> object:
        """Import what a registration stands for."""
        try:
            with contextlib.redirect_stdout(sys.stderr):
                return load_target(row.target)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise PluginError(
                f"the {row.kind.one} '{row.name}' of plugin {row.provider} cannot be loaded: {_short(error)}",
                f"mend {row.target} or ask the authors of {row.provider.distribution}",
                detail="".join(traceback.format_exception(error)),
            ) from error

    def _admit(self, candidate: Candidate, found: list[Candidate]) -> Plugin:
        provider = candidate.provider
        if provider.plugin in self._disabled:
            return Plugin(provider, Status.DISABLED, disabled_by=self._disabled[provider.plugin])
        before, started = set(sys.modules), time.perf_counter()
        try:
            _refuse_namesakes(provider, found)
            with contextlib.redirect_stdout(sys.stderr):
                rows, notes = self._register(candidate)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 a panic of compiled code is no Exception; all are kept and told
            return Plugin(provider, Status.BROKEN, error=_fault(provider, error))
        heavy = HEAVY_MODULES & (set(sys.modules) - before)
        seconds = time.perf_counter() - started
        return Plugin(
            provider,
            Status.OK,
            tuple(rows),
            import_seconds=seconds,
            heavy_imports=tuple(sorted(heavy)),
            notes=notes,
        )

    def _register(self, candidate: Candidate) -> tuple[list[Registration], tuple[str, ...]]:
        module = candidate.load()
        name = candidate.provider.plugin
        if inspect.isclass(module):
            raise PluginError("its entry point names a class", 'name the module: "package.module"')
        if self._manager.is_registered(module):
            raise PluginError(
                f"its module is that of plugin '{self._manager.get_name(module)}'", "name it once"
            )
        try:
            self._manager.register(module, name)
            return self._collect(module, candidate.provider)
        except BaseException:
            if self._manager.has_plugin(name):
                self._manager.unregister(name=name)
            raise

    def _collect(self, module: object, provider: Provider) -> tuple[list[Registration], tuple[str, ...]]:
        """Call the hooks of one plugin alone; return what it registered, and what of it will end."""
        hooks = [caller.name for caller in self._manager.get_hookcallers(module) or []]
        notes = notes_on(module, hooks)
        _refuse_what_is_no_hook(module, hooks)
        others = [plugin for plugin in self._manager.get_plugins() if plugin is not module]
        rows = _Rows(provider)
        for hook in sorted(hooks):
            before = len(rows.rows)
            self._manager.subset_hook_caller(hook, others)(register=rows.register_for(_kind(hook)))
            if len(rows.rows) == before:
                raise PluginError(f"its {hook} registers nothing", "call register(...) in it, or remove it")
        return rows.rows, notes


def _kind(hook: str) -> Kind:
    kind = kind_of_hook(hook)
    if kind is None:
        raise PluginError(f"there is no hook '{hook}'{did_you_mean(hook, HOOKS)}", "rename the function")
    return kind


@dataclass
class _Rows:
    """What one plugin registers, one registration a name."""

    provider: Provider
    rows: list[Registration] = field(default_factory=list)

    def register_for(self, kind: Kind) -> Register:
        def register(name: str, target: str, *, summary: str = "", replaced_by: str = "") -> None:
            if any(row.kind is kind and row.name == name for row in self.rows):
                raise PluginError(
                    f"it registers the {kind.one} '{name}' twice", "give one of them another name"
                )
            self.rows.append(Registration(kind, name, target, self.provider, summary, replaced_by))

        return register


def load_target(target: str) -> object:
    """Import `package.module` and return its `Class`, of a dotted path `package.module:Class`."""
    module_name, _, path = target.partition(":")
    found: object = importlib.import_module(module_name)
    for part in path.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            known = did_you_mean(part, (n for n in dir(found) if not n.startswith("_")))
            raise PluginError(f"{module_name} has no '{part}'{known}") from None
    return found


def _refuse_what_is_no_hook(module: object, hooks: list[str]) -> None:
    """Refuse misspelt hooks, and things named like hooks that nobody would call."""
    named = [name for name in dir(module) if name.startswith("mia_register_") and name not in hooks]
    for name in [*hooks, *named]:
        _kind(name)
    if named:
        raise PluginError(f"its {named[0]} is no function", f"write def {named[0]}(register)")
    if not hooks:
        raise PluginError("it registers nothing", "define a function such as mia_register_rules(register)")


def _refuse_namesakes(provider: Provider, found: list[Candidate]) -> None:
    namesakes = [c.provider for c in found if c.provider.plugin == provider.plugin]
    if len(namesakes) > 1:
        who = " and ".join(f"{p.distribution} {p.version}".rstrip() for p in namesakes)
        raise PluginError(
            f"the plugin name '{provider.plugin}' is given by {who}",
            "rename one of the entry points, or uninstall one of the distributions",
        )


def _fault(provider: Provider, error: BaseException) -> PluginError:
    remedy = error.remedy if isinstance(error, PluginError) else ""
    uninstall = f", uninstall {provider.distribution}" if provider.version else ""
    return PluginError(
        f"plugin {provider} ({provider.origin}) cannot be used: {_short(error)}",
        remedy or f"mend it{uninstall}, or `mia plugins disable {provider.plugin}`",
        detail="".join(traceback.format_exception(error)),
    )


def _short(error: BaseException) -> str:
    """Return an exception in one line: our own text as it is, anything else with its type."""
    if isinstance(error, PluginError):
        return error.what
    return f"{type(error).__name__}: {text_of(error)}".rstrip(": ").replace("\n", " ")
