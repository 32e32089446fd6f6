"""The event loop of one instrument and one day."""

import numpy as np

from catalog.market.acting import on_agent
from catalog.market.decisive import close_spread, on_move
from catalog.market.flow import on_block, on_flow, take
from catalog.market.world import (
    ASK,
    BID,
    BLOCK,
    CLOSE,
    FLOW,
    FULL,
    HALT_END,
    HALT_START,
    HEDGE_AT,
    HEDGED,
    LAST,
    MOVE,
    OWED,
    PROMISED,
    TRADED,
    TURN,
    TURN_SECONDS,
    UNHEDGED,
    World,
)
from mia_plugins.data.sessions import NS
from mia_plugins.kernels import kernel

EVENT_NS = 100_000
"""The rows of one event are written within this time."""
HEDGE_CAP = 0.1
"""The dealers' hedges as a share of all volume, at most."""
PATIENCE = 0.8
"""Of what could not be hedged in a turn, the share that waits; the rest is done elsewhere."""
LARGEST_HEDGE = 400
"""Contracts of one hedge."""


@kernel
def simulate(world: World) -> None:
    """Play events, the next due first, until the close; or until a tape is full."""
    alarms = world.state.alarms
    while world.state.ints[FULL] == 0:
        which = int(np.argmin(alarms))
        now = int(alarms[which])
        if now >= world.plan.bounds[1]:
            return
        if _is_halted(world, now):
            _wait(world)
        else:
            _play(world, which, now)


@kernel
def _play(world: World, which: int, now: int) -> None:
    """Play the event of an alarm."""
    if which == FLOW:
        on_flow(world, now)
    elif which == MOVE:
        on_move(world, now)
    elif which == CLOSE:
        close_spread(world, now)
    elif which == BLOCK:
        on_block(world, now)
    elif which == TURN:
        _on_turn(world, now)
    else:
        on_agent(world, now)


@kernel
def _is_halted(world: World, now: int) -> bool:
    """Say whether what happens now would be written inside the halt."""
    bounds = world.plan.bounds
    written = max(now, int(world.state.ints[LAST])) + EVENT_NS
    return bool(bounds[HALT_START] <= written and now < bounds[HALT_END])


@kernel
def _wait(world: World) -> None:
    """Let everything that is due wait for the end of the halt."""
    alarms = world.state.alarms
    for alarm in range(len(alarms)):
        alarms[alarm] = max(int(alarms[alarm]), int(world.plan.bounds[HALT_END]))


@kernel
def _on_turn(world: World, now: int) -> None:
    """Let the planted drift come due and the dealers hedge."""
    reals = world.state.reals
    due = reals[PROMISED] * world.rates.edge_decay
    reals[PROMISED] -= due
    reals[OWED] += due
    if len(world.plan.gamma) > 2:
        _hedge(world, now)
    world.state.alarms[TURN] = now + TURN_SECONDS * NS


@kernel
def _hedge(world: World, now: int) -> None:
    """Trade against the move when the dealers are long gamma, with it when they are short."""
    reals = world.state.reals
    mid = (world.book.top[BID] + world.book.top[ASK]) / 2
    reals[UNHEDGED] -= _gamma_at(world, mid) * (mid - reals[HEDGE_AT])
    reals[HEDGE_AT] = mid
    room = HEDGE_CAP * reals[TRADED] - reals[HEDGED]
    lots = int(min(abs(reals[UNHEDGED]), room, LARGEST_HEDGE))
    if lots < 1:
        return
    sign = 1 if reals[UNHEDGED] > 0 else -1
    done = take(world, now, sign, lots, 1)
    reals[HEDGED] += done
    reals[UNHEDGED] = (reals[UNHEDGED] - sign * done) * PATIENCE
    reals[OWED] += sign * done * world.rates.impact


@kernel
def _gamma_at(world: World, mid: float) -> float:
    """Return the contracts to sell for a tick up at a price, from the nearest cell."""
    gamma = world.plan.gamma
    cell = int((mid - gamma[0]) / gamma[1])
    return float(gamma[2 + min(max(cell, 0), len(gamma) - 3)])
