"""`Pattern`: what all patterns share: two sides, one setup at a time, how long it is valid, the cooldown."""

from abc import abstractmethod
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import Field

from mia_plugins.data.sessions import NS, Session
from mia_plugins.features import BarMeasure, EventMeasure, Market
from mia_plugins.runtime.times import TENTH
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Bars, Seconds
from strategies.patterns.setups import Look, Setup, nearer

BOTH, AGAIN, COOLDOWN = "both_sides", "seen_before", "cooldown"
"""Why a look all of whose conditions hold is no setup."""
ALIKE = 1e-9
"""Confidences nearer than this are equal: they differ by rounding."""


class OwnEvents(NamedTuple):
    """What a pattern looks at between bars: events of a measure."""

    kind: type[EventMeasure]
    settings: dict[str, Any]
    """The measure's."""


class Pattern(BarMeasure):
    """Looks at both sides at each close of a base bar and keeps the setup that is valid.

    A setup is offered at its own close and at those after it, `valid` in all, while it is not invalid. An
    event makes one setup; another event makes the next one, `cooldown` later at the earliest, and what made
    one hides none. Where both sides hold, the clearer one counts, and neither of two that are equally clear.

    A pattern with events of its own looks at the first tenth of a second after each of them as well. The
    setup that this makes is looked at again at its bar's close, where the same event still holds.
    """

    class Settings(BaseSettings):
        """What can be set of every pattern."""

        valid: Annotated[Bars, Field(ge=1, le=60)] = Bars(3)
        """For how many bars a setup may be entered, its own the first."""
        cooldown: Annotated[Seconds, Field(ge=0, le=86_400)] = Seconds(60)
        """How long after a setup another one of the pattern may come."""

    names: ClassVar[tuple[str, ...]]
    """Of its conditions."""
    more: ClassVar[tuple[str, ...]] = ()
    """Of other numbers that the journal keeps."""
    outputs = ("side", "confidence")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        own = self.own_events(settings, market.tape.base.minutes)
        self._events = market.measure(own.kind, **own.settings) if own else None

    @classmethod
    def own_events(cls, settings: Any, minutes: int) -> OwnEvents | None:  # noqa: ARG003 for subclasses
        """Return what it looks at between bars of so many minutes; `None`: closes alone. Override it."""
        return None

    def reset(self) -> None:
        """Forget every bar."""
        self.seen: Look | None = None
        """The side nearer to a setup at the last look."""
        self.setup: Setup | None = None
        """The one that may be entered."""
        self.reason = ""
        """Why there is none: the first condition that does not hold, or what else is against it."""
        self._used: set[tuple[int, int]] = set()
        self._last = -1

    def begin_session(self, session: Session) -> None:
        """Give up the setup of the session before."""
        del session
        self.seen = self.setup = None

    @property
    def side(self) -> int | None:
        """The setup's, 0 without one; `None` before the session's first bar."""
        if self.seen is None:
            return None
        return self.setup.look.side if self.setup else 0

    @property
    def confidence(self) -> float | None:
        """The setup's; `None` without one."""
        return self.setup.look.confidence if self.setup else None

    def take_bar(self, bar: Bar) -> None:
        """Look at both sides."""
        self.note(bar)
        if not self._sets_up(bar, at_close=True) and self.setup:
            self._age(self.setup, bar)

    def between_bars(self, now: int) -> None:
        """Look at both sides where this is the first tenth of a second after an event of its own."""
        price = self.market.tape.price
        if self._events is None or now % TENTH or not price or not len(self._events.told(now - TENTH, now)):
            return
        instant = Bar(now, price, price, price, price, 0)
        self.note_event()
        if self.setup and self.ended(self.setup.look, instant):
            self.setup = None
        self._sets_up(instant, at_close=False)

    def _sets_up(self, bar: Bar, *, at_close: bool) -> bool:
        """Look at both sides and say whether there is a setup, a new one or one that is looked at again."""
        looks = [self.look(side, bar) for side in (1, -1)]
        self.seen, self.reason = self._chosen(looks, bar)
        if self.reason:
            return False
        again = self._is_looked_at_again(self.seen)
        first = self.setup.ts if again and self.setup else bar.ts
        self.setup = Setup(first, self.seen, bar.ts, at_close)
        self._used.add((self.seen.side, self.seen.event))
        self._last = first
        return True

    def note(self, bar: Bar) -> None:
        """Note what it needs of a bar, before it looks. Override it; there is nothing to call."""

    def note_event(self) -> None:
        """Note what it needs of an event before it looks. Override it; there is nothing to call."""

    @abstractmethod
    def look(self, side: int, bar: Bar) -> Look:
        """Say what there is on a side; nothing may be changed by it.

        It is at a bar's close, or between two: then the bar has the instant's time and the last price alone.
        """

    def ended(self, look: Look, bar: Bar) -> bool:  # noqa: ARG002 for subclasses
        """Say whether what a setup was about is no more. Override it; there is nothing to call."""
        return False

    def clearest(self, looks: list[Look]) -> Look:
        """Return the look nearer to a setup; one whose event made a setup only where no other one holds."""
        return nearer([look for look in looks if look.holds and not self._is_used(look)] or looks)

    def _is_used(self, look: Look) -> bool:
        return (look.side, look.event) in self._used and not self._is_looked_at_again(look)

    def _is_looked_at_again(self, look: Look) -> bool:
        """Say whether a look is at what made the setup of a bar that has not closed before."""
        setup = self.setup
        if setup is None or setup.at_close:
            return False
        return (look.side, look.event) == (setup.look.side, setup.look.event)

    def _chosen(self, looks: list[Look], bar: Bar) -> tuple[Look, str]:
        """Return the look that counts, and why it is no new setup; "" when it is one."""
        held = sorted((look for look in looks if look.holds), key=lambda look: -look.confidence)
        if not held:
            look = nearer(looks)
            failing = (name for name, one in zip(self.names, look.conditions, strict=True) if not one.holds)
            return look, next(failing)
        fresh = [look for look in held if not self._is_used(look)]
        if not fresh:
            return held[0], AGAIN
        if len(fresh) == 2 and fresh[0].confidence - fresh[1].confidence < ALIKE:
            return nearer(fresh), BOTH
        cooled = self._last < 0 or bar.ts - self._last >= self.settings.cooldown * NS
        if not cooled and not self._is_looked_at_again(fresh[0]):
            return fresh[0], COOLDOWN
        return fresh[0], ""

    def _age(self, setup: Setup, bar: Bar) -> None:
        aged = setup._replace(age=setup.age + 1, at_close=True)
        over = aged.age >= self.settings.valid or self.ended(setup.look, bar)
        self.setup = None if over else aged


def own_settings(kind: type[Pattern], settings: Any) -> dict[str, Any]:
    """Return the part of a strategy's settings that is its pattern's."""
    return dict(settings.model_dump(include=set(kind.Settings.model_fields)))
