"""`vwap_trend_signal`: where the close stands to VWAP, and where VWAP is going."""

from collections import deque
from math import tanh
from typing import Annotated, Any

from pydantic import Field

from indicators.flow.vwap import Vwap
from indicators.measured import AtrTicks
from mia_plugins.data.sessions import Session
from mia_plugins.features import ODD, BarMeasure, Feature, Market, Reading, Score, known, unknown
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Bars


class VwapAtBars(BarMeasure):
    """VWAP at the closes of the session's last base bars, in ticks."""

    class Settings(Vwap.Settings):
        """What can be set."""

        bars: Annotated[Bars, Field(ge=1, le=500)] = Bars(15)
        """How many bars back it is kept."""

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.vwap = market.measure(Vwap, anchor=settings.anchor)

    def reset(self) -> None:
        """Forget every bar."""
        self.past: deque[float | None] = deque(maxlen=self.settings.bars + 1)
        """The youngest last."""
        self.close = 0
        """The last bar's close, in ticks."""

    def begin_session(self, session: Session) -> None:
        """Forget the session before: its VWAP is another one."""
        del session
        self.past.clear()

    def take_bar(self, bar: Bar) -> None:
        """Note VWAP."""
        self.past.append(self.vwap.value)
        self.close = bar.close

    @property
    def change(self) -> float | None:
        """By how much it moved over the bars, in ticks; `None` when its start lies among them."""
        if len(self.past) <= self.settings.bars:
            return None
        before, now = self.past[0], self.past[-1]
        return None if before is None or now is None else now - before


class VwapTrendSignal(Feature):
    """Half for the close's distance from VWAP in standard deviations, half for VWAP's slope in ATR."""

    Settings = VwapAtBars.Settings
    kind = Score.DIRECTIONAL
    mirror = ODD
    inputs = frozenset({"trades"})

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.at_bars = market.measure(VwapAtBars, **settings.model_dump())
        self.vwap = self.at_bars.vwap
        self.atr = market.measure(AtrTicks)

    def read(self, now: int) -> Reading:
        """Compare the last close, VWAP, and VWAP some bars ago."""
        del now
        change, atr, sd = self.at_bars.change, self.atr.value, self.vwap.sd
        middle = self.at_bars.past[-1] if self.at_bars.past else None
        if sd is None or middle is None:
            return unknown("VWAP has no width of a tick yet")
        if change is None:
            return unknown("VWAP is younger than {} bars", self.settings.bars)
        if not atr:
            return unknown("no ATR yet")
        away, slope = (self.at_bars.close - middle) / sd, 5 * change / (self.settings.bars * atr)
        return known(
            0.5 * tanh(away) + 0.5 * tanh(slope),
            "{:+.1f} sd from VWAP, which moved {:+.1f} t in {} bars",
            away,
            change,
            self.settings.bars,
        )
