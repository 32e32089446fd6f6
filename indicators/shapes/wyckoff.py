"""`wyckoff_phase`: accumulation, markup, distribution, markdown."""

from collections import deque
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from indicators.flow.cvd_swings import CvdSwings, Pivot
from indicators.shapes.trading_range import Range, TradingRanges
from indicators.structure.days import DailyAtr
from indicators.structure.regime import MarketRegime, Regime
from mia_plugins.data.sessions import Session
from mia_plugins.features import ODD, BarMeasure, Feature, Market, Reading, Score, known, quiet, unknown
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Multiple, Sessions

IN_RANGE, IN_TREND = 0.5, 1.0
"""What a phase weighs: that the large ones take their positions, and that the price moves with them."""


class Phase(StrEnum):
    """What the large ones are doing."""

    ACCUMULATION = "accumulation"
    MARKUP = "markup"
    DISTRIBUTION = "distribution"
    MARKDOWN = "markdown"
    NONE = "none"


IN_RANGES = {1: Phase.ACCUMULATION, -1: Phase.DISTRIBUTION}
IN_TRENDS = {1: Phase.MARKUP, -1: Phase.MARKDOWN}
"""Phases by their side."""


class Day(NamedTuple):
    """The extremes of a session in ticks, and the bars that made them."""

    high: int
    high_at: int
    low: int
    low_at: int


