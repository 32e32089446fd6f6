"""The connection on which a chain is listened to, in a thread that nobody waits for."""

import select
import threading
import time
from dataclasses import dataclass, field

from mia_plugins.live.chain.board import Board
from mia_plugins.live.chain.conversation import OTHER_ID, REST, Asking, Conversation, CutError
from mia_plugins.live.dialect import START_API, NotSpokenError, Talk, start_api

STEP = 0.1
"""Seconds between two looks at what is to be asked next."""
PATIENCE = 20.0
"""Seconds that the gateway may take to connect, or to end what it began to say."""
WAITS = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds between attempts to connect."""
SILENT = 60.0
"""Seconds of silence after which all is asked for anew; then twice as many, up to `REST`."""
IDS = 8
"""Client ids that are tried one after the other."""
ENDS_IN = 3.0
"""Seconds that the thread may take to end."""


@dataclass(frozen=True)
class Where:
    """A gateway, and who we are to it."""

    host: str
    port: int
    client_id: int
    """The first that is tried."""


@dataclass
class ChainLine:
    """Listens to a chain until it is ended; whatever happens is on the board."""

    where: Where
    asking: Asking
    board: Board
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to listen."""
        self._thread = threading.Thread(target=self._run, name="option chain", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Hang up."""
        self._over.set()
        if self._thread is not None:
            self._thread.join(ENDS_IN)

    def _run(self) -> None:
        """Connect again and again."""
        failures = taken = 0
        silent_after = SILENT
        while not self._over.is_set():
            begun, heard = time.monotonic(), self.board.heard_at
            try:
                self._listen(self.where.client_id + taken % IDS, silent_after)
                wait, told = 0.0, f"nothing of {self.board.symbol} or its options came for {silent_after:g} s"
            except CutError as cut:
                wait, told = cut.wait, str(cut)
                if wait == OTHER_ID:
                    taken, wait = taken + 1, WAITS[0]
            except (OSError, EOFError, NotSpokenError) as error:
                wait, told = WAITS[min(failures, len(WAITS) - 1)], f"no connection to the gateway: {error}"
            has_heard = self.board.heard_at > max(heard, begun)
            failures = 0 if has_heard else failures + 1
            silent_after = SILENT if has_heard else min(2 * silent_after, REST)
            with self.board.lock:
                self.board.trouble = told
            self._over.wait(wait)

    def _listen(self, client_id: int, silent_after: float) -> None:
        """Converse on one connection; return after silence."""
        with Talk(self.where.host, self.where.port, PATIENCE) as talk:
            talk.greet()
            talk.say(START_API, start_api(client_id))
            said = talk.messages()
            now = begun = time.monotonic()
            conversation = Conversation(self.board, self.asking, now)
            with self.board.lock:
                conversation.begin()
            step_at = 0.0
            try:
                while not self._over.is_set() and now - max(self.board.heard_at, begun) <= silent_after:
                    for words in conversation.unsaid():
                        talk.say(*words)
                    is_there = select.select([talk], [], [], STEP)[0]
                    message = next(said) if is_there else None
                    now = time.monotonic()
                    with self.board.lock:
                        if message is not None:
                            conversation.hear(*message, now)
                        if now >= step_at:
                            conversation.step(now)
                            step_at = now + STEP
            finally:
                with self.board.lock:
                    conversation.end(now)
