"""The broker's account beside the capital that sizes and limits reckon with."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from mia_plugins.data.sessions import NS
from mia_plugins.live.witness import Money
from mia_plugins.runtime.actor import ActorContext
from mia_plugins.runtime.incidents import Incident, Level
from mia_plugins.runtime.killing import Kill

CAPITAL = "capital"
"""What incidents call an account that is too small, and why nothing is entered meanwhile."""
STALE = "account_stale"
"""The same of one of which nothing was told for too long."""
SLACK = Decimal("0.01")
"""The share by which an account may be smaller: marks, fees and interest are not told to the cent."""


@dataclass
class Purse:
    """Looks at what the broker tells of the account when it is asked."""

    context: ActorContext
    account: str
    """As the broker names it, such as DU1234567."""
    money: Callable[[], Money | None]
    """Returns what it told last; None before."""
    patience: float
    """Seconds of the machine's that it may have been told ago."""
    is_real: bool
    """Whether it is real money: then nothing is entered while the account is too small, or not known."""
    begun: int = 0
    """When it was first waited for: UTC ns; 0 before."""
    _seen: Money | None = None
    _is_small: bool = False
    _is_other: bool = False
    """Whether it was told that it is in another currency."""
    _is_stale: bool = False

    def age(self, now: int) -> float | None:
        """Return how many s of the machine's ago the account was told, at UTC ns; None before."""
        told, terms = self.money(), self.context.terms
        return None if told is None else max(0, terms.machine_at(now) - told.at) / NS

    def look(self, now: int) -> None:
        """Compare what was told anew with what is reckoned with, at UTC ns."""
        self.begun = self.begun or now
        if any(now in day.session for day in self.context.days):
            self._look_at_age(now)
        told = self.money()
        if told is None or told is self._seen:
            return
        self._seen = told
        was_other, self._is_other = self._is_other, told.total is None
        if told.total is None:
            words = f"the broker tells no balance of {self.account} in USD: capital is taken to be there"
            if not was_other:
                self._tell(now, Incident(CAPITAL, Level.WARN, words))
            return
        vitals = self.context.vitals
        needed = min(vitals.broker.balance, vitals.worth(now)) * (1 - SLACK)
        self._judge(now, told.total, needed)

    def _look_at_age(self, now: int) -> None:
        """Tell of an account that nobody tells of any more."""
        age = self.age(now)
        if age is None:
            age = (now - self.begun) / self.context.terms.takes(NS)
        if (is_stale := age > self.patience) is self._is_stale:
            return
        self._is_stale = is_stale
        if self.is_real:
            self.context.halt.set(STALE, Kill.STOP if is_stale else Kill.OFF, now, is_kept=False)
        level, words = Level.CLEAR, f"the account {self.account} is told of again"
        if is_stale:
            level = Level.STOP_ENTRIES if self.is_real else Level.WARN
            words = f"nothing was told of the account {self.account} for {age:.0f} s"
        self._tell(now, Incident(STALE, level, words, age, self.patience, "s"))

    def _judge(self, now: int, total: Decimal, needed: Decimal) -> None:
        is_small = total < needed
        if is_small == self._is_small:
            return
        self._is_small = is_small
        if self.is_real:
            self.context.halt.set(CAPITAL, Kill.STOP if is_small else Kill.OFF, now, is_kept=False)
        balance = self.context.vitals.broker.balance
        if not is_small:
            words = f"the account holds {total:,.2f} $ again"
            self._tell(now, Incident(CAPITAL, Level.CLEAR, words, float(total), float(needed), "$"))
            return
        level = Level.STOP_ENTRIES if self.is_real else Level.WARN
        words = (
            f"the account holds {total:,.2f} $, and sizes and limits reckon with {balance:,.2f} $ "
            f"(`capital:` and what was made of it): write a `capital:` that is there"
        )
        self._tell(now, Incident(CAPITAL, level, words, float(total), float(needed), "$"))

    def _tell(self, now: int, one: Incident) -> None:
        self.context.incidents.tell(now, self.context.name, one)
        self.context.warnings.add(one.what, one.told)
