"""No cent comes or goes: fills, round trips, account, statistics and the engine's balance agree."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from tests.drawn import Scene, drawn, scenes
from tests.runtime import CAPITAL

TICK_VALUE = Fraction(25, 2)
"""$ a tick and contract of ES."""
HALF_A_CENT = Fraction(1, 200)


@dataclass
class Ledger:
    """What fills come to, in fractions: nothing is rounded."""

    position: int = 0
    cost: Fraction = Fraction(0)
    """Ticks times contracts that what is held was entered at."""
    gained: Fraction = Fraction(0)
    """$ on the average price in, before fees."""
    fees: Fraction = Fraction(0)
    """$."""
    uneven: int = 0
    """Fills that left at an average price of which a cent is no multiple."""

    def take(self, side: int, lots: int, ticks: int, fee: Decimal) -> None:
        self.fees += Fraction(fee)
        if side * self.position >= 0:
            self.cost += lots * ticks
        else:
            assert lots <= abs(self.position), "no fill turns a position round"
            part = self.cost * lots / abs(self.position)
            gain = (lots * ticks - part) * -side * TICK_VALUE
            self.gained += gain
            self.cost -= part
            self.uneven += (gain * 100).denominator > 1
        self.position += side * lots


def trips_of(fills: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the round trips of fills, from flat to flat, reckoned apart from the code's own."""
    found, open_ = [], list[dict[str, Any]]()
    for fill in fills:
        open_.append(fill)
        if sum(one["side"] * one["lots"] for one in open_) == 0:
            gross = -sum(one["side"] * one["lots"] * one["ticks"] for one in open_) * TICK_VALUE
            fees = sum(Fraction(one["fee"]) for one in open_)
            side = open_[0]["side"]
            found.append({
                "decision": open_[0]["decision"],
                "side": side,
                "ts_open": open_[0]["ts"],
                "ts_close": fill["ts"],
                "lots": sum(one["lots"] for one in open_ if one["side"] == side),
                "gross": gross,
                "fees": fees,
                "net": gross - fees,
            })  # fmt: skip
            assert {one["decision"] for one in open_} == {open_[0]["decision"]}
            open_ = []
    return found


def _money_is_conserved(scene: Scene) -> None:
    books = scene.run()  # it raises when the engine's balance is not the fills'
    played, commission = books.played, Fraction(str(scene.venue["commission"]))
    fills, stats = played.table("fills"), played.statistics
    ledger = Ledger()
    for fill in fills:
        ledger.take(fill["side"], fill["lots"], fill["ticks"], fill["fee"])
        assert abs(Fraction(fill["fee"]) - commission * fill["lots"]) <= HALF_A_CENT

    trips = trips_of(fills)
    names = list(trips[0]) if trips else []
    assert [{name: row[name] for name in names} for row in played.table("positions")] == trips

    gross, net = sum(trip["gross"] for trip in trips), sum(trip["net"] for trip in trips)
    fees = sum(trip["fees"] for trip in trips)
    assert [Fraction(stats[name]) for name in ("gross", "fees", "net")] == [gross, fees, net]
    assert Fraction(stats["balance"]) == CAPITAL + net
    assert stats["trades"] == len(trips)

    assert books.position == ledger.position
    assert Fraction(books.realized) == gross - ledger.fees
    # A broker rounds each fill that leaves at an uneven average; nothing else may differ by anything.
    expected = CAPITAL + ledger.gained - ledger.fees
    assert abs(Fraction(books.balance) - expected) <= ledger.uneven * HALF_A_CENT
    if not ledger.position:
        assert ledger.gained == gross

    filled: dict[str, int] = {}
    for fill in fills:
        filled[fill["order_id"]] = filled.get(fill["order_id"], 0) + fill["lots"]
    ids = [row["order_id"] for row in played.table("orders")]
    assert len(ids) == len(set(ids)), "an order ends once"
    assert {row["order_id"]: row["filled"] for row in played.table("orders") if row["filled"]} == filled


@drawn(25)
@given(scenes("quotes"))
def test_every_cent_is_accounted_for_on_quotes(scene: Scene) -> None:
    _money_is_conserved(scene)


@drawn(25)
@given(scenes("depth"))
def test_every_cent_is_accounted_for_on_depth(scene: Scene) -> None:
    _money_is_conserved(scene)


@pytest.mark.long
@drawn(500)
@given(scenes("quotes") | scenes("depth"))
def test_every_cent_is_accounted_for_in_full(scene: Scene) -> None:
    _money_is_conserved(scene)
