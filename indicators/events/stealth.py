"""`stealth_flow`: small orders that lean to one side for long and do not move the price."""

from collections import deque
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indicators.classic.volatility import Atr
from indicators.events import orders
from indicators.events.large import LargeOrders
from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import Session
from mia_plugins.features import ODD, Feature, Market, Measure, Reading, Score, known, quiet, unknown
from mia_plugins.kernels import kernel
from mia_plugins.tape.tape import Tape
from mia_plugins.units import Multiple

MINUTE = 60_000_000_000
"""ns."""
KEPT = 256
"""Beginnings that can be looked back upon."""
BOUGHT, SOLD, TRADED, CLOSE, IN_BAR, HIGH, LOW = range(7)
"""What is gathered: contracts of the minute by side, whether there was a trade in the session and the last
price (ticks), whether there was one in the longer bar, and the bar's extremes."""
FIELDS = 7
FULL = 2
"""Times the least imbalance at which the value is full: .3 for .15."""


class Stealth(NamedTuple):
    """A beginning of stealth."""

    side: int
    """1 bought, -1 sold."""
    known: int
    """UTC ns."""


class _Minute(NamedTuple):
    """What the small orders of a minute were."""

    bought: int
    sold: int
    close: int | None
    """The last price, in ticks; `None` before the session's first trade."""


class StealthFlow(Measure):
    """Orders below the large threshold over the last 15 whole minutes of the clock.

    Bars of 15 minutes are made of minutes from the session's opening on; ATR is of their last 14. The change
    of the price is from the last trade before the 15 minutes to their last one. Where a session is younger
    than that nothing is known, and a minute without trades leans to no side.
    """

    class Settings(LargeOrders.Settings):
        """What can be set."""

        minutes: Annotated[int, Field(ge=2, le=240)] = 15
        """How long it is looked at, and how long a bar of the ATR is: minutes."""
        share: Annotated[int, Field(ge=1, le=240)] = 9
        """Minutes that must share the side of the whole."""
        imbalance: Annotated[float, Field(gt=0, lt=1)] = 0.15
        """(bought − sold)/(bought + sold), at least; twice of it is full strength."""
        move: Annotated[Multiple, Field(gt=0, le=10)] = Multiple(0.5)
        """ATR of the longer bars that the price may have moved, at most."""

    reads = frozenset({Kind.TRADES})
    outputs = ("imbalance", "value")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        own = set(LargeOrders.Settings.model_fields)
        self.large = market.measure(LargeOrders, **settings.model_dump(include=own))

    def reset(self) -> None:
        """Forget every minute."""
        self._atr = Atr(14)
        self.events: deque[Stealth] = deque(maxlen=KEPT)
        """Beginnings, the youngest last."""
        self._begin(0)

    def begin_session(self, session: Session) -> None:
        """Start minutes anew."""
        self._begin(session.open)

    def _begin(self, opening: int) -> None:
        self._minutes: deque[_Minute] = deque(maxlen=self.settings.minutes + 1)
        self._end = opening + MINUTE
        self._count = 0
        self._flow = np.zeros(FIELDS, np.int64)
        self.imbalance: float | None = None
        """(bought − sold)/(bought + sold); `None` while it is not known."""
        self.shared = 0
        """Minutes that share its side."""
        self.moved = 0
        """By how many ticks the price has changed."""
        self.value: float | None = None
        """-1 to 1; 0 when it is not active, `None` while it is not known."""

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Take small orders, minute by minute; what is of a minute's very end belongs to the next."""
        trades, made = tape.trades(lo, hi), self.large.orders.fresh
        first_trade = first = 0
        while self._end <= hi:
            end_trade = int(np.searchsorted(trades.ts, self._end, side="left"))
            end = int(np.searchsorted(made[:, orders.TS], self._end, side="left"))
            self._add(trades.ticks[first_trade:end_trade], made[first:end])
            self._close_minute()
            first_trade, first = end_trade, end
        self._add(trades.ticks[first_trade:], made[first:])

    def _add(self, ticks: NDArray[np.int64], made: NDArray[np.int64]) -> None:
        if len(ticks) or len(made):
            add_small(self._flow, ticks, made, self.large.large or 0)

    def _close_minute(self) -> None:
        now = self._end
        bought, sold, traded, close, in_bar, high, low = self._flow.tolist()
        self._close = close if traded else None
        self._minutes.append(_Minute(bought, sold, self._close))
        self._flow[BOUGHT] = self._flow[SOLD] = 0
        self._count += 1
        self._end += MINUTE
        self._judge(now)
        if self._count % self.settings.minutes == 0 and in_bar:
            self._atr.update(high, low, close)
            self._flow[IN_BAR] = 0

    def _judge(self, now: int) -> None:
        own, before = self.settings, self.value
        self.value = self.imbalance = None
        atr, minutes = self._atr.value, list(self._minutes)
        if len(minutes) <= own.minutes or atr is None or self.large.large is None:
            return
        start, *minutes = minutes
        if start.close is None or self._close is None:
            return
        bought, sold = sum(one.bought for one in minutes), sum(one.sold for one in minutes)
        leans = [one.bought - one.sold for one in minutes]
        self.imbalance = (bought - sold) / (bought + sold) if bought + sold else 0.0
        self.shared = sum(lean * (bought - sold) > 0 for lean in leans)
        self.moved = self._close - start.close
        active = abs(self.imbalance) >= own.imbalance and self.shared >= own.share
        if not active or abs(self.moved) > own.move * atr:
            self.value = 0.0
            return
        self.value = max(-1.0, min(1.0, self.imbalance / (FULL * own.imbalance)))
        if not before or before * self.value < 0:
            self.events.append(Stealth(1 if self.value > 0 else -1, now))


@kernel
def add_small(flow: NDArray[np.int64], ticks: NDArray[np.int64], made: NDArray[np.int64], large: int) -> None:
    """Add prices to the bar's, and contracts of orders below the large ones by side."""
    for price in ticks:
        if flow[IN_BAR] == 0:
            flow[HIGH] = flow[LOW] = price
        flow[TRADED] = flow[IN_BAR] = 1
        flow[CLOSE] = price
        flow[HIGH] = max(flow[HIGH], price)
        flow[LOW] = min(flow[LOW], price)
    for row in range(len(made)):
        side, lots = made[row, orders.SIDE], made[row, orders.LOTS]
        if lots < large and side != 0:
            flow[BOUGHT if side > 0 else SOLD] += lots


class StealthFlowSignal(Feature):
    """The side to which small orders lean while the price does not follow."""

    Settings = StealthFlow.Settings
    kind = Score.DIRECTIONAL
    mirror = ODD
    inputs = frozenset({"trades"})

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.flow = market.measure(StealthFlow, **settings.model_dump())

    def read(self, now: int) -> Reading:
        """Say what the small orders did."""
        del now
        flow = self.flow
        if flow.value is None or flow.imbalance is None:
            return unknown("no {} min of small orders and ATR yet", self.settings.minutes)
        told = f"small orders {flow.imbalance:+.2f}, {flow.shared} of {self.settings.minutes} min one way"
        if not flow.value:
            return quiet("{}, price {:+d} t", told, flow.moved)
        return known(flow.value, "{}, price {:+d} t", told, flow.moved)
