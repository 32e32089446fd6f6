"""A strategy that follows trades and depth: about the work that a preset's order flow takes.

It makes no claim to earn anything.
"""

from typing import Any

import numpy as np

from mia_plugins.data.arrow import Kind
from mia_plugins.hookspecs import Register
from mia_plugins.journal.decision import Decision, Outcome
from mia_plugins.kernels import kernel
from mia_plugins.runtime.strategy import MiaStrategy
from mia_plugins.tape.tape import Tape

STATE = 20
(
    VOLUME, TURNOVER, SQUARES, FIRST, DELTA, GROUP_TS, GROUP_SIDE, GROUP_LOTS, LARGE, SWEEPS, ABSORBED,
    LOW, HIGH, IMBALANCE, FLOW, BID, BID_LOTS, ASK, ASK_LOTS, UPDATES,
) = range(STATE)  # fmt: skip
PRICES = 1 << 16
"""Ticks that the volume by price has room for."""
LARGE_LOTS = 100


def mia_register_strategies(register: Register) -> None:
    """Register the strategy."""
    register("order_flow", "order_flow:OrderFlow", summary="Imbalance of the book and of trades.")


@kernel
def follow(state: Any, profile: Any, trades: Any, depth: Any) -> None:
    """Take in trades and updates of the book, merged by time; the book comes first on a tie."""
    trade_ts, ticks, lots, sides = trades
    depth_ts, bids, asks, bid_lots, ask_lots = depth
    trade = update = 0
    while trade < len(trade_ts) or update < len(depth_ts):
        if update < len(depth_ts) and (trade == len(trade_ts) or depth_ts[update] <= trade_ts[trade]):
            see_book(state, bids[update], asks[update], bid_lots[update], ask_lots[update])
            update += 1
        else:
            see_trade(state, profile, trade_ts[trade], ticks[trade], lots[trade], sides[trade])
            trade += 1


@kernel
def see_trade(s: Any, profile: Any, ts: Any, ticks: Any, lots: Any, side: Any) -> None:  # noqa: PLR0913, PLR0917 numbers, no object: a kernel
    """Take in a trade: volume by price, its average, delta, large orders, sweeps, absorption."""
    if s[VOLUME] == 0:
        s[FIRST] = ticks
    away = ticks - s[FIRST]
    s[VOLUME] += lots
    s[TURNOVER] += away * lots
    s[SQUARES] += away * away * lots
    s[DELTA] += side * lots
    profile[ticks % PRICES, max(side, 0)] += lots
    if ts == s[GROUP_TS] and side == s[GROUP_SIDE]:
        s[GROUP_LOTS] += lots
        s[LOW], s[HIGH] = min(s[LOW], ticks), max(s[HIGH], ticks)
    else:
        if s[GROUP_LOTS] >= LARGE_LOTS:
            s[LARGE] += s[GROUP_SIDE] * s[GROUP_LOTS]
        if s[HIGH] - s[LOW] >= 2:
            s[SWEEPS] += s[GROUP_SIDE]
        s[GROUP_TS], s[GROUP_SIDE], s[GROUP_LOTS] = ts, side, lots
        s[LOW] = s[HIGH] = ticks
    at_best = s[ASK_LOTS] if side > 0 else s[BID_LOTS]
    if profile[ticks % PRICES, max(side, 0)] > 3 * at_best and s[BID] <= ticks <= s[ASK]:
        s[ABSORBED] += side


@kernel
def see_book(s: Any, bids: Any, asks: Any, bid_lots: Any, ask_lots: Any) -> None:
    """Take in an update of the book: its imbalance, weighted by level, and the order flow's."""
    weight, bid_sum, ask_sum = 1.0, 0.0, 0.0
    for level in range(5):
        bid_sum += weight * bid_lots[level]
        ask_sum += weight * ask_lots[level]
        weight *= 0.8
    both = bid_sum + ask_sum
    s[IMBALANCE] += ((bid_sum - ask_sum) / both - s[IMBALANCE]) * (2 / 11) if both else 0.0
    if s[UPDATES]:
        s[FLOW] += (bid_lots[0] if bids[0] >= s[BID] else 0) - (s[BID_LOTS] if bids[0] <= s[BID] else 0)
        s[FLOW] += (s[ASK_LOTS] if asks[0] >= s[ASK] else 0) - (ask_lots[0] if asks[0] <= s[ASK] else 0)
    s[BID], s[BID_LOTS], s[ASK], s[ASK_LOTS] = bids[0], bid_lots[0], asks[0], ask_lots[0]
    s[UPDATES] += 1


class Flow:
    """What trades and depth come to since the start of the run."""

    reads = frozenset({Kind.TRADES, Kind.DEPTH})

    def __init__(self) -> None:
        self.state = np.zeros(STATE)
        self._profile = np.zeros((PRICES, 2), np.int64)

    def advance(self, tape: Tape, lo: int, hi: int) -> None:
        """Take in what came after `lo` up to `hi` (UTC ns)."""
        trades, depth = tape.trades(lo, hi), tape.depth(lo, hi)
        follow(
            self.state,
            self._profile,
            (trades.ts, trades.ticks, trades.lots, trades.side),
            (depth.ts, depth.bid_ticks, depth.ask_ticks, depth.bid_lots, depth.ask_lots),
        )


class OrderFlow(MiaStrategy):
    """Goes with the book when trades do too."""

    reads = Flow.reads
    features = ("delta", "imbalance", "flow", "large", "sweeps", "absorbed", "average")
    rules = ("flat",)

    def begin(self) -> None:
        """Follow the flow."""
        self._flow = Flow()
        self._delta = 0.0
        self.measures = (self._flow,)

    def evaluate(self, now: int) -> Decision:
        """Decide at the close of a minute."""
        del now
        state = self._flow.state.tolist()
        delta, self._delta = state[DELTA] - self._delta, state[DELTA]
        average = state[FIRST] + state[TURNOVER] / (state[VOLUME] or 1.0)
        decision = Decision(
            values=(
                delta, state[IMBALANCE], state[FLOW], state[LARGE], state[SWEEPS], state[ABSORBED], average
            ),
            verdicts=(not self.account.position,),
            numbers=(self.account.position,),
        )  # fmt: skip
        if abs(state[IMBALANCE]) > 0.2 and delta * state[IMBALANCE] > 0:
            side, close = (1 if delta > 0 else -1), self.tape.base.close
            decision.side, decision.size = side, 1
            decision.stop, decision.target = close - 12 * side, close + 16 * side
            decision.outcome = Outcome.BLOCKED if self.account.position else Outcome.TAKEN
            decision.reason = "flat" if self.account.position else ""
        return decision
