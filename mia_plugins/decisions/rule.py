"""`Rule`: what may block a candidate, or make it smaller."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from mia_plugins.decisions.candidate import Candidate
from mia_plugins.features.market import Market
from mia_plugins.settings.accord import Beside, Conflict
from mia_plugins.settings.model import BaseSettings
from mia_plugins.words import filled


class Force(StrEnum):
    """What a rule can do."""

    HARD = "hard"
    """Block."""
    SOFT = "soft"
    """Make the size smaller, and ask for a wider stop: soft factors multiply."""
    CAP = "cap"
    """Say what the soft factors together may be at most."""
    COST = "cost"
    """Make the size smaller for what trading costs now: multiplied after the cap."""


class Verdict(NamedTuple):
    """What a rule says of a candidate."""

    passes: bool | None
    """`False` blocks; `None`: it has nothing to say here."""
    number: float | None
    """What it judged by, in the unit of the rule."""
    line: str
    """Why, in words: a line, with places for numbers."""
    numbers: tuple[object, ...] = ()
    """What stands in the places."""
    factor: float = 1.0
    """What the size is multiplied by: above 0, at most 1."""
    stop: int = 0
    """How far away the stop must be at least, in ticks."""

    @property
    def reason(self) -> str:
        """Why, in words: a line."""
        return filled(self.line, self.numbers)


_new = tuple.__new__
"""Half of what `Verdict(…)` takes, and every rule is asked at every decision."""


def passes(number: float | None, reason: str = "", *numbers: object) -> Verdict:
    """Return a verdict that lets through.

    `passes(4.2, "{:.1f} t away", 4.2)` puts numbers into the reason only when it is read.
    """
    return _new(Verdict, (True, number, reason, numbers, 1.0, 0))


def blocks(number: float | None, reason: str, *numbers: object) -> Verdict:
    """Return a verdict that blocks."""
    return _new(Verdict, (False, number, reason, numbers, 1.0, 0))


def scales(factor: float, number: float | None, reason: str, *numbers: object, stop: int = 0) -> Verdict:
    """Return a verdict that lets a smaller size through, with a stop no nearer than so many ticks."""
    return _new(Verdict, (True, number, reason, numbers, factor, stop))


def not_asked(reason: str, *numbers: object) -> Verdict:
    """Return a verdict of a rule that has nothing to say: what it looks at is not there."""
    return _new(Verdict, (None, None, reason, numbers, 1.0, 0))


class Rule(ABC):
    """Base of every rule.

        class LateFriday(Rule):
            force = Force.HARD
            unit = "h New York"

            class Settings(BaseSettings):
                from_hour: Annotated[int, Field(ge=0, le=23)] = 15

            def judge(self, candidate):
                ...
                return blocks(hour, "{:.1f} h on a Friday", hour) if late else passes(hour)

    It asks the market for the measures it looks at in its `__init__`, as a feature does. It keeps nothing
    of candidates it saw: a verdict follows from the candidate, the account in it and the measures.
    """

    Settings: ClassVar[type[BaseSettings]] = BaseSettings
    """What can be set: a class inside it."""

    force: ClassVar[Force] = Force.HARD
    unit: ClassVar[str] = ""
    """Of the number it judges by."""
    asks_again: ClassVar[bool] = False
    """Whether it is asked once more with the final size; what it says then counts."""

    def __init__(self, market: Market, settings: Any) -> None:
        self.market = market
        self.settings = settings

    @classmethod
    def conflicts(cls, settings: Any, beside: Beside) -> Iterable[Conflict]:
        """Return which of its settings contradict others of the run. Override it."""
        del settings, beside
        return ()

    @abstractmethod
    def judge(self, candidate: Candidate) -> Verdict:
        """Say whether a candidate may go on; only what is known at `candidate.now` counts."""

    def leave(self, now: int) -> str:
        """Say why what is held should be left at `now` (UTC ns); empty when it may be kept. Override it."""
        del now
        return ""
