"""What agents do when their time comes: show and refill, attack, sweep, work a metaorder."""

from catalog.market.book import add_order, depth_of, owned_at, remove_order, total_at
from catalog.market.composite import compose
from catalog.market.decisive import close_spread, gone, hit_side
from catalog.market.defence import undefended, wake
from catalog.market.draws import exponential
from catalog.market.flow import draw_size, take
from catalog.market.world import (
    ABSORBER,
    ACTIVE,
    AGENT,
    ASK,
    BID,
    CLOSE,
    COMPOSITE,
    COUNT,
    DEFENDER,
    DELAY,
    DONE,
    END,
    EXECUTED,
    FINAL,
    FIRST,
    KIND,
    LAST,
    LEFT,
    LEVELS,
    METAORDER,
    NEVER,
    NEXT,
    OWED,
    OWNER,
    PHASE,
    PRICE,
    PROMISED,
    PUSHER,
    RING,
    SHOW,
    SIDE,
    SIZE,
    START,
    SWEEPER,
    SWEEPER_NOW,
    TIMES,
    WAITING,
    Ints,
    World,
)
from catalog.market.writing import stamp, write_depth, write_fill
from mia_plugins.data.sessions import NS
from mia_plugins.kernels import kernel

POLL_NS = 500_000_000
"""A defender looks at its order this often."""
RETRY_NS = 4_000_000_000
"""An agent whose place is taken tries again after this."""
ATTACK_NS = 220_000_000.0
"""Mean time between the orders that run into an absorber."""
SWEEP_RETURN = 0.25
"""Of a sweep's levels, the share that the price gives back."""


@kernel
def on_agent(world: World, now: int) -> None:
    """Let the agent act whose time it is, and find the next."""
    agents = world.plan.agents
    agent = _earliest(agents)
    agents[agent, NEXT] = NEVER
    kind = agents[agent, KIND]
    if now >= agents[agent, END]:
        _finish(world, agent, now)
    elif kind == SWEEPER:
        _sweep(world, agent, now)
    elif kind == METAORDER:
        _work(world, agent, now)
    elif kind == PUSHER:
        _push(world, agent, now)
    elif kind == COMPOSITE:
        compose(world, agent, now)
    else:
        _defend(world, agent, now)
    world.state.alarms[AGENT] = agents[_earliest(agents), NEXT]


@kernel
def _earliest(agents: Ints) -> int:
    """Return the agent whose time comes first."""
    first = 0
    for agent in range(1, len(agents)):
        if agents[agent, NEXT] < agents[first, NEXT]:
            first = agent
    return first


@kernel
def _finish(world: World, agent: int, now: int) -> None:
    """Withdraw what still rests, leave the place, and promise the planted drift."""
    agents, state = world.plan.agents, world.state
    side = BID if agents[agent, SIDE] > 0 else ASK
    if agents[agent, PHASE] == ACTIVE and agents[agent, KIND] <= ABSORBER:
        state.ints[DEFENDER + side] = 0
        if _withdraw(world, agent, side, int(agents[agent, PRICE])):
            write_depth(world, stamp(state, now))
    if agents[agent, KIND] == SWEEPER:
        state.ints[SWEEPER_NOW] = 0
    if agents[agent, KIND] == world.rates.edge_kind and agents[agent, EXECUTED] > 0:
        state.reals[PROMISED] += agents[agent, SIDE] * world.rates.edge_ticks
    agents[agent, LEFT] = now
    agents[agent, PHASE] = DONE


@kernel
def _withdraw(world: World, agent: int, side: int, price: int) -> bool:
    """Cancel an agent's resting order, unless its level would be empty without."""
    book = world.book
    found = False
    place = 0
    while place < book.levels[side, price % RING, COUNT]:
        if book.orders[side, price % RING, place] // OWNER != agent + 1:
            place += 1
        elif book.levels[side, price % RING, COUNT] > 1:
            remove_order(book, side, price, place)
            found = True
        else:
            # The last order of a level stays, without its owner.
            book.orders[side, price % RING, place] %= OWNER
    return found


