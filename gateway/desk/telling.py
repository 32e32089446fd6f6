"""The messages that tell of contracts, orders, fills and positions."""

from gateway.exchange.account import Position
from gateway.exchange.events import Executed
from gateway.exchange.order import Order
from gateway.market.days import CHICAGO, stamp, trading_hours
from gateway.market.listing import NAMES, OPTION_CLASS, SPX, SPX_ID, Listing, SecType
from gateway.wire import ib_pb2 as ib

NOBODY = -1
"""The request that a message answers when nobody asked."""
ORDER_TYPES = "ACTIVETIM,DAY,GTC,GTD,IOC,FOK,LIT,LMT,MIT,MKT,OCA,STP,STPLMT,TRAIL,TRAILLIT,TRAILLMT,WHATIF"
NO_GROUP = 2**31 - 1


def contract(one: Listing) -> ib.Contract:
    """Return a listing as messages name it."""
    told = ib.Contract(
        con_id=one.con_id,
        symbol=one.symbol,
        sec_type=one.sec_type,
        exchange=one.exchange,
        currency="USD",
        local_symbol=one.local_symbol,
        trading_class=one.trading_class,
    )
    if one.expiry:
        told.last_trade_date_or_contract_month = told.last_trade_date = f"{one.expiry:%Y%m%d}"
        told.multiplier = one.multiplier
    if one.sec_type is SecType.OPTION:
        told.strike, told.right = one.strike, one.right
    return told


def details(one: Listing, now: int) -> ib.ContractDetails:
    """Return what is told of a listing beside its name."""
    told = ib.ContractDetails(
        market_name=one.trading_class,
        min_tick=str(one.tick),
        order_types=ORDER_TYPES if one.is_traded else "",
        valid_exchanges=f"SMART,{one.exchange}" if one.sec_type is SecType.OPTION else one.exchange,
        price_magnifier=1,
        long_name=NAMES[one.symbol],
        time_zone_id=CHICAGO,
        trading_hours=trading_hours(now, regular=one.exchange == "CBOE"),
        liquid_hours=trading_hours(now, regular=True),
        market_rule_ids=str(rule_of(one)),
        min_size="1",
        size_increment="1",
        suggested_size_increment="1",
        agg_group=NO_GROUP,
    )
    if one.expiry:
        told.contract_month, told.real_expiration_date = f"{one.expiry:%Y%m}", f"{one.expiry:%Y%m%d}"
        told.under_symbol = SPX if one.trading_class == OPTION_CLASS else one.symbol
        told.under_sec_type = SecType.INDEX
    if one.trading_class == OPTION_CLASS:
        told.under_con_id = SPX_ID
    return told


def rule_of(one: Listing) -> int:
    """Return the number of a listing's rule of price steps: its step in hundredths."""
    return int(one.tick * 100)


def open_order(order: Order, said: ib.Order, account: str) -> ib.OpenOrder:
    """Return where an order stands, with what its client said of it."""
    told = ib.OpenOrder(order_id=order.number, contract=contract(order.listing))
    told.order.CopyFrom(said)
    told.order.client_id, told.order.order_id = order.key.client, order.number
    told.order.perm_id, told.order.account = order.perm_id, account
    told.order.total_quantity, told.order.filled_quantity = str(order.lots), str(order.filled)
    if order.terms.trail is not None and order.stop is not None:
        told.order.trail_stop_price = order.listing.points(order.stop)
    told.order_state.status = order.status
    return told


def order_status(order: Order) -> ib.OrderStatus:
    """Return how far an order is filled."""
    return ib.OrderStatus(
        order_id=order.number,
        status=order.status,
        filled=str(order.filled),
        remaining=str(order.open_lots),
        avg_fill_price=order.listing.points(order.average),
        perm_id=order.perm_id,
        parent_id=order.terms.parent,
        last_fill_price=order.listing.points(order.last_ticks or 0),
        client_id=order.key.client,
        why_held="",
        mkt_cap_price=0.0,
    )


def execution(done: Executed, account: str, request: int = NOBODY) -> ib.ExecutionDetails:
    """Return a fill."""
    return ib.ExecutionDetails(
        req_id=request,
        contract=contract(done.listing),
        execution=ib.Execution(
            order_id=done.number,
            exec_id=done.exec_id,
            time=stamp(done.ts),
            acct_number=account,
            exchange=done.listing.exchange,
            side="BOT" if done.is_buy else "SLD",
            shares=str(done.lots),
            price=done.listing.points(done.ticks),
            perm_id=done.perm_id,
            client_id=done.key.client,
            is_liquidation=False,
            cum_qty=str(done.filled),
            avg_price=done.listing.points(done.average),
            order_ref=done.ref,
            last_liquidity=1 if done.made else 2,
        ),
    )


def commission(done: Executed) -> ib.CommissionAndFeesReport:
    """Return what a fill cost."""
    told = ib.CommissionAndFeesReport(
        exec_id=done.exec_id, commission_and_fees=float(done.commission), currency="USD"
    )
    if done.realised:
        told.realized_pnl = float(done.realised - done.commission)
    return told


def position(held: Position, account: str) -> ib.Position:
    """Return what is held of a listing."""
    return ib.Position(
        account=account,
        contract=contract(held.listing),
        position=str(held.lots),
        avg_cost=float(held.average),
    )


def completed(order: Order, said: ib.Order, account: str, now: int) -> ib.CompletedOrder:
    """Return an order that is done."""
    told = open_order(order, said, account)
    state = ib.OrderState(
        status=order.status,
        completed_time=stamp(now),
        completed_status=f"{order.status} Size: {order.filled}",
    )
    return ib.CompletedOrder(contract=told.contract, order=told.order, order_state=state)
