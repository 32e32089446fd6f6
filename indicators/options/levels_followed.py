"""Imported levels as they become known, where they lie on the future, while they hold."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from indicators.options.basis_followed import IndexBasis
from indicators.options.choices import LevelSettings, future_of, index_of, part
from indicators.options.levels import (
    LevelSet,
    is_stale,
    levels_of,
    sound,
    to_future,
    todays_end,
    too_far,
    unsettled,
)
from indicators.options.vix_followed import Vix
from mia_plugins.data.basis import Basis
from mia_plugins.data.level_names import Level
from mia_plugins.features import Market, Measure
from mia_plugins.tape.known import KnownTable
from mia_plugins.tape.tape import Tape
from mia_plugins.units import Points, Seconds


class ImportedLevels(Measure):
    """The levels that count: of the sets that hold, the future's own before the index's, then the newest.

    Each source has its newest set. Levels of 0DTE end when the options of their day settle. Levels of the
    index are moved by the basis of the newest chain. What cannot be at the last bar's close is left out, and
    told of in the set's `flaws`.
    """

    Settings = LevelSettings
    tables = frozenset({"levels"})
    outputs = ("age",)

    def __init__(self, market: Market, settings: Any) -> None:
        of = (
            (settings.levels_of,)
            if settings.levels_of
            else (future_of(market.product), index_of(market.product))
        )
        self._underlyings = tuple(dict.fromkeys(of))
        super().__init__(market, settings)
        self.vix = market.measure(Vix)
        self.basis = market.measure(IndexBasis, **part(settings, IndexBasis))

    def reset(self) -> None:
        """Forget every level."""
        self._sets: tuple[LevelSet, ...] = ()
        self._until: int | None = None
        self._count = -1
        self._moved: tuple[LevelSet, Basis | None, LevelSet] | None = None
        self._far: frozenset[Level] = frozenset()
        self._sound: LevelSet | None = None
        self.levels: LevelSet | None = None
        """Prices in points of the future; `None` when there are none that hold."""
        self.reason = "no levels are known"
        """Why there are none; empty when there are."""
        self.age: Seconds | None = None
        """Of the data behind them."""
        self.stale: LevelSet | None = None
        """The first set that was passed over because it is too old, while none holds; as published."""

    def begin_contract(self) -> None:
        """Read the levels anew: what they are of is told by the set, not by the contract."""
        self._sound = None

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Look whether levels became known, and which hold."""
        table = self.market.known.get("levels")
        fresh = None if table is None else table.known(lo, hi)
        if table is not None and fresh is not None and (len(fresh) or len(table) != self._count):
            self._count = len(table)
            self._hold(self._read(table, hi), hi)
        elif self._until is not None and hi >= self._until:
            self._hold(self._sets, hi)
        self._choose(tape, hi)

    def _hold(self, sets: Iterable[LevelSet], now: int) -> None:
        """Keep sets without the levels of options that have settled; one of nothing else is gone."""
        left = [(levels, unsettled(levels, now)) for levels in sets]
        self._sets = tuple(after for before, after in left if after is before or after.levels)
        self._until = min((end for one in self._sets if (end := todays_end(one)) is not None), default=None)
        self._sound = None

    def _read(self, table: KnownTable, now: int) -> list[LevelSet]:
        rows = table.known(-1, now)
        if rows is None:
            return []
        intraday = frozenset(self.settings.intraday)
        found = []
        for underlying in self._underlyings:
            of = rows.filter(pc.equal(rows["underlying"], underlying))
            for source in sorted(set(of["source"].to_pylist()), key=str):
                levels = levels_of(_of_source(of, source), underlying, intraday)
                if levels is not None:
                    found.append(levels)
        return sorted(found, key=self._rank)

    def _rank(self, levels: LevelSet) -> tuple[int, int]:
        return self._underlyings.index(levels.underlying), -levels.as_of

    def _choose(self, tape: Tape, now: int) -> None:
        """Take the first set that holds and that can be brought to the future."""
        self.levels, self.age, self.stale = None, None, None
        self.reason = f"no levels of {' or '.join(self._underlyings)} are known"
        for levels in self._sets:
            if is_stale(levels, now, self.vix.regime, strict=self.settings.strict_30min):
                self.stale = self.stale or levels
                self.reason = f"the levels of {levels.source} are {levels.age(now) / 3600:.1f} h old"
            elif self._is_own(levels) or self.basis.value is not None:
                basis = None if self._is_own(levels) else self.basis.value
                self.levels, self.age, self.reason = self._on_future(levels, basis, tape), levels.age(now), ""
                self.stale = None
                return
            else:
                self.reason = f"levels of {levels.underlying}, but {self.basis.reason}"

    def _is_own(self, levels: LevelSet) -> bool:
        return levels.underlying == future_of(self.market.product)

    def _on_future(self, levels: LevelSet, basis: Basis | None, tape: Tape) -> LevelSet:
        """Return a set where it lies on the future, without what cannot be; made when they change."""
        if self._moved is None or self._moved[0] is not levels or self._moved[1] is not basis:
            moved = (levels if basis is None else to_future(levels, basis)) or levels
            self._moved, self._sound = (levels, basis, moved), None
        moved = self._moved[2]
        if not tape.base.count:
            return moved
        price = Points(tape.base.close * self.market.tick)
        far = too_far(moved, price)
        if self._sound is None or far != self._far:
            self._far, self._sound = far, sound(moved, price)
        return self._sound


def _of_source(rows: pa.Table, source: str | None) -> pa.Table:
    return rows.filter(pc.is_null(rows["source"]) if source is None else pc.equal(rows["source"], source))
