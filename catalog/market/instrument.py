"""One instrument's day: the plan goes in, columns come out."""

from dataclasses import dataclass, replace
from math import exp

import numpy as np
from numpy.typing import NDArray

from catalog.market import world as w
from catalog.market.book import open_book
from catalog.market.clock import Rhythm
from catalog.market.contracts import CONTRACTS, TRADES_A_SESSION, UPDATES_A_SESSION, Instrument
from catalog.market.draws import seeded
from catalog.market.flow import DEPTH_POWER
from catalog.market.labels import Fills, Labels, label
from catalog.market.loop import simulate
from catalog.market.moves import STEP, TS
from catalog.market.settings import MarketSettings
from catalog.market.skeleton import day_share
from catalog.market.streams import stream
from mia_plugins.data.columns import Depth, Trades, rows_of
from mia_plugins.data.sessions import NS, Session

BRANCHING = 0.75
"""Market orders that an ordinary one causes."""
PULL_BACK_NS = 400_000.0
"""Mean time in which the makers leave a level that a decisive order hit."""
PULL = 0.2
"""How strongly an unequal book draws the next decisive order."""
IMPACT = {"ES": 1 / 95, "NQ": 0.16}
"""Lasting impact of a contract of persistent flow in a full market, in ticks."""
EDGE_KINDS = {"iceberg": w.ICEBERG, "absorption": w.ABSORBER, "sweep": w.SWEEPER}


@dataclass(frozen=True, slots=True)
class Flow:
    """What one instrument's day needs beyond settings and session; prices in ticks."""

    instrument: Instrument
    opening: int
    closing: int
    moves: NDArray[np.int64]
    agents: NDArray[np.int64]
    gamma: NDArray[np.float64]
    """Contracts sold for a tick up, by spot; empty: nobody hedges."""
    halt: tuple[int, int]
    """UTC ns between which nothing happens; empty without a halt."""


@dataclass(frozen=True, slots=True)
class InstrumentDay:
    """All that the order flow of one instrument left behind on one day."""

    instrument: Instrument
    trades: Trades
    depth: Depth
    labels: Labels
    fills: Fills
    steps: NDArray[np.int64]
    """Half steps of the price: UTC ns, sign, ticks of the whole step."""


def without_feed(data: InstrumentDay) -> InstrumentDay:
    """Return a day of which the truth is left and the data are not."""
    # Not a slice: an empty view would keep the whole in memory.
    none = np.zeros(0, np.int64)
    return replace(data, trades=rows_of(data.trades, none), depth=rows_of(data.depth, none))


def play(settings: MarketSettings, session: Session, rhythm: Rhythm, flow: Flow) -> InstrumentDay:
    """Generate one instrument's day; a tape that proves too short is taken again, twice as long."""
    room = 1.6
    while True:
        world = _world(settings, session, rhythm, flow, room)
        simulate(world)
        if not world.state.ints[w.FULL]:
            return _collect(flow.instrument, world)
        room *= 2


def _world(settings: MarketSettings, session: Session, rhythm: Rhythm, flow: Flow, room: float) -> w.World:
    rows = (
        int(room * settings.density * (UPDATES_A_SESSION + TRADES_A_SESSION) + room * 2.5 * len(flow.moves))
        + 10_000
    )
    world = w.World(
        _empty_book(),
        _rates(settings, session, flow),
        w.Plan(
            rhythm.activity,
            flow.moves,
            flow.agents.copy(),
            flow.gamma,
            np.array([session.open, session.close, flow.closing, *flow.halt]),
        ),
        _start(session, flow),
        _empty_tape(rows),
        seeded(stream(settings.seed, "flow", session.day, flow.instrument)),
    )
    open_book(world, flow.opening, float(rhythm.activity[0] ** DEPTH_POWER))
    return world


def _empty_book() -> w.Book:
    return w.Book(
        np.zeros((2, w.RING, w.ROOM), np.int64), np.zeros((2, w.RING, 2), np.int64), np.zeros(2, np.int64)
    )


def _empty_tape(rows: int) -> w.Tape:
    """Reserve rows; memory is taken only as they are written."""
    return w.Tape(
        trades=np.empty((rows, 4), np.int64),
        best=np.empty((rows, 3), np.int64),
        lots=np.empty((2, rows, w.LEVELS), np.int32),
        counts=np.empty((2, rows, w.LEVELS), np.int16),
        fills=np.empty((rows, 4), np.int64),
        steps=np.empty((rows, 3), np.int64),
        rows=np.zeros(4, np.int64),
    )


