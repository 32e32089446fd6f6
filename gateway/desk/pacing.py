"""How often history may be asked for, as Interactive Brokers publishes it."""

from collections import deque
from collections.abc import Hashable

from mia_plugins.data.sessions import NS

MOST, WITHIN = 60, 600 * NS
"""Requests in ten minutes."""
SAME_WITHIN = 15 * NS
"""The same request again."""
MOST_ALIKE, ALIKE_WITHIN = 5, 2 * NS
"""Requests for one contract and kind of data in two seconds."""


class Pacing:
    """The requests that were made."""

    def __init__(self) -> None:
        """Begin with none."""
        self._asked: deque[tuple[int, Hashable, Hashable]] = deque()
        self.is_on = True

    def violates(self, request: Hashable, contract: Hashable, now: int) -> str:
        """Take note of a request; return the rule it breaks, "" for none."""
        while self._asked and self._asked[0][0] <= now - WITHIN:
            self._asked.popleft()
        if not self.is_on:
            return ""
        same = any(one == request and ts > now - SAME_WITHIN for ts, one, _ in self._asked)
        alike = sum(one == contract and ts > now - ALIKE_WITHIN for ts, _, one in self._asked)
        if len(self._asked) >= MOST:
            return f"more than {MOST} requests in ten minutes"
        self._asked.append((now, request, contract))
        if same:
            return "the same request within 15 seconds"
        return f"more than {MOST_ALIKE} requests for one contract in 2 seconds" if alike >= MOST_ALIKE else ""
