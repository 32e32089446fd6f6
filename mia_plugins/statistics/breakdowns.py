"""Results by month, weekday, hour, part of the session, instrument, strategy, exit and side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mia_plugins.data.sessions import NEW_YORK
from mia_plugins.statistics.figures import Ints
from mia_plugins.statistics.intervals import Resamples
from mia_plugins.statistics.results import TradeFigures, trade_figures
from mia_plugins.statistics.sources import Words
from mia_plugins.statistics.trades import Days, Trades

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SESSION_PARTS = ("overnight", "rth")


@dataclass(frozen=True)
class Group:
    """The trades that have something in common."""

    label: str
    """What they have in common."""
    figures: TradeFigures
    """What they came to."""


@dataclass(frozen=True)
class Breakdown:
    """Results by one thing."""

    by: str
    """month and weekday (of the trading day), hour and session (of the entry, New York; `rth` is 9:30–16:00
    of the stock market's days), instrument, strategy, exit or side."""
    groups: tuple[Group, ...]
    """In their natural order; those without trades are left out."""


def breakdowns_of(trades: Trades, days: Days, resamples: Resamples | None) -> tuple[Breakdown, ...]:
    """Return results by everything there is."""
    day = days.place(trades.ts_close)
    r = trades.r
    found = []
    for by, labels, order in _labels(trades, days, day):
        known = set(labels)
        groups = []
        for label in [one for one in order if one in known]:
            at = labels == label
            figures = trade_figures(trades.net[at], r[at], day[at], len(days), resamples)
            groups.append(Group(label, figures))
        found.append(Breakdown(by, tuple(groups)))
    return tuple(found)


def _labels(trades: Trades, days: Days, day: Ints) -> list[tuple[str, Words, Sequence[str]]]:
    """Return what each trade is labelled by, and the order of the labels."""
    dates = days.dates
    month = _words([f"{date:%Y-%m}" for date in dates])[day]
    weekday = _words([WEEKDAYS[date.weekday()] for date in dates])[day]
    hour = _words([f"{one:02d}" for one in _hours(trades.ts_open)])
    session = _words([SESSION_PARTS[one] for one in in_rth(trades.ts_open, days).astype(int)])
    side = _words(["long" if one > 0 else "short" for one in trades.side])
    ours = [
        ("instrument", trades.product), ("strategy", trades.strategy), ("exit", trades.exit),
    ]  # fmt: skip
    return [
        ("month", month, sorted(set(month))),
        ("weekday", weekday, WEEKDAYS),
        ("hour", hour, sorted(set(hour))),
        ("session", session, SESSION_PARTS),
        *((by, labels, sorted(set(labels))) for by, labels in ours),
        ("side", side, ("long", "short")),
    ]


def in_rth(ts: Ints, days: Days) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Say which times (UTC ns) lie in the regular hours of their day."""
    if not len(ts):
        return np.zeros(0, np.bool_)
    hours = np.array([(one.rth_open, one.rth_close) for one in days.sessions], np.int64)[days.place(ts)]
    return (hours[:, 0] <= ts) & (ts < hours[:, 1])


def _hours(ts: Ints) -> list[int]:
    """Return the hour of times (UTC ns) in New York."""
    return list(pd.DatetimeIndex(ts, tz="UTC").tz_convert(NEW_YORK).hour)


def _words(texts: list[str]) -> Words:
    found: Words = np.array(texts, np.object_)
    return found
