"""What goes wrong between a node and its gateway: each fault as the control port is told of it."""

from dataclasses import dataclass, field
from typing import Any

ORDERS = 102
"""The node's client that orders come from; the one before is for data."""
ENTRY = {"order.order_type": "MKT"}


@dataclass(frozen=True)
class Breakage:
    """Something that goes wrong, and is over in the end."""

    name: str
    acts: tuple[dict[str, Any], ...]
    wakes: str = ""
    """The fault that has to have happened before recovery counts; the last by default."""
    during: tuple[dict[str, Any], ...] = field(default=())
    """What is told after the machine's seconds of `lasts`."""
    lasts: float = 0.0


def _on(do: str, message: str, **more: Any) -> dict[str, Any]:
    when = {"message": message} | {
        key: more.pop(key) for key in ("where", "client", "nth", "times") if key in more
    }
    return {"do": do, "when": when, **more}


BREAKAGES = (
    Breakage("an entry is rejected, 201", (_on("reject", "PlaceOrderRequest", where=ENTRY),)),
    Breakage(
        "fills come in parts",
        ({"do": "partial", "lots": 1},),
        during=({"do": "partial", "lots": 0},),
        lasts=3,
    ),
    Breakage("an execution comes twice", (_on("duplicate", "ExecutionDetails"),)),
    Breakage("a commission report comes twice", (_on("duplicate", "CommissionAndFeesReport"),)),
    Breakage("a commission report is lost", (_on("swallow", "CommissionAndFeesReport"),)),
    Breakage("an execution is lost", (_on("swallow", "ExecutionDetails"),)),
    Breakage(
        "an execution and its commission are lost",
        (_on("swallow", "ExecutionDetails"), _on("swallow", "CommissionAndFeesReport")),
    ),
    Breakage("the socket drops as an order arrives", (_on("drop", "PlaceOrderRequest"),)),
    Breakage("the socket drops before an order arrives", (_on("drop", "PlaceOrderRequest", before=True),)),
    Breakage("the socket drops at a fill", (_on("drop", "ExecutionDetails"),)),
    Breakage("the socket drops before a fill is told", (_on("drop", "ExecutionDetails", before=True),)),
    Breakage("the socket drops at a cancel", (_on("drop", "CancelOrderRequest"),)),
    Breakage("the socket drops before a cancel", (_on("drop", "CancelOrderRequest", before=True),)),
    Breakage("the data's socket drops", (_on("drop", "TickByTickData"),)),
    Breakage("the gateway restarts, and refuses for a while", ({"do": "restart", "refuse": 4},)),
    Breakage("an order arrives as a long outage begins", (_on("restart", "PlaceOrderRequest", refuse=4),)),
    Breakage("1100, then 1102", ({"do": "lose_link"},), during=({"do": "restore_link"},), lasts=2),
    Breakage(
        "1100, then 1101",
        ({"do": "lose_link"},),
        during=({"do": "restore_link", "data_lost": True},),
        lasts=2,
    ),
    Breakage("a farm goes and comes back", ({"do": "lose_farm"},), during=({"do": "restore_farm"},), lasts=2),
    Breakage(
        "a farm goes and forgets what was asked",
        ({"do": "lose_farm"},),
        during=({"do": "restore_farm", "data_lost": True},),
        lasts=2,
    ),
    Breakage("data stand still, and nobody says so", ({"do": "freeze"},), during=({"do": "thaw"},), lasts=7),
    Breakage("quotes are crossed", ({"do": "cross", "ticks": 2},), during=({"do": "uncross"},), lasts=3),
    Breakage("bid and ask are exchanged", ({"do": "cross"},), during=({"do": "uncross"},), lasts=3),
    Breakage(
        "a change leaves the old order alive",
        (_on("split", "PlaceOrderRequest", where={"order.order_type": "STP"}),),
    ),
    Breakage("an order loses its reference", (_on("rewrite", "OpenOrder", fields={"order.order_ref": ""}),)),
    Breakage("numbers of orders begin again", ({"do": "restart", "next_id": 1},)),
)
