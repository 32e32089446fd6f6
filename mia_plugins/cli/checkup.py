"""What `mia doctor` looks at: the installation and every plugin, down to its settings."""

import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import mia_plugins
from mia_plugins.cli.commands import command_of
from mia_plugins.errors import PluginError
from mia_plugins.hookspecs import Kind
from mia_plugins.host.host import Plugin, PluginHost, Status
from mia_plugins.host.siblings import ROOT, shared_names
from mia_plugins.settings.schema import component_schema

DISTRIBUTION = "mia"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: in order, or not, and then the remedy."""

    what: str
    remedy: str = ""
    detail: str = ""
    in_order: bool = True


def _bad(what: str, remedy: str, detail: str = "") -> Finding:
    return Finding(what, remedy, detail, in_order=False)


def installation_findings() -> Iterator[Finding]:
    """Yield what there is to say of the installation; shadowed packages have been looked for at start."""
    yield Finding(f"Python {platform.python_version()} at {sys.executable}")
    yield Finding(f"mia {mia_plugins.__version__} at {ROOT}")
    try:
        installed = version(DISTRIBUTION)
    except PackageNotFoundError:
        yield _bad("mia is not installed, so none of its plugins is found", "uv pip install -e .")
        return
    if installed != mia_plugins.__version__:
        yield _bad(
            f"the installed metadata says mia {installed}, the code {mia_plugins.__version__}",
            "install it again",
        )
    for name, owners in shared_names().items():
        yield _bad(f"the package '{name}' belongs to {' and '.join(owners)}", "uninstall one of them")


def plugin_findings(host: PluginHost) -> Iterator[Finding]:
    """Yield one finding for each plugin, clash and switch; loads everything that is registered."""
    for plugin in host.plugins:
        yield from _plugin(plugin, host)
    for clash in host.registry.clashes():
        yield _fault(clash)
    for name, by in host.unknown_disabled().items():
        yield _bad(f"'{name}' is disabled by {by}, and there is no such plugin", "correct or remove the name")


def _plugin(plugin: Plugin, host: PluginHost) -> Iterator[Finding]:
    if plugin.status is Status.DISABLED:
        yield Finding(f"plugin {plugin.provider}: disabled by {plugin.disabled_by}")
        return
    if plugin.error:
        yield _fault(plugin.error)
        return
    if plugin.heavy_imports:
        yield _bad(
            f"plugin {plugin.provider} imports {', '.join(plugin.heavy_imports)} when mia starts",
            "import it in the modules the targets name, not in the entry-point module",
        )
    yield from (Finding(f"plugin {plugin.provider}: {note}") for note in plugin.notes)
    faults = list(_target_faults(plugin, host))
    yield from faults
    if not faults and not plugin.heavy_imports:
        count = len(plugin.registrations)
        took = f"{plugin.import_seconds * 1e3:.0f} ms to import"
        yield Finding(f"plugin {plugin.provider}: {count} registered, {took}")


def _target_faults(plugin: Plugin, host: PluginHost) -> Iterator[Finding]:
    for row in plugin.registrations:
        try:
            if row.kind is Kind.COMMANDS:
                command_of(row, host.load(row))
            else:
                component_schema(row, host)
        except PluginError as error:
            yield _fault(error)


def _fault(error: PluginError) -> Finding:
    return _bad(error.what, error.remedy, error.detail)
