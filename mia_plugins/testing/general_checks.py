"""What holds of everything a plugin registers: it loads alone, its settings round-trip, it is described."""

import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import ModuleType
from typing import Any

from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost, Registration
from mia_plugins.host.host import HEAVY_MODULES
from mia_plugins.settings.describing import describe
from mia_plugins.settings.model import BaseSettings
from mia_plugins.settings.resolve import settings_model
from mia_plugins.testing.broken import Broken
from mia_plugins.testing.host import isolated_host

type Named = Iterator[tuple[str, Callable[[], object]]]


def plugin_checks(module: ModuleType) -> Named:
    """Yield the checks of the entry-point module itself."""
    yield "registration isolated", partial(_check_isolated, module)
    yield "light at start", partial(_check_light, module)


def component_checks(row: Registration, host: PluginHost, given: Mapping[str, Any]) -> Named:
    """Yield the checks of anything that is registered."""
    yield "loads", partial(host.load, row)
    if row.kind is not Kind.COMMANDS:
        yield "settings round-trip", partial(_check_round_trip, row, host, given)
    yield "documentation present", partial(_check_documented, row, host)


def made_settings(row: Registration, host: PluginHost, given: Mapping[str, Any]) -> BaseSettings:
    """Return a component's settings: what is given, and defaults."""
    return settings_model(row, host)(**given)


def _check_isolated(module: ModuleType) -> None:
    """See that it registers by itself, the same each time, and nothing twice."""
    first, second = isolated_host(module), isolated_host(module)
    for fault in first.faults():
        raise Broken(f"it cannot be registered alone: {fault.what}; {fault.remedy}")
    for clash in first.registry.clashes():
        raise Broken(clash.what)
    if first.registry.all() != second.registry.all():
        raise Broken("registered a second time, it registers something else")


def _check_light(module: ModuleType) -> None:
    """See that its entry-point module imports nothing that takes seconds."""
    code = f"import sys, {module.__name__}; print(*sys.modules)"
    environ = {"PYTHONPATH": ":".join(path for path in sys.path if path)}
    done = subprocess.run(  # noqa: S603 our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, env=environ, check=False
    )
    if done.returncode:
        raise Broken(f"{module.__name__} cannot be imported by itself: {done.stderr.strip()[-500:]}")
    heavy = sorted(HEAVY_MODULES & set(done.stdout.split()))
    if heavy:
        raise Broken(
            f"{module.__name__} imports {', '.join(heavy)}, so that mia starts slowly; import what takes "
            "long in the modules that targets name"
        )


def _check_round_trip(row: Registration, host: PluginHost, given: Mapping[str, Any]) -> None:
    """See that settings written as JSON are read as they were."""
    made = made_settings(row, host, given)
    text = made.model_dump_json()
    again = type(made).model_validate_json(text, strict=True)
    if again != made or again.model_dump_json() != text:
        raise Broken(f"its settings become others when they are written and read: {text}")


def _check_documented(row: Registration, host: PluginHost) -> None:
    """See that a person is told what it is and what each setting does."""
    if not row.summary.strip():
        raise Broken(f"the {row.kind.one} '{row.name}' is registered without a summary")
    if row.kind is Kind.COMMANDS:
        return
    target = host.load(row)
    if not (inspect.getdoc(target) or "").strip() or target.__doc__ is None:
        raise Broken(f"{row.target} has no docstring")
    bare = [one.name for one in describe(settings_model(row, host)) if not one.help.strip()]
    if bare:
        raise Broken(
            f"the settings {', '.join(bare)} of '{row.name}' have no help: write a docstring under each"
        )
