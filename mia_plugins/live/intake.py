"""The one place where a live node's data come in: stamped, recorded, and put on every strategy's tapes.

A row that arrives once an evaluation has looked at the market is later than what that saw, whatever the
feed says: it is stamped after it. So what was seen can be told for ever from the rows alone.
"""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from nautilus_trader.model import AggressorSide, BookType, InstrumentId, OrderSide

from mia_plugins.data.arrow import Kind
from mia_plugins.data.columns import LEVELS, Depth, Quotes, Trades
from mia_plugins.data.instruments import Contract
from mia_plugins.live.ladder import Ladder, place_of
from mia_plugins.live.terms import LiveTerms
from mia_plugins.runtime.actor import ActorContext, MiaActor
from mia_plugins.runtime.context import TradingDay
from mia_plugins.runtime.orders import ticks_of
from mia_plugins.runtime.vitals import Pulse
from mia_plugins.tape.tape import Rows

_SIDES = {AggressorSide.BUY: 1, AggressorSide.SELL: -1}

FOREVER = 2**63 - 1
WIDTHS = {Kind.TRADES: 4, Kind.QUOTES: 5, Kind.DEPTH: 1 + 6 * LEVELS}
"""Numbers in a row."""

type Taker = Callable[[str, Rows], None]
"""Takes a product's rows."""


class Recorder(Protocol):
    """Keeps what came in."""

    def take(self, contract: Contract, rows: Rows) -> None:
        """Keep rows of a contract, as they were stamped."""

    def table(self, name: str, rows: pa.Table) -> None:
        """Keep rows of a table, as they became known."""


@dataclass(frozen=True)
class Wants:
    """What is subscribed to."""

    kinds: Mapping[str, frozenset[Kind]]
    """By product."""
    takers: Mapping[str, Sequence[Taker]]
    """Who is given a product's rows."""
    recorder: Recorder


class Stream:
    """What has arrived of one product since it was handed on."""

    def __init__(self, contract: Contract, kinds: frozenset[Kind], begun: int) -> None:
        """`begun` is when it is subscribed to: UTC ns."""
        self.contract, self.kinds, self.begun = contract, kinds, begun
        self.ladder = Ladder()
        # Quotes come of the book where there is one, as in a backtest; these tell Nautilus a price.
        kept = kinds - {Kind.QUOTES} if Kind.DEPTH in kinds else kinds
        self.rows: dict[Kind, array[int]] = {kind: array("q") for kind in sorted(kept)}
        """What each kind's rows hold, one after the other: numpy takes it as it lies."""
        self.last: dict[Kind, int] = dict.fromkeys(sorted(kinds), 0)
        """When the last row of each kind came: UTC ns; 0 before the first."""
        self.count: dict[Kind, int] = dict.fromkeys(self.last, 0)
        """Rows that came."""
        self.quote: tuple[int, ...] | None = None
        """The last quote that nobody has felt."""
        self.moves = 0
        """How often the best prices changed since the last trade, where trades are subscribed to."""
        self._best: tuple[int, ...] = ()

    @property
    def heard(self) -> int:
        """When the kind that has been silent for longest came last: UTC ns; 0 before the first.

        Trades may pause; a book that stands still while they go on is no book.
        """
        return min((last for kind, last in self.last.items() if kind is not Kind.TRADES), default=0)

    def take(self, kind: Kind, ts: int, row: tuple[int, ...]) -> None:
        """Take a row at the earliest at an instant (UTC ns), and not before the one before."""
        ts = max(ts, self.last[kind])
        self.last[kind] = ts
        self.count[kind] += 1
        whole = (ts, *row)
        if kind in self.rows:
            self.rows[kind].extend(whole)
        if kind is Kind.TRADES:
            self.moves = 0
        elif kind is Kind.QUOTES:
            self.quote = whole
            if row[:2] != self._best:
                self._best = row[:2]
                self.moves += Kind.TRADES in self.kinds

    def forget_before(self, ts: int) -> None:
        """Forget what arrived before an instant (UTC ns)."""
        for kind, rows in self.rows.items():
            table = _table(kind, rows)
            self.rows[kind] = array("q", table[table[:, 0] >= ts].tobytes())

    def handed_on(self) -> list[Rows]:
        """Return what has arrived, as columns, and have it no more."""
        arrived = [(kind, rows) for kind, rows in self.rows.items() if rows]
        for kind, _ in arrived:
            self.rows[kind] = array("q")
        return [_columns(kind, _table(kind, rows)) for kind, rows in arrived]


