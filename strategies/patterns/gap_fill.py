"""`profile_gap_fill`: prices at which little was traded are passed quickly."""

from typing import Any

from indicators.profile.nodes import Gap
from indicators.profile.volume import VolumeProfile
from mia_plugins.data.sessions import Session
from mia_plugins.features import Market
from mia_plugins.tape.bars import Bar
from strategies.patterns.pattern import Pattern
from strategies.patterns.setups import NOT_THERE, UNKNOWN, Condition, Look, at_most, fact, nearer
from strategies.patterns.strategy import PatternSettings, PatternStrategy

THIN = 0.5
"""Of the median row: what a node of little volume has at most."""


class GapFill(Pattern):
    """A close inside a gap of the profile, from a close in the node at its edge: to the node opposite.

    It aims at the edge of the opposite node.
    """

    class Settings(Pattern.Settings):
        """What can be set."""

        profile: VolumeProfile.Settings = VolumeProfile.Settings()
        """Whose nodes they are."""

    names = ("from_node", "entered", "thin")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.profile = market.measure(VolumeProfile, **settings.profile.model_dump())

    def reset(self) -> None:
        """Forget every bar."""
        super().reset()
        self._closes: tuple[int | None, int | None] = (None, None)

    def begin_session(self, session: Session) -> None:
        """Forget the close before the break."""
        super().begin_session(session)
        self._closes = (None, None)

    def note(self, bar: Bar) -> None:
        """Note the close, and the one before."""
        self._closes = self._closes[1], bar.close

    def look(self, side: int, bar: Bar) -> Look:
        """Look at each gap."""
        before = self._closes[0]
        if before is None or not self.profile.rows.total:
            return Look(side, (UNKNOWN, UNKNOWN, UNKNOWN))
        looks = [self._into(gap, side, before, bar) for gap in self.profile.nodes.gaps]
        return nearer(looks) if looks else Look(side, (fact(holds=False), NOT_THERE, NOT_THERE))

    def _into(self, gap: Gap, side: int, before: int, bar: Bar) -> Look:
        """Look at the way through a gap from its edge on."""
        node, opposite = (gap.below, gap.above) if side > 0 else (gap.above, gap.below)
        edge, end = (node.high, opposite.low) if side > 0 else (node.low, opposite.high)
        done = side * (bar.close - edge) / (side * (end - edge))
        entered = Condition(0 < done < 1, 1 - done if done > 0 else -1.0)
        conditions = (fact(node.low <= before <= node.high), entered, at_most(gap.share, THIN))
        return Look(side, conditions, bar.ts, (end,), about=edge)

    def ended(self, look: Look, bar: Bar) -> bool:
        """Say whether the price closed back in the node."""
        return bool(look.side * (bar.close - look.about) <= 0)


class ProfileGapFill(PatternStrategy):
    """Trades through prices at which little was traded, to where much was."""

    class Settings(PatternSettings, GapFill.Settings):
        """What can be set."""

    pattern = GapFill
