"""What options say, as features: walls and flip, the options' flow, dealers' hedging, the pin."""

from typing import Any

from indicators.options.basis_followed import IndexBasis
from indicators.options.bias_followed import BiasFollowed, BiasSettings
from indicators.options.chain_followed import OptionChain
from indicators.options.choices import BasisSettings, ChainSettings, DealerSettings, part
from indicators.options.dealers import FlipCrossed
from indicators.options.flow import flow_bias_of
from indicators.options.pin import pin_of
from indicators.options.proximity import gamma_levels_proximity
from indicators.options.settlement import NS_A_YEAR
from mia_plugins.features import EVEN, ODD, Feature, Market, Reading, Score, exempt, known, unknown
from mia_plugins.units import Points

EITHER = (frozenset({"option_chains"}), frozenset({"levels"}))
"""A chain or imported levels: either is enough for walls, flip and bias."""


class GammaLevelsProximity(Feature):
    """.65 for a wall within 8 t, .25 for the distance to the flip, .10 for a close across it of late.

    Of the chain while it is young, else of the imported levels, else of an older chain; HVL stands in for
    the flip where there are only levels, and is named so.
    """

    Settings = DealerSettings
    kind = Score.DIRECTIONAL
    mirror = ODD
    inputs = frozenset({"option_chains", "levels", "vix"})
    one_of = EITHER

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.crossed = market.measure(FlipCrossed, **settings.model_dump())
        self.gamma = self.crossed.gamma

    def read(self, now: int) -> Reading:
        """Compare the last close with walls and flip."""
        del now
        price, levels = _price(self.market), self.gamma.levels
        if price is None:
            return unknown("no bar has closed yet")
        if levels is None:
            return unknown(self.gamma.reason)
        tick = Points(self.market.tick)
        found = gamma_levels_proximity(price, levels, self.gamma.move, self.crossed.value, tick)
        return _bounded(found, f"of the {self.gamma.source}")


class OptionsFlowBias(Feature):
    """.6 for fewer puts held than usual, .4 for more calls than puts traded."""

    Settings = ChainSettings
    kind = Score.DIRECTIONAL
    mirror = ODD
    inputs = frozenset({"option_chains"})

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.option_chain = market.measure(OptionChain, **settings.model_dump())

    def read(self, now: int) -> Reading:
        """Look at calls and puts of the newest chain."""
        del now
        figures = self.option_chain.figures
        if figures is None:
            return unknown(self.option_chain.reason)
        return _bounded(
            flow_bias_of(self.option_chain.put_call_term, figures.volume), _aged(self.option_chain)
        )


class DealersBias(Feature):
    """Which way dealers' hedging leans: by the chain while it is young, else by the imported levels."""

    Settings = BiasSettings
    kind = Score.DIRECTIONAL
    mirror = exempt("a low VIX leans up whatever the price does; at a VIX of 15 to 25 it is odd")
    inputs = frozenset({"option_chains", "levels", "vix"})
    one_of = EITHER

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.bias = market.measure(BiasFollowed, **part(settings, BiasFollowed))

    def read(self, now: int) -> Reading:
        """Ask the chain, then the levels."""
        del now
        return _bounded(self.bias.read())


class PinRisk(Feature):
    """How likely the price is held at the strike where most of the next expiry's options are."""

    Settings = BasisSettings
    kind = Score.QUALITY
    mirror = EVEN
    inputs = frozenset({"option_chains"})

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.basis = market.measure(IndexBasis, **settings.model_dump())
        self.option_chain = self.basis.option_chain

    def read(self, now: int) -> Reading:
        """Compare the last close with the strike."""
        figures, basis, price = self.option_chain.figures, self.basis.value, _price(self.market)
        if price is None:
            return unknown("no bar has closed yet")
        if figures is None or basis is None:
            return unknown(self.option_chain.reason or self.basis.reason)
        found = figures.magnet
        if found is not None:
            left = found.years - (now - figures.chain.as_of) / NS_A_YEAR
            if left <= 0:
                return unknown("the next expiry of the chain has settled")
            found = found.seen_from(basis.on_index(price), left)
        return _bounded(pin_of(found, figures.net_gex, self.option_chain.move), _aged(self.option_chain))


def _price(market: Market) -> Points | None:
    """Return the last base bar's close, in points; `None` before the contract has one."""
    base = market.tape.base
    return Points(base.close * market.tick) if base.count else None


def _aged(chain: OptionChain) -> str:
    return f"chain {(chain.age or 0) / 60:.0f} min old"


def _bounded(reading: Reading, whose: str = "") -> Reading:
    """Return a score that rounding has not carried beyond ±1, and say whose it is."""
    if reading.value is None:
        return reading
    value = max(-1.0, min(1.0, reading.value))
    return known(value, "{.reason}; {}", reading, whose) if whose else reading._replace(value=value)
