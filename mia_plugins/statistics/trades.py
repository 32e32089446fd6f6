"""Round trips that are closed, as columns, and the trading days they belong to."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mia_plugins.data.sessions import NEW_YORK, NS, Session, sessions
from mia_plugins.statistics.figures import Floats, Ints, ratio
from mia_plugins.statistics.sources import Sources, Words, cents, product_of, real, tick_values, whole, words

_ENOUGH = dt.timedelta(days=4)
"""Added to the last day seen where the settings do not say which the last one is."""


@dataclass(frozen=True)
class Days:
    """The trading days of a run, also those without a trade."""

    sessions: tuple[Session, ...]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.sessions)

    @property
    def dates(self) -> tuple[dt.date, ...]:
        """The dates on which they end, in New York."""
        return tuple(session.day for session in self.sessions)

    def place(self, ts: Ints) -> Ints:
        """Return the places of the days that times (UTC ns) belong to: the first that ends at or after."""
        closes = np.array([session.close for session in self.sessions], np.int64)
        found: Ints = np.minimum(np.searchsorted(closes, ts, side="left"), max(0, len(closes) - 1))
        return found

    @classmethod
    def of(cls, settings: Mapping[str, Any], reached: int | None, ts: Ints) -> Self:
        """Return the days of the settings that the data reached into (UTC ns).

        Settings that name no days are taken to mean those between the first and the last of `ts` (UTC ns).
        """
        start, end = settings.get("start"), settings.get("end")
        if not (isinstance(start, dt.date) and isinstance(end, dt.date)):
            if not len(ts):
                return cls(())
            start, end = _date(int(ts.min())), _date(int(ts.max())) + _ENOUGH
        last = max([reached or 0, *ts[-1:].tolist()])
        return cls(tuple(one for one in sessions(start, end) if one.open < last))


def _date(ts: int) -> dt.date:
    return dt.datetime.fromtimestamp(ts // NS, NEW_YORK).date()


@dataclass(frozen=True)
class Trades:
    """Round trips in the order in which they were closed; each column has an entry a trade."""

    decision: Ints
    """The decision it came from."""
    strategy: Words
    instrument_id: Words
    side: Ints
    """+1 long, -1 short."""
    ts_open: Ints
    """UTC ns."""
    ts_close: Ints
    """UTC ns."""
    lots: Ints
    """Contracts."""
    entry: Floats
    """Ticks."""
    leave: Floats
    """Ticks."""
    gross: Ints
    """Cents."""
    fees: Ints
    """Cents."""
    net: Ints
    """Cents."""
    exit: Words
    mae: Floats
    """Ticks."""
    mfe: Floats
    """Ticks."""
    tier: Words
    price: Floats
    """What the decision saw: ticks."""
    stop: Floats
    """Where its stop lay when it was decided: ticks."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.net)

    @cached_property
    def tick_value(self) -> Floats:
        """$ a tick and contract."""
        return tick_values(self.instrument_id)

    @cached_property
    def product(self) -> Words:
        """Such as ES."""
        return np.array([product_of(one) for one in self.instrument_id], np.object_)

    @cached_property
    def risk(self) -> Floats:
        """$ between the entry and the stop as it was decided; nan where that is 0 or not known."""
        risk = np.abs(self.entry - self.stop) * self.lots * self.tick_value
        found: Floats = np.where(risk > 0, risk, np.nan)
        return found

    @cached_property
    def r(self) -> Floats:
        """The result after costs in units of the risk; nan where that is not known."""
        return ratio(self.net / 100, self.risk)

    def where(self, mask: np.ndarray[Any, Any]) -> Self:
        """Return some of them."""
        return type(self)(*(getattr(self, field.name)[mask] for field in fields(self)))


def trades_of(sources: Sources) -> Trades:
    """Return the round trips of a run."""
    found = sources.table("positions", _POSITIONS)
    decision, ts_close = whole(found["decision"]), whole(found["ts_close"])
    tier, price, stop = _decided(sources, decision)
    trades = Trades(
        decision=decision,
        strategy=words(found["strategy"]),
        instrument_id=words(found["instrument_id"]),
        side=whole(found["side"]),
        ts_open=whole(found["ts_open"]),
        ts_close=ts_close,
        lots=whole(found["lots"]),
        entry=real(found["entry"]),
        leave=real(found["leave"]),
        gross=cents(found["gross"]),
        fees=cents(found["fees"]),
        net=cents(found["net"]),
        exit=words(found["exit"]),
        mae=real(found["mae"]),
        mfe=real(found["mfe"]),
        tier=tier,
        price=price,
        stop=stop,
    )
    return trades.where(np.lexsort((decision, ts_close)))


_DECIDED = ("tier", "price", "stop")
_POSITIONS = [field.name for field in fields(Trades) if field.name not in _DECIDED]


def _decided(sources: Sources, decisions: Ints) -> tuple[Words, Floats, Floats]:
    """Return what was decided about each trade, read a piece at a time."""
    wanted = pa.array(decisions)
    batches = sources.batches("decisions", ["id", *_DECIDED]) if len(decisions) else ()
    parts = [batch.filter(pc.is_in(batch["id"], wanted)) for batch in batches]
    if not parts:
        unknown = np.full(len(decisions), np.nan)
        return np.full(len(decisions), "", np.object_), unknown, unknown
    table = pa.Table.from_batches(parts).combine_chunks()
    rows = table.take(pc.index_in(wanted, table["id"]))
    tier, price, stop = (rows[name].combine_chunks() for name in _DECIDED)
    return words(pc.fill_null(tier, "")), real(price), real(stop)
