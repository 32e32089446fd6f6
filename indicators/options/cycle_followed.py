"""The trading day's place in the gamma cycle."""

from indicators.options.choices import index_of
from indicators.options.cycle import GammaCycle, gamma_cycle
from mia_plugins.data.sessions import Session
from mia_plugins.features import Measure
from mia_plugins.tape.tape import Tape


class Cycle(Measure):
    """How far the monthly expiry is, and what a score is multiplied with for it."""

    outputs = ("factor", "to_expiry")

    def reset(self) -> None:
        """Forget the day."""
        self.value: GammaCycle | None = None

    def begin_contract(self) -> None:
        """Go on: the cycle is the options'."""

    def begin_session(self, session: Session) -> None:
        """Look where the day lies."""
        self.value = gamma_cycle(session.day, index_of(self.market.product))

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Do nothing: a day's place does not change."""

    @property
    def factor(self) -> float | None:
        """In [.9, 1.1]; `None` outside of what the calendar knows."""
        return self.value.factor if self.value else None

    @property
    def to_expiry(self) -> int | None:
        """Sessions to the next monthly expiry."""
        return self.value.to_expiry if self.value else None
