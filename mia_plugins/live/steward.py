"""Who watches over a live node: its end, its faults, and whether data still come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from mia_plugins.data.sessions import NS
from mia_plugins.live.intake import Intake
from mia_plugins.live.silence import Silence
from mia_plugins.live.untraded import Untraded
from mia_plugins.runtime.actor import ActorContext, MiaActor
from mia_plugins.runtime.each import each_done
from mia_plugins.runtime.guard import Guard
from mia_plugins.runtime.incidents import Incident, Level
from mia_plugins.runtime.killing import Kill
from mia_plugins.runtime.strategy import MiaStrategy
from mia_plugins.settings.live import Live

EVERY = NS // 5
"""ns of the market's between two looks."""
STALE = "stale_data"
NEVER = "no_data"
FAULT = "fault"


@dataclass
class End:
    """How a session is asked to end, by any thread, and how it did."""

    asked: Event = field(default_factory=Event)
    reason: str = ""
    is_clean: bool = False
    """Whether nothing was left working."""

    def ask(self, reason: str) -> None:
        """Ask for it; the first reason is kept."""
        self.reason = self.reason or reason
        self.asked.set()


@dataclass(frozen=True)
class Charge:
    """What a steward looks after."""

    live: Live
    intake: Intake
    strategies: list[MiaStrategy]
    watched: frozenset[str]
    """Products whose data must come."""
    guard: Guard
    end: End
    silence: Silence
    """Says why data do not come."""
    look: Callable[[int], None]
    """Shows everything as it is at an instant (UTC ns)."""
    flush: Callable[[], None]
    """Brings what was written to the disk."""
    stop: Callable[[], None]
    """Stops the node."""


class Steward(MiaActor):
    """Looks at everything a few times a second, on the node's own thread."""

    def __init__(self, context: ActorContext, charge: Charge) -> None:
        super().__init__(context)
        self._charge = charge
        self._untraded = Untraded(context, charge.intake, charge.live.stale_after)
        self._stale: dict[str, int] = {}
        self._begun = 0
        self._is_ending = False

    def begin(self) -> None:
        """Bring the account to where it was, and begin to look."""
        self._begun = self.context.vitals.since = self.data_time()
        self.clock.set_timer_ns("steward", EVERY, None, None, self._look)

    @property
    def watched(self) -> frozenset[str]:
        """The products whose data must come."""
        return self._charge.watched

    def ages(self, now: int) -> Mapping[str, float]:
        """Return how long each product's book or quotes were silent, in s of the machine's; `now` is UTC ns.

        A market that is played faster makes no line slower, and one that is closed is not silent.
        """
        if not self._is_open(now):
            return {}
        watched, second = self._charge.watched, self.context.terms.takes(NS)
        opened = max((day.session.open for day in self.context.days if day.session.open <= now), default=0)
        return {
            code: (now - max(self._begun, opened, stream.heard)) / second
            for code, stream in self._charge.intake.streams.items()
            if code in watched
        }

    def unheard(self, now: int) -> float | None:
        """Return for how many s of the machine's nothing at all came, at UTC ns; None outside sessions."""
        session = next((day.session for day in self.context.days if now in day.session), None)
        streams = self._charge.intake.streams.values()
        if session is None or not streams or not self._begun:
            return None
        heard = max(max(one.last.values(), default=0) for one in streams)
        return float(max(0, now - max(self._begun, session.open, heard)) / self.context.terms.takes(NS))

    def _look(self, event: Any) -> None:
        """See to the end first: nothing that fails below may keep it from coming."""
        now = event.ts_event
        charge = self._charge
        if charge.guard.fault is not None and not charge.end.asked.is_set():
            charge.end.ask(FAULT)
            told = charge.guard.fault.as_error().what
            self.context.incidents.tell(now, self.context.name, Incident(FAULT, Level.FLATTEN_AND_STOP, told))
        is_ending = charge.end.asked.is_set()
        if is_ending:
            self._finish(now)
        try:
            each_done(charge.intake.hand_on, charge.flush)
        except Exception as error:  # noqa: BLE001 the session ends of it, in order
            charge.guard.keep(error, self.context.who, "flush", now)
        charge.intake.feel(now)
        charge.look(now)
        if not is_ending and self._is_open(now):
            self._watch(now)

    def _is_open(self, now: int) -> bool:
        return any(now in day.session for day in self.context.days)

    def _watch(self, now: int) -> None:
        """See whether data still come: told, asked for anew, and in the end given up.

        Who holds nothing waits for them: a gateway restarts every night.
        """
        live = self._charge.live
        for told in self._charge.silence.never_came(now, live.stale_after):
            self.context.incidents.tell(now, self.context.name, Incident(NEVER, Level.WARN, told))
            self.context.warnings.add(told, told)
        self._untraded.look(now)
        for code, age in self.ages(now).items():
            if age < live.stale_after:
                self._is_back(code, now)
                continue
            if code not in self._stale:
                self._stale[code] = now
                self._tell(now, code, age, Level.STOP_ENTRIES)
                self.context.halt.set(f"{STALE} {code}", Kill.STOP, now)
                self._charge.intake.ask_again()
            elif now - self._charge.intake.asked_at > self.context.terms.takes(round(live.stale_after * NS)):
                self._charge.intake.ask_again()
            is_in = any(one.desk.bracket for one in self._charge.strategies)
            if is_in and age >= live.give_up_after and live.on_stale == "flatten":
                self.context.halt.set(f"{STALE} {code}", Kill.FLATTEN, now)

    def _is_back(self, code: str, now: int) -> None:
        if self._stale.pop(code, None) is not None:
            self._tell(now, code, 0.0, Level.CLEAR)
            self.context.halt.set(f"{STALE} {code}", Kill.OFF, now)

    def _tell(self, now: int, code: str, age: float, level: Level) -> None:
        limit = float(self._charge.live.stale_after)
        told = f"data of {code} come again" if level is Level.CLEAR else self._stale_words(code, age)
        self.context.incidents.tell(now, self.context.name, Incident(STALE, level, told, age, limit, "s"))
        self.context.warnings.add(f"{STALE} {code}", told)

    def _stale_words(self, code: str, age: float) -> str:
        return f"no data of {code} for {age:.1f} s{self._charge.silence.reason(code)}"

    def _finish(self, now: int) -> None:
        """Leave what is held and cancel what works, unless told otherwise; then stop.

        An end that was asked for is none that the kill switch has to remember; a fault is.
        """
        end, keep = self._charge.end, self._charge.live.on_stop == "keep"
        if not self._is_ending:
            self._is_ending = True
            level = Kill.STOP if keep else Kill.FLATTEN
            self.context.halt.set(end.reason, level, now, is_kept=self._charge.guard.fault is not None)
        waiting = [one for one in self._charge.strategies if _is_in(one, keep=keep)]
        if not waiting:
            end.is_clean = True
            self._charge.stop()


def _is_in(strategy: MiaStrategy, *, keep: bool) -> bool:
    """Say whether something of a strategy's is still to be waited for."""
    bracket = strategy.desk.bracket
    if bracket is None:
        return False
    return bracket.entry.is_open if keep else True
