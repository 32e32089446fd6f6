"""Levels that follow from prices alone: round numbers, pivots of the day before, retracements."""

from typing import Any, NamedTuple

from indicators.classic.levels import ClassicPivots, FibonacciPivots, Retracements
from indicators.structure.days import DayBars
from mia_plugins.features import BarMeasure, Followed, Market
from mia_plugins.tape.bars import Bar

ROUND = ((400, 1.0), (200, 0.7), (100, 0.5))
"""Ticks between round numbers, the roundest first, and how strong each is."""


class RetracementTicks(Followed):
    """How much of the last confirmed swing of base bars is given back; levels in ticks."""

    indicator = Retracements
    Settings = Retracements.Settings

    @property
    def levels(self) -> dict[float, float]:
        """Prices by their share of the swing, in ticks; none while no swing is known."""
        levels: dict[float, float] = self.inner.levels
        return levels

    @property
    def ends(self) -> tuple[float, ...]:
        """The prices at which that swing starts and ends, in ticks; none while none is known."""
        if self.value is None:
            return ()
        return self.inner.swings.highs[-1].price, self.inner.swings.lows[-1].price, self.side

    @property
    def swing(self) -> float | None:
        """The height of the swing that is looked at, in ticks; `None` while none is known."""
        if self.value is None:
            return None
        height: float = self.inner.swings.highs[-1].price - self.inner.swings.lows[-1].price
        return height

    @property
    def side(self) -> int:
        """1 if that swing went up, -1 if it went down; 0 while none is known."""
        if self.value is None:
            return 0
        high, low = self.inner.swings.highs[-1], self.inner.swings.lows[-1]
        return 1 if high.bar > low.bar else -1


class Technical(NamedTuple):
    """A price that follows from prices."""

    name: str
    price: float
    """In ticks."""
    strength: float
    """Among its like: a round number of 400 t is stronger than one of 100 t."""
    kind: str
    """`round`, `pivot` or `retracement`."""


class TechnicalLevels(BarMeasure):
    """Round numbers around the close, pivots of the last RTH day, retracements of the last swing.

    The middle and the third Fibonacci pivots are those of the classic kind and are not told twice.
    """

    Settings = Retracements.Settings

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.days = market.measure(DayBars)
        self.retracements = market.measure(RetracementTicks, **settings.model_dump())

    def reset(self) -> None:
        """Forget every bar."""
        self.close: int | None = None
        """The last bar's close, in ticks."""
        self._pivots: tuple[Technical, ...] = ()
        self._days = 0
        self._round: tuple[Technical, ...] = ()
        self._around: tuple[int, int] | None = None
        self._given_back: tuple[Technical, ...] = ()
        self._swings: tuple[float, ...] = ()

    def take_bar(self, bar: Bar) -> None:
        """Note the close, and the pivots of a day that has ended."""
        self.close = bar.close
        if self.days.count != self._days and self.days.last is not None:
            self._days = self.days.count
            self._pivots = tuple(pivots_of(self.days.last))

    @property
    def levels(self) -> tuple[Technical, ...]:
        """All that are known."""
        return tuple(one for _, group in self.groups() for one in group)

    def groups(self) -> tuple[tuple[str, tuple[Technical, ...]], ...]:
        """Return all that are known by kind; a kind of which nothing changed is the same object."""
        if self.close is None:
            return ()
        around = next_round(self.close)
        if around != self._around:
            self._around, self._round = around, tuple(round_numbers(self.close))
        swing = self.retracements.ends
        if swing != self._swings:
            self._swings = swing
            self._given_back = tuple(
                Technical(f"{share:.1%} retracement", price, 1.0, "retracement")
                for share, price in self.retracements.levels.items()
            )
        return ("round", self._round), ("pivot", self._pivots), ("retracement", self._given_back)


def next_round(ticks: int) -> tuple[int, int]:
    """Return the numbers of steps to the round numbers below and above a price that are not its own."""
    step = ROUND[-1][0]
    return -(-ticks // step) - 1, ticks // step + 1


def round_numbers(ticks: int) -> list[Technical]:
    """Return the round numbers next to a price, and the one it stands on."""
    step = ROUND[-1][0]
    below, above = next_round(ticks)
    return [_round(number * step) for number in range(below, above + 1)]


def _round(ticks: int) -> Technical:
    step, strength = next((step, strength) for step, strength in ROUND if ticks % step == 0)
    return Technical(f"round number ({step} t)", ticks, strength, "round")


def pivots_of(day: Bar) -> list[Technical]:
    """Return the pivots of a finished day."""
    found = []
    for kind, skipped in ((ClassicPivots(), set[str]()), (FibonacciPivots(), {"pivot", "r3", "s3"})):
        kind.update(day.high, day.low, day.close)
        word = "pivot" if isinstance(kind, FibonacciPivots) is False else "Fibonacci pivot"
        found += [
            Technical(f"{word} {name}" if name != "pivot" else word, price, 1.0, "pivot")
            for name, price in kind.levels.items()
            if name not in skipped
        ]
    return found
