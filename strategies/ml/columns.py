"""What a model looks at: columns of the journal, read the same from a file and from a candidate.

A column is a feature's value, or one of a few numbers that every decision carries. A *sided* one is
multiplied by the side: 1 then speaks for the trade and not for up.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from mia_plugins.decisions import Candidate
from mia_plugins.learning import Floats

NAN = float("nan")
HOUR = 3_600_000_000_000
"""ns."""

FIXED: Final[Mapping[str, Callable[[Candidate], float | None]]] = {
    "score": lambda one: one.score,
    "confidence": lambda one: one.confidence,
    "side": lambda one: float(one.side),
    "stop_distance": lambda one: float(one.stop),
    "target_distance": lambda one: float(one.target),
    "hours_open": lambda one: (one.now - one.session.open) / HOUR,
    "hours_left": lambda one: (one.session.close - one.now) / HOUR,
    "weekday": lambda one: float(one.session.day.weekday()),
}
"""What every decision carries beside its features: score, confidence, side, ticks to the stop and to the
target, and what follows from its time: hours since the session's open and to its close, 0 for a Monday."""


class Column(NamedTuple):
    """One input of a model."""

    name: str
    """A feature's, or one of `FIXED`."""
    sided: bool
    """Whether it is multiplied by the side."""

    @property
    def label(self) -> str:
        """What tables call it."""
        return f"{self.name} × side" if self.sided else self.name


class Reader:
    """Reads the columns of candidates: made once, asked often."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._fixed = [(at, FIXED[one.name]) for at, one in enumerate(columns) if one.name in FIXED]
        self._features = [(at, one.name) for at, one in enumerate(columns) if one.name not in FIXED]
        self._sided = [at for at, one in enumerate(columns) if one.sided]
        self._width = len(columns)

    def row(self, candidate: Candidate) -> Floats:
        """Return a candidate's inputs as one row; nan where something is not known."""
        found = [NAN] * self._width
        for at, read in self._fixed:
            value = read(candidate)
            if value is not None:
                found[at] = value
        values = candidate.values
        for at, name in self._features:
            value = values.get(name)
            if value is not None:
                found[at] = value
        if candidate.side < 0:
            for at in self._sided:
                found[at] = -found[at]
        return np.array([found])


def sided_where_signed(names: Sequence[str], values: Floats) -> tuple[Column, ...]:
    """Return columns of which those that ever lie below 0 are sided: they point up or down."""
    below = (np.nan_to_num(values) < 0).any(axis=0)
    even = set(FIXED) - {"score"}
    return tuple(Column(name, bool(low) and name not in even) for name, low in zip(names, below, strict=True))
