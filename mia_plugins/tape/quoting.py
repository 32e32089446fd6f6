"""What of trades, depth, quotes and bars is one: trades of something, and the best bid and ask they imply."""

import numpy as np

from mia_plugins.data.columns import Bars, Depth, Quotes, Trades, rows_of


def quotes_in(bars: Bars) -> Quotes:
    """Return four quotes a bar: its open, its range for stops, its range for targets, its close.

    Inside a bar nobody knows the order: the second has the lowest bid and the highest ask, which hits
    stops, and the third the contrary, which hits targets, so that a stop is always first.
    """
    bid = np.column_stack((bars.open, bars.low, bars.high, bars.close)).ravel()
    ask = np.column_stack((bars.open, bars.high, bars.low, bars.close)).ravel()
    lots = np.repeat(bars.lots, 4)
    return Quotes(np.repeat(bars.ts, 4), bid, ask, lots, lots)


def best_in(depth: Depth) -> Quotes:
    """Return the best bid and ask of each update."""
    levels = (depth.bid_ticks, depth.ask_ticks, depth.bid_lots, depth.ask_lots)
    return Quotes(depth.ts, *(level[:, 0] for level in levels))


def with_both_sides(quotes: Quotes) -> Quotes:
    """Return those quotes that have a bid and an ask."""
    return rows_of(quotes, (quotes.bid_lots > 0) & (quotes.ask_lots > 0))


def with_size(trades: Trades) -> Trades:
    """Return those trades in which something was traded; most often all of them, not copied."""
    traded = trades.lots > 0
    return trades if traded.all() else rows_of(trades, traded)
