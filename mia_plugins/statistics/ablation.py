"""What decisions would have been without one of their features, by the scores that the journal holds."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mia_plugins.journal.decision import JournalColumns
from mia_plugins.statistics.candidates import TAKEN, Candidates, places_of
from mia_plugins.statistics.figures import TOO_FEW_DAYS, Figure, Floats, Ints, figure, ratio
from mia_plugins.statistics.intervals import Resamples, interval_of
from mia_plugins.statistics.results import day_sums, mean_figure
from mia_plugins.statistics.sources import Sources, Words, real, whole, words
from mia_plugins.statistics.trades import Days

REJECTED = "rejected"
_ROUNDING = 1e-9
"""Scores closer than this are the same."""
type Truths = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True)
class Ablation:
    """What the decisions of a strategy would have been without one feature, all else as it was.

    Its contribution is left out and those of the others are divided by the weights that remain; what a score
    has besides contributions stays. A decision would be taken where its score reaches the least with which
    the strategy took one: a journal holds no threshold of each decision. A rule that blocked it still does.
    """

    strategy: str
    """Whose decisions."""
    feature: str
    """The feature that is left out."""
    weight: float
    """Its weight, as the strategy gave it."""
    decisions: int
    """Decisions with a side and a score at which the feature was known."""
    share: float | None
    """Its share of the sizes of all contributions to decisions with a side; None where these are all 0."""
    change: float | None
    """Mean size of what leaving it out changes in their scores; None where none has a score without it."""
    threshold: float | None
    """The least score, for its side, of any decision that was taken; None where none was."""
    lost: int
    """Taken ones that would not be: below the threshold, of the other side, or without any feature left."""
    flipped: int
    """Those of them whose score would be for the other side; what that trade would have made is not known."""
    gained: int
    """Ones rejected with a score below the threshold that would reach it."""
    unfollowed: int
    """Ones without a side, or with no result of their shadow, that would reach it: their R is not known."""
    taken_r: Figure
    """Mean result of what was taken, in R after commissions."""
    without_r: Figure
    """Mean result of what would be taken without the feature, shadows for what is gained, in R."""
    difference: Figure
    """taken_r − without_r: above 0, decisions were better for the feature."""
    worth_r: float
    """Sum of R of what would be lost − that of what would be gained."""


@dataclass(frozen=True)
class _Scored:
    """Decisions of a strategy that have a score; each column has an entry a decision."""

    id: Ints
    side: Ints
    outcome: Words
    score: Floats
    parts: Floats
    """What each feature, a column each, added to the score: 0 where it is not known."""
    known: Truths
    """Which features were known."""


def scores_without(score: Floats, parts: Floats, known: Truths, weights: Floats) -> Floats:
    """Return the score of each decision without each feature: a row a decision, a column a feature.

    A score is a weighted mean over the features that are known, plus whatever it has besides. nan is a score
    that no feature is left of, and one without a feature that was not known is what it was.
    """
    size = known @ np.abs(weights)
    total = known @ weights
    rest = total[:, None] - weights
    left = np.where(np.abs(rest) > _ROUNDING * size[:, None], rest, 0.0)
    added = parts.sum(axis=1)
    found = (score - added)[:, None] + (added[:, None] - parts) * ratio(total[:, None], left)
    without: Floats = np.where(known, found, score[:, None])
    return without


def ablations_of(
    sources: Sources, found: Candidates, days: Days, resamples: Resamples | None
) -> tuple[Ablation, ...]:
    """Return what decisions would have been without each feature, of strategies that give weights."""
    ablations = []
    for strategy, columns in sources.columns.items():
        scored = _scored(sources, strategy, columns) if columns.weights else None
        if scored is not None and scored.side.any():
            judge = _Judge.of(scored, found, days, resamples)
            without = scores_without(scored.score, scored.parts, scored.known, np.array(columns.weights))
            ablations += [
                judge.ablation(strategy, columns, number, without[:, number])
                for number in range(len(columns.features))
                if (scored.known[:, number] & (scored.side != 0)).any()
            ]
    return tuple(ablations)


@dataclass(frozen=True)
class _Judge:
    """Says what changes of scores come to."""

    scored: _Scored
    support: Floats
    """Each decision's score as far as it speaks for its side."""
    sense: Ints
    """What a score is multiplied by for that."""
    threshold: float
    """nan where nothing was taken."""
    r: Floats
    day: Ints
    days: int
    resamples: Resamples | None

    @classmethod
    def of(cls, scored: _Scored, found: Candidates, days: Days, resamples: Resamples | None) -> "_Judge":
        """Return it for the decisions of a strategy and all candidates."""
        sense = _sense(scored)
        support = scored.score * sense
        taken = scored.outcome == TAKEN
        r, day = np.full(len(sense), np.nan), np.zeros(len(sense), np.int64)
        at, known = places_of(found.id, scored.id)
        r[known], day[known] = found.r[at[known]], days.place(found.ts)[at[known]]
        threshold = float(support[taken].min()) if taken.any() else np.nan
        return cls(scored, support, sense, threshold, r, day, len(days), resamples)

    def ablation(self, strategy: str, columns: JournalColumns, number: int, without: Floats) -> Ablation:
        """Return what comes of a feature's being left out."""
        sided, known = self.scored.side != 0, self.scored.known[:, number]
        taken = self.scored.outcome == TAKEN
        support = np.where(sided, without * self.sense, np.abs(without))
        reaches = support >= self.threshold - _ROUNDING
        flipped = taken & (self.support > 0) & (support < 0)
        lost = taken & (flipped | ~reaches)
        below = self.support < self.threshold - _ROUNDING
        would = known & below & reaches
        gained = would & (self.scored.outcome == REJECTED)
        kept, result = taken & ~lost, np.isfinite(self.r)
        at = known & sided
        moved = np.abs(support - self.support)[at & np.isfinite(support)]
        sizes = np.abs(self.scored.parts[sided])
        return Ablation(
            strategy=strategy,
            feature=columns.features[number],
            weight=columns.weights[number],
            decisions=int(at.sum()),
            share=float(sizes[:, number].sum() / sizes.sum()) if sizes.any() else None,
            change=float(moved.mean()) if len(moved) else None,
            threshold=self.threshold if np.isfinite(self.threshold) else None,
            lost=int(lost.sum()),
            flipped=int(flipped.sum()),
            gained=int(gained.sum()),
            unfollowed=int((would & ~sided).sum() + (gained & ~result).sum()),
            taken_r=self._mean(taken & result),
            without_r=self._mean((kept | gained) & result),
            difference=self._difference(taken & result, (kept | gained) & result),
            worth_r=0.0 + float(self.r[lost & result].sum() - self.r[gained & result].sum()),
        )

    def _mean(self, at: Truths) -> Figure:
        why = "none has a result"
        return mean_figure(self.r[at], self.day[at], self.days, self.resamples, why)

    def _difference(self, taken: Truths, without: Truths) -> Figure:
        r = np.where(taken | without, self.r, 0.0)
        columns = np.column_stack((taken, r * taken, without, r * without)).astype(np.float64)
        by_day = day_sums(columns, self.day, self.days)
        drawn = interval_of(_difference(self.resamples.sums(by_day))) if self.resamples else None
        note = "too few of the days hold one" if self.resamples else TOO_FEW_DAYS
        return figure(float(_difference(by_day.sum(axis=0))), drawn, note, "nothing to compare")


