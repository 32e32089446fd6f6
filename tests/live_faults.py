"""What goes wrong between a node and its gateway: each fault as the control port is told of it."""

import time
from dataclasses import dataclass
from typing import Any

from tests.live_session import Broker, brackets_of

ORDERS = 102
"""The client id of a session's orders: others ask the gateway as well."""
MARKET, STOP = {"order.order_type": "MKT"}, {"order.order_type": "STP"}


@dataclass(frozen=True)
class Breakage:
    """Something that goes wrong, and is over in the end."""

    name: str
    acts: tuple[dict[str, Any], ...]
    mends: tuple[dict[str, Any], ...] = ()
    """What ends it."""
    lasts: float = 0.0
    """The machine's seconds before that."""
    blind: float = 0.0
    """The machine's seconds after that in which it enters though it sees nothing: they do not count."""

    def befall(self, broker: Broker) -> float:
        """Let it happen, and return the machine's seconds until a new bracket was entered after it."""
        happened = len(broker.state()["fired"])
        for act in self.acts:
            broker.ask(**act)
        broker.until(lambda books: len(books["fired"]) >= happened + len(self.acts), self.name)
        if self.mends:
            time.sleep(self.lasts)
        for act in self.mends:
            broker.ask(**act)
        begun = time.monotonic()
        time.sleep(self.blind)
        last = max(brackets_of(broker.state()), default=0)
        broker.until(lambda books: max(brackets_of(books, "Filled"), default=0) > last, f"after {self.name}")
        return time.monotonic() - begun


def _on(do: str, message: str, where: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return what happens to a message; of some `client`, and so many `times`."""
    when = {name: more.pop(name) for name in ("client", "times") if name in more}
    return {"do": do, "when": {"message": message, "where": where or {}, **when}, **more}


def _both(name: str, act: dict[str, Any], mend: dict[str, Any], lasts: float = 2.0) -> Breakage:
    """Return something that is there for a while."""
    return Breakage(name, (act,), (mend,), lasts)


REJECTED = Breakage("an order is rejected, 201", (_on("reject", "PlaceOrderRequest", MARKET),))
IN_PARTS = _both("fills come in parts", {"do": "partial", "lots": 1}, {"do": "partial", "lots": 0}, 4)
TWICE = Breakage("an execution comes twice", (_on("duplicate", "ExecutionDetails"),))
FEE_TWICE = Breakage("a commission comes twice", (_on("duplicate", "CommissionAndFeesReport"),))
NO_FEE = Breakage("a commission is lost", (_on("swallow", "CommissionAndFeesReport"),))
LOST_FILL = Breakage("an execution is lost", (_on("swallow", "ExecutionDetails"),))
LOST_BOTH = Breakage(
    "an execution and its commission are lost",
    (_on("swallow", "ExecutionDetails"), _on("swallow", "CommissionAndFeesReport")),
)
DROP_AT_ORDER = Breakage("the socket drops as an order arrives", (_on("drop", "PlaceOrderRequest"),))
DROP_BEFORE_ORDER = Breakage(
    "the socket drops before an order arrives", (_on("drop", "PlaceOrderRequest", before=True),)
)
DROP_AT_FILL = Breakage("the socket drops before a fill is told", (_on("drop", "ExecutionDetails"),))
DROP_AT_CANCEL = Breakage("the socket drops as a cancel arrives", (_on("drop", "CancelOrderRequest"),))
DROP_BEFORE_CANCEL = Breakage(
    "the socket drops before a cancel arrives", (_on("drop", "CancelOrderRequest", before=True),)
)
DROP_OF_DATA = Breakage("the data's socket drops", (_on("drop", "TickByTickData"),))
RESTART = Breakage("the gateway restarts, and refuses for a while", ({"do": "restart", "refuse": 4},))
RESTART_AT_ORDER = Breakage(
    "an order arrives as an outage begins", (_on("restart", "PlaceOrderRequest", refuse=8),)
)
RESTART_AT_CANCEL = Breakage(
    "a cancel arrives as an outage begins", (_on("restart", "CancelOrderRequest", refuse=6),)
)
LINK = _both("1100, then 1102", {"do": "lose_link"}, {"do": "restore_link"}, 2)
LINK_AND_DATA = Breakage(
    "1100, then 1101", ({"do": "lose_link"},), ({"do": "restore_link", "data_lost": True},), 1, 4
)
FARM = _both("a farm goes, and comes back", {"do": "lose_farm"}, {"do": "restore_farm"}, 2)
FARM_AND_DATA = Breakage(
    "a farm forgets what was asked",
    ({"do": "lose_farm"},),
    ({"do": "restore_farm", "data_lost": True},),
    1,
    4,
)
FROZEN = _both("data stand still, and nobody says so", {"do": "freeze"}, {"do": "thaw"}, 6)
CROSSED = _both("quotes are crossed", {"do": "cross", "ticks": 2}, {"do": "uncross"}, 2)
EXCHANGED = _both("bid and ask are exchanged", {"do": "cross"}, {"do": "uncross"}, 2)
SPLIT = Breakage(
    "a change leaves the order's former self alive",
    ({"do": "partial", "lots": 1}, _on("split", "PlaceOrderRequest", STOP)),
    ({"do": "partial", "lots": 0},),
    2,
)
NO_REFERENCE = Breakage(
    "an order loses its reference",
    (_on("rewrite", "OpenOrder", client=ORDERS, fields={"order.order_ref": ""}),),
)
NUMBERS = Breakage("numbers of orders begin again", ({"do": "restart", "next_id": 1},))

TAKEN = Breakage(
    "the client id is still taken when it connects again, 326",
    (_on("reject", "StartApiRequest", code=326), _on("drop", "TickByTickData")),
)
NIGHTLY = Breakage(
    "the nightly restart", ({"do": "restart", "refuse": 1_000_000},), ({"do": "restart", "refuse": 0},), 30
)
NO_TRADES = Breakage(
    "trades stand still, quotes do not",
    (_on("swallow", "TickByTickData", {"tick_type": 2}, times=0),),
    ({"do": "disarm"},),
    66,
)
"""It takes a minute until anybody can say so."""

SHORT = (LOST_FILL, DROP_AT_ORDER, LINK_AND_DATA)
"""What every test run lets happen."""
BREAKAGES = (
    REJECTED, IN_PARTS, TWICE, FEE_TWICE, NO_FEE, LOST_FILL, LOST_BOTH, DROP_AT_ORDER, DROP_BEFORE_ORDER,
    DROP_AT_FILL, DROP_AT_CANCEL, DROP_BEFORE_CANCEL, DROP_OF_DATA, RESTART, RESTART_AT_ORDER,
    RESTART_AT_CANCEL, TAKEN, NIGHTLY, LINK, LINK_AND_DATA, FARM, FARM_AND_DATA, FROZEN, CROSSED, EXCHANGED,
    SPLIT, NO_REFERENCE, NUMBERS,
)  # fmt: skip
