"""`Candidate`: what a strategy would do, as rules, filters and sizers see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mia_plugins.data.instruments import Contract
from mia_plugins.data.sessions import Session
from mia_plugins.runtime.account import Account


@dataclass(frozen=True, slots=True)
class Candidate:
    """A trade that is thought of. Nothing in it is later than `now`."""

    now: int
    """UTC ns."""
    side: int
    """1 buy, -1 sell."""
    price: int
    """The last one, in ticks."""
    stop: int
    """How far away the stop is, in ticks: above 0."""
    target: int
    """How far away the target is, in ticks: above 0."""
    account: Account
    """What the strategy holds and has made; `account.broker` is what all strategies of the run share."""
    session: Session
    contract: Contract
    capital: float
    """$ the run began with."""
    size: int = 0
    """Contracts; 0 until it has been sized."""
    tier: str = ""
    score: float | None = None
    confidence: float | None = None
    values: Mapping[str, float | None] = field(default_factory=dict)
    """What features say, and the strategy's own numbers, by name; `None` is not known."""
