"""What the event loop holds: the book, the plan of the day, the state of the flow, and the tape it writes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catalog.market.draws import Words

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

BID, ASK = 0, 1
LEVELS = 10
"""Visible levels a side."""
RING = 32
"""Price levels held a side, found by price modulo this."""
ROOM = 128
"""Orders that fit into one level."""
COUNT, TOTAL = 0, 1
"""Columns of a level: orders, contracts."""
OWNER = 1 << 20
"""An order is its contracts plus this times the agent that owns it, counted from 1."""

NEVER = 1 << 62
"""An alarm that is off."""
FLOW, MOVE, CLOSE, AGENT, BLOCK, TURN = range(6)
"""Alarms: proposal of the flow, decisive order, closing of the spread, agent, block, hedgers."""
TURN_SECONDS = 3
"""Seconds between two turns of the hedgers and of a planted drift."""
# Whole numbers of the state; a defender or sweeper is an agent counted from 1, 0 is none
LAST, DECAYED, MOVE_ROW, CLOSE_SIGN, CLOSE_TICKS, SWEEPER_NOW, FULL, BLOCK_SIGN, BLOCK_LOTS, DEFENDER = range(
    10
)
"""DEFENDER is of the bids, the next one of the offers."""
STATE_INTS, STATE_REALS, ALARMS = 11, 11, 6
# Real numbers of the state
BUY_FAST, BUY_SLOW, SELL_FAST, SELL_SLOW, BOUND, OWED, PROMISED, TRADED, HEDGED, UNHEDGED, HEDGE_AT = range(
    11
)

# Columns of an agent
KIND, SIDE, START, END, SIZE, SHOW, DELAY, PHASE, PRICE, EXECUTED, TIMES, FIRST, FINAL, NEXT, LEFT = range(15)
AGENT_COLUMNS = 15
ICEBERG, ABSORBER, SWEEPER, METAORDER, PUSHER, COMPOSITE = 1, 2, 3, 4, 5, 6
WAITING, ACTIVE, DONE = 0, 1, 2

HALT_START, HALT_END = 3, 4
"""Places in the bounds of a plan."""

POOL = 3
"""Metaorders of the background that are worked on at a time."""

# Rows written: trades, depth updates, fills of agents, half steps
TRADE_ROWS, DEPTH_ROWS, FILL_ROWS, STEP_ROWS = range(4)


class Book(NamedTuple):
    """Price levels with their queues of orders, first come first."""

    orders: Ints
    """(side, level, place)."""
    levels: Ints
    """(side, level, orders | contracts)."""
    top: Ints
    """Best bid and ask, in ticks."""


class Rates(NamedTuple):
    """The numbers that make one market differ from another; rates are a second at activity 1."""

    book: float
    """Limit orders and cancellations."""
    immigrants: float
    """Market orders that answer no other."""
    branching: float
    """Market orders that one market order causes."""
    decisive_branching: float
    """Market orders that one decisive order causes."""
    queue: float
    order_lots: float
    one_lot: float
    tail: float
    largest: float
    decisive_lots: float
    close_ns: float
    pull_back_ns: float
    """Mean time in which the makers leave a level that a decisive order hit."""
    pull: float
    """How much an unequal book draws the next decisive order to its thin side."""
    impact: float
    """Lasting move of the valuation for one contract of persistent flow, in ticks."""
    edge_kind: float
    """The kind of agent whose events are followed by a drift; 0: none."""
    edge_ticks: float
    edge_decay: float
    """Share of the promised drift that comes due in a turn."""
    top_only: float
    """1 when only changes of the best price or size are written."""
    printed: float
    """Probability that a decisive order trades."""
    spread: float
    """Usual spread, in ticks."""
    follows: float
    """1 when the signs of decisive orders are given."""


class Plan(NamedTuple):
    """What is drawn before the day begins."""

    activity: Floats
    """By second."""
    moves: Ints
    """Decisive orders; columns in `moves`."""
    agents: Ints
    gamma: Floats
    """Contracts the dealers sell for each tick up, by spot: first tick, ticks a cell, then the cells."""
    bounds: Ints
    """UTC ns of open and close; closing price to be drawn to, in ticks; UTC ns of a halt's start and end."""


class State(NamedTuple):
    """Where the day stands."""

    ints: Ints
    reals: Floats
    alarms: Ints
    pool: Ints
    """Metaorders of the background: (sign, child orders left)."""


class Tape(NamedTuple):
    """What has been written; `rows` says how far."""

    trades: Ints
    """ts, ticks, contracts, side."""
    best: Ints
    """ts, bid ticks, ask ticks."""
    lots: NDArray[np.int32]
    """(side, row, level)."""
    counts: NDArray[np.int16]
    """(side, row, level)."""
    fills: Ints
    """Executions of agents' orders: agent, ts, ticks, contracts."""
    steps: Ints
    """Half steps of the price: ts, sign, ticks of the whole step."""
    rows: Ints


class World(NamedTuple):
    """All of it."""

    book: Book
    rates: Rates
    plan: Plan
    state: State
    tape: Tape
    rng: Words
