"""A watch over one model in use: the last candidates it saw, and the last trades it promised something of."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from mia_plugins.settings import BaseSettings
from strategies.ml.card import Card
from strategies.ml.drift import Usual, is_broken, promise, stability

LEAST_SEEN, MOST_SEEN = 50, 100_000
"""Candidates."""
LEAST_TRADES, MOST_TRADES = 20, 10_000


class WatchSettings(BaseSettings):
    """When a model is said to have lost its world."""

    window: Annotated[int, Field(ge=LEAST_SEEN, le=MOST_SEEN)] = 500
    """Candidates that are compared with those of the training."""
    most_shift: Annotated[float, Field(gt=0, le=10)] = 0.25
    """The population stability index above which a column has shifted."""
    trades: Annotated[int, Field(ge=LEAST_TRADES, le=MOST_TRADES)] = 100
    """Closed trades whose wins are compared with what was promised."""
    sure: Annotated[float, Field(gt=0.5, lt=1)] = 0.99
    """How sure it must be that the promise is broken."""


class Watch:
    """What was seen of late."""

    def __init__(self, card: Card, settings: WatchSettings) -> None:
        self._settings = settings
        self.id = card.id
        self._columns = card.columns
        self._usual = {name: Usual.from_data(told) for name, told in card.data["usual"].items()}
        self._seen: deque[tuple[float, ...]] = deque(maxlen=settings.window)
        self._said: dict[int, float] = {}
        self._kept: deque[tuple[float, bool]] = deque(maxlen=settings.trades)

    def see(self, values: Mapping[str, float | None], side: int) -> None:
        """Take note of a candidate; columns that are not among the values are not watched."""
        row = []
        for one in self._columns:
            value = values.get(one.name)
            row.append(float("nan") if value is None else value * side if one.sided else value)
        self._seen.append(tuple(row))
        self._known = set(values)

    def say(self, decision: int, probability: float) -> None:
        """Take note of what was said of a decision that was taken."""
        self._said[decision] = probability

    def close(self, decision: int, *, won: bool) -> None:
        """Take note of how a decision's trade came out."""
        said = self._said.pop(decision, None)
        if said is not None:
            self._kept.append((said, won))

    def shifts(self) -> dict[str, float]:
        """Return the stability index of each column, once a whole window was seen."""
        if len(self._seen) < self._settings.window:
            return {}
        seen = np.array(self._seen)
        return {
            one.name: stability(self._usual[one.name], seen[:, at])
            for at, one in enumerate(self._columns)
            if one.name in self._known
        }

    def alarms(self) -> Iterator[tuple[str, str]]:
        """Yield what is wrong: what it is about, and a line."""
        for name, shift in self.shifts().items():
            if shift > self._settings.most_shift:
                yield (
                    name,
                    (
                        f"drift: '{name}' is spread otherwise than when the model {self.id} was trained "
                        f"(stability index {shift:.2f}, {self._settings.most_shift:g} is the most)"
                    ),
                )
        if len(self._kept) == self._settings.trades:
            kept = promise(*zip(*self._kept, strict=True))
            if is_broken(kept, self._settings.sure):
                yield (
                    "calibration",
                    (
                        f"drift: of {kept.trades} trades {kept.came:.0%} won, and the model {self.id} had "
                        f"said {kept.promised:.0%} ({kept.distance:+.1f} standard errors)"
                    ),
                )

    def too_few(self) -> Iterator[str]:
        """Yield what cannot be told yet, a line each."""
        own = self._settings
        if len(self._seen) < own.window:
            yield (
                f"{len(self._seen):,} candidates are too few to tell whether inputs have shifted: "
                f"{own.window:,} are needed"
            )
        if len(self._kept) < own.trades:
            yield (
                f"{len(self._kept):,} trades with a probability are too few to tell whether it was kept: "
                f"{own.trades:,} are needed"
            )

    @property
    def state(self) -> dict[str, Any]:
        """What there is to tell, for a script."""
        kept = promise(*zip(*self._kept, strict=True)) if self._kept else None
        return {
            "model": self.id,
            "candidates": len(self._seen),
            "shifts": self.shifts(),
            "trades": len(self._kept),
            "promised": kept.promised if kept else None,
            "came": kept.came if kept else None,
            "too_few": list(self.too_few()),
            "alarms": [text for _, text in self.alarms()],
        }
