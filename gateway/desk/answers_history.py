"""Answers about the past."""

import datetime as dt

from gateway.desk.barring import DAY
from gateway.desk.history import WHAT, Wanted, limited, seconds_of, span_of
from gateway.desk.reading import VALIDATION, RequestError, moment_of, the_one
from gateway.desk.session import Session
from gateway.desk.subscriptions import Bars
from gateway.market.days import stamp
from gateway.market.listing import Listing, SecType
from gateway.wire import ib_pb2 as ib
from mia_plugins.data.sessions import NS

FAILED = "Historical Market Data Service error message:"
EPOCH = 2
"""The format of dates in which they are epoch seconds."""
TICKS_SPAN = 86_400 * NS
"""How far ticks are looked for where only one end is named."""


def historical_data(session: Session, request: ib.HistoricalDataRequest) -> None:
    """Tell bars of the past, and go on with those to come if asked to."""
    gateway = session.gateway
    one = the_one(gateway.market.listings, request.contract)
    wanted = _wanted(session, one, request)
    key = request.SerializeToString(deterministic=True)[_request_bytes(request) :]
    _pace(session, key, (one.con_id, wanted.what))
    bars = gateway.history.bars(wanted)
    if not bars:
        raise RequestError(
            162, f"{FAILED}HMDS query returned no data: {one.local_symbol}@{one.exchange} {wanted.what}"
        )
    session.send(ib.HistoricalData(req_id=request.req_id, historical_data_bars=bars))
    session.send(
        ib.HistoricalDataEnd(
            req_id=request.req_id, start_date_str=stamp(wanted.start), end_date_str=stamp(wanted.end)
        )
    )
    if request.keep_up_to_date:
        session.wants.bars[request.req_id] = Bars(
            one, wanted.seconds, wanted.what, is_history=True, as_epoch=wanted.as_epoch
        )


def head_timestamp(session: Session, request: ib.HeadTimestampRequest) -> None:
    """Tell when the past of a contract begins."""
    one = the_one(session.gateway.market.listings, request.contract)
    head = session.gateway.history.head(one)
    if head is None:
        raise RequestError(162, f"{FAILED}No head time stamp")
    told = dt.datetime.fromtimestamp(head // NS, dt.UTC)
    text = str(head // NS) if request.format_date == EPOCH else f"{told:%Y%m%d-%H:%M:%S}"
    session.send(ib.HeadTimestamp(req_id=request.req_id, head_timestamp=text))


def historical_ticks(session: Session, request: ib.HistoricalTicksRequest) -> None:
    """Tell ticks of the past: the first from a time on, or the last before one."""
    gateway, number = session.gateway, request.req_id
    one = the_one(gateway.market.listings, request.contract)
    if one.sec_type is not SecType.FUTURE:
        raise RequestError(162, f"{FAILED}no ticks of {one.local_symbol} here")
    span, from_start = _span(session, request)
    key = request.SerializeToString(deterministic=True)[_request_bytes(request) :]
    _pace(session, key, (one.con_id, request.what_to_show))
    most = request.number_of_ticks
    match request.what_to_show:
        case "TRADES":
            trades = limited(gateway.history.trades(one, span), most, from_start=from_start)
            session.send(ib.HistoricalTicksLast(req_id=number, historical_ticks_last=trades, is_done=True))
        case "BID_ASK":
            quotes = limited(gateway.history.quotes(one, span), most, from_start=from_start)
            session.send(
                ib.HistoricalTicksBidAsk(req_id=number, historical_ticks_bid_ask=quotes, is_done=True)
            )
        case "MIDPOINT":
            middles = limited(gateway.history.middles(one, span), most, from_start=from_start)
            session.send(ib.HistoricalTicks(req_id=number, historical_ticks=middles, is_done=True))
        case what:
            raise RequestError(
                VALIDATION, f"Error validating request: '{what}' is none of TRADES, BID_ASK, MIDPOINT"
            )


def _wanted(session: Session, one: Listing, request: ib.HistoricalDataRequest) -> Wanted:
    what = request.what_to_show or "TRADES"
    if what not in WHAT:
        raise RequestError(VALIDATION, f"Error validating request: '{what}' is none of {', '.join(WHAT)}")
    if one.sec_type is SecType.OPTION:
        raise RequestError(162, f"{FAILED}no history of options here")
    now = session.gateway.now()
    end = min(moment_of(request.end_date_time), now) if request.end_date_time else now
    return Wanted(
        listing=one,
        what=what,
        seconds=seconds_of(request.bar_size_setting),
        end=end,
        span=span_of(request.duration or f"{DAY} S"),
        is_regular=request.use_rth,
        as_epoch=request.format_date == EPOCH,
    )


def _span(session: Session, request: ib.HistoricalTicksRequest) -> tuple[tuple[int, int], bool]:
    """Return the span of ticks (UTC ns), and whether they are counted from its start."""
    if bool(request.start_date_time) == bool(request.end_date_time) and not request.start_date_time:
        raise RequestError(VALIDATION, "Error validating request: name a start or an end of the ticks")
    if request.start_date_time:
        start = moment_of(request.start_date_time)
        end = moment_of(request.end_date_time) if request.end_date_time else start + TICKS_SPAN
        return (start, min(end, session.gateway.now())), True
    end = min(moment_of(request.end_date_time), session.gateway.now())
    return (end - TICKS_SPAN, end), False


def _pace(session: Session, request: bytes, contract: tuple[int, str]) -> None:
    """Refuse a request that comes too soon after others."""
    broken = session.gateway.pacing.violates(request, contract, session.gateway.now())
    if broken:
        raise RequestError(162, f"{FAILED}API historical data query pacing violation: {broken}")


def _request_bytes(request: ib.HistoricalDataRequest | ib.HistoricalTicksRequest) -> int:
    """Return how many bytes of a message are its number, which comes first and is another each time."""
    return len(type(request)(req_id=request.req_id).SerializeToString())
