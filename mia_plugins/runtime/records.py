"""The tables of what a run traded: orders, fills and positions."""

from decimal import Decimal
from typing import Protocol

import pyarrow as pa

from mia_plugins.runtime.account import Fill, RoundTrip
from mia_plugins.runtime.brackets import OrderState

_TIME = pa.timestamp("ns", tz="UTC")
_MONEY = pa.decimal128(18, 2)
_NAME = pa.dictionary(pa.int16(), pa.string())
_WHO = [
    ("decision", pa.int64(), "", "the decision it came from"),
    ("strategy", _NAME, "", "whose it is"),
    ("instrument_id", _NAME, "", "the contract"),
]


def _schema(*fields: tuple[str, pa.DataType, str, str]) -> pa.Schema:
    return pa.schema(
        [pa.field(name, type_, metadata={"unit": unit, "help": help_}) for name, type_, unit, help_ in fields]
    )


ORDERS = _schema(
    ("order_id", pa.string(), "", "ours: strategy, decision, role"),
    *_WHO,
    ("role", _NAME, "", "entry, stop, target or exit"),
    ("type", _NAME, "", "market, limit or stop"),
    ("side", pa.int8(), "", "+1 buys, -1 sells"),
    ("lots", pa.int64(), "contracts", "what was asked for at last"),
    ("ticks", pa.int64(), "ticks", "limit or trigger price; none at the market"),
    ("ts", _TIME, "ns", "when it was submitted"),
    ("ts_done", _TIME, "ns", "when it ended; none when the run ended first"),
    ("state", _NAME, "", "filled, canceled, rejected, denied, expired, or what it was at the end"),
    ("filled", pa.int64(), "contracts", "what was filled"),
    ("reason", pa.string(), "", "why it was refused"),
)
FILLS = _schema(
    ("ts", _TIME, "ns", "when it was filled"),
    ("order_id", pa.string(), "", "the order"),
    *_WHO,
    ("role", _NAME, "", "entry, stop, target or exit"),
    ("side", pa.int8(), "", "+1 bought, -1 sold"),
    ("lots", pa.int64(), "contracts", "what was filled"),
    ("ticks", pa.int64(), "ticks", "the price"),
    ("fee", _MONEY, "$", "commission"),
)
POSITIONS = _schema(
    *_WHO,
    ("side", pa.int8(), "", "+1 long, -1 short"),
    ("ts_open", _TIME, "ns", "the first fill"),
    ("ts_close", _TIME, "ns", "the last fill"),
    ("lots", pa.int64(), "contracts", "all that was entered"),
    ("entry", pa.float64(), "ticks", "average price in"),
    ("leave", pa.float64(), "ticks", "average price out"),
    ("gross", _MONEY, "$", "profit or loss before fees"),
    ("fees", _MONEY, "$", "commissions"),
    ("net", _MONEY, "$", "profit or loss after fees"),
    ("exit", _NAME, "", "stop, target, or the reason it was left for"),
    ("mae", pa.float64(), "ticks", "the furthest it went against the entry while it was held"),
    ("mfe", pa.float64(), "ticks", "the furthest it went for the entry while it was held"),
)


class Rows(Protocol):
    """Where rows of a table go."""

    def append(self, row: tuple[object, ...], /) -> None:
        """Add a row, in the order of the schema."""


class Records:
    """One strategy's orders, fills and positions in the tables of its run."""

    def __init__(self, strategy: str, orders: Rows, fills: Rows, positions: Rows) -> None:
        self._strategy = strategy
        self._orders, self._fills, self._positions = orders, fills, positions

    def order(self, order: OrderState, decision: int, instrument_id: str) -> None:
        """Record an order that has ended, or the run has."""
        self._orders.append((
            order.order_id, decision, self._strategy, instrument_id, str(order.role), order.type,
            order.side, order.lots, order.ticks, order.ts, order.ts_done, order.state, order.filled,
            order.reason or None,
        ))  # fmt: skip

    def fill(self, fill: Fill, instrument_id: str) -> None:
        """Record a fill."""
        self._fills.append((
            fill.ts, fill.order_id, fill.decision, self._strategy, instrument_id, str(fill.role),
            fill.side, fill.lots, fill.ticks, fill.fee.quantize(_CENT),
        ))  # fmt: skip

    def position(self, trip: RoundTrip, instrument_id: str, tick_value: Decimal) -> None:
        """Record a round trip that is closed."""
        gross = trip.gross(tick_value)
        bought, sold = trip.paid / trip.bought, trip.got / trip.sold
        entry, leave = (bought, sold) if trip.side > 0 else (sold, bought)
        self._positions.append((
            trip.decision, self._strategy, instrument_id, trip.side, trip.ts_open, trip.ts_close,
            trip.bought, entry, leave, gross.quantize(_CENT), trip.fees.quantize(_CENT),
            (gross - trip.fees).quantize(_CENT), trip.exit, *trip.excursions(entry, leave),
        ))  # fmt: skip


_CENT = Decimal("0.01")
