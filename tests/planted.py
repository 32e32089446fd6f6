"""Journals of which it is known what decides about winning: written by the journal's own writer."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mia_plugins.data.instruments import lead_contract
from mia_plugins.data.sessions import NS, Session, sessions
from mia_plugins.journal.decision import Decision, JournalColumns, Outcome
from mia_plugins.journal.schema import SHADOWS
from mia_plugins.journal.writer import Journal
from mia_plugins.runs.folder import RunFolder, RunRecord, RunStatus
from mia_plugins.runs.rows import RowLog, seal
from mia_plugins.runtime.records import FILLS, ORDERS, POSITIONS
from tests.runs import INPUTS

STRATEGY = "confluence-ES"
FEATURES = ("flow", "calm", "tide", "dust", "leak")
COLUMNS = JournalColumns(FEATURES, (0.5, 0.5, 0.0, 0.0, 0.0), ("wall",))
TABLES = {"orders": ORDERS, "fills": FILLS, "positions": POSITIONS, "shadows": SHADOWS}
STOP, TARGET = 12, 24
"""Ticks."""
PRICE = 24_000
MINUTE = 60 * NS
MINUTES = 380
"""Of each day in which something is decided."""
BASE = -0.62
"""Log odds of winning where nothing is planted: 35 of 100, which after costs makes next to nothing."""


@dataclass(frozen=True)
class Planted:
    """How a journal is made."""

    seed: int = 1
    count: int = 2000
    """Decisions, about: of those of one minute the first is kept."""
    edge: float = 0.0
    """What a flow on the side, and a calm market, add to the log odds of winning."""
    leak: float = 0.0
    """How often the column `leak` tells the outcome: 1 is always."""
    first: dt.date = dt.date(2026, 1, 5)
    last: dt.date = dt.date(2026, 4, 30)
    preset: str = "elite_2025_08"
    bars: int = 5
    """A setting of a feature."""
    model: str = ""
    """Whose probabilities are journaled: the true ones, as things were when it was trained."""
    worse: float = 0.0
    """What the log odds of winning have lost since then."""
    flow: float = 1.0
    """How far flow goes, on either side."""


class Moment(NamedTuple):
    """A decision that is to be written."""

    session: Session
    ts: int
    side: int
    values: tuple[float | None, ...]
    score: float
    confidence: float
    said: float
    """What a model that knows all says of it: the probability of winning, were it not for `worse`."""
    wins: bool
    end: int
    may_be_taken: bool


def planted_run(runs: Path, plan: Planted) -> RunFolder:
    """Write the run's folder and return it."""
    inputs = replace(INPUTS, seed=plan.seed, data=f"{plan}")
    folder = runs / inputs.id
    folder.mkdir(parents=True)
    days = [one for one in sessions(plan.first, plan.last) if one.rth and not one.is_short]
    columns = replace(COLUMNS, rules=("wall", *(("ml_filter",) if plan.model else ())))
    journal = Journal(folder / "decisions.arrows", {STRATEGY: columns}, "all", {})
    logs = {name: RowLog(folder / f"{name}.arrows", schema) for name, schema in TABLES.items()}
    free_from = 0
    for moment in _moments(plan, days):
        taken = moment.may_be_taken and moment.ts > free_from
        free_from = moment.end if taken else free_from
        _write(moment, journal, logs, taken=taken, said=(moment.said,) if plan.model else ())
    journal.close()
    for log in logs.values():
        log.close()
    for written in folder.glob("*.arrows"):
        seal(written, written.with_suffix(".parquet"))
    span = (days[0].open, days[-1].close - 1)
    (folder / "run.json").write_text(RunRecord(inputs, RunStatus.COMPLETE, "", ("ES",), span).text())
    (folder / "settings.yaml").write_text(
        f"preset: {plan.preset}\ninstruments: [ES]\nstart: {plan.first}\nend: {plan.last}\ncapital: 25000\n"
        f"venue: {{commission: null}}\nfeatures:\n  flow: {{weight: 0.5, bars: {plan.bars}}}\n"
        "  calm: {weight: 0.5}\n  tide: {weight: 0}\nstrategies:\n  confluence: {bar: 1, flat_before_close: 5}\n"
        + (f"filters:\n  ml_filter: {{content: {{ES: {plan.model}}}}}\n" if plan.model else "")
    )
    return RunFolder.at(folder)


def _moments(plan: Planted, days: list[Session]) -> Iterator[Moment]:
    rng = np.random.default_rng(plan.seed)
    minutes = np.unique(rng.integers(0, len(days) * MINUTES, plan.count))
    for place, minute in zip(minutes // MINUTES, minutes % MINUTES, strict=True):
        session = days[int(place)]
        ts = session.rth_open + int(minute) * MINUTE
        side = 1 if rng.random() < 0.5 else -1
        flow, tide, dust, noise = rng.uniform(-1, 1, 4)
        flow *= plan.flow
        calm, score, confidence, chance, shown, unknown, takes = rng.random(7)
        odds = BASE + plan.edge * (side * flow + calm - 0.5)
        wins = bool(chance < _probability(odds - plan.worse))
        leak = side * (1 if wins else -1) if shown < plan.leak else float(noise)
        values = (float(flow), None if unknown < 0.02 else float(calm), float(tide), float(dust), leak)
        end = ts + int(rng.exponential(15) * MINUTE) + NS
        yield Moment(
            session=session,
            ts=ts,
            side=side,
            values=values,
            score=side * float(score),
            confidence=float(confidence),
            said=_probability(odds),
            wins=wins,
            end=end,
            may_be_taken=bool(takes < 0.3),
        )


def _probability(odds: float) -> float:
    """Return what log odds come to."""
    return float(1 / (1 + np.exp(-odds)))


def _write(
    moment: Moment, journal: Journal, logs: dict[str, RowLog], *, taken: bool, said: tuple[float, ...]
) -> None:
    book, side, ts, end = journal.book(STRATEGY), moment.side, moment.ts, moment.end
    decision = Decision(
        side=side,
        outcome=Outcome.TAKEN if taken else Outcome.BLOCKED,
        reason="" if taken else "wall",
        size=1,
        stop=PRICE - side * STOP,
        target=PRICE + side * TARGET,
        score=moment.score,
        confidence=moment.confidence,
        values=moment.values,
        verdicts=(taken, *(True for _ in said)),
        numbers=(1.0, *said),
    )
    contract = lead_contract("ES", moment.session.day).instrument_id
    number = book.record(ts, contract, "bar", decision, f"s-{book.next_id}" if taken else None, PRICE)
    ticks, how = (TARGET, "target") if moment.wins else (-STOP, "stop")
    leave = PRICE + side * ticks
    if not taken:
        logs["shadows"].append((number, ts, PRICE, end, leave, how, ticks / STOP, 0, 0))
        return
    gross, fees = Decimal("12.5") * ticks, Decimal("4.50")
    who = (number, STRATEGY, contract, side, ts, end, 1, float(PRICE), float(leave))
    logs["positions"].append((*who, gross, fees, gross - fees, how, 5.0, 10.0))
