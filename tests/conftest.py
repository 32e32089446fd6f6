"""What every test shares: a user of its own, and `mia` as a function."""

import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mia_plugins import secrets
from mia_plugins.cli import main

ROOT = Path(__file__).parent.parent
PLUGINS = ROOT / "tests" / "plugins"


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str


Mia = Callable[..., Outcome]


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_is_heard() -> None:
    """Let processes that tests start hear Ctrl-C, also where the tests themselves run in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _own_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the switches of whoever runs the tests out of them, and give every test an empty folder."""
    monkeypatch.setattr(secrets, "_known", {})
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Return the working folder of the test."""
    return tmp_path / "here"


@pytest.fixture(autouse=True)
def _plugins_folders_are_forgotten() -> Iterator[None]:
    """Let no module of a plugins folder, and no place on `sys.path`, outlive a test."""
    path, modules = list(sys.path), set(sys.modules)
    yield
    _forget(path, modules)


@pytest.fixture
def mia(capfd: pytest.CaptureFixture[str]) -> Mia:
    """Return `mia` as a function of its arguments, in this process."""
    path, modules = list(sys.path), set(sys.modules)

    def call(*arguments: object) -> Outcome:
        capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        _forget(path, modules)
        return Outcome(code, out, err)

    return call


def _forget(path: list[str], modules: set[str]) -> None:
    for name in set(sys.modules) - modules:
        file = getattr(sys.modules[name], "__file__", None) or ""
        # Compiled submodules have no file of their own, and cannot be imported anew.
        ours = file.startswith((str(ROOT), sys.prefix, sys.base_prefix)) and not file.startswith(str(PLUGINS))
        if file and not ours:
            del sys.modules[name]
    sys.path[:] = path
