"""Options that trade more than usual."""

from typing import NamedTuple

import numpy as np

from indicators.options.black import Flags, Floats
from indicators.options.chain import Chain

TIMES_INTEREST = 3.0
SESSIONS = 20
QUANTILE = 0.99


class Activity(NamedTuple):
    """One row an option of the chain."""

    unusual: Flags
    known: Flags
    """Whether either of the two questions could be asked."""
    call_volume: float
    """Contracts of unusual calls."""
    put_volume: float
    """Contracts of unusual puts."""


def unusual_activity(chain: Chain, history: Floats | None = None) -> Activity:
    """Say which options traded more than 3 × their open interest, or than the .99 quantile of 20 sessions.

    `history`: a row a session before this one, newest last, a column an option of the chain (contracts);
    an option that lacks one of the 20 is held to its open interest only.
    """
    has_volume = ~np.isnan(chain.volume)
    has_interest = ~np.isnan(chain.open_interest)
    with np.errstate(invalid="ignore"):
        much = chain.volume > TIMES_INTEREST * chain.open_interest
        usual = _quantiles(history, len(chain))
        much |= chain.volume > usual
    known = has_volume & (has_interest | ~np.isnan(usual))
    calls, puts = much & chain.call, much & ~chain.call
    return Activity(much, known, float(chain.volume[calls].sum()), float(chain.volume[puts].sum()))


def _quantiles(history: Floats | None, count: int) -> Floats:
    if history is None or len(history) < SESSIONS:
        return np.full(count, np.nan)
    found: Floats = np.quantile(history[-SESSIONS:], QUANTILE, axis=0)
    return found
