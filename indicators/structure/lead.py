"""`es_nq_correlation`: what the other index says about this one, and which of the two leads."""

from math import sqrt, tanh
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indicators.structure.steps import CHANGE, END, MINUTE, START, Changes, Steps, ended
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
type Span = tuple[int, int, int, int, int]
"""1 or -1, the first and the end of this one's changes, and of the other's."""
type Spans = tuple[Span, Span, Span, Span]
NO_SPAN: Span = (0, 0, 0, 0, 0)
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

    @property
    def halted(self) -> str:
        """The product of the two that has not traded for long; empty where both have."""
        there = ((self.market.product, self.own), (self.settings.other, self.other))
        return next((product for product, steps in there if steps.is_halted), "")

    def reset(self) -> None:
        """Forget what was found."""
        self._minute, self._leads = 0, 0
        self._sums = np.zeros(2 * len(LAGS), np.int64)
        self._summed: tuple[Changes, Changes] | None = None
        self._pairs = np.zeros((self.settings.minutes + 1, 2), np.int64)

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """There is nothing to take: the steps of both follow their tapes."""

    @property
    def leader(self) -> int | None:
        """Who leads at the end of the last full minute."""
        minute = self.own.minute
        if minute is None or self.other.minute is None:
            return None
        if minute != self._minute:
            both = self.own.changes(minute), self.other.changes(minute)
            before = self._summed if minute == self._minute + MINUTE else None
            if before is None or not _goes_on(before, both):
                before, self._sums[:] = None, 0
            add_products(self._sums, both, before)
            self._minute, self._summed = minute, both
            sums = self._sums.tolist()
            follows, leads = max(sums[: len(LAGS)]), max(sums[len(LAGS) :])
            self._leads = (follows > leads) - (follows < leads)
        return self._leads

    def compared(self) -> "Compared | None":
        """Compare the changes of both over the last minutes that both have, of which the last must be one."""
        own, other = self.own, self.other
        if own.minute is None or own.minute != other.minute:
            return None
        return Compared(*compare(own.by_minute, other.by_minute, self._pairs, (own.count, other.count)))


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
            return unknown("there is no data of {}", self.other or "another index")
        if self.lead.halted:
            return unknown("{} has not traded for minutes", self.lead.halted)
        found, needed = self.lead.compared(), self.settings.minutes + 1
        if found is None or found.minutes < needed:
            return unknown("{} minutes of both, {} are needed", found.minutes if found else 0, needed)
        both = found.together
        if both is None:
            return unknown("one of the two did not move")
        rho, own, other = both
        if rho < self.settings.least:
            return quiet("correlation {:.2f} with {}", rho, self.other)
        leads = self.lead.leader == 1
        told = "correlation {:.2f}, {} {:+.1f} sd, {} {:+.1f} sd"
        return known(
            rho * tanh(other - own if leads else (other + own) / 2),
            f"{told}, {self.other} leads" if leads else told,
            rho,
            self.other,
            other,
            self.market.product,
            own,
        )


class Together(NamedTuple):
    """How two products went together, and where each went last."""

    correlation: float
    """-1 to 1."""
    own: float
    """This one's last change, in standard deviations of those before."""
    other: float
    """The other one's."""


type Moments = tuple[int, int, int, int, int]
"""Sums of x, y, x², y² and x·y."""


class Compared(NamedTuple):
    """Pairs of changes, this one's and the other one's, over minutes that both have."""

    minutes: int
    """How many; only from two on there is something to compare."""
    last: tuple[int, int]
    """The youngest: ticks."""
    young: Moments
    """Of all but the oldest."""
    before: Moments
    """Of all but the youngest."""

    @property
    def together(self) -> Together | None:
        """How the two went together, and the youngest beside those before; `None` where one stays.

        The correlation is that of all but the oldest.
        """
        n = self.minutes - 1
        x, y, xx, yy, _ = self.before
        own, other = sqrt(n * xx - x**2) / n, sqrt(n * yy - y**2) / n
        rho = correlation(n, self.young)
        if rho is None or not own or not other:
            return None
        return Together(rho, self.last[0] / own, self.last[1] / other)


def correlation(n: int, sums: Moments) -> float | None:
    """Return the correlation of `n` pairs of changes; `None` where one of the two does not change."""
    # Whole numbers up to the root: the mirror image has the same.
    x, y, xx, yy, xy = sums
    squares = (n * xx - x**2) * (n * yy - y**2)
    return max(-1.0, min(1.0, (n * xy - x * y) / sqrt(squares))) if squares else None


