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
    """Return the part of the broker's account that is traded for decisions on a product."""
    traded = settings.orders_for[product]
    costs = Costs(commission_of(traded, settings), int(settings.venue.slippage))
    return Account(PRODUCTS[traded].tick_value, traded, product, costs, broker)