@kernel
def _defend(world: World, agent: int, now: int) -> None:
    """Take a place at the best price, show again what was executed, or leave."""
    agents, state = world.plan.agents, world.state
    side = BID if agents[agent, SIDE] > 0 else ASK
    if agents[agent, PHASE] == WAITING:
        if state.ints[DEFENDER + side] > 0:
            wake(world, agent, now + RETRY_NS)
            return
        state.ints[DEFENDER + side] = agent + 1
        agents[agent, PRICE], agents[agent, PHASE], agents[agent, FIRST] = world.book.top[side], ACTIVE, now
    depth = depth_of(world.book, side, int(agents[agent, PRICE]))
    if agents[agent, EXECUTED] >= agents[agent, SIZE] or not 0 <= depth < LEVELS:
        _finish(world, agent, now)
    elif owned_at(world.book, side, int(agents[agent, PRICE]), agent + 1) == 0:
        _show(world, agent, side, now)
    elif agents[agent, KIND] == ABSORBER:
        if depth == 0:
            take(world, now, -int(agents[agent, SIDE]), 2 * draw_size(world, now), 1)
        wake(world, agent, now + 1 + int(exponential(world.rng, ATTACK_NS)))
    else:
        wake(world, agent, now + POLL_NS)


@kernel
def _show(world: World, agent: int, side: int, now: int) -> None:
    """Join the queue with the visible part."""
    agents = world.plan.agents
    lots = min(int(agents[agent, SHOW]), int(agents[agent, SIZE] - agents[agent, EXECUTED]))
    if add_order(world.book, side, int(agents[agent, PRICE]), (agent + 1) * OWNER + lots):
        agents[agent, TIMES] += 1
        write_depth(world, stamp(world.state, now))
    wake(world, agent, now + POLL_NS)


@kernel
def _sweep(world: World, agent: int, now: int) -> None:
    """Take the whole best level; the next one follows after the delay."""
    agents, state = world.plan.agents, world.state
    sign = int(agents[agent, SIDE])
    if agents[agent, PHASE] == WAITING:
        if state.ints[SWEEPER_NOW] > 0:
            wake(world, agent, now + RETRY_NS)
            return
        close_spread(world, now)
        state.ints[SWEEPER_NOW], agents[agent, PHASE] = agent + 1, ACTIVE
    side = hit_side(sign)
    price = int(world.book.top[side])
    if agents[agent, TIMES] >= agents[agent, SHOW] or undefended(world, side, 1) == 0:
        state.reals[OWED] -= sign * SWEEP_RETURN * agents[agent, TIMES]
        _finish(world, agent, now)
        return
    lots = take(world, now, sign, total_at(world.book, side, price), 0)
    ts = int(state.ints[LAST])
    _note(world, agent, ts, price, lots)
    gone(world, ts, sign, 1)
    if agents[agent, TIMES] < agents[agent, SHOW]:
        state.alarms[CLOSE] = NEVER
    wake(world, agent, ts + 1 + int(exponential(world.rng, float(agents[agent, DELAY]))))


@kernel
def _note(world: World, agent: int, ts: int, price: int, lots: int) -> None:
    """Book what an agent took as aggressor."""
    agents = world.plan.agents
    agents[agent, EXECUTED] += lots
    agents[agent, TIMES] += 1
    agents[agent, FINAL] = ts
    if agents[agent, TIMES] == 1:
        agents[agent, FIRST], agents[agent, PRICE] = ts, price
    write_fill(world.tape, agent, ts, price, lots)


@kernel
def _work(world: World, agent: int, now: int) -> None:
    """Send the next child order of a metaorder; its impact on the valuation is owed."""
    agents = world.plan.agents
    sign = int(agents[agent, SIDE])
    agents[agent, PHASE] = ACTIVE
    if agents[agent, EXECUTED] >= agents[agent, SIZE]:
        _finish(world, agent, now)
        return
    price = int(world.book.top[hit_side(sign)])
    lots = min(
        int(agents[agent, SHOW]),
        int(agents[agent, SIZE] - agents[agent, EXECUTED]),
        draw_size(world, now) + int(agents[agent, SHOW]) // 2,
    )
    lots = take(world, now, sign, lots, 1)
    if lots > 0:
        _note(world, agent, int(world.state.ints[LAST]), price, lots)
        world.state.reals[OWED] += sign * lots * world.rates.impact
    wake(world, agent, now + 1 + int(exponential(world.rng, float(agents[agent, DELAY]))))


@kernel
def _push(world: World, agent: int, now: int) -> None:
    """Have the decisive orders carry the price along a straight line to where the pusher wants it."""
    agents = world.plan.agents
    mid = (world.book.top[BID] + world.book.top[ASK]) / 2
    if agents[agent, PHASE] == WAITING:
        agents[agent, PHASE], agents[agent, PRICE] = ACTIVE, int(mid)
    done = (now - agents[agent, START]) / (agents[agent, END] - agents[agent, START])
    target = agents[agent, PRICE] + agents[agent, SIDE] * agents[agent, SIZE] * done
    world.state.reals[OWED] = target - mid
    wake(world, agent, now + NS)
