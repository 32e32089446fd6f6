"""What each rule and gate was worth: the shadow outcomes of the decisions it was against."""

from collections.abc import Iterator

import numpy as np

from mia_plugins.reports.blocks import Block, Chart, Note, Table
from mia_plugins.reports.chart_kit import axis, categories, drawn, win_or_loss
from mia_plugins.reports.numbers import interval, plain
from mia_plugins.reports.section import Section
from mia_plugins.reports.view import RunView
from mia_plugins.statistics.judgement import RuleWorth


class RulesWorth(Section):
    """Which rules saved money."""

    title = "What rules were worth"
    place = 800

    def of_run(self, run: RunView) -> Iterator[Block]:
        """Yield the rules by what they saved."""
        rules = sorted(run.stats.rules, key=lambda one: -one.worth_r)
        if not rules:
            yield Note("No rule or gate was against a decision, or no shadow outcome is known.")
        else:
            yield _chart(rules)
            yield _table(rules)


def _chart(rules: list[RuleWorth]) -> Chart:
    names = [_name(one) for one in rules]
    worth = np.array([one.worth_r for one in rules])
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": worth,
        "y": [drawn(name) for name in names],
        "marker": {"color": win_or_loss(worth)},
        "customdata": [f"{one.against:,} decisions" for one in rules],
        "hovertemplate": "%{y}: %{x:.1f} R saved<br>against %{customdata}<extra></extra>",
    }
    layout = {
        "xaxis": axis("Saved (R); below 0 it cost"),
        "yaxis": categories(names, autorange="reversed"),
        "showlegend": False,
    }
    return Chart("rules", "Saved by each rule", [trace], layout, 120 + 44 * len(rules))


def _table(rules: list[RuleWorth]) -> Table:
    rows = [
        (
            _name(one),
            one.outcome,
            f"{one.against:,}",
            f"{one.followed:,}",
            f"{one.filled:,}",
            plain(one.mean_r.value, signed=True),
            interval(one.mean_r, "plain").removeprefix("95 %: "),
            plain(one.worth_r, 1, signed=True),
        )
        for one in rules
    ]
    columns = ("Rule", "It", "Against", "Followed", "Filled", "Mean R of them", "95 %", "Saved (R)")
    caption = (
        "Decisions one after the other may each have a shadow where only the first could have been traded."
    )
    return Table(columns, rows, frozenset(range(2, 8)), caption)


def _name(one: RuleWorth) -> str:
    return f"{one.rule or 'not told'} · {one.strategy}"
