"""The log of a living run for machines: an object of JSON a line, written by a thread of its own.

{"ts": "2026-06-01T13:31:05.250000000Z", "level": "info", "what": "order_filled", "lots": 2, ...}

Whoever tells something waits for no disk and no reader: what cannot be written is counted, and told once it
can. The journal is what decisions are proven by; this is for eyes and alarms.
"""

import json
import math
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np

from mia_plugins.data.sessions import NS
from mia_plugins.errors import MiaError
from mia_plugins.secrets import RedactedStream, redact, redact_data

WAITING = 10_000
"""Lines that may wait to be written."""
PATIENCE = 5.0
"""Seconds that writing what waits may take at the end."""


class LogLevel(StrEnum):
    """How much somebody should care."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogError(MiaError):
    """A log that cannot be opened."""


class Out(Protocol):
    """Where lines go."""

    def write(self, line: str) -> None:
        """Write a line that ends with a newline, at once."""

    def close(self) -> None:
        """Give back what is held."""


class ToStderr:
    """Lines to standard error, as services have it."""

    def write(self, line: str) -> None:
        """Write a line; the secrets are out of it."""
        stream = sys.stderr
        if isinstance(stream, RedactedStream):
            stream.write_redacted(line)
        else:
            stream.write(line)
        stream.flush()

    def close(self) -> None:
        """Leave it open."""


class ToFile:
    """Lines to a file; where it was moved away, as log rotation does, to a new one of its name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_torn = False
        try:
            self._file = self._opened()
        except OSError as error:
            raise LogError(
                f"the log {path} cannot be opened: {error.strerror or error}",
                "name a file in a folder that exists and may be written to",
            ) from error

    def write(self, line: str) -> None:
        """Write a line; one that a full disk cut short is ended first, so that it spoils no other."""
        if self._is_moved():
            file, self._file = self._file, self._opened()
            os.close(file)
        left = (f"\n{line}" if self._is_torn else line).encode()
        while left:
            left = left[os.write(self._file, left) :]
            self._is_torn = bool(left)

    def close(self) -> None:
        """Close it."""
        os.close(self._file)

    def _opened(self) -> int:
        return os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)

    def _is_moved(self) -> bool:
        try:
            return not os.path.samestat(self.path.stat(), os.fstat(self._file))
        except FileNotFoundError:
            return True


class Log:
    """`with Log(ToFile(path)) as log: log.tell("started", mode="paper")`."""

    def __init__(self, out: Out, clock: Callable[[], int] = time.time_ns) -> None:
        """`clock` gives UTC ns."""
        self._out, self._clock = out, clock
        self._waiting: queue.Queue[tuple[int, str, str, Mapping[str, Any]] | None] = queue.Queue(WAITING)
        self._lost = 0
        self._over = False
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)

    def tell(self, what: str, level: str = LogLevel.INFO, ts: int | None = None, **more: Any) -> None:
        """Have a line written: what happened, at an instant (UTC ns; None is now), and its numbers."""
        try:
            self._waiting.put_nowait((self._clock() if ts is None else ts, level, what, more))
        except queue.Full:
            self._lost += 1

    def __enter__(self) -> Self:
        """Begin to write."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what waits, if that can be done in a few seconds."""
        self.close()

    def close(self) -> None:
        """Write what waits, if that can be done in a few seconds, and write no more."""
        if self._over or not self._thread.is_alive():
            return
        self._over = True
        try:
            self._waiting.put(None, timeout=PATIENCE)
        except queue.Full:
            return
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        while (waiting := self._waiting.get()) is not None:
            self._write(waiting)
        try:
            self._out.close()
        except (OSError, ValueError):
            self._lost += 1

    def _write(self, waiting: tuple[int, str, str, Mapping[str, Any]]) -> None:
        """Write a line, and before it how many were lost."""
        try:
            if self._lost:
                lost = {"lines": self._lost}
                self._out.write(line_of(self._clock(), LogLevel.WARNING, "log_lost", lost))
                self._lost -= lost["lines"]
            self._out.write(line_of(*waiting))
        except Exception:  # noqa: BLE001 a full disk, a reader that is gone: trading goes on
            self._lost += 1


def line_of(ts: int, level: str, what: str, more: Mapping[str, Any]) -> str:
    """Return a line of the log: valid JSON in ASCII, without secrets, whatever is in it."""
    told = {"ts": iso_text(ts), "level": str(level), "what": _word(what)}
    told |= {_word(name): _plain(value) for name, value in more.items() if name not in told}
    return json.dumps(told, allow_nan=False) + "\n"


def iso_text(ts: int) -> str:
    """Return UTC ns as ISO 8601 to the nanosecond."""
    seconds, ns = divmod(ts, NS)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{ns:09d}Z"


def _plain(value: Any) -> Any:
    """Return what JSON can hold; money as a number, and what is no number as null."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Decimal):
        value = float(value) if value.is_finite() else math.nan
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {_word(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    return redact_data(_word(value))


def _word(value: Any) -> str:
    """Return a text that JSON's readers take: half a character of UTF-16 is none."""
    return redact(str(value)).encode("utf-8", "replace").decode("utf-8")
