"""The VIX and its regime as they become known."""

from indicators.options.levels import next_publication
from indicators.options.reading import known
from indicators.options.vix import VixRegime, VixState
from mia_plugins.data.sessions import Session
from mia_plugins.features import Measure
from mia_plugins.tape.tape import Tape
from mia_plugins.units import Nanoseconds


class Vix(Measure):
    """The last value that is known, and its regime, which every value on the way counts for.

    A value that is none is passed over. Without another one a value holds for 26 h, days without a session
    not counted; after that neither is known, and the regime goes on from where it was.
    """

    tables = frozenset({"vix"})
    outputs = ("value",)

    def reset(self) -> None:
        """Forget every value."""
        self._state = VixState()
        self._last: tuple[float, VixRegime | None] | None = None
        self._of = -1
        self._until = -1
        self.value: float | None = None
        """Per cent."""
        self.regime: VixRegime | None = None

    def begin_contract(self) -> None:
        """Go on: it is no price of the contract's."""

    def begin_session(self, session: Session) -> None:
        """Go on: the regime is carried over."""

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Take the values that became known."""
        del tape
        table = self.market.known.get("vix")
        times = [] if table is None else table.column("ts_event", lo, hi)
        if table is not None and times:
            for of, value in zip(times, table.column("value", lo, hi), strict=True):
                self._take(of, value)
            self._until = next_publication(Nanoseconds(self._of)) or -1 if self._last else -1
        holds = self._last is not None and hi <= self._until
        self.value, self.regime = self._last if self._last is not None and holds else (None, None)

    def _take(self, of: int, value: float | None) -> None:
        vix = known(value)
        if of < self._of or vix is None or vix <= 0:
            return
        self._of = of
        self._last = vix, self._state.update(vix)
