"""A host that sees what it is given and nothing that is installed."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from mia_plugins.host import Candidate, PluginHost, Provider
from mia_plugins.settings.resolve import Run, load_run


def isolated_host(*plugins: object, disable: Iterable[str] = ()) -> PluginHost:
    """Return a host of these plugins alone: modules, or objects with `mia_register_…` functions."""
    candidates = [Candidate(_provider(plugin), partial(_itself, plugin)) for plugin in plugins]
    return PluginHost(candidates, dict.fromkeys(disable, "the test"))


def isolated_run(config: Path, *plugins: object) -> Run:
    """Return the run a settings file describes, with these plugins alone (`disable:` is honoured)."""
    return load_run(config, discover=lambda _, disable, __: isolated_host(*plugins, disable=disable))


def _itself(plugin: object) -> object:
    return plugin


def _provider(plugin: object) -> Provider:
    name = getattr(plugin, "__name__", type(plugin).__name__).rpartition(".")[2]
    return Provider(name, "the test", "", repr(plugin))
