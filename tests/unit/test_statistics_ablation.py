"""Each feature's drop-one ablation, against a recomputation one decision at a time, and by hand."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mia_plugins.data.sessions import sessions
from mia_plugins.journal.decision import Decision, JournalColumns, Outcome
from mia_plugins.journal.schema import SHADOWS
from mia_plugins.journal.writer import Journal
from mia_plugins.runs.rows import RowLog, seal
from mia_plugins.runtime.records import POSITIONS
from mia_plugins.statistics.ablation import Ablation, scores_without
from mia_plugins.statistics.figures import Figure
from mia_plugins.statistics.run import statistics_of
from tests.unit.test_statistics_run import ES, FIRST, LAST, MINUTE, SETTINGS

DAYS = sessions(FIRST, LAST)
TAKEN, BLOCKED, REJECTED, NONE = Outcome.TAKEN, Outcome.BLOCKED, Outcome.REJECTED, Outcome.NONE
FEE_R = 4.5 / 12.5 / 10
"""A round turn of ES, in R of a stop 10 ticks away."""
type Row = tuple[Outcome, int, tuple[float | None, ...], float | None]
"""Outcome, side, the features' values, R of the trade or the shadow before commissions."""


def mean_of(values: tuple[float | None, ...], weights: tuple[float, ...], left_out: int = -1) -> float | None:
    """Return the weighted mean over the known features, the plain way."""
    some = [
        (one, weight)
        for at, (one, weight) in enumerate(zip(values, weights, strict=True))
        if one is not None and at != left_out
    ]
    total = sum(weight for _, weight in some)
    return sum(one * weight for one, weight in some) / total if total else None


