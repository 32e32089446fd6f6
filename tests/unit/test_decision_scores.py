"""Confluence, MenthorQ and fusion: by hand, at the boundaries, and mirrored."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mia_plugins.features import Score
from strategies.decision.confluence import Weighed, confluence
from strategies.decision.fusion import fused
from strategies.decision.menthorq import MenthorQ, NearLevels, menthorq

D, Q = Score.DIRECTIONAL, Score.QUALITY
units = st.floats(-1, 1)
shares = st.floats(0, 1)
distances = st.none() | st.floats(-40, 40)
levels = st.builds(NearLevels, distances, distances, distances, distances, distances)


@st.composite
def weighed(draw: st.DrawFn) -> list[Weighed]:
    found = []
    for number in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from([D, Q]))
        value = draw(st.none() | (units if kind is D else shares))
        found.append(Weighed(f"f{number}", kind, draw(st.floats(0, 1)), value))
    return found


def test_by_hand() -> None:
    # W = .6 of 1; d = (.4·.5 - .2·1)/.6 = 0: no direction, and a quality makes none.
    none = confluence([Weighed("a", D, 0.4, 0.5), Weighed("b", D, 0.2, -1.0), Weighed("q", Q, 0.4, 1.0)])
    assert none.score == pytest.approx(0)
    # d = .5; the score .5·(.6 + .4·.25) = .35
    some = confluence([Weighed("a", D, 0.6, 0.5), Weighed("q", Q, 0.4, 0.25)])
    assert some.score == pytest.approx(0.35)
    assert some.contributions == pytest.approx((0.3, 0.05))
    # Raw weights are normalised, what is not known is left out, what is quiet keeps its weight.
    part = confluence([Weighed("a", D, 1.2, 0.5), Weighed("b", D, 0.6, None), Weighed("c", D, 0.6, 0.0)])
    assert part.score == pytest.approx(0.5 * 1.2 / 1.8)
    assert part.coverage == pytest.approx(1.8 / 2.4)
    assert part.contributions[1] is None


def test_without_a_direction_there_is_no_score() -> None:
    assert confluence([Weighed("q", Q, 1.0, 1.0), Weighed("a", D, 1.0, None)]).score is None
    assert confluence([Weighed("a", D, 0.0, 1.0)]).score is None
    assert confluence([]).score is None


@given(weighed())
def test_contributions_add_up_and_the_score_is_in_bounds(features: list[Weighed]) -> None:
    found = confluence(features)
    assert 0 <= found.coverage <= 1 + 1e-12
    if found.score is not None:
        assert -1 - 1e-9 <= found.score <= 1 + 1e-9
        assert sum(part or 0 for part in found.contributions) == pytest.approx(found.score)


@given(weighed(), st.floats(0.1, 10))
def test_it_is_odd_and_does_not_depend_on_the_weights_scale(features: list[Weighed], times: float) -> None:
    score = confluence(features).score
    mirrored = [f._replace(value=-f.value) if f.kind is D and f.value is not None else f for f in features]
    scaled = [f._replace(weight=f.weight * times) for f in features]
    for other, factor in ((mirrored, -1), (scaled, 1)):
        found = confluence(other).score
        assert (found is None) == (score is None)
        assert found is None or score is None or found == pytest.approx(factor * score, abs=1e-9)


def test_levels_by_hand() -> None:
    # A put wall 6 t below, of 8: p = .25; no call wall in reach; a blind spot 5 t away halves it.
    near = NearLevels(put_wall=6, call_wall=30, blind_spot=5)
    assert (menthorq(near).score, menthorq(near).activity) == pytest.approx((0.125, 0.25))
    # The dealers with it: 1 + .5·.4
    assert menthorq(near, 0.4).score == pytest.approx(0.125 * 1.2)
    assert menthorq(near, -0.4).score == pytest.approx(0.125 * 0.8)
    # Swings imported beside: the mean of the two kinds.
    both = replace(near, swing_low=40, swing_high=2, blind_spot=None)
    assert menthorq(both).score == pytest.approx((0.25 - 0.75) / 2)
    assert menthorq(both).activity == pytest.approx(0.75)


def test_levels_at_the_boundaries() -> None:
    assert menthorq(NearLevels(put_wall=8)) == MenthorQ(0.0, 0.0)
    assert menthorq(NearLevels(put_wall=0)) == MenthorQ(1.0, 1.0)
    assert menthorq(NearLevels(put_wall=0, blind_spot=0)).score == 0.0
    assert menthorq(NearLevels()) == MenthorQ(0.0, 0.0)
    assert menthorq(NearLevels(blind_spot=1)) == MenthorQ(0.0, 0.0)


@given(levels, units)
def test_levels_are_odd(near: NearLevels, bias: float) -> None:
    mirrored = NearLevels(near.call_wall, near.put_wall, near.swing_high, near.swing_low, near.blind_spot)
    found, other = menthorq(near, bias), menthorq(mirrored, -bias)
    assert other.score == pytest.approx(-found.score)
    assert other.activity == found.activity
    assert -1 <= found.score <= 1


def test_fusion_by_hand() -> None:
    # (.6·.5 + .4·.25·.125)/(.6 + .4·.25) = .3125/.7
    near = MenthorQ(0.125, 0.25)
    assert fused(0.5, near) == pytest.approx(0.3125 / 0.7)
    assert fused(0.5, near, 0.4) == pytest.approx(0.3125 / 0.7 * 1.12)
    assert fused(0.5, near, literal=True) == pytest.approx(0.6 * 0.5 + 0.4 * 0.125)
    # Nothing in reach: Battle Navale alone, not six tenths of it.
    assert fused(0.5, MenthorQ(0.0, 0.0)) == pytest.approx(0.5)
    assert fused(1.0, MenthorQ(1.0, 1.0), 1.0) == 1.0


@given(units, units, shares, units, st.booleans())
def test_fusion_is_odd_and_bounded(
    navale: float, score: float, near: float, bias: float, literal: bool
) -> None:
    found = fused(navale, MenthorQ(score, near), bias, literal=literal)
    assert -1 <= found <= 1
    assert fused(-navale, MenthorQ(-score, near), -bias, literal=literal) == pytest.approx(-found)
