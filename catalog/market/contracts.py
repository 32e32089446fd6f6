"""ES and NQ as the order flow sees them: thick and thin books, long and short queues, sizes."""

from dataclasses import dataclass
from typing import Literal

Instrument = Literal["ES", "NQ"]
INSTRUMENTS: tuple[Instrument, Instrument] = ("ES", "NQ")

TRADES_A_SESSION = 500_000
"""Trades of a full session at density 1, of either contract."""
UPDATES_A_SESSION = 1_150_000
"""Limit orders and cancellations of a full session at density 1, of either contract."""


@dataclass(frozen=True, slots=True)
class Contract:
    """What makes one future's book differ from another's."""

    queue: float
    """Orders that rest at the best price of a typical minute."""
    order_lots: float
    """Scale of the larger resting orders, in contracts."""
    one_lot: float
    """Probability that an ordinary market order is for one contract."""
    tail: float
    """Tail exponent of the larger market orders."""
    largest: int
    """The largest market order, in contracts."""
    decisive_lots: float
    """Scale of the market orders that move the price, in contracts."""
    answers: float
    """Market orders that a decisive one causes."""
    close_ms: float
    """Mean time the spread stays open after a level is gone, in ms."""
    agent_scale: float
    """Contracts of an agent's orders relative to ES."""
    follows: bool
    """Whether its decisive orders are those of another instrument."""
    printed: float
    """Probability that a decisive order trades; otherwise the makers only move their quotes."""
    spread_a_step: float
    """Usual spread in ticks, for each tick of a usual step; one tick at least."""


CONTRACTS: dict[Instrument, Contract] = {
    "ES": Contract(22.0, 1.0, 0.70, 1.5, 1500, 10.0, 0.65, 38.0, 1.0, False, 1.0, 0.0),
    "NQ": Contract(10.0, 0.4, 0.60, 1.7, 300, 4.0, 0.5, 3.0, 0.15, True, 0.1, 1.2),
}
