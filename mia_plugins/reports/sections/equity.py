"""The balance after each closed trade, and how far it lies below its highest."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from mia_plugins.data.instruments import PRODUCTS
from mia_plugins.reports.blocks import Block, Chart, Note
from mia_plugins.reports.chart_kit import axis, kept
from mia_plugins.reports.numbers import dollars
from mia_plugins.reports.section import Section
from mia_plugins.reports.times import day_text, new_york_ms
from mia_plugins.reports.view import RunView
from mia_plugins.statistics.benchmark import Held
from mia_plugins.statistics.figures import Floats, Ints

_COLOURS = tuple(f"var(--c{number})" for number in range(1, 7))
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


class Equity(Section):
    """The line that everybody wants to see."""

    title = "Equity and drawdown"
    place = 300

    def of_run(self, run: RunView) -> Iterator[Block]:
        """Yield the balance, with its falls below."""
        if not len(run.trades):
            yield Note(f"The balance stayed at {dollars(run.stats.capital)}: no trade was closed.")
            return
        ts, balance = _line(run)
        fall = balance - np.maximum.accumulate(balance)
        held = _held(run)
        at, low = kept(balance), kept(fall)
        data = [
            _trace(ts[at], balance[at], "Balance", "var(--c1)"),
            {
                **_trace(ts[low], fall[low], "Drawdown", "var(--loss)"),
                "yaxis": "y2", "fill": "tozeroy", "fillcolor": "var(--loss-soft)",
            },
            *(_held_trace(run, name, of) for name, of in held),
        ]  # fmt: skip
        layout = {
            "xaxis": axis("New York time", type="date", anchor="y2"),
            "yaxis": axis("Balance ($)", domain=[0.36, 1], tickformat="$,.0f"),
            "yaxis2": axis("Drawdown ($)", domain=[0, 0.28], nticks=4, tickformat="$,.0f"),
            "showlegend": bool(held),
            "hovermode": "x unified",
        }
        yield Chart("equity", "Balance after each closed trade", data, layout, 440, _fall_text(run))
        yield from _compared(run, held)

    def of_runs(self, runs: Sequence[RunView]) -> Iterator[Block]:
        """Yield the balances over each other, as profit since the start."""
        data = []
        for number, run in enumerate(runs):
            ts, balance = _line(run)
            at = kept(balance)
            trace = _trace(ts[at], balance[at] - balance[0], run.id, _COLOURS[number % len(_COLOURS)])
            trace["line"]["dash"] = _DASHES[number // len(_COLOURS) % len(_DASHES)]
            data.append(trace)
        layout = {
            "xaxis": axis("New York time", type="date"),
            "yaxis": axis("Profit since the start ($)", tickformat="$,.0f"),
            "hovermode": "x unified",
            "showlegend": True,
        }
        yield Chart("equity", "Profit after each closed trade", data, layout, 420)


def _line(run: RunView) -> tuple[Ints, Floats]:
    """Return the times (UTC ns) and the balances ($), from the capital on."""
    equity = run.stats.equity
    start = run.start or (int(equity.ts[0]) if len(equity.ts) else 0)
    ts = np.concatenate(([start], equity.ts)).astype(np.int64)
    return ts, np.concatenate(([run.sources.capital], equity.balance)) / 100


def _held(run: RunView) -> list[tuple[str, Held]]:
    """Return the first instrument of the run held throughout; nothing where there are no prices."""
    name = next((one for one in run.settings.get("instruments") or () if one in PRODUCTS), None)
    held = run.held(name) if name else None
    return [(name, held)] if name and held is not None and len(held.ts) else []


def _held_trace(run: RunView, name: str, held: Held) -> dict[str, Any]:
    balance = held.profit + run.sources.capital / 100
    at = kept(balance)
    trace = _trace(held.ts[at], balance[at], f"One {name} held", "var(--muted)")
    return trace | {"line": {"color": "var(--muted)", "width": 1, "dash": "dot"}}


def _compared(run: RunView, held: list[tuple[str, Held]]) -> Iterator[Note]:
    """Yield the benchmark in words, or that there is none."""
    if not held:
        yield Note("There are no prices to measure it against: what holding a contract came to is not known.")
    for name, one in held:
        balance = np.maximum.accumulate(np.concatenate(([0.0], one.profit)))
        fall = float((balance[1:] - one.profit).max())
        yield Note(
            f"One {name} held throughout, at no costs and rolled with the chart, came to "
            f"{dollars(one.profit[-1], signed=True)} with a worst drawdown of {dollars(fall)}; "
            f"the run came to {dollars(run.stats.trades.net, signed=True)}."
        )


def _trace(ts: Ints, values: Floats, name: str, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": new_york_ms(ts),
        "y": np.round(values, 2),
        "line": {"color": colour, "width": 1.8, "shape": "hv"},
        "hovertemplate": f"{name} %{{y:$,.2f}}<extra></extra>",
    }


def _fall_text(run: RunView) -> str:
    fall = run.stats.drawdown
    if fall.ts_peak is None or fall.ts_bottom is None:
        return "The balance never fell below a high."
    when = f"{day_text(fall.ts_peak)} to {day_text(fall.ts_bottom)}"
    told = f"The deepest fall, {dollars(fall.amount)}, lasted from {when}"
    if fall.ts_recovered is None:
        return f"{told} and was not made good by the end."
    return f"{told} and was made good on {day_text(fall.ts_recovered)}."
