"""What each rule was worth, and how much each feature knew, by what came of decisions or would have."""

from dataclasses import dataclass

import numpy as np

from mia_plugins.statistics.candidates import TAKEN, Candidates, values_of
from mia_plugins.statistics.figures import TOO_FEW_DAYS, Figure, Floats, Ints, figure, ratio
from mia_plugins.statistics.intervals import Resamples, interval_of
from mia_plugins.statistics.results import day_sums, mean_figure
from mia_plugins.statistics.sources import Sources
from mia_plugins.statistics.trades import Days

MIN_PAIRS = 10
"""Decisions below which no correlation is told."""


@dataclass(frozen=True)
class RuleWorth:
    """What a rule or a gate kept from being traded would have come to."""

    strategy: str
    """Whose decisions."""
    rule: str
    """The rule or the gate that was named as the reason."""
    outcome: str
    """blocked by a rule, or rejected at a gate."""
    against: int
    """Decisions that it was against."""
    followed: int
    """Those of which it is known what would have become of them."""
    filled: int
    """Those of them that would have been filled, with a result in R."""
    mean_r: Figure
    """Mean of what they would have come to, in R after commissions: below 0, the rule was right."""
    worth_r: float
    """− the sum of what they would have come to, in R: what was saved. Decisions one after the other may
    each have a shadow where only the first could have been traded."""


@dataclass(frozen=True)
class FeatureKnowledge:
    """How a feature at the time of a decision goes with the decision's result in R, of one strategy."""

    strategy: str
    """Whose decisions."""
    feature: str
    """The feature."""
    pairs: int
    """Decisions with a value and a result, realised or of the shadow."""
    taken: int
    """Those of them that were taken."""
    ic: Figure
    """Spearman's rank correlation of side · value with R: of a feature that points up or down."""
    ic_plain: Figure
    """The same of the value itself: of a feature that says how good a moment is."""
    ic_taken: Figure
    """Of side · value with R, of what was taken alone."""


def rules_of(found: Candidates, days: Days, resamples: Resamples | None) -> tuple[RuleWorth, ...]:
    """Return what each rule and each gate was worth, by strategy and name."""
    keys = sorted(
        {
            (strategy, reason, outcome)
            for strategy, reason, outcome in zip(found.strategy, found.reason, found.outcome, strict=True)
            if outcome != TAKEN
        }
    )
    day = days.place(found.ts)
    return tuple(_worth(found, day, len(days), resamples, key) for key in keys)


def _worth(
    found: Candidates, day: Ints, days: int, resamples: Resamples | None, key: tuple[str, str, str]
) -> RuleWorth:
    strategy, rule, outcome = key
    ours = (found.strategy == strategy) & (found.reason == rule) & (found.outcome == outcome)
    known = ours & np.isfinite(found.r)
    return RuleWorth(
        strategy=strategy,
        rule=rule,
        outcome=outcome,
        against=int(ours.sum()),
        followed=int((ours & found.followed).sum()),
        filled=int(known.sum()),
        mean_r=mean_figure(found.r[known], day[known], days, resamples, "none has a result"),
        worth_r=0.0 - float(found.r[known].sum()),
    )


def features_of(
    sources: Sources, found: Candidates, days: Days, resamples: Resamples | None
) -> tuple[FeatureKnowledge, ...]:
    """Return how much each feature of each strategy knew; features are read one after the other."""
    names = [name.removeprefix("v.") for name in sources.names("decisions") if name.startswith("v.")]
    day = days.place(found.ts)
    knowledge = []
    for feature in names if len(found) else ():
        values = values_of(sources, feature, found.id)
        for strategy in sorted(set(found.strategy)):
            at = (found.strategy == strategy) & np.isfinite(values) & np.isfinite(found.r)
            if at.any():
                knowledge.append(
                    _knowledge(strategy, feature, _Pairs(found, values, day, len(days), resamples), at)
                )
    return tuple(knowledge)


@dataclass(frozen=True)
class _Pairs:
    found: Candidates
    values: Floats
    day: Ints
    days: int
    resamples: Resamples | None

    def ic(self, at: np.ndarray[tuple[int], np.dtype[np.bool_]], *, sided: bool) -> Figure:
        """Return the rank correlation over some decisions."""
        values = self.values[at] * self.found.side[at] if sided else self.values[at]
        return spearman(values, self.found.r[at], self.day[at], self.days, self.resamples)


def _knowledge(
    strategy: str, feature: str, pairs: _Pairs, at: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> FeatureKnowledge:
    taken = at & (pairs.found.outcome == TAKEN)
    return FeatureKnowledge(
        strategy=strategy,
        feature=feature,
        pairs=int(at.sum()),
        taken=int(taken.sum()),
        ic=pairs.ic(at, sided=True),
        ic_plain=pairs.ic(at, sided=False),
        ic_taken=pairs.ic(taken, sided=True),
    )


def spearman(x: Floats, y: Floats, day: Ints, days: int, resamples: Resamples | None) -> Figure:
    """Return Spearman's rank correlation; ties share their mean rank.

    Its interval draws days and correlates the ranks that were given over all of them.
    """
    if len(x) < MIN_PAIRS:
        return Figure(note=f"too few decisions: {MIN_PAIRS} are needed")
    a, b = ranks(x), ranks(y)
    a, b = a - a.mean(), b - b.mean()
    by_day = day_sums(np.column_stack((np.ones(len(a)), a, b, a * a, b * b, a * b)), day, days)
    value = float(_correlation(by_day.sum(axis=0)))
    drawn = interval_of(_correlation(resamples.sums(by_day))) if resamples else None
    note = "it varies on too few of the days" if resamples else TOO_FEW_DAYS
    return figure(value, drawn, note, "it does not vary")


def ranks(values: Floats) -> Floats:
    """Return ranks from 1; equal values share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    found: Floats = (last - (counts - 1) / 2)[place]
    return found


def _correlation(sums: Floats) -> Floats:
    """Return Pearson's correlation of sums of 1, a, b, a², b², ab along the last axis."""
    n, a, b, aa, bb, ab = np.moveaxis(sums, -1, 0)
    spread = np.maximum(n * aa - a * a, 0) * np.maximum(n * bb - b * b, 0)
    return ratio(n * ab - a * b, np.sqrt(spread))
