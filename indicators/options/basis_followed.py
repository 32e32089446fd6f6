"""What the future stands above the index, as it becomes known with each chain."""

from typing import Any

import numpy as np

from indicators.options.chain import FUTURES
from indicators.options.chain_followed import OptionChain
from indicators.options.choices import BasisSettings, future_of, part
from indicators.options.figures import Figures
from mia_plugins.data.basis import Basis, BasisMethod
from mia_plugins.features import Market, Measure
from mia_plugins.tape.bars import KEPT
from mia_plugins.tape.tape import Tape
from mia_plugins.units import Points

MINUTE = 60_000_000_000
"""ns."""
FARTHEST = 0.05
"""A future further from its index than this share of it is not of this index."""


class IndexBasis(Measure):
    """The basis of the newest chain: its spot, and what the future stood at when the chain was of.

    That is the close of the base bar that closed nearest to that time, of those that had closed when the
    chain became known; where none of them is near enough, of the first one after. Two contracts have two
    bases: after a change of contract a chain that is older than the new one's bars has none.
    """

    Settings = BasisSettings
    tables = OptionChain.tables
    outputs = ("points",)

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.option_chain = market.measure(OptionChain, **part(settings, OptionChain))

    def reset(self) -> None:
        """Forget the basis."""
        self.value: Basis | None = None
        self.reason = "no chain, no basis"
        """Why it is not known; empty when it is."""
        self._of: Figures | None = None
        self._bars = -1

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Look for the future's price at the time of a chain that is new."""
        del lo
        figures = self.option_chain.figures
        if figures is None:
            self.reset()
            self.reason = self.option_chain.reason
            return
        if figures is not self._of:
            self._of, self._bars, self.value = figures, -1, None
        within = round(self.settings.basis_within * MINUTE)
        is_due = self._bars < 0 or hi <= figures.chain.as_of + within
        if self.value is None and is_due and tape.base.count != self._bars:
            self._bars = tape.base.count
            self._find(tape, figures, within)

    def _find(self, tape: Tape, figures: Figures, within: int) -> None:
        spot, product = figures.chain.spot, future_of(tape.code)
        if spot is None:
            self.reason = f"the chain of {figures.chain.underlying} has no spot"
            return
        price = spot
        if figures.chain.underlying not in FUTURES:
            ticks = _price_near(tape, figures, within)
            if ticks is None:
                minutes = self.settings.basis_within
                self.reason = f"no price of {product} within {minutes:g} min of the chain's spot"
                return
            price = Points(ticks * self.market.tick)
        if abs(price - spot) > FARTHEST * spot:
            self.reason = f"{figures.chain.underlying} at {spot:g} is no index of {product} at {price:g}"
            return
        method = BasisMethod(self.settings.basis)
        self.value = Basis(price, spot, figures.chain.as_of, product, method)
        self.reason = ""

    @property
    def points(self) -> float | None:
        """What the future stands above the index, in points."""
        return self.value.future - self.value.index if self.value else None


def _price_near(tape: Tape, figures: Figures, within: int) -> int | None:
    """Return the future's price in ticks about when a chain was of; bars within so many ns of it count."""
    bars = tape.base.tail(KEPT)
    away = np.abs(bars.ts - figures.chain.as_of)
    near = np.flatnonzero(away <= within)
    early = near[bars.ts[near] <= figures.known_at]
    if len(early):
        return int(bars.close[early[np.argmin(away[early])]])
    return int(bars.close[near[0]]) if len(near) else None
