"""`Feature`: one number about the market when a decision is due, its kind, and the reason in words."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from mia_plugins.errors import MiaError
from mia_plugins.features.market import Market
from mia_plugins.settings.model import BaseSettings
from mia_plugins.words import filled


class Score(StrEnum):
    """What a feature's number says."""

    DIRECTIONAL = "directional"
    """-1 (down) to 1 (up)."""
    QUALITY = "quality"
    """0 to 1, whichever the side."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """What becomes of a feature when prices are reflected and buyers are sellers."""

    name: str
    """`odd`: it changes its sign. `even`: it stays. `exempt`: neither, for the reason."""
    reason: str = ""


ODD, EVEN = Mirror("odd"), Mirror("even")


def exempt(reason: str) -> Mirror:
    """Return the mirror of a feature that is lopsided for a reason."""
    return Mirror("exempt", reason)


class Reading(NamedTuple):
    """What a feature says."""

    value: float | None
    """`None` when it is not known; 0 when it is known that nothing is there."""
    line: str
    """Why, in words: a line, with places for numbers."""
    numbers: tuple[object, ...] = ()
    """What stands in the places."""

    @property
    def reason(self) -> str:
        """Why, in words: a line."""
        return filled(self.line, self.numbers)


_new = tuple.__new__
"""Half of what `Reading(…)` takes, and features are read at every decision."""


def known(value: float, reason: str, *numbers: object) -> Reading:
    """Return a reading of a number.

    `known(.5, "{:.1f} t above VWAP", 12.3)` puts numbers into the reason only when it is read.
    """
    return _new(Reading, (float(value), reason, numbers))


def quiet(reason: str, *numbers: object) -> Reading:
    """Return a reading of nothing there: no event, no level in reach. It keeps its weight."""
    return _new(Reading, (0.0, f"quiet: {reason}", numbers))


def unknown(reason: str, *numbers: object) -> Reading:
    """Return a reading that is not known: warm-up, no such input, stale or flagged."""
    return _new(Reading, (None, reason, numbers))


class FeatureError(MiaError):
    """A feature that says what it may not."""


class Feature(ABC):
    """Base of every feature.

        class VwapStretch(Feature):
            kind = Score.DIRECTIONAL
            mirror = ODD
            inputs = frozenset({"trades"})

            def __init__(self, market, settings):
                super().__init__(market, settings)
                self.vwap = market.measure(Vwap, anchor="eth")

            def read(self, now):
                if self.vwap.sd is None:
                    return unknown("no VWAP yet")
                ...
                return known(value, "12 t above VWAP")

    All that lasts is kept by measures; a reading follows from them and `now` alone.
    """

    Settings: ClassVar[type[BaseSettings]] = BaseSettings
    """What can be set: a class inside it."""

    kind: ClassVar[Score]
    mirror: ClassVar[Mirror]
    unit: ClassVar[str] = "score"
    """Of its number."""
    inputs: ClassVar[frozenset[str]] = frozenset()
    """What it looks at beside bars: `trades`, `quotes`, `depth`, tables such as `levels`, `other product`."""
    one_of: ClassVar[tuple[frozenset[str], ...]] = ()
    """Inputs of which one group is enough; left out: it needs all of them."""

    def __init__(self, market: Market, settings: Any) -> None:
        self.market = market
        self.settings = settings

    @abstractmethod
    def read(self, now: int) -> Reading:
        """Say what there is to say at `now` (UTC ns), to which all measures have been brought."""

    @classmethod
    def lacks(cls, absent: frozenset[str]) -> frozenset[str]:
        """Return what it cannot do without of what data are declared to lack; nothing: it can be had."""
        groups = cls.one_of or (cls.inputs,)
        return frozenset() if any(not group & absent for group in groups) else cls.inputs & absent

    def checked(self, name: str, now: int) -> Reading:
        """Return the reading, or say what is wrong with it; `name` is for the message."""
        reading = self.read(now)
        value = reading.value
        least = -1.0 if self.kind is Score.DIRECTIONAL else 0.0
        if value is not None and not least <= value <= 1:  # nor is what is no number
            raise FeatureError(
                f"the feature '{name}' says {value!r} ({reading.reason}); "
                f"a {self.kind} one lies in [{least:g}, 1]",
                "return `unknown(reason)` for what is not known, and clip what may be larger",
            )
        return reading
