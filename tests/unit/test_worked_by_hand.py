"""Every preset worked by hand: one moment of the market carried through all ten steps.

ES at 6000.00 on 2026-07-10, 10:30 in New York: a put wall 6 t below, a call wall 20 t above, a blind spot
9 t above, the VIX at 20. Each number below was computed on paper from docs/decisions.md and the documents'
weights; none was taken from what the code says.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from types import MethodType, SimpleNamespace
from typing import Any

import pytest

from indicators.measured import AtrTicks
from indicators.structure.regime import Regime
from mia_plugins.data.instruments import lead_contract
from mia_plugins.decisions import Candidate, Proposal
from mia_plugins.decisions.judges import Judgement, Judges
from mia_plugins.decisions.strategy import features_of
from mia_plugins.features import Market
from mia_plugins.features.walking import walk
from mia_plugins.hookspecs import Kind
from mia_plugins.journal.decision import Outcome
from mia_plugins.making.members import parts_of
from mia_plugins.settings.resolve import Run, load_run
from mia_plugins.testing import Scene
from mia_plugins.testing.invariants import market_of
from strategies.confluence.strategy import ConfluenceStrategy
from strategies.decision.methods import near_levels
from tests.candidates import account_of
from tests.told import calm

DAY = "2026-07-10"
PRICE = 24_000
"""6000.00 in ticks."""
LEVELS = {
    "Put Support": 5998.50,  # 6 t below
    "Call Resistance": 6005.00,  # 20 t above
    "BL 1": 6002.25,  # 9 t above
    "Swing Lower": 5995.00,  # 20 t below
    "Swing Upper": 6010.00,  # 40 t above
    "1D Min": 5980.00,
    "1D Max": 6020.00,
}
BIAS = 31 / 340
"""Step 1. EM = (6020 - 5980)/2 = 20 points, felt within 10. Walls: 1/2·(1 + .85 - .50) = .675; blind spots:
1/2·(1 + 0 - .775) = .1125; swing: 1/2·(1 + .5 - 0) = .75; VIX MID .5; no GEX levels. Weighed .45, .20, .15, .05:
x = (.30375 + .0225 + .1125 + .025)/.85 = .46375/.85, and 2(x - .5) = .0775/.85 = 31/340."""
REGIME, SURE = Regime.TREND, 0.7
"""Step 2."""
NAVALE, QUALITY, ROUGE = 0.5, 0.5, 1
"""Step 3: no bar pattern is active, so rouge sous verte alone adds .20 to a buy."""
SESSION = 1.2
"""9:30 to 11."""
CYCLE = 1.1
"""The monthly options expire on 2026-07-17, five sessions ahead: the peak."""
FEATURES: dict[str, float | None] = {
    "gamma_levels_proximity": 0.5,
    "volume_confirmation": 0.6,  # a quality
    "vwap_trend_signal": 0.9,
    "sierra_pattern_strength": 0.6,
    "order_book_imbalance": -0.3,
    "options_flow_bias": None,  # it asks for sixty sessions
    "smart_money_strength": 0.0,  # quiet: it keeps its weight
    "level_proximity": 0.5,  # a quality
    "es_nq_correlation": 0.2,
    "session_context": 1.0,  # a quality: 1.2 of at most 1.2
    "pullback_quality": None,  # a quality: no swing is confirmed
    "tick_momentum": 0.4,
    "delta_divergence": 0.0,
    "mtf_confluence": 0.5,
    "volume_imbalance": 0.2,
    "price_action": 0.5,
    "momentum_flow": 0.4,
    "support_resistance": 0.25,
    "market_structure": 1.0,
    "dealers_bias": BIAS,
}


@dataclass(frozen=True)
class Paper:
    """What comes out on paper."""

    preset: str | tuple[str, ...]
    coverage: float
    confluence: float
    score: float
    """What decides the side."""
    threshold: float
    compared: float
    """What is compared with the threshold."""
    tier: str
    by_tier: float
    confidence: float
    stop: int
    target: int
    """Ticks."""
    soft: float
    """min(soft factors, cap) x cost."""
    allowed: float
    """Contracts that the risk a trade allows."""
    micros: int


# The dealers' hedging and MenthorQ are the same in all: step 4.
# gamma = p(6, 8) - p(20, 8) = .25 - 0; swing = p(20, 8) - p(40, 8) = 0; a = .25; x = (.25 + 0)/2 = .125
# MQ = .125 · (1 - p(9, 10)) · (1 + .5·31/340) = .125 · .9 · 1.0455882
MENTHORQ = 0.1176287
# Step 7: (.6·.5 + .4·.25·.1176287)/(.6 + .4·.25) = .3117629/.7 = .4453755; · (1 + .3·31/340) = · 1.0273529
FUSED = 0.4575579
# A micro loses 1.25 $ a tick to the stop, and 2 · .62 $ fees and 2 · 1.25 $ slippage: 3.74 $ a round turn.

# 004. Weights known: 1.001 - .094 - .011 = .896; coverage .896/1.001.
#   Directions: .202·.5 + .116·.9 + .116·.6 - .108·.3 + .090·0 + .051·.2 = .2528 of .683: d = .3701318
#   Qualities: .144·.6 + .051·.5 + .018·1 = .1299; confluence d · (.683 + .1299)/.896 = d · .9072545
#   Score: .4575579 · 1.2. Tier: .3358036, from .32 on strong. On the side: (.101 + .1044 + .0696 + .0102)
#   of .3176, .8979849; confidence .4·.8979849 + .3·.7 + .2·.5 + .1·.8951049 + .20
#   Soft: blind spot at 9 t .7, VIX MID at most .6; a spread of 3 t · .8: .48. 1.5 · .48 = .72
#   Risk: 1 % of 25 000 $ over 12 · 1.25 + 3.74 = 18.74 $: 13 micros.
PRODUCTION = Paper(
    preset="production_v3_4", coverage=0.8951049, confluence=0.3358036, score=0.5490694, threshold=0.25,
    compared=0.5490694, tier="strong", by_tier=1.5, confidence=0.9587044, stop=12, target=24, soft=0.48,
    allowed=1.3, micros=7,
)  # fmt: skip
# 000 weighs what 004 weighs, and all else at nothing.
FULL = Paper(**{**PRODUCTION.__dict__, "preset": "features_full"})
# 003. Known 1.61 - .15 = 1.46. Directions: .32·.5 + .18·.9 + .18·.6 - .15·.3 + .09·0 + .08·.4 + .08·0
#   + .15·.5 = .492 of 1.23: d = .4. Qualities .23·.6 = .138; confluence .4 · 1.368/1.46
#   Score: .3747945 · 1.1 · 1.2. On the side: .537 of .582; confidence .4·.9226804 + .21 + .1 + .0906832 + .20
#   No soft factors. Risk: 250 $ over 8 · 1.25 + 3.74 = 13.74 $: 18 micros.
STATUS = Paper(
    preset="status_2025_07", coverage=0.9068323, confluence=0.3747945, score=0.4947288, threshold=0.25,
    compared=0.4947288, tier="", by_tier=1.0, confidence=0.9697554, stop=8, target=16, soft=1.0,
    allowed=1.8, micros=10,
)  # fmt: skip
# 002. Known 1.385 - .13 - .015 = 1.24. Directions: .28·.5 + .16·.9 + .16·.6 - .15·.3 + .07·.2 = .349 of .945:
#   d = .3693122. Qualities .20·.6 + .07·.5 + .025 = .18; confluence d · 1.125/1.24. The time of day decides as
#   a factor, so not as a feature too: d · (.945 + .155)/1.215 = .3343567; score · 1.2.
#   Compared: (1 + .4012281)/2. Tier: (1 + .3350614)/2 = .6675307, from .60 on weak.
#   On the side: .394 of .439; confidence .4·.8974943 + .21 + .1 + .0895307 + .20. Stop: 2 · ATR of 4 t.
#   Kelly has no 50 trades yet: .5 % of 25 000 $, 125 $ over 8 · 1.25 + 3.74 = 13.74 $: 9 micros. .9 · .5 = .45
REFERENCE = Paper(
    preset="reference_2025_08", coverage=0.8953069, confluence=0.3350614, score=0.4012281, threshold=0.60,
    compared=0.7006140, tier="weak", by_tier=0.5, confidence=0.9585284, stop=8, target=16, soft=1.0,
    allowed=0.9, micros=4,
)  # fmt: skip
# 002, launch: the same signal; .6675307 is good from .65 on.
LAUNCH = Paper(
    **{
        **REFERENCE.__dict__,
        "preset": ("reference_2025_08", "launch"),
        "threshold": 0.55,
        "tier": "good",
        "by_tier": 1.0,
        "micros": 9,
    }
)
# 002, the fourteen. Known .98 - .05 - .08 = .85. Directions: .15·.5 + .12·.9 + .10·.6 - .03·.3 + .03·0 + .10·.2
#   + .03·.4 + .03·0 + .03·.5 = .281 of .62: d = .4532258. Qualities .05·.6 + .10·.5 + .08 = .16;
#   confluence d · .78/.85. Without the time of day d · (.62 + .08)/.77 = .4120235; score · 1.2.
#   Compared: (1 + .4944282)/2. Tier: (1 + .4159013)/2 = .7079507, from .70 on strong.
#   On the side: .290 of .299; confidence .4·.9698997 + .21 + .1 + .0867347 + .20
ENHANCED = Paper(
    preset="enhanced_14", coverage=0.8673469, confluence=0.4159013, score=0.4944282, threshold=0.60,
    compared=0.7472141, tier="strong", by_tier=1.0, confidence=0.9846946, stop=8, target=16, soft=1.0,
    allowed=0.9, micros=9,
)  # fmt: skip
# 001. All is known. Directions: .20·.9 + .15·.2 + .15·.5 + .15·.4 + .10·.25 + .10·1 + .05·31/340 = .4745588
#   of .9: d = .5272876; confluence d · (.9 + .1)/1, and d without the time of day; score · 1.2.
#   Compared: (1 + .6327451)/2. The tier is only a name: (1 + .5272876)/2 = .7636438 is strong, and above .75.
#   All on the side: confidence .4 + .21 + .1 + .1 + .20, at most 1. Risk: .5 %, 125 $ over 13.74 $: 9 micros.
ELITE = Paper(
    preset="elite_2025_08", coverage=1.0, confluence=0.5272876, score=0.6327451, threshold=0.60,
    compared=0.8163725, tier="strong", by_tier=1.0, confidence=1.0, stop=8, target=16, soft=1.0,
    allowed=0.9, micros=9,
)  # fmt: skip
PAPERS = (PRODUCTION, FULL, STATUS, REFERENCE, LAUNCH, ENHANCED, ELITE)


def moment(spread: int = 3) -> Scene:
    """Return fifty calm minutes to 10:30 with levels, a VIX of 20 and a spread of so many ticks."""
    book = f"10:29:50 5999.75x10 | {5999.75 + spread / 4}x10"
    scene = calm(Scene(DAY), "09:40", 50).book(book)
    row = {"underlying": "ES", "source": "MenthorQ", "ts_init": "23:00:00"}
    scene = scene.table("levels", [row | {"name": name, "price": at} for name, at in LEVELS.items()])
    return scene.table("vix", [{"ts_init": "09:00:00", "value": 20.0}])


def run_of(preset: str | tuple[str, ...], folder: Path) -> Run:
    names = [preset] if isinstance(preset, str) else list(preset)
    file = folder / "run.yaml"
    file.write_text(
        f"extends: mia:backtests/demo_day.yaml\npreset: {names}\ncapital: 25000\n".replace("'", "")
    )
    return load_run(file)


class Worked:
    """A preset at the moment: what is proposed, and what is made of it."""

    def __init__(self, run: Run, code: str = "MES", spread: int = 3, scene: Scene | None = None) -> None:
        parts, scene = parts_of(run), scene or moment(spread)
        component = run.component(Kind.STRATEGIES, "confluence")
        assert component is not None
        settings: Any = component.settings
        market = market_of(scene)
        methods = ConfluenceStrategy.own_measures(market, settings)
        judges = Judges(market, parts)
        strategy = deciding(market, methods, settings, parts)
        now = scene.at("10:30:00")
        for instant in walk(market, scene.days(), (now,)):
            if instant.now == now:
                break
        standing_in(methods)
        self.methods, self.judges = methods, judges
        self.proposal: Proposal = strategy.propose(now)
        account = account_of(code)
        candidate = Candidate(
            now=now, side=self.proposal.side, price=market.tape.base.close, stop=self.proposal.stop,
            target=self.proposal.target, account=account, session=scene.session,
            contract=lead_contract(code, scene.session.day), capital=float(account.broker.capital),
        )  # fmt: skip
        self.judged: Judgement = judges.judge(self.proposal, candidate)
        self.extras = dict(zip(ConfluenceStrategy.extras, self.proposal.extras, strict=True))
        self.gates = {gate.name: gate for gate in self.proposal.gates}

    def verdict(self, rule: str) -> Any:
        names = [name for name, _ in self.judges.rules]
        return self.judged.verdicts[names.index(rule)]


def deciding(market: Market, methods: Any, settings: Any, parts: Any) -> Any:
    """Return the strategy without an engine, with the features that were worked out."""
    there = features_of(parts)
    made = SimpleNamespace(
        settings=settings,
        own=methods,
        atr=market.measure(AtrTicks),
        _weights=tuple((part.name, part.target.kind, part.weight) for part in there),
        _swings=None,
        values=[FEATURES.get(part.name) for part in there],
    )
    for name in ("propose", "bracketed", "_state", "_without_session"):
        setattr(made, name, MethodType(getattr(ConfluenceStrategy, name), made))
    return made


def standing_in(methods: Any) -> None:
    """Put what steps 2 and 3 found in the place of their measures."""
    seen = SimpleNamespace(patterns=(), regime=ROUGE)
    methods.battle = SimpleNamespace(
        last=SimpleNamespace(score=NAVALE, bn_quality=QUALITY), chart=SimpleNamespace(last=seen)
    )
    methods.regime = SimpleNamespace(regime=REGIME, confidence=SURE)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: str(paper.preset))
def test_the_ten_steps(paper: Paper, tmp_path: Path) -> None:
    found = Worked(run_of(paper.preset, tmp_path))
    levels = found.methods.levels.levels
    assert levels is not None
    near = near_levels(levels, PRICE, 0.25)
    assert (near.put_wall, near.call_wall, near.blind_spot) == (6, 20, 9)
    assert (near.swing_low, near.swing_high) == (20, 40)
    extras, proposal, judged = found.extras, found.proposal, found.judged
    on_paper = {
        "bias": BIAS, "menthorq": MENTHORQ, "activity": 0.25, "fused": FUSED, "navale": NAVALE,
        "regime_confidence": SURE, "session_factor": SESSION, "cycle_factor": CYCLE,
        "coverage": paper.coverage, "confluence_score": paper.confluence, "threshold_asked": paper.threshold,
    }  # fmt: skip
    for name, value in on_paper.items():
        assert extras[name] == pytest.approx(value, abs=5e-7), name
    # Step 8.
    assert (proposal.side, proposal.tier, proposal.is_candidate) == (1, paper.tier, True)
    assert proposal.score == pytest.approx(paper.score, abs=5e-7)
    assert found.gates["threshold"].number == pytest.approx(paper.compared, abs=5e-7)
    assert proposal.confidence == pytest.approx(paper.confidence, abs=5e-7)
    assert proposal.size == paper.by_tier
    assert [gate.name for gate in proposal.gates if gate.passes is False] == []
    # Step 5: none of the hard rules is against it; blind_spot sees the nearest one.
    assert [v.reason for v in judged.verdicts if v.passes is False] == []
    assert found.verdict("blind_spot").number == 9
    # Step 9.
    steps = dict(zip(found.judges.steps, (proposal.size, *soft_of(found), *judged.sized.steps), strict=True))
    asked, by_kelly = paper.by_tier * paper.soft, paper.allowed * paper.by_tier * paper.soft
    for name, value in {
        "percent": 0.5, "affordable": paper.allowed, "asked": by_kelly, "maximum": by_kelly,
        "rounding": paper.micros / 10,
    }.items() if "kelly" in steps else {
        "base": 1.0, "tier": paper.by_tier, "soft": asked, "maximum": asked,
        "risk": min(asked, paper.allowed), "rounding": paper.micros / 10,
    }.items():  # fmt: skip
        assert steps[name] == pytest.approx(value), name
    # Step 10.
    assert (judged.outcome, judged.reason) == (Outcome.TAKEN, "")
    assert (judged.candidate.size, judged.candidate.stop, judged.candidate.target) == (
        paper.micros,
        paper.stop,
        paper.target,
    )


def soft_of(found: Worked) -> list[float]:
    return [found.judged.verdicts[n].factor for n in found.judges.soft]


def test_the_soft_factors_of_production(tmp_path: Path) -> None:
    found = Worked(run_of("production_v3_4", tmp_path))
    told = {name: (v.number, v.factor) for name in SOFT for v in (found.verdict(name),)}
    assert told == {
        "adverse_bias": (pytest.approx(BIAS), 1),
        "adverse_swing": (None, 1),  # the nearest ahead is 40 t away, beyond the target at 24 t
        "blind_spot_near": (9, 0.7),
        "gamma_wall_ahead": (20, 1),
        "vix_cap": (20, 0.6),
        "wide_spread": (3, 0.8),
    }


SOFT = (
    "adverse_bias", "adverse_swing", "blind_spot_near", "gamma_wall_ahead", "vix_cap", "wide_spread"
)  # fmt: skip


def test_in_full_contracts_production_trades_nothing_and_says_so(tmp_path: Path) -> None:
    found = Worked(run_of("production_v3_4", tmp_path), "ES")  # .72 of one
    assert (found.judged.outcome, found.judged.reason) == (Outcome.REJECTED, "less_than_one")
    assert "traded_as: micro" in found.judged.sized.note


@pytest.mark.parametrize(
    ("code", "contracts", "outcome"), [("MES", 6, Outcome.TAKEN), ("ES", 0, Outcome.REJECTED)]
)
def test_a_pattern_in_production_is_worth_six_micros_or_loudly_nothing(
    code: str, contracts: int, outcome: Outcome, tmp_path: Path
) -> None:
    """Base 1 x no tier x min(.7, the cap .6), at a usual spread; a stop of 6 t costs 6 · 1.25 + 3.74 $."""
    found = Worked(run_of("production_v3_4", tmp_path), code, spread=1)
    pin = Proposal(side=1, is_candidate=True, stop=6, target=12, target_r=2.0, confidence=0.8)
    judged = found.judges.judge(pin, replace(found.judged.candidate, size=0, stop=6, target=12))
    assert (judged.candidate.size, judged.outcome) == (contracts, outcome)
    assert judged.sized.steps[:5] == pytest.approx((1.0, 1.0, 0.6, 0.6, 0.6))
    assert bool(judged.sized.note) is (code == "ES")
