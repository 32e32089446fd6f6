"""Which side, whether it is strong enough, of which tier, and how sure: the row of a preset."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, field_validator

from mia_plugins.decisions import Gate
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Multiple
from strategies.decision.confluence import Confluence, Weighed, share_on_side
from strategies.decision.menthorq import clip, sign

Unit = Annotated[float, Field(ge=0, le=1)]


class Tier(BaseSettings):
    """A class of signals and what it is worth."""

    least: Unit
    """What it begins with; it ends below where the next one begins."""
    size: Annotated[Multiple, Field(gt=0, le=10)] = Multiple(1.0)
    """Of the base size."""


class Thresholds(BaseSettings):
    """How strong the score must be; in a regime that is not named, `base`."""

    base: Unit = 0.25
    """In most regimes."""
    low_volatility: Unit = 0.20
    """In a market of low volatility."""
    volatile: Unit = 0.35
    """In a volatile market."""


class SignalSettings(BaseSettings):
    """How the side, the threshold, the tier and the gates are had."""

    side_from: Literal["fused", "confluence"] = "fused"
    """The score that decides the side."""
    fusion: Literal["adaptive", "literal"] = "adaptive"
    """Whether levels out of reach leave all to Battle Navale, or keep their .4."""
    gamma_cycle: bool = False
    """Whether the score is multiplied by the factor of the day in the options' cycle."""
    thresholds: Thresholds = Thresholds()
    """How strong the score must be."""
    threshold_on: Literal["score", "share"] = "score"
    """What is compared with it: |s|, or (1 + |s|)/2."""
    threshold_scale: Literal["normalised", "raw"] = "normalised"
    """Whether thresholds are meant for weights that sum to 1, or for the raw ones of the preset."""
    session_mode: Literal["score", "threshold", "size"] = "score"
    """Where the time of day acts, once."""
    volatility_mode: Literal["threshold", "score"] = "threshold"
    """Where the regime's volatility acts, once."""
    tier_on: Literal["confluence", "share", "none"] = "confluence"
    """What the tier is told by: the confluence on the side, (1 + |s|)/2, or nothing: size 1."""
    tiers: dict[str, Tier] = {}  # noqa: RUF012 pydantic copies it
    """By name. A signal below the least of them is none, unless tiers are only names; without any, size 1."""
    tiers_are_names: bool = False
    """Whether tiers neither size nor refuse."""
    rouge_for: str = ""
    """The tier that needs rouge_sous_verte on its side; without it, it is the next one down."""
    least_confidence: Unit = 0.60
    """Below it the signal is refused."""
    least_regime_confidence: Unit = 0.60
    """Below it the signal is refused."""
    least_share: Unit = 0.0
    """Below it (1 + |s|)/2 is refused."""
    navale_against: Annotated[float, Field(ge=-1, le=0)] = -1.0
    """Battle Navale on the side must be above it; -1 asks nothing."""
    least_coverage: Unit = 0.60
    """The share of the features' weight that must be known."""

    @field_validator("tiers")
    @classmethod
    def _best_first(cls, tiers: dict[str, Tier]) -> dict[str, Tier]:
        return dict(sorted(tiers.items(), key=lambda row: -row[1].least))

    @field_validator("rouge_for")
    @classmethod
    def _is_a_tier(cls, name: str, info: object) -> str:
        tiers = getattr(info, "data", {}).get("tiers", {})
        if name and name not in tiers:
            raise ValueError(f"there is no tier '{name}'; there are {', '.join(tiers) or 'none'}")
        return name


@dataclass(frozen=True, slots=True)
class State:
    """What a signal is made of."""

    features: Sequence[Weighed]
    confluence: Confluence
    """With every feature."""
    without_session: Confluence
    """Without `session_context`: the time of day acts as a factor, and not as a feature too."""
    fused: float | None
    """`None` while Battle Navale is not known."""
    navale: float | None
    """Battle Navale's score, -1 to 1."""
    navale_quality: float
    """Its size before it may have been rejected, 0 to 1."""
    regime: str
    """`volatile`, `trend`, `range`, `low volatility` or `transition`; empty while it is not known."""
    regime_confidence: float
    """0 to 1."""
    rouge: int
    """The sign of Battle Navale's regime: rouge_sous_verte."""
    boosts: tuple[float, float]
    """What Battle Navale's patterns add to the confidence of a buy, and of a sale."""
    session: float
    """The multiplier of the time of day."""
    cycle: float
    """The factor of the day in the options' cycle."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What it comes to."""

    side: int
    """Where the score leans: 1 up, -1 down, 0 nowhere."""
    score: float | None
    """What decides the side, with its factors."""
    threshold: float
    """What its size had to reach."""
    tier: str
    size: float
    """What tier and time of day multiply the size by."""
    confidence: float
    """0 to 1."""
    gates: tuple[Gate, ...]
    """In the order of `GATES`."""

    @property
    def is_strong(self) -> bool:
        """Say whether it is a candidate: enough is known, and the score reaches the threshold."""
        coverage, threshold, *_ = self.gates
        return bool(coverage.passes and threshold.passes)


