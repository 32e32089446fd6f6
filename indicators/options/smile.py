"""Implied volatility across strikes and expiries: at the money, skew, term structure."""

import numpy as np

from indicators.options.black import Flags, Floats
from indicators.options.chain import Chain

WING = 0.25
"""Delta of the options whose volatilities the skew compares."""
SKEW_DAYS = 30.0
"""The skew is of the expiry nearest to so many days."""
DAYS_A_YEAR = 365.0


def at_the_money_iv(chain: Chain, expiry: np.datetime64 | None = None) -> float | None:
    """Return an expiry's implied volatility a year (.2 is 20 %) at spot; the nearest's if none is given.

    Linear in the strike between the two around spot; of call and put the mean, or the one that is known.
    """
    day = expiry if expiry is not None else expiry_at(chain, 0)
    if chain.spot is None or day is None:
        return None
    rows = (chain.expiry == day) & ~np.isnan(chain.iv)
    strikes, at = np.unique(chain.strike[rows], return_inverse=True)
    if not len(strikes) or not strikes[0] <= chain.spot <= strikes[-1]:
        return None
    ivs = np.bincount(at, chain.iv[rows]) / np.bincount(at)
    return float(np.interp(chain.spot, strikes, ivs))


def expiry_at(chain: Chain, rank: int) -> np.datetime64 | None:
    """Return the nearest expiry (rank 0), or one after it; None when there are not so many."""
    days = chain.by_expiry[0]
    return days[rank] if rank < len(days) else None


def skew_25_delta(chain: Chain, expiry: np.datetime64 | None = None) -> float | None:
    """Return the volatility of the 25-delta put less that of the 25-delta call; .01 is one point of it.

    Of the expiry nearest to 30 days if none is given; the nearer one of two. Linear in delta between
    strikes. None when an expiry does not reach to the delta.
    """
    day = expiry if expiry is not None else _nearest_to(chain, SKEW_DAYS)
    if day is None:
        return None
    of_day = (chain.expiry == day) & ~np.isnan(chain.iv) & ~np.isnan(chain.greeks.delta)
    put, call = _wing(chain, of_day & ~chain.call), _wing(chain, of_day & chain.call)
    return None if put is None or call is None else put - call


def term_structure(chain: Chain) -> float | None:
    """Return front over next expiry's volatility at the money, less 1: above 0 the front costs more."""
    days = [expiry_at(chain, rank) for rank in (0, 1)]
    if days[0] is None or days[1] is None:
        return None
    front, following = (at_the_money_iv(chain, day) for day in days)
    return None if front is None or following is None else front / following - 1


def _nearest_to(chain: Chain, days: float) -> np.datetime64 | None:
    expiries, at = chain.by_expiry
    if not len(expiries):
        return None
    years = np.bincount(at, chain.years, len(expiries)) / np.bincount(at, minlength=len(expiries))
    nearest: np.datetime64 = expiries[int(np.argmin(np.abs(years * DAYS_A_YEAR - days)))]
    return nearest


def _wing(chain: Chain, rows: Flags) -> float | None:
    """Return the volatility at a delta of 25, of calls or of puts."""
    deltas: Floats = np.abs(chain.greeks.delta[rows])
    order = np.argsort(deltas, kind="stable")
    deltas, ivs = deltas[order], chain.iv[rows][order]
    if not len(deltas) or not deltas[0] <= WING <= deltas[-1]:
        return None
    return float(np.interp(WING, deltas, ivs))
