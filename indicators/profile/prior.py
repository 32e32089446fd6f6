"""What the day before left: its value area, its point of control, its high and low."""

from typing import Any, Literal

from indicators.profile.volume import VolumeProfile
from indicators.structure.days import DayBars
from mia_plugins.features import Market, Measure
from mia_plugins.tape.tape import Tape


class PriorSession(Measure):
    """Levels of the last finished session, in ticks; of regular hours by default.

    It is the last one that had trades: after a holiday on which the stock market was closed, the day
    before that. The high and low are those of base bars and so are there without trades too.
    """

    class Settings(VolumeProfile.Settings):
        """What can be set."""

        hours: Literal["eth", "rth"] = "rth"
        """What of a day counts: regular hours, 9:30–16:00, or the whole session from 18:00 New York."""

    outputs = ("pvah", "pval", "ppoc", "high", "low")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.profile = market.measure(VolumeProfile, **settings.model_dump())
        self.days = market.measure(DayBars, hours=settings.hours)

    def reset(self) -> None:
        """There is nothing to forget."""

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """There is nothing to take: what it is made of follows the tape."""

    @property
    def pvah(self) -> int | None:
        """The value area's highest price."""
        return self.profile.prior.vah if self.profile.prior else None

    @property
    def pval(self) -> int | None:
        """The value area's lowest price."""
        return self.profile.prior.val if self.profile.prior else None

    @property
    def ppoc(self) -> float | None:
        """The point of control."""
        return self.profile.prior.poc if self.profile.prior else None

    @property
    def high(self) -> int | None:
        """The day's high."""
        return self.days.high

    @property
    def low(self) -> int | None:
        """The day's low."""
        return self.days.low
