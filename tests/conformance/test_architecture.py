"""The folders depend on each other one way, and what is loaded at start is light."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator

import pytest

from mia_plugins import hookspecs
from mia_plugins.hookspecs import Kind
from mia_plugins.host.host import HEAVY_MODULES
from mia_plugins.settings.run import SECTIONS, RunSettings
from tests.conftest import ROOT

MAY_IMPORT = {
    "mia_plugins": set[str](),
    "indicators": {"mia_plugins"},
    "catalog": {"mia_plugins"},
    "gateway": {"mia_plugins"},
    "strategies": {"mia_plugins", "indicators"},
    "risk": {"mia_plugins", "indicators"},
}


def imported(source: str) -> Iterator[str]:
    """Yield the top-level names a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").partition(".")[0]


def wrong_ways(package: str, source: str) -> set[str]:
    """Return the packages of ours that a module imports and may not."""
    return set(imported(source)) & set(MAY_IMPORT) - MAY_IMPORT[package] - {package}


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_dependencies_run_one_way(package: str) -> None:
    found = {
        str(path.relative_to(ROOT)): wrong
        for path in (ROOT / package).rglob("*.py")
        if (wrong := wrong_ways(package, path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("package", "source", "wrong"),
    [
        ("mia_plugins", "def f():\n    from strategies.battle import X\n", {"strategies"}),
        ("indicators", "import numpy, risk.limits\n", {"risk"}),
        ("catalog", "import indicators\nimport mia_plugins\n", {"indicators"}),
        ("risk", "from indicators import x\nfrom . import y\n", set()),
    ],
)
def test_an_import_the_wrong_way_is_seen(package: str, source: str, wrong: set[str]) -> None:
    assert wrong_ways(package, source) == wrong


def entry_points() -> dict[str, str]:
    """Return our entry points as pyproject.toml declares them."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        found: dict[str, str] = tomllib.load(file)["project"]["entry-points"]["mia"]
    return found


@pytest.mark.parametrize("module", entry_points().values())
def test_an_entry_point_module_is_light(module: str) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY_MODULES & set(done.stdout.split()) == set()


def test_help_imports_no_more_than_it_needs() -> None:
    code = "import sys, mia_plugins.cli as c; c.main(['--help']); print('\\n', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "typer" in loaded
    assert {"pydantic", "yaml", "rich", "numpy"} & loaded == set()


def test_each_kind_is_a_hook_and_each_hook_a_kind() -> None:
    hooks = {name for name in vars(hookspecs) if name.startswith("mia_")}
    assert hooks == {kind.hook for kind in Kind}


def test_each_kind_of_a_run_is_a_section_of_its_file() -> None:
    assert {str(kind) for kind in SECTIONS} == set(RunSettings.model_fields) & {str(kind) for kind in Kind}
    assert set(Kind) - set(SECTIONS) == {Kind.INDICATORS, Kind.IMPORTERS, Kind.LEARNERS, Kind.COMMANDS}


@pytest.mark.parametrize(
    ("kind", "one"),
    [(Kind.STRATEGIES, "strategy"), (Kind.REPORT_SECTIONS, "report section"), (Kind.RULES, "rule")],
)
def test_the_word_for_one_of_a_kind(kind: Kind, one: str) -> None:
    assert kind.one == one


def test_modules_hold_one_idea() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for package in MAY_IMPORT
        for path in (ROOT / package).rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert long == {}
