"""The first exception of a run. Nautilus logs those of handlers and goes on; nothing of ours may."""

import inspect
import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mia_plugins.errors import ExitCode, MiaError, text_of
from mia_plugins.runtime.times import told_time

_RANDOM = re.compile(r"\b\w*id=[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(, )?")
"""What Nautilus draws for each event: the same run is to end with the same message."""


class Interrupted(BaseException):
    """Somebody asked for the run to stop."""


class RunError(MiaError):
    """A plugin, or mia itself, failed while a run was going on."""

    exit_code = ExitCode.INTERNAL


@dataclass(frozen=True)
class Fault:
    """An exception, with where and when it happened."""

    error: BaseException
    who: str
    """Such as `the strategy 'ema_cross-ES'`."""
    doing: str
    """The handler, and what it was given."""
    ts: int | None
    """The time in the data: UTC ns."""

    def as_error(self) -> MiaError:
        """Return it as the error that ends the run."""
        what = f"{type(self.error).__name__}: {text_of(self.error)}".rstrip(": ")
        when = f" at {told_time(self.ts)}" if self.ts is not None else ""
        detail = "".join(traceback.format_exception(self.error))
        if isinstance(self.error, MiaError):
            what = self.error.what
        return RunError(
            f"{self.who} failed{when} in {self.doing}: {what}",
            getattr(self.error, "remedy", "") or "the traceback tells where; the run ended there",
            detail=detail,
        )


class Guard:
    """Keeps the first fault; everything that Nautilus calls of ours goes through `one` or `none`."""

    def __init__(self) -> None:
        self.fault: Fault | None = None

    def keep(self, error: BaseException, who: str, doing: str, ts: int | None) -> None:
        """Keep a fault unless there was one before."""
        if self.fault is None:
            self.fault = Fault(error, who, doing, ts)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Raise the fault that was kept in the place of whatever came of it on its way here."""
        try:
            yield
        except BaseException:
            if self.fault is None or isinstance(self.fault.error, Interrupted):
                raise
            raise self.fault.as_error() from self.fault.error

    def guarded(
        self, function: Callable[..., Any], who: str, name: str, now: Callable[[], int]
    ) -> Callable[..., Any]:
        """Return a function that keeps what it raises; `now` gives the time in the data."""
        # A wrapper with any number of arguments costs a fifth of the engine's speed, these 1.5 %.
        wrap = self._one if _arity(function, who, name) else self._none
        return wrap(function, who, name, now)

    def _one(
        self, function: Callable[[Any], Any], who: str, name: str, now: Callable[[], int]
    ) -> Callable[[Any], Any]:
        def call(argument: Any) -> Any:
            try:
                return function(argument)
            except BaseException as error:
                self.keep(error, who, f"{name}({_short(argument)})", _time_of(argument, now))
                raise

        return call

    def _none(
        self, function: Callable[[], Any], who: str, name: str, now: Callable[[], int]
    ) -> Callable[[], Any]:
        def call() -> Any:
            try:
                return function()
            except BaseException as error:
                self.keep(error, who, f"{name}()", _time_of(None, now))
                raise

        return call


def _arity(function: Callable[..., Any], who: str, name: str) -> int:
    """Return how many arguments a handler takes."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = [p for p in inspect.signature(function).parameters.values() if p.kind in kinds]
    needed = [p for p in parameters if p.default is p.empty]
    if len(needed) > 1:
        raise RunError(f"{name} of {who} takes {len(needed)} arguments; a handler is given one at most")
    return min(len(parameters), 1)


def _time_of(argument: Any, now: Callable[[], int]) -> int | None:
    """Return the time in the data at which something happened."""
    for name in ("ts_init", "ts_event"):
        ts = getattr(argument, name, None)
        if isinstance(ts, int):
            return ts
    try:
        return now()
    except BaseException:  # noqa: BLE001 before the start there is no clock
        return None


def _short(argument: Any) -> str:
    """Return what a handler was given, in a line."""
    try:
        text = " ".join(_RANDOM.sub("", repr(argument)).split())
    except BaseException:  # noqa: BLE001 a plugin's message may fail even at this
        text = f"a {type(argument).__name__}"
    return text if len(text) <= 160 else f"{text[:157]}…"
