"""A watch over one model in use: the last candidates it saw, and the last trades it promised something of."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple

import numpy as np
from pydantic import Field

from mia_plugins.journal.decision import Decision, JournalColumns
from mia_plugins.settings import BaseSettings
from strategies.ml.card import Card
from strategies.ml.drift import Usual, by_chance, is_broken, promise, stability

LEAST_SEEN, MOST_SEEN = 50, 100_000
"""Candidates."""
LEAST_TRADES, MOST_TRADES = 20, 10_000
DAY = 86_400_000_000_000
"""ns."""


class WatchSettings(BaseSettings):
    """When a model is said to have lost its world."""

    window: Annotated[int, Field(ge=LEAST_SEEN, le=MOST_SEEN)] = 500
    """Candidates that are compared with those of the training, at least."""
    days: Annotated[float, Field(ge=0, le=365)] = 5.0
    """Days that they go back, at least: what follows the time of day is spread otherwise in an hour."""
    most_shift: Annotated[float, Field(gt=0, le=10)] = 0.25
    """The population stability index above which a column has shifted; what chance may add comes on top."""
    trades: Annotated[int, Field(ge=LEAST_TRADES, le=MOST_TRADES)] = 100
    """Closed trades whose wins are compared with what was promised."""
    sure: Annotated[float, Field(gt=0.5, lt=1)] = 0.99
    """How sure it must be that the promise is broken."""


class Enough(NamedTuple):
    """From how many on anything is told."""

    candidates: int
    days: float
    trades: int


WHOLE = WatchSettings(window=MOST_SEEN, trades=MOST_TRADES), Enough(LEAST_SEEN, 0.0, LEAST_TRADES)
"""Of a watch over all that there is, however little."""


class Watch:
    """What was seen of late."""

    def __init__(self, card: Card, settings: WatchSettings, enough: Enough | None = None) -> None:
        """Without `enough` nothing is told before a whole window was seen, nor before all its trades."""
        self._settings = settings
        self._enough = enough or Enough(settings.window, settings.days, settings.trades)
        self.id = card.id
        instrument, strategy, _ = card.slot
        self.strategy = f"{strategy}-{instrument}"
        """Whose decisions its model judges."""
        self._columns = card.columns
        self._usual = {name: Usual.from_data(told) for name, told in card.data["usual"].items()}
        self._seen: deque[tuple[float, ...]] = deque()
        self._times: deque[int] = deque()
        self._known: frozenset[str] = frozenset()
        self._said: dict[int, float] = {}
        self._kept: deque[tuple[float, bool]] = deque(maxlen=settings.trades)

    def see(self, ts: int, values: Mapping[str, float | None], side: int) -> None:
        """Take note of a candidate (UTC ns); columns that are not among the values are not watched."""
        row = []
        for one in self._columns:
            value = values.get(one.name)
            row.append(float("nan") if value is None else value * side if one.sided else value)
        self._seen.append(tuple(row))
        self._times.append(ts)
        # The oldest goes where those after it are a whole window.
        while len(self._seen) > self._settings.window and ts - self._times[1] >= self._settings.days * DAY:
            self._seen.popleft()
            self._times.popleft()
        self._known = frozenset(values)

    def say(self, decision: int, probability: float) -> None:
        """Take note of what was said of a decision that was taken."""
        self._said[decision] = probability

    def close(self, decision: int, *, won: bool) -> None:
        """Take note of how a decision's trade came out."""
        said = self._said.pop(decision, None)
        if said is not None:
            self._kept.append((said, won))

    def begin_run(self) -> None:
        """Forget decisions that are open: numbers begin again in another run."""
        self._said.clear()

    def shifts(self) -> dict[str, float]:
        """Return the stability index of each column, once enough was seen."""
        if len(self._seen) < self._enough.candidates or self._days < self._enough.days:
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
            most = self._settings.most_shift + by_chance(self._usual[name], len(self._seen))
            if shift > most:
                yield (
                    name,
                    (
                        f"drift: '{name}' is spread otherwise than when the model {self.id} was trained "
                        f"(stability index {shift:.2f}; {most:.2f} is the most of {len(self._seen):,})"
                    ),
                )
        if len(self._kept) >= self._enough.trades:
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
        if len(self._seen) < self._enough.candidates:
            yield (
                f"{len(self._seen):,} candidates are too few to tell whether inputs have shifted: "
                f"{self._enough.candidates:,} are needed"
            )
        elif self._days < self._enough.days:
            yield f"{self._days:.1f} days of candidates are too few: {self._enough.days:g} are needed"
        if len(self._kept) < self._enough.trades:
            yield (
                f"{len(self._kept):,} trades with a probability are too few to tell whether it was kept: "
                f"{self._enough.trades:,} are needed"
            )

    @property
    def _days(self) -> float:
        """How far back it goes."""
        return (self._times[-1] - self._times[0]) / DAY if self._times else 0.0

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


def watched_values(
    decision: Decision, columns: JournalColumns, price: int | None
) -> Mapping[str, float | None]:
    """Return what is watched of a decision made at a price (ticks), by name.

    Its features, score, confidence and how far away stop and target were. Its side and its time are not
    watched: of a few days they are never spread as of many.
    """
    named: dict[str, float | None] = dict(zip(columns.features, decision.values, strict=True))
    return named | {
        "score": decision.score,
        "confidence": decision.confidence,
        "stop_distance": _distance(price, decision.stop),
        "target_distance": _distance(price, decision.target),
    }


def said_by(decision: Decision, columns: JournalColumns, name: str) -> float | None:
    """Return the number that a filter judged by; None where it was not asked."""
    return decision.numbers[columns.rules.index(name)] if name in columns.rules else None


def has_won(how: str, net: float) -> bool:
    """Say whether a trade that ended in some way won, as a training labels it; `net` in any unit."""
    return how == "target" or net > 0


def _distance(price: int | None, other: int | None) -> float | None:
    return None if price is None or other is None else float(abs(price - other))
