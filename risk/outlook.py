"""What a candidate would add to what is at stake already, in $ and in contracts."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache

from mia_plugins.decisions import Candidate
from mia_plugins.features import Market
from mia_plugins.runtime.stakes import Stake
from mia_plugins.tape.tape import last_prices
from risk.sizers.micros import FULL, MICROS, lot

NOTHING = Decimal(0)
HUNDRED = Decimal(100)


def prices_of(market: Market, candidate: Candidate) -> Mapping[str, int]:
    """Return the last prices of all products that are decided on, in ticks, as far as they are known."""
    account = candidate.account
    return last_prices(market.tapes) | {account.decided_on or account.product: candidate.price}


def stakes_of(market: Market, candidate: Candidate) -> tuple[Stake, ...]:
    """Return what all strategies hold, or have on its way."""
    broker = candidate.account.broker
    return tuple(broker.stakes(prices_of(market, candidate))) if broker.is_in else ()


def contracts_of(candidate: Candidate) -> int:
    """Return how many contracts it is about: one before it has been sized."""
    return candidate.size or 1


def risk_of(candidate: Candidate) -> Decimal:
    """Return $ that it loses at its stop, costs and slippage included."""
    account = candidate.account
    one = candidate.stop * account.tick_value + account.costs.round_turn(account.tick_value)
    return contracts_of(candidate) * one


def full_contracts(product: str, contracts: int) -> Decimal:
    """Return contracts as full ones of ES or NQ: a micro is a tenth."""
    return Decimal(contracts) / (FULL if product in MICROS else 1)


def candidate_contracts(candidate: Candidate) -> Decimal:
    """Return full contracts of ES or NQ that a candidate is about."""
    return Decimal(contracts_of(candidate) * lot(candidate.contract)) / FULL


def total(stakes: tuple[Stake, ...], of: Callable[[Stake], Decimal]) -> Decimal:
    """Return the sum of a number of each stake."""
    return sum((of(stake) for stake in stakes), NOTHING)


def share(percent: float, of: Decimal) -> Decimal:
    """Return so many per cent of $."""
    return exact(percent) * of / HUNDRED


@lru_cache(maxsize=256)
def exact(number: float) -> Decimal:
    """Return a number of the settings as it was written, .1 as a tenth."""
    return Decimal(str(number))
