"""The ordinary order flow: limit orders and cancellations that answer the queues, and market orders.

Market orders excite each other (a bivariate Hawkes process of two decay times) and keep their sign by
the splitting of metaorders. They never take the last contract of a level: decisive orders do.
"""

import math

from catalog.market.book import (
    add_order,
    draw_order,
    execute,
    outward,
    remove_order,
    total_at,
    usual_count,
)
from catalog.market.defence import settle
from catalog.market.draws import exponential, uniform
from catalog.market.world import (
    ASK,
    BLOCK,
    BLOCK_LOTS,
    BLOCK_SIGN,
    BOUND,
    BUY_FAST,
    BUY_SLOW,
    COUNT,
    DECAYED,
    FLOW,
    NEVER,
    OWNER,
    POOL,
    RING,
    SELL_FAST,
    SELL_SLOW,
    TRADED,
    State,
    World,
)
from catalog.market.writing import stamp, write_depth, write_trade
from mia_plugins.data.sessions import NS
from mia_plugins.kernels import kernel

FAST, SLOW = 40.0, 0.3
"""Decay rates of the excitation, a second."""
FAST_SHARE = 0.7
"""Of the market orders that one causes, those that come fast."""
SAME_SIDE = 0.96
"""Of the market orders that one causes, those of its own side."""
POOL_TAIL = 1.5
"""Tail exponent of the number of child orders of a metaorder."""
LONGEST_METAORDER = 2000
"""Child orders."""
BLOCK_FROM = 100
"""Contracts from which a market order comes to meet a resting order of its size."""
BLOCK_WAIT_NS = 30_000_000.0
"""Mean time between the resting block and its taker."""
QUIET_POWER = 0.8
"""How the larger market orders shrink with the activity."""
DEPTH_POWER = 0.35
"""How the queues grow with the activity."""


@kernel
def activity_at(world: World, now: int) -> float:
    """Return the activity of a moment."""
    second = (now - int(world.plan.bounds[0])) // NS
    return float(world.plan.activity[min(max(second, 0), len(world.plan.activity) - 1)])


@kernel
def queue_scale(world: World, now: int) -> float:
    """Return how long queues are now, relative to a second of activity 1."""
    return float(activity_at(world, now) ** DEPTH_POWER)


@kernel
def decay(state: State, now: int) -> None:
    """Let the excitation fade up to now."""
    passed = (now - state.ints[DECAYED]) / NS
    if passed <= 0:
        return
    fast, slow = math.exp(-FAST * passed), math.exp(-SLOW * passed)
    state.reals[BUY_FAST] *= fast
    state.reals[SELL_FAST] *= fast
    state.reals[BUY_SLOW] *= slow
    state.reals[SELL_SLOW] *= slow
    state.ints[DECAYED] = now


@kernel
def excite(state: State, sign: int, caused: float) -> None:
    """Add the orders that a market order will cause on average, by side and by pace."""
    buys = SAME_SIDE if sign > 0 else 1 - SAME_SIDE
    fast, slow = caused * FAST_SHARE * FAST, caused * (1 - FAST_SHARE) * SLOW
    state.reals[BUY_FAST] += fast * buys
    state.reals[BUY_SLOW] += slow * buys
    state.reals[SELL_FAST] += fast * (1 - buys)
    state.reals[SELL_SLOW] += slow * (1 - buys)


@kernel
def excitation(state: State) -> float:
    """Return the rate of excited market orders, a second."""
    buys = state.reals[BUY_FAST] + state.reals[BUY_SLOW]
    return float(buys + state.reals[SELL_FAST] + state.reals[SELL_SLOW])


@kernel
def on_flow(world: World, now: int) -> None:
    """Take or refuse the proposal of the thinned process, then propose the next."""
    state, rng = world.state, world.rng
    decay(state, now)
    activity = activity_at(world, now)
    book, immigrants = world.rates.book * activity, world.rates.immigrants * activity
    total = book + immigrants + excitation(state)
    if uniform(rng) * state.reals[BOUND] <= total:
        drawn = uniform(rng) * total
        if drawn < book:
            _book_event(world, now)
        elif drawn < book + immigrants:
            _ordinary_order(world, now, _pool_sign(world))
        else:
            _ordinary_order(world, now, _excited_sign(world))
    propose(world, now)


@kernel
def _excited_sign(world: World) -> int:
    buys = world.state.reals[BUY_FAST] + world.state.reals[BUY_SLOW]
    return 1 if uniform(world.rng) * excitation(world.state) < buys else -1


@kernel
def _pool_sign(world: World) -> int:
    """Return the side of one of the metaorders that are worked on; a finished one makes room for another."""
    pool, rng = world.state.pool, world.rng
    which = int(uniform(rng) * POOL)
    if pool[which, 1] <= 0:
        pool[which, 0] = 1 if uniform(rng) < 0.5 else -1
        pool[which, 1] = min(LONGEST_METAORDER, int(uniform(rng) ** (-1 / POOL_TAIL)))
    pool[which, 1] -= 1
    return int(pool[which, 0])


