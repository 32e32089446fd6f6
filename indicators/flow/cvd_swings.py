"""Confirmed swings of the price with the CVD at each: what comes to the market where prices turn."""

from collections import deque
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from indicators.flow.cvd import Cvd
from indicators.structure.swings import Swing, Swings
from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import Session
from mia_plugins.features import BarMeasure, Market
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Bars


class Pivot(NamedTuple):
    """A confirmed swing with the CVD at the close of its bar."""

    swing: Swing
    cvd: int | None
    session: int
    """Which one, counted from the start."""

    def change(self, one: "Pivot") -> int | None:
        """Return CVD less that of an earlier swing, in contracts; `None` if it began anew between them."""
        if self.session != one.session or self.cvd is None or one.cvd is None:
            return None
        return self.cvd - one.cvd


class CvdSwings(BarMeasure):
    """The swings that the last base bar confirmed, with the CVD (contracts) at their own bars."""

    class Settings(Cvd.Settings):
        """What can be set."""

        sides: Annotated[Bars, Field(ge=1, le=50)] = Bars(3)
        """How many bars each way make a swing, and so how many later it is confirmed."""

    reads = frozenset({Kind.TRADES})

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.cvd = market.measure(Cvd, anchor=settings.anchor)

    def reset(self) -> None:
        """Forget every bar."""
        self._swings = Swings(self.settings.sides)
        self._at_bars: deque[tuple[int | None, int]] = deque(maxlen=self.settings.sides + 1)
        self._sessions = 0
        self.fresh: tuple[Pivot, ...] = ()
        """At most one a side, the high first."""

    def begin_session(self, session: Session) -> None:
        """Count sessions: CVD begins anew."""
        del session
        self._sessions += 1

    def take_bar(self, bar: Bar) -> None:
        """Find what the bar confirms."""
        self._swings.update(bar.high, bar.low)
        self._at_bars.append((self.cvd.value, self._sessions))
        self.fresh = tuple(Pivot(swing, *self._at_bars[0]) for swing in self._swings.fresh)
