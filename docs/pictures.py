"""Draws the pictures of docs/market.md from days of the synthetic market; it takes about two minutes.

uv run python docs/pictures.py
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter
from numpy.typing import NDArray

from catalog.market.contracts import INSTRUMENTS, Instrument
from catalog.market.day import MarketDay, generate_day
from catalog.market.facts import autocorrelation, day_facts
from catalog.market.settings import MarketSettings
from mia_plugins.data.columns import Trades
from mia_plugins.data.instruments import TICK_POINTS
from mia_plugins.data.sessions import NS, Session, full_sessions

Floats = NDArray[np.float64]

DOCS = Path(__file__).parent
DAYS = 20
"""The days of the table of bands."""
CANDLE_MINUTES, VOLUME_MINUTES = 5, 15
SIGN_LAGS = (1, 2, 3, 5, 8, 13, 20, 30, 50, 80, 130, 200, 300, 500, 1000)
PRICE_LAGS = tuple(range(1, 11))
RETURN_LAGS = tuple(range(1, 61))
REAL_SIGN, REAL_PRICE = 0.43, -0.28
"""At lag 1, of one real, thin hour of ES."""

BLUE, ORANGE, GREEN, RED, GREY = "#2563eb", "#d97706", "#059669", "#dc2626", "#64748b"
STYLE: dict[Any, Any] = {
    "svg.hashsalt": "mia",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "figure.facecolor": "#f8fafc",
    "axes.facecolor": "#ffffff",
    "axes.edgecolor": "#94a3b8",
    "axes.labelcolor": "#334155",
    "axes.titlecolor": "#0f172a",
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e2e8f0",
    "xtick.color": "#475569",
    "ytick.color": "#475569",
    "legend.frameon": False,
}
"""An own background, so that a picture reads the same on a light page and on a dark one."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """What the pictures take from one day."""

    volume: Floats
    """Contracts of ES a minute, by `VOLUME_MINUTES` of the session."""
    depth: dict[Instrument, Floats]
    """Mean contracts in the regular hours, (bids and offers, level)."""
    signs: Floats
    """Autocorrelation of ES's trade signs at `SIGN_LAGS`."""
    prices: Floats
    """Autocorrelation of ES's trade price changes at `PRICE_LAGS`."""
    returns: Floats
    """Autocorrelation of the absolute one-minute returns of ES in the regular hours at `RETURN_LAGS`."""


def shapes_of(day: MarketDay) -> Shapes:
    """Measure one day."""
    facts, trades = day_facts(day, "ES"), day.instruments["ES"].trades
    return Shapes(
        volume=facts.second_volume.reshape(-1, VOLUME_MINUTES * 60).sum(1) / VOLUME_MINUTES,
        depth={name: _mean_depth(day, name) for name in INSTRUMENTS},
        signs=_correlations(trades.side.astype(float), SIGN_LAGS),
        prices=_correlations(np.diff(trades.ticks).astype(float), PRICE_LAGS),
        returns=_correlations(np.abs(facts.minute_changes), RETURN_LAGS),
    )


def _correlations(values: Floats, lags: Sequence[int]) -> Floats:
    return np.array([autocorrelation(values, lag) for lag in lags])


def _mean_depth(day: MarketDay, name: Instrument) -> Floats:
    """Return the mean contracts by level as a clock sees them, once a second."""
    depth, session = day.instruments[name].depth, day.session
    seconds = np.arange(session.rth_open, session.rth_close, NS)
    rows = np.searchsorted(depth.ts, seconds, side="right") - 1
    return np.stack((depth.bid_lots[rows].mean(0), depth.ask_lots[rows].mean(0)))


def pictures(settings: MarketSettings, count: int) -> Iterator[tuple[str, Figure]]:
    """Yield the pictures by file name: the first is of one day, the others of all."""
    sessions = list(full_sessions(settings.first_day, count))
    shapes = []
    for session in sessions:
        day = generate_day(settings, session)
        if session is sessions[0]:
            yield "market-day.svg", draw_day(day)
        shapes.append(shapes_of(day))
    yield "market-volume.svg", draw_volume(shapes, sessions[0])
    yield "market-depth.svg", draw_depth(shapes)
    yield "market-memory.svg", draw_memory(shapes)


def draw_day(day: MarketDay) -> Figure:
    """Draw ES's candles and volume of one session."""
    candles = _candles(day.instruments["ES"].trades, day.session)
    figure = Figure(figsize=(9, 5), layout="constrained")
    price, volume = figure.subplots(2, sharex=True, height_ratios=(3, 1))
    hours, opens, highs, lows, closes, lots = candles
    colours = np.where(closes >= opens, GREEN, RED)
    price.vlines(hours, lows, highs, colors=colours, linewidth=0.8)
    body = np.maximum(np.abs(closes - opens), TICK_POINTS)
    width = CANDLE_MINUTES / 60 * 0.75
    price.bar(hours, body, width, bottom=np.minimum(opens, closes), color=colours)
    volume.bar(hours, lots / 1000, width, color=colours)
    price.set_title(f"ES, trading day {day.session.day}, candles of {CANDLE_MINUTES} minutes")
    price.set_ylabel("index points")
    volume.set_ylabel("thousand\ncontracts")
    _clock(volume, day.session)
    for axes in (price, volume):
        _regular_hours(axes, day.session)
    return figure


