"""How a catalog's time is played at the machine's: at real pace or a faster one. Times are UTC ns."""

from dataclasses import dataclass

from mia_plugins.data.skipping import NOTHING_SKIPPED, Skipping


@dataclass(frozen=True, slots=True)
class Timeline:
    """Market time is the catalog's, wall time the machine's; clients are told wall times alone.

    What lies before the start is history: it is told at real pace, however fast the market is played.
    """

    market_start: int
    wall_start: int
    pace: float = 1.0
    """How many seconds of the market pass in one of the machine's."""
    skipping: Skipping = NOTHING_SKIPPED
    """What is left out of it."""

    def market(self, wall: int) -> int:
        """Return the market's time at a time of the machine's."""
        passed = wall - self.wall_start
        return self.skipping.market(self.market_start + (round(passed * self.pace) if passed > 0 else passed))

    def wall(self, market: int) -> int:
        """Return when something of the market happens, or happened, by the machine's time."""
        passed = self.skipping.played(market) - self.market_start
        return self.wall_start + (round(passed / self.pace) if passed > 0 else passed)
