"""The search for icebergs: orders of one size that come again and again where executions took them down."""

from math import log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indicators.events.book_log import APPEARED, CHANGE, LOTS, ORDERS, SHOWN, SIDE, TICKS, TRADE, TS, WHAT
from mia_plugins.kernels import kernel

PLACES, CHAINS = 16, 12
"""Prices a side, found by price modulo this (of two that meet the better is followed); candidates at each."""
COLUMNS = 12
# Columns of a candidate.
SIZE, BORN, AHEAD, GONE, SURE, DUE_AT, REFILLS, TRIALS, EVIDENCE, EVENT = range(10)
"""AHEAD is what stood at the price when the order came, it included; GONE what has been executed or cancelled
since, SURE what has been executed: if less than its size, it was not filled; DUE_AT since when it is surely
gone (0: not yet); TRIALS orders that came since it may be filled; EVIDENCE -log10 of chance in millionths;
EVENT 1 + its number, when it is one."""
# Columns of the row after the candidates, which is the price's own.
PRICE, EXECUTED, HIT = range(3)
"""EXECUTED since the book last changed there; HIT: when, last."""
KEPT = 256
"""Events that can be looked back upon."""
FIELDS = 10
E_SIDE, E_TICKS, E_START, E_KNOWN, E_END, E_SHOWN, E_REFILLS, E_EVIDENCE, E_OVER, E_DUE = range(FIELDS)
"""E_OVER: when a trade went through, 0 before; E_DUE: since when a refill is due."""
LARGEST = 256
"""Orders of more contracts count as ones of this size."""
MEMORY = 20_000
"""Orders after which the older ones count half."""
MILLION = 1_000_000

Rules = tuple[int, int, int, int, int]
"""Least contracts shown, longest time to a refill and longest one without (ns), refills, evidence · 10^6."""


@kernel
def search(
    log: NDArray[np.int64],
    places: NDArray[np.int64],
    usual: NDArray[np.int64],
    events: NDArray[np.int64],
    rules: Rules,
) -> None:
    """Follow what happened. `usual` counts orders by size; the last row of `events` says how many came."""
    for number in range(len(log)):
        row = log[number]
        if row[WHAT] == TRADE:
            _executed(row, places, events)
        elif row[WHAT] == CHANGE or row[WHAT] == APPEARED:
            _changed(row, places, usual, events, rules)


@kernel
def _executed(row: NDArray[Any], places: NDArray[np.int64], events: NDArray[np.int64]) -> None:
    half = 0 if row[SIDE] > 0 else 1
    side = 1 - 2 * half
    if row[SIDE] == 0:
        return
    for place in range(PLACES):
        at = places[half, place]
        price = at[CHAINS, PRICE]
        if price == row[TICKS]:
            at[CHAINS, EXECUTED] += row[LOTS]
            at[CHAINS, HIT] = row[TS]
            for chain in range(CHAINS):
                _reduce(at[chain], row[LOTS], row[LOTS])
                if at[chain, SURE] >= at[chain, AHEAD]:
                    _is_due(at[chain], events, row[TS])
        elif price != 0 and side * (price - row[TICKS]) > 0:
            _forget(at, events, row[TS])


@kernel
def _forget(chains: NDArray[Any], events: NDArray[np.int64], ts: int) -> None:
    """Drop candidates; events among them are over."""
    for chain in range(min(len(chains), CHAINS)):
        if chains[chain, EVENT] > 0:
            events[(chains[chain, EVENT] - 1) % KEPT, E_OVER] = ts
    chains[:] = 0


@kernel
def _is_due(chain: NDArray[Any], events: NDArray[np.int64], ts: int) -> None:
    """Note that an order is surely gone."""
    if chain[SIZE] > 0 and chain[DUE_AT] == 0:
        chain[DUE_AT] = ts
        if chain[EVENT] > 0:
            events[(chain[EVENT] - 1) % KEPT, E_DUE] = ts


@kernel
def _reduce(chain: NDArray[Any], gone: int, sure: int) -> None:
    if chain[SIZE] > 0:
        chain[GONE] += gone
        chain[SURE] += sure


@kernel
def _changed(
    row: NDArray[Any],
    places: NDArray[np.int64],
    usual: NDArray[np.int64],
    events: NDArray[np.int64],
    rules: Rules,
) -> None:
    at = places[0 if row[SIDE] > 0 else 1, row[TICKS] % PLACES]
    if at[CHAINS, PRICE] != row[TICKS]:
        if at[CHAINS, PRICE] != 0 and row[SIDE] * (at[CHAINS, PRICE] - row[TICKS]) > 0:
            return
        _forget(at, events, row[TS])
        at[CHAINS, PRICE] = row[TICKS]
    executed, at[CHAINS, EXECUTED] = at[CHAINS, EXECUTED], 0
    if row[WHAT] == APPEARED:
        return
    more = row[LOTS] + executed
    if more < 0:
        for chain in range(CHAINS):
            _reduce(at[chain], -more, 0)
            if row[SHOWN] < max(1, _least_of(at[chain]) - at[chain, SURE]):
                _is_due(at[chain], events, row[TS])
    elif more > 0 and executed == 0 and (row[ORDERS] == 1 or row[ORDERS] == 0):
        _came(row, at, usual, events, rules)