def _candles(trades: Trades, session: Session) -> tuple[NDArray[Any], ...]:
    """Return hour since the open, open, high, low, close in points, and contracts of each candle."""
    number = (trades.ts - session.open) // (CANDLE_MINUTES * 60 * NS)
    starts = np.flatnonzero(np.diff(number, prepend=-1))
    ends = np.append(starts[1:], len(number)) - 1
    points = trades.ticks * TICK_POINTS
    return (
        (number[starts] + 0.5) * CANDLE_MINUTES / 60,
        points[starts],
        np.maximum.reduceat(points, starts),
        np.minimum.reduceat(points, starts),
        points[ends],
        np.add.reduceat(trades.lots, starts).astype(float),
    )


def _clock(axes: Axes, session: Session) -> None:
    """Label hours since 18:00 with the time in New York."""
    hours = np.arange(0, session.seconds // 3600 + 1, 3)
    axes.set_xticks(hours, [f"{(18 + hour) % 24}:00" for hour in hours])
    axes.set_xlim(0, session.seconds / 3600)
    axes.set_xlabel("New York time")


def _regular_hours(axes: Axes, session: Session) -> None:
    first, last = ((ts - session.open) / NS / 3600 for ts in (session.rth_open, session.rth_close))
    axes.axvspan(first, last, color="#dbeafe", alpha=0.45, zorder=0, linewidth=0)


def draw_volume(shapes: Sequence[Shapes], session: Session) -> Figure:
    """Draw the mean volume by time of day."""
    figure = Figure(figsize=(9, 3), layout="constrained")
    axes = figure.subplots()
    volume = np.mean([shape.volume for shape in shapes], axis=0) / 1000
    width = VOLUME_MINUTES / 60
    axes.bar((np.arange(len(volume)) + 0.5) * width, volume, width * 0.85, color=BLUE)
    axes.set_title(f"ES, volume by time of day, {_days(shapes)}; the regular hours are shaded")
    axes.set_ylabel("thousand contracts\na minute")
    _clock(axes, session)
    _regular_hours(axes, session)
    return figure


def draw_depth(shapes: Sequence[Shapes]) -> Figure:
    """Draw the mean contracts by level of either side of both books."""
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    for axes, name in zip(figure.subplots(1, 2), INSTRUMENTS, strict=True):
        bids, offers = np.mean([shape.depth[name] for shape in shapes], axis=0)
        levels = np.arange(1, len(bids) + 1)
        axes.bar(-levels, bids, 0.85, color=GREEN, label="bids")
        axes.bar(levels, offers, 0.85, color=RED, label="offers")
        axes.set_title(f"{name}, the book in regular hours, {_days(shapes)}")
        axes.set_xticks([*-levels, *levels], [*levels, *levels])
        axes.set_xlabel("level, 1 = best price; a tick apart")
        axes.set_ylabel("mean contracts")
        axes.set_ylim(0, 1.22 * max(bids.max(), offers.max()))
        axes.legend(ncols=2, loc="upper center")
    return figure


def draw_memory(shapes: Sequence[Shapes]) -> Figure:
    """Draw three autocorrelations of ES beside what a real hour showed."""
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    signs, prices, returns = figure.subplots(1, 3)
    _line(signs, SIGN_LAGS, [shape.signs for shape in shapes], "trade signs")
    signs.set_xscale("log")
    signs.xaxis.set_major_formatter(ScalarFormatter())
    signs.set_xlabel("lag, trades")
    _line(prices, PRICE_LAGS, [shape.prices for shape in shapes], "trade price changes")
    prices.set_xlabel("lag, trades")
    _line(returns, RETURN_LAGS, [shape.returns for shape in shapes], "|1-min returns|")
    returns.set_xlabel("lag, minutes")
    for axes, value in ((signs, REAL_SIGN), (prices, REAL_PRICE)):
        axes.plot(
            1,
            value,
            "D",
            color=ORANGE,
            markersize=8,
            zorder=0.5,
            linestyle="none",
            label="a real hour, lag 1",
        )
    for axes in (signs, prices, returns):
        low, high = axes.get_ylim()
        axes.set_ylim(low, high + 0.3 * (high - low))
        axes.legend(loc="upper right")
    signs.set_ylabel("autocorrelation")
    return figure


def _line(axes: Axes, lags: Sequence[int], days: Sequence[Floats], title: str) -> None:
    """Draw the mean over days with two standard errors on either side."""
    mean = np.mean(days, axis=0)
    error = 2 * np.std(days, axis=0) / max(len(days) - 1, 1) ** 0.5
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.fill_between(lags, mean - error, mean + error, color=BLUE, alpha=0.2, linewidth=0)
    axes.plot(lags, mean, "o-", color=BLUE, markersize=3, linewidth=1.2, label=f"synthetic, {_days(days)}")
    axes.set_title(title)


def _days(days: Sequence[object]) -> str:
    return f"mean of {len(days)} days"


def svg(figure: Figure) -> bytes:
    """Return a picture as SVG; the same picture gives the same bytes."""
    out = io.BytesIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


def drawn(
    settings: MarketSettings, count: int, write: Callable[[Figure], bytes] = svg
) -> Mapping[str, bytes]:
    """Return all pictures by file name."""
    with mpl.rc_context(STYLE):
        return {name: write(figure) for name, figure in pictures(settings, count)}


if __name__ == "__main__":
    for name, picture in drawn(MarketSettings(), DAYS).items():
        (DOCS / name).write_bytes(picture)
