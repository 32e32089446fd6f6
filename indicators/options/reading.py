"""What scores are made with: what is not known is named, distances become proximities."""

import math

from mia_plugins.features import Reading
from mia_plugins.features import unknown as unknown_because


class Terms(dict[str, float]):
    """Terms of a score by name; in words each with its value: `"{:+.2f}".format(terms)`."""

    def mean(self, weights: list[float]) -> float:
        """Return their mean by weights in their order."""
        return sum(weight * term for weight, term in zip(weights, self.values(), strict=True)) / sum(weights)

    def __format__(self, spec: str) -> str:
        """Return them in words, each value by a format."""
        return ", ".join(f"{name} {term:{spec}}" for name, term in self.items())


def unknown(*missing: str) -> Reading:
    """Return that a score is not known, for want of something."""
    return unknown_because(f"not known: {', '.join(missing)}")


def proximity(distance: float, reach: float) -> float:
    """Return p(d, r): 1 at no distance, 0 from `reach` on; both in the same unit."""
    return max(0.0, 1.0 - abs(distance) / reach) if reach > 0 else 0.0


def known(value: float | None) -> float | None:
    """Return a number, or None for what is none: missing, NaN or infinite."""
    return value if value is not None and math.isfinite(value) else None


def sign(value: float) -> int:
    """Return −1, 0 or +1."""
    return (value > 0) - (value < 0)
