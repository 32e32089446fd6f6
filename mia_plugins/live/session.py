"""One live session, from its settings to its run in the store."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mia_plugins.backtest.assembly import Tables
from mia_plugins.backtest.finish import Finished, Making, Prepared, finish
from mia_plugins.backtest.members import journal_columns, strategy_classes
from mia_plugins.backtest.plan import Plan
from mia_plugins.backtest.process import Ended, Job
from mia_plugins.errors import MiaError
from mia_plugins.live.consent import refuse_without_consent
from mia_plugins.live.crew import Crew, Ground
from mia_plugins.live.errors import LiveError
from mia_plugins.live.indices import SPX_ID
from mia_plugins.live.left import remember, seal_left
from mia_plugins.live.look import Facts
from mia_plugins.live.native import LOG, aside
from mia_plugins.live.node import Line
from mia_plugins.live.planning import asks_for_chain, live_plan, span_from, terms_of, wanted
from mia_plugins.live.preflight import Preflight
from mia_plugins.live.recording import Record, recorded_in
from mia_plugins.live.shown import QUIETLY, Showing, Stage, shown
from mia_plugins.live.simulated import LOOPBACK, Gateway, simulated
from mia_plugins.live.standing import Standing, standing_in
from mia_plugins.live.steward import End
from mia_plugins.live.terms import LiveTerms, Pace
from mia_plugins.processes import ENDINGS
from mia_plugins.runs.draft import RunDraft
from mia_plugins.runs.inputs import inputs_of
from mia_plugins.runs.ledger import Ledger
from mia_plugins.runtime.guard import Guard
from mia_plugins.settings.listing import settings_yaml
from mia_plugins.settings.live import Live
from mia_plugins.settings.resolve import Run, load_run

DEMO_ACCOUNT = "DU1234567"
GRACE = 60.0
"""Seconds that leaving everything may take once the end was asked for."""


@dataclass(frozen=True)
class Asked:
    """A session that is asked for."""

    config: Path
    runs_dir: Path
    plugins_dirs: tuple[Path, ...] = ()
    seconds: float | None = None
    """After how long it ends by itself; None for never."""
    is_simulated: bool = False
    """Whether a simulated gateway is used, whatever mode the file has."""
    showing: Showing = QUIETLY
    """How it is shown meanwhile."""
    has_agreed: bool = False
    """Whether whoever asks has agreed to real money."""

    def load(self, now: int) -> Run:
        """Return the run, for a session that begins now (UTC ns)."""
        run = load_run(self.config, self.plugins_dirs, days=span_from(now))
        live = run.settings.live
        if self.is_simulated and live.mode != "sim":
            live = live.model_copy(update={"mode": "sim", "account": None, "port": None})
            run = replace(run, settings=run.settings.model_copy(update={"live": live}))
        return run


def _no_job(argument: object, reporter: object) -> dict[str, Any]:
    """Stand for what a backtest's process would do."""
    raise NotImplementedError(f"{argument} is no job of {reporter}")


def go(asked: Asked, started: Callable[[Crew], None]) -> Finished:
    """Run a session to its end and return what became of it; `started` is given what can be looked at."""
    run = asked.load(time.time_ns())
    refuse_without_consent(run.settings.live, agreed=asked.has_agreed)
    with ExitStack() as stack:
        pace = Pace()
        gateway = None
        if run.settings.live.mode == "sim":
            asked.runs_dir.mkdir(parents=True, exist_ok=True)
            gateway = stack.enter_context(simulated(run.settings, asked.runs_dir / "gateway.log"))
            pace = gateway.pace
            market = pace.market_at(time.time_ns())
            run = asked.load(market)
        line = line_of(run.settings.live, gateway)
        session = Session(asked, run, line, pace)
        session.ask_gateway()
        ledger = stack.enter_context(Ledger.open(asked.runs_dir))
        return session.go(ledger, started)


def line_of(live: Live, gateway: Gateway | None = None) -> Line:
    """Return the gateway to connect to; one that is simulated is on this machine, wherever the file's is."""
    host, port = (live.host, live.at) if gateway is None else (LOOPBACK, gateway.port)
    account = live.account or DEMO_ACCOUNT
    return Line(host, port, account, live.client_id, is_sandbox=live.is_sandbox)


