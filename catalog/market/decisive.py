"""Decisive orders: they take the best level out, the other makers pull back, and the spread closes again.

The sign of each is a fair coin, leaning to what the flow owes: the lasting impact of persistent agents,
a planted drift, and the gentle draw towards the day's close. So whatever acts on the price acts on the
order flow, and without any of it the mid is a martingale.
"""

import math

from catalog.market.book import advance, depth_of, fill_level, retreat, total_at
from catalog.market.defence import undefended
from catalog.market.draws import exponential, uniform
from catalog.market.flow import answer, queue_scale, take
from catalog.market.moves import AHEAD, CLOSING, CONTINUATION, SIGN, STEP, TS
from catalog.market.world import (
    ASK,
    BID,
    CLOSE,
    CLOSE_SIGN,
    CLOSE_TICKS,
    LAST,
    LEVELS,
    MOVE,
    MOVE_ROW,
    NEVER,
    OWED,
    SWEEPER_NOW,
    World,
)
from catalog.market.writing import stamp, write_depth, write_step
from mia_plugins.kernels import kernel

REARRANGED = 0.75
"""Probability that the queue behind a new best price is another one."""
LEAN = 0.6
"""Probability that a decisive order against a debt of its own size turns round."""
STRONGEST_DRAW = 0.12
"""Ticks a decisive order may be drawn towards the close, for each tick of its step."""
BLOCKED_SHARE = 0.3
"""Of the moves that a defender stopped, what is made up for when it has gone."""
SWEEP_PAUSE_NS = 20_000_000
"""Decisive orders wait this long for a sweep to end."""


@kernel
def hit_side(sign: int) -> int:
    """Return the side of the book that an aggressor hits."""
    return ASK if sign > 0 else BID


@kernel
def on_move(world: World, now: int) -> None:
    """Play the next decisive order of the plan."""
    state = world.state
    if state.ints[SWEEPER_NOW] > 0:
        state.alarms[MOVE] = now + SWEEP_PAUSE_NS
        return
    close_spread(world, now)
    row = int(state.ints[MOVE_ROW])
    moves = world.plan.moves
    _draw_home(world, row)
    ticks = int(moves[row, STEP])
    drawn = _first_sign(world, int(moves[row, SIGN]))
    sign = lean(world, drawn, ticks)
    free = undefended(world, hit_side(sign), ticks)
    if free > 0:
        _deplete(world, now, sign, free)
        state.ints[CLOSE_SIGN] = int(moves[row, CLOSING]) * drawn * sign
    else:
        take(world, now, sign, _decisive_size(world), 1)
        state.reals[OWED] += sign * ticks / 2 * BLOCKED_SHARE
    state.ints[MOVE_ROW] = row + 1
    state.alarms[MOVE] = world.plan.moves[row + 1, TS] if row + 1 < len(world.plan.moves) else NEVER


@kernel
def _draw_home(world: World, row: int) -> None:
    """Owe a share of what is left to the day's close, as a bridge does."""
    mid = (world.book.top[BID] + world.book.top[ASK]) / 2
    left = world.plan.bounds[2] - mid - world.plan.moves[row, AHEAD]
    most = STRONGEST_DRAW * world.plan.moves[row, STEP]
    draw = left / (len(world.plan.moves) - row)
    world.state.reals[OWED] += min(max(draw, -most), most)


@kernel
def _first_sign(world: World, given: int) -> int:
    """Return the given sign, or a coin's that falls rather to the thin side of the book."""
    if given != 0:
        return given
    bids = total_at(world.book, BID, int(world.book.top[BID]))
    offers = total_at(world.book, ASK, int(world.book.top[ASK]))
    rise = 0.5 + 0.5 * world.rates.pull * (bids - offers) / (bids + offers)
    return 1 if uniform(world.rng) < rise else -1


@kernel
def lean(world: World, sign: int, ticks: int) -> int:
    """Turn a sign round, now and then, when the flow owes the other direction.

    What is paid is what it is worth on average, whatever the coin showed: half of the signs are against a
    debt. Were it what a turn has moved, those who saw the order could foretell the price's return.
    """
    owed = float(world.state.reals[OWED])
    worth = ticks * (1 + world.rates.follows * (2 * CONTINUATION - 1))
    chance = LEAN * min(1.0, abs(owed) / worth)
    world.state.reals[OWED] = owed - math.copysign(chance * worth / 2, owed)
    return -sign if owed * sign < 0 and uniform(world.rng) < chance else sign


@kernel
def _decisive_size(world: World) -> int:
    """Draw the contracts of a decisive order."""
    rng = world.rng
    if uniform(rng) < 0.3:
        return 1
    return 1 + int(exponential(rng, world.rates.decisive_lots))


@kernel
def _deplete(world: World, now: int, sign: int, ticks: int) -> None:
    """Print at the best price, or not; what is left of it and of the levels behind is withdrawn."""
    side = hit_side(sign)
    printed = world.rates.printed == 1 or uniform(world.rng) < world.rates.printed
    if printed:
        lots = min(_decisive_size(world), total_at(world.book, side, int(world.book.top[side])))
        take(world, now, sign, lots, 0)
    if total_at(world.book, side, int(world.book.top[side])) == 0:
        ts = int(world.state.ints[LAST])
    else:
        ts = stamp(world.state, now + int(exponential(world.rng, world.rates.pull_back_ns)))
    gone(world, ts, sign, ticks)
    if not printed:
        answer(world, ts, sign, world.rates.decisive_branching)


@kernel
def gone(world: World, ts: int, sign: int, ticks: int) -> None:
    """Let the best levels be gone and set the alarm that closes the spread."""
    state = world.state
    retreat(world, hit_side(sign), ticks, queue_scale(world, ts))
    write_depth(world, ts)
    write_step(world.tape, ts, sign, ticks)
    state.ints[CLOSE_TICKS] += ticks
    state.ints[CLOSE_SIGN] = 0
    state.alarms[CLOSE] = ts + 1 + int(exponential(world.rng, world.rates.close_ns))


@kernel
def _come_closer(world: World, ts: int, side: int, ticks: int) -> None:
    """Improve the best price of a side; the makers at the one before rearrange, now and then.

    What changes behind the best price escapes the order flow imbalance: this is most of its noise.
    """
    before = int(world.book.top[side])
    scale = queue_scale(world, ts)
    advance(world, side, ticks, scale)
    defended = undefended(world, side, ticks + 1) == ticks
    if not defended and depth_of(world.book, side, before) < LEVELS and uniform(world.rng) < REARRANGED:
        fill_level(world, side, before, scale)


@kernel
def close_spread(world: World, now: int) -> None:
    """Close the spread to one tick, from behind the move or back against it."""
    state = world.state
    ticks = int(state.ints[CLOSE_TICKS])
    state.alarms[CLOSE] = NEVER
    if ticks == 0:
        return
    sign = int(state.ints[CLOSE_SIGN])
    if sign == 0:
        sign = lean(world, 1 if uniform(world.rng) < 0.5 else -1, ticks)
    ts = stamp(state, now)
    # Rising, the bids come up; falling, the offers come down.
    _come_closer(world, ts, BID if sign > 0 else ASK, ticks)
    write_depth(world, ts)
    write_step(world.tape, ts, sign, ticks)
    state.ints[CLOSE_TICKS] = 0
