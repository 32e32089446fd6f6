"""Agents that defend a price with orders that come back: what is executed of them, and who stands where."""

from catalog.market.book import depth_of, owned_at
from catalog.market.world import (
    AGENT,
    DEFENDER,
    DELAY,
    EXECUTED,
    FINAL,
    NEXT,
    OWNER,
    PRICE,
    SIDE,
    SIZE,
    World,
)
from catalog.market.writing import write_fill
from mia_plugins.kernels import kernel


@kernel
def settle(world: World, ts: int, price: int, struck: int) -> None:
    """Book the execution of an agent's resting order; when nothing is left to see, its refill is due."""
    agent, lots = struck // OWNER, struck % OWNER
    agents = world.plan.agents
    agents[agent - 1, EXECUTED] += lots
    agents[agent - 1, FINAL] = ts
    write_fill(world.tape, agent - 1, ts, price, lots)
    if owned_at(world.book, 0 if agents[agent - 1, SIDE] > 0 else 1, price, agent) == 0:
        wake(world, agent - 1, ts + int(agents[agent - 1, DELAY]))


@kernel
def wake(world: World, agent: int, ts: int) -> None:
    """Let an agent act at a time."""
    world.plan.agents[agent, NEXT] = ts
    world.state.alarms[AGENT] = min(int(world.state.alarms[AGENT]), ts)


@kernel
def undefended(world: World, side: int, ticks: int) -> int:
    """Return how many of the best levels can be taken before a defended price is reached."""
    defender = int(world.state.ints[DEFENDER + side])
    if defender == 0:
        return ticks
    agents = world.plan.agents
    if agents[defender - 1, EXECUTED] >= agents[defender - 1, SIZE]:
        return ticks
    depth = depth_of(world.book, side, int(agents[defender - 1, PRICE]))
    return ticks if depth < 0 else min(ticks, depth)
