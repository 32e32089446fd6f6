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


def unusual_activity(chain: Chain, usual: Floats | None = None) -> Activity:
    """Say which options traded more than 3 × their open interest, or than the .99 quantile of 20 sessions.

    `usual` is that quantile for each option of the chain (contracts); one where it is NaN is held to its
    open interest only.
    """
    has_volume = ~np.isnan(chain.volume)
    has_interest = ~np.isnan(chain.open_interest)
    if usual is None:
        usual = np.full(len(chain), np.nan)
    with np.errstate(invalid="ignore"):
        much = chain.volume > TIMES_INTEREST * chain.open_interest
        much |= chain.volume > usual
    known = has_volume & (has_interest | ~np.isnan(usual))
    calls, puts = much & chain.call, much & ~chain.call
    return Activity(much, known, float(chain.volume[calls].sum()), float(chain.volume[puts].sum()))


def usual_volume(history: Floats) -> Floats | None:
    """Return the .99 quantile of each option's volume over 20 sessions; None when they are fewer.

    `history`: a row a session, newest last, a column an option (contracts); NaN where one of them is.
    """
    if len(history) < SESSIONS:
        return None
    found: Floats = np.quantile(history[-SESSIONS:], QUANTILE, axis=0)
    return found
