"""How likely to win a decision must be to make nothing, of what wins made and losses lost after costs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from mia_plugins.learning import Floats, ModelError
from strategies.ml.dataset import DataSet

LEAST_GAINED = 1e-3
"""Where targets pay for less than the costs, hardly any probability is enough."""


@dataclass(frozen=True)
class Even:
    """What wins and losses came to, on average: costs, and what time ended in between, are in it."""

    gained: float = 1.0
    """Of its target, by a win."""
    lost: float = 1.0
    """Of its stop, by a loss."""

    @classmethod
    def of(cls, known: DataSet) -> Self:
        """Return that of decisions whose outcome is known; as the bracket says, where one kind is missing."""
        won = known.won > 0
        if won.all() or not won.any():
            return cls()
        gained = float((known.r[won] / known.target_r[won]).mean())
        return cls(max(gained, LEAST_GAINED), max(-float(known.r[~won].mean()), 0.0))

    def needed(self, target_r: Floats) -> Floats:
        """Return how likely a win must be, given how far away targets are, in stops."""
        found: Floats = self.lost / (self.lost + self.gained * target_r)
        return found

    def needed_of(self, stop: int, target: int) -> float:
        """Return the same of one bracket, in ticks."""
        return self.lost * stop / (self.lost * stop + self.gained * target)

    def as_data(self) -> dict[str, float]:
        """Return it as plain data."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Return what `as_data` told; what cannot be is an error."""
        found = cls(float(data["gained"]), float(data["lost"]))
        if not (np.isfinite([found.gained, found.lost]).all() and found.gained > 0 and found.lost >= 0):
            raise ModelError(f"wins of {found.gained:g} and losses of {found.lost:g} cannot be")
        return found
