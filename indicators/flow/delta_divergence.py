"""`delta_divergence`: prices that go further than those who came to the market."""

from math import sqrt
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from indicators.flow.cvd import Cvd, TypicalDelta
from indicators.flow.cvd_swings import CvdSwings, Pivot
from indicators.measured import AtrTicks
from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import Session
from mia_plugins.features import ODD, BarMeasure, Feature, Market, Reading, Score, known, quiet, unknown
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Bars


class Divergence(NamedTuple):
    """Two swings of a kind of which prices say one thing and CVD the other."""

    value: float
    """-1 to 1, at its confirmation."""
    price: float
    """The second swing's less the first's, in ticks."""
    cvd: int
    """The second's less the first's, in contracts."""
    at: float
    """The second swing, in ticks."""


class DeltaDivergences(BarMeasure):
    """The last divergence between confirmed swings and CVD.

    Swings on both sides of CVD's beginning are not compared. A divergence ends with its session. Two at
    one bar, of a high and of a low, are added: they have opposite signs.
    """

    class Settings(CvdSwings.Settings):
        """What can be set."""

        apart: Annotated[Bars, Field(ge=1, le=1000)] = Bars(60)
        """How many bars apart two swings may be."""
        held: Annotated[Bars, Field(ge=1, le=500)] = Bars(15)
        """Over how many bars after its confirmation a divergence fades."""

    reads = frozenset({Kind.TRADES})
    outputs = ("value",)

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.cvd = market.measure(Cvd, anchor=settings.anchor)
        self.swings = market.measure(CvdSwings, anchor=settings.anchor, sides=settings.sides)
        self.usual = market.measure(TypicalDelta)
        self.atr = market.measure(AtrTicks)

    def reset(self) -> None:
        """Forget every bar."""
        self._pivots: dict[int, Pivot] = {}
        self.last: tuple[Divergence, ...] = ()
        """What the last bar with any confirmed: one, or one a side."""
        self.age = 0
        """How many bars ago."""

    def begin_session(self, session: Session) -> None:
        """Forget the divergence of the session before: CVD begins anew."""
        del session
        self.last = ()

    def take_bar(self, bar: Bar) -> None:
        """Compare the swings that the bar confirms with those before."""
        del bar
        self.age += 1
        found = [divergence for pivot in self.swings.fresh if (divergence := self._compared(pivot))]
        if found:
            self.last, self.age = tuple(found), 0
        elif self.age >= self.settings.held:
            self.last = ()

    @property
    def value(self) -> float | None:
        """What is left of the divergence; `None` while it could not be told."""
        if self.cvd.value is None or self.usual.sd is None or not self.atr.value:
            return None
        left: float = 1 - self.age / self.settings.held
        return left * sum(one.value for one in self.last)

    def _compared(self, other: Pivot) -> Divergence | None:
        """Note a swing that was confirmed and compare it with the one of its kind before."""
        swing = other.swing
        one = self._pivots.get(swing.side)
        self._pivots[swing.side] = other
        if not one or swing.bar - one.swing.bar > self.settings.apart:
            return None
        price, cvd, apart = swing.price - one.swing.price, other.change(one), swing.bar - one.swing.bar
        sd, atr = self.usual.sd, self.atr.value
        if cvd is None or sd is None or not atr:
            return None
        if swing.side * price <= 0 or swing.side * cvd >= 0:
            return None
        usual = sd * sqrt(apart)
        strength = min(1.0, abs(price) / atr) * (min(1.0, abs(cvd) / usual) if usual else 1.0)
        return Divergence(-swing.side * strength, price, cvd, swing.price)


class DeltaDivergence(Feature):
    """A higher high on a lower CVD is negative, a lower low on a higher one positive; it fades."""

    Settings = DeltaDivergences.Settings
    kind = Score.DIRECTIONAL
    mirror = ODD
    inputs = frozenset({"trades"})

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.found = market.measure(DeltaDivergences, **settings.model_dump())

    def read(self, now: int) -> Reading:
        """Say what is left of the last divergence."""
        del now
        found = self.found
        if found.cvd.value is None:
            return unknown("no CVD yet")
        if found.value is None:
            return unknown("no 50 bars yet to tell a usual delta from, or no ATR")
        if not found.last:
            return quiet("no divergence between swings and CVD")
        said = " and ".join(_told(one) for one in found.last)
        return known(found.value, "{}, {} bars ago", said, found.age)


def _told(one: Divergence) -> str:
    swing = "higher high" if one.price > 0 else "lower low"
    return f"a {swing} by {abs(one.price):.0f} t on CVD {one.cvd:+d}"
