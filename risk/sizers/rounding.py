"""From micros to the contracts that are ordered, and why they are fewer than was asked for."""

from collections.abc import Sequence

from mia_plugins.decisions import Candidate, Sized
from risk.sizers.micros import FULL, Rounding, lot


def rounded(
    candidate: Candidate, micros: int, allowed: int, rounding: Rounding, steps: Sequence[float]
) -> Sized:
    """Return a size in whole contracts: `micros` were asked for, of which the risk allows `allowed`.

    `steps` are those that came before; the last is what came of it.
    """
    one = lot(candidate.contract)
    wanted = min(micros, allowed)
    contracts = wanted // one
    if rounding is Rounding.AT_LEAST_ONE and not contracts and micros > 0 and one <= allowed:
        contracts = 1
    reason = _why(candidate, wanted, allowed, contracts, rounding)
    return Sized(contracts, (*steps, contracts * one / FULL), reason)


def _why(candidate: Candidate, wanted: int, allowed: int, contracts: int, rounding: Rounding) -> str:
    """Return why nothing, or less than whole micros, came of it; "" where nothing was lost."""
    one, code = lot(candidate.contract), candidate.contract.code
    if not contracts:
        if allowed < one:
            return f"size_zero: the risk allows {allowed / FULL:g} of a contract of {code} with this stop"
        return f"size_zero: {wanted / FULL:g} contracts are less than one of {code}"
    lost = wanted - contracts * one
    if lost > 0 and rounding is Rounding.MICRO:
        return f"floored: the run trades {code} and no micros; {lost} of M{code} were left out"
    return ""
