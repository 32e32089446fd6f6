"""dealers_bias: which way dealers' hedging leans, from the chain or from imported levels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indicators.options.flow import LEAST_SESSIONS, SESSIONS
from indicators.options.levels import LevelSet, beside
from indicators.options.reading import Terms, known, proximity, sign, unknown
from indicators.options.vix import VixRegime
from mia_plugins.data.level_names import LevelKind
from mia_plugins.features import Reading
from mia_plugins.units import Points, Seconds

OF_GEX, OF_FLIP, OF_PCR = 0.45, 0.35, 0.20
WHEN_HIGH = 0.9
"""What a bias is worth when the VIX is HIGH."""
QUANTILE = 0.75
YOUNG = Seconds(30 * 60)
"""A chain this old no longer speaks before the levels."""
WEIGHTS = {
    "walls": (0.45, (LevelKind.CALL_WALL, LevelKind.PUT_WALL)),
    "blind spots": (0.20, (LevelKind.BLIND_SPOT,)),
    "swing": (0.15, (LevelKind.SWING,)),
    "GEX": (0.15, (LevelKind.GEX,)),
}
LEGACY_WEIGHTS = {
    "call wall": (0.25, (LevelKind.CALL_WALL,)),
    "put wall": (0.20, (LevelKind.PUT_WALL,)),
    **{name: of for name, of in WEIGHTS.items() if name != "walls"},
}
"""The document's weights of the two walls, each looked at by itself."""
OF_VIX = 0.05
VIX_VALUES = {VixRegime.LOW: 1.0, VixRegime.MID: 0.5, VixRegime.HIGH: 0.0}


@dataclass(frozen=True, slots=True)
class Dealers:
    """What the chain says of dealers; None: not known."""

    net_gex: float | None
    """$ a move of 1 %."""
    flip: Points | None
    """The root nearest to spot; of the underlying that the price is of."""
    move: Points | None
    """Expected move."""
    put_call: float | None
    """`put_call_term`, in [−1, 1]."""
    usual_gex: float | None
    """q75 of |net GEX| over 60 sessions, $ a move of 1 %."""


def usual_gex(history: Sequence[float]) -> float | None:
    """Return the .75 quantile of |net GEX| over 60 sessions before this one ($ a move of 1 %); None below 20.

    `history`: net GEX of the sessions, newest last.
    """
    past = [abs(value) for value in history[-SESSIONS:] if math.isfinite(value)]
    return float(np.quantile(past, QUANTILE)) if len(past) >= LEAST_SESSIONS else None


def dealers_bias_chain(price: Points, dealers: Dealers, regime: VixRegime | None) -> Reading:
    """Return (.45·tanh(|GEX|/q75)·sign(S−flip) + .35·tanh((S−flip)/EM) + .20·PCR)·(.9 if VIX HIGH).

    In [−1, 1]; price in points. Everything must be known but the VIX: unless it is known to be HIGH,
    nothing is taken off.
    """
    needed = {
        "price": known(price),
        "net GEX": known(dealers.net_gex),
        "gamma flip": known(dealers.flip),
        "expected move": dealers.move if (known(dealers.move) or 0) > 0 else None,
        "put/call ratio": known(dealers.put_call),
        "usual GEX of 20 sessions": dealers.usual_gex if (known(dealers.usual_gex) or 0) > 0 else None,
    }
    missing = [name for name, value in needed.items() if value is None]
    if missing:
        return unknown(*missing)
    at, gex, flip, move, pcr, usual = (value for value in needed.values() if value is not None)
    gamma = math.tanh(abs(gex) / usual) * sign(at - flip)
    away = math.tanh((at - flip) / move)
    nerves = WHEN_HIGH if regime is VixRegime.HIGH else 1.0
    value = (OF_GEX * gamma + OF_FLIP * away + OF_PCR * pcr) * nerves
    vix = "VIX not known" if regime is None else f"VIX {regime}"
    return Reading(value, "gamma {:+.2f}, flip {:+.2f}, put/call {:+.2f}, {}", (gamma, away, pcr, vix))


def dealers_bias_levels(
    price: Points,
    levels: LevelSet | None,
    move: Points | None,
    regime: VixRegime | None,
    *,
    legacy: bool = False,
) -> Reading:
    """Return 2(x − .5), x the weighted mean of ½(1 + q(below) − q(above)), q = p(d, EM/2); in [−1, 1].

    Price and expected move (`move`) in points. Below and above are seen from the price, whatever a
    level is called; one at the price is both. Kinds that were not imported, and a VIX that is not
    known, give their weight to the others.
    """
    if levels is None or known(price) is None:
        return unknown("levels" if levels is None else "price")
    if move is None or not (known(move) or 0) > 0:
        return unknown("expected move")
    terms, weights = Terms(), []
    for name, (weight, kinds) in (LEGACY_WEIGHTS if legacy else WEIGHTS).items():
        ladder = levels.ladder(*kinds)
        if ladder:
            terms[name] = _leaning(*beside(ladder, price), Points(move / 2))
            weights.append(weight)
    if not terms:
        return unknown("levels of any kind that is weighed")
    if regime is not None:
        terms["VIX"] = VIX_VALUES[regime]
        weights.append(OF_VIX)
    return Reading(2 * (terms.mean(weights) - 0.5), "{:.2f}", (terms,))


def which_bias(
    chain: Reading | None, age: Seconds | None, levels: Reading | None, young: Seconds = YOUNG
) -> tuple[Reading, str]:
    """Return the bias that holds and whose it is: `chain`, `levels`, or neither and an empty name.

    The chain's if it is known and its `age` is below `young` (s; 30 min), else that of the levels.
    """
    if chain is not None and age is not None and age < young and chain.value is not None:
        return chain, "chain"
    if levels is not None and levels.value is not None:
        return levels, "levels"
    return unknown(f"a chain younger than {young / 60:g} min", "levels"), ""


def _leaning(below: float | None, above: float | None, reach: Points) -> float:
    """Return ½(1 + q(below) − q(above)): 1 with support at hand, 0 with resistance; distances in points."""
    held = 0.0 if below is None else proximity(below, reach)
    stopped = 0.0 if above is None else proximity(above, reach)
    return (1 + held - stopped) / 2
