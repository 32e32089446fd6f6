"""Answers about contracts, and requests for market data as they happen."""

from gateway.desk import telling
from gateway.desk.publishing import TICK_KINDS, depth_changes, top_changes
from gateway.desk.reading import VALIDATION, RequestError, asked_of, the_one
from gateway.desk.session import Session
from gateway.desk.subscriptions import Bars, DepthRows, TickByTick, Ticks
from gateway.market.listing import OPTION_CLASS, SPX, SPX_ID, Listing, SecType
from gateway.wire import ib_pb2 as ib

REAL_TIME = 1
MOST_ROWS = 10
REAL_TIME_BAR = 5
"""Seconds."""


def contract_data(session: Session, request: ib.ContractDataRequest) -> None:
    """Tell all listings that a contract may mean."""
    gateway = session.gateway
    found = gateway.market.listings.find(asked_of(request.contract))
    if not found:
        raise RequestError(200, "No security definition has been found for the request")
    for one in found:
        told = ib.ContractData(
            req_id=request.req_id,
            contract=telling.contract(one),
            contract_details=telling.details(one, gateway.now()),
        )
        session.send(told)
    session.send(ib.ContractDataEnd(req_id=request.req_id))


def option_parameters(session: Session, request: ib.SecDefOptParamsRequest) -> None:
    """Tell expiries and strikes of the options on SPX; others have none."""
    chain = session.gateway.market.chain.values()
    if request.underlying_symbol == SPX and request.underlying_con_id in {0, SPX_ID} and chain:
        for exchange in ("CBOE", "SMART"):
            told = ib.SecDefOptParameter(
                req_id=request.req_id,
                exchange=exchange,
                underlying_con_id=SPX_ID,
                trading_class=OPTION_CLASS,
                multiplier="100",
                expirations=sorted({f"{row.listing.expiry:%Y%m%d}" for row in chain}),
                strikes=sorted({row.listing.strike for row in chain}),
            )
            session.send(told)
    session.send(ib.SecDefOptParameterEnd(req_id=request.req_id))


def market_rule(session: Session, request: ib.MarketRuleRequest) -> None:
    """Tell the price steps of a rule, whose number is the step in hundredths."""
    steps = {telling.rule_of(one): float(one.tick) for one in session.gateway.market.listings}
    step = steps.get(request.market_rule_id)
    if step is None:
        raise RequestError(
            VALIDATION, f"Error validating request: there is no market rule {request.market_rule_id}"
        )
    increment = ib.PriceIncrement(low_edge=0.0, increment=step)
    session.send(ib.MarketRule(market_rule_id=request.market_rule_id, price_increments=[increment]))


def market_data(session: Session, request: ib.MarketDataRequest) -> None:
    """Begin to tell the top of a book; of a snapshot, tell it once."""
    one = _listing(session, request.contract)
    number = request.req_id
    session.send(ib.MarketDataType(req_id=number, market_data_type=REAL_TIME))
    session.send(
        ib.TickReqParams(req_id=number, min_tick=str(one.tick), bbo_exchange="9c0001", snapshot_permissions=0)
    )
    generic = frozenset(word.strip() for word in request.generic_tick_list.split(",") if word.strip())
    ticks = Ticks(one, generic)
    if _tells(session):
        session.send(*top_changes(session, number, ticks, session.gateway.now()))
    if request.snapshot:
        session.send(ib.TickSnapshotEnd(req_id=number))
    else:
        session.wants.ticks[number] = ticks


def tick_by_tick(session: Session, request: ib.TickByTickRequest) -> None:
    """Begin to tell each tick of a future; other things have none."""
    one = _listing(session, request.contract)
    if request.tick_type not in TICK_KINDS:
        raise RequestError(
            VALIDATION,
            f"Error validating request: tick type '{request.tick_type}' is none of {', '.join(TICK_KINDS)}",
        )
    if one.sec_type is not SecType.FUTURE:
        raise RequestError(10189, f"Failed to request tick-by-tick data: {one.local_symbol} has none here")
    session.wants.tick_by_tick[request.req_id] = TickByTick(one, request.tick_type)


def market_depth(session: Session, request: ib.MarketDepthRequest) -> None:
    """Begin to tell the rows of a future's book."""
    one = _listing(session, request.contract)
    if one.sec_type is not SecType.FUTURE:
        raise RequestError(10092, f"Deep market data is not supported for {one.local_symbol}")
    rows = min(max(request.num_rows, 1), MOST_ROWS)
    depth = session.wants.depth[request.req_id] = DepthRows(one, rows, request.is_smart_depth)
    if _tells(session):
        book = session.gateway.faults.distorted(session.gateway.market.book(one))
        session.send(*depth_changes(request.req_id, depth, book))


def real_time_bars(session: Session, request: ib.RealTimeBarsRequest) -> None:
    """Begin to tell bars of five seconds."""
    one = _listing(session, request.contract)
    if request.bar_size not in {0, REAL_TIME_BAR}:
        raise RequestError(
            VALIDATION, f"Error validating request: bars of {request.bar_size} s: only 5 s there are"
        )
    session.wants.bars[request.req_id] = Bars(one, REAL_TIME_BAR, request.what_to_show or "TRADES")


def _listing(session: Session, contract: ib.Contract) -> Listing:
    return the_one(session.gateway.market.listings, contract)


def _tells(session: Session) -> bool:
    """Say whether market data come through now."""
    link = session.gateway.link
    return link.is_up and link.has_data and not link.is_frozen
