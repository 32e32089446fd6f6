"""What features knew of what was to come, and what decisions would have been without each of them."""

from collections.abc import Iterator, Sequence

import numpy as np

from mia_plugins.reports.blocks import Block, Chart, Note, Table
from mia_plugins.reports.chart_kit import axis, categories, drawn, win_or_loss
from mia_plugins.reports.numbers import interval, percent, plain
from mia_plugins.reports.section import Section
from mia_plugins.reports.view import RunView
from mia_plugins.statistics.ablation import Ablation
from mia_plugins.statistics.judgement import MIN_PAIRS, FeatureKnowledge

_CORRELATIONS = (
    "Rank correlations (Spearman) of what a feature said at a decision with the decision's result in R, "
    "realised or of its shadow."
)
_WITHOUT = (
    "Each feature left out, the others weighted anew. Share: of the sizes of all contributions. Not "
    "taken: trades whose score would not reach the least with which one was taken, turned ones being of "
    "the other side then; gained: rejected decisions that would reach it. R: the mean of what is taken. "
    "The journal holds no threshold of each decision, so that the changes are the least there would be. "
    "Rules that blocked a decision still do; what a trade of the other side, or of a decision without a "
    "side, would have made is not known."
)


class WhatFeaturesKnew(Section):
    """Which features are worth their place."""

    title = "What features knew"
    place = 850

    def of_run(self, run: RunView) -> Iterator[Block]:
        """Yield correlations, then what decisions would have been without each feature."""
        names = [name for columns in run.sources.columns.values() for name in columns.features]
        if not names:
            yield Note("The journal names no feature.")
            return
        yield from _knowledge(run.stats.features)
        yield from _ablations(run.stats.ablations)
        yield from map(Note, _not_told(run))


def _knowledge(features: Sequence[FeatureKnowledge]) -> Iterator[Block]:
    known = [one for one in features if one.ic.value is not None or one.ic_plain.value is not None]
    if not known:
        yield Note(
            f"No feature is correlated with results: {MIN_PAIRS} decisions with a result, and a feature that "
            "varies, are needed."
        )
        return
    rows = [
        (
            one.feature,
            one.strategy,
            f"{one.pairs:,}",
            plain(one.ic.value, signed=True),
            interval(one.ic, "plain").removeprefix("95 %: "),
            plain(one.ic_plain.value, signed=True),
            interval(one.ic_plain, "plain").removeprefix("95 %: "),
            plain(one.ic_taken.value, signed=True),
        )
        for one in sorted(known, key=lambda one: -abs(one.ic.value or 0))
    ]
    columns = (
        "Feature", "Strategy", "Decisions", "side · value with R", "95 %", "value with R", "95 %",
        "side · value, taken alone",
    )  # fmt: skip
    yield Table(columns, rows, frozenset(range(2, 8)), _CORRELATIONS)


def _ablations(ablations: Sequence[Ablation]) -> Iterator[Block]:
    if not ablations:
        return
    ordered = sorted(ablations, key=lambda one: (one.strategy, -one.worth_r))
    if any(one.lost or one.gained for one in ordered):
        yield _chart(ordered)
    rows = [
        (
            one.feature,
            one.strategy,
            plain(one.weight, 3),
            percent(one.share, 0),
            plain(one.change, 3),
            f"{one.lost:,}",
            f"{one.flipped:,}",
            f"{one.gained:,}",
            f"{one.unfollowed:,}",
            plain(one.taken_r.value, signed=True),
            plain(one.without_r.value, signed=True),
            plain(one.difference.value, signed=True),
            interval(one.difference, "plain").removeprefix("95 %: "),
        )
        for one in ordered
    ]
    columns = (
        "Without", "Strategy", "Weight", "Share", "Moves score", "Not taken", "Turned", "Gained", "Not known",
        "R with", "R without", "Difference", "95 %",
    )  # fmt: skip
    yield Table(columns, rows, frozenset(range(2, 13)), "Decisions without each feature")
    yield Note(_WITHOUT)


def _chart(ablations: Sequence[Ablation]) -> Chart:
    names = [f"{one.feature} · {one.strategy}" for one in ablations]
    worth = np.array([one.worth_r for one in ablations])
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": worth,
        "y": [drawn(name) for name in names],
        "marker": {"color": win_or_loss(worth)},
        "customdata": [f"{one.lost:,} not taken, {one.gained:,} taken besides" for one in ablations],
        "hovertemplate": "without %{y}: %{x:.1f} R less<br>%{customdata}<extra></extra>",
    }
    layout = {
        "xaxis": axis("R that the feature brought; below 0 it cost"),
        "yaxis": categories(names, autorange="reversed"),
        "showlegend": False,
    }
    title = "What each feature brought: trades lost without it, less those gained"
    return Chart("features", title, [trace], layout, 120 + 34 * len(ablations))


def _not_told(run: RunView) -> Iterator[str]:
    told = {one.strategy for one in run.stats.ablations}
    for strategy, columns in run.sources.columns.items():
        if columns.features and not columns.weights:
            yield (
                f"The journal holds no weights of the features of {strategy}: what its decisions would have "
                "been without one of them cannot be told."
            )
        elif columns.features and strategy not in told:
            yield (
                f"No decision of {strategy} has a side and a score: what it would have been without a "
                "feature cannot be told."
            )
