"""Backtests on a small catalog, run as a user runs them."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.conftest import PLUGINS, Outcome

DEMO = "extends: mia:backtests/demo_day.yaml\n"


def config(name: str, catalog: Path | str, strategy: str = "{ema_cross: }", more: str = "") -> str:
    """Write a settings file and return its name."""
    Path(name).write_text(
        f"{DEMO}catalog: {catalog}\nplugins_dir: {PLUGINS}\nvenue: {{fills: quotes}}\n"
        f"strategies: {strategy}\n{more}",
        encoding="utf-8",
    )
    return name


def odd(name: str, catalog: Path | str, does: str, more: str = "") -> str:
    """Write a settings file for a strategy that behaves as none should; `NAME.sign` says when it does."""
    sign = Path.cwd() / f"{name}.sign"
    return config(name, catalog, f"{{odd: {{does: {does}, sign: {sign}{more}}}}}")


def start(*arguments: object, **environ: str) -> subprocess.Popen[str]:
    """Start `mia` in a session of its own, as a terminal does."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "mia_plugins", *map(str, arguments)],
        env=os.environ | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def mia_process(*arguments: object, seconds: float = 120, **environ: str) -> Outcome:
    """Run `mia` in a process, for so long at most."""
    process = start(*arguments, **environ)
    out, err = process.communicate(timeout=seconds)
    return Outcome(process.returncode, out, err)


def ctrl_c(process: subprocess.Popen[str]) -> tuple[Outcome, float]:
    """Press Ctrl-C, and return what the command left behind and the seconds it took."""
    begun = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    return Outcome(process.returncode, out, err), time.monotonic() - begun


def wait_for(*files: Path, patience: float = 60) -> None:
    """Wait until some files are there."""
    until = time.monotonic() + patience
    while not all(file.exists() for file in files):
        assert time.monotonic() < until, files
        time.sleep(0.02)


def runs_of(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the records of the runs in a store, by the names of their folders."""
    return {path.parent.name: json.loads(path.read_text()) for path in folder.glob("*/run.json")}
