"""Requests, made no faster than they are answered; what is refused is told in our words."""

import time
from multiprocessing import get_context
from types import TracebackType
from typing import Self

from catalog.formats.ib_history.client import TIMEOUT, Ask, Desk, Rows, Told, serve
from catalog.formats.ib_history.request import IbRequest
from mia_plugins.importing import Source, SourceError

MOST = 40
"""Times that a request is made again."""
_PACING = ("pacing", "[420]")
_NOTHING = ("returned no data", "no historical data")
_FORBIDDEN = ("permission", "subscribed", "subscription", "[354]", "[10090]", "[10187]", "[10197]")


class Asking:
    """A gateway that is asked for the history of one contract."""

    def __init__(self, request: IbRequest, source: Source) -> None:
        """`source` is the file that holds the request."""
        self._request, self._source = request, source
        self._next = 0.0
        self.waits = 0
        """How often it had to wait, because it asked too much."""
        self._pipe, theirs = get_context("spawn").Pipe()
        desk = Desk(request.host, request.port, request.client_id, request.contract)
        self._process = get_context("spawn").Process(target=serve, args=(theirs, desk), daemon=True)
        self._process.start()
        theirs.close()

    def __enter__(self) -> Self:
        """Return itself, connected."""
        told = Told(error="interrupted")
        try:
            told = self._answer()
        finally:
            if told.error:
                self.close()
        if told.error:
            raise self._refused(told.error)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave."""
        self.close()

    def close(self) -> None:
        """Leave."""
        self._pipe.close()
        self._process.join(1)
        self._process.kill()
        self._process.join()

    def ask(self, wanted: Ask) -> Rows | None:
        """Return rows, None where there are none; one that is asked too soon waits and asks again."""
        for _ in range(MOST):
            time.sleep(max(0.0, self._next - time.monotonic()))
            self._next = time.monotonic() + self._request.pause
            self._pipe.send(wanted)
            told = self._answer()
            if told.rows is not None:
                return told.rows if len(told.rows[0]) else None
            said = told.error.lower()
            if any(word in said for word in _NOTHING):
                return None
            if not any(word in said for word in _PACING):
                raise self._refused(told.error)
            self.wait()
        raise self.refuse(
            f"refused {MOST} times as asked too much: {told.error}",
            "raise `pause` or `wait`, or wait until other programs ask for less",
        )

    def wait(self) -> None:
        """Let time go by, after something that was asked too soon."""
        self.waits += 1
        time.sleep(self._request.wait)

    def refuse(self, what: str, remedy: str) -> SourceError:
        """Return an error about the gateway."""
        return self._source.refuse(f"{self._request.host}:{self._request.port}", what, remedy)

    def _answer(self) -> Told:
        try:
            if self._pipe.poll(2 * TIMEOUT):
                told: Told = self._pipe.recv()
                return told
        except (EOFError, OSError):
            return Told(error="the process that asks ended")
        return Told(error=f"no answer within {2 * TIMEOUT} s")

    def _refused(self, said: str) -> SourceError:
        """Return an error in our words for one in the client's."""
        plain, request = said.lower(), self._request
        if any(word in plain for word in _FORBIDDEN):
            what = f"the account has no market data of {request.contract}: {said}"
            return self.refuse(what, "subscribe to them in the account, or ask with one that may")
        if "[200]" in plain:
            what = f"it knows no contract {request.contract}: {said}"
            return self.refuse(what, "name one that is listed; expired ones are not told")
        if "refused" in plain or "timed out" in plain or "resolve" in plain:
            remedy = "start TWS or IB Gateway, enable API clients there, and give its `host` and `port`"
            return self.refuse(f"no gateway is there: {said}", remedy)
        if "failed to connect" in plain:
            what = f"it hung up on client id {request.client_id}: {said}"
            remedy = "give another `client_id`, as two clients cannot have one; or enable API clients there"
            return self.refuse(what, remedy)
        return self.refuse(f"it says: {said}", "look into the log of the gateway; the same command goes on")
