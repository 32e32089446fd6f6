"""What the tests of processes run: jobs that end in every way, and a script that a terminal would stop."""

import ctypes
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from mia_plugins.errors import ExitCode, MiaError
from mia_plugins.jobs.process import Job, Progress, Reporter, run_jobs
from mia_plugins.secrets import resolve


class PluginError(MiaError):
    """It has another signature than its base, so that it cannot be pickled there and back."""

    exit_code = ExitCode.PLUGIN

    def __init__(self, a: int, b: int) -> None:
        super().__init__(f"{a} is not {b}", "make them equal", detail="the plugin's own")


class MuteError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


class MuteForGoodError(Exception):
    def __str__(self) -> str:
        raise KeyboardInterrupt


class NotBack:
    """What can be sent and not be received."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (_in_the_child_only, (os.getpid(),))


def _in_the_child_only(pid: int) -> None:
    if pid != os.getpid():
        raise ValueError("not in this process")


def square(number: Any, reporter: Reporter) -> dict[str, Any]:
    time.sleep(0.3 if number == 1 else 0)  # the first ends last
    reporter.progress(1, 1, "done")
    return {"square": number * number, "pid": os.getpid()}


def ends(how: str, reporter: Reporter) -> dict[str, Any]:
    reporter.progress(1, 4, "10:31")
    ways: dict[str, Any] = {
        "MiaError": lambda: _raise(PluginError(1, 2)),
        "ValueError": lambda: _raise(ValueError("odd")),
        "SystemExit": lambda: sys.exit(0),
        "KeyboardInterrupt": lambda: _raise(KeyboardInterrupt()),
        "Mute": lambda: _raise(MuteError()),
        "MuteForGood": lambda: _raise(MuteForGoodError()),
        "unpicklable": lambda: {"f": lambda: 1},
        "no dict": lambda: 7,
        "not back": lambda: {"x": NotBack()},
        "exit": lambda: os._exit(3),
        "segfault": lambda: ctypes.string_at(0),
        "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
        "thread": _leave_a_thread,
    }
    result: dict[str, Any] = ways[how]()
    return result


def _leave_a_thread() -> dict[str, Any]:
    threading.Thread(target=time.sleep, args=(60,)).start()
    return {}


def _raise(error: BaseException) -> None:
    raise error


def loops(_: Any, reporter: Reporter) -> dict[str, Any]:
    """Work by chunks, as a run does."""
    chunks = 0
    while not reporter.stopping:
        time.sleep(0.02)
        chunks += 1
        reporter.progress(chunks, 10_000)
    return {"chunks": chunks}


def handler_that_never_returns(_: Any, reporter: Reporter) -> dict[str, Any]:
    reporter.progress(1, 10)
    while True:
        pass


def blocked_in_c(_: Any, reporter: Reporter) -> dict[str, Any]:
    reporter.progress(1, 10)
    time.sleep(3600)
    return {}


def deaf(_: Any, reporter: Reporter) -> dict[str, Any]:
    """Hold Python's lock in native code and heed no signal that can be ignored."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    reporter.progress(1, 10)
    ctypes.PyDLL(None).sleep(3600)
    return {}


def floods(count: int, reporter: Reporter) -> dict[str, Any]:
    for n in range(count):
        reporter.progress(n, count, "x" * 1000)
    return {}


def told_by_sigint(*_: Any) -> dict[str, Any]:
    return {"ignored": signal.getsignal(signal.SIGINT) is signal.SIG_IGN, "mask": len(_mask())}


def _mask() -> set[Any]:
    return set(signal.pthread_sigmask(signal.SIG_BLOCK, set()))


def prints(token: str, reporter: Reporter) -> dict[str, Any]:
    """Tell a secret on every way out, also one that is first read here."""
    own = resolve("${env:OWN_TOKEN}")
    print("out", token, own)
    print("err", token, own, file=sys.stderr, flush=True)
    reporter.progress(1, 2, f"note {token} {own}")
    raise ValueError(f"told {token} {own}")


def write_pid(path: str, reporter: Reporter) -> dict[str, Any]:
    Path(path).write_text(str(os.getpid()))
    return blocked_in_c(None, reporter)


def write_pid_deaf(path: str, reporter: Reporter) -> dict[str, Any]:
    Path(path).write_text(str(os.getpid()))
    return deaf(None, reporter)


def main(target: str, argument: str, grace: str) -> None:
    """Run three jobs of a kind, two at once; say when they began, and how and when they ended."""

    def watch(progress: Progress) -> None:
        if progress.done:
            begun.add(progress.index)
            if len(begun) == 2:
                print("begun", flush=True)
                begun.add(99)

    begun = set[int]()
    jobs = [Job(f"{target} {n}", globals()[target], argument) for n in range(3)]
    ended = run_jobs(jobs, 2, watch, float(grace))
    print(json.dumps({"statuses": [e.status for e in ended], "codes": [e.exit_code for e in ended]}))
