"""Wyckoff's composite operator: holds the price in a range, then lets it through one edge and back.

It never sets a price. It turns decisive orders round, as whoever drives a market does, and it reads the
tape to know how far it has come. Of a buyer the edge is the support, of a seller the resistance; heights
are ticks above a support, or below a resistance.
"""

from catalog.market.defence import wake
from catalog.market.world import (
    ASK,
    BID,
    DELAY,
    FINAL,
    FIRST,
    LEFT,
    OWED,
    PHASE,
    PRICE,
    SIDE,
    SIZE,
    START,
    TIMES,
    TRADE_ROWS,
    WAITING,
    Ints,
    World,
)
from mia_plugins.kernels import kernel

LOOK_NS = 200_000_000
"""It looks at the tape this often."""
TO_EDGE, FROM_EDGE, THROUGH, BACK = 3, 4, 5, 6
"""Phases: a leg to the edge, one away from it, the leg that goes through, and the return."""
RANGE_NS = 22 * 60_000_000_000
"""The least time in the range: 20 bars whole, wherever in a minute it begins."""
TESTS = 3
"""Touches of the edge before it goes through; one more than the definition asks, since edges wander."""
TOUCH = 1
"""Ticks from the edge at which a touch is one."""
PIERCED = 5
"""Ticks beyond the edge at which it turns back: enough even when a bar ends on the way."""
DEPTH = 9
"""Ticks beyond the edge to which it drives."""
REBOUND = 0.4
"""The share of the range that it claims at once after a touch, lest the price wear the edge away."""
HOLD_NS = 4 * 60_000_000_000
"""It stays with the price after the return for this long."""
MINUTE_NS = 60_000_000_000


@kernel
def compose(world: World, agent: int, now: int) -> None:
    """Read the tape, choose the phase, and owe what the price lacks of where it should be."""
    row = world.plan.agents[agent]
    mid = (world.book.top[BID] + world.book.top[ASK]) / 2
    if row[PHASE] == WAITING:
        _open_range(world, row, mid)
    low = _lowest_height(world, row)
    _note_low(row, low)
    if row[PHASE] == TO_EDGE and low <= TOUCH:
        row[TIMES] += 1
        row[PHASE], row[FIRST] = FROM_EDGE, now
    elif row[PHASE] == FROM_EDGE and now - row[FIRST] >= row[DELAY]:
        row[PHASE] = THROUGH if _is_ripe(world, row, now) else TO_EDGE
        row[FIRST] = now
    elif row[PHASE] == THROUGH and low <= -PIERCED:
        row[PHASE], row[FINAL] = BACK, now
    if row[PHASE] != BACK or now < row[FINAL] + HOLD_NS:
        world.state.reals[OWED] = row[PRICE] + row[SIDE] * _target(row, now) - mid
        wake(world, agent, now + LOOK_NS)


@kernel
def _open_range(world: World, row: Ints, mid: float) -> None:
    """Take the present price for the middle of the range."""
    row[PRICE] = int(mid - row[SIDE] * row[SIZE] / 2)
    row[PHASE], row[FIRST] = TO_EDGE, row[START] - row[DELAY] // 2
    row[LEFT] = world.tape.rows[TRADE_ROWS]


@kernel
def _lowest_height(world: World, row: Ints) -> int:
    """Return the least height traded at since the last look; the range's own when nothing was."""
    low = int(row[SIZE])
    for trade in range(int(row[LEFT]), int(world.tape.rows[TRADE_ROWS])):
        low = min(low, int(row[SIDE] * (world.tape.trades[trade, 1] - row[PRICE])))
    row[LEFT] = world.tape.rows[TRADE_ROWS]
    return low


@kernel
def _note_low(row: Ints, low: int) -> None:
    """Move the edge to a new extreme of the range; one too far beyond makes the touches before void."""
    if low >= 0 or row[PHASE] >= THROUGH:
        return
    row[PRICE] += row[SIDE] * low
    if low < -TOUCH:
        row[TIMES] = 0 if row[PHASE] == TO_EDGE else 1


@kernel
def _is_ripe(world: World, row: Ints, now: int) -> bool:
    """Say whether the range has lasted and been tested, and the flow has become quieter than in it."""
    if row[TIMES] < TESTS or now - row[START] < RANGE_NS:
        return False
    minutes = (now - row[START]) / MINUTE_NS
    return bool(_lots_since(world, now - MINUTE_NS) <= _lots_since(world, int(row[START])) / minutes)


@kernel
def _lots_since(world: World, ts: int) -> int:
    """Return the contracts traded from a time on."""
    lots = 0
    trade = int(world.tape.rows[TRADE_ROWS]) - 1
    while trade >= 0 and world.tape.trades[trade, 0] >= ts:
        lots += int(world.tape.trades[trade, 2])
        trade -= 1
    return lots


@kernel
def _target(row: Ints, now: int) -> float:
    """Return the height at which the price should be now."""
    if row[PHASE] == BACK:
        return float(row[SIZE] / 2)
    gone = (now - row[FIRST]) / row[DELAY]
    if row[PHASE] == FROM_EDGE:
        return float(row[SIZE] * min(REBOUND + gone, 1.0))
    target = row[SIZE] * (1 - gone)
    return float(max(target, -DEPTH)) if row[PHASE] == THROUGH else float(max(target, 0.0))
