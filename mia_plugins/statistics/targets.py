"""Figures that a settings file aims at, beside what was realised. Nothing claims them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mia_plugins.statistics.equity import Drawdown, ReturnFigures
from mia_plugins.statistics.figures import Figure
from mia_plugins.statistics.results import TradeFigures

KEY = "targets"
"""Where a settings file names them."""


@dataclass(frozen=True)
class Target:
    """A figure that was aimed at."""

    name: str
    """win_rate (%), profit_factor, max_drawdown (% of the high, at most), trades_a_day, daily_profit ($)."""
    low: float | None
    """The least that is aimed at; None where there is none."""
    high: float | None
    """The most that is aimed at; None where there is none."""
    realised: Figure
    """What came of it, in the same unit."""
    holds: bool | None
    """Whether what was realised lies within; None where it is not known."""
    excluded: bool | None
    """Whether the whole interval lies outside; None where there is none."""
    assured: bool | None
    """Whether the whole interval lies within; None where there is none."""


def realised_of(
    trades: TradeFigures,
    returns: ReturnFigures,
    drawdown: Drawdown,
    trades_a_day: Figure,
    daily_profit: Figure,
) -> dict[str, Figure]:
    """Return what came of everything that can be aimed at, in the targets' units."""
    fall = returns.max_drawdown
    return {
        "win_rate": _percent(trades.win_rate),
        "profit_factor": trades.profit_factor,
        "max_drawdown": _percent(Figure(drawdown.share, fall.low, fall.high, fall.note)),
        "trades_a_day": trades_a_day,
        "daily_profit": daily_profit,
    }


def targets_of(settings: Mapping[str, Any], realised: Mapping[str, Figure]) -> tuple[Target, ...]:
    """Return the targets of a run's settings: a number, or [least, most], of each that is named."""
    named = settings.get(KEY) or {}
    aims = {name: named[name] for name in realised if named.get(name) is not None}
    return tuple(_target(name, *_span(name, aim), realised[name]) for name, aim in aims.items())


def _span(name: str, aim: Any) -> tuple[float | None, float | None]:
    """Return the least and the most that is aimed at; one number is the least, of a drawdown the most."""
    if isinstance(aim, (list, tuple)):
        low, high = aim
        return float(low), float(high)
    return (None, float(aim)) if name == "max_drawdown" else (float(aim), None)


def _target(name: str, low: float | None, high: float | None, realised: Figure) -> Target:
    least, most = (-math.inf if low is None else low), (math.inf if high is None else high)
    value, bottom, top = realised.value, realised.low, realised.high
    return Target(
        name=name,
        low=low,
        high=high,
        realised=realised,
        holds=None if value is None else least <= value <= most,
        excluded=None if bottom is None or top is None else top < least or bottom > most,
        assured=None if bottom is None or top is None else least <= bottom and top <= most,
    )


def _percent(of: Figure) -> Figure:
    value, low, high = (None if part is None else 100 * part for part in (of.value, of.low, of.high))
    return Figure(value, low, high, of.note)
