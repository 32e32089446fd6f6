"""Walls and flip on the future, the chain's or imported ones, and whether a bar closed across the flip."""

from typing import Any

from indicators.options.basis_followed import IndexBasis
from indicators.options.chain_followed import OptionChain
from indicators.options.choices import DealerSettings, part
from indicators.options.gamma_levels import GammaLevels, gamma_levels_of_set
from indicators.options.levels import LevelSet
from indicators.options.levels_followed import ImportedLevels
from indicators.options.moves import move_by_levels
from indicators.options.proximity import FlipCrossing
from mia_plugins.data.basis import Basis
from mia_plugins.data.level_names import LevelKind
from mia_plugins.features import BarMeasure, Market, Measure
from mia_plugins.tape.bars import Bar
from mia_plugins.tape.tape import Tape
from mia_plugins.units import Points


class GammaLevelsOnFuture(Measure):
    """Walls, flip and expected move where they lie on the future, and whose they are.

    The chain's while it is younger than 30 min, else the levels that hold, else those of an older chain
    that holds still. The expected move is the same one's, or the other's where it has none.
    """

    Settings = DealerSettings
    outputs = ("call_wall", "put_wall", "flip")

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.option_chain = market.measure(OptionChain, **part(settings, OptionChain))
        self.basis = market.measure(IndexBasis, **part(settings, IndexBasis))
        self.imported = market.measure(ImportedLevels, **part(settings, ImportedLevels))

    def reset(self) -> None:
        """Forget what there was."""
        self.levels: GammaLevels | None = None
        """Points of the future."""
        self.source = ""
        """`chain`, `levels`, or empty."""
        self.reason = "no chain and no levels are known"
        """Why there are none; empty when there are."""
        self.of_chain: GammaLevels | None = None
        """The chain's, on the future, however old it is as long as it holds."""
        self.chain_move: Points | None = None
        """The chain's expected move, on the future."""
        self.levels_move: Points | None = None
        """That of the levels."""
        self._imported: tuple[LevelSet | None, GammaLevels | None] = (None, None)

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Look who speaks."""
        del tape, lo, hi
        figures, basis = self.option_chain.figures, self.basis.value
        there = figures is not None and basis is not None
        self.of_chain = figures.levels.on_future(basis) if figures and basis else None
        move = figures.move if figures else None
        self.chain_move = _moved(move.points, basis) if there and move and basis else None
        of_levels = self._of_levels()
        chain, levels = (self.of_chain, "chain"), (of_levels, "levels")
        order = (chain, levels) if self.is_young else (levels, chain)
        self.levels, self.source = next(
            ((found, source) for found, source in order if found and _says(found)), (None, "")
        )
        why_no_chain = self.option_chain.reason or self.basis.reason or "the chain has no walls and no flip"
        why_no_levels = self.imported.reason or "the levels have no walls and no HVL"
        self.reason = "" if self.levels else f"{why_no_chain}; {why_no_levels}"

    def _of_levels(self) -> GammaLevels | None:
        found = self.imported.levels
        if found is not self._imported[0]:
            self._imported = found, gamma_levels_of_set(found) if found else None
            ends = (LevelKind.DAY_MIN, LevelKind.DAY_MAX)
            self.levels_move = move_by_levels(*map(found.one, ends)) if found else None
        return self._imported[1]

    @property
    def is_young(self) -> bool:
        """Whether the chain is young enough to speak before the levels."""
        age = self.option_chain.age
        young: float = self.settings.young
        return age is not None and age < young * 60

    @property
    def move(self) -> Points | None:
        """The expected move that goes with the levels, in points."""
        own, other = self.chain_move, self.levels_move
        if self.source == "levels":
            own, other = other, own
        return own if own is not None else other

    @property
    def call_wall(self) -> float | None:
        """The first of the call walls, in ticks."""
        return self.levels.calls[0] / self.market.tick if self.levels and self.levels.calls else None

    @property
    def put_wall(self) -> float | None:
        """The first of the put walls, in ticks."""
        return self.levels.puts[0] / self.market.tick if self.levels and self.levels.puts else None

    @property
    def flip(self) -> float | None:
        """The flip, or HVL in its place, in ticks."""
        at = self.levels.flip if self.levels else None
        return None if at is None else at / self.market.tick


class FlipCrossed(BarMeasure):
    """Whether a bar closed across the flip in the last five bars: the sign of the crossing, else 0."""

    Settings = DealerSettings
    outputs = ("value",)

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.gamma = market.measure(GammaLevelsOnFuture, **settings.model_dump())

    def reset(self) -> None:
        """Forget every bar."""
        self._crossing = FlipCrossing()
        self.value: int | None = None
        """`None` while there is no flip."""

    def take_bar(self, bar: Bar) -> None:
        """Compare a close with the flip as it is known."""
        levels, tick = self.gamma.levels, self.market.tick
        self.value = self._crossing.advance(Points(bar.close * tick), levels.flip if levels else None)


def _says(levels: GammaLevels) -> bool:
    return bool(levels.calls or levels.puts) or levels.flip is not None


def _moved(move: Points, basis: Basis) -> Points:
    """Return a distance on the index as one on the future, in points."""
    return Points(basis.on_future(Points(basis.index + move)) - basis.on_future(basis.index))
