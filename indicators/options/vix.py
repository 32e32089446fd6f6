"""The regime of the VIX: LOW, MID or HIGH, which it leaves only by half a point."""

from enum import StrEnum

from indicators.options.reading import known

LOW_TO, HIGH_FROM = 15.0, 25.0
"""LOW up to the one, HIGH from the other; VIX in per cent."""
HYSTERESIS = 0.5
"""How far beyond its threshold the VIX must be for a regime to end."""


class VixRegime(StrEnum):
    """How nervous the options are."""

    LOW = "low"
    MID = "mid"
    HIGH = "high"


def vix_regime(value: float | None, before: VixRegime | None = None) -> VixRegime | None:
    """Return the regime of a value (%), given the one before; None when the value is not known.

    LOW begins at 15 and ends above 15.5, HIGH begins at 25 and ends below 24.5.
    """
    vix = known(value)
    if vix is None or vix <= 0:
        return None
    if vix <= LOW_TO or (before is VixRegime.LOW and vix <= LOW_TO + HYSTERESIS):
        return VixRegime.LOW
    if vix >= HIGH_FROM or (before is VixRegime.HIGH and vix >= HIGH_FROM - HYSTERESIS):
        return VixRegime.HIGH
    return VixRegime.MID


class VixState:
    """The regime as values come; a gap in them does not forget it."""

    def __init__(self) -> None:
        self._last: VixRegime | None = None

    def update(self, value: float | None) -> VixRegime | None:
        """Take in a value (%) and return the regime; None when the value is not known."""
        found = vix_regime(value, self._last)
        self._last = found or self._last
        return found

    def reset(self) -> None:
        """Forget everything."""
        self._last = None
