"""Journals of which it is known what decides about winning: written by the journal's own writer."""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import numpy as np

from mia_plugins.data.instruments import lead_contract
from mia_plugins.data.sessions import NS, sessions
from mia_plugins.journal.decision import Decision, JournalColumns, Outcome
from mia_plugins.journal.schema import SHADOWS
from mia_plugins.journal.writer import Journal
from mia_plugins.runs.folder import RunFolder, RunRecord, RunStatus
from mia_plugins.runs.rows import RowLog, seal
from mia_plugins.runtime.records import FILLS, ORDERS, POSITIONS
from tests.runs import INPUTS

STRATEGY = "confluence-ES"
FEATURES = ("flow", "calm", "tide", "dust", "leak")
STOP, TARGET = 12, 24
"""Ticks."""
MINUTE = 60 * NS
PRICE = 24_000
BASE = -0.62
"""Log odds of winning where nothing is planted: 35 of 100."""


@dataclass(frozen=True)
class Planted:
    """How a journal is made."""

    seed: int = 1
    count: int = 2000
    edge: float = 0.0
    """What a flow on the side, and a calm market, add to the log odds of winning."""
    leak: float = 0.0
    """How much of the outcome the column `leak` holds: 1 is all of it."""
    first: dt.date = dt.date(2026, 1, 5)
    last: dt.date = dt.date(2026, 4, 30)
    preset: str = "elite_2025_08"
    stop: int = STOP
    """As the strategy's settings say."""


def planted_run(runs: Path, plan: Planted) -> RunFolder:
    """Write the run's folder and return it."""
    inputs = replace(INPUTS, seed=plan.seed, data=f"{plan}")
    folder = runs / inputs.id
    folder.mkdir(parents=True)
    days = sessions(plan.first, plan.last)
    columns = {STRATEGY: JournalColumns(FEATURES, (0.5, 0.5, 0.0, 0.0, 0.0), ("wall",))}
    journal = Journal(folder / "decisions.arrows", columns, "all", {})
    tables = {"orders": ORDERS, "fills": FILLS, "positions": POSITIONS, "shadows": SHADOWS}
    logs = {name: RowLog(folder / f"{name}.arrows", schema) for name, schema in tables.items()}
    rng = np.random.default_rng(plan.seed)
    book = journal.book(STRATEGY)
    place = np.sort(rng.integers(0, len(days), plan.count))
    minute = rng.integers(0, 380, plan.count)
    order = np.lexsort((minute, place))
    taken_until = 0
    last = (-1, -1)
    for row in order:
        if (int(place[row]), int(minute[row])) == last:
            continue
        last = (int(place[row]), int(minute[row]))
        session = days[int(place[row])]
        ts = session.rth_open + int(minute[row]) * MINUTE
        side = 1 if rng.random() < 0.5 else -1
        flow, tide, dust = rng.uniform(-1, 1, 3)
        calm = rng.random()
        odds = BASE + plan.edge * (side * flow + calm - 0.5)
        wins = rng.random() < 1 / (1 + np.exp(-odds))
        leak = float(side * (1 if wins else -1) if rng.random() < plan.leak else rng.uniform(-1, 1))
        end = ts + int(rng.exponential(15) * MINUTE) + NS
        unknown = rng.random() < 0.02
        values = (float(flow), None if unknown else float(calm), float(tide), float(dust), leak)
        taken = ts > taken_until and rng.random() < 0.3
        decision = Decision(
            side=side,
            outcome=Outcome.TAKEN if taken else Outcome.BLOCKED,
            reason="" if taken else "wall",
            size=1,
            stop=PRICE - side * STOP,
            target=PRICE + side * TARGET,
            score=side * float(rng.random()),
            confidence=float(rng.random()),
            values=values,
            verdicts=(taken,),
            numbers=(1.0,),
        )
        contract = lead_contract("ES", session.day).instrument_id
        base_id = f"s-{book.next_id}" if taken else None
        number = book.record(ts, contract, "bar", decision, base_id, PRICE)
        leave = PRICE + side * (TARGET if wins else -STOP)
        how = "target" if wins else "stop"
        if taken:
            taken_until = end
            gross = Decimal("12.5") * side * (leave - PRICE)
            fees = Decimal("4.50")
            logs["positions"].append(
                (
                    number, STRATEGY, contract, side, ts, end, 1, float(PRICE), float(leave), gross, fees,
                    gross - fees, how, 5.0, 10.0,
                )
            )  # fmt: skip
        else:
            r = side * (leave - PRICE) / STOP
            logs["shadows"].append((number, ts, PRICE, end, leave, how, r, 0, 0))
    journal.close()
    for log in logs.values():
        log.close()
    for log in folder.glob("*.arrows"):
        seal(log, log.with_suffix(".parquet"))
    span = (days[0].open, days[-1].close - 1)
    record = RunRecord(inputs, RunStatus.COMPLETE, "", ("ES",), span)
    (folder / "run.json").write_text(record.text())
    (folder / "settings.yaml").write_text(
        f"preset: {plan.preset}\ninstruments: [ES]\nstart: {plan.first}\nend: {plan.last}\ncapital: 25000\n"
        "venue: {commission: null}\n"
        "features:\n  flow: {weight: 0.5, bars: 5}\n  calm: {weight: 0.5}\n  tide: {weight: 0}\n"
        f"strategies:\n  confluence: {{bar: 1, bracket: {{stop: {plan.stop}}}}}\n"
    )
    return RunFolder.at(folder)
