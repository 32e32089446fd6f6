"""`Catastrophe`: looks every few seconds at how the run is doing, tells, and stops it."""

from collections.abc import Iterator

from mia_plugins.data.sessions import NS
from mia_plugins.runtime.actor import MiaActor
from mia_plugins.runtime.context import TradingDay
from mia_plugins.runtime.incidents import Incident, Level
from mia_plugins.runtime.killing import Kill
from mia_plugins.runtime.vitals import Gauge
from risk.catastrophe.readings import PROBES, SOURCED, UNITS, Moment, Reading, sourced
from risk.catastrophe.settings import CatastropheSettings, Trigger

TRIGGERS = (*PROBES, *SOURCED)


class Catastrophe(MiaActor):
    """Watches the whole run: its data, its broker, its money and the machine it runs on.

    `stop_entries` holds as long as its reason; `flatten_and_stop` until the session is over. A backtest has
    no connection, clock, disk or memory to lose: those triggers wait for a living process to feed them.
    """

    feels_the_pulse = True
    Settings = CatastropheSettings

    def begin(self) -> None:
        """Look at each session from its opening to its close."""
        self._levels: dict[str, Level] = {}
        every: list[tuple[str, Trigger[float]]] = [(name, getattr(self.settings, name)) for name in TRIGGERS]
        self._triggers = [(name, one) for name, one in every if any(one.limits())]
        self._found: dict[str, tuple[int, float]] = {}
        self.context.vitals.gauges.append(self.gauges)
        self._days = iter(self.context.days)
        self._wait()

    def _wait(self) -> None:
        """Wait for the next session that is not over."""
        now = self.clock.timestamp_ns()
        day = next((day for day in self._days if day.session.close > now), None)
        if day is None:
            return
        if day.session.open <= now:
            self._open(day, now)
        else:
            self.clock.set_time_alert_ns(
                f"watch-{day.session.day}", day.session.open, lambda event: self._open(day, event.ts_event)
            )

    def _open(self, day: TradingDay, now: int) -> None:
        session = day.session
        for name in [name for name, level in self._levels.items() if level is Level.FLATTEN_AND_STOP]:
            self._change(name, Level.CLEAR, None, Reading(0.0, "a session opens"), now)
        every = int(self.settings.every * NS)
        start = session.open + (now - session.open) // every * every
        self.clock.set_timer_ns(
            f"watching-{session.day}", every, start, session.close,
            lambda event: self.look(Moment(event.ts_event, session, self.settings)),
        )  # fmt: skip
        self.clock.set_time_alert_ns(f"watched-{session.day}", session.close, lambda _: self._wait())

    def look(self, at: Moment) -> None:
        """Measure everything, and act on what has changed."""
        vitals = self.context.vitals
        for name, trigger in self._triggers:
            probe, source = PROBES.get(name), vitals.sources.get(name)
            if probe is not None:
                reading = probe(vitals, at)
            else:
                reading = None if source is None else sourced(name, source, at.now)
            if reading is not None:
                self._found[name] = at.now, reading.number
                self._judge(name, trigger, reading, at.now)

    def gauges(self) -> Iterator[Gauge]:
        """Yield what was measured last, each with the limit it comes to next."""
        for name, trigger in self._triggers:
            if name in self._found:
                ts, number = self._found[name]
                level, limit = trigger.coming(number)
                yield Gauge(name, ts, number, limit, level.told, UNITS[name], trigger.sign < 0)

    def _judge(self, name: str, trigger: Trigger[float], reading: Reading, now: int) -> None:
        before = self._levels.get(name, Level.CLEAR)
        reached = trigger.reached(reading.number)
        level, limit = reached or (Level.CLEAR, None)
        if level is before or (before is Level.FLATTEN_AND_STOP):
            return
        self._change(name, level, limit, reading, now)

    def _change(self, name: str, level: Level, limit: float | None, reading: Reading, now: int) -> None:
        self._levels[name] = level
        limited = "" if limit is None else f"; the limit is {limit:g} {UNITS[name]}".rstrip()
        told = f"{reading.told}{limited}"
        one = Incident(name, level, told, reading.number, limit, UNITS[name])
        self.context.incidents.tell(now, self.context.name, one)
        if level is not Level.CLEAR:
            self.context.warnings.add(f"catastrophe {name} {level.told}", f"{name}, {level.told}: {told}")
        self.context.halt.set(name, Kill(max(level, Kill.OFF)), now)
