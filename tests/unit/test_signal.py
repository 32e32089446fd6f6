"""Side, threshold, tier, gates and confidence: by hand, at the boundaries, and mirrored."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mia_plugins.features import Score
from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost
from mia_plugins.settings.layers import shipped_presets
from mia_plugins.settings.resolve import load_run
from mia_plugins.units import Multiple
from strategies.confluence.strategy import ConfluenceStrategy
from strategies.decision.confluence import Weighed, confluence
from strategies.decision.signal import GATES, SignalSettings, State, Thresholds, Tier, signal

D, Q = Score.DIRECTIONAL, Score.QUALITY
TIERS = {
    "weak": Tier(least=0.18, size=Multiple(0.5)),
    "premium": Tier(least=0.38, size=Multiple(2.0)),
    "moderate": Tier(least=0.28),
    "strong": Tier(least=0.32, size=Multiple(1.5)),
}
PRODUCTION = SignalSettings(tiers=TIERS, rouge_for="premium")


def state(score: float = 0.4, fused: float | None = 0.3, **given: Any) -> State:
    """Return a state in which the confluence is `score`."""
    features = (Weighed("f", D, 1.0, score),)
    made = State(
        features=features,
        confluence=confluence(features),
        without_session=confluence(features),
        fused=fused,
        navale=0.5,
        navale_quality=0.5,
        regime="trend",
        regime_confidence=0.8,
        rouge=1,
        boosts=(0.0, 0.0),
        session=1.0,
        cycle=1.0,
    )
    return replace(made, **given)


def gates(settings: SignalSettings, of: State) -> dict[str, bool | None]:
    return {gate.name: gate.passes for gate in signal(settings, of).gates}


def test_production_by_hand() -> None:
    found = signal(PRODUCTION, state(0.4, 0.3, session=1.2))
    assert (found.side, found.tier, found.size) == (1, "premium", 2.0)
    assert found.score == pytest.approx(0.36)  # .3 x 1.2: the time of day acts on what decides the side
    # .4 x 1 + .3 x .8 + .2 x .5 + .1 x 1
    assert found.confidence == pytest.approx(0.84)
    assert found.is_strong
    assert {gate.name for gate in found.gates if gate.passes is False} == set()
    assert tuple(gate.name for gate in found.gates) == GATES


@pytest.mark.parametrize(
    ("score", "tier"),
    [
        (0.38, "premium"),
        (0.3799, "strong"),
        (0.32, "strong"),
        (0.3199, "moderate"),
        (0.28, "moderate"),
        (0.2799, "weak"),
        (0.18, "weak"),
        (0.1799, ""),
    ],
)
@pytest.mark.parametrize("side", [1, -1])
def test_tiers_are_half_open(score: float, tier: str, side: int) -> None:
    found = signal(PRODUCTION, state(side * score, side * 0.5, rouge=side))
    assert found.tier == tier
    assert found.is_strong
    assert {gate.name: gate.passes for gate in found.gates}["tier_reached"] is bool(tier)


def test_premium_needs_rouge_sous_verte_on_its_side_else_it_is_strong() -> None:
    assert signal(PRODUCTION, state(0.5, 0.5, rouge=0)).tier == "strong"
    assert signal(PRODUCTION, state(-0.5, -0.5, rouge=1)).tier == "strong"
    assert signal(PRODUCTION, state(-0.5, -0.5, rouge=-1)).tier == "premium"
    # Only the tier that asks for it is given up.
    assert signal(PRODUCTION, state(0.33, 0.5, rouge=-1)).tier == "strong"


@pytest.mark.parametrize(
    ("regime", "least"),
    [("volatile", 0.35), ("low volatility", 0.20), ("trend", 0.25), ("range", 0.25), ("", 0.25)],
)
@pytest.mark.parametrize("side", [1, -1])
def test_thresholds_follow_the_regime_and_are_reached_by_both_sides(
    regime: str, least: float, side: int
) -> None:
    at = signal(PRODUCTION, state(side * 0.4, side * least, regime=regime))
    below = signal(PRODUCTION, state(side * 0.4, side * (least - 1e-6), regime=regime))
    assert (at.side, at.is_strong, at.threshold) == (side, True, least)
    assert (below.side, below.is_strong) == (side, False)


def test_time_of_day_acts_once() -> None:
    features = (Weighed("f", D, 0.9, 0.5), Weighed("session_context", Q, 0.1, 0.5))
    of = state(
        features=features,
        confluence=confluence(features),
        without_session=confluence(features[:1]),
        session=0.8,
    )
    by_features = SignalSettings(side_from="confluence")
    in_score = signal(by_features, of)
    assert in_score.score == pytest.approx(0.5 * 0.8)  # without the feature, times the multiplier
    assert in_score.threshold == 0.25
    threshold = signal(by_features.model_copy(update={"session_mode": "threshold"}), of)
    assert threshold.score == 0.5  # without the feature, which would make it .5 x (.9 + .1 x .5)
    assert threshold.threshold == pytest.approx(0.25 / 0.8)
    size = signal(by_features.model_copy(update={"session_mode": "size"}), of)
    assert size.score == 0.5
    assert (size.threshold, size.size) == (0.25, 0.8)


def test_volatility_acts_once() -> None:
    of = state(0.4, 0.3, regime="volatile")
    assert signal(PRODUCTION, of).threshold == 0.35
    in_score = signal(PRODUCTION.model_copy(update={"volatility_mode": "score"}), of)
    assert in_score.threshold == 0.25
    assert in_score.score == pytest.approx(0.3 * 0.25 / 0.35)


def test_raw_thresholds_are_divided_by_the_raw_sum() -> None:
    features = (Weighed("f", D, 1.385, 0.4),)
    of = state(features=features, confluence=confluence(features))
    raw = PRODUCTION.model_copy(update={"threshold_scale": "raw"})
    assert signal(raw, of).threshold == pytest.approx(0.25 / 1.385)


def test_share_is_compared_at_its_boundary_on_both_sides() -> None:
    share = SignalSettings(
        side_from="confluence",
        threshold_on="share",
        thresholds=Thresholds(base=0.6, low_volatility=0.6, volatile=0.6),
        tier_on="share",
        tiers={"strong": Tier(least=0.7)},
        navale_against=-0.25,
        least_confidence=0.0,
        least_regime_confidence=0.0,
    )
    for side in (1, -1):
        assert signal(share, state(side * 0.5, None)).is_strong  # (1 + .5)/2 = .75
        assert not signal(share, state(side * 0.1, None)).is_strong
        assert gates(share, state(side * 0.5, None, navale=-side * 0.25))["navale"] is False
        assert gates(share, state(side * 0.5, None, navale=-side * 0.2499))["navale"] is True
        assert gates(share, state(side * 0.39, None))["tier_reached"] is False
    assert gates(share, state(0.5, None, navale=None))["navale"] is False


SHARE = SignalSettings(
    threshold_on="share", thresholds=Thresholds(base=0.6, low_volatility=0.6, volatile=0.7), tier_on="none"
)


@pytest.mark.parametrize(
    ("changed", "given", "least"),
    [
        ({"session_mode": "threshold"}, {"session": 1.2}, 0.2 / 1.2),
        ({"session_mode": "threshold"}, {"session": 0.5}, 0.2 / 0.5),
        ({"threshold_scale": "raw"}, {"features": (Weighed("f", D, 1.385, 0.4),)}, 0.2 / 1.385),
        ({"volatility_mode": "score"}, {"regime": "volatile"}, 0.4),
    ],
)
def test_factors_of_a_share_act_on_the_score_it_stands_for(
    changed: dict[str, Any], given: dict[str, Any], least: float
) -> None:
    """A share of .60 is a score of .2, one of .70 a score of .4."""
    asked = SHARE.model_copy(update=changed)
    assert signal(asked, state(0.4, least + 1e-6, **given)).is_strong
    assert not signal(asked, state(0.4, least - 1e-6, **given)).is_strong


def test_too_little_known_is_no_signal() -> None:
    features = (Weighed("f", D, 0.59, 0.5), Weighed("g", D, 0.41, None))
    of = state(features=features, confluence=confluence(features), without_session=confluence(features))
    found = signal(PRODUCTION, of)
    assert not found.is_strong
    assert gates(PRODUCTION, of)["coverage"] is False
    assert not signal(PRODUCTION, state(0.4, None)).is_strong


def test_without_tiers_none_need_be_reached() -> None:
    found = signal(SignalSettings(), state(0.9, 0.9))
    assert (found.is_strong, found.tier, found.size) == (True, "", 1.0)
    assert [gate.name for gate in found.gates if gate.passes is False] == []


def test_a_tier_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no tier 'premum'"):
        SignalSettings(tiers=TIERS, rouge_for="premum")


units = st.floats(-1, 1)
settings = st.builds(
    SignalSettings,
    side_from=st.sampled_from(["fused", "confluence"]),
    threshold_on=st.sampled_from(["score", "share"]),
    session_mode=st.sampled_from(["score", "threshold", "size"]),
    volatility_mode=st.sampled_from(["threshold", "score"]),
    tier_on=st.sampled_from(["confluence", "share", "none"]),
    gamma_cycle=st.booleans(),
    tiers=st.just(TIERS),
    rouge_for=st.sampled_from(["", "premium"]),
    navale_against=st.sampled_from([-1.0, -0.25]),
)


states = st.builds(
    state,
    units,
    units,
    navale=units,
    regime_confidence=st.floats(0, 1),
    rouge=st.sampled_from([-1, 0, 1]),
    boosts=st.tuples(st.floats(0, 0.35), st.floats(0, 0.35)),
    session=st.sampled_from([0.5, 0.8, 1.0, 1.2]),
)


def reflected(one: State) -> State:
    """Return the mirror image."""
    features = [of._replace(value=-(of.value or 0.0)) for of in one.features]
    return replace(
        one,
        features=features,
        confluence=confluence(features),
        without_session=confluence(features),
        fused=-(one.fused or 0.0),
        navale=-(one.navale or 0.0),
        rouge=-one.rouge,
        boosts=one.boosts[::-1],
    )


@given(settings, states)
def test_the_mirror_image_is_the_same_on_the_other_side(settings: SignalSettings, one: State) -> None:
    here, there = signal(settings, one), signal(settings, reflected(one))
    assert here.side == -there.side
    assert (here.tier, here.size, here.threshold) == (there.tier, there.size, there.threshold)
    assert [gate.passes for gate in here.gates] == [gate.passes for gate in there.gates]
    assert here.confidence == there.confidence


RAW_SUMS = {
    "production_v3_4": 1.001,
    "status_2025_07": 1.61,
    "reference_2025_08": 1.385,
    "enhanced_14": 0.98,
    "elite_2025_08": 1.0,
    "features_full": 1.001,
}
"""What the documents' weights sum to."""


