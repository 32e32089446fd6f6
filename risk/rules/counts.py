"""How many: trades a day, positions at once, contracts on a side, $ of index."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from mia_plugins.data.instruments import PRODUCTS, TICK
from mia_plugins.decisions import Candidate, Verdict
from mia_plugins.settings.model import BaseSettings
from mia_plugins.units import Contracts, Dollars
from risk.outlook import (
    candidate_contracts,
    contracts_of,
    full_contracts,
    stakes_of,
    total,
)
from risk.rules.limit import Limit


class DailyTrades(Limit):
    """Blocks when so many round trips have begun since the session opened, or are about to."""

    unit = "trades left"
    asks_again = False

    class Settings(BaseSettings):
        """How many."""

        maximum: Annotated[int, Field(ge=1, le=10_000)] = 25
        """Round trips a day."""

    def judge(self, candidate: Candidate) -> Verdict:
        """Say whether one more is allowed."""
        broker = candidate.account.broker
        coming = sum(account.is_about_to_begin for account in broker.accounts)
        begun = broker.trades_today + coming
        most = self.settings.maximum
        why = "{} of {} trades of the day begun or on their way"
        return self.left(most - begun - 1, why, begun, most)


class Positions(Limit):
    """Blocks when so many positions are open, or about to be, in all strategies."""

    unit = "positions left"
    asks_again = False

    class Settings(BaseSettings):
        """How many."""

        maximum: Annotated[int, Field(ge=1, le=100)] = 2
        """Positions at once."""

    def judge(self, candidate: Candidate) -> Verdict:
        """Say whether one more is allowed."""
        there, most = len(stakes_of(self.market, candidate)), self.settings.maximum
        return self.left(most - there - 1, "{} of {} positions open or on their way", there, most)


class MostContracts(Limit):
    """Blocks what would make too many contracts on one side.

    ES and NQ move together: what is held of them and their micros on one side counts as one position.
    """

    unit = "contracts left"

    class Settings(BaseSettings):
        """How many."""

        maximum: Annotated[Contracts, Field(ge=1, le=1000)] = Contracts(2)
        """Full contracts on one side, of ES and NQ together; ten micros make one."""

    def judge(self, candidate: Candidate) -> Verdict:
        """Say whether the side can bear it."""
        stakes = stakes_of(self.market, candidate)
        held = sum(
            (full_contracts(one.product, one.contracts) for one in stakes if one.side == candidate.side),
            Decimal(0),
        )
        new = candidate_contracts(candidate)
        side, most = "long" if candidate.side > 0 else "short", self.settings.maximum
        why = "{:f} {} in ES, NQ and micros, {:f} new, of {}"
        return self.left(most - held - new, why, held, side, new, most)


class Exposure(Limit):
    """Blocks what would make all positions, long and short, stand for more $ of index than is allowed."""

    class Settings(BaseSettings):
        """How much."""

        maximum: Annotated[Dollars, Field(gt=0)] = Dollars(Decimal(2_000_000))
        """$ of index: contracts times price times multiplier."""

    def judge(self, candidate: Candidate) -> Verdict:
        """Say whether the account can bear it."""
        limit = Decimal(self.settings.maximum)
        stakes = stakes_of(self.market, candidate)
        held = total(stakes, lambda one: one.contracts * _notional(one.product, one.price))
        new = contracts_of(candidate) * _notional(candidate.contract.code, candidate.price)
        why = "{:.2f} $ of index held, {:.2f} $ new, of {:.2f} $"
        return self.left(limit - held - new, why, held, new, limit)


def _notional(product: str, price: int) -> Decimal:
    """Return $ of index that a contract stands for at a price in ticks."""
    return price * TICK * PRODUCTS[product].multiplier
