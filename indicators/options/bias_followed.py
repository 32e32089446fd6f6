"""The dealers' bias as chain and levels become known, worked out once for all who ask."""

from typing import Any

from indicators.options.bias import Dealers, dealers_bias_chain, dealers_bias_levels, which_bias
from indicators.options.choices import DealerSettings, part
from indicators.options.dealers import GammaLevelsOnFuture
from indicators.options.vix_followed import Vix
from mia_plugins.features import Market, Measure, Reading, unknown
from mia_plugins.tape.tape import Tape
from mia_plugins.units import Points, Seconds


class BiasSettings(DealerSettings):
    """Who speaks of dealers, and how levels are weighed."""

    legacy: bool = False
    """Whether the walls of imported levels weigh .25 and .20 each, as the document has it."""


class BiasFollowed(Measure):
    """By the chain while it is young, else by the imported levels; the price is the last bar's close."""

    Settings = BiasSettings

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.gamma = market.measure(GammaLevelsOnFuture, **part(settings, GammaLevelsOnFuture))
        self.option_chain, self.imported = self.gamma.option_chain, self.gamma.imported
        self.vix = market.measure(Vix)

    def reset(self) -> None:
        """Forget what was said."""
        self._said: Reading | None = None

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Forget what was said before this."""
        del tape, lo, hi
        self._said = None

    def read(self) -> Reading:
        """Return the bias, -1 to 1, and whose it is."""
        if self._said is None:
            self._said = self._read()
        return self._said

    def _read(self) -> Reading:
        base = self.market.tape.base
        if not base.count:
            return unknown("no bar has closed yet")
        price = Points(base.close * self.market.tick)
        chain, levels = self._of_chain(price), self._of_levels(price)
        age, young = self.option_chain.age, Seconds(self.settings.young * 60)
        found, whose = which_bias(chain, age, levels, young)
        if not whose:
            old = age is not None and age >= young and chain.value is not None
            why = f"the chain is {(age or 0) / 60:.0f} min old" if old else chain.reason
            return unknown("{}; {.reason}", why, levels)
        if whose == "chain":
            return Reading(found.value, "{.reason}; chain {:.0f} min old", (found, (age or 0) / 60))
        return Reading(found.value, "{.reason}; of the levels", (found,))

    def _of_chain(self, price: Points) -> Reading:
        figures, on_future = self.option_chain.figures, self.gamma.of_chain
        if figures is None or on_future is None:
            return unknown(self.option_chain.reason or self.gamma.basis.reason)
        dealers = Dealers(
            figures.net_gex,
            on_future.flip,
            self.gamma.chain_move,
            self.option_chain.put_call_term,
            self.option_chain.usual_gex,
        )
        return dealers_bias_chain(price, dealers, self.vix.regime)

    def _of_levels(self, price: Points) -> Reading:
        levels, legacy = self.imported.levels, self.settings.legacy
        if levels is None:
            return unknown(self.imported.reason)
        move = self.gamma.levels_move if self.gamma.levels_move is not None else self.gamma.chain_move
        return dealers_bias_levels(price, levels, move, self.vix.regime, legacy=legacy)
