"""An environment of its own, with mia and a third party's package installed as users install them."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT, Outcome
from tests.market import sound_store

SAMPLE = ROOT / "tests" / "packages" / "mia-sample"


@dataclass(frozen=True)
class Environment:
    """A virtual environment."""

    folder: Path

    @property
    def python(self) -> Path:
        """The interpreter."""
        return self.folder / "bin" / "python"

    def install(self, *what: object) -> None:
        """Install distributions or folders of them, as wheels."""
        uv("pip", "install", "--quiet", "--python", self.python, *what)

    def uninstall(self, name: str) -> None:
        """Take a distribution out."""
        uv("pip", "uninstall", "--quiet", "--python", self.python, name)

    def mia(self, *arguments: object, cwd: Path, **environ: str) -> Outcome:
        """Run the console script in a process."""
        return run([self.folder / "bin" / "mia", *arguments], cwd, environ)


def run(command: list[object], cwd: Path, environ: dict[str, str]) -> Outcome:
    """Run a command and return what it left behind."""
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=clean | environ,
        capture_output=True,
        encoding="utf-8",
        timeout=180,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def uv(*arguments: object) -> None:
    """Run uv, which the tests are run by."""
    program = os.environ.get("UV") or shutil.which("uv")
    assert program, "the tests are run by uv: `uv run pytest`"
    done = subprocess.run(
        [program, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Return an environment with mia from its wheel and the sample package."""
    made = Environment(tmp_path_factory.mktemp("environment") / "venv")
    uv("venv", "--quiet", "--python", sys.executable, made.folder)
    made.install(ROOT, SAMPLE)
    return made


@pytest.fixture(scope="session")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small catalog: a day of ES."""
    folder = tmp_path_factory.mktemp("catalog") / "data"
    sound_store(str(folder))
    return folder
