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
from mia_plugins.errors import PluginError, did_you_mean
from mia_plugins.hookspecs import Kind, Register
from mia_plugins.host.discovery import Candidate, folder_candidates, installed_candidates
from mia_plugins.host.registry import Provider, Registration, Registry
from mia_plugins.host.switches import switched_off

HEAVY_MODULES = frozenset({"exchange_calendars", "numba", "pandas", "sklearn", "xgboost"})
"""Modules that cost one to six seconds to import: no entry-point module may pull one in."""


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
        cls, plugins_dir: Path | None = None, disable: Iterable[str] = (), disabled_by: str = "the caller"
    ) -> "PluginHost":
        """Build the host of what is installed, the plugins folder, and every switch that is set."""
        candidates = [*installed_candidates(), *(folder_candidates(plugins_dir) if plugins_dir else ())]
        return cls(candidates, switched_off() | dict.fromkeys(disable, disabled_by))

    def plugin(self, name: str) -> Plugin | None:
        """Return the plugin of that name, if it was found."""
        return next((p for p in self.plugins if p.provider.plugin == name), None)

    def unknown_disabled(self) -> dict[str, str]:
        """Return the switched-off names that no plugin has, with who switched them off."""
        return {name: by for name, by in self._disabled.items() if self.plugin(name) is None}

    def faults(self) -> list[PluginError]:
        """Return the errors of the broken plugins."""
        return [p.error for p in self.plugins if p.error is not None]

    def check_clashes(self) -> None:
        """Raise when a name is claimed twice: nothing may run on whichever came first."""
        clashes = self.registry.clashes()
        if clashes:
            raise PluginError("\n".join(c.what for c in clashes), clashes[0].remedy)

    def find(self, kind: Kind, name: str) -> Registration:
        """Return the one registration of a name, or raise with the nearest name and what may be missing."""
        rows = self.registry.providers(kind, name)
        if len(rows) == 1:
            return rows[0]
        if rows:
            self.check_clashes()
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
        module_name, _, path = row.target.partition(":")
        try:
            with contextlib.redirect_stdout(sys.stderr):
                found: object = importlib.import_module(module_name)
        except (Exception, SystemExit) as error:
            raise _broken(row, f"importing {module_name} failed: {_short(error)}") from error
        for part in path.split("."):
            if not hasattr(found, part):
                known = did_you_mean(part, (n for n in dir(found) if not n.startswith("_")))
                raise _broken(row, f"{module_name} has no '{part}'{known}")
            found = getattr(found, part)
        return found

    def _admit(self, candidate: Candidate, found: list[Candidate]) -> Plugin:
        provider = candidate.provider
        if provider.plugin in self._disabled:
            return Plugin(provider, Status.DISABLED, disabled_by=self._disabled[provider.plugin])
        before, started = set(sys.modules), time.perf_counter()
        try:
            _refuse_namesakes(provider, found)
            with contextlib.redirect_stdout(sys.stderr):
                rows = self._register(candidate)
        except (Exception, SystemExit) as error:  # noqa: BLE001 isolated, and kept with its traceback
            return Plugin(provider, Status.BROKEN, error=_fault(provider, error))
        heavy = HEAVY_MODULES & (set(sys.modules) - before)
        seconds = time.perf_counter() - started
        return Plugin(
            provider, Status.OK, tuple(rows), import_seconds=seconds, heavy_imports=tuple(sorted(heavy))
        )

    def _register(self, candidate: Candidate) -> list[Registration]:
        module = candidate.load()
        name = candidate.provider.plugin
        try:
            self._manager.register(module, name)
            return self._collect(module, candidate.provider)
        except BaseException:
            if self._manager.has_plugin(name):
                self._manager.unregister(name=name)
            raise

    def _collect(self, module: object, provider: Provider) -> list[Registration]:
        """Call the hooks of one plugin alone and return what it registered."""
        hooks = [caller.name for caller in self._manager.get_hookcallers(module) or []]
        known = {kind.hook: kind for kind in Kind}
        for hook in hooks:
            if hook not in known:
                raise PluginError(
                    f"there is no hook '{hook}'{did_you_mean(hook, known)}", "rename the function"
                )
        if not hooks:
            raise PluginError(
                "it registers nothing", "define a function such as mia_register_rules(register)"
            )
        others = [plugin for plugin in self._manager.get_plugins() if plugin is not module]
        rows = _Rows(provider)
        for hook in sorted(hooks):
            self._manager.subset_hook_caller(hook, others)(register=rows.register_for(known[hook]))
        return rows.rows


@dataclass
class _Rows:
    """What one plugin registers, one registration a name."""

    provider: Provider
    rows: list[Registration] = field(default_factory=list)

    def register_for(self, kind: Kind) -> Register:
        def register(name: str, target: str, *, summary: str = "") -> None:
            if any(row.kind is kind and row.name == name for row in self.rows):
                raise PluginError(
                    f"it registers the {kind.one} '{name}' twice", "give one of them another name"
                )
            self.rows.append(Registration(kind, name, target, self.provider, summary))

        return register


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


def _broken(row: Registration, what: str) -> PluginError:
    cause = sys.exc_info()[1]
    return PluginError(
        f"the {row.kind.one} '{row.name}' of plugin {row.provider} cannot be loaded: {what}",
        f"mend {row.target} or ask the authors of {row.provider.distribution}",
        detail="".join(traceback.format_exception(cause)) if cause else "",
    )


def _short(error: BaseException) -> str:
    """Return an exception in one line: our own text as it is, anything else with its type."""
    if isinstance(error, PluginError):
        return error.what
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 a plugin's exception may fail at this too
        text = "(its text cannot be had)"
    return f"{type(error).__name__}: {text}".rstrip(": ").replace("\n", " ")
