"""What is held has a working stop: one that is lost is sent again, and what cannot have one is left."""

from typing import Any

import pytest
from nautilus_trader.model import ClientOrderId

from mia_plugins.journal.decision import Decision
from mia_plugins.runtime.account import Role
from tests.market import DAY
from tests.runtime import Played, a_trade_a_minute, buy, market_of, sell, stage
from tests.scripted import Scripted

CALM = """
time      bid  ask
09:30:30    0    1
"""


class Losing(Scripted):
    """Loses its stops: those that work at the close of a bar are cancelled behind the desk's back."""

    class Settings(Scripted.Settings):
        """The script."""

        lost: int = 1
        """How many."""

    def evaluate(self, now: int) -> Decision:
        """Do what is written, and lose a stop."""
        bracket = self.desk.bracket
        lost = sum(order.role is Role.STOP for order in bracket.former) if bracket else 0
        if bracket and bracket.held and bracket.stop.works and lost < self.settings.lost:
            self.cancel_order(ClientOrderId(bracket.stop.order_id))
        return super().evaluate(now)


def losing(rows: list[str], step: dict[str, Any], lost: int = 1) -> Played:
    """Return what came of a script whose stop was lost at 9:32, and the one after it at 9:33."""
    market = market_of(CALM + "\n".join(rows) + "\n")
    own = {"losing": {"steps": [step], "lost": lost}}
    return stage(
        {DAY: [market, a_trade_a_minute(market)]},  # type: ignore[arg-type]
        own,
        fills="quotes",
        plugin=f"{__name__}:Losing",
    ).run()


def levels(played: Played) -> list[tuple[str, str]]:
    return [(row["what"], row["level"]) for row in played.table("incidents")]


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize(("to", "leaves"), [(-8, "stop -150.00"), (20, "target +125.00")])
def test_a_stop_that_is_lost_is_sent_again_and_ends_the_trade_with_its_target(
    side: int, to: int, leaves: str
) -> None:
    """Its fellow is cancelled with it, whichever of the two is filled."""
    bid = side * to
    step = buy("09:31", -8, 12) if side > 0 else sell("09:31", 9, -11)
    played = losing([f"09:34:10 {bid} {bid + 1}", "09:40 0 1"], step)
    word = "long" if side > 0 else "short"
    assert [trip.rsplit(" ", 1)[0] for trip in played.trips] == [f"{word} 1 {leaves.split(maxsplit=1)[0]}"]
    assert levels(played) == [("no_stop", "warn")]
    stops = [(row["order_id"][-2:], row["state"]) for row in played.table("orders") if row["role"] == "stop"]
    assert stops[0] == ("-S", "canceled")
    assert stops[1] == ("S2", "filled" if leaves.startswith("stop") else "canceled")
    assert not any("still held" in line for line in played.warnings)


def test_what_has_lost_two_stops_is_left_at_once() -> None:
    played = losing(["09:40 0 1"], buy("09:31", -8, 12), lost=2)
    assert played.fills == ["09:31:00 entry +1 @ 2", "09:33:00 exit -1 @ -1"]
    assert played.trips == ["long 1 no_stop -37.50"]
    assert levels(played) == [("no_stop", "warn"), ("no_stop", "flatten_and_stop")]


def test_an_exit_beyond_the_backstop_goes_out_in_pieces() -> None:
    """The stop of a short position found one taker, far above, where the rest is more than an order may be."""
    market: Any = market_of("""
time      bids | asks
09:30:30  50@0 | 50@1
09:31:10  9@1699 | 1@1700
09:31:10.5  9@1699 | 50@1703
09:40     50@1690 | 50@1691
""")
    # The bracket's highest price is 24 040 ticks: 16 contracts are 4 808 000 $. 15 at 25 700 are more.
    played = stage(
        {DAY: [market, a_trade_a_minute(market)]},
        {"scripted": {"steps": [sell("09:31", 40, -20, size=16)]}},
        fills="depth",
        backstop={"notional": 4_808_100},
    ).run()
    assert played.fills == [
        "09:31:00 entry -16 @ 0",
        "09:31:10 stop +1 @ 1700",
        *("09:31:11 exit +7 @ 1703", "09:31:11 exit +7 @ 1703", "09:31:11 exit +1 @ 1703"),
    ]
    exits = [(row["state"], row["lots"]) for row in played.table("orders") if row["role"] == "exit"]
    assert exits == [
        ("denied", 15),
        *[("canceled", 7)] * 2,
        ("canceled", 1),
        *[("filled", 7)] * 2,
        ("filled", 1),
    ]
