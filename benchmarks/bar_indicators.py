"""What a closed bar costs each registered indicator, and all of them together.

uv run python benchmarks/bar_indicators.py

Each figure is the best of five over the bars of a month of minutes; the ratio is to appending a bar's close
to a list. The target is 200 us for all the work of a bar's close, of which this is a part.
"""

import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from indicators.classic.plugin import INDICATORS

BARS = 30_000
TIMES = 5


def bars() -> dict[str, list[float]]:
    """Return a random walk, as columns: ticks and contracts."""
    rng = np.random.default_rng(1)
    close = 24_000 + np.cumsum(rng.integers(-6, 7, BARS))
    columns = {
        "high": close + rng.integers(0, 5, BARS),
        "low": close - rng.integers(0, 5, BARS),
        "close": close,
        "lots": rng.integers(1, 2_000, BARS),
    }
    return {name: column.astype(np.float64).tolist() for name, column in columns.items()}


def cost(begin: Callable[[], Callable[..., object]], rows: list[tuple[float, ...]]) -> float:
    """Return what a call costs, in us: the best of some rounds."""
    best = float("inf")
    for _ in range(TIMES):
        take = begin()
        started = time.perf_counter()
        for row in rows:
            take(*row)
        best = min(best, time.perf_counter() - started)
    return best / len(rows) * 1e6


def main() -> None:
    """Print a row an indicator, at its default settings."""
    columns = bars()
    bare = cost(lambda: [].append, list(zip(columns["close"])))
    total = 0.0
    print("| indicator | us a bar | ÷ append |\n|---|---|---|")
    for name, (target, _) in INDICATORS.items():
        module, _, found = target.partition(":")
        indicator: Any = getattr(import_module(f"indicators.{module}"), found)()
        rows = list(zip(*(columns[column] for column in indicator.inputs), strict=True))

        def begin(indicator: Any = indicator) -> Callable[..., object]:
            indicator.reset()
            update: Callable[..., object] = indicator.update
            return update

        each = cost(begin, rows)
        total += each
        print(f"| {name} | {each:.2f} | {each / bare:.0f} |")
    print(f"| all {len(INDICATORS)} | {total:.1f} | {total / bare:.0f} |")


if __name__ == "__main__":
    main()
