"""The tape's rows: a trade, an update of the ten levels, an agent's fill, a half step of the price."""

from catalog.market.book import outward, total_at
from catalog.market.world import (
    ASK,
    BID,
    COUNT,
    DEPTH_ROWS,
    FILL_ROWS,
    FULL,
    LAST,
    LEVELS,
    RING,
    STEP_ROWS,
    TOTAL,
    TRADE_ROWS,
    State,
    Tape,
    World,
)
from mia_plugins.kernels import kernel

MICROSECOND = 1_000
"""Ns: the least time between two events of a market."""
SPARE = 64
"""Rows that one event may write at most."""


@kernel
def stamp(state: State, now: int) -> int:
    """Return the time of an event: now, or just after the event before."""
    ts = max(now, int(state.ints[LAST]) + MICROSECOND)
    state.ints[LAST] = ts
    return ts


@kernel
def write_trade(tape: Tape, ts: int, ticks: int, lots: int, side: int) -> None:
    """Write a print; the side is the aggressor's."""
    row = tape.rows[TRADE_ROWS]
    tape.trades[row, 0] = ts
    tape.trades[row, 1] = ticks
    tape.trades[row, 2] = lots
    tape.trades[row, 3] = side
    tape.rows[TRADE_ROWS] = row + 1


@kernel
def write_fill(tape: Tape, agent: int, ts: int, ticks: int, lots: int) -> None:
    """Write what one print executed of an agent's order, or for it."""
    row = tape.rows[FILL_ROWS]
    tape.fills[row, 0] = agent
    tape.fills[row, 1] = ts
    tape.fills[row, 2] = ticks
    tape.fills[row, 3] = lots
    tape.rows[FILL_ROWS] = row + 1


@kernel
def write_step(tape: Tape, ts: int, sign: int, ticks: int) -> None:
    """Write a half step: the mid moved by half of `ticks`."""
    row = tape.rows[STEP_ROWS]
    tape.steps[row, 0] = ts
    tape.steps[row, 1] = sign
    tape.steps[row, 2] = ticks
    tape.rows[STEP_ROWS] = row + 1


@kernel
def write_depth(world: World, ts: int) -> None:
    """Write the ten best levels as they are now."""
    tape, book = world.tape, world.book
    row = tape.rows[DEPTH_ROWS]
    if world.rates.top_only > 0 and row > 0 and _same_top(world, int(row) - 1):
        return
    tape.best[row, 0] = ts
    for side in range(2):
        top = int(book.top[side])
        tape.best[row, 1 + side] = top
        for depth in range(LEVELS):
            at = (top + outward(side) * depth) % RING
            tape.lots[side, row, depth] = book.levels[side, at, TOTAL]
            tape.counts[side, row, depth] = book.levels[side, at, COUNT]
    tape.rows[DEPTH_ROWS] = row + 1
    if row + SPARE > len(tape.best):
        world.state.ints[FULL] = 1


@kernel
def _same_top(world: World, row: int) -> bool:
    """Say whether the best prices and sizes are those of a row."""
    tape, book = world.tape, world.book
    same = True
    for side in range(2):
        top = int(book.top[side])
        lots = tape.lots[BID if side == BID else ASK, row, 0]
        same = same and tape.best[row, 1 + side] == top and lots == total_at(book, side, top)
    return same
