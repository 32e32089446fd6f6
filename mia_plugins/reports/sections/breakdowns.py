"""Results by month, part of the session, hour and weekday, and by whatever else there is more than one of."""

from collections.abc import Iterator
from typing import Any

from mia_plugins.reports.blocks import Block, Chart, Note, Table
from mia_plugins.reports.chart_kit import axis, categories, drawn
from mia_plugins.reports.numbers import dollars, interval, percent, plain
from mia_plugins.reports.section import Section
from mia_plugins.reports.view import RunView
from mia_plugins.statistics.breakdowns import WEEKDAYS, Breakdown, Group

_TITLES = {
    "month": "By month",
    "session": "By part of the session",
    "hour": "By hour of the entry",
    "weekday": "By weekday",
    "instrument": "By instrument",
    "strategy": "By strategy",
    "side": "By side",
}
_UNITS = {"month": "Month of the trading day", "hour": "New York hour", "weekday": "Trading day"}
_WORDS = {"rth": "9:30–16:00", "overnight": "outside 9:30–16:00"}
_ALWAYS = ("month", "session", "hour", "weekday", "side")


class Breakdowns(Section):
    """When and with what it was earned."""

    title = "Breakdowns"
    place = 500

    def of_run(self, run: RunView) -> Iterator[Block]:
        """Yield a chart and the figures of each."""
        if not len(run.trades):
            yield Note("There is no trade to break down.")
            return
        by = {one.by: one for one in run.stats.breakdowns}
        shown = [by[name] for name in _TITLES if name in by and _is_worth(by[name])]
        yield from (_chart(one) for one in shown)
        for one in shown:
            yield _table(one)


def _is_worth(one: Breakdown) -> bool:
    return one.by in _ALWAYS or len(one.groups) > 1


def _chart(one: Breakdown) -> Chart:
    names = [_name(group) for group in one.groups]
    net = [float(group.figures.net) for group in one.groups]
    trace = {
        "type": "bar",
        "width": min(0.65, 0.16 * len(names)),
        "x": [drawn(name) for name in names],
        "y": net,
        "marker": {"color": ["var(--win)" if value >= 0 else "var(--loss)" for value in net]},
        "customdata": [_facts(group) for group in one.groups],
        "hovertemplate": "%{x}<br>net %{y:$,.0f}<br>%{customdata}<extra></extra>",
    }
    layout = {
        "xaxis": _axis(one, names),
        "yaxis": axis("Net ($)", tickformat="$,.0f"),
        "showlegend": False,
    }
    return Chart(f"by-{one.by}", _TITLES[one.by], [trace], layout, 280, half=True)


def _axis(one: Breakdown, names: list[str]) -> dict[str, Any]:
    title = _UNITS.get(one.by, "")
    return categories(names, title) if one.by == "strategy" else axis(title, type="category")


def _table(one: Breakdown) -> Table:
    rows = [
        (
            _name(group),
            f"{group.figures.trades:,}",
            dollars(group.figures.net, signed=True),
            percent(group.figures.win_rate.value),
            interval(group.figures.win_rate, "percent", 0).removeprefix("95 %: "),
            plain(group.figures.profit_factor.value),
            dollars(group.figures.expectancy.value, signed=True, cents=True),
            interval(group.figures.expectancy, "dollars").removeprefix("95 %: "),
            plain(group.figures.expectancy_r.value, signed=True),
        )
        for group in one.groups
    ]
    columns = ("", "Trades", "Net", "Win rate", "95 %", "Profit factor", "Expectancy", "95 %", "in R")
    return Table(columns, rows, frozenset(range(1, 9)), folded=f"{_TITLES[one.by]}: figures")


def _name(group: Group) -> str:
    if group.label in _WORDS:
        return _WORDS[group.label]
    if group.label in WEEKDAYS:
        return group.label[:3]
    return f"{group.label}:00" if len(group.label) == 2 and group.label.isdigit() else group.label


def _facts(group: Group) -> str:
    figures = group.figures
    return f"{figures.trades:,} trades, {percent(figures.win_rate.value, 0)} won"
