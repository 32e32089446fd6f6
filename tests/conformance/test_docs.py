"""The docs are true: made from the code where they can be, run where they show commands, linked without gaps."""

import importlib.util
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from catalog.formats.tabular.settings import TableSettings
from catalog.market.settings import PRESETS, Edge, MarketSettings, Scenario
from gateway.faults.script import FaultScript
from mia_plugins.errors import ExitCode
from mia_plugins.hookspecs import Kind
from mia_plugins.settings.run import RunSettings
from mia_plugins.units import Multiple
from strategies.ml.settings import TrainSettings
from tests.conftest import ROOT, Mia

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def generator() -> ModuleType:
    return script("generate")


def test_the_reference_is_what_the_code_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for name, text in generator().pages().items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, (
            "run: uv run python docs/generate.py"
        )


def test_nothing_is_missing_from_the_reference() -> None:
    """The generator itself must not forget a hook, a setting, a command or an exit code."""
    read = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in generator().pages()}
    assert [kind.hook for kind in Kind if f"`{kind.hook}(register)`" not in read["hooks.md"]] == []
    assert [name for name in RunSettings.model_fields if f"`{name}`" not in read["configuration.md"]] == []
    assert [code for code in ExitCode if f"\n| {int(code)} | " not in read["cli.md"]] == []
    market = [*MarketSettings.model_fields, *Scenario.model_fields, *Edge.model_fields, *PRESETS]
    assert [name for name in market if f"\n| `{name}` | " not in read["market-settings.md"]] == []
    words = [" ".join(["mia", *command]) for command in generator().commands()]
    assert "mia plugins disable" in words
    assert [line for line in words if f"\n## `{line}`\n" not in read["cli.md"]] == []


def test_pictures_are_drawn_alike_each_time_and_are_all_shown() -> None:
    pictures, thin = script("pictures"), MarketSettings(density=Multiple(0.02))
    drawn = pictures.drawn(thin, 1)
    assert drawn == pictures.drawn(thin, 1)
    shown = (ROOT / "docs" / "market.md").read_text(encoding="utf-8")
    assert [name for name in drawn if f"]({name})" not in shown] == []
    assert [name for name in drawn if (ROOT / "docs" / name).stat().st_size > 200_000] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)]+)\)", text) if "://" not in target]
    assert [target for target in targets if target and not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_settings_files_in_the_docs_are_in_order(page: Path, mia: Mia, here: Path) -> None:
    """Whole files only; a piece of one is held to the keys it shows."""
    for text in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        keys = set(re.findall(r"^(\w+):", text, re.MULTILINE))
        if keys <= {*TableSettings.model_fields}:
            continue  # a mapping of an import: tests/unit/test_importing_docs.py
        if keys <= {*FaultScript.model_fields}:
            continue  # faults of the gateway: tests/unit/test_gateway_docs.py
        if keys <= {*TrainSettings.model_fields, *(["extends"] if "mia:training/" in text else [])}:
            continue  # a training: tests/unit/test_ml_docs.py
        assert keys <= {*RunSettings.model_fields, "extends"}, keys
        if "mia:" in text and not {"plugins_dir", "requires"} & keys:  # those are followed below
            (here / "run.yaml").write_text(text, encoding="utf-8")
            assert mia("config", "check", "run.yaml").code == ExitCode.OK


def followed(page: str, mia: Mia, here: Path) -> dict[str, str]:
    """Write every file as shown, run every `mia` line, in the order of the page, and return what they say."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    said = {}
    for language, block in re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL):
        file = re.match(r"# file: (\S+)\n", block)
        if file:
            path = here / file[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block, encoding="utf-8")
        elif language == "console":
            for line in re.findall(r"^\$ uv run mia (.*)$", block, re.MULTILINE):
                outcome = mia(*shlex.split(line))
                assert outcome.code == ExitCode.OK, (line, outcome)
                said[line] = outcome.out
    return said


def test_the_quick_start_and_the_strategy_of_the_docs_can_be_followed(mia: Mia, here: Path) -> None:
    said = followed("quickstart.md", mia, here)
    assert len(said) >= 14
    assert "day.yaml: run " in said["backtest day.yaml wide.yaml"]
    assert "was made before" in said["backtest day.yaml wide.yaml"]
    different = mia("runs", "diff", *(re.findall(r"run (\w{12})", said["backtest day.yaml wide.yaml"])[:2]))
    assert different.code == ExitCode.FAILED
    assert "strategies.ema_cross.stop" in different.out
    said = followed("strategies.md", mia, here)
    assert re.search(r"trades +\d", said["backtest breakout.yaml"])
    assert " taken " in said["explain latest --taken"]


@pytest.fixture
def foo(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the place of the package of docs/plugins.md, which stands as an installer leaves it."""
    info = here / "mia-foo" / "src" / "mia_foo-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mia-foo\nVersion: 1.2\n")
    entry_points = tomllib.loads(blocks_of("plugins.md")[0][1])["project"]["entry-points"]["mia"]
    (info / "entry_points.txt").write_text(
        "\n".join(["[mia]", *(f"{name} = {module}" for name, module in entry_points.items())])
    )
    monkeypatch.syspath_prepend(str(info.parent))
    return info.parent


def blocks_of(page: str) -> list[tuple[str, str]]:
    """Return the blocks of a page with their languages."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL)


def test_every_block_of_writing_a_plugin_is_run(foo: Path, mia: Mia, here: Path) -> None:
    """Its files are written, its commands run, its tests by pytest."""
    blocks = blocks_of("plugins.md")
    assert {language for language, block in blocks if "# file: " not in block} == {"console"}
    said = followed("plugins.md", mia, here)
    assert len(said) == sum(
        block.count("$ uv run mia") for language, block in blocks if language == "console"
    )
    assert "after" in said["plugins show late_friday"]
    assert "late_fri" in said["explain latest --blocked"]  # a column may fold it
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "mia-foo/tests"]
    environ = os.environ | {"PYTHONPATH": str(foo)}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, cwd=here)
    assert done.returncode == 0, done.stdout


def test_the_errors_the_readme_shows_are_those_one_gets(mia: Mia, here: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```text\n(error: .*?)```", text, re.DOTALL)
    (file,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (here / "run.yaml").write_text(file.replace("capital", "captial").replace("06-05", "06-31"))
    told = mia("config", "check", "run.yaml").err.splitlines()
    assert told == shown.splitlines()


def test_every_dependency_has_its_reason() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    reasons = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    names = [dependency.split("==")[0] for dependency in project["dependencies"]]
    assert [name for name in names if name not in reasons] == []
    assert all("==" in dependency for dependency in project["dependencies"])
