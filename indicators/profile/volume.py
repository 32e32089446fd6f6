"""The volume profile of the session: point of control, value area, nodes; and what the last one left."""

from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from indicators.profile.area import point_of_control, value_area
from indicators.profile.nodes import Nodes, nodes_of
from indicators.profile.rows import Rows
from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import Session
from mia_plugins.features import Measure
from mia_plugins.settings import BaseSettings
from mia_plugins.tape.tape import Tape
from mia_plugins.units import Percent


class Profiled(NamedTuple):
    """What a profile comes to; prices in ticks."""

    poc: float
    """The price with the most volume; half a tick when two rows share it."""
    vah: int
    """The value area's highest price."""
    val: int
    """The value area's lowest price."""
    high: int
    """The highest price."""
    low: int
    """The lowest price."""


class VolumeProfile(Measure):
    """Contracts at each price of the session so far; in ticks.

    Ties are broken alike both ways: of rows with the same volume the one nearest to the average price is
    the point of control, of two equally near their middle; of equal volume above and below the value area
    takes both.
    """

    class Settings(BaseSettings):
        """What can be set."""

        hours: Literal["eth", "rth"] = "eth"
        """What it covers: the session from 18:00 New York, or regular hours, 9:30–16:00."""
        value_area: Literal["two_row", "single"] = "two_row"
        """How the value area grows: by the larger two rows (CBOT), or by the larger row."""
        share: Annotated[Percent, Field(gt=0, le=100)] = Percent(70.0)
        """How much of the volume the value area has at least."""
        tie: Literal["both", "up"] = "both"
        """Of equal volume: both sides alike, or the upper, as other libraries have it."""

    reads = frozenset({Kind.TRADES})
    outputs = ("poc", "vah", "val")

    def reset(self) -> None:
        """Forget every trade."""
        self.prior: Profiled | None = None
        """What the last finished session that had trades came to; `None` before there is one."""
        self.rows = Rows()
        """Contracts at each price."""
        self._hours = (0, 0)
        self._now: Profiled | None = None
        self._nodes: Nodes | None = None

    def begin_session(self, session: Session) -> None:
        """Start anew; what there was is the session before."""
        self.prior = self.now or self.prior
        self.rows = Rows()
        self._now = self._nodes = None
        whole = self.settings.hours == "eth"
        self._hours = (session.open, session.close) if whole else (session.rth_open, session.rth_close)

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Take in trades."""
        opening, close = self._hours
        lo, hi = max(lo, opening - 1), min(hi, close - 1)
        if lo >= hi:
            return
        trades = tape.trades(lo, hi)
        if len(trades):
            self.rows.add(trades.ticks, trades.lots)
            self._now = self._nodes = None

    @property
    def now(self) -> Profiled | None:
        """What the session comes to so far; `None` before its first trade."""
        if self._now is None and self.rows.total:
            self._now = profiled(self.rows, self.settings)
        return self._now

    @property
    def nodes(self) -> Nodes:
        """Where much and little was traded so far."""
        if self._nodes is None:
            self._nodes = nodes_of(self.rows.lots, self.rows.low)
        return self._nodes

    @property
    def poc(self) -> float | None:
        """The price with the most volume so far."""
        return self.now.poc if self.now else None

    @property
    def vah(self) -> int | None:
        """The value area's highest price so far."""
        return self.now.vah if self.now else None

    @property
    def val(self) -> int | None:
        """The value area's lowest price so far."""
        return self.now.val if self.now else None


def profiled(rows: Rows, chosen: VolumeProfile.Settings) -> Profiled:
    """Return what a profile with volume comes to."""
    lots, up = rows.lots, chosen.tie == "up"
    poc = point_of_control(lots, up=up)
    first, last = value_area(lots, poc, chosen.share, step=1 if chosen.value_area == "single" else 2, up=up)
    return Profiled(rows.low + poc, rows.low + last, rows.low + first, rows.high, rows.low)
