"""Who has one of the account's lines: all that is wanted in turn, where that is more than there are lines."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from mia_plugins.live.chain.words import Option

EACH_SECOND = 20
"""Options that are begun in one second: the broker takes some fifty messages, and each is ended too."""
LONGEST = 8.0
"""Seconds that an option keeps its line from another while not all of it has come."""


class Turns:
    """The options that are listened to, and those that wait for it; times are s of `time.monotonic`."""

    def __init__(self, lines: int, now: float) -> None:
        self.lines = lines
        """How many may be listened to at once."""
        self.held: dict[Option, float] = {}
        """Since when each is listened to."""
        self._waiting: deque[Option] = deque()
        self._paced = now

    def want(self, options: Iterable[Option]) -> list[Option]:
        """Want these alone, the first the soonest; return those that are to be left."""
        wanted = dict.fromkeys(options)
        left = [one for one in self.held if one not in wanted]
        stay = [one for one in self._waiting if one in wanted]
        known = {*stay, *self.held}
        self._waiting = deque([*(one for one in wanted if one not in known), *stay])
        for one in left:
            del self.held[one]
        return left

    def come_round(self, seconds: float) -> int:
        """Return how many options have a turn in that time, and a second to change, however slow all are."""
        return int(self.lines * seconds / (LONGEST + 1))

    def put_back(self, option: Option) -> None:
        """Have one wait that could not be listened to."""
        del self.held[option]
        self._waiting.append(option)

    def drop(self, option: Option) -> None:
        """Leave out one that was refused, until it is wanted anew."""
        self.held.pop(option, None)

    def leaving(self, now: float, is_whole: Callable[[Option], bool]) -> Iterator[Option]:
        """Yield those whose turn is over since others wait; they wait from now on."""
        spare = self.lines - len(self.held)
        for one, since in list(self.held.items()):
            if spare >= min(len(self._waiting), EACH_SECOND):
                return
            if spare < 0 or is_whole(one) or now - since > LONGEST:
                del self.held[one]
                self._waiting.append(one)
                spare += 1
                yield one

    def entering(self, now: float) -> Iterator[Option]:
        """Yield those whose turn begins now, no faster than the broker lets ask."""
        may = min(int((now - self._paced) * EACH_SECOND), EACH_SECOND)
        if may:
            self._paced = now
        for _ in range(min(may, self.lines - len(self.held), len(self._waiting))):
            one = self._waiting.popleft()
            self.held[one] = now
            yield one
