"""How trades went: results in R, excursions, durations, exits; the best and the worst, explained."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from mia_plugins.reports.blocks import Block, Chart, Command, Note, Table
from mia_plugins.reports.chart_kit import WIN, axis
from mia_plugins.reports.numbers import dollars, duration, percent, plain
from mia_plugins.reports.section import Section
from mia_plugins.reports.times import minute_text
from mia_plugins.reports.view import RunView
from mia_plugins.statistics.activity import quantile
from mia_plugins.statistics.figures import Floats

_EXTREME = 5
_DOTS = 2000
"""Trades that a cloud of dots shows."""
_NS = 1_000_000_000


class TradesInDetail(Section):
    """What trades were like."""

    title = "Trades"
    place = 600

    def of_run(self, run: RunView) -> Iterator[Block]:
        """Yield charts of R, excursions and durations, then exits and the extremes."""
        if not len(run.trades):
            yield Note("No trade was closed.")
            return
        yield from _charts(run)
        yield _exits(run)
        yield from _setups(run)
        yield _extremes(run)


def _charts(run: RunView) -> Iterator[Block]:
    trades = run.trades
    if np.isfinite(trades.r).any():
        yield _r(run)
    else:
        yield Note("No result in R: the decisions of these trades are not there, or had no stop.")
    if np.isfinite(trades.mae).any() and np.isfinite(trades.mfe).any():
        yield _excursions(run)
    else:
        yield Note("How far prices went against and for trades (MAE, MFE) was not recorded in this run.")
    yield _durations(run)


def _r(run: RunView) -> Chart:
    found = run.stats.r.histogram
    some = found.counts.nonzero()[0]
    first, last = int(some[0]), int(some[-1]) + 1
    edges, counts = found.edges[first : last + 1], found.counts[first:last]
    middle = (edges[:-1] + edges[1:]) / 2
    trace = {
        "type": "bar",
        "x": middle,
        "y": counts.astype(np.float64),
        "width": np.diff(edges) * 0.94,
        "marker": {"color": [WIN if one > 0 else "var(--loss)" for one in middle.tolist()]},
        "customdata": [f"{plain(a)} to {plain(b)} R" for a, b in pairwise(edges)],
        "hovertemplate": "%{customdata}<br>%{y} trades<extra></extra>",
    }
    layout = {"xaxis": axis("Result after costs (R)"), "yaxis": axis("Trades"), "showlegend": False}
    return Chart(
        "r",
        "Results in R",
        [trace],
        layout,
        300,
        "R: net / what was at risk between entry and stop.",
        half=True,
    )


def _excursions(run: RunView) -> Chart:
    trades = run.trades
    known = np.flatnonzero(np.isfinite(trades.mae) & np.isfinite(trades.mfe))
    shown = known[:: max(1, -(-len(known) // _DOTS))]
    data = []
    for name, mask, symbol in (("won", trades.net > 0, "circle"), ("lost", trades.net <= 0, "x-thin-open")):
        at = shown[mask[shown]]
        colour = WIN if name == "won" else "var(--loss)"
        data.append({
            "type": "scatter",
            "mode": "markers",
            "name": name,
            "x": trades.mae[at],
            "y": trades.mfe[at],
            "marker": {"color": colour, "symbol": symbol, "size": 6, "opacity": 0.7},
            "text": [_dot(run, int(one)) for one in at],
            "hovertemplate": "against %{x:.0f} t, for %{y:.0f} t<br>%{text}<extra></extra>",
        })  # fmt: skip
    layout = {
        "xaxis": axis("Furthest against the entry, MAE (ticks)", rangemode="tozero"),
        "yaxis": axis("Furthest for it, MFE (ticks)", rangemode="tozero"),
        "showlegend": True,
    }
    note = "" if len(shown) == len(known) else f"{len(shown):,} of {len(known):,} trades are drawn."
    return Chart("excursions", "How far prices went", data, layout, 300, note, half=True)


def _dot(run: RunView, at: int) -> str:
    decision = int(run.trades.decision[at])
    return f"decision {decision}, {dollars(run.trades.net[at] / 100, signed=True, cents=True)}"


def _durations(run: RunView) -> Chart:
    trades = run.trades
    minutes = (trades.ts_close - trades.ts_open) / _NS / 60
    edges = _edges(minutes)
    data = [
        {
            "type": "bar",
            "name": name,
            "x": [f"{plain(a, 0)}–{plain(b, 0)}" for a, b in pairwise(edges)],
            "y": np.histogram(minutes[mask], edges)[0].astype(np.float64),
            "marker": {"color": colour},
            "hovertemplate": f"%{{x}} min<br>%{{y}} {name}<extra></extra>",
        }
        for name, mask, colour in (("won", trades.net > 0, WIN), ("lost", trades.net <= 0, "var(--loss)"))
    ]
    layout = {
        "barmode": "stack",
        "xaxis": axis("Held (minutes)", type="category"),
        "yaxis": axis("Trades"),
        "showlegend": True,
    }
    return Chart("durations", "How long trades were held", data, layout, 300, half=True)


def _edges(minutes: Floats) -> list[float]:
    usual = [0.0, 1, 2, 5, 10, 15, 30, 60, 120, 240, 480]
    longest = float(minutes.max())
    return [
        *(one for one in usual if one <= longest),
        next((one for one in usual if one > longest), longest + 1),
    ]


def _exits(run: RunView) -> Table:
    found = next(one for one in run.stats.breakdowns if one.by == "exit")
    trades = run.trades
    held = (trades.ts_close - trades.ts_open) / _NS
    rows = [
        (
            group.label or "not told",
            f"{group.figures.trades:,}",
            percent(group.figures.trades / len(trades), 0),
            dollars(group.figures.net, signed=True),
            percent(group.figures.win_rate.value, 0),
            plain(group.figures.expectancy_r.value, signed=True),
            duration(float(np.median(held[trades.exit == group.label]))),
        )
        for group in found.groups
    ]
    columns = ("Exit", "Trades", "Share", "Net", "Won", "Mean R", "Median time held")
    return Table(columns, rows, frozenset(range(1, 7)), caption="How trades ended")


def _setups(run: RunView) -> Iterator[Table]:
    """Yield how far prices went by setup, where it was recorded."""
    rows = [
        (
            one.setup,
            f"{one.trades:,}",
            *(plain(quantile(spread, at), 1) for spread in (one.mae, one.mfe) for at in (0.5, 0.95)),
            plain(quantile(one.mae_wins, 0.95), 1),
            plain(quantile(one.mfe_losses, 0.5), 1),
            plain(one.edge),
        )
        for one in run.stats.setups
        if one.mae.count
    ]
    columns = (
        "Setup", "Trades", "MAE, median", "95 %", "MFE, median", "95 %", "MAE of wins, 95 %",
        "MFE of losses, median", "Mean MFE / MAE",
    )  # fmt: skip
    if rows:
        yield Table(columns, rows, frozenset(range(1, 9)), caption="How far prices went, in ticks, by setup")


def _extremes(run: RunView) -> Table:
    trades = run.trades
    order = np.argsort(-trades.net, kind="stable")
    count = len(order)
    some = order if count <= 2 * _EXTREME else np.concatenate((order[:_EXTREME], order[-_EXTREME:]))
    rows = [
        (
            minute_text(int(trades.ts_open[at])),
            _what(run, at),
            dollars(trades.net[at] / 100, signed=True, cents=True),
            plain(float(trades.r[at]), signed=True),
            str(trades.exit[at]),
            Command(run.explain(int(trades.decision[at]))),
        )
        for at in some.tolist()
    ]
    caption = "The best and the worst trades" if count > 2 * _EXTREME else "All trades, the best first"
    return Table(("Opened, New York", "Trade", "Net", "R", "Exit", "Why"), rows, frozenset({2, 3}), caption)


def _what(run: RunView, at: int) -> str:
    trades = run.trades
    side = "long" if trades.side[at] > 0 else "short"
    return f"{side} {trades.lots[at]} {str(trades.instrument_id[at]).partition('.')[0]}"
