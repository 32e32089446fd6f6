"""What the synthetic market knows of a day beyond its feed, as tables: labels, chains, VIX, levels."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from catalog.market.chain import Chain
from catalog.market.day import MarketDay
from catalog.market.drawn import Drawn, drawn_of
from catalog.market.instrument import InstrumentDay
from catalog.market.scenarios import Happening
from mia_plugins.data.sessions import Session
from mia_plugins.data.tables import FILLS, LABELS, LEVELS, OPTION_CHAINS, VIX

SOURCE = "synthetic"


def tables_of(made: MarketDay, ids: Mapping[str, str]) -> Iterator[tuple[str, pa.Table]]:
    """Yield the tables of a day by name; `ids` are the instruments' names in Nautilus by product."""
    rows = [_labels(ids[code], data) for code, data in made.instruments.items()]
    rows += [_happened(instrument_id, _of(made.happenings, code)) for code, instrument_id in ids.items()]
    drawn = drawn_of(made.session, made.bone, made.rhythm)
    rows += [_drawn(instrument_id, drawn) for instrument_id in ids.values()]
    yield "labels", pa.concat_tables(rows).sort_by("ts_event")
    fills = pa.concat_tables([_fills(ids[code], data) for code, data in made.instruments.items()])
    yield "label_fills", fills.sort_by("ts_event")
    yield "option_chains", _chain(made.quoted, made.session)
    yield "vix", _table(VIX, {"ts_event": made.vix.ts, "ts_init": made.vix.ts, "value": made.vix.value})
    yield "levels", _levels(made)


def _table(schema: pa.Schema, columns: Mapping[str, Any]) -> pa.Table:
    """Return columns in the types of a schema."""
    return pa.table(
        [pa.array(columns[name]).cast(schema.field(name).type) for name in schema.names], schema=schema
    )


def _labels(instrument_id: str, data: InstrumentDay) -> pa.Table:
    """Return what the agents did; it can be known once it is over."""
    labels = data.labels
    rows = len(labels.kind)
    return _table(
        LABELS,
        {
            "ts_event": labels.start,
            "ts_init": labels.end,
            "ts_end": labels.end,
            "instrument_id": [instrument_id] * rows,
            "kind": labels.kind.tolist(),
            "agent": labels.agent,
            "side": labels.side,
            "ticks": labels.ticks,
            "lots": labels.lots,
            "shown": labels.shown,
            "times": labels.times,
            "observable": labels.observable,
            "detail": ["{}"] * rows,
        },
    )


def _of(happenings: tuple[Happening, ...], code: str) -> tuple[Happening, ...]:
    """Return what happened in one product."""
    return tuple(h for h in happenings if h.instrument in (None, code))


def _happened(instrument_id: str, happenings: tuple[Happening, ...]) -> pa.Table:
    """Return the scenarios of the day as labels."""
    nothing = pa.nulls(len(happenings), pa.int64())
    return _table(
        LABELS,
        {
            "ts_event": pa.array([h.start for h in happenings], pa.int64()),
            "ts_init": pa.array([h.end for h in happenings], pa.int64()),
            "ts_end": pa.array([h.end for h in happenings], pa.int64()),
            "instrument_id": pa.array([instrument_id] * len(happenings), pa.string()),
            "kind": pa.array([h.name for h in happenings], pa.string()),
            "agent": nothing,
            "side": pa.array([h.side for h in happenings], pa.int8()),
            "ticks": pa.array([h.ticks for h in happenings], pa.int64()),
            "lots": nothing,
            "shown": nothing,
            "times": nothing,
            "observable": pa.array([h.observable for h in happenings], pa.bool_()),
            "detail": pa.array([json.dumps({"scenario": True})] * len(happenings), pa.string()),
        },
    )


def _drawn(instrument_id: str, drawn: tuple[Drawn, ...]) -> pa.Table:
    """Return what the market drew for the day as labels; a span is known once it is over."""
    nothing = pa.nulls(len(drawn), pa.int64())
    return _table(
        LABELS,
        {
            "ts_event": pa.array([d.start for d in drawn], pa.int64()),
            "ts_init": pa.array([d.end for d in drawn], pa.int64()),
            "ts_end": pa.array([d.end for d in drawn], pa.int64()),
            "instrument_id": pa.array([instrument_id] * len(drawn), pa.string()),
            "kind": pa.array([d.kind for d in drawn], pa.string()),
            "agent": nothing,
            "side": np.zeros(len(drawn), np.int8),
            "ticks": nothing,
            "lots": nothing,
            "shown": nothing,
            "times": nothing,
            "observable": np.ones(len(drawn), np.bool_),
            "detail": pa.array([json.dumps(d.detail) for d in drawn], pa.string()),
        },
    )


def _fills(instrument_id: str, data: InstrumentDay) -> pa.Table:
    fills = data.fills
    return _table(
        FILLS,
        {
            "ts_event": fills.ts,
            "ts_init": fills.ts,
            "instrument_id": [instrument_id] * len(fills.ts),
            "agent": fills.agent,
            "ticks": fills.ticks,
            "lots": fills.lots,
        },
    )


def _chain(chain: Chain, session: Session) -> pa.Table:
    rows = len(chain.strike)
    return _table(
        OPTION_CHAINS,
        {
            "ts_event": np.full(rows, chain.as_of),
            # Open interest is the morning's, and the volume that of the session before.
            "ts_init": np.full(rows, max(chain.as_of, session.rth_open)),
            "underlying": ["SPX"] * rows,
            "expiry": chain.expiry,
            "strike": chain.strike,
            "is_call": chain.call,
            "spot": np.full(rows, chain.spot),
            "bid": chain.bid,
            "ask": chain.ask,
            "iv": chain.iv,
            "delta": chain.delta,
            "gamma": chain.gamma,
            "open_interest": chain.open_interest,
            "volume": chain.volume,
            # All of them settle on the close, as those of SPXW do.
            "root": ["SPXW"] * rows,
        },
    )


def _levels(made: MarketDay) -> pa.Table:
    levels = made.levels
    rows = len(levels.name)
    return _table(
        LEVELS,
        {
            "ts_event": np.full(rows, levels.as_of),
            "ts_init": np.full(rows, levels.available_at),
            "underlying": ["ES"] * rows,
            "name": levels.name.tolist(),
            "price": levels.price,
            "source": [SOURCE] * rows,
        },
    )
