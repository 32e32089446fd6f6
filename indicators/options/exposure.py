"""What dealers have to trade: gamma, vanna and charm exposure, by option, strike and in all."""

from enum import StrEnum
from typing import NamedTuple

import numpy as np

from indicators.options.black import Flags, Floats
from indicators.options.chain import Chain

MOVE = 0.01
"""GEX is for a move of one per cent."""
LEAST_COVERAGE = 0.5
"""With less of the open interest priced than this share, a sum over the chain is not known."""
DAYS_A_YEAR = 365


class DealerSign(StrEnum):
    """What one assumes that dealers hold. It is an assumption: the chain does not say."""

    CALLS_PLUS_PUTS_MINUS = "calls_plus_puts_minus"
    """Customers sell calls and buy puts: dealers are long the ones and short the others."""
    CALLS_MINUS_PUTS_PLUS = "calls_minus_puts_plus"
    """The mirror image."""
    SHORT_ALL = "short_all"
    """Customers buy everything."""
    LONG_ALL = "long_all"
    """Customers sell everything."""

    @property
    def of_call(self) -> float:
        """+1 when dealers are long calls."""
        return 1.0 if self in (DealerSign.CALLS_PLUS_PUTS_MINUS, DealerSign.LONG_ALL) else -1.0

    @property
    def of_put(self) -> float:
        """+1 when dealers are long puts."""
        return 1.0 if self in (DealerSign.CALLS_MINUS_PUTS_PLUS, DealerSign.LONG_ALL) else -1.0

    @property
    def mirrored(self) -> "DealerSign":
        """The convention under which each leg of a mirrored chain keeps its sign."""
        swap = {
            DealerSign.CALLS_PLUS_PUTS_MINUS: DealerSign.CALLS_MINUS_PUTS_PLUS,
            DealerSign.CALLS_MINUS_PUTS_PLUS: DealerSign.CALLS_PLUS_PUTS_MINUS,
        }
        return swap.get(self, self)


USUAL = DealerSign.CALLS_PLUS_PUTS_MINUS


class ByStrike(NamedTuple):
    """A sum for each strike, in order."""

    strike: Floats
    """Points."""
    value: Floats


def held(chain: Chain, sign: DealerSign = USUAL) -> Floats:
    """Return dealers' contracts in each option, signed; NaN where open interest is not known."""
    return np.where(chain.call, sign.of_call, sign.of_put) * chain.open_interest


def gex(chain: Chain, sign: DealerSign = USUAL) -> Floats:
    """Return each option's gamma exposure at spot: Γ·OI·M·S²·0.01, $ a move of 1 %; NaN where not known."""
    if chain.spot is None or chain.multiplier is None:
        return np.full(len(chain), np.nan)
    return held(chain, sign) * chain.greeks.gamma * (chain.multiplier * chain.spot**2 * MOVE)


def gex_by_strike(chain: Chain, sign: DealerSign = USUAL) -> ByStrike:
    """Return the gamma exposure of each strike over calls, puts and expiries, $ a move of 1 %."""
    return by_strike(chain, gex(chain, sign))


def net_gex(chain: Chain, sign: DealerSign = USUAL) -> float | None:
    """Return the gamma exposure of the whole chain, $ a move of 1 %; None when too little is known."""
    return total(chain, gex(chain, sign))


def vanna_exposure(chain: Chain, sign: DealerSign = USUAL) -> float | None:
    """Return ΣOI·M·vanna, signed: $ a point of the underlying, for a change of volatility by 1.00."""
    return _sum(chain, chain.greeks.vanna, sign)


def charm_exposure(chain: Chain, sign: DealerSign = USUAL) -> float | None:
    """Return ΣOI·M·charm, signed: $ a point of the underlying, for a day that passes."""
    return _sum(chain, chain.greeks.charm / DAYS_A_YEAR, sign)


def by_strike(chain: Chain, values: Floats, of: Flags | None = None) -> ByStrike:
    """Sum values of the options by strike, of all or of some; what is not known counts nothing."""
    strikes, at = chain.by_strike
    known = np.nan_to_num(values) if of is None else np.where(of, np.nan_to_num(values), 0.0)
    return ByStrike(strikes, np.bincount(at, known, len(strikes)))


def is_covered(chain: Chain) -> bool:
    """Say whether enough of the open interest can be priced for what is said of the whole chain."""
    return chain.is_known and (chain.coverage or 0.0) >= LEAST_COVERAGE


def total(chain: Chain, values: Floats) -> float | None:
    """Sum values over the options; None when too little of the open interest can be priced."""
    if chain.multiplier is None or not is_covered(chain):
        return None
    return float(np.nansum(values))


def _sum(chain: Chain, values: Floats, sign: DealerSign) -> float | None:
    if chain.multiplier is None:
        return None
    return total(chain, held(chain, sign) * values * chain.multiplier)
