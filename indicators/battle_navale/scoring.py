"""From the outcome, the regime and the base to a score, its quality and its confidence."""

from enum import StrEnum

from indicators.battle_navale.bases import Base

OUTCOME, CONTINUATION = 0.40 / 0.75, 0.35 / 0.75
"""What each weighs in the score."""
REJECTED = 0.15
"""A score of less is none."""


class BnClass(StrEnum):
    """What a score is called by its size, `bn_quality`."""

    PREMIUM = "premium"
    STRONG = "strong"
    MODERATE = "moderate"
    WEAK = "weak"
    UNCLASSED = "unclassed"
    """Above what is rejected, below what has a name."""
    REJECTED = "rejected"


FROM = {
    BnClass.PREMIUM: 0.75,
    BnClass.STRONG: 0.60,
    BnClass.MODERATE: 0.45,
    BnClass.WEAK: 0.30,
    BnClass.UNCLASSED: REJECTED,
}
"""The size from which each begins."""


def bn_class(bn_quality: float) -> BnClass:
    """Return the class of a size."""
    return next((name for name, least in FROM.items() if bn_quality >= least), BnClass.REJECTED)


def lean(regime: int, reference: Base | None, close: int) -> float:
    """Return to which side the trend is likely to go on, -1 to 1; twice the continuation, less 1."""
    return regime * (0.6 if _is_beyond(regime, reference, close) else 0.2)


def _is_beyond(regime: int, reference: Base | None, close: int) -> bool:
    """Say whether the close lies beyond the base on the regime's side."""
    if reference is None:
        return False
    return close > reference.high if regime > 0 else close < reference.low


def score_of(balance: float, leaning: float, quality: float) -> float:
    """Return the score before small ones are rejected, -1 to 1.

    It is 2·(.4/.75·outcome + .35/.75·continuation) - 1, each told about its middle: that is exactly odd, so
    that no threshold falls differently in the mirror.
    """
    return (OUTCOME * balance + CONTINUATION * leaning) * (0.5 + 0.5 * quality)


def confidence_of(score: float, quality: float, *, agreeing: bool, boosts: float) -> float:
    """Return the confidence, 0 to 1; `boosts` are those of what is on the side of the score."""
    return min(1.0, 0.5 * abs(score) + 0.3 * quality + 0.2 * agreeing + boosts)
