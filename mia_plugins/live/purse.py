"""The broker's account beside the capital that sizes and limits reckon with."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from nautilus_trader.model import AccountId, Currency

from mia_plugins.data.sessions import NS
from mia_plugins.runtime.actor import ActorContext
from mia_plugins.runtime.incidents import Incident, Level
from mia_plugins.runtime.killing import Kill

CAPITAL = "capital"
"""What incidents call an account that is too small, and why nothing is entered meanwhile."""
SLACK = Decimal("0.01")
"""The share by which an account may be smaller: marks, fees and interest are not told to the cent."""
USD = Currency.from_str("USD")


@dataclass
class Purse:
    """Looks at what the broker tells of the account, which is whenever it changes, every few minutes."""

    context: ActorContext
    account: str
    """As Nautilus names it, such as IB-DU1234567."""
    cache: Callable[[], Any]
    """Returns Nautilus' cache."""
    is_real: bool
    """Whether it is real money: then nothing is entered while the account is too small."""
    _seen: int = -1
    _is_small: bool = False

    def age(self, now: int) -> float | None:
        """Return how many s of the machine's ago the account was told, at UTC ns; None before."""
        told = self._told()
        if told is None:
            return None
        terms = self.context.terms
        return max(0, now - terms.market_at(told.last_event.ts_init)) / terms.takes(NS)

    def look(self, now: int) -> None:
        """Compare what was told anew with what is reckoned with, at UTC ns."""
        told = self._told()
        if told is None or told.last_event.ts_init == self._seen:
            return
        self._seen = told.last_event.ts_init
        total = told.balance_total(USD)
        if total is None:
            words = f"the broker tells no balance of {self.account} in USD: capital is taken to be there"
            self._tell(now, Incident(CAPITAL, Level.WARN, words))
            return
        vitals = self.context.vitals
        needed = min(vitals.broker.balance, vitals.worth(now)) * (1 - SLACK)
        self._judge(now, total.as_decimal(), needed)

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
        self.context.warnings.add(CAPITAL, one.told)

    def _told(self) -> Any:
        """Return the account, once anything was told of it."""
        account = self.cache().account(AccountId(self.account))
        return account if account is not None and account.last_event is not None else None
