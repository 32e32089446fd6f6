"""What the broker has told of an option. What is no number of the kind is not known."""

from dataclasses import dataclass

from mia_plugins.live.chain.words import Tick
from mia_plugins.live.dialect import Fields, real_at, text_at

MOST_IV = 10.0
"""A year: 1000 %."""
MOST_POINTS = 1e7
MOST_LOTS = 10**9

_IV, _DELTA, _GAMMA, _UNDERLYING = 4, 5, 8, 11


@dataclass(slots=True)
class Quote:
    """An option, as far as it was told."""

    bid: float | None = None
    """Points."""
    ask: float | None = None
    """Points."""
    iv: float | None = None
    """A year, .2 is 20 %."""
    delta: float | None = None
    gamma: float | None = None
    """1/points."""
    underlying: float | None = None
    """Points of the index that the greeks are for."""
    open_interest: int | None = None
    volume: int | None = None
    at: float = 0.0
    """When it was told last, in s of `time.monotonic`; 0 before."""
    begun: float = 0.0
    """Since when it was listened to without a word, or before its last one; 0 before, on each connection."""
    has_line: bool = False
    """Whether it is being listened to."""
    has_greeks: bool = False
    """Whether greeks came since it is."""
    has_interest: bool = False
    """Whether its open interest came since it is."""

    @property
    def is_whole(self) -> bool:
        """Whether all has come since it is listened to."""
        return self.has_greeks and self.has_interest

    def end_turn(self, now: float) -> None:
        """Be listened to no more; what was told whole was so until now."""
        self.has_line, self.at = False, now if self.at and self.is_whole else self.at

    def begin_turn(self, now: float) -> None:
        """Be listened to from now on (s of `time.monotonic`)."""
        self.begun = now if self.at >= self.begun else self.begun
        self.has_line, self.has_greeks, self.has_interest = True, False, False

    def take_price(self, said: Fields) -> None:
        """Take a bid or an ask; a negative one says that there is none."""
        price = real_at(said, 3)
        known = price if price is not None and 0 <= price < MOST_POINTS else None
        if said.get(2) == Tick.BID:
            self.bid = known
        elif said.get(2) == Tick.ASK:
            self.ask = known

    def take_size(self, said: Fields, *, is_call: bool) -> None:
        """Take the day's volume or the open interest; that of the other kind comes too, and is 0."""
        kind, text = said.get(2), text_at(said, 3)
        count = int(float(text)) if text.replace(".", "", 1).isdecimal() else None
        if count is None or count > MOST_LOTS:
            return
        if kind == Tick.VOLUME:
            self.volume = count
        elif kind == (Tick.CALL_INTEREST if is_call else Tick.PUT_INTEREST):
            self.open_interest, self.has_interest = count, True

    def take_greeks(self, said: Fields) -> None:
        """Take volatility and greeks by the broker's model: -1, -2 and huge numbers say "not computed"."""
        if said.get(2) != Tick.MODEL:
            return
        iv = _within(real_at(said, _IV), 1e-6, MOST_IV)
        self.delta = _within(real_at(said, _DELTA), -1.0, 1.0)
        self.gamma = _within(real_at(said, _GAMMA), 0.0, 1e3)
        self.underlying = _within(real_at(said, _UNDERLYING), 1e-6, MOST_POINTS)
        self.iv, self.has_greeks = iv, iv is not None


def _within(value: float | None, least: float, most: float) -> float | None:
    return value if value is not None and least <= value <= most else None
