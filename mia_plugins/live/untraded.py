"""Trades that stop coming while quotes go on: bars are made of them, and would stand still unnoticed."""

from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import NS
from mia_plugins.live.intake import Intake, Stream
from mia_plugins.runtime.actor import ActorContext
from mia_plugins.runtime.incidents import Incident, Level
from mia_plugins.runtime.killing import Kill

NO_TRADES = "no_trades"
MOVES = 50
"""Changes of the best prices within which a market that moves has traded."""
REGULAR = 60.0
"""Seconds that trades may pause in regular hours while quotes move."""
QUIET = 300.0
"""The same in the night."""


class Untraded:
    """Tells of trades that stopped, keeps entries back meanwhile, and has data asked for again."""

    def __init__(self, context: ActorContext, intake: Intake, least: float) -> None:
        """`least` is how many s any data may stay away."""
        self._context, self._intake, self._least = context, intake, least
        self._dead: set[str] = set()

    def look(self, now: int) -> None:
        """See at UTC ns in a session whether trades still come."""
        day = next((day for day in self._context.days if now in day.session), None)
        if day is None:
            return
        session, second = day.session, self._context.terms.takes(NS)
        usual = REGULAR if session.rth_open <= now < session.rth_close else QUIET
        patience = max(self._least, usual)
        for code, stream in self._intake.streams.items():
            age = (now - max(_traded(stream), session.open)) / second
            if age < patience or stream.moves < MOVES:
                self._is_back(code, now)
                continue
            if code not in self._dead:
                self._dead.add(code)
                told = f"no trade of {code} for {age:.0f} s, though its quotes moved {stream.moves} times"
                self._tell(now, code, Incident(NO_TRADES, Level.STOP_ENTRIES, told, age, patience, "s"))
                self._intake.ask_again()
            elif now - self._intake.asked_at > patience * second:
                self._intake.ask_again()

    def _is_back(self, code: str, now: int) -> None:
        if code in self._dead:
            self._dead.remove(code)
            self._tell(now, code, Incident(NO_TRADES, Level.CLEAR, f"trades of {code} come again"))

    def _tell(self, now: int, code: str, one: Incident) -> None:
        context, key = self._context, f"{NO_TRADES} {code}"
        context.incidents.tell(now, context.name, one)
        context.warnings.add(key, one.told)
        context.halt.set(key, Kill.OFF if one.level is Level.CLEAR else Kill.STOP, now)


def _traded(stream: Stream) -> int:
    """Return when trades came last, or were first waited for: UTC ns."""
    return max(stream.begun, stream.last.get(Kind.TRADES, 0))
