"""Confluence: what directional features say together, scaled by the qualities."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mia_plugins.features import Score


class Weighed(NamedTuple):
    """A feature's value with its weight."""

    name: str
    kind: Score
    weight: float
    """As the preset has it: raw."""
    value: float | None
    """`None` is not known."""


@dataclass(frozen=True, slots=True)
class Confluence:
    """What features say together."""

    score: float | None
    """-1 to 1; `None` when no directional feature with a weight is known."""
    coverage: float
    """The share of the weight that is known."""
    contributions: tuple[float | None, ...]
    """One a feature; those that are known add up to the score."""


def confluence(features: Sequence[Weighed]) -> Confluence:
    """Weigh features.

    d = Σ w·f / Σ w over the directional ones; the score is d·(W + Σ w·q) over the qualities q, weights
    normalised over what is known and W the directional share of them: a quality scales a direction that
    exists, it never makes one.
    """
    total = sum([weight for _, _, weight, _ in features])
    known = sum([weight for _, _, weight, value in features if value is not None])
    coverage = known / total if total else 0.0
    directional = [
        (weight, value)
        for _, kind, weight, value in features
        if kind is Score.DIRECTIONAL and value is not None
    ]
    by = sum([weight for weight, _ in directional])
    if not by:
        return Confluence(None, coverage, tuple([None if one.value is None else 0.0 for one in features]))
    direction = sum([weight * value for weight, value in directional]) / by
    # A quality adds its part of the direction of all.
    contributions = tuple(
        [
            None
            if value is None
            else weight / known * value * (1.0 if kind is Score.DIRECTIONAL else direction)
            for _, kind, weight, value in features
        ]
    )
    return Confluence(sum([part for part in contributions if part is not None]), coverage, contributions)


def share_on_side(features: Sequence[Weighed], side: int) -> float:
    """Return how much of what directional features say, by weight, is on a side: 0 to 1."""
    said = [weight * value for _, kind, weight, value in features if kind is Score.DIRECTIONAL and value]
    of_all = sum(map(abs, said))
    return sum([abs(one) for one in said if one * side > 0]) / of_all if of_all else 0.0
