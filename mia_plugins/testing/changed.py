"""Scenes made of scenes: the mirror image, other scales, a prefix, another future, ugly data."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from mia_plugins.data.arrow import Columns, times_of
from mia_plugins.data.columns import Bars, Depth, Trades, rows_of
from mia_plugins.testing.scenes import Rows, Scene
from mia_plugins.testing.tables import changed_table, reflected_table, scaled_table

ELSEWHERE = 40
"""Ticks that a changed future lies higher."""
REFLECTED_ABOUT = 6_000
"""Points: prices p become 2 · 6000 - p."""


def reflected(scene: Scene) -> Scene:
    """Return the mirror image of a scene: prices about 6000 points, buyers for sellers, calls for puts.

    Each chain is reflected about its own spot; levels are taken to be the future's own.
    """
    return replace(
        scene,
        mirrored=not scene.mirrored,
        rows={
            key: _reflected(rows, round(2 * REFLECTED_ABOUT / scene.tick)) for key, rows in scene.rows.items()
        },
        tables={key: reflected_table(key[1], table, REFLECTED_ABOUT) for key, table in scene.tables.items()},
    )


def _reflected(rows: Rows, twice: int) -> Rows:
    trades, depth = rows.trades, rows.depth
    return Rows(
        Trades(trades.ts, twice - trades.ticks, trades.lots, -trades.side),
        Depth(
            depth.ts,
            np.where(depth.ask_ticks != 0, twice - depth.ask_ticks, 0),
            np.where(depth.bid_ticks != 0, twice - depth.bid_ticks, 0),
            depth.ask_lots,
            depth.bid_lots,
            depth.ask_counts,
            depth.bid_counts,
        ),
    )


def scaled(scene: Scene, times: float) -> Scene:
    """Return a scene whose tick and prices are multiplied."""
    tables = {key: scaled_table(key[1], table, times) for key, table in scene.tables.items()}
    return replace(scene, tables=tables, tick=scene.tick * times)


def until(scene: Scene, now: int) -> Scene:
    """Return what of a scene was known at an instant (UTC ns)."""
    return replace(
        scene,
        rows={key: _some(rows, lambda ts: ts <= now) for key, rows in scene.rows.items()},
        tables={
            key: table.filter(times_of(table["ts_init"].combine_chunks()) <= now)
            for key, table in scene.tables.items()
        },
    )


def changed_after(scene: Scene, now: int) -> Scene:
    """Return a scene whose later trades are sold for bought, larger and elsewhere, and books swapped.

    What becomes known of tables later has other numbers too.
    """

    def changed(rows: Rows) -> Rows:
        return Rows(_later_changed(rows.trades, now), _later_changed(rows.depth, now))

    return replace(
        scene,
        rows={key: changed(rows) for key, rows in scene.rows.items()},
        tables={key: changed_table(table, now) for key, table in scene.tables.items()},
    )


def _later_changed[C: (Trades, Depth)](columns: C, now: int) -> C:
    """Return columns whose rows after an instant (UTC ns) are others."""
    other, after = changed_columns(columns), columns.ts > now
    parts = ((getattr(columns, name), getattr(other, name)) for name in type(columns).__slots__)
    return type(columns)(
        *(
            np.where(after if one.ndim == 1 else after[:, None], new, one).astype(one.dtype)
            for one, new in parts
        )
    )


def changed_columns(columns: Columns) -> Columns:
    """Return other data at the same times: elsewhere, larger, and sold for bought."""
    if isinstance(columns, Trades):
        return replace(columns, ticks=columns.ticks + ELSEWHERE, lots=columns.lots * 7, side=-columns.side)
    if isinstance(columns, Bars):
        moved = {name: getattr(columns, name) + ELSEWHERE for name in ("open", "high", "low", "close")}
        return replace(columns, lots=columns.lots * 7, **moved)
    bids, asks = (np.where(t != 0, t + ELSEWHERE, 0) for t in (columns.bid_ticks, columns.ask_ticks))
    return replace(
        columns, bid_ticks=bids, ask_ticks=asks, bid_lots=columns.ask_lots, ask_lots=columns.bid_lots
    )


def _some(rows: Rows, keep: Callable[[np.ndarray], np.ndarray]) -> Rows:
    return Rows(
        rows_of(rows.trades, np.flatnonzero(keep(rows.trades.ts))),
        rows_of(rows.depth, np.flatnonzero(keep(rows.depth.ts))),
    )


def _without_trades(rows: Rows, _: np.random.Generator) -> Rows:
    return _some_of(rows, trades=slice(0, 0))


def _without_depth(rows: Rows, _: np.random.Generator) -> Rows:
    return _some_of(rows, depth=slice(0, 0))


def _some_of(rows: Rows, trades: Any = slice(None), depth: Any = slice(None)) -> Rows:
    return Rows(rows_of(rows.trades, trades), rows_of(rows.depth, depth))


def _doubled(rows: Rows, _: np.random.Generator) -> Rows:
    return _some_of(rows, np.repeat(np.arange(len(rows.trades)), 2), np.repeat(np.arange(len(rows.depth)), 2))


def _crossed(rows: Rows, _: np.random.Generator) -> Rows:
    return replace(rows, depth=replace(rows.depth, ask_ticks=rows.depth.ask_ticks - 3))


def _empty_books(rows: Rows, drawn: np.random.Generator) -> Rows:
    keep = (drawn.random(len(rows.depth)) < 0.5)[:, None]
    return replace(
        rows,
        depth=replace(rows.depth, bid_ticks=rows.depth.bid_ticks * keep, bid_lots=rows.depth.bid_lots * keep),
    )


def _zero_lots(rows: Rows, drawn: np.random.Generator) -> Rows:
    keep = drawn.random(len(rows.trades)) < 0.5
    return replace(rows, trades=replace(rows.trades, lots=rows.trades.lots * keep))


def _empty(rows: Rows, drawn: np.random.Generator) -> Rows:
    keep = (drawn.random((len(rows.depth), 1)) < 0.8).astype(np.int64)
    columns = {name: getattr(rows.depth, name) * keep for name in type(rows.depth).__slots__[1:]}
    return replace(rows, depth=replace(rows.depth, **columns))


def _of_unknown_side(rows: Rows, _: np.random.Generator) -> Rows:
    return replace(rows, trades=replace(rows.trades, side=rows.trades.side * 0))


def _out_of_order(rows: Rows, drawn: np.random.Generator) -> Rows:
    """Let some rows come later than others that were after them; their own times are when they came."""
    trades, depth = (
        np.argsort(np.arange(len(columns)) + 50 * (drawn.random(len(columns)) < 0.05), kind="stable")
        for columns in (rows.trades, rows.depth)
    )
    there = _some_of(rows, trades, depth)
    return Rows(replace(there.trades, ts=rows.trades.ts), replace(there.depth, ts=rows.depth.ts))


def _at_once(rows: Rows, _: np.random.Generator) -> Rows:
    """Give rows of a minute one time."""
    trades, depth = (columns.ts - columns.ts % 60_000_000_000 for columns in (rows.trades, rows.depth))
    return Rows(replace(rows.trades, ts=trades), replace(rows.depth, ts=depth))


def _far_away(rows: Rows, drawn: np.random.Generator) -> Rows:
    """Put some trades at prices that cannot be."""
    odd = drawn.choice([0, 1, -24_000, 10**9], len(rows.trades))
    ticks = np.where(drawn.random(len(rows.trades)) < 0.01, odd, rows.trades.ticks)
    return replace(rows, trades=replace(rows.trades, ticks=ticks))


def _gap(rows: Rows, _: np.random.Generator) -> Rows:
    ends = [ts[[len(ts) // 3, 2 * len(ts) // 3]] for ts in (rows.trades.ts, rows.depth.ts) if len(ts)]
    if not ends:
        return rows
    first, last = ends[0]
    return _some(rows, lambda ts: (ts < first) | (ts > last))


SPOILT = (
    *(_without_trades, _without_depth, _gap),
    *(_doubled, _out_of_order, _at_once),
    *(_crossed, _empty_books, _empty),
    *(_zero_lots, _of_unknown_side, _far_away),
)
"""Ways to make a product's rows ugly."""
