"""The ML filter: one prediction, many at once, and a training.

    uv run python benchmarks/ml.py [--rows 50000] [--quick]

1. One prediction by the filter's ensemble (logistic, random forest, XGBoost as in a default training): from a
   candidate's columns to a calibrated probability. Target: median 300 us at most.
2. 10 000 rows at once. Target: a row at least 50 times faster than one alone.
3. A whole training of 50 000 rows: walking forward, shuffled labels, combinatorial folds, importance, the
   model itself. Target: 60 s on 2 cores. Where others use them too, seconds of the processor tell: with
   nothing else to do it takes no longer by the wall. `--quick` leaves it out.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

import datetime as dt

from mia_plugins.host import PluginHost
from strategies.ml.calibration import calibration
from strategies.ml.columns import Reader
from strategies.ml.dataset import data_set
from strategies.ml.ensemble import Ensemble, Member
from strategies.ml.settings import load_training
from strategies.ml.training import columns_of, runs_of, train
from strategies.ml.walking import rows_of
from tests.candidates import candidate_of
from tests.planted import FEATURES, STRATEGY, Planted, planted_run

clock = time.thread_time
"""Processor time of this thread: what else the machine does is no part of it."""
BATCH = 10_000
ONES = 2000
TARGET_ONE, TARGET_RATIO, TARGET_TRAINING = 300.0, 50.0, 60.0
"""us, times, s."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--quick", action="store_true", help="leave the training out")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = 5_000 if given.quick else given.rows
        # Of decisions of one minute the first is kept: of 1.3 times as many about so many are left.
        planted_run(folder / "runs", Planted(count=int(1.3 * rows), edge=0.8, first=dt.date(2025, 1, 6)))
        path = folder / "train.yaml"
        path.write_text(f"instrument: ES\nruns: {folder}/runs\nregistry: {folder}/models\ngate: break_even\n")
        settings, chosen = load_training(path, PluginHost.discover())
        runs = runs_of(settings)
        data = data_set(runs, STRATEGY)
        predictions(settings, chosen, data)
        if not given.quick:
            begun, load = now(), os.getloadavg()[0]
            made = train(settings, chosen, runs, step)
            step(99, "")
            took, used = (after - before for after, before in zip(now(), begun, strict=True))
            print(
                f"training {len(data):,} rows: {took:.1f} s, {used:.1f} s of processor (target "
                f"{TARGET_TRAINING:.0f} s); load before {load:.1f}"
            )
            print(f"  {made.findings.verdict}")


_LAST: list[tuple[str, tuple[float, float]]] = []


def now() -> tuple[float, float]:
    """Return the time by the wall, and that of the processor: of all threads and of ended children, in s."""
    of = os.times()
    return of.elapsed, of.user + of.system + of.children_user + of.children_system


def step(number: int, what: str) -> None:
    """Print how long each step of the training took."""
    del number
    if _LAST:
        before, since = _LAST.pop()
        took, used = (after - then for after, then in zip(now(), since, strict=True))
        print(f"  {before:22}{took:6.1f} s, {used:6.1f} s of processor", flush=True)
    _LAST.append((what, now()))


def predictions(settings, chosen, data) -> None:  # type: ignore[no-untyped-def]
    """Print the times of one prediction and of many."""
    columns = columns_of(data, settings)
    known = rows_of(data, columns, np.arange(min(5_000, len(data))))
    members = tuple(Member(one.name, one.fit(known, 1), one.weight) for one in chosen)
    ensemble = Ensemble(columns, members, calibration(known.y * 0.3 + 0.2, known.y, known.weight, "isotonic"))
    reader = Reader(columns)
    rng = np.random.default_rng(1)
    asked = [
        candidate_of(
            score=0.5, confidence=0.5, values=dict(zip(FEATURES, rng.uniform(-1, 1, 5).tolist(), strict=True))
        )
        for _ in range(ONES)
    ]
    for one in asked[:50]:
        ensemble.one(reader.row(one))
    times = []
    for one in asked:
        begun = clock()
        ensemble.one(reader.row(one))
        times.append((clock() - begun) * 1e6)
    table = rng.uniform(-1, 1, (BATCH, len(columns)))
    ensemble.many(table)
    batches = []
    for _ in range(15):
        begun = clock()
        ensemble.many(table)
        batches.append((clock() - begun) / BATCH * 1e6)
    median, batch = statistics.median(times), statistics.median(batches)
    p99 = float(np.quantile(times, 0.99))
    print(
        f"one prediction: median {median:.0f} us, 99 of 100 within {p99:.0f} us (target {TARGET_ONE:.0f} us)"
    )
    print(
        f"{BATCH:,} at once: {batch:.2f} us a row, {median / batch:.0f} times faster "
        f"(target {TARGET_RATIO:.0f})"
    )
    for member in members:
        alone = []
        row = table[:1].copy()
        for _ in range(300):
            begun = clock()
            member.fitted.probabilities(row)
            alone.append((clock() - begun) * 1e6)
        begun = clock()
        member.fitted.probabilities(table)
        many = (clock() - begun) / BATCH * 1e6
        print(f"  {member.name:14} one {statistics.median(alone):6.1f} us, of {BATCH:,} {many:.2f} us a row")


if __name__ == "__main__":
    main()
