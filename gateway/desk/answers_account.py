"""Answers about the account, executions and who is there."""

from gateway.desk import telling
from gateway.desk.accounting import tell_held, tell_summary, tell_updates, unit_of, values
from gateway.desk.reading import moment_of
from gateway.desk.session import NOTICE, Session
from gateway.exchange.events import Executed
from gateway.wire import ib_pb2 as ib
from mia_plugins.data.sessions import NS

FARMS = (
    (2104, "Market data farm connection is OK:usfuture"),
    (2106, "HMDS data farm connection is OK:ushmds"),
    (2158, "Sec-def data farm connection is OK:secdefil"),
)
IN_USE = (326, "Unable to connect as the client id is already in use. Retry with a unique client id.")


def start_api(session: Session, request: ib.StartApiRequest) -> None:
    """Let a client in under its number, unless somebody has it."""
    gateway = session.gateway
    if request.client_id < 0 or gateway.of_client(request.client_id):
        session.error(NOTICE, *IN_USE)
        session.writer.close()
        return
    session.client_id = request.client_id
    managed_accounts(session, ib.ManagedAccountsRequest())
    next_id(session, ib.IdsRequest())
    for code, text in FARMS:
        session.error(NOTICE, code, text)


def managed_accounts(session: Session, request: ib.ManagedAccountsRequest) -> None:
    """Tell the account's name."""
    del request
    session.send(ib.ManagedAccounts(accounts_list=session.gateway.account.name))


def next_id(session: Session, request: ib.IdsRequest) -> None:
    """Tell the least number that the next order may have."""
    del request
    session.send(ib.NextValidId(order_id=session.gateway.next_id))


def current_time(session: Session, request: ib.CurrentTimeRequest) -> None:
    """Tell the time."""
    del request
    session.send(ib.CurrentTime(current_time=session.gateway.now() // NS))


def executions(session: Session, request: ib.ExecutionRequest) -> None:
    """Tell the fills that pass a filter."""
    gateway, asked = session.gateway, request.execution_filter
    since = moment_of(asked.time) if asked.time else 0
    for done in gateway.exchange.executions:
        if _passes(done, asked) and done.ts >= since:
            session.send(telling.execution(done, gateway.account.name, request.req_id))
            session.send(telling.commission(done))
    session.send(ib.ExecutionDetailsEnd(req_id=request.req_id))


def positions(session: Session, request: ib.PositionsRequest) -> None:
    """Tell positions, now and as they change."""
    del request
    tell_held(session)
    session.send(ib.PositionEnd())
    session.wants.positions = True


def account_summary(session: Session, request: ib.AccountSummaryRequest) -> None:
    """Tell some of the account's values."""
    session.wants.summaries[request.req_id] = frozenset(tag.strip() for tag in request.tags.split(","))
    tell_summary(session, request.req_id)


def account_updates(session: Session, request: ib.AccountDataRequest) -> None:
    """Begin, or cease, to tell values and portfolio."""
    session.wants.updates = request.subscribe
    if request.subscribe:
        tell_updates(session)
        session.send(ib.AccountDataEnd(account_name=session.gateway.account.name))


def account_updates_multi(session: Session, request: ib.AccountUpdatesMultiRequest) -> None:
    """Tell the account's values."""
    for name, value in values(session).items():
        session.send(
            ib.AccountUpdateMulti(
                req_id=request.req_id,
                account=session.gateway.account.name,
                model_code="",
                key=name,
                value=value,
                currency=unit_of(name),
            )
        )
    session.send(ib.AccountUpdateMultiEnd(req_id=request.req_id))


def profit(session: Session, request: ib.PnLRequest) -> None:
    """Begin to tell what the day makes."""
    session.wants.pnl[request.req_id] = ()


def _passes(done: Executed, asked: ib.ExecutionFilter) -> bool:
    listing = done.listing
    return (
        asked.client_id in {0, done.key.client}
        and asked.symbol in {"", listing.symbol}
        and asked.sec_type in {"", listing.sec_type}
        and asked.exchange in {"", listing.exchange}
        and asked.side in {"", "BUY" if done.is_buy else "SELL", "BOT" if done.is_buy else "SLD"}
    )
