"""What DBN says beside prices: definitions of instruments and the exchange's statistics, as tables."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from catalog.formats.dbn.layout import BILLION, NO_PRICE, NO_QUANTITY
from catalog.formats.dbn.records import Records, Run
from catalog.formats.dbn.symbols import Symbols, text_of
from catalog.formats.dbn.values import times_of
from catalog.formats.tally import Flags, Placed, Tally
from mia_plugins.data.arrow import TIME
from mia_plugins.data.instruments import TICK, Contract
from mia_plugins.importing import TableRows

STATISTICS = {
    1: "opening price",
    2: "indicative opening price",
    3: "settlement price",
    4: "session low",
    5: "session high",
    6: "cleared volume",
    7: "lowest offer",
    8: "highest bid",
    9: "open interest",
    10: "fixing price",
    11: "close price",
    12: "net change",
    13: "vwap",
    14: "volatility",
    15: "delta",
    16: "uncrossing price",
    17: "upper price limit",
    18: "lower price limit",
    19: "block volume",
}
"""Kinds of statistics by their numbers; others are named by the number."""
DELETED = 2
"""The update of a statistic that is taken back."""
DAY_NS = 86_400 * BILLION
EXPIRY_WITHIN = 2
"""Days: a definition may name the day of the last trade or that of the settlement."""


def take_statistics(run: Run, contract: Contract, version: int, tally: Tally) -> None:
    """Take the exchange's statistics of a contract into the table `statistics`."""
    records = run.records
    taken_back = records["update"] == DELETED
    good = tally.sound(run.numbers, (taken_back, "a statistic that the exchange took back"))
    run, records = run.of(good), records[good]
    if not len(records):
        return
    known = times_of(records)
    of = np.where(records["ts_ref"] < 2**62, records["ts_ref"], known.astype(np.uint64)).astype(np.int64)
    price, quantity = records["price"], records["quantity"].astype(np.int64)
    names = {kind: STATISTICS.get(kind, f"statistic {kind}") for kind in np.unique(records["kind"]).tolist()}
    table = pa.table(
        {
            # What is of a day to come was known before it began.
            "ts_event": _times(np.minimum(of, known)),
            "ts_init": _times(known),
            "instrument_id": pa.array([contract.instrument_id] * len(known)),
            "name": pa.array([names[kind] for kind in records["kind"].tolist()], pa.string()),
            "price": pa.array(price / BILLION, mask=price == NO_PRICE),
            "quantity": pa.array(quantity, mask=quantity == NO_QUANTITY[version]),
        }
    )
    tally.rows.append(TableRows("statistics", table, Placed(tally.word, run.numbers)))


def take_definitions(run: Run, contract: Contract, tally: Tally) -> None:
    """Take definitions of a contract into the table `definitions`; one that contradicts ours is rejected.

    A tick, multiplier or expiry that is not ours would make every price or profit wrong.
    """
    good = tally.sound(run.numbers, *_contradictions(run.records, contract))
    run = run.of(good)
    if not len(run.numbers):
        return
    known = times_of(run.records)
    table = pa.table(
        {
            "ts_event": _times(known),
            "ts_init": _times(known),
            "instrument_id": pa.array([contract.instrument_id] * len(known)),
            "number": pa.array(run.records["instrument"], pa.uint32()),
            "tick": pa.array(run.records["tick"] / BILLION),
            "multiplier": pa.array(run.records["unit"] / BILLION),
            "expiry": _times(np.minimum(run.records["expiration"], 2**62).astype(np.int64)),
        }
    )
    tally.rows.append(TableRows("definitions", table, Placed(tally.word, run.numbers)))


def note_definitions(run: Run, symbols: Symbols) -> None:
    """Let later records know what numbers stand for."""
    for number, known, symbol in zip(
        run.records["instrument"].tolist(),
        times_of(run.records).tolist(),
        run.records["symbol"].tolist(),
        strict=True,
    ):
        symbols.take_definition(number, known, text_of(symbol))


def _contradictions(records: Records, contract: Contract) -> list[tuple[Flags, str]]:
    """Return what definitions say that the contract is not, with the definitions that say it."""
    tick, dollars = int(TICK * BILLION), contract.product.multiplier
    faults = [
        (one, f"a definition of {contract.code} with a tick of {value / BILLION:g}; {TICK} was expected")
        for one, value in _other(records["tick"], tick)
    ]
    faults += [
        (
            one,
            f"a definition of {contract.code} with {value / BILLION:g} $ a point; {dollars} were expected",
        )
        for one, value in _other(records["unit"], dollars * BILLION)
    ]
    away = np.minimum(records["expiration"], 2**62).astype(np.int64) - contract.expiry_ns
    late = np.abs(away) > EXPIRY_WITHIN * DAY_NS
    return [
        *faults,
        (late, f"a definition of {contract.symbol} that does not expire on {contract.expiry}"),
    ]


def _other(values: NDArray[np.int64], expected: int) -> list[tuple[Flags, int]]:
    """Return values that are known and not as expected, each with where it is."""
    found = np.unique(values[(values != expected) & (values != NO_PRICE)]).tolist()
    return [(values == value, value) for value in found]


def _times(ns: NDArray[np.int64]) -> pa.Array:
    return pa.array(ns, pa.int64()).cast(TIME)
