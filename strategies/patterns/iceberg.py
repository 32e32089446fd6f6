"""`iceberg_tracker_follow`: somebody large buys or sells at one price and hides it."""

from typing import Annotated, Any

from pydantic import Field

from indicators.events.icebergs import Iceberg, Icebergs
from mia_plugins.features import Market
from mia_plugins.tape.bars import Bar
from mia_plugins.units import Ticks
from strategies.patterns.pattern import OwnEvents, Pattern
from strategies.patterns.setups import NOT_THERE, UNKNOWN, Look, at_least, at_most
from strategies.patterns.strategy import PatternSettings, PatternStrategy


class IcebergTracker(Pattern):
    """An iceberg that still stands, with the price near and not through it: with the iceberg's side."""

    class Settings(Pattern.Settings):
        """What can be set."""

        reach: Annotated[Ticks, Field(gt=0, le=100)] = Ticks(8)
        """How far the price may have gone from it."""
        icebergs: Icebergs.Settings = Icebergs.Settings()
        """What an iceberg is."""

    names = ("near_iceberg", "refills", "evidence")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.icebergs = market.measure(Icebergs, **settings.icebergs.model_dump())

    @classmethod
    def own_events(cls, settings: Any, minutes: int) -> OwnEvents:
        """Return icebergs, as they are told."""
        del minutes
        return OwnEvents(Icebergs, settings.icebergs.model_dump())

    def look(self, side: int, bar: Bar) -> Look:
        """Look at the icebergs of a side."""
        if not self.icebergs.seen:
            return Look(side, (UNKNOWN, UNKNOWN, UNKNOWN))
        standing = [one for one in self.icebergs.standing(bar.ts) if one.side == side]
        looks = [self._at(one, bar) for one in standing]
        return self.clearest(looks) if looks else Look(side, (NOT_THERE, NOT_THERE, NOT_THERE))

    def _at(self, one: Iceberg, bar: Bar) -> Look:
        away, rules = one.side * (bar.close - one.ticks), self.settings.icebergs
        conditions = (
            at_most(away, self.settings.reach) if away >= 0 else NOT_THERE,
            at_least(one.refills, rules.refills),
            at_least(one.surprise, rules.surprise),
        )
        return Look(one.side, conditions, one.known, about=(one.ticks, one.start))

    def ended(self, look: Look, bar: Bar) -> bool:
        """Say whether it was consumed, or is lost from sight."""
        standing = {(one.ticks, one.start) for one in self.icebergs.standing(bar.ts) if one.side == look.side}
        return look.about not in standing


class IcebergTrackerFollow(PatternStrategy):
    """Goes with an iceberg while it stands."""

    class Settings(PatternSettings, IcebergTracker.Settings):
        """What can be set."""

    pattern = IcebergTracker
