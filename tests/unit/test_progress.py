"""What is shown of progress: a bar for those that watch and wait, a line now and then for a log."""

import io

import pytest

from mia_plugins.cli import progress as module
from mia_plugins.cli.jobs_progress import jobs_progress
from mia_plugins.cli.progress import Display, progress, span
from mia_plugins.jobs.process import Job, Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def opened(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], patience: float, between: float = 0.0
) -> io.StringIO:
    stderr = stream()
    monkeypatch.setattr("sys.stderr", stderr)
    monkeypatch.setattr(module, "PATIENCE", patience)
    monkeypatch.setattr(module, "BETWEEN_LINES", between)
    return stderr


@pytest.mark.parametrize(
    ("stream", "patience", "quiet", "shown"),
    [
        (Terminal, 0.0, False, True),
        (Terminal, 60.0, False, False),
        (Terminal, 0.0, True, False),
        (io.StringIO, 0.0, False, True),
        (io.StringIO, 60.0, False, False),
        (io.StringIO, 0.0, True, False),
    ],
)
def test_it_appears_after_a_while_unless_a_script_asked(
    stream: type[io.StringIO], patience: float, quiet: bool, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stderr = opened(monkeypatch, stream, patience)
    with progress("checking", 4, quiet=quiet) as advance:
        advance(1)
        advance(1)
    assert ("checking" in stderr.getvalue() and "50 %" in stderr.getvalue()) == shown
    assert shown or stderr.getvalue() == ""


def test_a_log_gets_whole_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = opened(monkeypatch, io.StringIO, 0.0)
    with Display() as display:
        bar = display.add("es [fast]", None)
        bar.reached(0)
        bar.reached(25, 100, "2026-06-01 10:31")
    first, second = stderr.getvalue().splitlines()
    assert first == "es [fast]: begun"
    assert second.startswith("es [fast]: 25 %, ")
    assert second.endswith("2026-06-01 10:31")


def test_a_log_is_not_flooded(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = opened(monkeypatch, io.StringIO, 0.0, between=60.0)
    with Display() as display:
        for bar in [display.add("one", 1000), display.add("two", 1000)]:
            for done in range(1000):
                bar.reached(done)
    assert [line.partition(":")[0] for line in stderr.getvalue().splitlines()] == ["one", "two"]


@pytest.mark.parametrize("stream", [Terminal, io.StringIO])
def test_each_job_has_a_bar_while_it_runs(stream: type[io.StringIO], monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = opened(monkeypatch, stream, 0.0)
    job = Job("baseline", print, None)  # type: ignore[arg-type]
    with jobs_progress() as watch:
        watch(Progress(0, job))
        watch(Progress(1, job))
        watch(Progress(0, job, 1, 4, "10:31"))
        watch(Progress(0, job, 1, 4, "10:31", "complete"))
        watch(Progress(1, job, 3, 4, "12:00"))
        watch(Progress(7, job, status="failed"))  # it never began
    assert "baseline" in stderr.getvalue()
    assert "75 %" in stderr.getvalue()
    assert "12:00" in stderr.getvalue()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (89, "89 s"), (100, "2 min"), (3599, "1 h 00 min"), (7500, "2 h 05 min")],
)
def test_a_time_that_is_left(seconds: float, text: str) -> None:
    assert span(seconds) == text
