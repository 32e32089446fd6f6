"""Processes of ours: Ctrl-C is held back while they start, and they end when their parent does."""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.resource_tracker import ensure_running

_PR_SET_PDEATHSIG = 1


@contextmanager
def ctrl_c_held() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach: they inherit a mask that `ignore_ctrl_c` takes off.

    A key that is pressed meanwhile is not lost: it reaches this process at the end.
    """
    ensure_running()  # it takes the mask off when it starts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def ignore_ctrl_c() -> None:
    """Drop each Ctrl-C, also one that came while this process started; its children ignore it too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def end_with_parent() -> None:
    """End this process at once when its parent has ended, even if killed.

    On Linux also when native code does not let a thread of Python's run.
    """
    _at_the_end_of_it(signal.SIGKILL)
    threading.Thread(target=_wait_for_parent, name="end with parent", daemon=True).start()


ENDINGS = frozenset({signal.SIGINT, signal.SIGTERM})
"""What asks a process to end."""


@contextmanager
def endings_held() -> Iterator[None]:
    """Hold back what asks for the end, in this thread and in those it starts: whoever waits for it gets it.

    A thread that is there already would take it: enter this before anything starts one.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_with_thread() -> None:
    """On Linux, ask this process to end when the thread that started it has ended; before anything else."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
    _at_the_end_of_it(signal.SIGTERM)


def _at_the_end_of_it(number: signal.Signals) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)


def _wait_for_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
