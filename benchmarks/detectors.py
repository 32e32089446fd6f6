"""How well icebergs and absorption are found, against what the synthetic market knows of itself.

    uv run python benchmarks/detectors.py                  # seeds 1000 to 1019, which nothing is tuned on
    uv run python benchmarks/detectors.py --first 1        # other ones, for tuning

A detection is right when price and side are an agent's and it overlaps half the agent's time at least; each
agent can be found once, what is found of it again is wrong. Bounds are of 2000 resamples of the seeds.
"""

import argparse
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from catalog.market.day import generate_day
from catalog.market.instrument import InstrumentDay
from catalog.market.settings import MarketSettings
from indicators.events.absorption import Absorption
from indicators.events.icebergs import Icebergs
from mia_plugins.data.arrow import Kind
from mia_plugins.data.columns import Quotes, Trades
from mia_plugins.data.instruments import lead_contract
from mia_plugins.data.sessions import NS, Session, session_on
from mia_plugins.features import Market
from mia_plugins.features.walking import Day, walk
from mia_plugins.tape.tape import Rows, Tape
from mia_plugins.units import Multiple

DAY = dt.date(2026, 6, 1)
RESERVED, SEEDS = 1000, 20
SURPRISES = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
DEFAULT = 2.0
"""The surprise that is asked for where nothing else is set."""
QUANTILES = (0.5, 0.8, 0.9, 0.95, 0.99)
VOLUMES = (50, 100, 150, 200, 300, 400, 600)
SPAN = 30 * NS
RESAMPLES = 2000


class Found(NamedTuple):
    """A detection: side of the resting order, price (ticks), and when (UTC ns)."""

    side: int
    ticks: int
    start: int
    end: int
    known: int


class Agent(NamedTuple):
    """A label that can be matched."""

    kind: str
    side: int
    ticks: int
    start: int
    end: int
    observable: bool
    hidden: bool
    """Whether it showed itself more than three times: an iceberg by the definition, whatever was meant."""
    absorbs: bool
    """Whether three times what it showed was executed: absorption by the labels' rule, whatever was meant."""

    def counts_as(self, kind: str) -> bool:
        """Say whether it is of a kind by what it did."""
        return self.kind == kind or (self.hidden if kind == "iceberg" else self.absorbs)


@dataclass
class Score:
    """What one seed's detections came to."""

    found: int = 0
    right: int = 0
    wanted: int = 0
    """Observable agents."""
    caught: int = 0
    """Of them those that were found."""
    beside: int = 0
    """Agents that are not observable and were found."""
    unseen: int = 0
    """Agents that are not observable."""
    delays: tuple[float, ...] = ()
    """From the agent's beginning to the telling, in s, of the observable ones that were found."""


def es_day(seed: int, density: float = 1.0) -> InstrumentDay:
    """Return a day of ES."""
    kept: list[InstrumentDay] = []

    def keep(data: InstrumentDay, micro: str, quotes: Quotes) -> None:
        del micro, quotes
        kept.append(data)
        raise _Enough

    with suppress(_Enough):
        generate_day(MarketSettings(seed=seed, density=Multiple(density)), session_on(DAY), keep)
    return kept[0]


class _Enough(Exception):  # noqa: N818 nothing is wrong
    """ES is there; NQ is not looked at."""


def agents_of(day: InstrumentDay) -> list[Agent]:
    """Return the icebergs and absorbers of a day."""
    labels = day.labels
    rows = np.flatnonzero(np.isin(labels.kind, ("iceberg", "absorption")))
    return [
        Agent(
            str(labels.kind[row]),
            int(labels.side[row]),
            int(labels.ticks[row]),
            int(labels.start[row]),
            int(labels.end[row]),
            bool(labels.observable[row]),
            bool(labels.times[row] > 3),
            bool(labels.lots[row] >= 3 * labels.shown[row]),
        )
        for row in rows
    ]


class Detections(NamedTuple):
    """What was found on a day, by how strict the search was."""

    icebergs: Mapping[float, list[Found]]
    absorption: Mapping[float, list[Found]]
    volume: Mapping[float, list[Found]]

    def agreed(self, quantile: float) -> list[Found]:
        """Return absorption during which an order came again at the very price."""
        hidden = self.icebergs[DEFAULT]
        return [one for one in self.absorption[quantile] if any(_together(one, other) for other in hidden)]