def journal(
    folder: Path, rows: list[Row], weights: tuple[float, ...], *, told: str = "all", extra: float = 0.0
) -> Path:
    """Write a run of these decisions; scores are weighted means plus something besides."""
    count = len(rows[0][2])
    names = tuple("abcdefgh"[:count])
    columns = {"s": JournalColumns(features=names, weights=weights, rules=("wall",))}
    log = Journal(folder / "decisions.arrows", columns, "all", {})
    book = log.book("s")
    positions = RowLog(folder / "positions.arrows", POSITIONS)
    shadows = RowLog(folder / "shadows.arrows", SHADOWS)
    for number, (outcome, side, values, r) in enumerate(rows):
        ts = DAYS[number % len(DAYS)].open + (1 + number // len(DAYS)) * MINUTE
        decision = Decision(side, outcome, "" if outcome in {TAKEN, NONE} else "wall", 1)
        decision.stop, decision.target = (None, None) if not side else (1000 - 10 * side, 1000 + 20 * side)
        mean = mean_of(values, weights or (1.0,) * count)
        decision.score = None if mean is None else mean + extra
        decision.values, decision.verdicts, decision.numbers = values, (True,), (1.0,)
        if told == "all" and weights:
            total = sum(w for w, one in zip(weights, values, strict=True) if one is not None)
            decision.contributions = tuple(
                None if one is None else one * w / total for one, w in zip(values, weights, strict=True)
            )
        taken = outcome is TAKEN
        id_ = book.record(ts, ES, "bar", decision, f"s-{book.next_id}" if taken else None, 1000)
        if taken:
            gross = round((r or 0) * 10) * 125 / 10
            positions.append(
                (
                    id_, "s", ES, side, ts, ts + MINUTE, 1, 1000.0, 1000.0, *_money(gross, 4.5, gross - 4.5),
                    "stop", 5.0, 10.0,
                )
            )  # fmt: skip
        elif r is not None:
            shadows.append((id_, ts, 1000, ts + MINUTE, 1000, "time", r, 0, 0))
    log.close()
    positions.close()
    shadows.close()
    for name in ("decisions", "positions", "shadows"):
        seal(folder / f"{name}.arrows", folder / f"{name}.parquet")
    (folder / "settings.yaml").write_text(SETTINGS)
    return folder


def _money(*amounts: float) -> list[Decimal]:
    return [Decimal(f"{one:.2f}") for one in amounts]


def ablations(folder: Path, rows: list[Row], weights: tuple[float, ...], **more: Any) -> dict[str, Ablation]:
    return {one.feature: one for one in statistics_of(journal(folder, rows, weights, **more)).ablations}


def drawn(seed: int, count: int = 400) -> list[Row]:
    """Return decisions drawn at random: those with a high score are taken, a few are blocked."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for _ in range(count):
        values = tuple(None if rng.random() < 0.15 else float(rng.uniform(-1, 1)) for _ in range(4))
        score = mean_of(values, WEIGHTS) or 0.0
        side = (score > 0) - (score < 0) if abs(score) > 0.1 else 0
        outcome = NONE if not side else TAKEN if abs(score) >= 0.3 else REJECTED
        if side and rng.random() < 0.2:
            outcome = BLOCKED
        r = None if not side or rng.random() < 0.1 else float(rng.integers(-10, 21)) / 10
        rows.append((outcome, side, values, r if outcome is not TAKEN else r or 0.0))
    return rows


WEIGHTS = (0.4, 0.3, 0.2, 0.1)


def brute(rows: list[Row], weights: tuple[float, ...], left_out: int) -> dict[str, Any]:
    """Say what comes of leaving a feature out, a decision at a time."""
    scored = [(*row, mean_of(row[2], weights)) for row in rows]
    threshold = min(side * (score or 0) for outcome, side, _, _, score in scored if outcome is TAKEN)
    lost, flipped, gained, unfollowed = list[Any](), 0, list[Any](), 0
    before, after = list[Any](), list[Any]()
    for outcome, side, values, gross, score in scored:
        r = None if gross is None else gross - FEE_R
        if score is None:
            continue
        without = mean_of(values, weights, left_out)
        if values[left_out] is None:
            without = score
        reached = without is not None and (side or (1 if without > 0 else -1)) * without >= threshold - 1e-9
        if outcome is TAKEN:
            before.append(r)
            flipped += without is not None and side * without < 0
            (after if reached else lost).append(r)
        elif side == 0 and reached and abs(score) < threshold:
            unfollowed += 1
        elif outcome is REJECTED and reached and side * score < threshold:
            gained.append(r)
            unfollowed += r is None
            after += [] if r is None else [r]
    known = [one for one in gained if one is not None]
    return {
        "threshold": threshold, "lost": len(lost), "flipped": flipped, "gained": len(gained),
        "unfollowed": unfollowed, "taken_r": np.mean(before), "without_r": np.mean(after),
        "difference": np.mean(before) - np.mean(after), "worth_r": sum(lost) - sum(known),
    }  # fmt: skip


@pytest.mark.parametrize("told", ["all", "values alone"])
@pytest.mark.parametrize("seed", [1, 2])
def test_it_is_what_a_recomputation_one_by_one_says(tmp_path: Path, seed: int, told: str) -> None:
    rows = drawn(seed)
    found = ablations(tmp_path, rows, WEIGHTS, told=told)
    assert list(found) == list("abcd")
    for at, one in enumerate(found.values()):
        expected = brute(rows, WEIGHTS, at)
        told_of = {name: getattr(one, name) for name in expected}
        got = {name: value.value if isinstance(value, Figure) else value for name, value in told_of.items()}
        assert got == pytest.approx(expected), one.feature
        assert expected["lost"] > 0
        assert expected["gained"] > 0
        assert one.difference.low is not None
        assert one.difference.high is not None
        assert one.difference.low < float(got["difference"] or 0) < one.difference.high
    assert sum(one.share or 0 for one in found.values()) == pytest.approx(1)


def test_by_hand(tmp_path: Path) -> None:
    """Weights 3 and 1. Without `a` the score is `b` alone; without `b`, `a` alone."""
    rows: list[Row] = [
        (TAKEN, 1, (0.8, 0.4), 2.0),  # .7; without a .4: still taken
        (TAKEN, 1, (0.6, -0.2), -1.0),  # .4, which is the threshold; without a -.2: the other side
        (REJECTED, -1, (-0.2, -0.8), 1.5),  # -.35; without a -.8: gained
        (BLOCKED, 1, (0.1, 0.9), -1.0),  # .3; without a .9, but the rule still blocks it
        (NONE, 0, (0.0, 0.5), None),  # .125; without a .5: nobody knows what of it
        (TAKEN, -1, (-0.9, None), 0.5),  # -.9; without a nothing is left
    ]
    a, b = ablations(tmp_path, rows, (3.0, 1.0)).values()
    assert a.threshold == pytest.approx(0.4)
    assert (a.weight, a.decisions, a.lost, a.flipped, a.gained, a.unfollowed) == (3, 5, 2, 1, 1, 1)
    assert a.worth_r == pytest.approx((-1.0 + 0.5 - 2 * FEE_R) - (1.5 - FEE_R))
    assert a.taken_r.value == pytest.approx((2 - 1 + 0.5) / 3 - FEE_R)
    assert a.without_r.value == pytest.approx((2 + 1.5) / 2 - FEE_R)
    assert a.difference.value == pytest.approx(0.5 - 1.75)
    assert a.change == pytest.approx((0.3 + 0.6 + 0.45 + 0.6) / 4)
    # 1 of the 5 does not know b, and without it the others are .8, .6, -.2 and .1.
    assert (b.decisions, b.lost, b.gained, b.unfollowed, b.worth_r) == (4, 0, 0, 0, 0.0)
    assert a.share == pytest.approx(2.175 / (2.175 + 0.1 + 0.05 + 0.2 + 0.225))


def test_what_a_score_has_besides_contributions_stays(tmp_path: Path) -> None:
    rows: list[Row] = [(TAKEN, 1, (0.8, 0.4), 1.0), (TAKEN, 1, (0.6, 0.2), 1.0)]
    a, _ = ablations(tmp_path, rows, (1.0, 1.0), extra=0.5).values()
    assert a.threshold == pytest.approx(0.9)
    assert a.change == pytest.approx(0.2)


def test_scores_that_speak_for_either_side_are_told_from_signed_ones(tmp_path: Path) -> None:
    rows: list[Row] = [
        (TAKEN, 1, (0.8, 0.4), 1.0), (TAKEN, -1, (0.6, 0.5), 1.0), (TAKEN, -1, (0.9, -0.1), 1.0),
    ]  # fmt: skip
    a, b = ablations(tmp_path, rows, (1.0, 1.0)).values()
    assert a.threshold == pytest.approx(0.4)
    assert (a.lost, a.flipped) == (1, 1)
    assert (b.lost, b.flipped) == (0, 0)


@pytest.mark.parametrize("weights", [(), (1.0,)])
def test_without_weights_or_with_one_feature_alone(tmp_path: Path, weights: tuple[float, ...]) -> None:
    rows: list[Row] = [(TAKEN, 1, (0.8,), 1.0), (REJECTED, 1, (0.1,), 1.0)]
    found = ablations(tmp_path, rows, weights)
    assert [one.lost for one in found.values()] == ([1] if weights else [])
    assert [one.change for one in found.values()] == ([None] if weights else [])


def test_where_nothing_was_taken_there_is_no_threshold(tmp_path: Path) -> None:
    (a, _) = ablations(tmp_path, [(REJECTED, 1, (0.8, 0.2), 1.0)], (1.0, 1.0)).values()
    assert a.threshold is None
    assert a.taken_r.value is None
    assert (a.lost, a.gained) == (0, 0)
    assert a.change == pytest.approx(0.3)


def test_the_arithmetic_of_weights_that_cancel() -> None:
    """A weight may be anything finite: where those that remain add up to 0 there is no mean."""
    parts, known = np.array([[0.5, 0.25, -0.25]]), np.ones((1, 3), np.bool_)
    without = scores_without(np.array([0.5]), parts, known, np.array([0.3, 0.1, -0.1]))
    assert np.isnan(without[0, 0])
    assert without[0, 1:] == pytest.approx([0.25 * 0.3 / 0.2, 0.75 * 0.3 / 0.4])
