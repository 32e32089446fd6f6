"""Candidates that rules and sizers are asked about, and what the account they are of has been through."""

import datetime as dt
from decimal import Decimal
from typing import Any

from mia_plugins.data.instruments import PRODUCTS, lead_contract
from mia_plugins.data.sessions import session_on
from mia_plugins.decisions import Candidate
from mia_plugins.features.market import Market
from mia_plugins.runtime.account import Account, Fill, Role
from mia_plugins.runtime.brackets import Bracket, OrderState
from mia_plugins.runtime.broker import BrokerAccount, Costs

DAY = dt.date(2026, 6, 2)
SESSION = session_on(DAY)
NOW = SESSION.rth_open
PRICE = 24_000
"""Ticks."""


def account_of(product: str = "ES", broker: BrokerAccount | None = None, slippage: int = 1) -> Account:
    """Return one strategy's part of an account, with what trading costs usually."""
    made_of = PRODUCTS[product]
    costs = Costs(made_of.commission, slippage)
    return Account(made_of.tick_value, product, product, costs, broker or BrokerAccount(Decimal(25_000)))


def candidate_of(account: Account | None = None, **told: Any) -> Candidate:
    """Return a candidate: a buy with its stop at 10 ticks unless told otherwise."""
    account = account or account_of()
    contract = lead_contract(account.product, DAY)
    usual: dict[str, Any] = {
        "now": NOW,
        "side": 1,
        "price": PRICE,
        "stop": 10,
        "target": 20,
        "session": SESSION,
    }
    capital = float(account.broker.capital)
    return Candidate(**(usual | {"account": account, "contract": contract, "capital": capital} | told))


def market_of(product: str = "ES") -> Market:
    """Return a market without data."""
    return Market.blank(product)


def fill(account: Account, side: int, lots: int, ticks: int, **told: Any) -> None:
    """Have an account bought (+1) or sold (-1)."""
    reason = told.pop("reason", "")
    fee = account.costs.commission * lots
    usual: dict[str, Any] = {"ts": NOW, "order_id": "x", "decision": 1, "role": Role.ENTRY, "fee": fee}
    account.take(Fill(side=side, lots=lots, ticks=ticks, **(usual | told)), reason)


def trade(account: Account, ticks: int, *, ts: int = NOW, lots: int = 1, role: Role = Role.STOP) -> None:
    """Have an account buy and leave so many ticks higher, or lower where it is below 0."""
    fill(account, 1, lots, PRICE, ts=ts)
    fill(account, -1, lots, PRICE + ticks, ts=ts, role=role)


def hold(account: Account, side: int, lots: int, stop: int, ticks: int = PRICE) -> Bracket:
    """Have an account hold contracts that were entered at a price, with a stop that works at another."""
    bracket = work(account, side, lots, stop)
    bracket.entry.filled, bracket.entry.state = lots, "filled"
    fill(account, side, lots, ticks)
    return bracket


def work(account: Account, side: int, lots: int, stop: int) -> Bracket:
    """Have an entry work that is not filled yet."""

    def order(role: Role, sign: int, ticks: int | None, kind: str) -> OrderState:
        return OrderState(f"{role}", role, sign, lots, ticks, NOW, kind)

    bracket = Bracket(
        1, "x", side,
        order(Role.ENTRY, side, None, "market"),
        order(Role.STOP, -side, stop, "stop"),
        order(Role.TARGET, -side, PRICE + side * 1_000, "limit"),
    )  # fmt: skip
    account.bracket = bracket
    return bracket