def detections(product: str, day: Day, trades: Trades) -> Detections:
    """Follow a day as a run does and return what was found; `trades` are all of the day's."""
    market = Market(product, {product: Tape(product, (Kind.TRADES, Kind.DEPTH), (1,))}, {})
    icebergs = market.measure(Icebergs, surprise=0.0)
    absorption = {of: market.measure(Absorption, quantile=of) for of in QUANTILES}
    last: dict[tuple[int, ...], tuple[Found, float]] = {}
    held: dict[float, dict[tuple[int, ...], Found]] = {of: {} for of in QUANTILES}
    for _ in walk(market, [day]):
        for one in icebergs.since(0):
            found = Found(one.side, one.ticks, one.start, one.end, one.known)
            last[found.side, found.ticks, found.start] = found, one.surprise
        for of, measure in absorption.items():
            for held_one in measure.since(0):
                found = Found(held_one.side, held_one.ticks, held_one.start, held_one.end, held_one.known)
                held[of][found.side, found.ticks, found.start] = found
    return Detections(
        {least: [found for found, by in last.values() if by >= least] for least in SURPRISES},
        {of: list(found.values()) for of, found in held.items()},
        {float(least): list(_busy(trades, day.session, least)) for least in VOLUMES},
    )


def made_day(made: InstrumentDay) -> Detections:
    """Return what is found on a day of ES that was made."""
    streams: list[tuple[str, list[Rows]]] = [("ES", [made.trades]), ("ES", [made.depth])]
    session = session_on(DAY)
    day = Day(session, {"ES": lead_contract("ES", session.day)}, streams)
    return detections("ES", day, made.trades)


def _busy(trades: Trades, session: Session, least: int) -> Iterator[Found]:
    """Yield prices at which so many contracts ran into one side within 30 s: what is to be beaten."""
    spans = (trades.ts - session.open) // SPAN
    keys, group = np.unique(np.column_stack((-trades.side, trades.ticks, spans)), axis=0, return_inverse=True)
    lots = np.bincount(group.ravel(), trades.lots)
    going: Found | None = None
    for side, ticks, span in keys[(lots >= least) & (keys[:, 0] != 0)].tolist():
        start = session.open + span * SPAN
        if going and (going.side, going.ticks, going.end) == (side, ticks, start):
            going = going._replace(end=start + SPAN)
            continue
        if going:
            yield going
        going = Found(side, ticks, start, start + SPAN, start + SPAN)
    if going:
        yield going


def score(found: Iterable[Found], agents: list[Agent], wanted: str, *, by_deed: bool = False) -> Score:
    """Match detections with agents of a kind: by what they meant, or by what they did."""
    targets = [agent for agent in agents if agent.kind == wanted or (by_deed and agent.counts_as(wanted))]
    taken: dict[int, Found] = {}
    events = sorted(found, key=lambda one: one.known)
    for one in events:
        free = (n for n, agent in enumerate(targets) if n not in taken and _is(one, agent))
        if (number := next(free, None)) is not None:
            taken[number] = one
    own = [(number, agent) for number, agent in enumerate(targets) if agent.kind == wanted]
    seen = [(number, agent) for number, agent in own if agent.observable]
    return Score(
        found=len(events),
        right=len(taken),
        wanted=len(seen),
        caught=sum(number in taken for number, _ in seen),
        beside=sum(number in taken for number, agent in own if not agent.observable),
        unseen=len(own) - len(seen),
        delays=tuple((taken[n].known - agent.start) / NS for n, agent in seen if n in taken),
    )


def _together(one: Found, other: Found) -> bool:
    return one[:2] == other[:2] and one.start <= other.end and other.start <= one.end


def _is(found: Found, agent: Agent) -> bool:
    overlap = min(found.end, agent.end) - max(found.start, agent.start)
    same = (found.side, found.ticks) == (agent.side, agent.ticks)
    return same and overlap >= 0 and 2 * overlap >= agent.end - agent.start


