"""Candles with the trades on them: entries, exits, stops, targets and the decision's reasons."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from mia_plugins.data.columns import Bars
from mia_plugins.reports.blocks import Block, CandleChart, Note
from mia_plugins.reports.market import Level, large, points
from mia_plugins.reports.packing import deflated, deflated_json
from mia_plugins.reports.reasons import reasons_of
from mia_plugins.reports.section import Section
from mia_plugins.reports.times import new_york_seconds
from mia_plugins.reports.view import RunView
from mia_plugins.statistics.figures import Floats, Ints

_TRADES = 20_000
"""Trades of a product that the page carries: the largest results, and every n-th of the others."""
_LEVELS = 20_000
"""Levels that the page carries, the latest."""
_UNKNOWN = -1


class CandlesWithTrades(Section):
    """Where trades were made, and why."""

    title = "Prices and trades"
    place = 400

    def of_run(self, run: RunView) -> Iterator[Block]:
        """Yield a chart a product."""
        products = run.market.products or sorted({large(one) for one in run.trades.product})
        for product in products:
            at = np.flatnonzero([large(one) == product for one in run.trades.product])
            bars = run.prices(product)
            if not len(bars) and not len(at):
                yield Note(f"There are neither prices nor trades of {product} to draw.")
                continue
            yield CandleChart(
                f"candles-{product}", _title(product), _payload(run, product, bars, at), note=_note(at)
            )


def _title(product: str) -> str:
    return f"{product}: price in points, New York time"


def _note(at: Ints) -> str:
    told = (
        "Drag or use the buttons to zoom in, down to the minute; double-click to see all. A trade tells "
        "its reasons; click it for the command that explains it. Stops and targets are drawn where there is "
        "room. Bars from the left: the volume in view at each price, a minute's spread evenly over its range."
    )
    return told if len(at) <= _TRADES else f"{told} {_TRADES:,} of {len(at):,} trades are on the chart."


def _payload(run: RunView, product: str, bars: Bars, at: Ints) -> dict[str, Any]:
    shown = _chosen(run, at)
    rolls = [
        (_minutes(np.array([ts]))[0], f"{before.symbol} → {after.symbol}")
        for ts, before, after in run.market.rolls()
        if large(before.code) == product
    ]
    levels = run.market.levels(product)[-_LEVELS:]
    return {
        "bars": _bars(bars),
        "trades": _trades(run, shown),
        "levels": _level_columns(levels),
        "rolls": rolls,
        "explain": run.explain(0).replace(" 0", " {}", 1),
    }


def _bars(bars: Bars) -> dict[str, Any]:
    """Return bars as differences from the one before, which are small numbers; times are of the opening."""
    return {
        "t": deflated(_minutes(bars.ts) - 1),
        "o": deflated(bars.open),
        "h": deflated(bars.high),
        "l": deflated(bars.low),
        "c": deflated(bars.close),
        "v": deflated(bars.lots),
    }


def _chosen(run: RunView, at: Ints) -> Ints:
    if len(at) <= _TRADES:
        return at
    largest = at[np.argsort(-np.abs(run.trades.net[at]), kind="stable")[: _TRADES // 4]]
    found: Ints = np.unique(np.concatenate((largest, at[:: -(-len(at) // (_TRADES * 3 // 4))])))
    return found


def _trades(run: RunView, at: Ints) -> dict[str, Any]:
    trades = run.trades.where(at)
    why = reasons_of(run, trades.decision)
    return {
        "open": deflated(new_york_seconds(trades.ts_open)),
        "close": deflated(new_york_seconds(trades.ts_close)),
        "entry": deflated(_hundredths(trades.entry)),
        "leave": deflated(_hundredths(trades.leave)),
        "stop": deflated(_hundredths(trades.stop)),
        "target": deflated(_hundredths(why.target)),
        "side": deflated(trades.side),
        "net": deflated(trades.net),
        "r": deflated(np.where(np.isfinite(trades.r), np.round(trades.r * 100), -99_999)),
        "lots": deflated(trades.lots),
        "decision": deflated(trades.decision),
        "words": deflated_json({
            "exit": trades.exit.tolist(),
            "contract": [one.partition(".")[0] for one in trades.instrument_id.tolist()],
            "why": why.texts,
        }),
    }  # fmt: skip


def _level_columns(levels: list[Level]) -> dict[str, Any]:
    return {
        "from": deflated(_minutes(np.array([one.start for one in levels], np.int64))),
        "to": deflated(_minutes(np.array([one.end for one in levels], np.int64))),
        "price": deflated(np.array([round(one.price * 100) for one in levels], np.int64)),
        "names": deflated_json([one.name for one in levels]),
    }


def _hundredths(ticks: Floats) -> Ints:
    """Return prices in hundredths of a point; -1 where there is none."""
    found: Ints = np.where(np.isfinite(ticks), np.rint(points(ticks) * 100), _UNKNOWN).astype(np.int64)
    return found


def _minutes(ts: Ints) -> Ints:
    """Return minutes of New York's clock since 1970."""
    found: Ints = new_york_seconds(ts) // 60
    return found
