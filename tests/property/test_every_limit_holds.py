"""Every limit that takes risk holds in the real engine, for two strategies on one account, whatever happens.

A machine makes up a day step by step: prices that wander and jump, books that run thin, entries at the
market and at limits, leaving, orders that the engine refuses. Then the day is played, and each decision that
was taken is reckoned again from nothing but fills, orders and prices.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from mia_plugins.data.columns import LEVELS, Depth, Quotes, Trades
from mia_plugins.data.sessions import NS
from tests.drawn import BEGIN, MINUTE, drawn
from tests.market import DAY
from tests.runtime import BASE, Played, a_trade_a_minute, stage

TICK_VALUE = 12.5
NAMES = ("one", "two")
CAPITAL = 200_000
VENUES = st.fixed_dictionaries({
    "slippage": st.integers(0, 2), "commission": st.sampled_from([0, 2.25]),
})  # fmt: skip
LIMITS = st.fixed_dictionaries({
    "daily_loss": st.fixed_dictionaries({"limit": st.sampled_from([300, 600, 1500])}),
    "daily_risk": st.fixed_dictionaries({"risk": st.sampled_from([0.25, 0.5])}),
    "risk_per_trade": st.fixed_dictionaries({"risk": st.sampled_from([0.2, 0.25])}),
    "correlated_risk": st.fixed_dictionaries({"risk": st.sampled_from([0.25, 0.4])}),
    "drawdown": st.fixed_dictionaries({"day": st.sampled_from([0.25, 0.5]), "peak": st.just(0.6)}),
    "daily_trades": st.fixed_dictionaries({"maximum": st.integers(2, 8)}),
    "consecutive_losses": st.fixed_dictionaries({"maximum": st.integers(2, 4), "pause": st.sampled_from([0.03, 2])}),
    "cooldown": st.fixed_dictionaries({"pause": st.sampled_from([0.5, 2.0])}),
    "contracts": st.fixed_dictionaries({"maximum": st.integers(2, 6)}),
    "positions": st.fixed_dictionaries({"maximum": st.integers(1, 2)}),
    "exposure": st.fixed_dictionaries({"maximum": st.sampled_from([1_000_000, 1_600_000])}),
})  # fmt: skip
SIZERS = st.sampled_from([
    {}, {"portfolio_heat": {"risk": 0.2, "heat": 0.3, "maximum": 2}}
])  # fmt: skip
OUTCOMES = Counter[str]()
"""How many decisions of a machine's days had which outcome."""
BACKSTOPS = st.sampled_from([{}, {}, {"submits": 1}, {"notional": 700_000}])