GATES = ("coverage", "threshold", "tier_reached", "confidence", "regime_confidence", "share", "navale")
"""What a signal is asked, in order; without the first two there is none."""


def signal(settings: SignalSettings, state: State) -> Signal:
    """Return side, tier, confidence and gates."""
    score, plain = _scores(settings, state)
    threshold = _threshold(settings, state)
    side = sign(score or 0.0)
    tier, told_by = _tier(settings, state, side, plain)
    confidence = _confidence(state, side)
    share = None if plain is None else (1 + abs(plain)) / 2
    size = None if score is None else _compared(settings, score)
    navale = None if state.navale is None else side * state.navale
    has_tiers = bool(settings.tiers) and settings.tier_on != "none" and not settings.tiers_are_names
    gates = (
        ("coverage", True, state.confluence.coverage, state.confluence.coverage >= settings.least_coverage),
        ("threshold", True, size, side != 0 and size is not None and size >= threshold),
        ("tier_reached", has_tiers, told_by, bool(tier)),
        ("confidence", True, confidence, confidence >= settings.least_confidence),
        (
            "regime_confidence",
            settings.least_regime_confidence > 0,
            state.regime_confidence,
            state.regime_confidence >= settings.least_regime_confidence,
        ),
        ("share", settings.least_share > 0, share, share is not None and share >= settings.least_share),
        (
            "navale",
            settings.navale_against > -1,
            navale,
            navale is not None and navale > settings.navale_against,
        ),
    )
    by_tier = settings.tiers[tier].size if tier and not settings.tiers_are_names else 1.0
    return Signal(
        side,
        score,
        threshold,
        tier,
        by_tier * (state.session if settings.session_mode == "size" else 1.0),
        confidence,
        tuple([Gate(name, passes if asked else None, number) for name, asked, number, passes in gates]),
    )


def _confidence(state: State, side: int) -> float:
    """Return .4·share on the side + .3·regime + .2·Battle Navale's quality + .1·coverage + boosts, 0 to 1."""
    boosts = {1: state.boosts[0], -1: state.boosts[1]}.get(side, 0.0)
    return clip(
        0.4 * share_on_side(state.features, side)
        + 0.3 * state.regime_confidence
        + 0.2 * state.navale_quality
        + 0.1 * state.confluence.coverage
        + boosts,
        0.0,
    )


def _scores(settings: SignalSettings, state: State) -> tuple[float | None, float | None]:
    """Return the score that decides the side, and the same without the factors of time and volatility."""
    by_features = settings.side_from == "confluence"
    in_score = settings.session_mode == "score"
    plain = state.confluence.score if by_features else state.fused
    deciding = state.without_session.score if by_features else plain
    if deciding is None or plain is None:
        return None, None
    cycle = state.cycle if settings.gamma_cycle else 1.0
    factor = (state.session if in_score else 1.0) * _volatility_factor(settings, state)
    return clip(deciding * cycle * factor), clip(plain * cycle)


def _volatility_factor(settings: SignalSettings, state: State) -> float:
    """Return what the regime does to the score: what its threshold would, seen from the other side."""
    if settings.volatility_mode == "threshold":
        return 1.0
    nothing = _of_nothing(settings)
    own = _of_regime(settings.thresholds, state.regime) - nothing
    return (settings.thresholds.base - nothing) / own if own > 0 else 1.0


def _threshold(settings: SignalSettings, state: State) -> float:
    """Return what is compared with the score's size, or with its share."""
    dynamic = settings.volatility_mode == "threshold"
    least = _of_regime(settings.thresholds, state.regime) if dynamic else settings.thresholds.base
    raw = settings.threshold_scale == "raw"
    divisor = (sum(one.weight for one in state.features) or 1.0) if raw else 1.0
    divisor *= state.session if settings.session_mode == "threshold" else 1.0
    nothing = _of_nothing(settings)
    return nothing + (least - nothing) / divisor


def _of_nothing(settings: SignalSettings) -> float:
    """Return what a score of 0 is compared as: factors are of what a threshold lies above it."""
    return _compared(settings, 0.0)


def _compared(settings: SignalSettings, score: float) -> float:
    return abs(score) if settings.threshold_on == "score" else (1 + abs(score)) / 2


def _of_regime(thresholds: Thresholds, regime: str) -> float:
    named = {"volatile": thresholds.volatile, "low volatility": thresholds.low_volatility}
    return named.get(regime, thresholds.base)


def _tier(settings: SignalSettings, state: State, side: int, plain: float | None) -> tuple[str, float | None]:
    """Return the tier's name and what it was told by."""
    if settings.tier_on == "none":
        return "", None
    if settings.tier_on == "share":
        told_by = None if plain is None else (1 + abs(plain)) / 2
    else:
        told_by = None if state.confluence.score is None else side * state.confluence.score
    names = [name for name, tier in settings.tiers.items() if told_by is not None and told_by >= tier.least]
    if names and names[0] == settings.rouge_for and state.rouge != side:
        names = list(settings.tiers)[list(settings.tiers).index(names[0]) + 1 :]
    return (names[0] if names else ""), told_by