class Rates(NamedTuple):
    """Precision and recall, each with its lower bound."""

    precision: float
    precision_bound: float
    recall: float
    recall_bound: float


def rates(scores: list[Score]) -> Rates:
    """Return the rates over seeds, and the 2.5 % quantiles of resampled seeds."""
    counts = np.array([(one.right, one.found, one.caught, one.wanted) for one in scores], float)
    drawn = np.random.default_rng(0).integers(0, len(scores), (RESAMPLES, len(scores)))
    sums = np.vstack((counts.sum(0), counts[drawn].sum(1)))
    precision = sums[:, 0] / np.maximum(sums[:, 1], 1)
    recall = sums[:, 2] / np.maximum(sums[:, 3], 1)
    bounds = [float(np.quantile(values[1:], 0.025)) for values in (precision, recall)]
    return Rates(float(precision[0]), bounds[0], float(recall[0]), bounds[1])


def told(name: str, scores: list[Score]) -> str:
    """Return a row of the table."""
    of = rates(scores)
    found, right = sum(one.found for one in scores), sum(one.right for one in scores)
    delays = np.array([delay for one in scores for delay in one.delays])
    late = f"{np.median(delays):.1f} / {np.quantile(delays, 0.9):.1f}" if len(delays) else "–"
    return (
        f"| {name} | {found} | {right} | {of.precision:.3f} | {of.precision_bound:.3f} | {of.recall:.3f} | "
        f"{of.recall_bound:.3f} | {late} |"
    )


HEAD = """
| search | found | right | precision | bound | recall | bound | s to the telling: median / .9 |
|---|---|---|---|---|---|---|---|"""


def main() -> None:
    """Print the tables of docs/detectors.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--first", type=int, default=RESERVED)
    parser.add_argument("--density", type=float, default=1.0)
    asked = parser.parse_args()
    days: list[tuple[list[Agent], Detections]] = []
    for seed in range(asked.first, asked.first + asked.seeds):
        day = es_day(seed, asked.density)
        days.append((agents_of(day), made_day(day)))
        print(f"seed {seed}: {len(days[-1][0])} agents", flush=True)
    print(f"\nSeeds {asked.first} to {asked.first + asked.seeds - 1}, a day of ES each.")
    print(f"\n## Icebergs\n{HEAD}")
    for least in SURPRISES:
        print(told(f"surprise ≥ {least:g}", [score(d.icebergs[least], a, "iceberg") for a, d in days]))
    print("\nAbsorbers that showed themselves more than three times counted as the icebergs they are:")
    print(HEAD)
    for least in SURPRISES:
        of = [score(d.icebergs[least], a, "iceberg", by_deed=True) for a, d in days]
        print(told(f"surprise ≥ {least:g}", of))
    for kind in "iceberg", "absorption":
        print(f"\n{kind}, by volume alone (30 s at one price):\n{HEAD}")
        for volume in VOLUMES:
            print(told(f"≥ {volume} lots", [score(d.volume[volume], a, kind) for a, d in days]))
    for by_deed in (False, True):
        said = "Icebergs of which thrice what they show was executed counted:" if by_deed else "## Absorption"
        print(f"\n{said}\n{HEAD}")
        for of_touch in QUANTILES:
            of = [score(d.absorption[of_touch], a, "absorption", by_deed=by_deed) for a, d in days]
            print(told(f"quantile {of_touch:g}", of))
            of = [score(d.agreed(of_touch), a, "absorption", by_deed=by_deed) for a, d in days]
            print(told(f"quantile {of_touch:g}, and an order that came again there", of))
    _rest("iceberg", [score(d.icebergs[DEFAULT], a, "iceberg") for a, d in days])
    _rest("absorption", [score(d.absorption[0.95], a, "absorption") for a, d in days])


def _rest(kind: str, scores: list[Score]) -> None:
    unseen, beside, wanted, caught = np.sum(
        [(s.unseen, s.beside, s.wanted, s.caught) for s in scores], axis=0
    )
    print(f"\n{kind}: {caught} of {wanted} observable found; {beside} of {unseen} others.")


if __name__ == "__main__":
    main()
