"""History before the first decision: the minutes of the session that is open, from the broker.

A minute that was heard in part is none, so whoever starts within one waits until it is over. Then its history
is asked for with all before it, goes to the tapes as if they had seen it, and is recorded: strategies begin
after that, and rows from then on are what they see. Trades and the book have no history here: a strategy that
looks at them begins cold, since bars beside which no trade stood would tell it of flow that was none.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from nautilus_trader.model import BarType, InstrumentId

from mia_plugins.data.columns import Bars
from mia_plugins.data.instruments import Contract
from mia_plugins.data.sessions import NEW_YORK, NS, Session
from mia_plugins.live.intake import Intake, Recorder
from mia_plugins.live.terms import LiveTerms
from mia_plugins.runtime.actor import ActorContext, MiaActor
from mia_plugins.runtime.context import TradingDay
from mia_plugins.runtime.orders import ticks_of

MINUTE = 60 * NS
SETTLED = NS
"""ns of the machine's after a minute until the broker's history has it."""
PATIENCE = 15 * NS
"""ns of the machine's after which what has not come is done without."""
KIND = "1-MINUTE-LAST-EXTERNAL"


class Warmed(Protocol):
    """What minutes of history go to."""

    def recall(self, product: str, session: Session, minutes: Bars) -> None:
        """Put them on the tapes."""


@dataclass(frozen=True)
class Past:
    """What history is asked for."""

    minutes: int
    """At most; 0 for none."""
    feeds: Mapping[str, list[Warmed]]
    """Whose tapes have bars, by product."""
    recorder: Recorder
    reason: Callable[[str], str]
    """Says what the broker has against data of a product."""


class WarmUp(MiaActor):
    """Asks for history once, and lets strategies begin when it is there or given up."""

    def __init__(self, context: ActorContext, terms: LiveTerms, intake: Intake, past: Past) -> None:
        super().__init__(context)
        self._terms, self._intake, self._past = terms, intake, past
        self._waiting: list[Callable[[], None]] = []
        self._asked: dict[InstrumentId, tuple[str, Contract]] = {}
        self._bars: dict[str, Bars] = {}
        self._day: TradingDay | None = None
        self._first = self._from = 0
        self.is_over = False
        """Whether strategies may begin."""

    def when_ready(self, call: Callable[[], None]) -> None:
        """Have a function called once strategies may begin."""
        if self.is_over:
            call()
        else:
            self._waiting.append(call)

    def begin(self) -> None:
        """Wait for the end of the minute, where a session is open."""
        now = self.data_time()
        self._day = next((one for one in self.context.days if now in one.session), None)
        past = self._past
        if self._day is None or not (past.minutes and past.feeds) or now - self._day.session.open < MINUTE:
            self._begin_all()
            return
        self._from = -(-now // MINUTE) * MINUTE
        self._first = max(self._day.session.open, self._from - past.minutes * MINUTE)
        self._alert("asks", self._from, SETTLED, self._ask)
        self._alert("gives up", self._from, SETTLED + PATIENCE, lambda _: self._end())

    def on_historical_bars(self, bars: Any) -> None:
        """Take what came of one contract."""
        if self.is_over or not bars:
            return
        asked = self._asked.pop(bars[0].bar_type.instrument_id, None)
        if asked is not None:
            self._bars[asked[0]] = self._minutes(bars)
        if not self._asked:
            self._end()

    def _alert(self, name: str, at: int, later: int, call: Callable[[Any], None]) -> None:
        """Have a function called so many ns of the machine's after an instant of the market's (UTC ns)."""
        due = self._terms.market_at(self._terms.machine_at(at) + later)
        self.clock.set_time_alert_ns(f"warm-up {name}", due, call)

    def _ask(self, event: Any) -> None:
        del event
        assert self._day is not None  # noqa: S101 for the type checker
        for product in self._past.feeds:
            contract = self._day.contracts[product]
            there = self._terms.listed(InstrumentId.from_str(contract.instrument_id))
            self._asked[there] = (product, contract)
            first, last = (_told(self._terms.machine_at(ts)) for ts in (self._first, self._from))
            self.request_bars(BarType.from_str(f"{there}-{KIND}"), first, last)
        if not self._asked:
            self._end()

    def _minutes(self, bars: Any) -> Bars:
        """Return whole minutes of the session by the market's time, each stamped at its close."""
        assert self._day is not None  # noqa: S101 for the type checker
        rows = {
            self._terms.market_at(bar.ts_init): (
                *(ticks_of(price) for price in (bar.open, bar.high, bar.low, bar.close)), int(bar.volume)
            )
            for bar in bars
        }  # fmt: skip
        first, last = self._day.session.open, self._from
        whole = [(ts, *rows[ts]) for ts in sorted(rows) if first < ts <= last and not ts % MINUTE]
        return Bars(*np.array(whole, np.int64).reshape(-1, len(Bars.__slots__)).T.copy())

    def _end(self) -> None:
        """Give everybody what came, and let them begin."""
        if self.is_over:
            return
        assert self._day is not None  # noqa: S101 for the type checker
        for product, feeds in self._past.feeds.items():
            contract, bars = self._day.contracts[product], self._bars.get(product)
            self._tell(contract, bars, product)
            if bars is not None and len(bars):
                self._past.recorder.take(contract, bars)
                for feed in feeds:
                    feed.recall(product, self._day.session, bars)
        self._intake.forget_before(self._from)
        self._begin_all()

    def _begin_all(self) -> None:
        self.is_over = True
        for call in self._waiting:
            call()
        self._waiting.clear()

    def _tell(self, contract: Contract, bars: Bars | None, product: str) -> None:
        """Warn of history that did not come, or not all of it."""
        if bars is None or not len(bars):
            told = (
                f"no history of {contract.symbol} came{self._past.reason(product)}: indicators begin with "
                "the bars that close from now on"
            )
        else:
            told = lacking(contract.symbol, bars.ts, self._first, self._from)
        if told:
            self.context.warnings.add(told, told)


def lacking(symbol: str, closes: "np.ndarray[Any, Any]", first: int, last: int) -> str:
    """Return what to tell of minutes between two instants (UTC ns) that have no close; "" where all have."""
    asked = np.arange(first + MINUTE, last + 1, MINUTE)
    missing = asked[~np.isin(asked, closes)]
    if not len(missing):
        return ""
    spans = np.split(missing, np.flatnonzero(np.diff(missing) > MINUTE) + 1)
    longest = sorted(spans, key=len)[-1]
    begin, end = (
        dt.datetime.fromtimestamp(int(ts) // NS, NEW_YORK) for ts in (longest[0] - MINUTE, longest[-1])
    )
    return (
        f"{len(missing)} of {len(asked)} min of {symbol}'s history are missing, at the longest from "
        f"{begin:%H:%M} to {end:%H:%M} New York: nothing was traded then, or the broker does not tell of it"
    )


def _told(ts: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(ts // NS, dt.UTC)
