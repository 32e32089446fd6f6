"""Jobs in processes of their own: real processes, real signals."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mia_plugins.errors import ExitCode, MiaError
from mia_plugins.jobs.process import Ended, Job, Progress, Reporter, run_jobs
from mia_plugins.secrets import resolve
from tests.conftest import ROOT
from tests.integration import jobs


def unwatched(_: Progress) -> None:
    """Look away."""


def one(target: Callable[[Any, Reporter], dict[str, Any]], argument: Any = None, **limits: float) -> Ended:
    (ended,) = run_jobs([Job("one", target, argument)], 1, unwatched, **limits)
    return ended


def error_of(ended: Ended) -> MiaError:
    assert ended.error is not None
    return ended.error


def test_results_come_in_the_order_of_the_jobs_whoever_ends_first() -> None:
    seen: list[Progress] = []
    work = [Job(f"job {n}", jobs.square, n) for n in (1, 2, 3)]
    ended = run_jobs(work, 2, seen.append)
    results = [one.result or {} for one in ended]
    assert [one.status for one in ended] == ["complete"] * 3
    assert [one.job for one in ended] == work
    assert [one["square"] for one in results] == [1, 4, 9]
    assert len({one["pid"] for one in results} | {os.getpid()}) == 4
    assert [p.status for p in seen if p.index == 0] == [None, None, "complete"]
    assert [(p.done, p.note) for p in seen if p.index == 0] == [(0, ""), (1, "done"), (1, "done")]
    running = [0]
    for progress in seen:
        change = -1 if progress.status else int(progress.done == 0)
        running.append(running[-1] + change)
    assert max(running) == 2


def test_no_jobs_are_done_at_once_and_none_at_a_time_is_a_mistake() -> None:
    assert run_jobs([], 1, unwatched) == []
    with pytest.raises(ValueError, match="parallel=0"):
        run_jobs([], 0, unwatched)


def test_the_process_ignores_ctrl_c_and_this_one_does_as_before() -> None:
    before = signal.getsignal(signal.SIGINT)
    assert one(jobs.told_by_sigint).result == {"ignored": True, "mask": 0}
    assert signal.getsignal(signal.SIGINT) is before
    assert signal.pthread_sigmask(signal.SIG_BLOCK, set()) == set()


def test_an_error_of_ours_keeps_all_it_says() -> None:
    ended = one(jobs.ends, "MiaError")
    error = error_of(ended)
    assert (ended.status, ended.exit_code) == ("failed", ExitCode.PLUGIN)
    assert (error.what, error.remedy, error.exit_code) == ("1 is not 2", "make them equal", ExitCode.PLUGIN)
    assert error.detail.startswith("the plugin's own\nTraceback")
    assert ended.last is not None
    assert (ended.last.done, ended.last.note) == (1, "10:31")


@pytest.mark.parametrize(
    ("how", "what", "detail"),
    [
        ("ValueError", "ValueError: odd", "_raise(ValueError"),
        ("SystemExit", "a plugin called sys.exit(0) in the midst of a run", "sys.exit(0)"),
        ("KeyboardInterrupt", "a plugin raised KeyboardInterrupt in the midst", "raise error"),
        ("Mute", "MuteError: (its text cannot be had)", "raise error"),
        ("MuteForGood", "MuteForGoodError, which cannot even be told of (KeyboardInterrupt)", ""),
        ("unpicklable", "<lambda>", "pickle"),
        ("no dict", "TypeError: a job gives a dict; got int", "TypeError"),
        ("not back", "the result cannot be read: ValueError", "not in this process"),
    ],
)
def test_whatever_is_raised_is_told(how: str, what: str, detail: str) -> None:
    ended = one(jobs.ends, how)
    error = error_of(ended)
    assert (ended.status, ended.exit_code) == ("failed", ExitCode.INTERNAL)
    assert what in error.what
    assert detail in error.detail
    assert "report it" in error.remedy


def test_an_argument_that_cannot_be_sent_is_told_and_the_others_run() -> None:
    bad, good = run_jobs([Job("bad", jobs.square, lambda: 1), Job("good", jobs.square, 2)], 1, unwatched)
    assert bad.status == "failed"
    assert "<lambda>" in error_of(bad).what
    assert good.status == "complete"


@pytest.mark.parametrize(
    ("how", "what", "remedy"),
    [
        ("exit", "the process ended itself with exit code 3 before it was done", "os._exit"),
        (
            "segfault",
            "the process was ended by SIGSEGV (segmentation fault), in string_at, ",
            "the traceback shows",
        ),
        ("killed", "the process was ended by SIGKILL (killed)", "out of memory"),
    ],
)
def test_a_process_that_dies_is_told_of(how: str, what: str, remedy: str) -> None:
    ended = one(jobs.ends, how)
    error = error_of(ended)
    assert (ended.status, ended.exit_code) == ("died", ExitCode.INTERNAL)
    assert error.what.startswith(what)
    assert error.what.endswith("it last reported 25 % (10:31)")
    assert remedy in error.remedy
    assert ("jobs.py" in error.detail) == (how == "segfault")


def test_a_thread_that_is_left_behind_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mia_plugins.jobs.running.GOODBYE", 0.3)
    assert one(jobs.ends, "thread").status == "complete"


@pytest.mark.parametrize(
    ("target", "place"),
    [
        (jobs.handler_that_never_returns, "handler_that_never_returns, "),
        (jobs.blocked_in_c, "blocked_in_c, "),
        (jobs.deaf, "deaf, "),
    ],
)
def test_a_process_that_hangs_is_told_where(
    target: Callable[[Any, Reporter], dict[str, Any]], place: str
) -> None:
    ended = one(target, stall=0.7)
    error = error_of(ended)
    assert (ended.status, ended.exit_code) == ("stalled", ExitCode.INTERNAL)
    assert f"nothing was heard of the process for 0.7 s: it hangs in {place}" in error.what
    assert "jobs.py:" in error.what
    assert "it last reported 10 %" in error.what
    assert "in serve" in error.detail


def test_many_reports_are_passed_on_now_and_then() -> None:
    seen: list[Progress] = []
    begun = time.monotonic()
    run_jobs([Job("floods", jobs.floods, 200_000)], 1, seen.append)
    assert len(seen) < 10 * (time.monotonic() - begun) + 5
    assert seen[-1].done == 199_999
    assert len(seen[-1].note) == 200


def test_what_the_watcher_raises_ends_the_processes_and_comes_out(here: Path) -> None:
    def watch(progress: Progress) -> None:
        if progress.done:
            raise RuntimeError("watcher")

    with pytest.raises(RuntimeError, match="watcher"):
        run_jobs([Job("one", jobs.write_pid, str(here / "pid"))], 1, watch)
    assert gone(int((here / "pid").read_text()))


def test_no_secret_gets_out(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "hunter2-of-the-parent")
    monkeypatch.setenv("OWN_TOKEN", "hunter2-of-the-child")
    ended = one(jobs.prints, resolve("${env:TOKEN}"))
    out, err = capfd.readouterr()
    assert out == "out ${env:TOKEN} ${env:OWN_TOKEN}\n"
    assert err == "err ${env:TOKEN} ${env:OWN_TOKEN}\n"
    assert error_of(ended).what == "ValueError: told ${env:TOKEN} ${env:OWN_TOKEN}"
    assert "hunter2" not in error_of(ended).detail
    assert ended.last is not None
    assert ended.last.note == "note ${env:TOKEN} ${env:OWN_TOKEN}"


Script = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def script() -> Iterator[Script]:
    """Start the script of the jobs in a session of its own, and wait until two of them have begun."""
    started: list[subprocess.Popen[str]] = []

    def start(target: str, argument: str = "", grace: float = 1.2) -> subprocess.Popen[str]:
        code = "import sys; from tests.integration.jobs import main; main(*sys.argv[1:])"
        command = [sys.executable, "-c", code, target, argument, str(grace)]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def gone(pid: int, patience: float = 3.0) -> bool:
    """Say whether a process is gone, or is within some seconds."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":  # it only waits to be reaped
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("target", ["loops", "handler_that_never_returns", "blocked_in_c", "deaf"])
def test_ctrl_c_ends_all_within_two_seconds(script: Script, target: str) -> None:
    process = script(target)
    begun = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)  # what a terminal does
    out, err = process.communicate(timeout=10)
    took = time.monotonic() - begun
    assert json.loads(out) == {"statuses": ["interrupted"] * 3, "codes": [ExitCode.INTERRUPTED] * 3}
    assert err == ""
    assert took < (1.0 if target == "loops" else 2.0)


def test_a_second_ctrl_c_ends_all_at_once(script: Script) -> None:
    process = script("handler_that_never_returns", grace=60)
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(0.2)
    begun = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert time.monotonic() - begun < 1.0
    assert json.loads(out)["statuses"] == ["interrupted"] * 3
    assert err == ""


@pytest.mark.parametrize("target", ["write_pid", "write_pid_deaf"])
def test_a_process_ends_with_its_parent(script: Script, here: Path, target: str) -> None:
    process = script(target, str(here / "pid"))
    pid = int((here / "pid").read_text())
    process.kill()
    assert gone(pid)


@pytest.mark.parametrize("delay", [0.0, 0.1])
def test_ctrl_c_while_the_processes_start_shows_no_innards(delay: float) -> None:
    code = "from tests.integration.jobs import main; print('go', flush=True); main('blocked_in_c', '', '1.2')"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "go\n"
    time.sleep(0.01 + delay)
    begun = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert time.monotonic() - begun < 2.0
    assert json.loads(out.splitlines()[-1])["statuses"] == ["interrupted"] * 3
    assert err == ""