class Intake(MiaActor):
    """Subscribes to everything that a node reads."""

    def __init__(self, context: ActorContext, terms: LiveTerms, wants: Wants) -> None:
        super().__init__(context)
        self._terms, self._wants = terms, wants
        self._by_id: dict[InstrumentId, Stream] = {}
        self.streams: dict[str, Stream] = {}
        """By product."""
        self.pulse = 0
        """The last instant at which anybody looked at the market: UTC ns."""
        self.asked_at = 0
        """When data were asked for last: UTC ns."""
        self._hours = (0, FOREVER)
        """When the session opens and closes: UTC ns. What comes in none is no backtest's, and nobody's."""

    def begin(self) -> None:
        """Subscribe to the session that is open, or wait for the next."""
        now = self.data_time()
        day = next((day for day in self.context.days if day.session.close > now), None)
        if day is None:
            return
        self._hours = day.session.open, day.session.close
        for code, stream in self.streams.items():
            if stream.contract != day.contracts[code]:
                self._end(stream)
        if day.session.open <= now:
            self._open(day)
        else:
            self.clock.set_time_alert_ns(
                f"intake-{day.session.day}", day.session.open, lambda _: self._open(day)
            )

    def deliver(self, now: int) -> None:
        """Hand on what has arrived; somebody looks at the market at an instant (UTC ns)."""
        self.pulse = max(self.pulse, now)
        self.hand_on()

    def hand_on(self) -> None:
        """Hand on what has arrived, though nobody looks yet: who does then has little left to wait for."""
        if not self.pulse:
            return  # history may tell of it: `forget_before`
        for code, stream in self.streams.items():
            for rows in stream.handed_on():
                self._wants.recorder.take(stream.contract, rows)
                for take in self._wants.takers.get(code, ()):
                    take(code, rows)

    def forget_before(self, ts: int) -> None:
        """Forget what arrived before an instant (UTC ns): history tells of it."""
        for stream in self.streams.values():
            stream.forget_before(ts)

    def feel(self, now: int) -> None:
        """Let those who watch over the run know of the last quotes, up to an instant (UTC ns)."""
        for code, stream in self.streams.items():
            pulse: Pulse | None = self.context.vitals.pulses.get(code)
            if pulse is None or stream.quote is None:
                continue
            pulse.load(Quotes(*np.array([stream.quote], np.int64).T))
            pulse.last(now)
            stream.quote = None

    def ask_again(self) -> None:
        """Subscribe anew to everything: what was subscribed to may be lost."""
        for instrument_id, stream in self._by_id.items():
            if stream in self.streams.values():
                self._unsubscribe(instrument_id, stream)
                self._subscribe(instrument_id, stream)

    def on_trade(self, trade: Any) -> None:
        """Take a trade."""
        stream = self._by_id.get(trade.instrument_id)
        if stream:
            side = _SIDES.get(trade.aggressor_side, 0)
            row = (ticks_of(trade.price), int(trade.size), side)
            self._take(stream, Kind.TRADES, trade.ts_init, row)

    def on_quote(self, quote: Any) -> None:
        """Take the best bid and ask; crossed, or without a side, they are no market, and older ones stay."""
        stream = self._by_id.get(quote.instrument_id)
        if stream is None:
            return
        bid, ask = ticks_of(quote.bid_price), ticks_of(quote.ask_price)
        bids, asks = int(quote.bid_size), int(quote.ask_size)
        if 0 < bid < ask and bids > 0 and asks > 0:
            self._take(stream, Kind.QUOTES, quote.ts_init, (bid, ask, bids, asks))

    def on_book_deltas(self, deltas: Any) -> None:
        """Take changes of the book."""
        stream = self._by_id.get(deltas.instrument_id)
        if stream is None:
            return
        for delta in deltas.deltas:
            action, order = delta.action.name, delta.order
            if action == "CLEAR":
                stream.ladder.clear()
                continue
            level = (ticks_of(order.price), int(order.size))
            is_bid = order.side is OrderSide.BUY
            stream.ladder.change(action, is_bid=is_bid, place=place_of(delta), level=level)
        row = stream.ladder.row()
        if row is not None:
            self._take(stream, Kind.DEPTH, deltas.ts_init, row)

    def _take(self, stream: Stream, kind: Kind, machine: int, row: tuple[int, ...]) -> None:
        """Take a row as of when it came, unless that is in no session; it comes after the last look."""
        at = max(self._terms.market_at(machine), self.pulse + 1)
        if self._hours[0] <= at < self._hours[1]:
            stream.take(kind, at, row)

    def _open(self, day: TradingDay) -> None:
        """Subscribe to the contracts that lead on a day."""
        for code, kinds in self._wants.kinds.items():
            contract = day.contracts[code]
            there = self._terms.listed(InstrumentId.from_str(contract.instrument_id))
            if there in self._by_id:
                continue
            if code in self.streams:
                self._end(self.streams[code])
            self.streams[code] = self._by_id[there] = Stream(contract, kinds, self.data_time())
            self._subscribe(there, self.streams[code])
        self.clock.set_time_alert_ns(f"intake-end-{day.session.day}", day.session.close, self._next)

    def _next(self, event: Any) -> None:
        del event
        self.begin()

    def _end(self, old: Stream) -> None:
        for instrument_id, stream in list(self._by_id.items()):
            if stream is old:
                self._unsubscribe(instrument_id, old)
                del self._by_id[instrument_id]

    def _subscribe(self, instrument_id: InstrumentId, stream: Stream) -> None:
        self.asked_at = self.data_time()
        stream.ladder.clear()
        if Kind.TRADES in stream.kinds:
            self.subscribe_trades(instrument_id)
        if Kind.QUOTES in stream.kinds:
            self.subscribe_quotes(instrument_id)
        if Kind.DEPTH in stream.kinds:
            self.subscribe_book_deltas(instrument_id, BookType.L2_MBP, LEVELS)

    def _unsubscribe(self, instrument_id: InstrumentId, stream: Stream) -> None:
        if Kind.TRADES in stream.kinds:
            self.unsubscribe_trades(instrument_id)
        if Kind.QUOTES in stream.kinds:
            self.unsubscribe_quotes(instrument_id)
        if Kind.DEPTH in stream.kinds:
            self.unsubscribe_book_deltas(instrument_id)


def _table(kind: Kind, rows: "array[int]") -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Return rows that lie one after the other as a table of them; it holds on to what they lie in."""
    return np.frombuffer(rows, np.int64).reshape(-1, WIDTHS[kind])


def _columns(kind: Kind, table: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> Rows:
    if kind is Kind.TRADES:
        ts, ticks, lots = np.ascontiguousarray(table[:, :3].T)
        return Trades(ts, ticks, lots, table[:, 3].astype(np.int8))
    if kind is Kind.QUOTES:
        return Quotes(*np.ascontiguousarray(table.T))
    parts = (np.ascontiguousarray(table[:, 1 + LEVELS * n : 1 + LEVELS * (n + 1)]) for n in range(6))
    return Depth(np.ascontiguousarray(table[:, 0]), *parts)
