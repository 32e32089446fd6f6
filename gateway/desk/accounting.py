"""What a client is told of its account: values, positions, and what the day made. All in $."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from google.protobuf.message import Message

from gateway.desk import telling
from gateway.desk.session import Session
from gateway.exchange.account import CENT, Position, gain
from gateway.wire import ib_pb2 as ib
from mia_plugins.data.sessions import NS

UNITS = {"AccountType": "", "Cushion": ""}
"""Values that are no money, with their unit."""


def values(session: Session) -> dict[str, str]:
    """Return the values of the account, by the protocol's names."""
    gateway = session.gateway
    account, marks = gateway.account, gateway.market.mark
    worth = account.liquidation(marks)
    initial, maintenance = account.margin(initial=True), account.margin(initial=False)
    held = (position for position in account.positions.values() if position.lots)
    gross = sum((abs(one.value(marks(one.listing) or 0.0)) for one in held), Decimal(0))
    money = {
        "NetLiquidation": worth,
        "TotalCashValue": account.cash(),
        "TotalCashBalance": account.cash(),
        "CashBalance": account.cash(),
        "SettledCash": account.cash(),
        "EquityWithLoanValue": worth,
        "BuyingPower": max(worth - initial, Decimal(0)),
        "AvailableFunds": worth - initial,
        "ExcessLiquidity": worth - maintenance,
        "InitMarginReq": initial,
        "MaintMarginReq": maintenance,
        "FullInitMarginReq": initial,
        "FullMaintMarginReq": maintenance,
        "FullAvailableFunds": worth - initial,
        "FullExcessLiquidity": worth - maintenance,
        "GrossPositionValue": gross,
        "RealizedPnL": account.realised - account.commissions,
        "UnrealizedPnL": account.unrealised(marks),
    }
    told = {name: str(amount.quantize(CENT)) for name, amount in money.items()}
    cushion = (worth - maintenance) / worth if worth > 0 else Decimal(0)
    return {"AccountType": "INDIVIDUAL", "Cushion": str(round(cushion, 6)), **told}


def unit_of(name: str) -> str:
    """Return a value's currency, "" for what is no money."""
    return UNITS.get(name, "USD")


def tell_summary(session: Session, request: int) -> None:
    """Tell the values that a summary was asked for."""
    tags = session.wants.summaries[request]
    everything = any(tag.startswith("$LEDGER") or tag in {"All", ""} for tag in tags)
    for name, value in values(session).items():
        if everything or name in tags:
            account = session.gateway.account.name
            session.send(
                ib.AccountSummary(
                    req_id=request, account=account, tag=name, value=value, currency=unit_of(name)
                )
            )
    session.send(ib.AccountSummaryEnd(req_id=request))


def tell_updates(session: Session) -> None:
    """Tell the account's values and its portfolio."""
    account = session.gateway.account
    for name, value in values(session).items():
        session.send(
            ib.AccountValue(key=name, value=value, currency=unit_of(name), account_name=account.name)
        )
    for held in account.positions.values():
        session.send(_portfolio(session, held))
    clock = dt.datetime.fromtimestamp(session.gateway.now() // NS, dt.UTC)
    session.send(ib.AccountUpdateTime(time_stamp=f"{clock:%H:%M}"))


def tell_held(session: Session) -> None:
    """Tell every position, those that were closed too."""
    account = session.gateway.account
    session.send(*(telling.position(held, account.name) for held in account.positions.values()))


def profit_changes(session: Session) -> Iterator[Message]:
    """Yield what the day made, where it is other than was told last."""
    wants, clock = session.wants, session.gateway.now()
    if not wants.pnl or clock < wants.pnl_next:
        return
    wants.pnl_next = clock + NS
    account = session.gateway.account
    open_gain = account.unrealised(session.gateway.market.mark)
    made = account.realised - account.commissions
    now = (float(made + open_gain), float(open_gain), float(made))
    for request, told in session.wants.pnl.items():
        if told != now:
            session.wants.pnl[request] = now
            yield ib.PnL(req_id=request, daily_pnl=now[0], unrealized_pnl=now[1], realized_pnl=now[2])


def _portfolio(session: Session, held: Position) -> ib.PortfolioValue:
    marks = session.gateway.market.mark
    mark = marks(held.listing)
    return ib.PortfolioValue(
        contract=telling.contract(held.listing),
        position=str(held.lots),
        market_price=held.listing.points(mark or 0.0),
        market_value=float(held.value(mark or 0.0)),
        average_cost=float(held.average),
        unrealized_pnl=float(gain(held, marks)),
        realized_pnl=float(held.realised),
        account_name=session.gateway.account.name,
    )