class ADay(RuleBasedStateMachine):
    """Makes up a day, and plays it."""

    @initialize(
        limits=LIMITS, sizer=SIZERS, venue=VENUES, backstop=BACKSTOPS, thin=st.booleans(), data=st.data()
    )
    def begin(self, **drawn_: Any) -> None:
        """Draw what holds for the whole day, some of the limits among it."""
        data = drawn_.pop("data")
        names = data.draw(st.sets(st.sampled_from(sorted(drawn_["limits"])), min_size=1, max_size=2))
        self.limits = {name: drawn_["limits"][name] for name in sorted(names)}
        self.told = drawn_
        self.now, self.bid = BEGIN, BASE
        self.rows: list[tuple[int, int, int, int]] = [(self.now, self.bid, 1, 40)]
        self.wishes: dict[str, dict[int, dict[str, Any]]] = {name: {} for name in NAMES}

    @rule(
        who=st.sampled_from([*NAMES, "both", "both"]),
        wish=st.fixed_dictionaries({
            "side": st.sampled_from([-1, 1, 1, 1, 0]),
            "size": st.integers(1, 4),
            "stop": st.integers(1, 9),
            "target": st.integers(2, 9),
            "entry": st.sampled_from([0, 0, 1]),
        }),
        moves=st.lists(
            st.tuples(
                st.sampled_from([0, NS, 15 * NS]),
                st.sampled_from([-60, -12, -3, -1, 0, 1, 3, 12, 60]),
                st.integers(1, 3),
                st.integers(1, 6),
            ),
            min_size=1,
            max_size=3,
        ),
    )  # fmt: skip
    def minute(self, who: str, wish: dict[str, int], moves: list[tuple[int, int, int, int]]) -> None:
        """Have a strategy, or both, propose or leave at the next bar, and prices move or jump after it."""
        close = (self.now // MINUTE + 1) * MINUTE
        told = {"at": close} | wish | {"entry": min(wish["entry"], wish["stop"] - 1)}
        for name in NAMES if who == "both" else (who,):
            self.wishes[name][close] = told
        self._row(close - self.now + NS, 0, 1, 4)
        for move in moves:
            self._row(*move)

    def _row(self, gap: int, move: int, spread: int, lots: int) -> None:
        self.now, self.bid = self.now + gap, self.bid + move
        self.rows.append((self.now, self.bid, spread, lots))

    def teardown(self) -> None:
        """Play the day, and see that no limit was passed."""
        if not hasattr(self, "rows"):
            return
        self._row(MINUTE + 5 * NS, 0, 1, 40)
        played = self.play()
        OUTCOMES.update(row["outcome"] for row in played.table("decisions") if row["side"])
        for decision in Reckoned.of(played, self.told["venue"]):
            for name, settings in self.limits.items():
                assert decision.keeps(name, settings), f"{name} {settings} was passed by {decision.row}"
            heat = self.told["sizer"].get("portfolio_heat")
            assert heat is None or decision.keeps("heat", heat), f"the heat was passed by {decision.row}"

    def play(self) -> Played:
        """Play the day in the real engine."""
        ts, bid, spread, lots = np.array(self.rows, np.int64).T
        market: Any = Quotes(ts, bid, bid + spread, lots, lots)
        if self.told["thin"]:
            ticks, sizes = np.zeros((2, 2, len(ts), LEVELS), np.int64)
            for level, deeper in ((0, 0), (1, 3)):
                ticks[0, :, level], ticks[1, :, level] = bid - deeper, bid + spread + deeper
                sizes[:, :, level] = lots
            market = Depth(ts, *ticks, *sizes, *(sizes > 0).astype(np.int64))
        trades: Trades = a_trade_a_minute(market)
        return stage(
            {DAY: [market, trades]},
            {name: {"wishes": list(wishes.values())} for name, wishes in self.wishes.items()},
            fills="depth" if self.told["thin"] else "quotes",
            plugin="tests.proposing:Proposing",
            capital=CAPITAL,
            venue=self.told["venue"],
            rules=self.limits,
            sizers=self.told["sizer"],
            backstop=self.told["backstop"],
        ).run()


@dataclass(frozen=True)
class Held:
    """What one strategy held, or had on its way, just before a decision; reckoned from its fills."""

    side: int
    lots: int
    coming: int
    open: float
    """$ that leaving now would bring, parts that were left included."""
    worst: float
    """$ at its stop, or now where that is less; what is coming included."""


@dataclass(frozen=True)
class Reckoned:
    """A decision that was taken, with what there was before it."""

    row: dict[str, Any]
    risk: float
    """$ of the new one at its stop, with costs."""
    realized: float
    """$ of what was closed, and fees of what is open."""
    high: float
    """$: the highest that the account had been, by what was closed and by what was held when it was looked."""
    held: tuple[Held, ...]
    trips: list[dict[str, Any]]
    """Round trips that were over."""
    begun: int

    @classmethod
    def of(cls, played: Played, venue: dict[str, Any]) -> "Iterator[Reckoned]":
        """Yield each decision that was taken."""
        book = _Book(played, venue)
        seen: list[tuple[int, float]] = []
        for row in sorted(book.looks, key=book.order):
            then = book.at(row)
            if row["outcome"] == "taken":
                yield replace(then, high=max(then.high, *(worth for ts, worth in seen if ts < row["ts"]), 0))
            if not book.is_moved_at(row["ts"]):
                seen.append((row["ts"], then.worth))

    def keeps(self, name: str, settings: dict[str, Any]) -> bool:
        """Say whether a limit holds with it."""
        found: bool = getattr(self, f"_{name}")(settings)
        return found

    @property
    def worth(self) -> float:
        """$ that the account held, with what leaving now would bring."""
        return self.realized + CAPITAL + sum(one.open for one in self.held)

    def _daily_loss(self, of: dict[str, Any]) -> bool:
        return bool(self.realized + sum(one.worst for one in self.held) - self.risk >= -of["limit"] - HAIR)

    def _daily_risk(self, of: dict[str, Any]) -> bool:
        at_risk = sum(max(0.0, -one.worst) for one in self.held)
        return bool(max(0.0, -self.realized) + at_risk + self.risk <= of["risk"] / 100 * CAPITAL + HAIR)

    def _risk_per_trade(self, of: dict[str, Any]) -> bool:
        return bool(self.risk <= of["risk"] / 100 * CAPITAL + HAIR)

    def _correlated_risk(self, of: dict[str, Any]) -> bool:
        same = [one.open - one.worst for one in self.held if one.side == self.row["side"]]
        return bool(sum(same) + self.risk <= of["risk"] / 100 * CAPITAL + HAIR)

    def _heat(self, of: dict[str, Any]) -> bool:
        at_risk = sum(one.open - one.worst for one in self.held)
        return bool(at_risk + self.risk <= of["heat"] / 100 * (CAPITAL + self.realized) + HAIR)

    def _drawdown(self, of: dict[str, Any]) -> bool:
        worst = CAPITAL + self.realized + sum(one.worst for one in self.held) - self.risk
        return all(worst >= self.high * (1 - of[key] / 100) - HAIR for key in ("day", "peak"))

    def _daily_trades(self, of: dict[str, Any]) -> bool:
        return self.begun + 1 <= int(of["maximum"])

    def _consecutive_losses(self, of: dict[str, Any]) -> bool:
        row = 0
        for trip in self.trips:
            row = row + 1 if trip["net"] < 0 else 0
        if row < of["maximum"]:
            return True
        return bool(self.row["ts"] - self.trips[-1]["ts_close"] >= of["pause"] * 60 * MINUTE - 1)

    def _cooldown(self, of: dict[str, Any]) -> bool:
        stopped = [trip["ts_close"] for trip in self.trips if trip["exit"] == "stop"]
        return bool(not stopped or self.row["ts"] - stopped[-1] >= of["pause"] * MINUTE)

    def _contracts(self, of: dict[str, Any]) -> bool:
        same = sum(one.lots + one.coming for one in self.held if one.side == self.row["side"])
        return bool(same + self.row["size"] <= of["maximum"])

    def _positions(self, of: dict[str, Any]) -> bool:
        return len(self.held) + 1 <= int(of["maximum"])

    def _exposure(self, of: dict[str, Any]) -> bool:
        lots = sum(one.lots + one.coming for one in self.held) + self.row["size"]
        return bool(lots * self.row["price"] * TICK_VALUE <= of["maximum"] + HAIR)


HAIR = 0.02
"""$ that rounding may make."""


class _Book:
    """The tables of a day, as the reference reads them."""

    def __init__(self, played: Played, venue: dict[str, Any]) -> None:
        self.looks = played.table("decisions")
        self.decisions = [row for row in self.looks if row["side"]]
        self._fills, self._orders = played.table("fills"), played.table("orders")
        self._trips = sorted(played.table("positions"), key=lambda trip: trip["ts_close"])
        self._slippage, self._fee = venue["slippage"], venue["commission"]

    def at(self, row: dict[str, Any]) -> Reckoned:
        """Return what there was before a decision: what was filled at its own instant came after it."""
        before = [
            one for one in self.decisions if one["outcome"] == "taken" and self.order(one) < self.order(row)
        ]
        trips = [trip for trip in self._trips if trip["ts_close"] < row["ts"]]
        over = {(trip["strategy"], trip["decision"]) for trip in trips}
        held = []
        begun, fees = len(trips), 0.0
        for one in before:
            key = (one["strategy"], one["id"])
            if key in over:
                continue
            fills = [fill for fill in self._of(self._fills, key) if fill["ts"] < row["ts"]]
            stake = self._held(one, fills, row)
            if stake is None:
                continue
            begun += 1
            fees += sum(float(fill["fee"]) for fill in fills)
            held.append(stake)
        sums = np.cumsum([float(trip["net"]) for trip in trips])
        realized = (float(sums[-1]) if len(sums) else 0.0) - fees
        high = CAPITAL + max(0.0, *sums) if len(sums) else CAPITAL
        return Reckoned(row, self._risk(row), realized, high, tuple(held), trips, begun)

    def is_moved_at(self, ts: int) -> bool:
        """Say whether anything was filled at that very instant: who came first is not known."""
        return any(fill["ts"] == ts for fill in self._fills)

    def _held(self, one: dict[str, Any], fills: list[dict[str, Any]], row: dict[str, Any]) -> Held | None:
        """Return what an earlier decision stands for now; None where it is over or never was."""
        key, price, side = (one["strategy"], one["id"]), row["price"], one["side"]
        orders = {order["role"]: order for order in self._of(self._orders, key) if order["role"] != "exit"}
        entry = orders["entry"]
        entered = sum(fill["lots"] for fill in fills if fill["role"] == "entry")
        lots = entered - sum(fill["lots"] for fill in fills if fill["role"] != "entry")
        if entry["ts_done"] is None or entry["ts_done"] > row["ts"]:
            coming = one["size"] - entered
        else:  # what ended at this very instant was filled at it, or refused before the other was asked
            coming = entry["filled"] - entered if entry["ts_done"] == row["ts"] else 0
        if not lots and not coming:
            return None
        ticks = -sum(fill["side"] * fill["lots"] * fill["ticks"] for fill in fills)
        stop = one["stop"] if self._stop_works(orders["stop"], row["ts"]) else price
        now, at_stop = (self._left(ticks, side * lots, at) for at in (price, stop))
        decided = price if one["entry"] is None else one["entry"]
        away = max(0, (decided - one["stop"]) * side)
        to_come = coming * (away * TICK_VALUE + 2 * (self._fee + self._slippage * TICK_VALUE))
        return Held(side, lots, coming, now if lots else 0.0, (min(now, at_stop) if lots else 0.0) - to_come)

    @staticmethod
    def _stop_works(stop: dict[str, Any], ts: int) -> bool:
        return stop["ts_done"] is None or stop["ts_done"] >= ts

    def _left(self, ticks: float, lots: int, at: int) -> float:
        """Return $ when lots are left at a price, slippage and fees paid."""
        away = at - np.sign(lots) * self._slippage
        return float((ticks + lots * away) * TICK_VALUE - abs(lots) * self._fee)

    def _risk(self, row: dict[str, Any]) -> float:
        if not row["side"]:
            return 0.0
        ticks = abs(row["price"] - row["stop"]) + 2 * self._slippage
        return float(row["size"] * (ticks * TICK_VALUE + 2 * self._fee))

    @staticmethod
    def _of(rows: list[dict[str, Any]], key: tuple[str, int]) -> list[dict[str, Any]]:
        return [row for row in rows if (row["strategy"], row["decision"]) == key]

    @staticmethod
    def order(row: dict[str, Any]) -> tuple[int, int]:
        """Return what decisions are sorted by."""
        return row["ts"], row["id"]


def test_the_reference_of_the_drawdown_knows_gains_that_were_never_closed() -> None:
    day = ADay()
    day.limits, day.told = {}, {"venue": {"slippage": 0, "commission": 0}, "sizer": {}, "backstop": {}}
    day.told["thin"] = False
    day.now, day.bid, day.rows, day.wishes = BEGIN, BASE, [(BEGIN, BASE, 1, 40)], {name: {} for name in NAMES}
    wish = {"side": 1, "size": 1, "stop": 9, "target": 90, "entry": 0}
    day.wishes["nobody"] = {}  # a bar closes a minute after its price
    for who, size, move in (
        ("one", 4, 60),
        ("nobody", 1, 0),
        ("two", 1, -60),
        ("nobody", 1, 0),
        ("two", 1, 0),
    ):
        day.minute(who, wish | {"size": size}, [(15 * NS, move, 1, 6)])
    del day.wishes["nobody"]
    day._row(MINUTE + 5 * NS, 0, 1, 40)
    kept = [
        one.keeps("drawdown", {"day": 1, "peak": 1}) for one in Reckoned.of(day.play(), day.told["venue"])
    ]
    assert kept == [True, True, False]


def machine(examples: int, steps: int) -> None:
    """Make up so many days of so many steps."""
    how = drawn(examples)
    OUTCOMES.clear()
    run_state_machine_as_test(ADay, settings=type(how)(how, stateful_step_count=steps))
    assert min(OUTCOMES["taken"], OUTCOMES["blocked"]) > examples / 2, "limits were hardly ever met"


def test_no_day_passes_a_limit() -> None:
    machine(25, 12)


@pytest.mark.long
def test_no_day_of_many_passes_a_limit() -> None:
    machine(400, 25)
