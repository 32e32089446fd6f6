"""How rows reach tapes: as the runner's columns, or one by one through Nautilus' handlers as live.

Decisions are the same; a test holds both to the same bytes.
"""

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from nautilus_trader.model import AggressorSide, BarType, BookType, InstrumentId
from nautilus_trader.serialization import book_depths_to_arrow_record_batch_bytes

from mia_plugins.data.arrow import BAR_TYPE_END, Kind, columns_of
from mia_plugins.data.columns import Bars, Quotes, Trades
from mia_plugins.data.instruments import Contract
from mia_plugins.data.sessions import Session
from mia_plugins.runtime.context import TradingDay
from mia_plugins.runtime.orders import ticks_of
from mia_plugins.runtime.times import TENTH
from mia_plugins.tape.errors import TapeError
from mia_plugins.tape.follower import Follower, Trigger
from mia_plugins.tape.tape import Rows, Tape

_SIDES = {AggressorSide.BUY: 1, AggressorSide.SELL: -1}


class ColumnsFeed:
    """The runner hands over whole chunks; what triggers find ahead in them becomes times to wake at."""

    is_ready = False

    def __init__(self, tapes: Mapping[str, Tape], product: str) -> None:
        self._tapes = tapes
        self._product = product
        self._scouts: list[Trigger] = []
        own = tapes[product]
        self._ahead = Tape(product, own.kinds - {Kind.BARS}, (), quotes_from=own.quotes_from)

    def prepare(self, measures: Iterable[Follower]) -> None:
        """Send copies of the triggers among some features ahead."""
        self._scouts = [copy.deepcopy(measure) for measure in measures if isinstance(measure, Trigger)]

    def load(self, product: str, rows: Rows) -> None:
        """Put rows on the tapes that read them; they may lie in the future."""
        tape = self._tapes[product]
        tape.load(rows)
        if product == self._product and self._scouts:
            self._ahead.load(rows)

    def triggers(self, end: int) -> list[int]:
        """Return when triggers fire in what was loaded, before `end` (UTC ns)."""
        if not self._scouts or end - 1 <= self._ahead.now:
            return []
        lo, hi = self._ahead.now, end - 1
        self._ahead.advance(hi)
        times = [scout.triggers(self._ahead, lo, hi) for scout in self._scouts]
        return [int(ts) for ts in np.unique(np.concatenate(times))]

    def handlers(self) -> dict[str, Callable[[Any], None]]:
        """Return what Nautilus is to call: nothing."""
        return {}

    def get_ready(self, clock: Any) -> None:
        """Be ready at once."""
        del clock
        self.is_ready = True

    def recall(self, product: str, session: Session, minutes: Bars) -> None:
        """Put minutes of history on the tapes, before anything has been looked at."""
        self._tapes[product].recall(session, minutes)

    def begin(self, strategy: Any, day: TradingDay) -> None:
        """Start a trading day: the scouts learn of it too."""
        del strategy
        if self._scouts:
            self._ahead.begin(day.session, day.contracts[self._product])

    def advance(self, now: int) -> None:
        """Bring nothing: the rows are there."""


