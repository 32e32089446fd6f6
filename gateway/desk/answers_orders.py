"""Orders: placed, changed, cancelled, and asked about."""

from gateway.desk import telling
from gateway.desk.reading import RequestError, terms_of, the_one
from gateway.desk.session import Session
from gateway.exchange.account import commission_of
from gateway.exchange.order import Key, Order, Terms
from gateway.market.listing import Listing
from gateway.wire import ib_pb2 as ib


def place(session: Session, request: ib.PlaceOrderRequest) -> None:
    """Place an order, or change one; of one that only asks what it would take, tell that."""
    gateway = session.gateway
    key = Key(session.client_id, request.order_id)
    listing = the_one(gateway.market.listings, request.contract)
    terms = terms_of(request.order, listing, gateway.account.name)
    if request.order.what_if:
        session.send(_what_if(session, key, listing, (terms, request.order)))
        return
    gateway.spent(request.order_id)
    is_taken = key not in gateway.exchange.orders or gateway.exchange.orders[key].is_working
    if is_taken:
        gateway.said[key] = request.order
    gateway.happened(gateway.exchange.place(key, listing, terms, gateway.now()))


def cancel(session: Session, request: ib.CancelOrderRequest) -> None:
    """Cancel an order of the client's."""
    gateway = session.gateway
    gateway.happened(gateway.exchange.cancel(Key(session.client_id, request.order_id), gateway.now()))


def cancel_all(session: Session, request: ib.GlobalCancelRequest) -> None:
    """Cancel all orders of all clients."""
    del request
    session.gateway.happened(session.gateway.exchange.cancel_all(session.gateway.now()))


def open_orders(session: Session, request: ib.OpenOrdersRequest) -> None:
    """Tell the client's orders that work."""
    del request
    _tell_open(session, [one for one in _working(session) if one.key.client == session.client_id])


def all_open_orders(session: Session, request: ib.AllOpenOrdersRequest) -> None:
    """Tell the orders of all clients that work."""
    del request
    _tell_open(session, _working(session))


def completed_orders(session: Session, request: ib.CompletedOrdersRequest) -> None:
    """Tell the orders of all clients that are done."""
    del request
    gateway = session.gateway
    for order in gateway.exchange.orders.values():
        if not order.is_working:
            said = gateway.said.get(order.key, ib.Order())
            session.send(telling.completed(order, said, gateway.account.name, gateway.now()))
    session.send(ib.CompletedOrdersEnd())


def _working(session: Session) -> list[Order]:
    return session.gateway.exchange.working()


def _tell_open(session: Session, orders: list[Order]) -> None:
    for order in orders:
        session.send(*session.gateway.order_messages(order))
    session.send(ib.OpenOrdersEnd())


def _what_if(session: Session, key: Key, listing: Listing, asked: tuple[Terms, ib.Order]) -> ib.OpenOrder:
    """Return what an order would ask for and cost, without placing it."""
    gateway, (terms, said) = session.gateway, asked
    if not listing.is_traded:
        raise RequestError(201, f"Order rejected - reason:{listing.symbol} is an index: not traded")
    account, after = gateway.account, (listing, terms.lots if terms.is_buy else -terms.lots)
    worth = float(account.liquidation(gateway.market.mark))
    fee = float(commission_of(listing, terms.lots))
    initial = [float(account.margin(initial=True, after=then)) for then in (None, after)]
    maintenance = [float(account.margin(initial=False, after=then)) for then in (None, after)]
    told = ib.OpenOrder(order_id=key.number, contract=telling.contract(listing), order=said)
    told.order_state.CopyFrom(
        ib.OrderState(
            status="PreSubmitted",
            init_margin_before=initial[0],
            init_margin_change=initial[1] - initial[0],
            init_margin_after=initial[1],
            maint_margin_before=maintenance[0],
            maint_margin_change=maintenance[1] - maintenance[0],
            maint_margin_after=maintenance[1],
            equity_with_loan_before=worth,
            equity_with_loan_change=-fee,
            equity_with_loan_after=worth - fee,
            commission_and_fees=fee,
            commission_and_fees_currency="USD",
            margin_currency="USD",
        )
    )
    return told
