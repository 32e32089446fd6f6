"""`mtf_confluence`: Battle Navale on bars of several lengths, as one."""

from itertools import pairwise
from typing import Annotated, Any, NamedTuple

from pydantic import Field, field_validator

from indicators.battle_navale.battle import BattleNavale, BattleRules
from indicators.measured import AtrTicks
from indicators.norms import Typical
from mia_plugins.features import (
    ODD,
    BarMeasure,
    Feature,
    Market,
    Reading,
    Score,
    known,
    quiet,
    unknown,
)
from mia_plugins.tape.bars import Bar

THREE = (0.5, 0.3, 0.2)
"""The weights of three lengths, the shortest first."""
WILD, CALM = 1.5, 0.7
"""The ATR over what is usual: more than the one is wild, less than the other calm."""
WHEN_WILD = (0.7, 0.2, 0.1, 0.0, 0.0)
AS_USUAL = (0.45, 0.3, 0.15, 0.05, 0.05)
WHEN_CALM = (0.3, 0.3, 0.2, 0.15, 0.05)
"""The weights of five lengths; of four the last is left out."""
ALL_AGREE, FIRST_OPPOSES = 1.2, 0.8
"""What the mean is multiplied by."""
OPPOSED_BY = 2
"""Counted from 0: the length, 15 minutes, whose opposite sign counts against the shortest."""
LEAST = 2
"""Lengths that must be known."""


class Volatility(BarMeasure):
    """The ATR of base bars over what was usual in the 50 bars before."""

    outputs = ("value",)

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.atr = market.measure(AtrTicks)

    def reset(self) -> None:
        """Forget every bar."""
        self._typical = Typical()
        self._last: float | None = None

    def take_bar(self, bar: Bar) -> None:
        """Note the ATR."""
        self._last = self.atr.value
        if self._last is not None:
            self._typical.add(bar.ts, self._last)

    @property
    def value(self) -> float | None:
        """1 is as usual; `None` until it is known what is."""
        usual = self._typical.value
        return self._last / usual if self._last is not None and usual else None


class OfLength(NamedTuple):
    """What Battle Navale says on bars of a length."""

    score: float
    confidence: float
    weight: float


class MtfConfluence(Feature):
    """The mean of Battle Navale's scores on several lengths, by weight and confidence.

    A length whose score is not known is left out; two must be known. Where all that count have one sign it
    is raised by a fifth; where the shortest opposes the third it is lowered by a fifth.
    """

    class Settings(BattleRules):
        """What can be set."""

        timeframes: Annotated[
            tuple[Annotated[int, Field(ge=1, le=1440)], ...], Field(min_length=3, max_length=5)
        ] = (1, 5, 15)
        """The lengths of bars in minutes, the shortest first; the tape must have them."""

        @field_validator("timeframes")
        @classmethod
        def _grow(cls, value: tuple[int, ...]) -> tuple[int, ...]:
            if any(after <= before for before, after in pairwise(value)):
                raise ValueError("should be minutes that grow, such as 1, 5, 15")
            return value

    kind = Score.DIRECTIONAL
    mirror = ODD
    inputs = frozenset({"trades"})

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        rules = settings.model_dump(exclude={"timeframes"})
        base = market.tape.base.minutes
        self.battles = {
            minutes: market.measure(BattleNavale, minutes=0 if minutes == base else minutes, **rules)
            for minutes in settings.timeframes
        }
        self.volatility = market.measure(Volatility) if len(self.battles) > len(THREE) else None

    def read(self, now: int) -> Reading:
        """Put together what the last closed bar of each length says."""
        del now
        weights = self._weights()
        if weights is None:
            return unknown("no usual ATR yet, by which the lengths are weighed")
        found = [
            OfLength(battle.last.score, battle.last.confidence, weight) if battle.last else None
            for battle, weight in zip(self.battles.values(), weights, strict=True)
        ]
        there = [one for one in found if one is not None and one.weight > 0]
        told = ", ".join(
            f"{minutes} min {f'{one.score:+.2f}' if one else 'not known'}"
            for minutes, one in zip(self.battles, found, strict=True)
        )
        if len(there) < LEAST:
            return unknown(told)
        value = together(found)
        return known(value, told) if value else quiet(told)

    def _weights(self) -> tuple[float, ...] | None:
        if self.volatility is None:
            return THREE
        usual = self.volatility.value
        return None if usual is None else weights_by(usual)[: len(self.battles)]


def weights_by(volatility: float) -> tuple[float, ...]:
    """Return the weights of up to five lengths, by the ATR over what is usual."""
    if volatility > WILD:
        return WHEN_WILD
    return AS_USUAL if volatility >= CALM else WHEN_CALM


def together(found: list[OfLength | None]) -> float:
    """Return the scores of several lengths as one, -1 to 1; the shortest comes first."""
    there = [one for one in found if one is not None and one.weight > 0]
    value = sum(one.weight * one.score * one.confidence for one in there) / sum(one.weight for one in there)
    signs = {(one.score > 0) - (one.score < 0) for one in there}
    if signs in ({1}, {-1}):
        value *= ALL_AGREE
    first, third = found[0], found[OPPOSED_BY]
    if first is not None and third is not None and first.score * third.score < 0:
        value *= FIRST_OPPOSES
    return max(-1.0, min(1.0, value))
