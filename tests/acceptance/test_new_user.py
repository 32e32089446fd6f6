"""A new user's first minutes: a fresh copy of the repository, a fresh environment, the README alone."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT


def readme_commands() -> list[str]:
    """Return the commands the README's start asks for, but the tests themselves."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    start = text.split("## Start")[1].split("\n## ")[0]
    return [line for line in re.findall(r"^\$ (.*)$", start, re.MULTILINE) if "pytest" not in line]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the files under version control and nothing else."""
    folder = tmp_path_factory.mktemp("fresh") / "mia"
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in tracked.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def run(command: str, copy: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as the user types it."""
    clean = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    line = command.removeprefix("pip install uv && ")  # uv is what runs this test
    return subprocess.run(
        line, shell=True, cwd=copy, env=clean, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def told(copy: Path) -> dict[str, str]:
    """Return what each command of the README says."""
    told = {}
    for command in readme_commands():
        done = run(command, copy)
        assert done.returncode == 0, (command, done.stderr)
        told[command] = done.stdout
    return told


def test_the_readme_alone(copy: Path, told: dict[str, str]) -> None:
    demo = next(iter(told))
    assert demo == "pip install uv && uv run mia demo"
    assert "4. Mistakes are told all at once" in told[demo]
    assert "\n  trades      " in told[demo]
    assert "\nStop and target\n" in told[demo]
    assert "The run lies in mia-demo/runs/" in told[demo]
    assert [said for command, said in told.items() if "tick-value" in command] == [
        "8 ticks of NQ on 1 = 40.00 $\n"
    ]
    assert (copy / "mia-demo" / "backtest.yaml").is_file()


@pytest.mark.usefixtures("told")
def test_the_demo_keeps_what_is_there_and_says_when_it_is_broken(copy: Path) -> None:
    settings = copy / "mia-demo" / "backtest.yaml"
    mine = f"# mine\n{settings.read_text()}"
    settings.write_text(mine)
    again = run("uv run mia demo", copy)
    assert again.returncode == 0, again.stderr
    assert "were kept" in again.stdout
    assert settings.read_text() == mine

    settings.write_text("nonsense: 1\n")
    broken = run("uv run mia demo", copy)
    assert broken.returncode == 1
    assert "exit code 4; 0 was expected here" in broken.stderr