@kernel
def _came(
    row: NDArray[Any],
    at: NDArray[np.int64],
    usual: NDArray[np.int64],
    events: NDArray[np.int64],
    rules: Rules,
) -> None:
    """Take an order that came to a price: it is a refill, a new candidate, or neither."""
    size, soon = row[LOTS], row[TS] - at[CHAINS, HIT] <= rules[1]
    for chain in range(CHAINS):
        if at[chain, DUE_AT] > 0 and row[TS] - at[chain, DUE_AT] > rules[2]:
            _forget(at[chain : chain + 1], events, row[TS])
    best = _refilled(at, size)
    if soon and best >= 0:
        _refill(row, at[best], usual, events, rules)
    elif size >= rules[0]:
        weakest = 0
        for chain in range(1, CHAINS):
            if _weight(at[chain]) < _weight(at[weakest]):
                weakest = chain
        kept = at[weakest]
        _forget(at[weakest : weakest + 1], events, row[TS])
        kept[SIZE], kept[BORN], kept[AHEAD] = size, row[TS], row[SHOWN]
    _count(usual, size)


@kernel
def _refilled(at: NDArray[np.int64], size: int) -> int:
    """Count one more trial for all that may be gone; return which of them the order would refill, or -1."""
    best = -1
    for chain in range(CHAINS):
        kept = at[chain]
        if kept[SIZE] > 0 and kept[GONE] >= kept[AHEAD] and kept[SURE] >= kept[SIZE]:
            kept[TRIALS] += 1
            if _alike(kept, size) and (best < 0 or kept[REFILLS] > at[best, REFILLS]):
                best = chain
    return best


@kernel
def _count(usual: NDArray[np.int64], size: int) -> None:
    """Count an order by its size; the older ones fade."""
    usual[min(size, LARGEST)] += 1
    usual[0] += 1
    if usual[0] >= MEMORY:
        usual[0] = 0
        for of in range(1, LARGEST + 1):
            usual[of] //= 2
            usual[0] += usual[of]


@kernel
def _alike(chain: NDArray[Any], size: int) -> bool:
    """Say whether an order is as large as those before; the last may be what is left, half at least."""
    return bool(size == chain[SIZE] or (size < chain[SIZE] and size >= _least_of(chain)))


@kernel
def _least_of(chain: NDArray[Any]) -> int:
    """Return the fewest contracts it can show: after two refills what comes may be the last of it."""
    return int((chain[SIZE] + 1) // 2 if chain[REFILLS] >= 2 else chain[SIZE])


@kernel
def _weight(chain: NDArray[Any]) -> int:
    """Return what speaks for keeping a candidate: refills first, then youth."""
    return int(chain[REFILLS] * (1 << 42) + chain[BORN] // (1 << 20)) if chain[SIZE] > 0 else -1


@kernel
def _refill(
    row: NDArray[Any], chain: NDArray[Any], usual: NDArray[np.int64], events: NDArray[np.int64], rules: Rules
) -> None:
    size, alike = row[LOTS], 0
    least = min(size, (chain[SIZE] + 1) // 2) if size < chain[SIZE] else size
    for of in range(min(least, LARGEST), min(size, LARGEST) + 1):
        alike += usual[of] + 1
    chance = chain[TRIALS] * alike / (usual[0] + LARGEST)
    chain[EVIDENCE] += int(-log10(min(chance, 1.0)) * MILLION)
    chain[REFILLS] += 1
    chain[AHEAD], chain[GONE], chain[SURE], chain[DUE_AT], chain[TRIALS] = row[SHOWN], 0, 0, 0, 0
    if chain[REFILLS] < rules[3] or chain[EVIDENCE] < rules[4]:
        return
    if chain[EVENT] == 0:
        events[KEPT, 0] += 1
        chain[EVENT] = events[KEPT, 0]
        event = events[(chain[EVENT] - 1) % KEPT]
        event[:] = 0
        event[E_SIDE], event[E_TICKS], event[E_START], event[E_KNOWN] = (
            row[SIDE],
            row[TICKS],
            chain[BORN],
            row[TS],
        )
    event = events[(chain[EVENT] - 1) % KEPT]
    event[E_END], event[E_SHOWN], event[E_REFILLS] = row[TS], chain[SIZE], chain[REFILLS]
    event[E_EVIDENCE], event[E_DUE] = chain[EVIDENCE], 0
