"""Which request is answered by what."""

import logging
from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from gateway.desk import answers_account, answers_history, answers_market, answers_orders
from gateway.desk.reading import RequestError
from gateway.desk.session import NOTICE, Session, told
from gateway.wire import ib_pb2 as ib
from gateway.wire.frames import Unknown

log = logging.getLogger("mia.gateway")

NOT_CONNECTED = (504, "Not connected")
NOT_SERVED = 10000
"""The gateway's own number for a request it does not serve; Interactive Brokers has none for that."""


def _forget(of: str) -> Callable[[Session, Any], None]:
    """Return what ends a subscription."""

    def forget(session: Session, request: Any) -> None:
        getattr(session.wants, of).pop(request.req_id, None)

    return forget


def _cease_positions(session: Session, request: Message) -> None:
    del request
    session.wants.positions = False


def _nothing(session: Session, request: Message) -> None:
    """Do nothing: what is asked for is so already."""
    del session, request


ANSWERS: dict[type[Message], Callable[[Session, Any], None]] = {
    ib.StartApiRequest: answers_account.start_api,
    ib.IdsRequest: answers_account.next_id,
    ib.ManagedAccountsRequest: answers_account.managed_accounts,
    ib.CurrentTimeRequest: answers_account.current_time,
    ib.ExecutionRequest: answers_account.executions,
    ib.PositionsRequest: answers_account.positions,
    ib.CancelPositions: _cease_positions,
    ib.AccountSummaryRequest: answers_account.account_summary,
    ib.CancelAccountSummary: _forget("summaries"),
    ib.AccountDataRequest: answers_account.account_updates,
    ib.AccountUpdatesMultiRequest: answers_account.account_updates_multi,
    ib.CancelAccountUpdatesMulti: _nothing,
    ib.PnLRequest: answers_account.profit,
    ib.CancelPnL: _forget("pnl"),
    ib.ContractDataRequest: answers_market.contract_data,
    ib.CancelContractData: _nothing,
    ib.SecDefOptParamsRequest: answers_market.option_parameters,
    ib.MarketRuleRequest: answers_market.market_rule,
    ib.MarketDataTypeRequest: _nothing,
    ib.MarketDataRequest: answers_market.market_data,
    ib.CancelMarketData: _forget("ticks"),
    ib.TickByTickRequest: answers_market.tick_by_tick,
    ib.CancelTickByTick: _forget("tick_by_tick"),
    ib.MarketDepthRequest: answers_market.market_depth,
    ib.CancelMarketDepth: _forget("depth"),
    ib.RealTimeBarsRequest: answers_market.real_time_bars,
    ib.CancelRealTimeBars: _forget("bars"),
    ib.HistoricalDataRequest: answers_history.historical_data,
    ib.CancelHistoricalData: _forget("bars"),
    ib.HeadTimestampRequest: answers_history.head_timestamp,
    ib.CancelHeadTimestamp: _nothing,
    ib.HistoricalTicksRequest: answers_history.historical_ticks,
    ib.CancelHistoricalTicks: _nothing,
    ib.PlaceOrderRequest: answers_orders.place,
    ib.CancelOrderRequest: answers_orders.cancel,
    ib.GlobalCancelRequest: answers_orders.cancel_all,
    ib.OpenOrdersRequest: answers_orders.open_orders,
    ib.AllOpenOrdersRequest: answers_orders.all_open_orders,
    ib.AutoOpenOrdersRequest: _nothing,
    ib.CompletedOrdersRequest: answers_orders.completed_orders,
}


def receive(session: Session, request: Message | Unknown) -> None:
    """Answer a request, as far as no fault stands between."""
    if isinstance(request, Unknown):
        dialect = "of the older text dialect" if request.is_text else "that this gateway does not serve"
        log.warning("%s sends request %d, %s", session.name, request.number, dialect)
        session.error(NOTICE, NOT_SERVED, f"Request {request.number} is one {dialect}.")
        return
    log.debug("<< %s %s", session.name, told(request))
    for one in session.gateway.faults.incoming(session, request):
        answer(session, one)
    session.gateway.faults.act()


def answer(session: Session, request: Message) -> None:
    """Answer a request; what is refused is told as an error of it."""
    number = getattr(request, "req_id", 0) or getattr(request, "order_id", 0) or NOTICE
    if not session.is_ready and not isinstance(request, ib.StartApiRequest):
        session.error(number, *NOT_CONNECTED)
        return
    if _waits(session, request):
        session.gateway.waiting.append((session, request))
        return
    try:
        ANSWERS[type(request)](session, request)
    except RequestError as error:
        session.error(number, error.code, error.text)


def _waits(session: Session, request: Message) -> bool:
    """Say whether a request must wait until the link to the exchange is back."""
    orders = (ib.PlaceOrderRequest, ib.CancelOrderRequest, ib.GlobalCancelRequest)
    return not session.gateway.link.is_up and isinstance(request, orders)
