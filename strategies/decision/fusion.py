"""Battle Navale and MenthorQ as one score."""

from strategies.decision.menthorq import MenthorQ, clip, sign

NAVALE_SHARE, MENTHORQ_SHARE = 0.6, 0.4


def fused(navale: float, levels: MenthorQ, bias: float = 0.0, *, literal: bool = False) -> float:
    """Return the two in one, -1 to 1; `bias` is the dealers', 0 where it is not known.

    x = (.6·BN + .4·a·MQ) / (.6 + .4·a): levels out of reach take nothing from Battle Navale. `literal`
    keeps the document's .6 and .4 whatever is near. The bias moves it by up to 30 %.
    """
    weight = MENTHORQ_SHARE * (1.0 if literal else levels.activity)
    x = (NAVALE_SHARE * navale + weight * levels.score) / (NAVALE_SHARE + weight)
    return clip(x * (1 + 0.3 * bias * sign(x)))