class HandlersFeed:
    """Nautilus hands over one event after the other; every tenth of a second triggers are looked at."""

    is_ready = False

    def __init__(self, tapes: Mapping[str, Tape], product: str, venue: str, quotes_from: Kind) -> None:
        """`venue` is where data come from: the market's own in live trading; `quotes_from` tells quotes."""
        self._quotes_from = quotes_from
        self._tapes, self._product, self._venue = tapes, product, venue
        self._scouts: list[Trigger] = []
        own = tapes[product]
        self._ahead = Tape(product, own.kinds - {Kind.BARS}, (), quotes_from=own.quotes_from)
        self._is_fresh = False
        """Whether rows came that triggers have not seen."""
        self._products: dict[InstrumentId, str] = {}
        self._trades: dict[str, list[tuple[int, ...]]] = {code: [] for code in tapes}
        self._quotes: dict[str, list[tuple[int, ...]]] = {code: [] for code in tapes}
        self._bars: dict[str, list[tuple[int, ...]]] = {code: [] for code in tapes}
        self._depth: dict[str, list[Any]] = {code: [] for code in tapes}
        """Nautilus' objects: reading twenty levels one by one in Python costs more than all the rest."""

    def prepare(self, measures: Iterable[Follower]) -> None:
        """Keep copies of the triggers among some features apart."""
        self._scouts = [copy.deepcopy(measure) for measure in measures if isinstance(measure, Trigger)]

    def load(self, product: str, rows: Rows) -> None:
        """Refuse: rows come through handlers."""
        raise TapeError(f"{len(rows)} rows of {product} were handed over while `feed: handlers`")

    def triggers(self, end: int) -> list[int]:
        """Return nothing: no future is known."""
        del end
        return []

    def handlers(self) -> dict[str, Callable[[Any], None]]:
        """Return what Nautilus is to call."""
        return {
            "on_trade": self._on_trade,
            "on_quote": self._on_quote,
            "on_book_depth": self._on_depth,
            "on_bar": self._on_bar,
        }

    def get_ready(self, clock: Any) -> None:
        """Be ready at once."""
        del clock
        self.is_ready = True

    def recall(self, product: str, session: Session, minutes: Bars) -> None:
        """Put minutes of history on the tapes, before anything has been looked at."""
        self._tapes[product].recall(session, minutes)

    def begin(self, strategy: Any, day: TradingDay) -> None:
        """Subscribe to the contracts that lead on this day."""
        for code, contract in day.contracts.items():
            instrument_id = self.data_id(contract)
            if instrument_id not in self._products:
                self._products[instrument_id] = code
                self._subscribe(strategy, instrument_id, self._tapes[code].kinds)
        if self._scouts:
            self._ahead.begin(day.session, day.contracts[self._product])
            strategy.clock.plain.set_timer_ns(
                f"tenths-{day.session.day}", TENTH, day.session.open, day.session.close,
                lambda event: self._look(strategy, event.ts_event),
            )  # fmt: skip

    def data_id(self, contract: Contract) -> InstrumentId:
        """Return the id under which a contract's data arrive."""
        return InstrumentId.from_str(f"{contract.symbol}.{self._venue}")

    def advance(self, now: int) -> None:
        """Put on the tapes what has arrived; all of it is of now or before."""
        del now
        for code in self._tapes:
            for rows in self._arrived(code):
                self._tapes[code].load(rows)
                if code == self._product and self._scouts:
                    self._ahead.load(rows)
                    self._is_fresh = True

    def _look(self, strategy: Any, now: int) -> None:
        """Look for triggers; one wakes the strategy at this very tenth. Most of a night brings no row."""
        self.advance(now)
        lo = self._ahead.now
        if now <= lo or not self._is_fresh:
            return
        self._is_fresh = False
        self._ahead.advance(now)
        if any(len(scout.triggers(self._ahead, lo, now)) for scout in self._scouts):
            strategy.wake(now, "trigger")

    def _subscribe(self, strategy: Any, instrument_id: InstrumentId, kinds: frozenset[Kind]) -> None:
        if Kind.TRADES in kinds:
            strategy.subscribe_trades(instrument_id)
        if self._quotes_from is Kind.QUOTES:
            strategy.subscribe_quotes(instrument_id)
        if Kind.DEPTH in kinds or self._quotes_from is Kind.DEPTH:
            strategy.subscribe_book_depth(instrument_id, BookType.L2_MBP)
        if Kind.BARS in kinds:
            strategy.subscribe_bars(BarType.from_str(f"{instrument_id}{BAR_TYPE_END}"))

    def _on_trade(self, trade: Any) -> None:
        code = self._products.get(trade.instrument_id)
        if code:
            side = _SIDES.get(trade.aggressor_side, 0)
            self._trades[code].append((trade.ts_init, ticks_of(trade.price), int(trade.size), side))

    def _on_quote(self, quote: Any) -> None:
        code = self._products.get(quote.instrument_id)
        if code:
            prices = ticks_of(quote.bid_price), ticks_of(quote.ask_price)
            self._quotes[code].append((quote.ts_init, *prices, int(quote.bid_size), int(quote.ask_size)))

    def _on_bar(self, bar: Any) -> None:
        code = self._products.get(bar.bar_type.instrument_id)
        if code:
            prices = (ticks_of(price) for price in (bar.open, bar.high, bar.low, bar.close))
            self._bars[code].append((bar.ts_init, *prices, int(bar.volume)))

    def _on_depth(self, depth: Any) -> None:
        code = self._products.get(depth.instrument_id)
        if code:
            self._depth[code].append(depth)

    def _arrived(self, code: str) -> Iterable[Rows]:
        """Yield what has arrived since the last time, as columns."""
        for made, arrived in (
            (Trades, self._trades[code]),
            (Quotes, self._quotes[code]),
            (Bars, self._bars[code]),
        ):
            if arrived:
                columns = np.array(arrived, np.int64).T
                if made is Trades:
                    yield Trades(columns[0], columns[1], columns[2], columns[3].astype(np.int8))
                else:
                    yield made(*columns)
                arrived.clear()
        if self._depth[code]:
            with pa.ipc.open_stream(book_depths_to_arrow_record_batch_bytes(self._depth[code])) as stream:
                yield columns_of(Kind.DEPTH, stream.read_all(), f"the book of {code} as it comes")
            self._depth[code].clear()
