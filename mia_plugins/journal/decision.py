"""One decision of a strategy, and the names of what it is made of."""

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from mia_plugins.errors import did_you_mean
from mia_plugins.journal.errors import JournalError

NAME = re.compile(r"[a-z][a-z0-9_]*")
"""What a feature, rule, step or input may be called."""

type Numbers = tuple[float | None, ...]
"""Numbers in the order of their names; None is not known."""


class Outcome(StrEnum):
    """What became of an evaluation."""

    NONE = "none"
    """There was no candidate."""
    TAKEN = "taken"
    """It led to an order."""
    BLOCKED = "blocked"
    """A hard rule was against it."""
    REJECTED = "rejected"
    """A gate was not passed."""


@dataclass(slots=True)
class Decision:
    """What one evaluation came to. Nobody changes it once it is handed to the journal.

    It is not frozen since a frozen one takes four times as long to make.
    """

    side: int = 0
    """+1 buy, -1 sell, 0 none."""
    outcome: Outcome = Outcome.NONE
    reason: str = ""
    """The rule that blocked it, or the gate that rejected it."""
    size: int = 0
    """Contracts."""
    stop: int | None = None
    """Price, in ticks."""
    target: int | None = None
    """Price, in ticks."""
    score: float | None = None
    confidence: float | None = None
    tier: str = ""
    values: Numbers = ()
    """One a feature."""
    contributions: Numbers = ()
    """One a feature, or none at all."""
    verdicts: tuple[bool | None, ...] = ()
    """One a rule: True where it passes, None where it was not asked."""
    numbers: Numbers = ()
    """One a rule: what it judged by."""
    steps: Numbers = ()
    """One a step of the size."""
    ages: Numbers = ()
    """One an input: its age, in s."""
    entry: int | None = None
    """Limit price of the entry, in ticks; None at the market."""
    entry_until: int | None = None
    """When the strategy lets an entry go that nobody took: UTC ns; None: never by itself."""
    until: int | None = None
    """When the position is left at the latest: UTC ns."""


@dataclass(frozen=True)
class JournalColumns:
    """The names of what a strategy's decisions hold; they do not change during a run."""

    features: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    """One a feature, or none at all."""
    rules: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    """Of the size, in the order they are taken."""
    inputs: tuple[str, ...] = ()
    """Whose ages are kept."""
    units: tuple[str, ...] = ()
    """Of what the rules judge by: one a rule, or none at all."""

    def __post_init__(self) -> None:
        """Refuse names that are not unique or no names, and weights and units that are not one each."""
        for kind in ("features", "rules", "steps", "inputs"):
            _check_names(kind, getattr(self, kind))
        if self.weights and len(self.weights) != len(self.features):
            raise JournalError(
                f"{len(self.weights)} weights for {len(self.features)} features",
                "give one a feature, in their order, or none",
            )
        if self.units and len(self.units) != len(self.rules):
            raise JournalError(
                f"{len(self.units)} units for {len(self.rules)} rules",
                "give one a rule, in their order, or none",
            )
        for name, weight in zip(self.features, self.weights, strict=False):
            if not isfinite(weight):
                raise JournalError(f"the weight of the feature '{name}' is {weight}", "give a finite number")


def _check_names(kind: str, names: tuple[str, ...]) -> None:
    for name in names:
        if NAME.fullmatch(name) is None:
            plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_0123456789")
            near = did_you_mean(name, [plain] if plain else [])
            raise JournalError(
                f"'{name}' cannot stand among the {kind} of a journal{near}",
                "a name is small letters, digits and _, and begins with a letter",
            )
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise JournalError(
            f"the {kind} of a journal hold '{twice[0]}' more than once", "each column needs a name of its own"
        )