class Session:
    """A node with everything in it."""

    def __init__(self, asked: Asked, run: Run, line: Line, pace: Pace) -> None:
        self._asked, self._run, self._line, self._pace = asked, run, line, pace
        self._classes = strategy_classes(run)
        self.plan: Plan = live_plan(run, self._classes)
        self.terms: LiveTerms = terms_of(pace, self.plan, time.time_ns())
        self.guard, self.end = Guard(), End()
        self.crew: Crew | None = None
        self._told: list[str] = []

    def ask_gateway(self) -> None:
        """See whether the gateway will let a node in; it may give it other client ids."""
        account = None if self._line.is_sandbox else self._line.account
        asked = wanted(self.plan, self.terms)
        if asks_for_chain(self.plan, self._run.settings):
            asked.append(SPX_ID)
        flight = Preflight(self._line, account, asked, told=self._told)
        self._line = flight.fly()

    def go(self, ledger: Ledger, started: Callable[[Crew], None]) -> Finished:
        """Run it to its end."""
        mode = self._run.settings.live.mode
        inputs = replace(inputs_of(self._run, f"live from {time.time_ns()}"), mode=mode)
        prepared = Prepared(self._asked.config, self._run, self.plan, inputs)
        left = seal_left(self._asked.runs_dir, ledger)
        draft = RunDraft.begin(self._asked.runs_dir, inputs)
        making = Making(prepared, draft, time.time_ns())
        remember(making)
        draft.write("settings.yaml", settings_yaml(self._run, with_origin=True))
        metadata = {"run": inputs.id, "settings_hash": inputs.settings}
        columns = journal_columns(self._run, self._classes)
        error: MiaError | None = None
        warnings: list[str] = []
        self._line = replace(self._line, logs=draft.folder)
        with (
            aside(draft.folder),
            standing_in(self._run.settings.live) as standing,
            Tables(draft.folder, columns, self._run, metadata) as tables,
            recorded_in(draft, tables, self.terms) as record,
        ):
            try:
                with self.guard.telling():
                    warnings = self._trade(tables, record, standing, started)
            except MiaError as fault:
                error = fault
        strategies = self.crew.strategies if self.crew else ()
        reached = max((one.tape.now for one in strategies), default=0)
        result = {"status": "complete", "reached": max(reached, 0) or None, "warnings": left + warnings}
        job = Job(str(self._asked.config), _no_job, None)
        ended = Ended(job, "failed", None, error) if error else Ended(job, "complete", result)
        return finish(making, ended, ledger)

    def _trade(
        self, tables: Tables, record: Record, standing: Standing, started: Callable[[Crew], None]
    ) -> list[str]:
        """Run a node; raise what ended it before its time."""
        ground = Ground(
            run=self._run,
            plan=self.plan,
            classes=self._classes,
            line=self._line,
            terms=self.terms,
            tables=tables,
            record=record,
            standing=standing,
            guard=self.guard,
            end=self.end,
        )
        crew = self.crew = Crew(ground)
        for text in self._told:
            crew.assembly.warnings.add(text, text)
        with self._ending(crew.stop), closing(crew):
            started(crew)
            try:
                showing = shown(crew, self._stage(), self._asked.showing)
                with crew.witness or nullcontext(), showing, crew.garbage:
                    crew.node.run()
            except RuntimeError as fault:
                raise self._could_not_run(fault) from fault
        if self.guard.fault is not None:
            raise self.guard.fault.as_error() from self.guard.fault.error
        if not self.end.is_clean:
            raise LiveError(
                "the node ended before it was asked to, or with orders that still work",
                "look at the broker's own view of the account before starting again",
            )
        return crew.assembly.warnings.lines()

    def _could_not_run(self, fault: RuntimeError) -> MiaError:
        """Return what keeps Nautilus' node from running, in words for a person."""
        if self.guard.fault is not None:
            return self.guard.fault.as_error()
        return LiveError(
            f"Nautilus' node could not run at {self._line.host}:{self._line.port}: {fault}",
            f"{LOG} in the run's folder says more",
        )

    def _stage(self) -> Stage:
        live = self._run.settings.live
        facts = Facts(self._asked.config.stem, live.mode, self._line.account)
        return Stage(facts, self.terms, self.end, live.stale_after, live.account_stale_after)

    @contextmanager
    def _ending(self, stop: Callable[[], None]) -> Iterator[None]:
        """Have Ctrl-C and SIGTERM ask for the end while the node runs.

        They are held back (`endings_held`): Nautilus would stop at once, with what works still working.
        """
        over = threading.Event()
        watch = threading.Thread(target=self._wait, args=(over, stop), name="ending", daemon=True)
        watch.start()
        try:
            yield
        finally:
            over.set()
            watch.join(2)

    def _wait(self, over: threading.Event, stop: Callable[[], None]) -> None:
        """Wait for a signal, or for the time that was asked for; a node that cannot end is stopped."""
        begun = time.monotonic()
        while not over.is_set():
            got = signal.sigtimedwait(ENDINGS, 0.2)
            if got is not None:
                self.end.ask("ctrl_c" if got.si_signo == signal.SIGINT else "sigterm")
            elif self._asked.seconds is not None and time.monotonic() - begun > self._asked.seconds:
                self.end.ask("time")
            if self.end.asked.is_set():
                break
        if not over.wait(GRACE):
            stop()
