"""What Battle Navale sees on the bars of one length, without who bought and who sold."""

from collections import deque
from typing import Annotated, NamedTuple

from pydantic import Field

from indicators.battle_navale.bar_patterns import ACTIVE, BarPattern, patterns_at
from indicators.battle_navale.bases import Base, BaseFinder
from indicators.battle_navale.golden_rule import GoldenRule
from indicators.battle_navale.usual import UsualLots, UsualRanges
from indicators.fading import Fading, strongest_of
from indicators.norms import LotsMode, Usual, lots_are_fixed
from mia_plugins.data.sessions import Session
from mia_plugins.features import Measure
from mia_plugins.tape.bars import Bar
from mia_plugins.tape.tape import Tape
from mia_plugins.units import Contracts, Multiple

KEPT = 400
"""Bars that can be looked back upon."""
REGIMES = {1: "bullish regime", 0: "no regime", -1: "bearish regime"}
COLOURS = {1: "green", 0: "neutral", -1: "red"}


class Rules(Usual):
    """What can be set of the method, whatever the length of the bars."""

    max_base: Annotated[str, Field(pattern=r"^\d+(\.\d+)? (ATR|ticks)$")] = "2.3 ATR"
    """How high a base may be: "2.3 ATR", or the documents' literal "10 ticks"."""
    least_quality: Annotated[Multiple, Field(ge=0, lt=1)] = Multiple(0.5)
    """A base is kept when its quality is above."""
    by_body: bool = True
    """Whether bars that turn in a pattern must have bodies in their direction."""
    lots: LotsMode = "auto"
    """Whether contracts count as they stand; on bars longer than the base bar they never do."""
    full_volume: Annotated[Contracts, Field(gt=0)] = Contracts(1500)
    """The volume of a strong base bar."""


class Seen(NamedTuple):
    """What there is to see at a bar's close; prices in ticks."""

    ts: int
    """When it closed: UTC ns."""
    close: int
    regime: int
    """1, 0 or -1; its sign is rouge sous verte."""
    reference: Base | None
    """The base that was kept last."""
    turned: int
    """The side of the violation at this bar, 0 without one."""
    patterns: tuple[tuple[BarPattern, float], ...]
    """Those that are active, with their values by now."""
    strongest: tuple[BarPattern, float] | None
    volume: float | None
    """Contracts of a bar of full volume; `None` until it is known what is usual."""
    ready: bool
    """Whether bases and patterns can be told: before, there were too few bars."""

    @property
    def told(self) -> str:
        """Regime, base and strongest pattern in words."""
        base, words = self.reference, [REGIMES[self.regime]]
        if base:
            words.append(
                f"{COLOURS[base.colour]} base of {base.high - base.low} t (quality {base.quality:.2f})"
            )
        if self.strongest:
            words.append(f"{self.strongest[0].name} {self.strongest[1]:+.2f}")
        return ", ".join(words)


class Chart(Measure):
    """The base, the regime and the bar patterns of the bars of one length."""

    class Settings(Rules):
        """What can be set."""

        minutes: Annotated[int, Field(ge=0, le=1440)] = 0
        """The length of the bars; 0 for the base bars."""

    outputs = ("regime", "base_low", "base_high", "base_quality", "pattern")

    @property
    def longer_bars(self) -> frozenset[int]:
        """Their length, where they are not the base bars."""
        return frozenset({self.settings.minutes} - {0})

    def reset(self) -> None:
        """Forget every bar, and what is usual."""
        settings, longer = self.settings, bool(self.settings.minutes)
        fixed = not longer and lots_are_fixed(settings.lots, self.market)
        self._lots = UsualLots(settings.full_volume if fixed else None, settings.norm, longer=longer)
        self._ranges = UsualRanges(longer=longer)
        self._forget_bars()

    def begin_contract(self) -> None:
        """Forget bars, whose prices are another contract's, and keep what is usual."""
        self._forget_bars()

    def _forget_bars(self) -> None:
        self.seen: deque[Seen] = deque(maxlen=KEPT)
        """The youngest last."""
        self.count = 0
        """Bars since the start of this contract."""
        self._base_count = 0
        self._last: deque[Bar] = deque(maxlen=4)
        self._volumes: deque[float | None] = deque(maxlen=2)
        self._finder = BaseFinder(self.settings.max_base)
        self._rule = GoldenRule(self.settings.least_quality)
        self._active = Fading[BarPattern](ACTIVE)

    def begin_session(self, session: Session) -> None:
        """Start a trading day."""
        self._lots.begin_session(session)

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Take the bars that have closed, each after the base bars in it."""
        del lo, hi
        if not self.settings.minutes:
            for bar in tape.base.since(self.count):
                self._take_bar(bar)
            return
        waiting = deque(tape.base.since(self._base_count))
        for bar in tape.bars(self.settings.minutes).since(self.count):
            while waiting and waiting[0].ts <= bar.ts:
                self._take_base(waiting.popleft())
            self._take_bar(bar)
        while waiting:
            self._take_base(waiting.popleft())

    def _take_base(self, bar: Bar) -> None:
        self._ranges.take_base(bar)
        self._base_count += 1

    def _take_bar(self, bar: Bar) -> None:
        self.count += 1
        self._ranges.take(bar)
        self._lots.take(bar)
        self._last.append(bar)
        full, ratio = self._lots.volume, self._ranges.ratio
        self._volumes.append(bar.lots / full if full else None)
        self._rule.take(bar, self._finder.take(bar, ratio))
        found = self._patterns(ratio)
        self._active.take(found or ())
        active = self._active.all
        self.seen.append(
            Seen(
                bar.ts,
                bar.close,
                self._rule.regime,
                self._rule.reference,
                self._rule.turned,
                active,
                strongest_of(active),
                full,
                self._finder.ready and found is not None,
            )
        )

    def _patterns(self, ratio: float | None) -> tuple[BarPattern, ...] | None:
        """Return the patterns that the last bar completes; `None` when that cannot be told yet."""
        of_middle = self._volumes[0] if len(self._volumes) == 2 else None
        if of_middle is None or ratio is None:
            return None
        return tuple(patterns_at(tuple(self._last), of_middle, ratio, by_body=self.settings.by_body))

    @property
    def last(self) -> Seen | None:
        """What there is to see at the last bar; `None` until enough bars have closed."""
        return self.seen[-1] if self.seen and self.seen[-1].ready else None

    @property
    def regime(self) -> int | None:
        """1, 0 or -1."""
        return self.last.regime if self.last else None

    @property
    def base_low(self) -> int | None:
        """The low of the base that was kept last, in ticks."""
        return self.last.reference.low if self.last and self.last.reference else None

    @property
    def base_high(self) -> int | None:
        """Its high, in ticks."""
        return self.last.reference.high if self.last and self.last.reference else None

    @property
    def base_quality(self) -> float | None:
        """Its quality, 0 to 1."""
        return self.last.reference.quality if self.last and self.last.reference else None

    @property
    def pattern(self) -> float | None:
        """The value of the strongest active bar pattern, 0 without one."""
        if self.last is None:
            return None
        return self.last.strongest[1] if self.last.strongest else 0.0
