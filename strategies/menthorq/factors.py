"""Factors of the whole market: the dealers' bias against a trade, the VIX, the spread."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from indicators.book.quotes import BestQuote
from indicators.options.bias_followed import BiasSettings
from indicators.options.features import DealersBias
from indicators.options.vix import VixRegime
from indicators.options.vix_followed import Vix
from mia_plugins.decisions import Candidate, Force, Rule, Verdict, not_asked, passes, scales
from mia_plugins.features import Market
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Multiple, Ticks

type Factor = Annotated[Multiple, Field(gt=0, le=1)]
SAME = 1e-9
"""Scores nearer than this are the same one."""


class AdverseBias(Rule):
    """Less size when dealers lean against the trade: side · bias at most -.3."""

    class Settings(BiasSettings):
        """What can be set."""

        adverse: Annotated[float, Field(gt=0, le=1)] = 0.3
        """How far dealers must lean against the side."""
        factor: Factor = Multiple(0.8)
        """What the size is multiplied by."""

    force = Force.SOFT
    unit = "score"

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        chosen = {name: getattr(settings, name) for name in BiasSettings.model_fields}
        self.bias = DealersBias(market, DealersBias.Settings(**chosen))

    def judge(self, candidate: Candidate) -> Verdict:
        """Compare the bias with the side."""
        found = self.bias.read(candidate.now)
        value = found.value
        if value is None:
            return not_asked("the dealers' bias is not known ({.reason})", found)
        along, adverse = candidate.side * value, -self.settings.adverse
        said = "the dealers' bias is {:+.2f}, {:+.2f} along the trade"
        if along > SAME + adverse:
            return passes(along, said, value, along)
        return scales(self.settings.factor, along, said + ", at most {:+.2f}", value, along, adverse)


class VixCap(Rule):
    """What the soft factors together may be at most: 1, .6 or .4 while the VIX is LOW, MID or HIGH."""

    class Settings(BaseSettings):
        """What can be set."""

        low: Factor = Multiple(1.0)
        """The most while the VIX is LOW."""
        mid: Factor = Multiple(0.6)
        """The most while it is MID; not above `low`."""
        high: Factor = Multiple(0.4)
        """The most while it is HIGH; not above `mid`."""

        @model_validator(mode="after")
        def _nerves_allow_no_more(self) -> Self:
            if not self.low >= self.mid >= self.high:
                got = f"{self.low:g}, {self.mid:g}, {self.high:g}"
                raise ValueError(f"low, mid and high should not rise from one to the next; got {got}")
            return self

    force = Force.CAP
    unit = "%"

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.vix = market.measure(Vix)
        self._caps = {regime: getattr(settings, regime) for regime in VixRegime}

    def judge(self, candidate: Candidate) -> Verdict:
        """Look at the regime."""
        del candidate
        value, regime = self.vix.value, self.vix.regime
        if value is None or regime is None:
            return not_asked("the VIX is not known: no cap")
        cap = self._caps[regime]
        return scales(cap, value, "the VIX is {:.2f} %, {.name}: at most {:g}", value, regime, cap)


class WideSpread(Rule):
    """Less size while best bid and ask lie more than 2 t apart."""

    class Settings(BaseSettings):
        """What can be set."""

        usual: Annotated[Ticks, Field(ge=1, le=400)] = Ticks(2)
        """A spread above this is wide."""
        factor: Factor = Multiple(0.8)
        """What the size is multiplied by."""

    force = Force.COST
    unit = "t"

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.quote = market.measure(BestQuote)

    def judge(self, candidate: Candidate) -> Verdict:
        """Look at the last quote."""
        del candidate
        spread, bid = self.quote.spread, self.quote.bid
        if spread is None:
            return not_asked("no quote is known" if bid is None else "bid and ask are crossed")
        usual, said = self.settings.usual, "the spread is {} t"
        if spread <= usual:
            return passes(spread, said, spread)
        return scales(self.settings.factor, spread, said + ", more than {:g} t", spread, usual)
