"""What stands on the screen, a block a subject: each says the same as the `Look`, in words as in colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from mia_plugins.journal.explain import SIDE_WORDS
from mia_plugins.live.clocks import clock_text
from mia_plugins.live.grid import Cell, Column, Row
from mia_plugins.live.look import Age, DecisionLook, LimitLook, Look, OrderLook, StrategyLook
from mia_plugins.live.wording import age_text, lots_text, measured, price_text
from mia_plugins.reports.numbers import NONE, dollars
from mia_plugins.runtime.killing import KILL_SWITCH, Kill

GOOD, LESS, BAD, CARE, QUIET = "green", "red", "bold red", "yellow", "dim"
ALARM = "bold white on red"
NEAR = 0.8
"""The share of the way to a limit from which on it is told in colour."""
DOES = {Kill.STOP: "nothing is entered", Kill.FLATTEN: "everything is left, nothing is entered"}


@dataclass(frozen=True, slots=True)
class Panel:
    """One block: rows under the titles of their columns, of which the first is the block's."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    least: int
    """Rows that it has before others get more."""
    empty: str
    """What stands there when there are none."""

    @property
    def title(self) -> str:
        """What it is about."""
        return self.columns[0].title


def alarms(look: Look) -> list[str]:
    """Return what must not be overlooked."""
    found = []
    if look.kill:
        found.append(f"{KILL_SWITCH.upper().replace('_', ' ')}: {DOES[look.kill]}; `mia unkill` lets it go")
    if look.halt:
        found.append(f"HALTED by {look.halted_by or 'a watch'}: {DOES[look.halt]}")
    if look.connection.is_stale:
        found.append(f"NOT CONNECTED for {age_text(look.connection.seconds)}")
    if look.stale:
        found.append(f"STALE: {', '.join(look.stale)}")
    return found


def status(look: Look) -> list[Cell]:
    """Return what the run is at, the connection, and how old everything is."""
    seconds = look.connection.seconds
    if seconds is None:
        connection = ("connection not known yet", CARE)
    elif look.is_connected:
        connection = ("connected", GOOD)
    else:
        connection = (f"not connected for {age_text(seconds)}", BAD)
    ages = [
        (f"{one.name} {age_text(one.seconds)}{' STALE' if one.is_stale else ''}", _age_style(one))
        for one in look.ages
    ]
    return [(look.state, "bold"), connection, *ages]


def money(look: Look) -> list[Cell]:
    """Return the day's result and the account, in $."""
    one = look.money
    lost = f", the last {one.losses_in_row} lost" if one.losses_in_row else ""
    return [
        (f"day {_signed(one.day)}", f"bold {_gain(one.day)}"),
        (f"closed {_signed(one.made_today)}", _gain(one.made_today)),
        (f"open {_signed(one.open)}", _gain(one.open)),
        (f"at stops {_signed(one.at_stops)}", _gain(one.at_stops)),
        (f"balance {dollars(one.balance, cents=True)}", ""),
        (f"highest {dollars(one.peak, cents=True)}", QUIET),
        (f"{one.trades_today} trade{'' if one.trades_today == 1 else 's'} today{lost}", ""),
    ]


def positions(look: Look) -> Panel:
    """Return what each strategy holds."""
    columns = (
        Column("Positions", least=12),
        Column("of", rank=4),
        Column("holds", right=True),
        Column("at", right=True, rank=1),
        Column("last", right=True),
        Column("stop", right=True, rank=3),
        Column("target", right=True, rank=5),
        Column("open", right=True),
        Column("day", right=True, rank=2),
        Column("said last", rank=6, least=20),
    )
    return Panel(columns, tuple(_position(one) for one in look.strategies), 4, "no strategy")


def orders(look: Look) -> Panel:
    """Return the orders that can still be filled."""
    rows = tuple(_order(one) for one in look.orders)
    columns = (
        Column(f"Working orders: {len(rows) or 'none'}", least=17),
        Column("what"),
        Column("of", rank=2),
        Column("filled", right=True, rank=3),
        Column("price", right=True),
        Column("state", rank=1),
        Column("for", right=True, rank=4),
    )
    return Panel(columns, rows, 3, "")


