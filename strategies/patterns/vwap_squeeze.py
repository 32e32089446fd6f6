"""`vwap_band_squeeze_break`: VWAP's band is narrow for the time of day, and the price leaves it."""

from typing import Annotated, Any

from pydantic import Field

from indicators.flow.vwap_width import VwapWidth
from mia_plugins.data.sessions import Session
from mia_plugins.features import Market
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Multiple
from strategies.patterns.pattern import Pattern
from strategies.patterns.setups import NOT_THERE, Condition, Look, above, at_most
from strategies.patterns.strategy import PatternSettings, PatternStrategy


class VwapSqueeze(Pattern):
    """A band in the narrowest fifth of sessions at this time of day, then a close beyond it: along with it.

    The band counts as it was at the close before; that close was not beyond it on this side.
    """

    class Settings(Pattern.Settings):
        """What can be set."""

        narrowest: Annotated[float, Field(gt=0, le=1)] = 0.20
        """The share of sessions that may have had a narrower band."""
        beyond: Annotated[Multiple, Field(gt=0, le=5)] = Multiple(1.0)
        """How far from VWAP the close is, in standard deviations: more than that."""
        width: VwapWidth.Settings = VwapWidth.Settings()
        """What the band is compared with."""

    names = ("squeezed", "beyond_band")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.width = market.measure(VwapWidth, **settings.width.model_dump())

    def reset(self) -> None:
        """Forget every bar."""
        super().reset()
        self._forget()

    def begin_session(self, session: Session) -> None:
        """Forget the band of the session before."""
        super().begin_session(session)
        self._forget()

    def _forget(self) -> None:
        self._rank: float | None = None
        self._away: float | None = None
        self._now: tuple[float | None, float | None] = (None, None)

    def note(self, bar: Bar) -> None:
        """Note how narrow the band is and how far from VWAP the close, and what both were before."""
        self._rank, self._away = self._now
        vwap = self.width.vwap
        middle, sd = vwap.value, vwap.sd
        away = None if middle is None or sd is None else (bar.close - middle) / sd
        self._now = self.width.rank, away

    def look(self, side: int, bar: Bar) -> Look:
        """Look whether the price left the band to a side."""
        return Look(side, (at_most(self._rank, self.settings.narrowest), self._beyond(side)), bar.ts)

    def _beyond(self, side: int) -> Condition:
        away, least = self._now[1], self.settings.beyond
        if self._away is not None and side * self._away > least:
            return NOT_THERE
        return above(None if away is None else side * away, least)

    def ended(self, look: Look, bar: Bar) -> bool:
        """Say whether the price closed back inside the band."""
        del bar
        away = self._now[1]
        return away is not None and look.side * away <= self.settings.beyond


class VwapBandSqueezeBreak(PatternStrategy):
    """Goes with a close beyond a narrow band of VWAP."""

    class Settings(PatternSettings, VwapSqueeze.Settings):
        """What can be set."""

    pattern = VwapSqueeze
