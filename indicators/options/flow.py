"""What calls and puts say about direction: put/call ratios and the bias of the options' flow."""

import math
from collections.abc import Sequence
from statistics import median

import numpy as np

from indicators.options.chain import Chain
from indicators.options.reading import known, sign, unknown
from mia_plugins.features import Reading

SESSIONS, LEAST_SESSIONS = 60, 20
"""The median is of so many sessions, and 0 until there are the fewer."""
STEEPNESS = -2.0
OF_INTEREST, OF_VOLUME = 0.6, 0.4


def log_put_call_ratio(chain: Chain) -> float | None:
    """Return ln(puts/calls) of the open interest; None when one of them is zero or not known."""
    calls, puts = _totals(chain, chain.open_interest)
    return math.log(puts / calls) if calls and puts else None


def put_call_term(ratio: float | None, history: Sequence[float]) -> float | None:
    """Return tanh(−2·(ln PCR − its median over 60 sessions)): above 0 there are fewer puts than usual.

    `history`: ln PCR of the sessions before, newest last. Until there are 20 the median is 0: as many
    puts as calls are taken for usual.
    """
    if known(ratio) is None or ratio is None:
        return None
    past = [value for value in history[-SESSIONS:] if math.isfinite(value)]
    return math.tanh(STEEPNESS * (ratio - (median(past) if len(past) >= LEAST_SESSIONS else 0.0)))


def volume_term(chain: Chain) -> float | None:
    """Return (calls − puts)/(calls + puts) of the volume, in [−1, 1]; 0 when nothing traded."""
    calls, puts = _totals(chain, chain.volume)
    if calls is None or puts is None:
        return None
    return (calls - puts) / (calls + puts) if calls + puts > 0 else 0.0


def options_flow_bias(chain: Chain | None, history: Sequence[float] = ()) -> Reading:
    """Return .6 of the put/call term and .4 of the volume's, in [−1, 1]; `history` as in `put_call_term`."""
    if chain is None:
        return unknown("option chain")
    return flow_bias_of(put_call_term(log_put_call_ratio(chain), history), volume_term(chain))


def flow_bias_of(interest: float | None, volume: float | None) -> Reading:
    """Return the bias of the two terms, each in [−1, 1]."""
    if interest is None or volume is None:
        named = (("put/call ratio of open interest", interest), ("volume of calls and puts", volume))
        return unknown(*(name for name, term in named if term is None))
    value = OF_INTEREST * interest + OF_VOLUME * volume
    leaning = ("as usual", "to calls", "to puts")[sign(value)]
    told = "options lean {}: open interest {:+.2f}, volume {:+.2f}"
    return Reading(value, told, (leaning, interest, volume))


def _totals(chain: Chain, values: np.ndarray) -> tuple[float | None, float | None]:
    """Return the sums of calls and of puts; None where no row of the kind knows its own."""
    return _total(values[chain.call]), _total(values[~chain.call])


def _total(values: np.ndarray) -> float | None:
    return None if np.isnan(values).all() else float(np.nansum(values))
