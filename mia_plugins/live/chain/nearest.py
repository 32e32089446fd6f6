"""Which options of a chain are listened to: those nearest to the index, of the expiries that come first."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import groupby

from mia_plugins.live.chain.words import Option, Series


@dataclass(frozen=True)
class Wanted:
    """How much of a chain is wanted."""

    options: int
    """At the most."""
    expiries: int
    """Series: a day on which options settle twice has two."""
    is_alive: Callable[[dt.date], bool] = lambda _: True
    """Whether options of a day of expiry are still there."""


def nearest(
    offered: Mapping[Series, Collection[float]],
    index: float,
    wanted: Wanted,
    absent: Collection[Option] = (),
) -> list[Option]:
    """Return what is wanted of what is offered, the nearest first; `index` is in points.

    Each series has as many strikes as the others, as far as it has them. `absent` are options that are
    offered and do not exist: brokers tell the strikes of all expiries together.
    """
    alive = sorted(series for series in offered if wanted.is_alive(series.expiry))[: wanted.expiries]
    ranked = [
        (rank, series, strike)
        for series in alive
        for rank, strike in enumerate(_by_distance(offered[series], series, index, absent))
    ]
    pairs = [
        Option(series, strike, is_call)
        for _, series, strike in sorted(ranked, key=lambda one: one[:2])
        for is_call in (True, False)
    ]
    return [one for one in pairs if one not in absent][: wanted.options]


def _by_distance(
    strikes: Collection[float], series: Series, index: float, absent: Collection[Option]
) -> list[float]:
    """Return the strikes of a series that exist, the nearest first; of two as near the lower."""
    there = (
        one for one in set(strikes) if any(Option(series, one, kind) not in absent for kind in (True, False))
    )
    return sorted(there, key=lambda one: (abs(one - index), one))


def described(
    options: Collection[Option],
    offered: Mapping[Series, Collection[float]],
    expiry: Callable[[dt.date], dt.date] = lambda day: day,
) -> str:
    """Return what was chosen of what is offered; `expiry` tells the market's day of one of the broker's."""
    spans = []
    for series, group in groupby(sorted(options), key=lambda one: one.series):
        strikes = [one.strike for one in group]
        spans.append(f"{series.root} {expiry(series.expiry)} {min(strikes):g}-{max(strikes):g}")
    others = len(offered) - len(spans)
    beyond = f"{others} later expiries and strikes beyond" if others else "strikes beyond"
    return f"{len(options)} options ({', '.join(spans)}); left out are {beyond}"
