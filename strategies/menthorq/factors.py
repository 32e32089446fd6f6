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
        value, reason = self.bias.read(candidate.now)
        if value is None:
            return not_asked(f"the dealers' bias is not known ({reason})")
        along = candidate.side * value
        said = f"the dealers' bias is {value:+.2f}, {along:+.2f} along the trade"
        if along > SAME - self.settings.adverse:
            return passes(along, said)
        return scales(self.settings.factor, along, f"{said}, at most {-self.settings.adverse:+.2f}")


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

    def judge(self, candidate: Candidate) -> Verdict:
        """Look at the regime."""
        del candidate
        value, regime = self.vix.value, self.vix.regime
        if value is None or regime is None:
            return not_asked("the VIX is not known: no cap")
        cap = {VixRegime.LOW: self.settings.low, VixRegime.MID: self.settings.mid}.get(
            regime, self.settings.high
        )
        return scales(cap, value, f"the VIX is {value:.2f} %, {regime.upper()}: at most {cap:g}")


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
        said = f"the spread is {spread} t"
        if spread <= self.settings.usual:
            return passes(spread, said)
        return scales(self.settings.factor, spread, f"{said}, more than {self.settings.usual:g} t")
