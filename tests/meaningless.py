"""Data sets of rows that mean nothing."""

from dataclasses import replace

import numpy as np

from strategies.ml.dataset import DataSet
from strategies.ml.uniqueness import uniqueness


def data_of(count: int = 400, days: int = 40, life: int = 30) -> DataSet:
    """Return rows that mean nothing, of so many a day; times in ns are small numbers."""
    rng = np.random.default_rng(count)
    day = np.sort(rng.integers(0, days, count))
    ts = np.sort(day * 1000 + rng.integers(0, 900, count))
    won = np.where(rng.random(count) < 0.4, 1.0, 0.0)
    return DataSet(
        names=("a", "b"),
        values=rng.normal(size=(count, 2)),
        side=rng.choice([-1, 1], count),
        won=won,
        r=np.where(won > 0, 2.0, -1.0),
        target_r=np.full(count, 2.0),
        ts=ts,
        end=ts + rng.integers(1, life, count),
        day=ts // 1000,
        taken=rng.random(count) < 0.3,
        weight=np.ones(count),
        days=days,
    )


def dense(count: int, seed: int = 1) -> DataSet:
    """Return a decision a minute, of lives of about an hour, however it came out."""
    rng = np.random.default_rng(seed)
    ts = np.arange(count) * 60
    end = ts + rng.integers(1, 120, count) * 60
    return replace(data_of(count), ts=ts, end=end, day=ts // 23_000, weight=uniqueness(ts, end))
