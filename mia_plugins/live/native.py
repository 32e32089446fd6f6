"""What Nautilus' own code says while a node lives: kept in the run's folder, read for the broker's words.

Its clients tell nobody why a subscription was refused: the reason stands in its log alone. Errors it writes
to standard error as well, whatever level is set, in the middle of whatever is shown.
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from nautilus_trader.common import FileWriterConfig, LoggerConfig, LogLevel

NAME = "nautilus"
LOG = f"{NAME}.log"
ASIDE = "native.log"
"""What native code says on standard error: after a clean end there is nothing in it that LOG has not."""
PERMISSIONS = frozenset({354, 10089, 10090, 10091, 10167, 10168, 10186, 10189, 10197})
"""Codes of market data that the account, or this connection, is not given."""
_REFUSED = re.compile(r'for (\S+?): .*?code: (-?\d+), message: "((?:[^"\\]|\\.)*)"')
_NO_HISTORY = re.compile(
    r"request failed for (\S+?)-\d+-MINUTE-.*?: \[(-?\d+)\] (.*?)(?:, emitting the bars already retrieved)?$",
    re.M,
)


def logged_to(folder: Path) -> LoggerConfig:
    """Return how Nautilus logs: warnings and errors, to a file of a run's folder."""
    return LoggerConfig(
        stdout_level=LogLevel.OFF,
        fileout_level=LogLevel.WARNING,
        component_levels={"nautilus_common::clock": "ERROR"},  # each timer that is late
        is_colored=False,
        file_config=FileWriterConfig(directory=str(folder), file_name=NAME),
    )


@contextmanager
def aside(folder: Path) -> Iterator[None]:
    """Have what native code says on standard error go to a file; Python's own goes where it went."""
    path, before = folder / ASIDE, sys.stderr
    before.flush()
    real = os.dup(2)
    with path.open("ab", buffering=0) as file:
        os.dup2(file.fileno(), 2)
    if _descriptor(before) == 2:
        sys.stderr = os.fdopen(os.dup(real), "w", buffering=1, errors="backslashreplace")
    try:
        yield
    finally:
        if sys.stderr is not before:
            sys.stderr.close()
            sys.stderr = before
        os.dup2(real, 2)
        os.close(real)
    path.unlink(missing_ok=True)


def _descriptor(file: object) -> int:
    try:
        return int(file.fileno())  # type: ignore[attr-defined]
    except (OSError, ValueError, AttributeError):
        return -1


class Refusal(NamedTuple):
    """Why the broker does not tell something."""

    code: int
    text: str

    @property
    def is_of_permission(self) -> bool:
        """Whether the account is not given these data."""
        return self.code in PERMISSIONS


class NativeLog:
    """What Nautilus' log says of contracts, read as it grows."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOG
        self._at = 0
        self._refusals: dict[str, dict[Refusal, None]] = {}

    def refusals(self, instrument_id: str) -> list[Refusal]:
        """Return what the broker has said against data of a contract, each once."""
        self._read()
        return list(self._refusals.get(instrument_id, {}))

    def _read(self) -> None:
        try:
            with self._path.open("rb") as file:
                file.seek(self._at)
                said = file.read()
        except OSError:
            return
        whole = said.rfind(b"\n") + 1
        self._at += whole
        text = said[:whole].decode(errors="replace")
        for found in (*_REFUSED.finditer(text), *_NO_HISTORY.finditer(text)):
            refusal = Refusal(int(found[2]), found[3].replace('\\"', '"').rstrip(". "))
            self._refusals.setdefault(found[1], {})[refusal] = None
