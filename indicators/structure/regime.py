"""The market's regime by base bars: volatile, trend, range, low volatility, or in between."""

from collections import deque
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from indicators.classic.averages import Ema
from indicators.classic.trend import Adx
from indicators.measured import AtrTicks
from indicators.norms import Typical, Usual
from indicators.structure.swings import Swings
from mia_plugins.data.sessions import Session
from mia_plugins.features import BarMeasure, Followed, Market
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Bars

LOUD, STILL = 1.5, 0.7
"""ATR over its median: above the first it is volatile, below the second there is little volatility."""
STRONG, WEAK = 25.0, 20.0
"""ADX: above the first there may be a trend, below the second a range."""
WANDERING = 0.3
"""Efficiency ratio below which there may be a range."""


class Regime(StrEnum):
    """What the market is doing."""

    VOLATILE = "volatile"
    TREND = "trend"
    RANGE = "range"
    LOW_VOLATILITY = "low volatility"
    TRANSITION = "transition"


class EmaTicks(Followed):
    """The exponential average of the closes of base bars, in ticks."""

    indicator = Ema
    Settings = Ema.Settings


class AdxTicks(Followed):
    """The strength of the trend of base bars, 0 to 100."""

    indicator = Adx
    Settings = Adx.Settings


class SwingTicks(Followed):
    """Confirmed swings of base bars, in ticks."""

    indicator = Swings
    Settings = Swings.Settings
    outputs = ("value", "low")

    @property
    def low(self) -> float | None:
        """The last confirmed swing low."""
        low: float | None = self.inner.low
        return low

    @property
    def side(self) -> int:
        """1 for a higher high and a higher low, -1 for lower ones, else 0."""
        highs, lows = self.inner.highs, self.inner.lows
        if len(highs) < 2 or len(lows) < 2:
            return 0
        up = (highs[-1].price - highs[-2].price, lows[-1].price - lows[-2].price)
        return int(min(up) > 0) - int(max(up) < 0)


class State(NamedTuple):
    """What the regime follows from."""

    atr: float
    """ATR over its median before."""
    adx: float
    """0 to 100."""
    efficiency: float
    """How far the closes went, as a share of the way they took."""
    side: int
    """1 or -1 where averages and swings agree on a side, else 0."""


class MarketRegime(BarMeasure):
    """The regime, how sure it is, and the trend's side. `None` until all that it follows from is known.

    The first that holds: volatile (ATR over its median above 1.5), trend (ADX above 25, EMA 20 and 50 and
    the last two swings of each kind on one side), range (ADX below 20, efficiency ratio below .3), low
    volatility (ATR over its median below .7), else transition. The first one known counts at once;
    another one counts when it has held for three bars on end.
    """

    class Settings(Usual):
        """What can be set."""

        hysteresis: Annotated[Bars, Field(ge=1, le=100)] = Bars(3)
        """For how many bars on end another regime holds before it counts."""
        efficiency: Annotated[Bars, Field(ge=2, le=500)] = Bars(10)
        """Bars of the efficiency ratio."""
        fast: Annotated[Bars, Field(ge=1, le=500)] = Bars(20)
        """Span of the fast average."""
        slow: Annotated[Bars, Field(ge=2, le=1_000)] = Bars(50)
        """Span of the slow average."""
        sides: Annotated[Bars, Field(ge=1, le=100)] = Bars(3)
        """How many bars each way make a swing."""

    outputs = ("confidence", "side")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self._atr = market.measure(AtrTicks)
        self._adx = market.measure(AdxTicks)
        self._fast = market.measure(EmaTicks, period=settings.fast)
        self._slow = market.measure(EmaTicks, period=settings.slow)
        self._swings = market.measure(SwingTicks, sides=settings.sides)

    def reset(self) -> None:
        """Forget every bar."""
        self.regime: Regime | None = None
        """The one that counts; `None` during warm-up."""
        self.state: State | None = None
        """What it follows from at the last bar; `None` while not all is known."""
        self._usual = Typical(self.settings.norm)
        self._closes: deque[int] = deque(maxlen=self.settings.efficiency + 1)
        self._other: Regime | None = None
        self._held = 0

    def begin_session(self, session: Session) -> None:
        """Start a trading day."""
        self._usual.begin_session(session)

    def take_bar(self, bar: Bar) -> None:
        """Find the regime at a bar's close."""
        self._closes.append(bar.close)
        self.state = self._state(bar)
        if self.state is not None:
            self._count(regime_of(self.state))

    @property
    def confidence(self) -> float | None:
        """How sure the regime is, 0 to 1: one half where its own condition only just holds."""
        if self.regime is None or self.state is None:
            return None
        return confidence_of(self.regime, self.state)

    @property
    def side(self) -> int | None:
        """Of a trend 1 up, -1 down, by its averages; 0 in every other regime."""
        if self.regime is None:
            return None
        return self._aligned() if self.regime is Regime.TREND else 0

    def _count(self, found: Regime) -> None:
        """Let another regime count once it has held."""
        if self.regime is None or found is self.regime:
            self.regime, self._other, self._held = found, None, 0
            return
        self._held = self._held + 1 if found is self._other else 1
        self._other = found
        if self._held >= self.settings.hysteresis:
            self.regime, self._other, self._held = found, None, 0

    def _state(self, bar: Bar) -> State | None:
        atr, adx = self._atr.value, self._adx.value
        if atr is not None:
            self._usual.add(bar.ts, atr)
        usual = self._usual.value
        if atr is None or adx is None or not usual or self._slow.value is None:
            return None
        if len(self._closes) <= self.settings.efficiency:
            return None
        aligned = self._aligned()
        side = aligned if aligned == self._swings.side else 0
        return State(atr / usual, adx, efficiency_of(self._closes), side)

    def _aligned(self) -> int:
        """Return 1 where the fast average is above the slow one, -1 where it is below."""
        fast, slow = self._fast.value, self._slow.value
        if fast is None or slow is None:
            return 0
        # A market that stands still leaves nothing but rounding between them.
        return int(fast > slow + 1e-9) - int(fast < slow - 1e-9)


def efficiency_of(closes: deque[int]) -> float:
    """Return how far closes went, as a share of the way they took; 0 where nothing moved."""
    every = list(closes)
    way = sum(abs(one - other) for one, other in zip(every[1:], every[:-1], strict=True))
    return abs(every[-1] - every[0]) / way if way else 0.0


def regime_of(state: State) -> Regime:
    """Return the first regime that holds."""
    if state.atr > LOUD:
        return Regime.VOLATILE
    if state.adx > STRONG and state.side:
        return Regime.TREND
    if state.adx < WEAK and state.efficiency < WANDERING:
        return Regime.RANGE
    return Regime.LOW_VOLATILITY if state.atr < STILL else Regime.TRANSITION


def confidence_of(regime: Regime, state: State) -> float:
    """Return .5 + .5 · the margin of the regime's condition, from 0 to 1; .5 in a transition."""
    margin = {
        Regime.VOLATILE: (state.atr - LOUD) / 0.5,
        Regime.TREND: (state.adx - STRONG) / 15,
        Regime.RANGE: (WEAK - state.adx) / 10,
        Regime.LOW_VOLATILITY: (STILL - state.atr) / 0.3,
        Regime.TRANSITION: 0.0,
    }[regime]
    return 0.5 + 0.5 * max(-1.0, min(1.0, margin))
