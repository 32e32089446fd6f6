"""Decisions that were taken, blocked or rejected, with what came of them or would have, in R after costs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mia_plugins.data.instruments import PRODUCTS
from mia_plugins.statistics.figures import Floats, Ints, ratio
from mia_plugins.statistics.sources import Sources, Words, product_of, real, whole, words
from mia_plugins.statistics.trades import Trades

TAKEN = "taken"
_COLUMNS = ["id", "ts", "strategy", "instrument_id", "side", "outcome", "reason", "stop"]


@dataclass(frozen=True)
class Candidates:
    """Decisions with a side, in the order of their ids; each column has an entry a decision."""

    id: Ints
    ts: Ints
    """UTC ns."""
    strategy: Words
    side: Ints
    """+1 buy, -1 sell."""
    outcome: Words
    """taken, blocked or rejected."""
    reason: Words
    """The rule or the gate that was against it."""
    followed: np.ndarray[tuple[int], np.dtype[np.bool_]]
    """Whether it is known what became or would have become of it, be it that it was never filled."""
    r: Floats
    """Its result after costs in R, realised or of its shadow; nan where there is none."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.id)


def candidates_of(sources: Sources, trades: Trades) -> Candidates:
    """Return the candidates of a run."""
    wanted = pa.array(["taken", "blocked", "rejected"])
    parts = [
        batch.filter(pc.is_in(batch["outcome"], wanted)) for batch in sources.batches("decisions", _COLUMNS)
    ]
    table = {
        name: pa.chunked_array([part[name] for part in parts]).combine_chunks() if parts else pa.array([])
        for name in _COLUMNS
    }
    ids = whole(table["id"])
    instruments = words(table["instrument_id"])
    r, followed = _shadows(sources, ids, real(table["stop"]), instruments)
    at, known = places_of(ids, trades.decision)
    r[at[known]], followed[at[known]] = trades.r[known], True
    return Candidates(
        id=ids,
        ts=whole(table["ts"]),
        strategy=words(table["strategy"]),
        side=whole(table["side"]),
        outcome=words(table["outcome"]),
        reason=words(table["reason"]),
        followed=followed,
        r=r,
    )


def values_of(sources: Sources, feature: str, ids: Ints) -> Floats:
    """Return a feature's value at decisions, by their ids; nan where it is not known."""
    found = np.full(len(ids), np.nan)
    for batch in sources.batches("decisions", ["id", f"v.{feature}"]):
        at, known = places_of(ids, whole(batch["id"]))
        found[at[known]] = real(batch[f"v.{feature}"])[known]
    return found


def _shadows(
    sources: Sources, ids: Ints, stops: Floats, instruments: Words
) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Return the results of shadows, less a round turn's commission, and which decisions have one."""
    r, followed = np.full(len(ids), np.nan), np.zeros(len(ids), np.bool_)
    found = sources.table("shadows", ["id", "entry", "r"])
    at, known = places_of(ids, whole(found["id"]))
    at, entry, gross = at[known], real(found["entry"])[known], real(found["r"])[known]
    fees = _round_turns(sources, instruments)[at]
    r[at] = gross - ratio(fees, np.abs(entry - stops[at]))
    followed[at] = True
    return r, followed


def _round_turns(sources: Sources, instruments: Words) -> Floats:
    """Return what a contract costs in and out, in ticks, for each instrument."""
    of: Mapping[str, float] = {
        one: 2 * sources.commission(product_of(one)) / float(PRODUCTS[product_of(one)].tick_value)
        for one in set(instruments)
    }
    return np.array([of[one] for one in instruments], np.float64)


def places_of(ids: Ints, wanted: Ints) -> tuple[Ints, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Return the places of ids among ascending ones, and which of them are there."""
    if not len(ids):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
    place = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1).astype(np.int64)
    return place, ids[place] == wanted
