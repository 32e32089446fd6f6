"""The search for absorption: at one price much is executed, and the price and its size hold."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from indicators.events.book_log import APPEARED, BEST, LOTS, SHOWN, SIDE, TICKS, TRADE, TS, WHAT
from mia_plugins.kernels import kernel

PLACES, PRINTS = 8, 1024
"""Prices a side, found by price modulo this; trades kept at each."""
# Columns of a price; the row after the last holds what belongs to the whole side.
PRICE, FIRST, COUNT, VOLUME, EVENT = range(5)
TOUCH, TOUCHED, NEXT, IS_KNOWN = range(1, 5)
"""Of a side: PRICE is its best; TOUCH what was the best when this span of time began, TOUCHED what was
executed there since, in contracts; NEXT the price of the event that a trade goes through first, when that
IS_KNOWN, or no price when there is none."""
KEPT = 256
"""Events that can be looked back upon."""
FIELDS = 8
E_SIDE, E_TICKS, E_START, E_KNOWN, E_END, E_LOTS, E_SHOWN, E_VOID = range(FIELDS)
"""E_LOTS ran into E_SHOWN, at its strongest; E_END: when it last held; E_VOID: when a trade went through."""
THROUGH = 2
"""Ticks beyond its price at which a trade makes absorption void."""

Rules = tuple[int, float, float, float]
"""Longest time (ns), least contracts, least contracts for each shown, least share shown at the end."""


@kernel
def search(
    log: NDArray[np.int64],
    places: NDArray[np.int64],
    prints: NDArray[np.int64],
    events: NDArray[np.int64],
    rules: Rules,
) -> None:
    """Follow what happened; the last row of `events` says how many came."""
    for number in range(len(log)):
        row = log[number]
        if row[WHAT] == TRADE:
            _through(row, places, events)
            if row[SIDE] != 0:
                _executed(row, places, prints)
        elif row[WHAT] == BEST:
            places[0, PLACES, PRICE], places[1, PLACES, PRICE] = row[TICKS], row[LOTS]
            _leave(places)
        elif row[WHAT] != APPEARED:
            _changed(row, places, prints, events, rules)


@kernel
def _through(row: NDArray[Any], places: NDArray[np.int64], events: NDArray[np.int64]) -> None:
    """Make void what a trade went through. Most trades go through nothing, which two prices tell."""
    for half in range(2):
        whole, side = places[half, PLACES], 1 - 2 * half
        if whole[IS_KNOWN] and (whole[NEXT] == 0 or side * (whole[NEXT] - row[TICKS]) < THROUGH):
            continue
        whole[NEXT], whole[IS_KNOWN] = 0, 1
        for number in range(max(0, events[KEPT, 0] - KEPT), events[KEPT, 0]):
            event = events[number % KEPT]
            if event[E_SIDE] != side or event[E_VOID] != 0:
                continue
            if side * (event[E_TICKS] - row[TICKS]) >= THROUGH:
                event[E_VOID] = row[TS]
            else:
                _guard(whole, side, event[E_TICKS])


@kernel
def _guard(whole: NDArray[Any], side: int, ticks: int) -> None:
    """Have trades looked at that go through a price."""
    if whole[NEXT] == 0 or side * (ticks - whole[NEXT]) > 0:
        whole[NEXT] = ticks


@kernel
def _leave(places: NDArray[np.int64]) -> None:
    """Forget prices from which the best has moved by more than a tick."""
    for half in range(2):
        for place in range(PLACES):
            if abs(places[half, place, PRICE] - places[half, PLACES, PRICE]) > 1:
                places[half, place] = 0


@kernel
def _executed(row: NDArray[Any], places: NDArray[np.int64], prints: NDArray[np.int64]) -> None:
    half = 0 if row[SIDE] > 0 else 1
    whole = places[half, PLACES]
    if row[TICKS] == whole[TOUCH]:
        whole[TOUCHED] += row[LOTS]
    if abs(row[TICKS] - whole[PRICE]) > 1:
        return
    place = row[TICKS] % PLACES
    at = places[half, place]
    if at[PRICE] != row[TICKS]:
        at[:] = 0
        at[PRICE] = row[TICKS]
    if at[COUNT] == PRINTS:
        _drop(at, prints[half, place])
    new = prints[half, place, (at[FIRST] + at[COUNT]) % PRINTS]
    new[0], new[1], new[2] = row[TS], row[LOTS], row[SHOWN]
    at[COUNT] += 1
    at[VOLUME] += row[LOTS]


@kernel
def _drop(at: NDArray[Any], kept: NDArray[Any]) -> None:
    """Forget the oldest trade at a price."""
    at[VOLUME] -= kept[at[FIRST], 1]
    at[FIRST] = (at[FIRST] + 1) % PRINTS
    at[COUNT] -= 1


@kernel
def _changed(
    row: NDArray[Any],
    places: NDArray[np.int64],
    prints: NDArray[np.int64],
    events: NDArray[np.int64],
    rules: Rules,
) -> None:
    """See whether what ran into a price that changed was absorbed."""
    half = 0 if row[SIDE] > 0 else 1
    place = row[TICKS] % PLACES
    at, kept = places[half, place], prints[half, place]
    if at[PRICE] != row[TICKS]:
        return
    while at[COUNT] > 0 and kept[at[FIRST], 0] <= row[TS] - rules[0]:
        _drop(at, kept)
    if at[COUNT] == 0:
        at[EVENT] = 0
    if at[COUNT] == 0 or at[VOLUME] < rules[1]:
        return
    found = _strongest(at, kept, row[SHOWN], rules)
    if found >= 0:
        _tell(row, at, kept, found, events, rules[0])
        _guard(places[half, PLACES], 1 - 2 * half, row[TICKS])


@kernel
def _strongest(at: NDArray[Any], kept: NDArray[Any], shown: int, rules: Rules) -> int:
    """Return the trade from which on most ran into each contract that stood there, or -1."""
    found, best, volume = -1, 0.0, at[VOLUME]
    for number in range(at[COUNT]):
        trade = kept[(at[FIRST] + number) % PRINTS]
        if volume < rules[1]:
            break
        stood = trade[2]
        if stood > 0 and volume >= rules[2] * stood and shown >= rules[3] * stood and volume > best * stood:
            found, best = number, volume / stood
        volume -= trade[1]
    return found


@kernel
def _again(row: NDArray[Any], events: NDArray[np.int64], span: int) -> int:
    """Return 1 + the number of an event that goes on at this price, 0 without one."""
    count = events[KEPT, 0]
    for number in range(max(0, count - KEPT), count):
        event = events[number % KEPT]
        same = event[E_SIDE] == row[SIDE] and event[E_TICKS] == row[TICKS] and event[E_VOID] == 0
        if same and event[E_END] >= row[TS] - span:
            return number + 1
    return 0


@kernel
def _tell(  # noqa: PLR0913, PLR0917
    row: NDArray[Any], at: NDArray[Any], kept: NDArray[Any], found: int, events: NDArray[np.int64], span: int
) -> None:
    first = kept[(at[FIRST] + found) % PRINTS]
    last = kept[(at[FIRST] + at[COUNT] - 1) % PRINTS]
    volume = at[VOLUME]
    for number in range(found):
        volume -= kept[(at[FIRST] + number) % PRINTS, 1]
    if at[EVENT] == 0:
        at[EVENT] = _again(row, events, span)
    if at[EVENT] == 0:
        events[KEPT, 0] += 1
        at[EVENT] = events[KEPT, 0]
        new = events[(at[EVENT] - 1) % KEPT]
        new[:] = 0
        new[E_SIDE], new[E_TICKS], new[E_START], new[E_KNOWN] = row[SIDE], row[TICKS], first[0], row[TS]
    event = events[(at[EVENT] - 1) % KEPT]
    event[E_END] = last[0]
    if volume * event[E_SHOWN] >= event[E_LOTS] * first[2]:
        event[E_LOTS], event[E_SHOWN] = volume, first[2]