@kernel
def compare(
    own: NDArray[np.int64], other: NDArray[np.int64], pairs: NDArray[np.int64], counts: tuple[int, int]
) -> tuple[int, tuple[int, int], Moments, Moments]:
    """Find changes of the same minutes, and return what `Compared` says of them; none count as zeros."""
    found = pair(own, other, pairs, counts)
    last = (pairs[0, 0], pairs[0, 1])
    return found, last, moments(pairs, 0, found - 1), moments(pairs, 1, found)


@kernel
def pair(
    own: NDArray[np.int64], other: NDArray[np.int64], pairs: NDArray[np.int64], counts: tuple[int, int]
) -> int:
    """Find changes of the same minutes, the youngest first, until `pairs` is full; return how many."""
    one, another, found = counts[0] - 1, counts[1] - 1, 0
    last = max(0, counts[0] - len(own)), max(0, counts[1] - len(other))
    while one >= last[0] and another >= last[1] and found < len(pairs):
        row, beside = own[one % len(own)], other[another % len(other)]
        if row[0] == beside[0]:
            pairs[found, 0], pairs[found, 1] = row[1], beside[1]
            found += 1
        if row[0] >= beside[0]:
            one -= 1
        if row[0] <= beside[0]:
            another -= 1
    return found


@kernel
def moments(pairs: NDArray[np.int64], first: int, end: int) -> tuple[int, int, int, int, int]:
    """Return the sums of x, y, x², y² and x·y of some pairs."""
    x, y, xx, yy, xy = 0, 0, 0, 0, 0
    for row in range(first, end):
        one, other = pairs[row, 0], pairs[row, 1]
        x += one
        y += other
        xx += one * one
        yy += other * other
        xy += one * other
    return x, y, xx, yy, xy


def _goes_on(before: tuple[Changes, Changes], now: tuple[Changes, Changes]) -> bool:
    """Say whether windows have only moved on, and what has left them since is still there."""
    return all(
        one.ring is other.ring and other.kept <= one.first <= other.first <= one.end <= other.end
        for one, other in zip(before, now, strict=True)
    )


def add_products(
    sums: NDArray[np.int64], now: tuple[Changes, Changes], before: tuple[Changes, Changes] | None = None
) -> None:
    """Make Hayashi–Yoshida sums over changes of this one and of the other one; a lag a place.

    First come the lags at which this one follows the other, then those at which it leads. They are the
    cross-correlations up to a factor that is the same for all lags. `before` is what they hold already:
    then only the products that have come or gone are counted, and all are whole numbers.
    """
    own, other = now
    spans: Spans = ((1, own.first, own.end, other.first, other.end), NO_SPAN, NO_SPAN, NO_SPAN)
    if before is not None:
        was, others = before
        spans = (
            (-1, was.first, own.first, others.first, others.end),
            (-1, own.first, was.end, others.first, other.first),
            (1, own.first, was.end, others.end, other.end),
            (1, was.end, own.end, other.first, other.end),
        )
    add_spans(sums, own.ring, other.ring, spans)


@kernel
def add_spans(
    sums: NDArray[np.int64], own: NDArray[np.int64], other: NDArray[np.int64], spans: Spans
) -> None:
    """Add (or take away) products of changes, span by span."""
    for span in spans:
        if span[1] < span[2] and span[3] < span[4]:
            add_overlapping(sums, own, other, span)


@kernel
def add_overlapping(
    sums: NDArray[np.int64],
    own: NDArray[np.int64],
    other: NDArray[np.int64],
    span: Span,
) -> None:
    """Add (or take away) products of changes whose spans overlap, the other's moved later by each lag.

    `span` is 1 or -1, the first and the end of this one's changes, and of the other's; a lag is a second.
    """
    sign, begin, end, other_begin, other_end = span
    half = len(sums) // 2
    earliest, latest = other[other_begin % len(other), START], other[(other_end - 1) % len(other), END]
    for place in range(len(sums)):
        lag = (place + 1 if place < half else half - 1 - place) * NS
        number = ended(own, begin, end, earliest + lag)
        low = other_begin
        if number < end:
            low = ended(other, other_begin, other_end, own[number % len(own), START] - lag)
        while number < end and own[number % len(own), START] < latest + lag:
            row = own[number % len(own)]
            while low < other_end and other[low % len(other), END] + lag <= row[START]:
                low += 1
            at = low
            while at < other_end and other[at % len(other), START] + lag < row[END]:
                sums[place] += sign * row[CHANGE] * other[at % len(other), CHANGE]
                at += 1
            number += 1
