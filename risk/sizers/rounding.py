"""From micros to the contracts that are ordered, and why there are none."""

from mia_plugins.decisions import Candidate, Sized
from risk.sizers.micros import FULL, Rounding, lot

RISK_ALLOWS_NONE = "risk_allows_none"
"""The reason of a size of 0: at this stop one contract loses more than may be risked."""
LESS_THAN_ONE = "less_than_one"
"""The reason of a size of 0: factors left less than a contract of what is traded."""


def rounded(
    candidate: Candidate, micros: int, allowed: int, rounding: Rounding, steps: tuple[float, ...]
) -> Sized:
    """Return a size in whole contracts: `micros` were asked for, of which the risk allows `allowed`.

    `steps` are those that came before; the last is what came of it.
    """
    one = lot(candidate.contract)
    wanted = min(micros, allowed)
    contracts = wanted // one
    if rounding is Rounding.AT_LEAST_ONE and not contracts and micros > 0 and one <= allowed:
        contracts = 1
    steps = (*steps, contracts * one / FULL)
    is_cut = rounding is Rounding.MICRO and wanted > contracts * one
    code = candidate.contract.code
    if not contracts:
        reason = RISK_ALLOWS_NONE if allowed < one else LESS_THAN_ONE
        return Sized(0, steps, reason, _nothing_of(code) if is_cut else "")
    return Sized(contracts, steps, note=_cut(code) if is_cut else "")


def _cut(code: str) -> str:
    return f"sizes were cut off to full contracts of {code}; `traded_as: micro` trades the rest, in M{code}"


def _nothing_of(code: str) -> str:
    return (
        f"some candidates came to less than one {code} and were not traded; `traded_as: micro` trades M{code}"
    )
