"""The daily loss holds in the real engine, for two strategies that share an account, whatever happens.

Fills, partial fills, stops that are jumped over, exits that find no taker: the reference reckons with
nothing but fills and the prices that were decided at.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mia_plugins.data.columns import Depth, Quotes
from tests.drawn import FIRST, MINUTE, Scene, drawn, scenes
from tests.market import DAY
from tests.runtime import Played, stage

TICK_VALUE = 12.5
LIMITS = (150, 300, 500, 900)
NAMES = ("one", "two")


@dataclass(frozen=True)
class Shared:
    """A market, and what two strategies wish for in it."""

    scene: Scene
    wishes: dict[str, list[dict[str, Any]]]
    limit: int
    """$ a day."""

    def run(self) -> Played:
        market = self.scene.market
        return stage(
            {DAY: [market, self.scene.trades]},
            {name: {"wishes": wishes} for name, wishes in self.wishes.items()},
            fills="depth" if isinstance(market, Depth) else "quotes",
            plugin="tests.proposing:Proposing",
            venue=self.scene.venue,
            rules={"daily_loss": {"limit": self.limit}},
        ).run()


@st.composite
def shared(draw: Callable[..., Any], kind: str) -> Shared:
    scene = draw(scenes(kind))
    if draw(st.booleans()):
        scene = _crashing(scene, draw(st.integers(5, 15)), draw(st.integers(-60, 60)))
    wish = st.fixed_dictionaries({
        "side": st.sampled_from([-1, 1, 1, 0]),
        "size": st.integers(1, 5),
        "stop": st.integers(1, 9),
        "target": st.integers(1, 9),
    })  # fmt: skip
    last = int(scene.market.ts[-1])
    wishes = {
        name: [{"at": now} | draw(wish) for now in range(FIRST, last + MINUTE, MINUTE) if draw(st.booleans())]
        for name in NAMES
    }
    return Shared(scene, wishes, draw(st.sampled_from(LIMITS)))


def _crashing(scene: Scene, row: int, ticks: int) -> Scene:
    """Return a scene in which the market jumps over every stop at one row."""
    market = scene.market
    if isinstance(market, Depth):
        return scene
    jump = np.where(np.arange(len(market.ts)) >= row, ticks, 0)
    jumped = Quotes(
        market.ts, market.bid_ticks + jump, market.ask_ticks + jump, market.bid_lots, market.ask_lots
    )
    return Scene(jumped, scene.trades, scene.steps, scene.venue)


@dataclass
class Held:
    """What one strategy holds, reckoned from its fills."""

    cash: float = 0.0
    """$, fees taken off."""
    lots: int = 0
    """Above 0 long."""

    def take(self, fill: dict[str, Any]) -> None:
        signed = fill["side"] * fill["lots"]
        self.cash -= signed * fill["ticks"] * TICK_VALUE + float(fill["fee"])
        self.lots += signed

    def left_at(self, ticks: float, slippage: int, fee: float) -> float:
        """Return $ when it is left at a price, slippage and fees paid."""
        away = ticks - np.sign(self.lots) * slippage
        return self.cash + float(self.lots * away * TICK_VALUE) - abs(self.lots) * fee


def _the_limit_holds(one: Shared) -> Counter[str]:
    """Check a run; return how many decisions had which outcome."""
    played = one.run()
    slippage, fee = one.scene.venue["slippage"], one.scene.venue["commission"]
    decisions = [row for row in played.table("decisions") if row["side"]]
    fills = played.table("fills")
    taken = {(row["strategy"], row["id"]): row for row in decisions if row["outcome"] == "taken"}
    for number, row in enumerate(decisions):
        if row["outcome"] == "taken":
            before = {(r["strategy"], r["id"]) for r in decisions[:number]}
            held = {name: Held() for name in NAMES}
            for fill in fills:
                if fill["ts"] <= row["ts"] and (fill["strategy"], fill["decision"]) in before:
                    held[fill["strategy"].removesuffix("-ES")].take(fill)
            now = sum(each.left_at(row["price"], slippage, fee) for each in held.values())
            assert now - _risk(row, slippage, fee) >= -one.limit - 1e-6, "new risk beyond the limit"

    gaps = 0.0
    for fill in fills:
        decision = taken[fill["strategy"], fill["decision"]]
        worst = decision["price"] if fill["role"] == "entry" else decision["stop"]
        gaps += fill["lots"] * max(0, fill["side"] * (fill["ticks"] - worst) - slippage) * TICK_VALUE
    made = sum(float(row["net"]) for row in played.table("positions"))
    assert made >= -one.limit - gaps - 0.02 * len(fills), "more was lost than the limit and gaps"
    return Counter(row["outcome"] for row in decisions)


def _risk(row: dict[str, Any], slippage: int, fee: float) -> float:
    ticks = abs(row["price"] - row["stop"]) + 2 * slippage
    return float(row["size"] * (ticks * TICK_VALUE + 2 * fee))


def _all_hold(days: st.SearchStrategy[Shared], examples: int) -> None:
    outcomes = Counter[str]()

    @drawn(examples)
    @given(days)
    def holds(one: Shared) -> None:
        outcomes.update(_the_limit_holds(one))

    holds()
    assert min(outcomes["taken"], outcomes["blocked"]) > examples / 2, "the limit was hardly ever met"


def test_no_sequence_on_quotes_ends_with_new_risk_beyond_the_daily_loss() -> None:
    _all_hold(shared("quotes"), 30)


def test_no_sequence_in_a_thin_book_ends_with_new_risk_beyond_the_daily_loss() -> None:
    _all_hold(shared("depth"), 20)


@pytest.mark.long
def test_no_sequence_ends_with_new_risk_beyond_the_daily_loss() -> None:
    _all_hold(shared("quotes") | shared("depth"), 400)
