"""Scenarios: what happens on a day beyond the ordinary, to the market itself or only to its feed."""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from catalog.market import world as w
from catalog.market.clock import Rhythm
from catalog.market.contracts import Instrument
from catalog.market.instrument import InstrumentDay
from catalog.market.settings import MarketSettings, ScenarioName
from catalog.market.skeleton import DayBone
from catalog.market.springs import BEGIN_MINUTES, LONGEST_MINUTES, SIDES, shown, spring_agent
from catalog.market.streams import stream
from mia_plugins.data.columns import Depth, rows_of
from mia_plugins.data.sessions import NS, Session

MINUTE = 60 * NS
HALT_MINUTES = 15
DISCONNECT_MINUTES = (1.0, 8.0)
"""Shortest and longest gap of a feed that was disconnected."""
FAULTY_SHARE = 0.002
"""Updates that a faulty feed gets wrong."""
DRIVE, BACK = 0.6, 0.85
"""The opening drive and its return, as a share of the day's standard deviation: it ends beyond the open."""
DRIVE_MINUTES = (0, 9)
BACK_MINUTES = (11, 24)
"""From the regular open."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One scenario of one day; times in UTC ns."""

    name: ScenarioName
    start: int
    end: int
    instrument: Instrument | None = None
    """In which it happens; None: in both."""
    side: int = 0
    """+1: who makes it buys, -1: sells, 0: neither."""
    ticks: int | None = None
    """The price it is about, where it has one."""
    observable: bool = True
    """Whether the feed shows it by its definition."""


def happenings(settings: MarketSettings, session: Session) -> tuple[Happening, ...]:
    """Return what happens on a day, in the order of the names."""
    return tuple(_planned(settings, session, name) for name in sorted(settings.scenario_names(session.day)))


def _planned(settings: MarketSettings, session: Session, name: ScenarioName) -> Happening:
    start, end = _span(settings, session, name)
    if name in SIDES:
        return Happening(name, start, end, "ES", SIDES[name], observable=False)
    return Happening(name, start, end)


def _span(settings: MarketSettings, session: Session, name: ScenarioName) -> tuple[int, int]:
    rng = stream(settings.seed, f"scenario {name}", session.day)
    if name == "failed_opening_drive":
        return session.rth_open, session.rth_open + BACK_MINUTES[1] * MINUTE
    if name in SIDES:
        first, last = (session.rth_open + minute * MINUTE for minute in BEGIN_MINUTES[name])
        start = int(rng.integers(first, last))
        return start, start + LONGEST_MINUTES * MINUTE
    start = int(rng.integers(session.rth_open + 30 * MINUTE, session.rth_close - 60 * MINUTE))
    if name == "halt":
        return start, start + HALT_MINUTES * MINUTE
    if name == "disconnect":
        return start, start + int(rng.uniform(*DISCONNECT_MINUTES) * MINUTE)
    return session.open, session.close


def halt_of(session: Session, happened: tuple[Happening, ...]) -> tuple[int, int]:
    """Return the UTC ns of the day's halt; an empty span at the close when there is none."""
    return next(((h.start, h.end) for h in happened if h.name == "halt"), (session.close, session.close))


def halted(rhythm: Rhythm, session: Session, halt: tuple[int, int]) -> Rhythm:
    """Return a rhythm that plans no decisive order for a halt: they would all come at its end."""
    first, last = ((ts - session.open) // NS for ts in halt)
    trading = np.ones(session.seconds)
    trading[first : last + 1] = 0
    return replace(rhythm, variance=rhythm.variance * trading)


def with_scenarios(
    settings: MarketSettings,
    agents: NDArray[np.int64],
    bone: DayBone,
    session: Session,
    happened: tuple[Happening, ...],
) -> NDArray[np.int64]:
    """Return ES's agents without those a halt would meet, and with those who make the scenarios."""
    makers: list[NDArray[np.int64]] = []
    for h in happened:
        if h.name == "failed_opening_drive":
            makers += _drive(bone, session)
        elif h.name in SIDES:
            makers += spring_agent(settings.seed, session, h.name, h.start, bone.es_sigma)
    return np.concatenate((without_halted(agents, happened), *makers))


def witnessed(happened: tuple[Happening, ...], es: InstrumentDay) -> tuple[Happening, ...]:
    """Return the scenarios as ES's feed shows them: a spring's support and end are known only then."""
    return tuple(_witnessed(h, es) if h.name in SIDES else h for h in happened)


def _witnessed(h: Happening, es: InstrumentDay) -> Happening:
    found = shown(es.trades, h.side, h.start, h.end)
    return replace(h, end=found.end, ticks=found.ticks, observable=True) if found else h


def without_halted(agents: NDArray[np.int64], happened: tuple[Happening, ...]) -> NDArray[np.int64]:
    """Return the agents that no halt would meet."""
    kept = np.ones(len(agents), bool)
    for h in happened:
        if h.name == "halt":
            kept &= (agents[:, w.END] < h.start) | (agents[:, w.START] > h.end)
    return agents[kept]


def _drive(bone: DayBone, session: Session) -> list[NDArray[np.int64]]:
    """Return who drives the price away from the open, and who brings it back through it."""
    side = 1 if bone.es_close < bone.es_open else -1
    rows = []
    for way, share, minutes in ((side, DRIVE, DRIVE_MINUTES), (-side, BACK, BACK_MINUTES)):
        row = np.zeros((1, w.AGENT_COLUMNS), np.int64)
        row[0, [w.KIND, w.SIDE, w.SIZE]] = w.PUSHER, way, round(share * bone.es_sigma)
        row[0, w.START] = row[0, w.NEXT] = session.rth_open + minutes[0] * MINUTE
        row[0, w.END] = session.rth_open + minutes[1] * MINUTE
        rows.append(row)
    return rows


def through_feed(
    settings: MarketSettings, day: dt.date, data: InstrumentDay, happened: tuple[Happening, ...]
) -> InstrumentDay:
    """Return what the feed delivers of a day: gaps, crossed quotes, disorder; each instrument's is its own.

    Labels and fills stay the truth.
    """
    trades, depth = data.trades, data.depth
    for h in happened:
        rng = stream(settings.seed, f"feed {h.name}", day, data.instrument)
        if h.name == "disconnect":
            trades = rows_of(trades, (trades.ts < h.start) | (trades.ts >= h.end))
            depth = rows_of(depth, (depth.ts < h.start) | (depth.ts >= h.end))
        elif h.name == "crossed":
            depth = _crossed(rng, depth)
        elif h.name == "out_of_order":
            trades, depth = (
                rows_of(trades, _swapped(rng, len(trades.ts))),
                rows_of(depth, _swapped(rng, len(depth.ts))),
            )
    return replace(data, trades=trades, depth=depth)


def _crossed(rng: np.random.Generator, depth: Depth) -> Depth:
    """Lift the bids of a few updates one to three ticks above the offers."""
    wrong = rng.random(len(depth.ts)) < FAULTY_SHARE
    lift = np.where(wrong, depth.ask_ticks[:, 0] - depth.bid_ticks[:, 0] + rng.integers(1, 4, len(wrong)), 0)
    return replace(depth, bid_ticks=depth.bid_ticks + lift[:, None])


def _swapped(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Return an order of rows in which a few neighbours have changed places."""
    order = np.arange(count)
    first = np.flatnonzero(rng.random(count - 1) < FAULTY_SHARE)
    first = first[np.diff(first, prepend=-2) > 1]
    order[first], order[first + 1] = order[first + 1], order[first].copy()
    return order
