"""`Watching`: an actor that has tapes and looks at the market as strategies do, once a minute."""

from abc import abstractmethod
from typing import Any

from mia_plugins.data.sessions import NS
from mia_plugins.features import Market
from mia_plugins.runtime.actor import MiaActor
from mia_plugins.runtime.context import TradingDay

MINUTE = 60 * NS


class Watching(MiaActor):
    """Base of those that measure: at each full minute of a session, up to then and no further."""

    reads = frozenset()

    def begin(self) -> None:
        """Look at each full minute from the first session on."""
        context = self.context
        self.markets = {code: Market(code, context.tapes, context.known) for code in context.instruments}
        for market in self.markets.values():
            self.prepare(market)
        self._day: TradingDay | None = None
        if context.feed is not None:
            context.feed.get_ready(self.clock)
        start = max(self.clock.timestamp_ns(), min(day.session.open for day in context.days))
        # A timer calls first an interval after its start: at the next full minute.
        self.clock.set_timer_ns(context.name, MINUTE, start // MINUTE * MINUTE, None, self._look)

    @abstractmethod
    def prepare(self, market: Market) -> None:
        """Ask a product's market for what is measured, before any data."""

    @abstractmethod
    def tell(self, market: Market, now: int) -> None:
        """Publish what is new of a product at `now` (UTC ns)."""

    def _look(self, event: Any) -> None:
        now, context = event.ts_event, self.context
        if context.feed is not None and not context.feed.is_ready:
            return  # history is still to be put before anything has been looked at
        session = None if self._day is None else self._day.session
        if session is None or now > session.close:
            self._day = next(
                (one for one in context.days if one.session.open <= now <= one.session.close), None
            )
            if self._day is None:
                return
            self._begin(self._day)
        lo = {code: tape.now for code, tape in context.tapes.items()}
        if context.feed is not None:
            context.feed.advance(now)
        for tape in context.tapes.values():
            tape.advance(now)
        for table in self.known.values():
            table.advance(now)
        for code, market in self.markets.items():
            market.advance(market.tape, lo[code], now)
            self.tell(market, now)

    def _begin(self, day: TradingDay) -> None:
        for code, tape in self.context.tapes.items():
            tape.begin(day.session, day.contracts[code])
        if self.context.feed is not None:
            self.context.feed.begin(self, day)
