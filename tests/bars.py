"""Bars for the tests of indicators: whole ticks, of many tempers."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BarColumns = dict[str, Floats]
START = 24_000
"""ES at 6000 points, in ticks."""
TEMPERS = ("walk", "constant", "rising", "falling", "spiky", "gappy", "quiet", "no volume")


def bars_of(temper: str, count: int, seed: int) -> BarColumns:
    """Return bars as columns; prices in ticks, volume in contracts."""
    rng = np.random.default_rng(seed)
    close = START + _closes(temper, count, rng)
    still = temper in {"constant", "quiet"}
    reach = rng.integers(0, 1 if still else 4, (3, count))
    opened = close + rng.integers(-reach[2], reach[2] + 1)
    lots = rng.integers(0, 2_000, count) * (rng.random(count) < 0.9) * (temper != "no volume")
    columns = {
        "open": opened,
        "high": np.maximum(opened, close) + reach[0],
        "low": np.minimum(opened, close) - reach[1],
        "close": close,
        "lots": lots,
    }
    return {name: column.astype(np.float64) for name, column in columns.items()}


def _closes(temper: str, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return how far closes are from the start, in ticks."""
    steps = {
        "constant": np.zeros(count, np.int64),
        "rising": np.ones(count, np.int64),
        "falling": -np.ones(count, np.int64),
        "gappy": np.where(
            rng.random(count) < 0.05, rng.integers(-400, 401, count), rng.integers(-1, 2, count)
        ),
        "quiet": rng.integers(-2, 3, count) * (rng.random(count) < 0.02),
    }
    moved = np.cumsum(steps.get(temper, rng.integers(-6, 7, count)))
    spikes = (rng.random(count) < 0.02) * rng.integers(-4_000, 4_001, count)
    return moved + spikes if temper == "spiky" else moved


def some_bars(least: int = 0, most: int = 150) -> st.SearchStrategy[BarColumns]:
    """Draw bars of any temper."""
    return st.builds(bars_of, st.sampled_from(TEMPERS), st.integers(least, most), st.integers(0, 2**32))


def scaled(bars: BarColumns, factor: float) -> BarColumns:
    """Return bars with prices times a factor."""
    return {name: column * (1 if name == "lots" else factor) for name, column in bars.items()}


def mirrored(bars: BarColumns) -> BarColumns:
    """Return bars upside down, about the start."""
    turned = {name: 2 * START - bars[name] for name in ("open", "close")}
    return {"high": 2 * START - bars["low"], "low": 2 * START - bars["high"], "lots": bars["lots"]} | turned


def cut(bars: BarColumns, count: int) -> BarColumns:
    """Return the first bars."""
    return {name: column[:count] for name, column in bars.items()}
