"""Sizes are counted in micros: ten make a full contract, whatever is traded."""

from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from math import floor

from mia_plugins.data.instruments import Contract
from mia_plugins.decisions import Candidate

FULL = 10
"""Micros in a full contract."""
MICROS = frozenset({"MES", "MNQ"})
HAIR = 1e-9
"""What floating point may have taken from a whole number."""


class Rounding(StrEnum):
    """What becomes of a size that is no whole number of contracts."""

    MICRO = "micro"
    """Micros, where they are what the run trades; else full contracts, and the rest is said to be lost."""
    FLOOR = "floor"
    """Whole contracts of what is traded."""
    AT_LEAST_ONE = "at_least_one"
    """The same, but one where factors made it smaller than one and the risk allows one."""


def lot(contract: Contract) -> int:
    """Return the micros in one contract of what is traded."""
    return 1 if contract.code in MICROS else FULL


def micros_of(contracts: float) -> int:
    """Return the whole micros in a number of full contracts, which need not be whole."""
    return floor(contracts * FULL + HAIR)


def micros_for(dollars: Decimal, candidate: Candidate) -> int:
    """Return how many micros may be risked on a candidate's stop for so many $, costs included."""
    return int((dollars / risk_of_micro(candidate)).to_integral_value(ROUND_FLOOR))


def risk_of_micro(candidate: Candidate) -> Decimal:
    """Return $ that a micro, or a tenth of a full contract, loses at the stop with its round turn."""
    account = candidate.account
    contract = candidate.stop * account.tick_value + account.costs.round_turn(account.tick_value)
    return contract / lot(candidate.contract)
