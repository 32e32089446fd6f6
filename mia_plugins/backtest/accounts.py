"""What trading costs in a run, and the parts of its account that strategies trade."""

from decimal import Decimal

from mia_plugins.data.instruments import PRODUCTS
from mia_plugins.runtime.account import Account
from mia_plugins.runtime.broker import BrokerAccount, Costs
from mia_plugins.settings.run import RunSettings


def commission_of(product: str, settings: RunSettings) -> Decimal:
    """Return $ a contract and side."""
    chosen = settings.venue.commission
    return Decimal(PRODUCTS[product].commission if chosen is None else chosen)


def broker_of(settings: RunSettings) -> BrokerAccount:
    """Return the account that all strategies of a run trade."""
    return BrokerAccount(Decimal(settings.capital))


def account_of(product: str, settings: RunSettings, broker: BrokerAccount) -> Account:
    """Return one strategy's part of the broker's account."""
    costs = Costs(commission_of(product, settings), int(settings.venue.slippage))
    return Account(PRODUCTS[product].tick_value, product, costs, broker)
