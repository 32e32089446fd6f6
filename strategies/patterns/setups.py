"""What patterns are made of: conditions with margins, a look at one side, a setup that may be traded."""

from collections.abc import Sequence
from math import isfinite
from typing import Any, NamedTuple


class Condition(NamedTuple):
    """One thing a pattern asks for on a side."""

    holds: bool
    margin: float | None = None
    """By how much it holds: 0 only just, 1 clearly, below 0 it does not. `None`: it has no degree."""
    is_known: bool = True

    @property
    def number(self) -> float | None:
        """What the journal keeps: the margin from -1 to 1; 1 or -1 without a degree; `None`: not known."""
        if not self.is_known:
            return None
        if self.margin is None:
            return 1.0 if self.holds else -1.0
        return min(max(self.margin, -1.0), 1.0)


UNKNOWN = Condition(holds=False, is_known=False)


def fact(holds: bool | None) -> Condition:  # noqa: FBT001 it is what the condition says
    """Return a condition without a degree; `None` is not known."""
    return UNKNOWN if holds is None else Condition(holds)


def at_least(value: float | None, least: float) -> Condition:
    """Return value >= least; clear at twice as much."""
    if value is None or not isfinite(value):
        return UNKNOWN
    return Condition(value >= least, value / least - 1 if least > 0 else float(value >= least))


NOT_THERE = Condition(holds=False, margin=-1.0)
"""There is no such event."""


def at_most(value: float | None, most: float) -> Condition:
    """Return value <= most; clear at nothing."""
    if value is None or not isfinite(value):
        return UNKNOWN
    return Condition(value <= most, 1 - value / most if most > 0 else float(value <= most))


def above(value: float | None, least: float | None) -> Condition:
    """Return value > least, where least is above 0; clear at twice as much."""
    if value is None or least is None:
        return UNKNOWN
    if least <= 0:
        return Condition(value > 0, 1.0 if value > 0 else -1.0)
    return Condition(value > least, value / least - 1)


def on_side(value: float | None, clear: float | None) -> Condition:
    """Return value > 0; clear at `clear`, which is what is usual or wide."""
    if value is None or clear is None:
        return UNKNOWN
    return Condition(value > 0, value / clear if clear > 0 else float((value > 0) - (value < 0)))


def pattern_confidence(conditions: Sequence[Condition]) -> float:
    """Return .5 + .5 of the mean margin, each from 0 to 1; those without a degree are not in it."""
    margins = [min(max(one.margin, 0.0), 1.0) for one in conditions if one.margin is not None]
    return 0.5 + 0.5 * sum(margins) / len(margins) if margins else 0.5


def all_of(*conditions: Condition) -> Condition:
    """Return several conditions as one: its margin is their mean where all hold, else the worst."""
    if not all(one.is_known for one in conditions):
        return UNKNOWN
    numbers = [one.number or 0.0 for one in conditions if one.margin is not None or not one.holds]
    holds = all(one.holds for one in conditions)
    if not numbers:
        return Condition(holds)
    return Condition(holds, sum(numbers) / len(numbers) if holds else min(numbers))


class Look(NamedTuple):
    """What a pattern sees on one side, at a bar's close or just after an event of its own."""

    side: int
    """1 it would buy, -1 it would sell."""
    conditions: tuple[Condition, ...]
    """In the order of the pattern's names."""
    event: int = 0
    """When what it is about came up: UTC ns. The same event makes no second setup."""
    targets: tuple[float, ...] = ()
    """Prices it may aim at, in ticks; none: a multiple of the stop."""
    about: Any = None
    """What tells later whether it still holds."""
    more: tuple[float | None, ...] = ()
    """What the journal keeps beside the conditions, in the order of the pattern's `more`."""

    @property
    def holds(self) -> bool:
        """Whether every condition does."""
        return all(one.holds for one in self.conditions)

    @property
    def confidence(self) -> float:
        """.5 to 1."""
        return pattern_confidence(self.conditions)

    @property
    def numbers(self) -> tuple[float | None, ...]:
        """What the journal keeps of it."""
        return (*(one.number for one in self.conditions), *self.more)


class Setup(NamedTuple):
    """A look all of whose conditions held."""

    ts: int
    """When they did first: UTC ns."""
    look: Look
    seen: int = 0
    """When they were last looked at: UTC ns."""
    at_close: bool = True
    """Whether that was the close of a bar; else it is looked at again at the next one."""
    age: int = 0
    """Bars since."""


def nearer(looks: Sequence[Look]) -> Look:
    """Return the look that is nearer to a setup: more of its conditions hold, or hold more clearly."""

    def key(look: Look) -> tuple[Any, ...]:
        # What is not known counts like what is not there, and less where all else is equal.
        numbers = [-1.0 if number is None else number for number in look.numbers]
        known = tuple(number is not None for number in look.numbers)
        return sum(one.holds for one in look.conditions), sum(numbers), tuple(numbers), known

    return max(looks, key=key)
