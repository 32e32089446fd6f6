"""Several models as one: their weighted mean, calibrated; or their votes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mia_plugins.learning import Fitted, Floats
from strategies.ml.calibration import Calibration
from strategies.ml.columns import Column

HALF = 0.5
"""Of the weight: what votes have to exceed."""


class Member(NamedTuple):
    """One model of an ensemble."""

    name: str
    fitted: Fitted
    weight: float
    """Of all, which sum to 1."""


class Opinion(NamedTuple):
    """What an ensemble says of one decision."""

    probability: float
    """How likely it is to win."""
    members: tuple[float, ...]
    """What each of them says, not calibrated, in their order."""


@dataclass(frozen=True)
class Ensemble:
    """Models that are asked together."""

    columns: tuple[Column, ...]
    members: tuple[Member, ...]
    calibration: Calibration

    def raw(self, x: Floats) -> Floats:
        """Return the weighted mean of the members for each row."""
        return combined(self.each(x), [one.weight for one in self.members])

    def each(self, x: Floats) -> Floats:
        """Return what each member says: a row a decision, a column a member."""
        return np.column_stack([one.fitted.probabilities(x) for one in self.members])

    def many(self, x: Floats) -> Floats:
        """Return how likely each row is to win."""
        return self.calibration.many(self.raw(x))

    def one(self, x: Floats) -> Opinion:
        """Return what is said of one row."""
        said = tuple(float(one.fitted.probabilities(x)[0]) for one in self.members)
        raw = sum(p * one.weight for p, one in zip(said, self.members, strict=True))
        return Opinion(self.calibration.one(raw), said)

    def votes(self, opinion: Opinion, gate: float) -> float:
        """Return the share of the weight that puts it at the gate or above, by the curve of their mean."""
        said = np.array([[self.calibration.one(p) for p in opinion.members]])
        return float(share_for(said, [one.weight for one in self.members], np.array([gate]))[0])


def share_for(said: Floats, weights: Sequence[float], gate: Floats) -> Floats:
    """Return which share of the weight puts each row at its gate or above; `said` has a column a member."""
    found: Floats = (said >= gate[:, None]).astype(np.float64) @ np.asarray(weights, np.float64)
    return found


def combined(each: Floats, weights: Sequence[float]) -> Floats:
    """Return the weighted mean of members' columns."""
    found: Floats = each @ np.asarray(weights, np.float64)
    return found


def stacked(each: Floats, won: Floats, weight: Floats, given: Sequence[float]) -> tuple[float, ...]:
    """Return the weights, none below 0 and summing to 1, whose mean has the least squared error.

    Learned on rows that the members had not seen; where those tell nothing, the given weights stay.
    """
    from scipy.optimize import nnls

    root = np.sqrt(weight)
    # A heavy last equation makes the weights sum to 1.
    heavy = 1e3 * float(root.max()) * np.sqrt(len(each))
    sides = np.vstack((each * root[:, None], np.full(each.shape[1], heavy)))
    found, _ = nnls(sides, np.append(won * root, heavy))
    total = float(found.sum())
    return tuple(float(one) / total for one in found) if total > 0 else tuple(given)
