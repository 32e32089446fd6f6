"""Installations that are not sound, in real processes."""

import os
import sys
from pathlib import Path

import pytest

from mia_plugins.errors import ExitCode
from tests.integration.conftest import Environment, run


@pytest.mark.parametrize("name", ["strategies", "indicators", "risk", "catalog", "gateway"])
@pytest.mark.parametrize("as_package", [True, False])
def test_a_folder_of_the_users_in_the_place_of_ours(
    environment: Environment, here: Path, name: str, *, as_package: bool
) -> None:
    theirs = here / name / "__init__.py" if as_package else here / f"{name}.py"
    theirs.parent.mkdir(exist_ok=True)
    theirs.write_text("raise SystemExit('imported the wrong one')\n")
    found = environment.mia("--help", cwd=here, PYTHONPATH=str(here))
    ours = environment.folder.resolve() / "lib"
    assert (found.code, found.out) == (ExitCode.ENVIRONMENT, "")
    assert f"another package is in the place of mia's '{name}'" in found.err
    assert f"expected: {ours}" in found.err
    assert f"found:    {theirs.parent if as_package else theirs}" in found.err
    assert "remedy: rename" in found.err


def test_a_folder_without_code_shadows_nothing(environment: Environment, here: Path) -> None:
    (here / "strategies").mkdir()
    assert environment.mia("--version", cwd=here, PYTHONPATH=str(here)).code == ExitCode.OK


def test_the_working_folder_shadows_nothing(environment: Environment, here: Path, catalog: Path) -> None:
    """Neither in the command's own process nor in that of its run."""
    (here / "strategies").mkdir()
    (here / "strategies" / "__init__.py").write_text("")
    (here / "run.yaml").write_text(
        f"extends: mia:backtests/demo_day.yaml\ncatalog: {catalog}\n"
        "venue: {fills: quotes}\nstrategies: {ema_cross: }\n"
    )
    found = environment.mia("backtest", "run.yaml", cwd=here)
    assert found.code == ExitCode.OK, found.err


def test_a_package_of_ours_that_is_gone(environment: Environment, here: Path) -> None:
    folder = next(environment.folder.glob("lib/python*/site-packages/risk"))
    folder.rename(folder.with_name("risk.gone"))
    try:
        found = environment.mia("doctor", cwd=here)
    finally:
        folder.with_name("risk.gone").rename(folder)
    assert found.code == ExitCode.ENVIRONMENT
    assert f"the package 'risk' is missing: it belongs beside mia_plugins, at {folder.resolve()}" in found.err


def test_a_file_that_may_not_be_read(here: Path) -> None:
    """Run as somebody who is bound by permissions, which root is not."""
    (here / "run.yaml").write_text("instruments: [ES]\n")
    (here / "run.yaml").chmod(0)
    code = (
        "import os, sys\n"
        "from mia_plugins.cli import main\n"
        "main(['config', 'check', 'gone.yaml'])  # imports what a user may not be able to read here\n"
        "os.geteuid() == 0 and os.setuid(65534)\n"
        "sys.exit(main(['config', 'check', 'run.yaml']))\n"
    )
    for folder in (here, *here.parents[:2]):
        folder.chmod(0o755)
    found = run([sys.executable, "-P", "-c", code], here, {"XDG_CONFIG_HOME": os.devnull})
    assert found.code == ExitCode.FILES
    assert "error: run.yaml cannot be read: Permission denied" in found.err


def test_a_stream_that_cannot_show_every_character(environment: Environment, here: Path) -> None:
    found = environment.mia("--help", cwd=here, PYTHONIOENCODING="ascii")
    assert found.code == ExitCode.OK


def test_a_reader_that_goes_away_is_no_fault(environment: Environment, here: Path) -> None:
    found = run(
        [
            "bash",
            "-c",
            f"set -o pipefail; '{environment.folder}/bin/mia' config schema | head -c 10 >/dev/null",
        ],
        here,
        {},
    )
    assert "Traceback" not in found.err
    assert "fault" not in found.err


def test_ctrl_c_has_its_exit_code(environment: Environment, here: Path) -> None:
    (here / "slow").mkdir()
    (here / "slow" / "slow_plugin.py").write_text(
        "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nimport time\ntime.sleep(30)\n"
    )
    found = environment.mia("--plugins-dir", "slow", "plugins", "list", cwd=here)
    assert found.code == ExitCode.INTERRUPTED
    assert "Traceback" not in found.err