class Wyckoff(BarMeasure):
    """The phase of base bars after Wyckoff.

    Accumulation is the regime of a range in a trading range that a decline of three daily ATR or more led
    to, and in which there was, since it was known, a spring, or a swing low with a higher CVD than the one
    before. Distribution is its mirror image. A trend out of it, begun by a close beyond the
    range on the phase's side, is markup or markdown for as long as the regime is that trend.

    The decline is measured from the highest high of the last ten sessions to the support; where an advance
    led there, too, the one whose extreme is the later counts. Extremes of another contract are forgotten.
    """

    class Settings(TradingRanges.Settings):
        """What can be set."""

        move: Annotated[Multiple, Field(gt=0, le=50)] = Multiple(3.0)
        """How far the price came to the range, at least, in daily ATR."""
        sessions: Annotated[Sessions, Field(ge=1, le=250)] = Sessions(10)
        """In how many sessions, the present one included."""

    outputs = ("side",)

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        ranges = settings.model_dump(exclude={"move", "sessions"})
        self.ranges = market.measure(TradingRanges, **ranges)
        self._regime = market.measure(MarketRegime)
        self._daily = market.measure(DailyAtr)
        self._swings = market.measure(CvdSwings, sides=settings.sides)

    def reset(self) -> None:
        """Forget every bar."""
        self.phase: Phase | None = None
        """`None` while the regime, the daily ATR or usual volume are not known."""
        self.sign = ""
        """What the phase was seen by: a spring, an upthrust or CVD."""
        self.move = 0.0
        """How far the price came to the range, in daily ATR."""
        self._days: deque[Day] = deque(maxlen=self.settings.sessions)
        self._is_new_day = True
        self._count = 0
        self._range: Range | None = None
        self._signs: dict[int, str] = {}
        self._last: dict[int, Pivot] = {}
        self._left: tuple[int, Range] | None = None

    def begin_session(self, session: Session) -> None:
        """Start a trading day."""
        del session
        self._is_new_day = True

    def take_bar(self, bar: Bar) -> None:
        """Find the phase at a bar's close."""
        self._note_extremes(bar)
        if self.ranges.range and self.ranges.range != self._range:
            self._range, self._signs = self.ranges.range, {}
        self._note_signs()
        daily, regime = self._daily.value, self._regime.regime
        if not daily or regime is None or not self.ranges.known:
            self.phase = None
        else:
            self.phase = self._in_range(daily, regime) or self._out_of_it(bar, regime)
        self._count += 1

    @property
    def side(self) -> int | None:
        """1 in accumulation and markup, -1 in distribution and markdown, 0 in none of them."""
        if self.phase is None:
            return None
        return int(self.phase in {Phase.ACCUMULATION, Phase.MARKUP}) - int(
            self.phase in {Phase.DISTRIBUTION, Phase.MARKDOWN}
        )

    def _note_extremes(self, bar: Bar) -> None:
        now = self._count
        if self._is_new_day:
            self._days.append(Day(bar.high, now, bar.low, now))
            self._is_new_day = False
            return
        day = self._days[-1]
        if bar.high > day.high:
            day = day._replace(high=bar.high, high_at=now)
        if bar.low < day.low:
            day = day._replace(low=bar.low, low_at=now)
        self._days[-1] = day

    def _note_signs(self) -> None:
        """Note what the last bar showed of the range it was in."""
        for spring in self.ranges.fresh:
            self._signs.setdefault(spring.side, "a spring" if spring.side > 0 else "an upthrust")
        there = self.ranges.range
        for pivot in self._swings.fresh:
            one, side = self._last.get(pivot.swing.side), pivot.swing.side
            self._last[side] = pivot
            change = pivot.change(one) if there and one and one.swing.bar >= there.since else None
            if change and side * change < 0:
                self._signs.setdefault(-side, f"a {'lower high' if side > 0 else 'higher low'} of CVD")

    def _in_range(self, daily: float, regime: Regime) -> Phase | None:
        """Return the phase of a range that the market is in, if it has one."""
        there = self.ranges.range
        if there is None or regime is not Regime.RANGE:
            return None
        side, move = self._came(there, daily)
        if side not in self._signs:
            return None
        self.sign, self.move, self._left = self._signs[side], move, (side, there)
        return IN_RANGES[side]

    def _out_of_it(self, bar: Bar, regime: Regime) -> Phase:
        """Return the phase of a trend that left a range with a phase."""
        if self._left is None:
            return Phase.NONE
        side, there = self._left
        trends = regime is Regime.TREND and self._regime.side == side
        was_on = self.phase is IN_TRENDS[side]
        if trends and (was_on or side * (bar.close - there.edge(side)) > 0):
            return IN_TRENDS[side]
        if was_on or side * (bar.close - there.edge(-side)) < 0:
            # It is over, or it went the other way.
            self._left = None
        return Phase.NONE

    def _came(self, there: Range, daily: float) -> tuple[int, float]:
        """Return 1 for a decline to the range, -1 for an advance, else 0, and how far, in daily ATR."""
        high = max(self._days, key=lambda day: (day.high, day.high_at))
        low = min(self._days, key=lambda day: (day.low, -day.low_at))
        down, up = (high.high - there.support) / daily, (there.resistance - low.low) / daily
        fell, rose = down >= self.settings.move, up >= self.settings.move
        if fell and rose:
            fell, rose = high.high_at > low.low_at, low.low_at > high.high_at
        return (1, down) if fell else (-1, up) if rose else (0, 0.0)


class WyckoffPhase(Feature):
    """1 in a markup, one half in an accumulation; their mirror images are negative, else it is quiet."""

    Settings = Wyckoff.Settings
    kind = Score.DIRECTIONAL
    mirror = ODD
    inputs = frozenset({"trades"})

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.wyckoff = market.measure(Wyckoff, **settings.model_dump())

    def read(self, now: int) -> Reading:
        """Name the phase."""
        del now
        found = self.wyckoff
        if found.phase is None or found.side is None:
            return unknown("no daily ATR (15 days), no regime or no 50 bars yet")
        if not found.side:
            return quiet("no phase of Wyckoff")
        size = IN_TREND if found.phase in IN_TRENDS.values() else IN_RANGE
        came = "decline" if found.side > 0 else "advance"
        return known(
            found.side * size,
            "{}: {} in a range after a {} of {:.1f} daily ATR",
            found.phase,
            found.sign,
            came,
            found.move,
        )
