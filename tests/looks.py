"""Looks at runs that are well and at runs that are not, and what a terminal makes of them."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from rich.text import Text

from mia_plugins.data.sessions import NS
from mia_plugins.live.look import (
    Age,
    DecisionLook,
    Facts,
    IncidentLook,
    LimitLook,
    Look,
    MoneyLook,
    OrderLook,
    StrategyLook,
)
from mia_plugins.live.picture import Size, picture
from mia_plugins.runtime.killing import Kill
from tests.runtime import at

NOW = at("09:31:05.25")
PARIS = dt.timezone(dt.timedelta(hours=2), "CEST")
ZERO, HUGE = Decimal(0), Decimal("-12345678.91")
SIZES = [(80, 24), (120, 40), (200, 60), (60, 20), (40, 12), (20, 5), (8, 2)]


def strategy(name: str = "confluence", position: int = 0, product: str = "ES") -> StrategyLook:
    """Return a strategy in a product, flat or with so many contracts."""
    held = position != 0
    return StrategyLook(
        strategy_id=f"{name}-{product}",
        symbol=f"{product}M6",
        price=24_050,
        position=position,
        average=24_047.5 if held else None,
        stop=24_031 if held else None,
        target=24_090 if held else None,
        open=Decimal("26.75") * position if held else None,
        made_today=Decimal("-112.50"),
        trades_today=3,
        leaving="",
        decided=at("09:31"),
        said="no candidate: warming up",
    )


def order(number: int, role: str = "stop", state: str = "accepted") -> OrderLook:
    """Return a working order."""
    entry = role == "entry"
    return OrderLook(
        "confluence-ES", "ESM6", f"confluence-ES-{number}-{role[0].upper()}", role, 1 if entry else -1, 2,
        number % 2, None if entry else 24_031 + number, {"entry": "market", "stop": "stop"}.get(role, "limit"), state, 4.25 * number,
    )  # fmt: skip


def decision(number: int, outcome: str = "taken", why: str = "") -> DecisionLook:
    """Return a candidate that was judged."""
    side = 1 if number % 2 else -1
    return DecisionLook(
        at("09:31") - number * 60 * NS, 4_200 - number, "confluence-ES", "ES", side, 2, outcome, why, 0.7213,
        24_050 - side * 19, 24_050 + side * 40,
    )  # fmt: skip


LIMITS = (
    LimitLook("daily_loss", NOW, 412.5, "$", 500.0, 0.825, "flatten_and_stop"),
    LimitLook("stale_data", NOW, 0.31, "s", 60.0, 0.005, "stop_entries"),
    LimitLook("losses_in_row", NOW, 2.0, "", 3.0, 2 / 3, "warn"),
    LimitLook("memory", NOW, 41.2, "%", 85.0, 0.485, "warn"),
    LimitLook("outer_envelope", at("09:30"), -12.5, "$ left", strategy_id="confluence-ES"),
    LimitLook("daily_trades", at("09:30"), 22.0, "trades left", strategy_id="confluence-ES"),
)
MONEY = MoneyLook(
    made_today=Decimal("-112.50"),
    open=Decimal("53.50"),
    at_stops=Decimal("-421.75"),
    balance=Decimal("24887.50"),
    peak=Decimal("25310.25"),
    trades_today=3,
    losses_in_row=2,
)
CALM = Look(
    ts=NOW,
    facts=Facts("day", "paper", "DU1234567"),
    state="trading",
    connection=Age("connection", 0.0, 2.0),
    ages=(Age("ES", 0.31, 10.0), Age("NQ", 0.12, 10.0), Age("VIX", 4.0, 60.0), Age("account", 2.4, 180.0)),
    strategies=(strategy(position=2),),
    orders=(order(4, "stop"), order(5, "target")),
    money=MONEY,
    limits=LIMITS,
    decisions=(
        decision(1),
        decision(2, "blocked", "outer_envelope: −$12.50 left"),
        decision(3, "rejected", "far_enough"),
    ),
    incidents=(IncidentLook(at("09:29"), "catastrophe", "latency", "warn", "an event was dealt with 130.0 ms after its time; the limit is 100 ms"),),
)  # fmt: skip
"""A run that is well."""
NOTHING = Look(
    ts=NOW,
    facts=Facts("day", "sim"),
    state="starting",
    connection=Age("connection", None, 2.0),
    ages=(Age("ES", None, 10.0),),
    strategies=(replace(strategy(), price=None, decided=None, said=""),),
    orders=(),
    money=MoneyLook(ZERO, ZERO, ZERO, ZERO, ZERO, 0, 0),
    limits=(),
)
"""A run of which nothing is known yet."""
LONG = "a reason that goes on and on, with 漢字 and ümläuts, " * 6
UGLY = {
    "calm": CALM,
    "nothing": NOTHING,
    "stale": replace(CALM, ages=(Age("ES", 75.0, 10.0), Age("NQ", 12_345.6, 10.0), Age("VIX", None, 60.0))),
    "disconnected": replace(CALM, connection=Age("connection", 12.3, 2.0), state="reconnecting"),
    "three strategies": replace(
        CALM,
        strategies=(strategy(position=2), strategy("battle_navale", -3, "NQ"), strategy("menthorq")),
        facts=Facts("a_settings_file_with_a_rather_long_name", "live", "U7654321"),
    ),
    "twelve orders": replace(CALM, orders=tuple(order(n, "stop", "submitted") for n in range(12))),
    "halted": replace(CALM, halt=Kill.STOP, halted_by="daily_loss"),
    "killed": replace(CALM, kill=Kill.FLATTEN, strategies=(replace(strategy(position=1), leaving="kill_switch"),)),
    "long reasons": replace(
        CALM,
        decisions=tuple(decision(n, "blocked", LONG) for n in range(20)),
        incidents=tuple(IncidentLook(NOW, "catastrophe", "stale_data", "flatten_and_stop", LONG) for _ in range(20)),
    ),
    "everything": replace(
        CALM,
        strategies=tuple(strategy(f"one_of_many_{n}", n - 3) for n in range(9)),
        orders=tuple(order(n) for n in range(27)),
        decisions=tuple(decision(n, "blocked", LONG) for n in range(20)),
        halt=Kill.FLATTEN,
        halted_by="a_watch_with_a_long_name",
        kill=Kill.STOP,
        connection=Age("connection", 9_999.0, 2.0),
        ages=tuple(Age(f"stream_{n}", 3.0 * n, 10.0) for n in range(12)),
        money=MoneyLook(HUGE, HUGE, HUGE, HUGE, HUGE, 999, 25),
    ),
}  # fmt: skip


def drawn(look: Look | None, size: tuple[int, int] = (80, 24), late: float = 0.25) -> list[Text]:
    """Return the lines of a screen so many seconds after the look."""
    return picture(look, Size(*size), late, PARIS)


def shown(look: Look | None, size: tuple[int, int] = (80, 24), late: float = 0.25) -> list[str]:
    """Return them as plain texts."""
    return [line.plain for line in drawn(look, size, late)]
