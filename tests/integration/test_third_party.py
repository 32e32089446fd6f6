"""A real package of a third party, installed into an environment, found and used."""

import json
import shutil
from pathlib import Path

from mia_plugins.errors import ExitCode
from tests.conftest import ROOT
from tests.integration.conftest import SAMPLE, Environment, run

RUN = """\
extends: mia:backtests/demo_day.yaml
requires: ["mia-sample>=1.2,<2"]
rules:
  late_friday:
    after: 14:00
    token: ${env:SAMPLE_TOKEN}
"""


def test_what_it_registers_is_listed_and_shown(environment: Environment, here: Path) -> None:
    rows = json.loads(environment.mia("plugins", "list", "--json", cwd=here).out)["registered"]
    theirs = {(row["kind"], row["name"]): f"{row['distribution']} {row['version']}" for row in rows}
    assert theirs["rules", "late_friday"] == theirs["commands", "is-late"] == "mia-sample 1.2"
    shown = json.loads(environment.mia("plugins", "show", "late_friday", "--json", cwd=here).out)
    settings = {s["name"]: (s["unit"], s["default"]) for s in shown["registered"][0]["settings"]}
    assert settings == {"after": ("", "15:00:00"), "near": ("ticks", "4"), "token": ("", "")}


def test_a_run_uses_it(environment: Environment, here: Path) -> None:
    (here / "run.yaml").write_text(RUN)
    found = environment.mia("config", "check", "run.yaml", cwd=here, SAMPLE_TOKEN="abcd-efgh")
    assert (found.code, found.err) == (ExitCode.OK, "")
    assert "rule late_friday: plugin 'sample' of mia-sample 1.2" in found.out
    listing = environment.mia(
        "config", "show", "run.yaml", "--origin", cwd=here, SAMPLE_TOKEN="abcd-efgh"
    ).out
    assert "after: '14:00:00'" in listing or "after: 14:00:00" in listing
    assert "abcd-efgh" not in listing
    assert "mia:backtests/demo_day.yaml:4:8" in listing


def test_its_command_runs(environment: Environment, here: Path) -> None:
    assert environment.mia("is-late", "2026-06-05T15:30:00", cwd=here).out == "late\n"
    assert environment.mia("is-late", "2026-06-04T15:30:00", cwd=here).out == "not late\n"


def test_its_rule_works_with_the_settings_of_a_file(environment: Environment, here: Path) -> None:
    (here / "run.yaml").write_text(RUN.replace("    token: ${env:SAMPLE_TOKEN}\n", ""))
    code = (
        "import datetime as dt\n"
        "from pathlib import Path\n"
        "from mia_plugins.settings.resolve import load_run\n"
        "run = load_run(Path('run.yaml'))\n"
        "part = run.components[0]\n"
        "rule = run.host.load(part.registration)(part.settings)\n"
        "print(rule.blocks(dt.datetime(2026, 6, 5, 14, 30), 20), rule.blocks(dt.datetime(2026, 6, 5, 13), 20))\n"
    )
    found = run([environment.python, "-P", "-c", code], here, {})
    assert (found.out, found.err) == ("True False\n", "")


def test_a_version_that_is_too_old_says_what_to_install(environment: Environment, here: Path) -> None:
    (here / "run.yaml").write_text(RUN.replace(">=1.2,<2", ">=2"))
    found = environment.mia("config", "check", "run.yaml", cwd=here, SAMPLE_TOKEN="abcd-efgh")
    assert found.code == ExitCode.PLUGIN
    assert (
        "run.yaml:2:12: requires[0]: mia-sample>=2 is required, and mia-sample 1.2 is installed" in found.err
    )
    assert "uv pip install 'mia-sample>=2'" in found.err


def test_disabled_in_the_file_it_is_missed_where_it_is_needed(environment: Environment, here: Path) -> None:
    (here / "run.yaml").write_text(f"{RUN}disable: [sample]\n")
    found = environment.mia("config", "check", "run.yaml", cwd=here, SAMPLE_TOKEN="abcd-efgh")
    assert found.code == ExitCode.PLUGIN
    assert "plugin 'sample' of mia-sample 1.2 is required, and disabled by run.yaml" in found.err
    assert "plugin 'sample' of mia-sample 1.2 is disabled by run.yaml (`disable:`)" in found.err


def test_uninstalled_it_takes_its_own_and_nothing_else(environment: Environment, here: Path) -> None:
    environment.uninstall("mia-sample")
    try:
        rows = json.loads(environment.mia("plugins", "list", "--json", cwd=here).out)["registered"]
        assert {row["distribution"] for row in rows} == {"mia"}
        assert environment.mia("doctor", cwd=here).code == ExitCode.OK
    finally:
        environment.install(SAMPLE)


def test_two_distributions_with_one_name_are_both_named(
    environment: Environment, here: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "mia-copycat"
    shutil.copytree(SAMPLE, copy)
    text = (copy / "pyproject.toml").read_text()
    (copy / "pyproject.toml").write_text(
        text.replace('"mia-sample"', '"mia-copycat"')
        .replace("src/mia_sample", "src/mia_copycat")
        .replace('sample = "mia_sample.plugin"', 'copycat = "mia_copycat.plugin"')
        .replace('"1.2"', '"0.9"')
    )
    (copy / "src" / "mia_sample").rename(copy / "src" / "mia_copycat")
    environment.install(copy)
    try:
        (here / "run.yaml").write_text(RUN)
        found = environment.mia("config", "check", "run.yaml", cwd=here, SAMPLE_TOKEN="abcd-efgh")
        assert found.code == ExitCode.PLUGIN
        assert "2 plugins register the rule 'late_friday'" in found.err
        assert "plugin 'copycat' of mia-copycat 0.9" in found.err
        assert "plugin 'sample' of mia-sample 1.2" in found.err
    finally:
        environment.uninstall("mia-copycat")


def test_the_wheel_brings_the_shipped_files(environment: Environment, here: Path) -> None:
    code = (
        "from mia_plugins.settings.layers import shipped_configs\n"
        "root = shipped_configs()\n"
        "print(*sorted(f'{p.relative_to(root)} {p.stat().st_size}' for p in root.rglob('*') if p.is_file()), sep='\\n')\n"
    )
    from tests.integration.conftest import run as run_process

    found = run_process([environment.python, "-P", "-c", code], here, {})
    assert found.code == ExitCode.OK, found.err
    ours = (
        path for path in (ROOT / "configs").rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )
    assert found.out.splitlines() == sorted(
        f"{path.relative_to(ROOT / 'configs')} {path.stat().st_size}" for path in ours
    )
    shown = environment.mia("config", "show", "--preset", "production_v3_4", cwd=here)
    assert shown.code == ExitCode.OK, shown.err


def test_a_new_plugin_installs_passes_its_tests_and_runs(
    environment: Environment, here: Path, catalog: Path
) -> None:
    """It comes after the demo, which has compiled what a run needs in this environment."""
    assert environment.mia("new", "plugin", "burst", cwd=here).code == ExitCode.OK
    package = here / "mia-burst"
    environment.install(package, "pytest")
    try:
        (package / "run.yaml").write_text(f"extends: backtest.yaml\ncatalog: {catalog}\n")
        backtest = environment.mia("backtest", "run.yaml", cwd=package)
        assert backtest.code == ExitCode.OK, backtest.err
        assert "complete in" in backtest.out
        tests = run([environment.python, "-m", "pytest", "-q", "-p", "no:cacheprovider"], package, {})
        assert tests.code == 0, tests.out
        assert " passed" in tests.out
    finally:
        environment.uninstall("mia-burst")
