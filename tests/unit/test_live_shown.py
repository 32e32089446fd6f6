"""Who is given what while a session lives: a log from its start to its end, a screen unless it is quiet."""

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mia_plugins.live.look import Facts
from mia_plugins.live.shown import Showing, Stage, shown
from mia_plugins.live.steward import End
from mia_plugins.live.terms import LiveTerms, Pace
from mia_plugins.live.watching import Watching
from mia_plugins.runtime.killing import Halt
from mia_plugins.runtime.vitals import Vitals

NOW = 1_780_000_000_000_000_000
PACE = Pace(machine=0, market=NOW, times=1)


class Crew:
    """What is read of a crew."""

    def __init__(self) -> None:
        self.assembly = SimpleNamespace(vitals=Vitals(), halt=Halt())
        self.strategies: list[Any] = []
        self.steward = SimpleNamespace(watched={"ES", "VIX"}, ages=lambda now: {"ES": 1.5})
        self.watching: Watching | None = None

    def watch(self, watching: Watching) -> None:
        self.watching = watching


def staged(end: End) -> Stage:
    return Stage(Facts("day", "paper", "DU1234567"), LiveTerms(PACE, {}), end, 20.0)


def told(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("clean", [True, False])
def test_a_session_is_logged_from_its_start_to_its_end(tmp_path: Path, clean: bool) -> None:
    end, path, crew = End(), tmp_path / "log", Crew()
    with shown(cast("Any", crew), staged(end), Showing(is_quiet=True, log=path)) as watching:
        assert crew.watching is watching
        watching.look(NOW)
        end.ask("sigterm")
        end.is_clean = clean
    first, *between, last = told(path)
    assert (first["what"], first["mode"], first["account"], first["strategies"]) == (
        "started",
        "paper",
        "DU1234567",
        [],
    )
    assert (last["what"], last["reason"], last["clean"]) == ("stopped", "sigterm", clean)
    assert last["level"] == ("info" if clean else "error")
    (standing,) = [one for one in between if one["what"] == "standing"]
    assert standing["ages"] == {"ES": 1.5, "VIX": None}
    assert standing["connected"] is None


def test_what_ends_with_an_error_is_logged_too(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with (
        pytest.raises(ZeroDivisionError),
        shown(cast("Any", Crew()), staged(End()), Showing(is_quiet=True, log=path)),
    ):
        raise ZeroDivisionError
    assert [(one["what"], one.get("clean")) for one in told(path)] == [("started", None), ("stopped", False)]


def test_a_service_logs_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with shown(cast("Any", Crew()), staged(End()), Showing(is_quiet=True)):
        pass
    captured = capsys.readouterr()
    assert [json.loads(line)["what"] for line in captured.err.splitlines()] == ["started", "stopped"]
    assert captured.out == ""


def test_a_screen_without_a_log_tells_standard_error_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    out, crew = io.StringIO(), Crew()
    with shown(cast("Any", crew), staged(End()), Showing(stream=out)) as watching:
        watching.look(NOW)
    assert capsys.readouterr().err == ""
