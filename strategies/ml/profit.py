"""Results after costs with and without the filter."""

from dataclasses import dataclass

import numpy as np

from mia_plugins.statistics.figures import Figure
from mia_plugins.statistics.intervals import Resamples
from mia_plugins.statistics.results import mean_figure
from strategies.ml.dataset import Mask
from strategies.ml.scores import Judged, rise


@dataclass(frozen=True)
class Voted:
    """What the gate keeps where most of the members' weight decides, in R a decision."""

    kept: int
    mean_r_kept: Figure
    rise: Figure
    """Of the kept ones above all."""


@dataclass(frozen=True)
class Profit:
    """Results after costs with and without the filter, in R a decision."""

    count: int
    mean_r: Figure
    """Of all."""
    kept: int
    """How many the gate lets pass, by the members' mean."""
    mean_r_kept: Figure
    rise: Figure
    """Of the kept ones above all."""
    majority: Voted
    """The same where the members vote."""
    rise_of_half: Figure
    """Of the better half above all: it needs no gate."""
    rise_of_half_90: Figure
    """The same with its 90 % interval."""
    rise_of_half_99: Figure
    """The same with its 98 % interval: its lower end is the 99 % bound."""


def profit(rows: Judged) -> Profit:
    """Return results with and without the filter."""
    resamples = Resamples.of(rows.days)

    def mean(of: Mask) -> Figure:
        return mean_figure(rows.r[of], rows.day[of], rows.days, resamples, "nothing is kept")

    return Profit(
        count=len(rows.r),
        mean_r=mean(np.ones(len(rows.r), np.bool_)),
        kept=int(rows.kept.sum()),
        mean_r_kept=mean(rows.kept),
        rise=rise(rows.kept, rows, resamples, 0.95),
        majority=Voted(int(rows.voted.sum()), mean(rows.voted), rise(rows.voted, rows, resamples, 0.95)),
        rise_of_half=rise(rows.half, rows, resamples, 0.95),
        rise_of_half_90=rise(rows.half, rows, resamples, 0.90),
        rise_of_half_99=rise(rows.half, rows, resamples, 0.98),
    )
