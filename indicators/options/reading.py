"""A score with its reason: None is not known, 0 with the reason `quiet` is known and nothing is going on."""

import math
from typing import NamedTuple

QUIET = "quiet"


class Reading(NamedTuple):
    """A score and why it is what it is."""

    value: float | None
    """In [−1, 1], of a quality in [0, 1]; None: not known."""
    reason: str
    """What is not known, that it is quiet, or what speaks."""


def unknown(*missing: str) -> Reading:
    """Return that a score is not known, for want of something."""
    return Reading(None, f"not known: {', '.join(missing)}")


def quiet(why: str) -> Reading:
    """Return that all is known and nothing is going on."""
    return Reading(0.0, f"{QUIET}: {why}")


def proximity(distance: float, reach: float) -> float:
    """Return p(d, r): 1 at no distance, 0 from `reach` on; both in the same unit."""
    return max(0.0, 1.0 - abs(distance) / reach) if reach > 0 else 0.0


def known(value: float | None) -> float | None:
    """Return a number, or None for what is none: missing, NaN or infinite."""
    return value if value is not None and math.isfinite(value) else None


def sign(value: float) -> int:
    """Return −1, 0 or +1."""
    return (value > 0) - (value < 0)
