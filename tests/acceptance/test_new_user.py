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


def test_the_readme_alone(copy: Path) -> None:
    commands = readme_commands()
    assert commands[0] == "pip install uv && uv run mia demo"
    clean = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    for command in commands:
        line = command.removeprefix("pip install uv && ")  # uv is what runs this test
        done = subprocess.run(
            line, shell=True, cwd=copy, env=clean, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, (line, done.stderr)
        if line.endswith("mia demo"):
            assert "4. Mistakes are told all at once" in done.stdout
            assert "\n  trades      " in done.stdout
            assert "\nStop and target\n" in done.stdout
            assert "The run lies in mia-demo/runs/" in done.stdout
        if "tick-value" in line:
            assert done.stdout == "8 ticks of NQ on 1 = 40.00 $\n"
    assert (copy / "mia-demo" / "backtest.yaml").is_file()
