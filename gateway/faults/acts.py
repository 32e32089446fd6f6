"""What a fault does: to everybody, or to the message on which it happens."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from google.protobuf.message import Message

from gateway.exchange.order import Key
from gateway.faults.script import Fault
from gateway.wire import ib_pb2 as ib

if TYPE_CHECKING:
    from gateway.desk.gateway import Gateway
    from gateway.desk.session import Session

LOST = (1100, "Connectivity between IBKR and Trader Workstation has been lost.")
BACK_WITHOUT_DATA = (
    1101,
    "Connectivity between IBKR and Trader Workstation has been restored - data lost.",
)
BACK = (1102, "Connectivity between IBKR and Trader Workstation has been restored - data maintained.")
FARM_DOWN = (2103, "Market data farm connection is broken:usfuture")
FARM_UP = (2104, "Market data farm connection is OK:usfuture")
REJECTED = (201, "Order rejected - reason:simulated")


def to_message(fault: Fault, session: "Session", message: Message) -> list[Message]:
    """Return what is delivered in the place of a message."""
    match fault.do:
        case "duplicate":
            return [message, message]
        case "rewrite":
            return [_rewritten(fault, message)]
        case "drop":
            return _dropped(fault, session, message)
        case "reject":
            _reject(fault, session, message)
        case "hold":
            session.gateway.faults.held.append((session, message))
        case "split":
            if isinstance(message, ib.PlaceOrderRequest):
                session.gateway.exchange.split(Key(session.client_id, message.order_id))
            return [message]
    return []


def _rewritten(fault: Fault, message: Message) -> Message:
    changed = type(message)()
    changed.CopyFrom(message)
    for path, value in fault.fields.items():
        *way, name = path.split(".")
        target: Message = changed
        for word in way:
            target = getattr(target, word)
        setattr(target, name, value)
    return changed


def _dropped(fault: Fault, session: "Session", message: Message) -> list[Message]:
    """Cut a connection: a request is handled unless it is cut before, a response is lost either way."""
    session.drop()
    return [] if fault.before else [message]


def _reject(fault: Fault, session: "Session", message: Message) -> None:
    """Answer a request with an error; who is not let in is shown out."""
    request = getattr(message, "req_id", 0) or getattr(message, "order_id", 0) or -1
    session.error(request, fault.code or REJECTED[0], fault.text or REJECTED[1])
    if isinstance(message, ib.StartApiRequest):
        session.writer.close()


def _release(gateway: "Gateway", fault: Fault) -> None:
    del fault
    held, gateway.faults.held = gateway.faults.held, []
    for session, message in held:
        session.write(message)


def _drop_all(gateway: "Gateway", fault: Fault) -> None:
    del fault
    for session in list(gateway.sessions):
        session.drop()


def _restart(gateway: "Gateway", fault: Fault) -> None:
    """Cut everybody off, and refuse the connections that come first."""
    _drop_all(gateway, fault)
    gateway.faults.refusing = fault.refuse
    if fault.next_id:
        gateway.next_id = fault.next_id


def _notice(gateway: "Gateway", fault: Fault) -> None:
    gateway.notice(fault.code, fault.text)


def _lose_link(gateway: "Gateway", fault: Fault) -> None:
    del fault
    gateway.link.is_up = False
    gateway.notice(*LOST)


def _restore_link(gateway: "Gateway", fault: Fault) -> None:
    gateway.link.is_up = True
    if fault.data_lost:
        _forget_data(gateway)
    gateway.notice(*(BACK_WITHOUT_DATA if fault.data_lost else BACK))
    gateway.restored()


def _lose_farm(gateway: "Gateway", fault: Fault) -> None:
    del fault
    gateway.link.has_data = False
    gateway.notice(*FARM_DOWN)


def _restore_farm(gateway: "Gateway", fault: Fault) -> None:
    gateway.link.has_data = True
    if fault.data_lost:
        _forget_data(gateway)
    gateway.notice(*FARM_UP)


def _forget_data(gateway: "Gateway") -> None:
    for session in gateway.sessions:
        session.wants.lose_data()


def _freeze(gateway: "Gateway", fault: Fault) -> None:
    gateway.link.is_frozen = fault.do == "freeze"


def _cross(gateway: "Gateway", fault: Fault) -> None:
    gateway.faults.crossed = round(fault.ticks) if fault.do == "cross" else None


def _disarm(gateway: "Gateway", fault: Fault) -> None:
    del fault
    gateway.faults.disarm()


def _partial(gateway: "Gateway", fault: Fault) -> None:
    gateway.exchange.most_lots = fault.lots


def _move(gateway: "Gateway", fault: Fault) -> None:
    gateway.market.move(fault.symbol, round(fault.ticks))
    gateway.happened(gateway.exchange.on_market(gateway.now(), fault.symbol))


ACTS: dict[str, Callable[["Gateway", Fault], None]] = {
    "release": _release,
    "drop_all": _drop_all,
    "restart": _restart,
    "notice": _notice,
    "lose_link": _lose_link,
    "restore_link": _restore_link,
    "lose_farm": _lose_farm,
    "restore_farm": _restore_farm,
    "freeze": _freeze,
    "thaw": _freeze,
    "cross": _cross,
    "uncross": _cross,
    "partial": _partial,
    "move": _move,
    "disarm": _disarm,
}
