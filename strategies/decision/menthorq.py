"""What imported levels say: walls and swing bands near the price, blind spots against them."""

from dataclasses import dataclass

REACH = 8.0
"""Ticks within which a wall or a swing level counts."""
BLIND_REACH = 10.0
"""Ticks within which a blind spot takes away from it."""


@dataclass(frozen=True, slots=True)
class NearLevels:
    """Distances from the price to the nearest level of each kind, in ticks; `None` where none is imported."""

    put_wall: float | None = None
    call_wall: float | None = None
    swing_low: float | None = None
    swing_high: float | None = None
    blind_spot: float | None = None


@dataclass(frozen=True, slots=True)
class MenthorQ:
    """The method's word."""

    score: float
    """-1 to 1."""
    activity: float
    """0 to 1: the proximity of what is nearest; 0 when nothing is imported or in reach."""


def proximity(distance: float | None, reach: float) -> float:
    """Return 1 at the level, 0 from `reach` ticks on, and 0 where there is none."""
    return 0.0 if distance is None else max(0.0, 1 - abs(distance) / reach)


def menthorq(near: NearLevels, bias: float = 0.0) -> MenthorQ:
    """Weigh the nearest levels; `bias` is the dealers', 0 where it is not known.

    A put wall holds and a call wall stops, so does a swing low and a swing high. With x the mean of the two
    kinds that are imported, the score is x·(1 - p(blind spot))·(1 + bias·sign(x)/2), clipped.
    """
    pairs = ((near.put_wall, near.call_wall), (near.swing_low, near.swing_high))
    imported = [pair for pair in pairs if pair != (None, None)]
    if not imported:
        return MenthorQ(0.0, 0.0)
    held = [(proximity(below, REACH), proximity(above, REACH)) for below, above in imported]
    x = sum(below - above for below, above in held) / len(held)
    blind = 1 - proximity(near.blind_spot, BLIND_REACH)
    score = x * blind * (1 + 0.5 * bias * sign(x))
    return MenthorQ(clip(score), max(p for pair in held for p in pair))


def clip(value: float, least: float = -1.0, most: float = 1.0) -> float:
    """Return a value, or the end it lies beyond."""
    return min(max(value, least), most)


def sign(value: float) -> int:
    """Return 1, 0 or -1."""
    return (value > 0) - (value < 0)