@kernel
def _book_event(world: World, now: int) -> None:
    """Add or cancel an order; the fuller the queue, the likelier a cancellation."""
    book, rng = world.book, world.rng
    side = 0 if uniform(rng) < 0.5 else 1
    drawn = uniform(rng)
    depth = int(10 * drawn * drawn)
    price = int(book.top[side]) + outward(side) * depth
    count = book.levels[side, price % RING, COUNT]
    usual = usual_count(world.rates, depth, queue_scale(world, now))
    if uniform(rng) * (usual + count) < usual:
        changed = add_order(book, side, price, draw_order(world.rates, rng))
    else:
        changed = _cancel_one(world, side, price)
    if changed:
        write_depth(world, stamp(world.state, now))


@kernel
def _cancel_one(world: World, side: int, price: int) -> bool:
    """Cancel an order of the queue, unless it is an agent's or the last."""
    book = world.book
    count = book.levels[side, price % RING, COUNT]
    place = int(uniform(world.rng) * count)
    if count <= 1 or book.orders[side, price % RING, place] >= OWNER:
        return False
    remove_order(book, side, price, place)
    return True


@kernel
def draw_size(world: World, now: int) -> int:
    """Draw the contracts of a market order: mostly one, with a heavy tail that is thinner in quiet hours."""
    rng, rates = world.rng, world.rates
    if uniform(rng) < rates.one_lot:
        return 1
    quiet = min(1.0, activity_at(world, now)) ** QUIET_POWER
    return 1 + int(min(rates.largest, max(1.0, quiet * uniform(rng) ** (-1 / rates.tail))))


@kernel
def _ordinary_order(world: World, now: int, sign: int) -> None:
    lots = draw_size(world, now)
    if lots >= BLOCK_FROM and world.state.alarms[BLOCK] == NEVER:
        _rest_block(world, now, sign, lots)
    elif take(world, now, sign, lots, 1) == 0:
        side = ASK if sign > 0 else 1 - ASK
        if add_order(world.book, side, int(world.book.top[side]), draw_order(world.rates, world.rng)):
            write_depth(world, stamp(world.state, now))


@kernel
def _rest_block(world: World, now: int, sign: int, lots: int) -> None:
    """Let a large order rest at the best price; who takes it comes soon."""
    side = ASK if sign > 0 else 1 - ASK
    if add_order(world.book, side, int(world.book.top[side]), lots):
        write_depth(world, stamp(world.state, now))
        world.state.ints[BLOCK_SIGN] = sign
        world.state.ints[BLOCK_LOTS] = lots
        world.state.alarms[BLOCK] = now + int(exponential(world.rng, BLOCK_WAIT_NS))


@kernel
def on_block(world: World, now: int) -> None:
    """Take the resting block, with what stood before it."""
    state = world.state
    side = ASK if state.ints[BLOCK_SIGN] > 0 else 1 - ASK
    ahead = total_at(world.book, side, int(world.book.top[side])) - 1
    lots = int(state.ints[BLOCK_LOTS])
    take(world, now, int(state.ints[BLOCK_SIGN]), min(lots, ahead), 1)
    state.alarms[BLOCK] = NEVER


@kernel
def take(world: World, now: int, sign: int, lots: int, keep: int) -> int:
    """Send a market order to the best price, leaving `keep` contracts; returns the contracts executed."""
    side = ASK if sign > 0 else 1 - ASK
    price = int(world.book.top[side])
    lots = min(lots, total_at(world.book, side, price) - keep)
    if lots <= 0:
        return 0
    ts = stamp(world.state, now)
    struck = execute(world.book, side, price, lots)
    write_trade(world.tape, ts, price, lots, sign)
    if total_at(world.book, side, price) > 0:
        write_depth(world, ts)
    world.state.reals[TRADED] += lots
    if struck > 0:
        settle(world, ts, price, struck)
    if keep > 0:
        answer(world, ts, sign, world.rates.branching)
    else:
        answer(world, ts, sign, world.rates.decisive_branching)
    return lots


@kernel
def answer(world: World, now: int, sign: int, caused: float) -> None:
    """Excite the flow and propose its next event anew, which a process without memory allows."""
    decay(world.state, now)
    excite(world.state, sign, caused)
    propose(world, now)


@kernel
def propose(world: World, now: int) -> None:
    """Draw when the flow may act next."""
    activity = activity_at(world, now)
    bound = (world.rates.book + world.rates.immigrants) * activity + excitation(world.state)
    world.state.reals[BOUND] = bound
    world.state.alarms[FLOW] = now + 1 + int(exponential(world.rng, NS / max(bound, 1e-6)))