def limits(look: Look) -> Panel:
    """Return each limit and how near it is."""
    columns = (
        Column("Limits", least=12),
        Column("now", right=True),
        Column("of", right=True),
        Column("used", right=True, rank=1),
        Column("then", least=10, rank=2),
    )
    return Panel(columns, tuple(_limit(one) for one in look.limits), 3, "none told yet")


def decisions(look: Look) -> Panel:
    """Return the last candidates with what became of them."""
    columns = (
        Column("Decisions"),
        Column("strategy", rank=2, least=10),
        Column("what"),
        Column("outcome"),
        Column("score", right=True, rank=3),
        Column("stop", right=True, rank=4),
        Column("target", right=True, rank=5),
        Column("why", least=28, rank=1),
    )
    return Panel(columns, tuple(_decision(one) for one in look.decisions), 3, "no candidate yet")


def incidents(look: Look) -> Panel:
    """Return what went wrong, or nearly."""
    columns = (
        Column("Incidents"),
        Column("level"),
        Column("what", rank=1),
        Column("told", least=10),
    )
    rows = tuple(
        (
            (clock_text(one.ts), ""),
            (one.level, GOOD if one.level == "clear" else CARE if one.level == "warn" else BAD),
            (one.what, ""),
            (one.told, ""),
        )
        for one in look.incidents
    )
    return Panel(columns, rows, 1, "none")


def panels(look: Look) -> Sequence[Panel]:
    """Return all blocks, from above to below."""
    return positions(look), orders(look), limits(look), decisions(look), incidents(look)


def _position(one: StrategyLook) -> Row:
    side = "" if not one.position else GOOD if one.position > 0 else LESS
    said = one.said if one.decided is None else f"{clock_text(one.decided)} {one.said}"
    return (
        (one.strategy_id, ""),
        (one.symbol, ""),
        (lots_text(one.position) if one.position else "flat", side or QUIET),
        (price_text(one.average), ""),
        (price_text(one.price), ""),
        (price_text(one.stop), ""),
        (price_text(one.target), ""),
        (_signed(one.open), _gain(one.open)),
        (_signed(one.made_today), _gain(one.made_today)),
        (f"leaving: {one.leaving}", CARE) if one.leaving else (said, QUIET),
    )


def _order(one: OrderLook) -> Row:
    price = "market" if one.ticks is None else f"{price_text(one.ticks)} {one.type}"
    return (
        (one.order_id, ""),
        (f"{one.role} {SIDE_WORDS[one.side]} {one.lots}", ""),
        (one.symbol, ""),
        (f"{one.filled} of {one.lots}", CARE if one.filled else ""),
        (price, ""),
        (one.state, CARE if one.state == "submitted" else ""),
        (age_text(one.age), QUIET),
    )


def _limit(one: LimitLook) -> Row:
    near = BAD if one.is_reached else CARE if (one.share or 0.0) >= NEAR else ""
    whose = f"{one.strategy_id} at {clock_text(one.ts)}" if one.strategy_id else one.does.replace("_", " ")
    used = "" if one.share is None else f"{min(one.share, 9.99) * 100:.0f} %"
    reached = "REACHED: " if one.is_reached else ""
    return (
        (one.name, near),
        (measured(one.number, one.unit), near),
        ("" if one.limit is None else measured(one.limit, one.unit), ""),
        (used, near),
        (f"{reached}{whose}", near or QUIET),
    )


def _decision(one: DecisionLook) -> Row:
    style = GOOD if one.outcome == "taken" else CARE
    return (
        (clock_text(one.ts), ""),
        (one.strategy_id, ""),
        (f"{SIDE_WORDS[one.side]} {one.size} {one.product}", ""),
        (one.outcome, style),
        (NONE if one.score is None else f"{one.score:.3g}", ""),
        (price_text(one.stop), ""),
        (price_text(one.target), ""),
        (one.why, ""),
    )


def _age_style(one: Age) -> str:
    return BAD if one.is_stale else CARE if one.seconds is None else GOOD


def _signed(amount: Decimal | None) -> str:
    return dollars(amount, signed=True, cents=True)


def _gain(amount: Decimal | None) -> str:
    return "" if not amount else GOOD if amount > 0 else LESS
