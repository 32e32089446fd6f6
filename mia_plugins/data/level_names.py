"""What imported levels are called, and what they are."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from mia_plugins.units import Points


class LevelKind(StrEnum):
    """What a level is."""

    CALL_WALL = "call_wall"
    PUT_WALL = "put_wall"
    GAMMA_WALL = "gamma_wall"
    HVL = "hvl"
    DAY_MIN = "day_min"
    DAY_MAX = "day_max"
    GEX = "gex"
    BLIND_SPOT = "blind_spot"
    SWING = "swing"
    """An edge of a swing band."""
    RISK_TRIGGER = "risk_trigger"
    OTHER = "other"
    """A name that mia does not know; it is kept and weighs nothing."""


MIRRORED = {
    LevelKind.CALL_WALL: LevelKind.PUT_WALL,
    LevelKind.PUT_WALL: LevelKind.CALL_WALL,
    LevelKind.DAY_MIN: LevelKind.DAY_MAX,
    LevelKind.DAY_MAX: LevelKind.DAY_MIN,
}
"""What becomes of a kind in a mirror image; the others stay what they are."""

PATTERNS = (
    (r"call (?:resistance|wall)", LevelKind.CALL_WALL),
    (r"put (?:support|wall)", LevelKind.PUT_WALL),
    (r"gamma wall", LevelKind.GAMMA_WALL),
    (r"hvl|high vol(?:atility)? level", LevelKind.HVL),
    (r"1d (?:exp(?:ected)? move )?min", LevelKind.DAY_MIN),
    (r"1d (?:exp(?:ected)? move )?max", LevelKind.DAY_MAX),
    (r"gex(?: level)?", LevelKind.GEX),
    (r"bl|blind ?spot", LevelKind.BLIND_SPOT),
    (r"swing(?: (?:upper|lower|high|low|top|bottom))?(?: band)?", LevelKind.SWING),
    (r"(?:swing )?risk trigger", LevelKind.RISK_TRIGGER),
)
TENORS = "0DTE|1WTE|1W|1M"
NUMBER = r"(?: (?P<rank>\d+))?"
_COMPILED = tuple(
    (re.compile(rf"(?:{pattern}){NUMBER}(?: (?P<tenor>{TENORS}))?\.?", re.IGNORECASE), kind)
    for pattern, kind in PATTERNS
)


@dataclass(frozen=True, slots=True)
class Level:
    """One imported level."""

    kind: LevelKind
    price: Points
    name: str
    """As its source has it."""
    rank: int | None = None
    """The number of a GEX level or a blind spot."""
    tenor: str = ""
    """0DTE, 1WTE, 1W, 1M; empty for all expiries."""

    def mirrored(self, about: Points) -> "Level":
        """Return the mirror image about a price (points)."""
        return replace(self, price=Points(2 * about - self.price), kind=MIRRORED.get(self.kind, self.kind))


def level_named(name: str, price: Points) -> Level:
    """Return the level that a name and a price (points) mean; case, underscores and spaces do not matter."""
    plain = re.sub(r"[\s_]+", " ", name).strip()
    for pattern, kind in _COMPILED:
        if found := pattern.fullmatch(plain):
            rank, tenor = found["rank"], found["tenor"]
            return Level(kind, price, name, int(rank) if rank else None, (tenor or "").upper())
    return Level(LevelKind.OTHER, price, name)
