"""`BattleNavale`: the score of the fight on the bars of one length, with its quality and confidence."""

from collections import deque
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from indicators.battle_navale.chart import KEPT, Chart, Rules, Seen
from indicators.battle_navale.outcome import Outcome, strengths
from indicators.battle_navale.scoring import (
    REJECTED,
    BnClass,
    bn_class,
    confidence_of,
    lean,
    score_of,
)
from indicators.flow.bars import FlowBar, FlowBars
from indicators.norms import lots_are_fixed
from mia_plugins.data.arrow import Kind
from mia_plugins.features import Market, Measure
from mia_plugins.tape.tape import Tape
from mia_plugins.units import Contracts

LONG_BOOST, COLOUR_BOOST, RULE_BOOST = 0.10, 0.05, 0.20
"""What an active long bar, an active setting of colour and rouge sous verte add to the confidence."""
DELTA_SHARE = 0.67
"""Of the usual volume: the delta of a strong bar."""
AGREEING = 3
"""The last scores, whose signs are compared."""


class BattleRules(Rules):
    """What can be set of the method with its flow."""

    full_delta: Annotated[Contracts, Field(gt=0)] = Contracts(1000)
    """The delta of a strong base bar; on other bars .67 of the usual volume."""


class Battle(NamedTuple):
    """The fight at a bar's close."""

    ts: int
    """When it closed: UTC ns."""
    seen: Seen
    """Base, regime and bar patterns."""
    outcome: float
    """The Vikings' share of the strength shown, 0 to 1."""
    continuation: float
    """How likely the trend is to go on upward, 0 to 1."""
    score: float
    """-1 (Defenders) to 1 (Vikings); 0 when it is rejected."""
    bn_quality: float
    """The size of the score, before it may have been rejected."""
    confidence: float
    """0 to 1."""

    @property
    def bn_class(self) -> BnClass:
        """What a score of this size is called."""
        return bn_class(self.bn_quality)


class BattleNavale(Measure):
    """The score of Vikings against Defenders at each bar's close."""

    class Settings(BattleRules, Chart.Settings):
        """What can be set."""

    reads = frozenset({Kind.TRADES})
    outputs = ("score", "confidence", "bn_quality", "outcome")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        of_chart = settings.model_dump(include=set(Chart.Settings.model_fields))
        self.chart = market.measure(Chart, **of_chart)
        self._flow = market.measure(FlowBars, minutes=settings.minutes)
        self._fixed = not settings.minutes and lots_are_fixed(settings.lots, market)

    @property
    def longer_bars(self) -> frozenset[int]:
        """The length of its bars, where they are not the base bars."""
        return frozenset({self.settings.minutes} - {0})

    def reset(self) -> None:
        """Forget every bar."""
        self.battles: deque[Battle | None] = deque(maxlen=KEPT)
        """The youngest last; `None` where it was not known."""
        self._count = 0
        self._outcome = Outcome()
        self._signs: deque[int] = deque(maxlen=AGREEING)

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Take the bars that have closed, each with what the chart saw at it."""
        del tape, lo, hi
        fresh = self._flow.count - self._count
        for back in range(-fresh, 0):
            self._take_bar(self._flow.bars[back], self.chart.seen[back])
        self._count = self._flow.count

    def _take_bar(self, bar: FlowBar, seen: Seen) -> None:
        self._outcome.take(self._strengths(bar, seen.volume))
        battle = self._battle(seen) if seen.ready else None
        self.battles.append(battle)

    def _strengths(self, bar: FlowBar, volume: float | None) -> Any:
        if volume is None:
            return None
        return strengths(bar, volume, self.settings.full_delta if self._fixed else DELTA_SHARE * volume)

    def _battle(self, seen: Seen) -> Battle | None:
        balance = self._outcome.balance
        if balance is None:
            self._signs.clear()
            return None
        quality = seen.reference.quality if seen.reference else 0.0
        leaning = lean(seen.regime, seen.reference, seen.close)
        raw = score_of(balance, leaning, quality)
        score = raw if abs(raw) >= REJECTED else 0.0
        side = (score > 0) - (score < 0)
        self._signs.append(side)
        agreeing = bool(side) and len(self._signs) == AGREEING and len(set(self._signs)) == 1
        confidence = confidence_of(score, quality, agreeing=agreeing, boosts=boosts_of(side, seen))
        return Battle(seen.ts, seen, (1 + balance) / 2, (1 + leaning) / 2, score, abs(raw), confidence)

    @property
    def last(self) -> Battle | None:
        """The fight at the last bar; `None` when it is not known."""
        return self.battles[-1] if self.battles else None

    @property
    def score(self) -> float | None:
        """-1 to 1; 0 when it is rejected."""
        return self.last.score if self.last else None

    @property
    def confidence(self) -> float | None:
        """0 to 1."""
        return self.last.confidence if self.last else None

    @property
    def bn_quality(self) -> float | None:
        """The size of the score, 0 to 1."""
        return self.last.bn_quality if self.last else None

    @property
    def outcome(self) -> float | None:
        """The Vikings' share of the strength shown, 0 to 1."""
        return self._outcome.value


def boosts_of(side: int, seen: Seen) -> float:
    """Return what lies on the side of the score adds to the confidence."""
    if not side:
        return 0.0
    on_side = [pattern for pattern, _ in seen.patterns if pattern.side == side]
    return (
        LONG_BOOST * any(pattern.is_long for pattern in on_side)
        + COLOUR_BOOST * any(not pattern.is_long for pattern in on_side)
        + RULE_BOOST * (seen.regime == side)
    )