def _start(session: Session, flow: Flow) -> w.State:
    ints, reals = np.zeros(w.STATE_INTS, np.int64), np.zeros(w.STATE_REALS)
    ints[[w.LAST, w.DECAYED]] = session.open
    reals[w.HEDGE_AT] = flow.opening + 0.5
    alarms = np.full(w.ALARMS, w.NEVER)
    alarms[[w.FLOW, w.TURN]] = session.open + 1, session.open + NS
    if len(flow.moves):
        alarms[w.MOVE] = flow.moves[0, TS]
    if len(flow.agents):
        alarms[w.AGENT] = flow.agents[:, w.NEXT].min()
    return w.State(ints, reals, alarms, np.zeros((w.POOL, 2), np.int64))


def _rates(settings: MarketSettings, session: Session, flow: Flow) -> w.Rates:
    contract, edge = CONTRACTS[flow.instrument], settings.edge
    return w.Rates(
        book=UPDATES_A_SESSION * settings.density * day_share(session.day) / session.seconds,
        immigrants=_immigrants(settings, session, flow) / session.seconds,
        branching=BRANCHING,
        decisive_branching=contract.answers,
        queue=contract.queue,
        order_lots=contract.order_lots,
        one_lot=contract.one_lot,
        tail=contract.tail,
        largest=float(contract.largest),
        decisive_lots=contract.decisive_lots,
        # A null market has no moment in which some of a move is done and the rest can be foretold.
        close_ns=0.0 if settings.null and contract.follows else contract.close_ms * 1e6,
        pull_back_ns=0.0 if settings.null else PULL_BACK_NS,
        pull=0.0 if settings.null else PULL,
        impact=IMPACT[flow.instrument] / settings.density,
        edge_kind=float(EDGE_KINDS[edge.event]) if edge else 0.0,
        edge_ticks=float(edge.worth) if edge else 0.0,
        edge_decay=1 - exp(-w.TURN_SECONDS / (60 * edge.minutes)) if edge else 0.0,
        top_only=float(settings.form == "light"),
        printed=contract.printed,
        spread=_usual_spread(flow),
        follows=float(contract.follows),
    )


def _usual_spread(flow: Flow) -> float:
    """Return the spread that pays makers for the price's usual step, in whole ticks."""
    step = float(flow.moves[:, STEP].mean()) if len(flow.moves) else 0.0
    return float(max(1, round(CONTRACTS[flow.instrument].spread_a_step * step)))


def _immigrants(settings: MarketSettings, session: Session, flow: Flow) -> float:
    """Return how many market orders answer no other, so that all of them add up to the session's trades."""
    contract = CONTRACTS[flow.instrument]
    decisive = contract.printed * len(flow.moves)
    ordinary = TRADES_A_SESSION * settings.density * day_share(session.day) - decisive
    answers = contract.answers * len(flow.moves)
    return max((1 - BRANCHING) * ordinary - answers, 0.05 * ordinary)


def _collect(instrument: Instrument, world: w.World) -> InstrumentDay:
    tape = world.tape
    trades, depth, fills, steps = (int(n) for n in tape.rows)
    kept = tape.fills[:fills].copy()
    return InstrumentDay(
        instrument=instrument,
        trades=_trades(tape, trades),
        depth=_depth(tape, depth),
        labels=label(world.plan.agents, kept),
        fills=Fills(*(kept[:, i].copy() for i in range(4))),
        steps=tape.steps[:steps].copy(),
    )


def _trades(tape: w.Tape, rows: int) -> Trades:
    ts, ticks, lots = (tape.trades[:rows, i].copy() for i in range(3))
    return Trades(ts, ticks, lots, tape.trades[:rows, 3].astype(np.int8))


def _depth(tape: w.Tape, rows: int) -> Depth:
    behind = np.arange(w.LEVELS, dtype=np.int32)
    bids, offers = (tape.best[:rows, side, None].astype(np.int32) for side in (1, 2))
    return Depth(
        ts=tape.best[:rows, 0].copy(),
        bid_ticks=bids - behind,
        ask_ticks=offers + behind,
        bid_lots=tape.lots[w.BID, :rows],
        ask_lots=tape.lots[w.ASK, :rows],
        bid_counts=tape.counts[w.BID, :rows],
        ask_counts=tape.counts[w.ASK, :rows],
    )
