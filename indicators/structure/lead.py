"""`es_nq_correlation`: what the other index says about this one, and which of the two leads."""

from itertools import product
from math import sqrt, tanh
from statistics import pstdev
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indicators.structure.steps import Steps
from mia_plugins.data.sessions import NS
from mia_plugins.features import ODD, Feature, Market, Measure, Reading, Score, known, quiet, unknown
from mia_plugins.kernels import kernel
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.tape import Tape
from mia_plugins.units import Bars, Minutes

OTHER = {"ES": "NQ", "NQ": "ES", "MES": "MNQ", "MNQ": "MES"}
"""The other index's product."""
LAGS = (1, 2, 3, 4, 5)
"""Seconds."""
KEPT = 120
"""Minutes beside those that are compared: the two need not have traded in the same ones."""


class LeadLag(Measure):
    """Which of two products leads: 1 the other, -1 this one, 0 neither; `None` without either's changes.

    It is the lag of 1 to 5 s, either way, at which the Hayashi–Yoshida cross-correlation of the two is
    largest, over half an hour up to the last full minute of the session. It asks for no common grid of
    times: two changes count together when the spans they took overlap, one of them shifted by the lag.
    """

    class Settings(BaseSettings):
        """What can be set."""

        other: str = "NQ"
        """The other product."""
        span: Annotated[Minutes, Field(gt=0, le=120)] = Minutes(30)
        """How far it looks back."""
        minutes: Annotated[Bars, Field(ge=2, le=1_000)] = Bars(50)
        """Minutes of which changes are compared."""

    outputs = ("leader",)

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        chosen = {"span": settings.span, "minutes": Bars(settings.minutes + KEPT)}
        self.own = market.measure(Steps, **chosen)
        self.other = market.measure(Steps, product=settings.other, **chosen)

    def reset(self) -> None:
        """Forget what was found."""
        self._minute, self._leader = -1, 0

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """There is nothing to take: the steps of both follow their tapes."""

    @property
    def leader(self) -> int | None:
        """Who leads at the end of the last full minute."""
        if not self.own.by_minute or not self.other.by_minute:
            return None
        minute = self.own.by_minute[-1][0]
        if minute != self._minute:
            sums = cross_sums(self.own.changes(minute), self.other.changes(minute))
            follows, leads = max(sums[lag] for lag in LAGS), max(sums[-lag] for lag in LAGS)
            self._minute, self._leader = minute, int(follows > leads) - int(follows < leads)
        return self._leader

    def pairs(self) -> list[tuple[int, int]]:
        """Return both changes, this one's first, over the last minutes that both have, the youngest last.

        They are one more than are compared; there are none when the last minute is not one of both.
        """
        if not self.own.by_minute or not self.other.by_minute:
            return []
        if self.own.by_minute[-1][0] != self.other.by_minute[-1][0]:
            return []
        there = dict(self.other.by_minute)
        both = [(change, there[ts]) for ts, change in self.own.by_minute if ts in there]
        return both[-self.settings.minutes - 1 :]


class EsNqCorrelation(Feature):
    """Correlation times where the two are going: towards the other one where that leads.

    The correlation is that of the last 50 changes over a minute. A change is measured in standard
    deviations of the 50 before it. Below a correlation of .3 the other one says nothing.
    """

    class Settings(BaseSettings):
        """What can be set."""

        span: Annotated[Minutes, Field(gt=0, le=120)] = Minutes(30)
        """How far back it is looked for who leads."""
        minutes: Annotated[Bars, Field(ge=10, le=1_000)] = Bars(50)
        """Minutes of which changes are compared."""
        least: Annotated[float, Field(ge=0, le=1)] = 0.3
        """Correlation below which there is nothing to say."""

    kind = Score.DIRECTIONAL
    mirror = ODD
    inputs = frozenset({"trades", "other product"})

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.other = OTHER.get(market.product, "")
        self.lead = None
        if self.other in market.tapes:
            self.lead = market.measure(
                LeadLag, other=self.other, span=settings.span, minutes=settings.minutes
            )

    def read(self, now: int) -> Reading:
        """Compare the last minute of both."""
        del now
        if self.lead is None:
            return unknown(f"there is no data of {self.other or 'another index'}")
        pairs = self.lead.pairs()
        if len(pairs) <= self.settings.minutes:
            return unknown(f"{len(pairs)} minutes of both, {self.settings.minutes + 1} are needed")
        both = together(pairs)
        if both is None:
            return unknown("one of the two did not move")
        rho, own, other = both
        if rho < self.settings.least:
            return quiet(f"correlation {rho:.2f} with {self.other}")
        leads = self.lead.leader == 1
        told = f"correlation {rho:.2f}, {self.other} {other:+.1f} sd, {self.market.product} {own:+.1f} sd"
        return known(
            rho * tanh(other - own if leads else (other + own) / 2),
            f"{told}, {self.other} leads" if leads else told,
        )


class Together(NamedTuple):
    """How two products went together, and where each went last."""

    correlation: float
    """-1 to 1."""
    own: float
    """This one's last change, in standard deviations of those before."""
    other: float
    """The other one's."""


def together(pairs: list[tuple[int, int]]) -> Together | None:
    """Compare the last of some pairs of changes with those before it; `None` where one does not move."""
    rho = correlation(pairs[1:])
    widths = [pstdev(change[side] for change in pairs[:-1]) for side in (0, 1)]
    if rho is None or not all(widths):
        return None
    own, other = (change / width for change, width in zip(pairs[-1], widths, strict=True))
    return Together(rho, own, other)


def correlation(pairs: list[tuple[int, int]]) -> float | None:
    """Return the correlation of two rows of changes; `None` where one of them does not change."""
    # Whole numbers up to the root: the mirror image has the same.
    n, own, other = len(pairs), sum(x for x, _ in pairs), sum(y for _, y in pairs)
    together = n * sum(x * y for x, y in pairs) - own * other
    squares = (n * sum(x * x for x, _ in pairs) - own**2) * (n * sum(y * y for _, y in pairs) - other**2)
    return max(-1.0, min(1.0, together / sqrt(squares))) if squares else None


type Changes = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Starts and ends (2, n; UTC ns), and sizes (ticks)."""


def cross_sums(own: Changes, other: Changes) -> dict[int, int]:
    """Return the Hayashi–Yoshida sums by lag in s; at a positive one this follows the other.

    They are the cross-correlations up to a factor that is the same for all lags.
    """
    return {
        sign * lag: int(overlapping(own[0], own[1], other[0], other[1], sign * lag * NS))
        for sign, lag in product((1, -1), LAGS)
    }


@kernel
def overlapping(
    spans: NDArray[np.int64],
    changes: NDArray[np.int64],
    other_spans: NDArray[np.int64],
    other_changes: NDArray[np.int64],
    lag: int,
) -> int:
    """Return the sum of products of changes whose spans overlap, the other's moved later by `lag` ns."""
    total, first = 0, 0
    for row in range(len(changes)):
        start, end = spans[0, row] - lag, spans[1, row] - lag
        while first < len(other_changes) and other_spans[1, first] <= start:
            first += 1
        at = first
        while at < len(other_changes) and other_spans[0, at] < end:
            total += changes[row] * other_changes[at]
            at += 1
    return total
