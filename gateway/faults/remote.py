"""The other end of the control port, for programs that wait for its answers."""

import json
import socket
from types import TracebackType
from typing import Any, Self

from mia_plugins.errors import MiaError


class ControlError(MiaError):
    """The gateway did not do what it was told to."""


class Remote:
    """A connection to a gateway's control port."""

    def __init__(self, port: int, seconds: float = 60.0) -> None:
        """An answer is waited for so many seconds at the most."""
        try:
            self._socket = socket.create_connection(("127.0.0.1", port), seconds)
        except OSError as error:
            raise ControlError(
                f"no gateway can be told anything on port {port}: {error.strerror or error}",
                "start `mia gateway` with --control and this port",
            ) from error
        self._file = self._socket.makefile("rwb")

    def ask(self, **line: Any) -> dict[str, Any]:
        """Send a line, and return the answer; an error is raised."""
        self._file.write(json.dumps(line).encode() + b"\n")
        self._file.flush()
        answer: dict[str, Any] = json.loads(self._file.readline() or b'{"error": "it hung up"}')
        if not answer.get("ok"):
            raise ControlError(f"the gateway refuses {line}: {answer.get('error')}")
        return answer

    def state(self) -> dict[str, Any]:
        """Return the gateway's books."""
        return self.ask(ask="state")

    def until(self, message: str, **when: Any) -> None:
        """Return once a message has passed."""
        self.ask(until={"message": message, **when})

    def close(self) -> None:
        """Leave."""
        self._file.close()
        self._socket.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave."""
        self.close()