def _difference(sums: Floats) -> Floats:
    """Return the difference of two means, of count, sum, count and sum along the last axis."""
    count, total, without, rest = np.moveaxis(sums, -1, 0)
    found: Floats = ratio(total, count) - ratio(rest, without)
    return found


def _sense(scored: _Scored) -> Ints:
    """Return what scores are multiplied by to speak for their side.

    A score may be above 0 for buying and below 0 for selling, or above 0 for either side: the strategy's
    short decisions tell which.
    """
    short = scored.score[scored.side < 0]
    signed = (short < 0).sum() > (short > 0).sum()
    sense: Ints = np.where(scored.side < 0, -1 if signed else 1, np.sign(scored.score) + (scored.score == 0))
    return np.where(scored.side > 0, 1, sense).astype(np.int64)


def _scored(sources: Sources, strategy: str, columns: JournalColumns) -> _Scored | None:
    """Return the decisions of a strategy that have a score, read a piece at a time; None without any."""
    names = [f"{kind}.{feature}" for kind in "vc" for feature in columns.features]
    fixed = ["id", "side", "outcome", "score"]
    parts = []
    for batch in sources.batches("decisions", [*fixed, "strategy", *names]):
        ours = batch.filter(pc.equal(batch["strategy"], strategy))
        if len(ours):
            parts.append(_of_batch(ours, columns))
    if not parts:
        return None
    return _Scored(*(np.concatenate([getattr(one, name) for one in parts]) for name in _FIELDS))


_FIELDS = ("id", "side", "outcome", "score", "parts", "known")


def _of_batch(batch: pa.RecordBatch, columns: JournalColumns) -> _Scored:
    values, added = (
        np.column_stack([real(batch[f"{kind}.{feature}"]) for feature in columns.features]) for kind in "vc"
    )
    # Where nothing is told of what features added, it is what a weighted mean makes of their values.
    told = np.isfinite(added).any(axis=1)
    known = np.where(told[:, None], np.isfinite(added), np.isfinite(values))
    weights = np.array(columns.weights)
    mean = ratio(np.where(known, values, 0.0) * weights, (known @ weights)[:, None])
    parts = np.where(known, np.where(told[:, None], added, mean), 0.0)
    score = real(batch["score"])
    score = np.where(np.isfinite(score), score, parts.sum(axis=1))
    at = known.any(axis=1) & np.isfinite(score)
    return _Scored(
        whole(batch["id"])[at],
        whole(batch["side"])[at],
        words(batch["outcome"])[at],
        score[at],
        parts[at],
        known[at],
    )
