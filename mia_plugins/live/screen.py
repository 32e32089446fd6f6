"""The screen of a living run: drawn twice a second by a thread of its own, from looks that nobody changes.

with Screen(stream) as screen:
    every half second, on the node's thread: screen.show(look)

It never holds up the node: `show` only hands over. What fails in it is told once and turns it off; trading
goes on. Where there is no terminal it writes a plain line now and then. Nautilus must not log to the same
terminal.
"""

import datetime as dt
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import IO, Self

from rich.console import Console, Group
from rich.live import Live

from mia_plugins.errors import text_of
from mia_plugins.live.look import Look
from mia_plugins.live.picture import Size, as_ascii, line_of, picture
from mia_plugins.live.wording import plain_text

EVERY = 0.5
"""Seconds between two pictures."""
BETWEEN_LINES = 10.0
"""Seconds between two plain lines, while nothing important changes."""
SHARE = 0.0005
"""Seconds after which a drawing thread lets the node's go on: Python's own 5 ms would be seen in delays."""
PATIENCE = 2.0
"""Seconds that a terminal may take to be given back."""

type Tell = Callable[[str], None]


def tell_on_stderr(text: str) -> None:
    """Write a line to standard error, if there is one."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


class Screen:
    """What a person sees of a living run."""

    def __init__(
        self,
        stream: IO[str],
        tell: Tell = tell_on_stderr,
        zone: dt.tzinfo | None = None,
        every: float = EVERY,
    ) -> None:
        """`tell` is given the one line that says why it is off; `zone` is the user's, None the machine's."""
        self._stream, self._tell, self._zone, self._every = stream, tell, zone, every
        self._seen: tuple[Look | None, float] = (None, 0.0)
        self._over = threading.Event()
        self._interval = sys.getswitchinterval()
        self._thread = threading.Thread(target=self._run, name="screen", daemon=True)

    def show(self, look: Look) -> None:
        """Have a look shown from the next picture on."""
        self._seen = look, time.monotonic()

    def __enter__(self) -> Self:
        """Begin to draw."""
        sys.setswitchinterval(min(SHARE, self._interval))
        try:
            self._thread.start()
        except RuntimeError as error:  # the system has no thread left
            self._off(error)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the terminal back."""
        self.stop()

    def stop(self) -> None:
        """Draw no more and give the terminal back; it may be called again, and from anywhere."""
        self._over.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(PATIENCE)  # one that is held up by Ctrl-S holds up nobody else
            sys.setswitchinterval(self._interval)

    @property
    def is_on(self) -> bool:
        """Say whether it is drawing."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            console = Console(file=self._stream, markup=False, highlight=False, emoji=False)
            if console.is_terminal and not console.is_dumb_terminal:
                self._draw(console)
            else:
                self._write()
        except Exception as error:  # noqa: BLE001 whatever it is, trading goes on
            self._off(error)

    def _off(self, error: Exception) -> None:
        what = plain_text(f"{type(error).__name__}: {text_of(error)}")
        with suppress(Exception):
            self._tell(f"the screen is off, trading goes on: {what}")

    def _draw(self, console: Console) -> None:
        def drawn() -> Group:
            look, seen = self._seen
            lines = picture(look, Size(*console.size), time.monotonic() - seen, self._zone)
            return Group(*(map(as_ascii, lines) if console.options.ascii_only else lines))

        with Live(
            drawn(),
            console=console,
            screen=True,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
            vertical_overflow="crop",
        ) as live:
            while not self._over.wait(self._every):
                live.update(drawn(), refresh=True)

    def _write(self) -> None:
        """Write a plain line when something important changes, and now and then."""
        told, due = None, 0.0
        while not self._over.wait(self._every):
            (look, seen), now = self._seen, time.monotonic()
            key = _key(look) if look else None
            if look and (key != told or now >= due):
                told, due = key, now + BETWEEN_LINES
                self._stream.write(f"{line_of(look, now - seen)}\n")
                self._stream.flush()


def _key(look: Look) -> tuple[object, ...]:
    """Return what is worth a line at once when it changes."""
    held = tuple((one.strategy_id, one.position) for one in look.strategies)
    return look.state, look.is_connected, look.stale, look.halt, look.halted_by, look.kill, held