@pytest.mark.parametrize("name", RAW_SUMS)
def test_the_weights_of_a_preset_sum_to_what_the_document_has(name: str) -> None:
    run = load_run(Path("mia:backtests/demo_day.yaml"), preset=name)
    weights = [one.weight for one in run.components if one.kind is Kind.FEATURES]
    assert sum(weights) == pytest.approx(RAW_SUMS[name], abs=1e-12)
    assert run.component(Kind.STRATEGIES, "confluence")


def test_features_full_has_every_feature_there_is() -> None:
    run = load_run(Path("mia:backtests/demo_day.yaml"), preset="features_full")
    ours = {
        row.name
        for row in PluginHost.discover().registry.all(Kind.FEATURES)
        if row.provider.distribution == "mia"
    }
    assert {one.name for one in run.components if one.kind is Kind.FEATURES} == ours


def test_every_preset_that_is_no_overlay_has_its_sum_here() -> None:
    whole = {
        name
        for name in shipped_presets()
        if load_run(Path("mia:backtests/demo_day.yaml"), preset=name).component(Kind.STRATEGIES, "confluence")
    }
    assert whole - {"launch"} == set(RAW_SUMS)


def test_groups_rescaled_weigh_what_the_document_says(tmp_path: Path) -> None:
    file = tmp_path / "run.yaml"
    file.write_text("extends: mia:backtests/demo_day.yaml\npreset: [status_2025_07, group_rescale]\n")
    weights = {one.name: one.weight for one in load_run(file).components if one.kind is Kind.FEATURES}
    small = weights["smart_money_strength"] + weights["tick_momentum"] + weights["delta_divergence"]
    assert small == pytest.approx(0.25)
    assert weights["mtf_confluence"] == 0.15
    assert sum(weights.values()) == pytest.approx(1.0, abs=1e-5)


def test_what_the_strategy_journals_has_a_number_for_each_name() -> None:
    assert len(set(ConfluenceStrategy.extras)) == len(ConfluenceStrategy.extras)
    assert ConfluenceStrategy.gates == GATES
