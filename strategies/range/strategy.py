"""`range`: in a range, by one of four ways in."""

from collections import deque
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from indicators.events.absorption import Absorption
from indicators.flow.vwap import Vwap
from indicators.profile.volume import VolumeProfile
from indicators.structure.regime import MarketRegime, Regime
from mia_plugins.features import Market
from mia_plugins.tape.bars import MINUTE, Bar
from mia_plugins.units import Bars, Multiple, Ticks
from strategies.patterns.moves import Moves, chosen
from strategies.patterns.pattern import Pattern
from strategies.patterns.setups import NOT_THERE, UNKNOWN, Condition, above, all_of, at_most, on_side
from strategies.patterns.strategy import PatternSettings, PatternStrategy
from strategies.patterns.ways import Way, Ways, regime_holds

type Entry = Literal["bounce", "stretch", "breakout", "scalp"]


class Range(Ways):
    """A range: the clearest of the ways in that hold.

    - bounce: the bar touched the edge of the value area or of the box of the last 20 bars, within 4 t,
      closed inside, and delta turned or the edge absorbed: to the point of control;
    - stretch: the close is more than 2 sd of VWAP away: back to the point of control;
    - breakout: the first close beyond the box by .1 ATR, on 1.2 times the median volume: along with it;
    - scalp: the close is in the outer quarter of the box, its bar goes inward: to the box's middle.
    """

    class Settings(Pattern.Settings):
        """What can be set."""

        entries: tuple[Entry, ...] = ("bounce", "stretch", "breakout", "scalp")
        """Which ways in there are."""
        any_regime: bool = False
        """Whether the market need not be in a range."""
        least_regime_confidence: Annotated[float, Field(ge=0, lt=1)] = 0.50
        """How sure the range is at least."""
        box: Annotated[Bars, Field(ge=2, le=400)] = Bars(20)
        """Bars before the last one whose extremes make the box."""
        reach: Annotated[Ticks, Field(gt=0, le=40)] = Ticks(4)
        """How near an edge a bounce comes."""
        absorbed_within: Annotated[Bars, Field(ge=1, le=60)] = Bars(3)
        """In how many last bars absorption at an edge counts."""
        stretch: Annotated[Multiple, Field(gt=0, le=10)] = Multiple(2.0)
        """Standard deviations from VWAP that are a stretch: more than that."""
        beyond: Annotated[Multiple, Field(gt=0, le=5)] = Multiple(0.1)
        """How far beyond the box a breakout closes, in ATR."""
        volume: Annotated[Multiple, Field(gt=0, le=20)] = Multiple(1.2)
        """Of the median volume: what a breakout has at least."""
        outer: Annotated[float, Field(gt=0, le=0.5)] = 0.25
        """Share of the box, from its edge, in which a scalp begins."""

        @field_validator("entries")
        @classmethod
        def _has_one(cls, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
            if not entries:
                raise ValueError("there must be one way in at least")
            return entries

    more = ("bounce", "stretch", "breakout", "scalp")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.regime = market.measure(MarketRegime)
        self.profile = market.measure(VolumeProfile)
        self.vwap = market.measure(Vwap)
        self.absorption = market.measure(Absorption)
        self.moves = Moves(market, settings.beyond, settings.volume)

    def reset(self) -> None:
        """Forget every bar."""
        super().reset()
        self._bars: deque[Bar] = deque(maxlen=self.settings.box + 1)
        self._box: tuple[int, int] | None = None

    def note(self, bar: Bar) -> None:
        """Note the box of the bars before."""
        self._bars.append(bar)
        before = list(self._bars)[:-1]
        full = len(before) == self.settings.box
        self._box = (min(one.low for one in before), max(one.high for one in before)) if full else None

    def in_regime(self, side: int) -> Condition:
        """Say whether there is a range."""
        del side
        if self.settings.any_regime:
            return Condition(holds=True)
        return regime_holds(self.regime, Regime.RANGE, self.settings.least_regime_confidence)

    def ways(self, side: int, bar: Bar) -> dict[str, Way]:
        """Return the four."""
        poc = () if self.profile.poc is None else (self.profile.poc,)
        box, before = self._box, self._bars[-2].close if len(self._bars) > 1 else None
        edge = None if box is None else box[1] if side > 0 else box[0]
        found = {
            "bounce": Way(self._bounce(side, bar), poc),
            "stretch": Way(self._stretch(side, bar), poc),
            "breakout": Way(self.moves.breaks(side, bar.close, before, edge)),
            "scalp": Way(self._scalp(side, bar), () if box is None else (sum(box) / 2,)),
        }
        return chosen(self.settings, found)

    def _bounce(self, side: int, bar: Bar) -> Condition:
        area = self.profile.val if side > 0 else self.profile.vah
        box = None if self._box is None else self._box[0] if side > 0 else self._box[1]
        edges = [edge for edge in (area, box) if edge is not None]
        if not edges:
            return UNKNOWN
        return max((self._at(edge, side, bar) for edge in edges), key=_clearer)

    def _at(self, edge: int, side: int, bar: Bar) -> Condition:
        """Say whether a bar bounced from an edge, in ticks."""
        if side * (bar.close - edge) <= 0:
            return NOT_THERE
        near = at_most(abs((bar.low if side > 0 else bar.high) - edge), self.settings.reach)
        holds = max(self.moves.turns(side), self._absorbed(edge, side, bar), key=_clearer)
        return all_of(near, holds)

    def _absorbed(self, edge: int, side: int, bar: Bar) -> Condition:
        since = bar.ts - self.settings.absorbed_within * self.market.tape.base.minutes * MINUTE
        if self.absorption.usual is None:
            return UNKNOWN
        found: Iterator[bool] = (
            one.side == side and not one.void and abs(one.ticks - edge) <= self.settings.reach
            for one in self.absorption.since(since)
        )
        return Condition(holds=True, margin=1.0) if any(found) else NOT_THERE

    def _stretch(self, side: int, bar: Bar) -> Condition:
        middle, sd = self.vwap.value, self.vwap.sd
        away = None if middle is None or sd is None else side * (middle - bar.close) / sd
        return above(away, self.settings.stretch)

    def _scalp(self, side: int, bar: Bar) -> Condition:
        if self._box is None or self._box[0] == self._box[1]:
            return UNKNOWN
        low, high = self._box
        share = ((bar.close - low) if side > 0 else (high - bar.close)) / (high - low)
        if share < 0:
            return NOT_THERE
        return all_of(at_most(share, self.settings.outer), on_side(side * (bar.close - bar.open), 1.0))


def _clearer(one: Condition) -> tuple[bool, bool, float]:
    return one.holds, one.is_known, one.number or 0.0


class RangeStrategy(PatternStrategy):
    """Trades the edges, stretches and breaks of a range."""

    class Settings(PatternSettings, Range.Settings):
        """What can be set."""

        least_confidence: Annotated[float, Field(ge=0.5, le=1)] = 0.60
        """The pattern_confidence below which a setup is refused."""

        least_target_r: Annotated[Multiple, Field(gt=0, le=20)] = Multiple(0.5)
        """How far away a price it aims at is at least, in stops; where none is, the target is in stops."""

    pattern = Range
