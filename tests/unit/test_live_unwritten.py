"""A run's folder that cannot be written: what makes the risk smaller goes out, and the session ends in order."""

from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
import pytest

from mia_plugins.errors import MiaError
from mia_plugins.live.stand_ins import RecordedWire
from mia_plugins.live.steps import Recording
from mia_plugins.live.steward import FAULT, Charge, End, Steward
from mia_plugins.reconcile.replay import read_steps
from mia_plugins.runs.rows import RowLog, read_log
from mia_plugins.runtime.actor import ActorContext
from mia_plugins.runtime.guard import Guard
from mia_plugins.runtime.incidents import Incidents
from mia_plugins.runtime.killing import Kill
from mia_plugins.runtime.steps import STEPS, What
from mia_plugins.settings.live import Live

NOW = 1_000


class Wire:
    """Notes what goes through it."""

    def __init__(self) -> None:
        self.went: list[str] = []

    def __getattr__(self, name: str) -> Any:
        def went(*_: Any) -> str:
            self.went.append(name)
            return ""

        return went


class Disk:
    """A disk that may be full, and the log on it."""

    def __init__(self) -> None:
        self.is_full = False
        self.rows: list[Any] = []

    def append(self, row: tuple[object, ...], /) -> None:
        self.rows.append(row)

    def flush(self) -> None:
        if self.is_full:
            raise MiaError("no space left on device")

    secure = flush


def reduce(wire: RecordedWire) -> None:
    """Do all that makes a risk smaller."""
    wire.cancel(cast("Any", "S"))
    wire.resize(cast("Any", "S"), 1)
    wire.move(cast("Any", "S"), cast("Any", 24_000))
    wire.send(["exit"])


@pytest.mark.parametrize("where", ["rows", "steps"])
def test_what_makes_the_risk_smaller_goes_out_though_its_steps_cannot_be_written(where: str) -> None:
    rows, steps, plain = Disk(), Disk(), Wire()
    recording = Recording(steps, rows.flush)
    wire = RecordedWire(recording, cast("Any", plain))
    hand = recording.of("ema-ES", lambda: NOW)
    {"rows": rows, "steps": steps}[where].is_full = True
    step = hand.calls(What.OBEYS, lambda *_: reduce(wire))
    with pytest.raises(MiaError, match="no space left"):
        step(2, NOW)
    assert plain.went == ["cancel", "resize", "move", "send"]


def test_an_entry_is_held_back_when_what_led_to_it_cannot_be_written() -> None:
    rows, plain = Disk(), Wire()
    recording = Recording(Disk(), rows.flush)
    wire = RecordedWire(recording, cast("Any", plain))
    rows.is_full = True
    with pytest.raises(MiaError, match="no space left"):
        wire.send(["entry", "stop", "target"])
    assert plain.went == []


def test_what_could_not_be_written_is_told_by_the_next_flush_and_nothing_entered_until_the_end() -> None:
    rows, plain = Disk(), Wire()
    recording = Recording(Disk(), rows.flush)
    wire = RecordedWire(recording, cast("Any", plain))
    rows.is_full = True
    reduce(wire)  # as when everything is flattened, which is no step of a strategy
    rows.is_full = False
    with pytest.raises(MiaError, match="no space left"):
        recording.flush()
    with pytest.raises(MiaError, match="no space left"):
        wire.send(["entry", "stop", "target"])
    assert plain.went == ["cancel", "resize", "move", "send"]


def test_what_led_to_an_order_can_be_read_when_it_leaves(here: Path) -> None:
    """Whatever ends the process then: no log has written its batch yet."""
    steps = RowLog(here / "steps.arrows", STEPS)
    decisions = RowLog(here / "decisions.arrows", pa.schema([("id", pa.int64())]))
    seen: list[tuple[list[str], list[int]]] = []

    class Leaving(Wire):
        def send(self, orders: list[Any]) -> None:
            told = [step.what for step in read_steps(here / "steps.arrows")]
            seen.append(
                (told, [n for one in read_log(here / "decisions.arrows") for n in one["id"].to_pylist()])
            )

    recording = Recording(steps, decisions.secure)
    wire = RecordedWire(recording, cast("Any", Leaving()))
    for number in (1, 2):
        decisions.append((number,))
        with recording.handling(What.TIMER, NOW, strategy="ema-ES"):
            wire.send(["entry", "stop", "target"])
    assert seen == [(["timer"], [1]), (["timer"] * 2, [1, 2])]


class Holder:
    """A strategy that holds something until it is flattened."""

    def __init__(self, context: ActorContext) -> None:
        self.desk = SimpleNamespace(bracket=SimpleNamespace(entry=SimpleNamespace(is_open=False)))
        context.halt.obeyed_by(self.obey)
        self.obeyed: list[tuple[Kill, str]] = []

    def obey(self, level: Kill, now: int, reason: str) -> None:
        del now
        self.obeyed.append((level, reason))
        self.desk.bracket = cast("Any", None)


class Scene:
    """A steward, what it looks after, and the disk below."""

    def __init__(self) -> None:
        self.disk, self.incidents, self.stopped = Disk(), Disk(), Event()
        settings: Any = None
        self.guard, self.end = Guard(), End()
        context = ActorContext(
            "steward", settings, (), {}, self.guard, incidents=Incidents(cast("Any", self.incidents))
        )
        self.holder = Holder(context)
        intake: Any = SimpleNamespace(feel=lambda now: None, hand_on=lambda: None, streams={})
        charge = Charge(
            live=Live(),
            intake=intake,
            strategies=[cast("Any", self.holder)],
            watched=frozenset(),
            guard=self.guard,
            end=self.end,
            silence=cast("Any", None),
            look=lambda now: None,
            flush=self.disk.flush,
            stop=self.stopped.set,
        )
        self.steward = Steward(context, charge)

    def look(self) -> None:
        """Look once."""
        self.steward._look(SimpleNamespace(ts_event=NOW))


def test_a_flush_that_fails_ends_the_session_in_order() -> None:
    scene = Scene()
    scene.look()
    assert scene.guard.fault is None
    scene.disk.is_full = True
    for _ in range(3):
        scene.look()
    assert scene.holder.obeyed == [(Kill.FLATTEN, FAULT)]
    assert [row[2:4] for row in scene.incidents.rows] == [(FAULT, "flatten_and_stop")]
    assert "no space left" in scene.incidents.rows[0][-1]
    assert scene.stopped.is_set()
    assert scene.end.is_clean
    assert scene.guard.fault is not None  # the session raises it: its exit code is that of a fault
    assert "no space left" in str(scene.guard.fault.as_error())


def test_an_end_that_is_asked_for_comes_though_nothing_can_be_written() -> None:
    scene = Scene()
    scene.disk.is_full = True
    scene.end.ask("sigterm")
    scene.look()
    scene.look()
    assert scene.holder.obeyed == [(Kill.FLATTEN, "sigterm")]
    assert scene.stopped.is_set()
