"""What a decision of the default preset costs, and a run of it beside handlers that do nothing.

    uv run python benchmarks/decisions.py [--density .12] [--top]

1. One decision: features, methods, rules, sizer, the row for the journal. Targets: median 150 us, 99 of 100
   within 500 us.
2. A run of `production_v3_4` on a synthetic session of ES, NQ looked at beside it, `fills: depth`, beside the
   same engine with handlers that do nothing and are given every event. Target: .85 of its events a second.
   Reading the catalog and making the engine's objects is left out on both sides; end to end is printed.

`--density 1` is a full session. `--top` prints what takes the most time of a run, by cProfile.
"""

import argparse
import cProfile
import datetime as dt
import json
import pstats
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import thread_time_ns
from unittest.mock import patch

import numpy as np
from backtest import in_turn, told
from backtest_runs import empty_handlers, ours

from catalog.generation import generate, trading_days
from catalog.market.settings import MarketSettings
from mia_plugins.data.files import Files
from mia_plugins.decisions.strategy import DecidingStrategy
from mia_plugins.journal.decision import Decision
from mia_plugins.units import Multiple

DAY = dt.date(2026, 6, 1)
TARGET_MEDIAN, TARGET_P99 = 150.0, 500.0
"""us."""
TIMES = 2
WARM_UP = 60
"""Decisions that are not counted: kernels are loaded in them."""


def config(folder: Path, catalog: Path, preset: str) -> Path:
    """Write a settings file of a day with a preset and return its path."""
    settings = {
        "preset": preset,
        "catalog": str(catalog),
        "instruments": ["ES"],
        "observe": ["NQ"],
        "start": str(DAY),
        "end": str(DAY),
        "venue": {"fills": "depth"},
    }
    path = folder / f"{preset}.yaml"
    path.write_text(json.dumps(settings))
    return path


def decisions(path: Path, folder: Path) -> None:
    """Print what single decisions took."""
    took: list[int] = []
    evaluate: Callable[[DecidingStrategy, int], Decision] = DecidingStrategy.evaluate

    def timed(strategy: DecidingStrategy, now: int) -> Decision:
        started = thread_time_ns()
        decision = evaluate(strategy, now)
        took.append(thread_time_ns() - started)
        return decision

    with patch.object(DecidingStrategy, "evaluate", timed):
        ours(path, folder)
    found = np.array(took[WARM_UP:]) / 1e3
    median, p99 = np.percentile(found, (50, 99))
    print(f"1. {len(found):,} decisions: median {median:.0f} us (target {TARGET_MEDIAN:.0f}),", end=" ")
    print(f"99 of 100 within {p99:.0f} us (target {TARGET_P99:.0f}), the longest {found.max():.0f} us")


def a_run(path: Path, folder: Path) -> None:
    """Compare a run with handlers that do nothing."""
    sides = in_turn(
        {"empty handlers": lambda: empty_handlers(path), "production_v3_4": lambda: ours(path, folder)},
        TIMES,
    )
    print("2. a session of ES with depth, NQ beside it")
    told(sides, "empty handlers")


def top(path: Path, folder: Path) -> None:
    """Print what takes the most time of a run."""
    profile = cProfile.Profile()
    profile.runcall(ours, path, folder)
    pstats.Stats(profile).sort_stats("tottime").print_stats(25)


def main() -> None:
    """Make a session and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--density", type=float, default=0.12, help="of a full session's events (.12)")
    parser.add_argument("--top", action="store_true", help="print what takes the most time instead")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = MarketSettings(density=Multiple(given.density))
        list(generate(Files(str(folder / "data")), settings, trading_days(DAY, DAY)))
        path = config(folder, folder / "data", "production_v3_4")
        if given.top:
            top(path, folder)
            return
        decisions(path, folder)
        a_run(path, folder)


if __name__ == "__main__":
    main()
