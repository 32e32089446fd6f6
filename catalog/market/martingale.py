"""Tests that a price cannot be foretold: variance ratios, and regressions of changes on past flow.

Days are independent, and each is one observation: nothing is assumed of what happens within one.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from catalog.market.contracts import INSTRUMENTS, Instrument
from catalog.market.day import MarketDay
from mia_plugins.data.sessions import NS

Floats = NDArray[np.float64]
STEPS_A_SECOND = 2
"""Paths and flows have a value each half second: the shortest horizon."""
HORIZONS = (1, 2, 5, 15, 60, 300, 900, 1800)
"""Seconds whose variance is compared with that of half a second."""
FLOW_HORIZONS = (0.5, 1, 10, 60, 300)
"""Seconds over which flows are summed, and the changes that they might foretell."""
FLOW_LAGS = (1, 2, 5)
"""How many such spans lie between the beginnings of a flow and of a change."""
FAMILY_WISE_ERROR = 0.01
"""Probability that anything at all is found of a market in which there is nothing to find."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A variance ratio pooled over days, with its standard error across them."""

    seconds: int
    value: float
    error: float
    t: float
    """Student's t of the days' excess variance."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One way in which a price might be foretold."""

    what: str
    t: float
    days: int

    @property
    def p(self) -> float:
        """Return the probability of so large a t, of either sign, when there is nothing."""
        return student_tail(self.t, self.days - 1)


@dataclass(frozen=True, slots=True)
class DayPath:
    """One instrument, one day, by half second of the session."""

    mids: Floats
    """In ticks, with the one at the open."""
    flow: Floats
    """Contracts bought less those sold by aggressors."""


def paths_of(day: MarketDay) -> dict[Instrument, DayPath]:
    """Return the paths of a day's instruments."""
    return {code: _path(day, code) for code in INSTRUMENTS}


def _path(day: MarketDay, code: Instrument) -> DayPath:
    depth, trades = day.instruments[code].depth, day.instruments[code].trades
    step, count = NS // STEPS_A_SECOND, day.session.seconds * STEPS_A_SECOND
    at = day.session.open + np.arange(count + 1) * step
    rows = (np.searchsorted(depth.ts, at, side="right") - 1).clip(0)
    # What happens at a full step belongs to the span that it ends, and is known then.
    span = ((trades.ts - day.session.open - 1) // step).clip(0)
    mids: Floats = (depth.bid_ticks[rows, 0] + depth.ask_ticks[rows, 0]) / 2
    return DayPath(mids, np.bincount(span, trades.lots * trades.side, count).astype(float))


def variance_ratios(paths: Sequence[Floats], horizons: Sequence[int] = HORIZONS) -> list[Ratio]:
    """Compare the variance of overlapping changes with that of half a second.

    The changes are not centred: under the hypothesis their mean is 0. The error comes from leaving out
    one day at a time, which holds whatever the volatility does. The t has each day's excess in units of
    its own variance, so that no wild day outweighs the others.
    """
    ones = np.array([np.mean(np.diff(path) ** 2) for path in paths])
    ratios = []
    for seconds in horizons:
        steps = seconds * STEPS_A_SECOND
        longs = np.array([np.mean((path[steps:] - path[:-steps]) ** 2) / steps for path in paths])
        without = (longs.sum() - longs) / (ones.sum() - ones)
        error = float(np.sqrt((len(paths) - 1) * np.var(without)))
        ratios.append(Ratio(seconds, float(longs.sum() / ones.sum()), error, _t(longs / ones - 1)))
    return ratios


def foretold(paths: Sequence[Floats], flows: Sequence[Floats], seconds: float, lag: int = 1) -> float:
    """Return the t of the regression of a change on the flow `lag` spans of so many seconds before.

    Changes and flows are scaled by day; the days' correlations are the observations.
    """
    steps = round(seconds * STEPS_A_SECOND)
    return _t(np.array([_lagged(path, flow, steps, lag) for path, flow in zip(paths, flows, strict=True)]))


def _lagged(path: Floats, flow: Floats, steps: int, lag: int) -> float:
    count = len(flow) // steps
    sums = flow[: count * steps].reshape(count, steps).sum(1)
    changes = np.diff(path[: count * steps + 1 : steps])
    return float(np.mean(changes[lag:] * sums[:-lag]) / (changes.std() * sums.std()))


def evidence(days: Sequence[dict[Instrument, DayPath]]) -> Iterator[Evidence]:
    """Yield every way of foretelling: each instrument's variance ratios, and either one's flow before it."""
    for code in INSTRUMENTS:
        mids = [day[code].mids for day in days]
        for ratio in variance_ratios(mids):
            yield Evidence(f"{code}, variance ratio, {ratio.seconds} s", ratio.t, len(days))
        for source in INSTRUMENTS:
            flows = [day[source].flow for day in days]
            for seconds in FLOW_HORIZONS:
                for lag in FLOW_LAGS:
                    t = foretold(mids, flows, seconds, lag)
                    yield Evidence(f"{code} on the flow of {source}, {seconds:g} s, lag {lag}", t, len(days))


class Probable(Protocol):
    """What has a probability when there is nothing."""

    @property
    def p(self) -> float:
        """Return it."""


def found[P: Probable](every: Iterable[P], error: float = FAMILY_WISE_ERROR) -> list[P]:
    """Return what is significant after Holm's correction: the family-wise error is at most `error`."""
    ordered = sorted(every, key=lambda one: one.p)
    for place, one in enumerate(ordered):
        if one.p > error / (len(ordered) - place):
            return ordered[:place]
    return ordered


def student_tail(t: float, freedom: int) -> float:
    """Return the probability of a Student's t at least this far from 0, on either side."""
    # With t = √freedom · tan θ the density is cos θ to a power: smooth on a bounded span.
    angles = np.linspace(0.0, math.pi / 2, 20_001)
    density = np.cos(angles) ** (freedom - 1)
    edge = math.atan(abs(t) / math.sqrt(freedom))
    beyond = np.linspace(edge, math.pi / 2, 20_001)
    return float(np.trapezoid(np.cos(beyond) ** (freedom - 1), beyond) / np.trapezoid(density, angles))


def _t(values: Floats) -> float:
    """Return Student's t of the mean of some independent values."""
    return float(values.mean() / (values.std(ddof=1) / math.sqrt(len(values))))
