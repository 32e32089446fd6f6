"""What the broker executed and the state does not know of is counted; what then differs stops the start."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mia_plugins.data.instruments import VENUE
from mia_plugins.data.sessions import session_on
from mia_plugins.runtime.account import Account, Fill, Role
from mia_plugins.runtime.orders import ticks_of
from risk.state.keeping import Keeping
from risk.state.store import StateError

ROLES = {"E": Role.ENTRY, "S": Role.STOP, "T": Role.TARGET, "X": Role.EXIT}
"""By the letter with which the last part of an order id begins."""
BY_HAND = "by_hand"
"""The reason of what was left by an order that is none of ours."""


@dataclass(frozen=True)
class Reports:
    """What Nautilus reports of the broker."""

    fills: Iterable[Any] = ()
    """Its `FillReport`s since the process ended, those of trading days before among them."""
    positions: Mapping[str, int] | None = None
    """Contracts held by product, above 0 long; None: nobody could tell."""
    restored: list[str] = field(default_factory=list)
    """Is given a line of each execution that the state did not know."""


def reconcile(keeping: Keeping, day: dt.date, accounts: Mapping[str, Account], reports: Reports) -> None:
    """Count what is missing, in the order of time, and go on to a trading day; raise where positions differ.

    What was executed before its session opened belongs to the days before, such as a stop of theirs.
    """
    opens = session_on(day).open
    unknown = [one for one in reports.fills if not keeping.knows(str(one.trade_id))]
    unknown.sort(key=lambda one: (one.ts_event, str(one.trade_id)))
    _count(keeping, accounts, [one for one in unknown if one.ts_event < opens], reports.restored)
    keeping.go_on(day)
    _count(keeping, accounts, [one for one in unknown if one.ts_event >= opens], reports.restored)
    if reports.positions is not None:
        _refuse_other_positions(accounts, reports.positions)


def _count(
    keeping: Keeping, accounts: Mapping[str, Account], unknown: list[Any], restored: list[str]
) -> None:
    for report in unknown:
        strategy, fill, reason = _fill_of(report, accounts)
        if keeping.take(str(report.trade_id), strategy, accounts[strategy], fill, reason):
            told = f"{fill.side * fill.lots:+d} at {fill.ticks} ticks of {strategy} ({fill.role})"
            restored.append(f"{report.trade_id}: {told}")


def _fill_of(report: Any, accounts: Mapping[str, Account]) -> tuple[str, Fill, str]:
    """Return whose an execution is, and why the position is being left."""
    order_id = str(report.client_order_id or "")
    side = 1 if str(report.order_side).endswith("BUY") else -1
    strategy, number, role = _parts(order_id, accounts)
    reason = "" if strategy else BY_HAND
    strategy = strategy or _whose(report, side, accounts)
    lots, told = int(report.last_qty), report.commission
    fee = accounts[strategy].costs.commission * lots if told is None else told.as_decimal()
    fill = Fill(
        int(report.ts_event), order_id or str(report.venue_order_id), number, role, side, lots,
        ticks_of(report.last_px), fee,
    )  # fmt: skip
    return strategy, fill, reason


def _parts(order_id: str, accounts: Mapping[str, Account]) -> tuple[str, int, Role]:
    """Return strategy, decision and role of an order id of ours; no strategy of one that is not."""
    strategy, _, rest = order_id.rpartition("-")[0].rpartition("-")
    number, letter = rest.rpartition("r")[2], order_id.rpartition("-")[2][:1]
    if strategy in accounts and number.isdigit() and letter in ROLES:
        return strategy, int(number), ROLES[letter]
    return "", 0, Role.EXIT


def _whose(report: Any, side: int, accounts: Mapping[str, Account]) -> str:
    """Return the one strategy whose position an execution by somebody else makes smaller."""
    product = str(report.instrument_id).removesuffix(f".{VENUE}")[:-2]
    lots = int(report.last_qty)
    held = [name for name, one in accounts.items() if one.product == product and -one.position * side >= lots]
    executed = f"{side * lots:+d} {product} ({report.trade_id})"
    if len(held) != 1:
        why = "no strategy holds" if not held else f"{' and '.join(sorted(held))} hold"
        raise StateError(
            f"the broker executed {executed} for an order that is none of ours, and {why} what it would "
            "leave: nothing is traded",
            "leave by hand what is held, and begin with a state of its own: --state",
        )
    return held[0]


def _refuse_other_positions(accounts: Mapping[str, Account], positions: Mapping[str, int]) -> None:
    known: dict[str, int] = {}
    for one in accounts.values():
        known[one.product] = known.get(one.product, 0) + one.position
    for product in sorted({*known, *positions}):
        ours, theirs = known.get(product, 0), positions.get(product, 0)
        if ours != theirs:
            raise StateError(
                f"the broker holds {theirs:+d} {product}, and its executions add up to {ours:+d}: nothing is "
                "traded",
                "leave at the broker what nobody knows of, and start again",
            )
