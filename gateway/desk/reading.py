"""What a client says, as the exchange has it: contracts, and the terms of an order."""

import datetime as dt
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.exchange.order import LIMITED, STOPPED, TRAILING, OcaType, OrderKind, Terms, Tif
from gateway.market.listing import Asked, Listing, Listings
from gateway.wire import ib_pb2 as ib
from mia_plugins.data.sessions import NS

UNSET = 1e300
"""A price above this one is how a client says that it names none."""
VALIDATION = 321


class RequestError(Exception):
    """A request that is answered by an error."""

    def __init__(self, code: int, text: str) -> None:
        """`code` is as the protocol numbers its errors."""
        super().__init__(text)
        self.code = code
        self.text = text


def asked_of(contract: ib.Contract) -> Asked:
    """Return what a client says of a contract."""
    return Asked(
        con_id=contract.con_id,
        symbol=contract.symbol.upper(),
        sec_type=contract.sec_type,
        expiry=contract.last_trade_date_or_contract_month.split(" ")[0].replace("-", ""),
        strike=contract.strike,
        right=contract.right,
        exchange=contract.exchange,
        local_symbol=contract.local_symbol,
        trading_class=contract.trading_class,
    )


def the_one(listings: Listings, contract: ib.Contract) -> Listing:
    """Return the listing that a contract means; none or several are refused."""
    found = listings.find(asked_of(contract))
    if not found:
        raise RequestError(200, "No security definition has been found for the request")
    if len(found) > 1:
        raise RequestError(
            200,
            "The contract description specified for "
            f"{contract.symbol or contract.local_symbol} is ambiguous: {len(found)} fit",
        )
    return found[0]


def terms_of(order: ib.Order, listing: Listing, account: str) -> Terms:
    """Return the terms of an order; one that cannot be is refused."""
    if order.account not in {"", account}:
        raise RequestError(VALIDATION, f"Error validating request: invalid account code '{order.account}'")
    if order.action not in {"BUY", "SELL"}:
        raise RequestError(
            VALIDATION, f"Error validating request: action '{order.action}' is not BUY or SELL"
        )
    kind = _one_of(OrderKind, order.order_type or "LMT", 387, "Unsupported order type for this exchange")
    tif = _one_of(Tif, order.tif or "DAY", 10052, "Invalid time in force")
    limited, stopped, trailing = kind in LIMITED, kind in STOPPED, kind in TRAILING
    return Terms(
        is_buy=order.action == "BUY",
        kind=kind,
        lots=_lots(order.total_quantity),
        tif=tif,
        limit=_ticks(order, "lmt_price", listing) if limited else None,
        stop=_ticks(order, "aux_price" if stopped else "trail_stop_price", listing)
        if stopped or trailing
        else None,
        trail=_ticks(order, "aux_price", listing) if trailing else None,
        trail_percent=_trail_percent(order) if trailing else None,
        offset=(_ticks(order, "lmt_price_offset", listing) or 0) if trailing else 0,
        parent=order.parent_id,
        group=order.oca_group,
        oca=OcaType(str(order.oca_type)) if order.oca_type in {1, 2, 3} else OcaType.REDUCE,
        transmit=order.transmit,
        good_till=moment_of(order.good_till_date) if tif is Tif.GTD and order.good_till_date else None,
        ref=order.order_ref,
        outside_rth=order.outside_rth,
    )


def moment_of(text: str) -> int:
    """Return `20261120 14:30:00 US/Eastern` or `20261120-14:30:00` as UTC ns; without a zone it is UTC."""
    words = text.replace("-", " ").replace("Z", "").split()
    try:
        zone = ZoneInfo(words[2]) if len(words) > 2 else dt.UTC
        clock = words[1] if len(words) > 1 else "00:00:00"
        moment = dt.datetime.strptime(f"{words[0]} {clock}", "%Y%m%d %H:%M:%S").replace(tzinfo=zone)
    except (IndexError, ValueError, ZoneInfoNotFoundError) as error:
        raise RequestError(
            VALIDATION,
            f"Error validating request: '{text}' is no time; write it as 20261120 14:30:00 UTC",
        ) from error
    return int(moment.timestamp()) * NS


def _one_of[E: StrEnum](kinds: type[E], word: str, code: int, text: str) -> E:
    try:
        return kinds(word)
    except ValueError as error:
        raise RequestError(code, f"{text}: {word}. Known here: {', '.join(kinds)}") from error


def _lots(text: str) -> int:
    try:
        lots = float(text or "0")
    except ValueError as error:
        raise RequestError(VALIDATION, f"Error validating request: '{text}' is no quantity") from error
    if not lots.is_integer():
        raise RequestError(VALIDATION, f"Error validating request: {text} contracts: whole ones are traded")
    return int(lots)


def _ticks(order: ib.Order, name: str, listing: Listing) -> int | None:
    """Return a price of an order in ticks; None where it names none."""
    points = getattr(order, name)
    if not order.HasField(name) or not abs(points) < UNSET:
        return None
    if name == "trail_stop_price" and not points:
        return None
    ticks = listing.ticks(points)
    if ticks is None:
        raise RequestError(
            110,
            "The price does not conform to the minimum price variation for this contract: "
            f"{points} is no multiple of {listing.tick}",
        )
    return ticks


def _trail_percent(order: ib.Order) -> float | None:
    percent = order.trailing_percent
    return percent if 0 < percent < 100 else None
