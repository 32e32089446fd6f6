"""`check_plugin`: named checks that hold for every plugin, for a parametrized test.

    import pytest
    from mia_plugins.testing import check_plugin

    @pytest.mark.parametrize("check", check_plugin("mia_foo.plugin"), ids=str)
    def test_it_conforms(check):
        check()

A check is left out by its name and with a reason alone: `skip={"symmetry: burst": "buys only"}`. Where two
components of a plugin have one name, their kinds are told with it: `burst (features)`.
"""

import importlib
import unittest
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from mia_plugins.errors import MiaError, did_you_mean
from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost, Registration
from mia_plugins.testing.feature_checks import feature_checks
from mia_plugins.testing.general_checks import component_checks, plugin_checks
from mia_plugins.testing.host import isolated_host


class KitError(MiaError):
    """`check_plugin` was asked for something that there is not."""


@dataclass(frozen=True)
class Check:
    """One thing that is held against a plugin: call it; it raises `Broken` when the plugin fails."""

    name: str
    run: Callable[[], object]
    skipped: str = ""
    """Why it is left out."""

    def __str__(self) -> str:
        """Return its name: the id of a test."""
        return self.name

    def __call__(self) -> None:
        """Make the check; one that is left out is a skipped test."""
        if self.skipped:
            raise unittest.SkipTest(f"{self.name}: {self.skipped}")
        self.run()


def check_plugin(
    plugin: str | ModuleType,
    *,
    skip: Mapping[str, str] | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    catalog: Path | None = None,
) -> list[Check]:
    """Return the checks of a plugin: its entry-point module, or that module's name.

    `settings` are those of components that cannot do without, by the names that checks have of them;
    strategies run over `catalog`, or over a tiny day that is made for the process.
    """
    module = importlib.import_module(plugin) if isinstance(plugin, str) else plugin
    host = isolated_host(module)
    rows = _by_label(host.registry.all())
    for name in settings or {}:
        if name not in rows:
            raise KitError(f"there is no component '{name}' to give settings{did_you_mean(name, rows)}")
    found = dict(plugin_checks(module))
    for label, row in rows.items():
        given = (settings or {}).get(label, {})
        found |= {f"{what}: {label}": run for what, run in _component(row, host, given, catalog)}
    for name, reason in (skip or {}).items():
        if name not in found:
            raise KitError(f"there is no check '{name}' to skip{did_you_mean(name, found)}")
        if not reason.strip():
            raise KitError(f"the check '{name}' is skipped without a reason", "say why")
    return [Check(name, run, (skip or {}).get(name, "")) for name, run in found.items()]


def _by_label(rows: Iterable[Registration]) -> dict[str, Registration]:
    """Return components by their names, with the kind where a name alone is not one's own."""
    rows = tuple(rows)
    times = Counter(row.name for row in rows)
    return {row.name if times[row.name] == 1 else f"{row.name} ({row.kind})": row for row in rows}


def _component(
    row: Registration, host: PluginHost, given: Mapping[str, Any], catalog: Path | None
) -> Iterator[tuple[str, Callable[[], object]]]:
    yield from component_checks(row, host, given)
    if row.kind is Kind.FEATURES:
        yield from feature_checks(row, host, given)
    if row.kind is Kind.STRATEGIES:
        # The engine is imported where a strategy is to be run.
        from mia_plugins.testing.strategy_checks import strategy_checks  # noqa: PLC0415

        yield from strategy_checks(row, given, catalog)
