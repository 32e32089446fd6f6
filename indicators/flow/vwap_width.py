"""How wide VWAP's band is, among sessions before at the same time of day."""

from collections import deque
from typing import Annotated, Any

from pydantic import Field, model_validator

from indicators.flow.vwap import Vwap
from mia_plugins.data.sessions import Session
from mia_plugins.features import BarMeasure, Market
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Sessions


class VwapWidth(BarMeasure):
    """The share of sessions whose VWAP had a narrower band at this bar's time of day: 0 the narrowest.

    The band is one standard deviation, as it was at the close of the bar that closed as long after 18:00
    New York; sessions without such a bar are not compared.
    """

    class Settings(Vwap.Settings):
        """What can be set."""

        sessions: Annotated[Sessions, Field(ge=1, le=500)] = Sessions(20)
        """How many sessions before are compared."""
        least_sessions: Annotated[Sessions, Field(ge=1, le=500)] = Sessions(5)
        """How many there must be at that time of day."""

        @model_validator(mode="after")
        def _can_be_had(self) -> "VwapWidth.Settings":
            if self.least_sessions > self.sessions:
                raise ValueError(
                    f"least_sessions ({self.least_sessions}) is more than sessions ({self.sessions})"
                )
            return self

    outputs = ("rank",)

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.vwap = market.measure(Vwap, anchor=settings.anchor)

    def reset(self) -> None:
        """Forget every session."""
        self.rank: float | None = None
        """0 to 1; `None` while there are too few sessions, or the band has no width of a tick."""
        self._widths: deque[dict[int, float]] = deque(maxlen=self.settings.sessions + 1)
        self._opening = 0

    def begin_contract(self) -> None:
        """Go on: how wide a band is does not change with the contract."""
        self.follow_anew()

    def begin_session(self, session: Session) -> None:
        """Start a trading day."""
        self._opening = session.open
        self._widths.append({})
        self.rank = None

    def take_bar(self, bar: Bar) -> None:
        """Compare the band with those of the sessions before."""
        width, at = self.vwap.sd, bar.ts - self._opening
        self.rank = None
        if width is None:
            return
        before = [day[at] for day in list(self._widths)[:-1] if at in day]
        self._widths[-1][at] = width
        if len(before) >= self.settings.least_sessions:
            self.rank = sum(one < width for one in before) / len(before)
