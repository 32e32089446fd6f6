"""What the future stands above the index, as it becomes known with each chain."""

from typing import Any

import numpy as np

from indicators.options.chain import FUTURES, Chain
from indicators.options.chain_followed import OptionChain
from indicators.options.choices import BasisSettings, future_of, part
from indicators.options.figures import Figures
from indicators.options.levels import next_publication
from indicators.options.settlement import trading_day
from mia_plugins.data.basis import Basis, BasisMethod
from mia_plugins.data.sessions import session_on
from mia_plugins.features import Market, Measure
from mia_plugins.tape.bars import KEPT
from mia_plugins.tape.tape import Tape
from mia_plugins.units import Nanoseconds, Points

MINUTE = 60_000_000_000
"""ns."""
FARTHEST = 0.05
"""A future further from its index than this share of it is not of this index."""


class IndexBasis(Measure):
    """The basis of the newest chain: its spot, and what the future stood at when that was the index's price.

    In regular hours that is when the chain is of; after their close, the close, from which on the index
    stands still. A chain from before their opening has no spot to compare with: then the last basis from
    regular hours is kept, for as long as a chain would hold.

    The future's price is the close of the base bar that closed nearest to that time, of those that had
    closed when the chain became known; where none of them is near enough, of the first one after. Two
    contracts have two bases: after a change of contract a chain that is older than the new one's bars has
    none.
    """

    Settings = BasisSettings
    tables = OptionChain.tables
    outputs = ("points",)

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.option_chain = market.measure(OptionChain, **part(settings, OptionChain))
        self._within = round(settings.basis_within * MINUTE)

    def reset(self) -> None:
        """Forget the basis."""
        self.value: Basis | None = None
        self.reason = "no chain, no basis"
        """Why it is not known; empty when it is."""
        self._of: tuple[int, int] | None = None
        self._at: int | None = None
        self._bars = -1
        self._is_found = False

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Look for the future's price at the time of a chain that is new."""
        del lo
        figures = self.option_chain.figures
        if figures is None:
            self.reset()
            self.reason = self.option_chain.reason
            return
        if (figures.chain.as_of, figures.known_at) != self._of:
            self._of, self._at = (figures.chain.as_of, figures.known_at), _time_of_spot(figures.chain)
            self._bars, self._is_found = -1, False
        is_due = self._bars < 0 or (self._at is not None and hi <= self._at + self._within)
        if not self._is_found and is_due and tape.base.count != self._bars:
            self._bars = tape.base.count
            self._find(tape, figures)
        self._let_go(hi)

    def _find(self, tape: Tape, figures: Figures) -> None:
        chain, product = figures.chain, future_of(tape.code)
        if chain.spot is None:
            self.value, self.reason = None, f"the chain of {chain.underlying} has no spot"
            return
        price: Points | None = chain.spot
        if chain.underlying not in FUTURES:
            ticks = None if self._at is None else _price_near(tape, self._at, figures.known_at, self._within)
            price = None if ticks is None else Points(ticks * self.market.tick)
        if price is None or self._at is None:
            self._keep(chain, product)
        elif abs(price - chain.spot) > FARTHEST * chain.spot:
            self.value = None
            self.reason = f"{chain.underlying} at {chain.spot:g} is no index of {product} at {price:g}"
        else:
            method = BasisMethod(self.settings.basis)
            self.value = Basis(price, chain.spot, Nanoseconds(self._at), product, method)
            self.reason, self._is_found = "", True

    def _keep(self, chain: Chain, product: str) -> None:
        """Keep the basis of a chain before, if this one is of the same index."""
        kept, spot = self.value, chain.spot
        if kept is not None and spot is not None and abs(kept.index - spot) <= FARTHEST * spot:
            return
        self.value = None
        minutes = self.settings.basis_within
        self.reason = (
            f"the chain of {chain.underlying} is from before the opening, when the index stands still"
            if self._at is None
            else f"no price of {product} within {minutes:g} min of the chain's spot"
        )

    def _let_go(self, now: int) -> None:
        """Forget a basis that was kept for longer than a chain holds."""
        if self.value is None:
            return
        until = next_publication(self.value.as_of)
        if until is None or now > until:
            self.reason = f"the last basis is {self.value.age(now) / 3600:.1f} h old"
            self.value = None

    @property
    def points(self) -> float | None:
        """What the future stands above the index, in points."""
        return self.value.future - self.value.index if self.value else None


def _time_of_spot(chain: Chain) -> int | None:
    """Return when a chain's spot was the underlying's price (UTC ns); None: it is from before the opening."""
    if chain.underlying in FUTURES:
        return chain.as_of
    day = trading_day(chain.as_of)
    rth = session_on(day).rth if day else None
    if rth is None or chain.as_of <= rth[0]:
        return None
    return min(chain.as_of, rth[1])


def _price_near(tape: Tape, at: int, known_at: int, within: int) -> int | None:
    """Return the future's price in ticks about a time; times are UTC ns, `within` is ns."""
    bars = tape.base.tail(KEPT)
    away = np.abs(bars.ts - at)
    near = np.flatnonzero(away <= within)
    early = near[bars.ts[near] <= known_at]
    if len(early):
        return int(bars.close[early[np.argmin(away[early])]])
    return int(bars.close[near[0]]) if len(near) else None
