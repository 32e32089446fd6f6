"""The truth about a day: what each agent meant and did, and whether the feed shows it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.market import world as w

KIND_NAMES = {w.ICEBERG: "iceberg", w.ABSORBER: "absorption", w.SWEEPER: "sweep", w.METAORDER: "metaorder"}
REFILL_NS = 500_000_000
"""A refill that takes longer is not one, by the detectors' definition."""
REFILLS = 3
ICEBERG_RATIO = 1.5
"""Contracts executed of an iceberg, for each shown."""
SWEEP_GAP_NS = 20_000_000
SWEEP_NS = 100_000_000
SWEEP_LEVELS = 3
SWEEP_LOTS = 100
"""A sweep of fewer levels is one from this many contracts on."""
ABSORPTION_RATIO = 3.0
"""Contracts that ran into an absorber, for each shown."""


@dataclass(frozen=True, slots=True)
class Labels:
    """One row an agent that did something, in the order of their beginnings."""

    kind: NDArray[np.str_]
    """iceberg, absorption, sweep or metaorder: the agent's intent."""
    agent: NDArray[np.int64]
    """Number of the agent, which its fills carry."""
    side: NDArray[np.int8]
    """+1: the agent buys, -1: it sells."""
    start: NDArray[np.int64]
    """UTC ns at which it took its place, or of its first print."""
    end: NDArray[np.int64]
    """UTC ns of its last execution."""
    ticks: NDArray[np.int64]
    """Price of its order, or of its first print."""
    lots: NDArray[np.int64]
    """Contracts executed."""
    shown: NDArray[np.int64]
    """Contracts shown at a time; levels wanted, of a sweep."""
    times: NDArray[np.int64]
    """Times it showed its order; levels taken; child orders sent."""
    observable: NDArray[np.bool_]
    """True when the feed holds what the definition of the event asks for."""


@dataclass(frozen=True, slots=True)
class Fills:
    """One row an execution of, or for, an agent."""

    agent: NDArray[np.int64]
    ts: NDArray[np.int64]
    ticks: NDArray[np.int64]
    lots: NDArray[np.int64]


def label(agents: NDArray[np.int64], fills: NDArray[np.int64]) -> Labels:
    """Return the labels of the agents that executed anything."""
    rows = np.flatnonzero(agents[:, w.EXECUTED] > 0)
    rows = rows[np.argsort(agents[rows, w.FIRST], kind="stable")]
    acted = agents[rows]
    return Labels(
        kind=np.array([KIND_NAMES[int(kind)] for kind in acted[:, w.KIND]], dtype="U10"),
        agent=rows,
        side=acted[:, w.SIDE].astype(np.int8),
        start=acted[:, w.FIRST],
        end=acted[:, w.FINAL],
        ticks=acted[:, w.PRICE],
        lots=acted[:, w.EXECUTED],
        shown=acted[:, w.SHOW],
        times=acted[:, w.TIMES],
        observable=np.array(
            [_observable(agents[row], fills[fills[:, 0] == row]) for row in rows], dtype=bool
        ),
    )


def _observable(agent: NDArray[np.int64], fills: NDArray[np.int64]) -> bool:
    kind = int(agent[w.KIND])
    if kind == w.SWEEPER:
        return _sweep_seen(agent, fills)
    if kind == w.METAORDER:
        return False
    ratio = ICEBERG_RATIO if kind == w.ICEBERG else ABSORPTION_RATIO
    enough = bool(agent[w.EXECUTED] >= ratio * agent[w.SHOW])
    if kind == w.ABSORBER:
        return enough
    return enough and bool(agent[w.DELAY] <= REFILL_NS and agent[w.TIMES] > REFILLS)


def _sweep_seen(agent: NDArray[np.int64], fills: NDArray[np.int64]) -> bool:
    ts = fills[:, 1]
    large = agent[w.TIMES] >= 2 and agent[w.EXECUTED] >= SWEEP_LOTS
    quick = ts[-1] - ts[0] <= SWEEP_NS and np.all(np.diff(ts) <= SWEEP_GAP_NS)
    return bool((agent[w.TIMES] >= SWEEP_LEVELS or large) and quick)
