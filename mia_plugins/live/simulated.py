"""A simulated gateway in a process of its own, which ends with the session."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mia_plugins.data.skipping import NOTHING_SKIPPED, Skipping
from mia_plugins.live.errors import LiveError
from mia_plugins.live.terms import Pace
from mia_plugins.processes import end_with_thread
from mia_plugins.settings.live import Live
from mia_plugins.settings.run import RunSettings

LOOPBACK = "127.0.0.1"
PATIENCE = 20.0
"""Seconds it may take to end."""


@dataclass(frozen=True)
class Gateway:
    """A gateway that is running."""

    port: int
    control: int | None
    pace: Pace


@contextmanager
def simulated(settings: RunSettings, log: Path) -> Iterator[Gateway]:
    """Run a gateway that plays the run's catalog, unless one runs already; what it says goes to a file."""
    live = settings.live
    if live.sim.running is not None:
        if live.port is None:
            raise LiveError(
                "`sim.running` names a gateway that runs already, and `port:` does not", "name both"
            )
        yield _running(live.sim.running, live.port)
        return
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(  # noqa: S603 our own command
            _command(settings),
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
            start_new_session=True,
            preexec_fn=end_with_thread,  # noqa: PLW1509 no other thread of ours runs yet
        )
        try:
            yield _started(process, log)
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def _command(settings: RunSettings) -> list[str]:
    live: Live = settings.live
    sim = live.sim
    command = [sys.executable, "-P", "-m", "mia_plugins", "gateway", "--json", "--port", str(live.port or 0)]
    command += ["--catalog", str(settings.catalog), "--pace", str(sim.pace), "--cash", str(settings.capital)]
    if live.account:
        command += ["--account", live.account]
    if sim.start:
        command += ["--start", sim.start.replace(" ", "T")]
    if sim.skip_closed:
        command.append("--skip-closed")
    if sim.faults:
        command += ["--faults", str(sim.faults)]
    if sim.control is not None:
        command += ["--control", str(sim.control)]
    return command


def _started(process: "subprocess.Popen[str]", log: Path) -> Gateway:
    assert process.stdout  # noqa: S101 for the type checker
    text = ""
    for line in iter(process.stdout.readline, ""):
        text += line
        if line.startswith("}"):
            break
    told: dict[str, Any] = json.loads(text or "{}")
    if not told.get("ok"):
        process.wait(PATIENCE)
        said = log.read_text(encoding="utf-8").strip().splitlines()
        fault = _last(said, "error: ") or " ".join(said[-1:]) or "it said nothing"
        remedy = _last(said, "remedy: ") or "`mia gateway` alone tells more"
        raise LiveError(f"the simulated gateway did not start: {fault}", remedy)
    return Gateway(int(told["port"]), told["control"], _pace(told["clock"]))


def _last(said: list[str], beginning: str) -> str:
    """Return the last line that begins so, without its beginning; "" where none does."""
    return next((line.removeprefix(beginning) for line in reversed(said) if line.startswith(beginning)), "")


def _pace(clock: dict[str, float]) -> Pace:
    market = int(clock["market"])
    skipping = Skipping.closed_hours(market) if clock.get("skips_closed") else NOTHING_SKIPPED
    return Pace(int(clock["machine"]), market, int(clock["pace"]), skipping)


def _running(control: int, port: int) -> Gateway:
    """Return a gateway that runs already."""
    try:
        with socket.create_connection((LOOPBACK, control), PATIENCE) as line, line.makefile("rwb") as file:
            file.write(b'{"ask": "state"}\n')
            file.flush()
            told = json.loads(file.readline())
        there, pace = told["port"], _pace(told["clock"])
    except (OSError, ValueError, KeyError) as error:
        raise LiveError(
            f"no simulated gateway answers on its control port {control}: {error}",
            "start one: `mia gateway --port PORT --control CONTROL`, or leave out `sim.running`",
        ) from error
    if there != port:
        raise LiveError(
            f"the simulated gateway of control port {control} listens on {there}, and the file says "
            f"`port: {port}`, where something else may listen",
            f"write `port: {there}`",
        )
    return Gateway(port, control, pace)
