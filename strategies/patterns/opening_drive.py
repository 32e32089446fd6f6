"""`opening_drive_fail`: the market opens one way, and closes back through where it came from."""

from typing import Annotated, Any, Literal

from pydantic import Field

from indicators.measured import AtrTicks
from indicators.structure.days import DailyAtr
from mia_plugins.data.sessions import NS, Session
from mia_plugins.features import Market
from mia_plugins.tape.bars import MINUTE, Bar
from mia_plugins.units import Minutes, Multiple, Sessions
from strategies.patterns.pattern import Pattern
from strategies.patterns.setups import NOT_THERE, UNKNOWN, Condition, Look, at_least, at_most, fact, on_side
from strategies.patterns.strategy import PatternSettings, PatternStrategy


class OpeningDrive(Pattern):
    """A one-way drive of .5 daily ATR from 9:30's open, then a close back: against the drive.

    All of it within 30 min of 9:30. One-way: before its extreme the price went against the drive by a
    quarter of it at most. Back: beyond the middle of the range since 9:30, or beyond the open.
    """

    class Settings(Pattern.Settings):
        """What can be set."""

        within: Annotated[Minutes, Field(gt=0, le=390)] = Minutes(30)
        """How long after 9:30 the drive and the close back may come."""
        drive: Annotated[Multiple, Field(gt=0, le=10)] = Multiple(0.5)
        """How far the drive goes at least, in daily ATR."""
        against: Annotated[float, Field(ge=0, le=1)] = 0.25
        """How far the price may go against the drive before its extreme, as a share of it."""
        through: Literal["middle", "open"] = "middle"
        """What it closes back through: the middle of the range since 9:30, or the open."""
        days: Annotated[Sessions, Field(ge=1, le=1000)] = Sessions(14)
        """Days of the daily ATR."""

    names = ("in_time", "drive", "one_way", "closed_back")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.daily = market.measure(DailyAtr, period=settings.days)
        self.atr = market.measure(AtrTicks)

    def reset(self) -> None:
        """Forget every bar."""
        super().reset()
        self._begin((0, 0))

    def begin_session(self, session: Session) -> None:
        """Wait for 9:30, where there is one."""
        super().begin_session(session)
        end = session.rth_open + round(self.settings.within * 60 * NS)
        self._begin((session.rth_open, end) if session.has_rth else (0, 0))

    def _begin(self, hours: tuple[int, int]) -> None:
        self._hours = hours
        self._open: int | None = None
        self._far = {1: 0, -1: 0}
        """The farthest price each way, in ticks."""
        self._since = {1: 0, -1: 0}
        """When it was made: UTC ns."""
        self._against = {1: 0, -1: 0}
        """How far the other way the price had been by then, in ticks."""

    def note(self, bar: Bar) -> None:
        """Follow the extremes since 9:30; a bar that opens before it is not of the drive."""
        opening, end = self._hours
        if bar.ts > end or bar.ts - self.market.tape.base.minutes * MINUTE < opening:
            return
        if self._open is None:
            self._open = bar.open
            self._far = {1: bar.open, -1: bar.open}
        before = dict(self._far)
        for way, reached in ((1, bar.high), (-1, bar.low)):
            if way * (reached - before[way]) > 0:
                self._far[way], self._since[way] = reached, bar.ts
                self._against[way] = way * (self._open - before[-way])

    def look(self, side: int, bar: Bar) -> Look:
        """Look whether a drive away from a side has failed."""
        opening, start, way = self._hours[0], self._open, -side
        in_time = fact(start is not None and opening < bar.ts <= self._hours[1])
        if start is None:
            return Look(side, (in_time, UNKNOWN, UNKNOWN, UNKNOWN))
        driven, daily = way * (self._far[way] - start), self.daily.value
        middle = (self._far[1] + self._far[-1]) / 2 if self.settings.through == "middle" else start
        conditions = (
            in_time,
            UNKNOWN if not daily else at_least(driven / daily, self.settings.drive),
            self._one_way(driven, self._against[way]),
            on_side(side * (bar.close - middle), self.atr.value),
        )
        return Look(side, conditions, self._since[way], about=self._far[way])

    def _one_way(self, driven: int, against: int) -> Condition:
        return at_most(against, self.settings.against * driven) if driven else NOT_THERE

    def ended(self, look: Look, bar: Bar) -> bool:
        """Say whether the drive went on."""
        return bool(look.side * ((bar.low if look.side > 0 else bar.high) - look.about) < 0)


class OpeningDriveFail(PatternStrategy):
    """Trades against an opening drive that failed."""

    class Settings(PatternSettings, OpeningDrive.Settings):
        """What can be set."""

    pattern = OpeningDrive
