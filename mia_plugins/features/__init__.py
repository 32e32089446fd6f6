"""Measurements over the tape, and the features that make scores of them.

A *measure* follows the tape and keeps numbers: a VWAP, a volume profile, the swings. A *feature* looks at
measures when a decision is due and says one number, its kind and the reason in words. Features of one
strategy share their measures through a `Market`: each exists once, however many features look at it. An
*indicator* is computed from bars that it is given; `followed` makes a measure of it.
"""

from mia_plugins.features.events import EventMeasure, Scout
from mia_plugins.features.feature import (
    EVEN,
    ODD,
    Feature,
    FeatureError,
    Mirror,
    Reading,
    Score,
    exempt,
    known,
    quiet,
    unknown,
)
from mia_plugins.features.followed import Followed, followed
from mia_plugins.features.indicator import Indicator
from mia_plugins.features.market import Market
from mia_plugins.features.measure import BarMeasure, Measure

__all__ = [
    "EVEN",
    "ODD",
    "BarMeasure",
    "EventMeasure",
    "Feature",
    "FeatureError",
    "Followed",
    "Indicator",
    "Market",
    "Measure",
    "Mirror",
    "Reading",
    "Score",
    "Scout",
    "exempt",
    "followed",
    "known",
    "quiet",
    "unknown",
]
