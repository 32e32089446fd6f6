"""One backtest, in the process that runs it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from nautilus_trader.backtest import BacktestEngine
from nautilus_trader.model import Currency, Venue

from mia_plugins.backtest.assembly import Assembly, Tables
from mia_plugins.backtest.beside import CustomData, recall, tables_before, tables_of
from mia_plugins.backtest.engine import TAPE_VENUE, Objects, add_parts, engine_of, session_edge
from mia_plugins.backtest.fills import Guarding, Sight
from mia_plugins.backtest.holes import Holes
from mia_plugins.backtest.members import journal_columns, planned, strategy_classes
from mia_plugins.backtest.plan import Plan
from mia_plugins.backtest.stream import Chunk, Part, chunks
from mia_plugins.backtest.worker import Reporter
from mia_plugins.data.arrow import Kind, best_of, columns_of
from mia_plugins.data.columns import Bars, Quotes
from mia_plugins.data.instruments import VENUE
from mia_plugins.errors import MiaError
from mia_plugins.garbage import spared
from mia_plugins.runtime.actor import MiaActor
from mia_plugins.runtime.booking import CENT
from mia_plugins.runtime.context import TradingDay
from mia_plugins.runtime.guard import Guard, Interrupted
from mia_plugins.runtime.steps import UNRECORDED, Steps
from mia_plugins.runtime.strategy import MiaStrategy
from mia_plugins.runtime.times import told_time
from mia_plugins.runtime.vitals import Vitals
from mia_plugins.settings.resolve import Run, load_run
from mia_plugins.tape.bars import Bar
from mia_plugins.tape.tape import Rows


class MoneyError(MiaError):
    """What the engine's account says is not what the fills add up to."""


@dataclass(frozen=True)
class BacktestJob:
    """What a process is given to run a backtest."""

    config: Path
    plugins_dirs: tuple[Path, ...]
    folder: Path
    """Where its tables go, which is there."""
    metadata: Mapping[str, str]
    """What the journal's file is to say of the run."""
    chunk_ns: int | None = None
    """Cuts the data at multiples of this many ns; results do not depend on it."""
    recalls: bool = False
    """Whether the catalog is a recorded session's, whose bars are the history it was given."""


def run_backtest(job: BacktestJob, reporter: Reporter, steps: Steps = UNRECORDED) -> dict[str, Any]:
    """Run a backtest and return what it came to; its tables are in the job's folder.

    `steps` take note of the order in which calls are handled.
    """
    run = load_run(job.config, job.plugins_dirs)
    classes = strategy_classes(run)
    plan = planned(run, classes)
    reporter.progress(0, plan.rows, str(plan.days[0].session.day))
    guard = Guard()
    with Tables(job.folder, journal_columns(run, classes), run, job.metadata) as tables, guard.telling():
        assembly = Assembly(run, plan, tables, guard, reporter.flag, steps=steps)
        strategies = list(assembly.strategies(classes))
        holes = Holes(plan.engine_kind, assembly.warnings)
        backtest = Backtest(run, plan, strategies, guard, assembly.actors(), Seen(holes, assembly.vitals))
        try:
            with spared():
                if job.recalls:
                    recall(plan.catalog, strategies, plan.days[0])
                status = backtest.go(tables, reporter, job.chunk_ns)
        finally:
            backtest.dispose()
    return {"status": status, "reached": backtest.reached, "warnings": assembly.warnings.lines()}


@dataclass(frozen=True)
class Seen:
    """Who looks at the rows as they are read."""

    holes: Holes
    vitals: Vitals

    def see(self, part: Part) -> None:
        """Look at rows."""
        self.holes.see(part)
        pulse = self.vitals.pulses.get(part.product)
        if pulse is None or part.kind is not self.holes.kind:
            return
        if part.kind is Kind.DEPTH:
            pulse.load(best_of(part.table, part.where))
        elif isinstance(rows := columns_of(part.kind, part.table, part.where), Quotes | Bars):
            pulse.load(rows)


class Backtest:
    """An engine, and the strategies in it."""

    def __init__(  # noqa: PLR0913, PLR0917 the parts of a run
        self,
        run: Run,
        plan: Plan,
        strategies: list[MiaStrategy],
        guard: Guard,
        actors: Sequence[MiaActor],
        seen: Seen,
    ) -> None:
        self._settings, self._plan, self._seen = run.settings, plan, seen
        self._strategies, self._guard, self._actors = strategies, guard, actors
        self._readers: tuple[MiaStrategy | MiaActor, ...] = (*strategies, *actors)
        tapes = [tape for reader in self._readers for tape in reader.context.tapes.values()]
        self._on_tapes = {tape.code for tape in tapes}
        self._reads_depth = any(Kind.DEPTH in tape.kinds for tape in tapes)
        self._bars: dict[str, Bars] = {}
        self._engine: BacktestEngine = engine_of(
            run.settings, plan, guard, Sight(self._bar_now, self._beside)
        )
        for actor in actors:
            self._engine.add_actor(actor)
        for strategy in strategies:
            self._engine.add_strategy(strategy)
        self._objects = Objects()
        self._custom = CustomData(plan.catalog, run.settings.custom_data)
        self.reached: int | None = None
        """Up to where the data were: UTC ns."""

    def go(self, tables: Tables, reporter: Reporter, chunk_ns: int | None) -> str:
        """Run to the end, or until somebody asks for it to stop; return `complete` or `interrupted`."""
        rows = 0
        for day in self._plan.days:
            self._begin(day)
            for chunk in chunks(self._plan, day, chunk_ns):
                self._take(chunk)
                rows += chunk.rows
                reporter.progress(rows, self._plan.rows, str(day.session.day))
                tables.flush()
                if self._is_over(reporter):
                    return "interrupted"
                self.reached = min(chunk.end, day.session.close)
            self._seen.holes.end(day.session)
            self._pass([session_edge(str(day.session.day), day.session.close)])
        self._engine.end()
        if self._is_over(reporter):
            return "interrupted"
        self._refuse_lost_money()
        return "complete"

    def dispose(self) -> None:
        """Let go of the engine."""
        self._engine.dispose()

    def _begin(self, day: TradingDay) -> None:
        """Open a session: what lies beside its feed is read whole."""
        plan, session = self._plan, day.session
        if day is plan.days[0]:
            self._load_tables(tables_before(plan.catalog, plan.tables, session.day))
        self._load_tables(tables_of(plan.catalog, plan.tables, session.day))
        filling = (code for code in day.contracts if plan.filled_by(code))
        self._seen.holes.begin(session, tuple(day.contracts[code] for code in filling))
        self._custom.begin(day)
        before = self._custom.take(session.open)
        self._pass([*([before] if before else []), session_edge(str(session.day), session.open)])

    def _load_tables(self, tables: Iterable[tuple[str, pa.Table]]) -> None:
        for name, rows in tables:
            for known in (reader.context.known for reader in (*self._actors, *self._strategies)):
                if name in known:
                    known[name].load(rows)

    def _take(self, chunk: Chunk) -> None:
        """Give a chunk to the tapes and the engine, and let its time pass."""
        objects: list[list[Any]] = []
        for part in chunk.parts:
            self._seen.see(part)
            objects += self._objects_of(part)
            if self._settings.feed == "columns" or part.kind is Kind.BARS:
                self._take_columns(part)
        for strategy in self._strategies:
            strategy.foresee(chunk.end)
        if custom := self._custom.take(chunk.end):
            objects.append(custom)
        self._pass(objects)

    def _pass(self, objects: list[list[Any]]) -> None:
        """Let the time of some objects pass in the engine."""
        add_parts(self._engine, objects)
        self._engine.run(streaming=True)
        self._engine.clear_data()

    def _objects_of(self, part: Part) -> Iterator[list[Any]]:
        """Yield what the engine is given of some rows: what fills orders, and what handlers are told."""
        if part.kind is self._plan.engine_kind and (filled := self._plan.filled_by(part.product)):
            yield self._objects.of(replace(part, contract=replace(part.contract, code=filled)))
        if self._settings.feed == "handlers" and part.product in self._on_tapes:
            yield self._objects.of(part, TAPE_VENUE)

    def _take_columns(self, part: Part) -> None:
        """Put rows on the tapes; bars are what orders are filled by, too."""
        if part.kind is Kind.DEPTH and not self._reads_depth:
            rows: Rows = best_of(part.table, part.where)
        else:
            rows = columns_of(part.kind, part.table, part.where)
        if isinstance(rows, Bars) and (filled := self._plan.filled_by(part.product)):
            self._bars[replace(part.contract, code=filled).instrument_id] = rows
        if self._settings.feed == "columns" and part.product in self._on_tapes:
            for reader in self._readers:
                reader.take_rows(part.product, rows)

    def _is_over(self, reporter: Reporter) -> bool:
        """Say whether somebody asked for the end; raise what went wrong in the engine."""
        fault = self._guard.fault
        if fault is not None and not isinstance(fault.error, Interrupted):
            raise fault.as_error() from fault.error
        return fault is not None or reporter.stopping

    def _bar_now(self, instrument_id: str) -> Bar | None:
        """Return the bar that the engine is trading through."""
        bars = self._bars.get(instrument_id)
        if bars is None:
            return None
        now = self._strategies[0].data_time()
        # Once a strategy has looked at its close the bar is over: what it orders meets the market then.
        if any(strategy.tape.now >= now for strategy in self._strategies):
            return None
        row = int(bars.ts.searchsorted(now))
        if row == len(bars) or bars.ts[row] != now:
            return None
        return Bar(*(int(getattr(bars, name)[row]) for name in Bars.__slots__))

    def _beside(self, target_id: str) -> Guarding | None:
        """Return what stands beside a target."""
        for strategy in self._strategies:
            bracket, trip = strategy.desk.bracket, strategy.account.trip
            if bracket and bracket.target.order_id == target_id:
                stop = bracket.stop.ticks if bracket.stop.is_open else None
                return Guarding(stop, trip.ts_open if trip else None)
        return None

    def _refuse_lost_money(self) -> None:
        """Raise when the engine's balance is not the capital and what the fills came to."""
        account = self._engine.cache.account_for_venue(Venue(VENUE))
        if account is None:
            raise MoneyError(f"the engine has no account at {VENUE}")
        balance = account.balance_total(Currency.from_str("USD")).as_decimal()
        bookings = [strategy.account.booking for strategy in self._strategies]
        expected = Decimal(self._settings.capital) + sum((one.total for one in bookings), Decimal(0))
        if abs(balance - expected) > CENT * sum(one.ties for one in bookings):
            raise MoneyError(
                f"the engine's account holds {balance} $ at {told_time(self.reached or 0)}; the capital and "
                f"the fills add up to {expected} $",
                "this is a fault of mia's: please report it with the run's folder",
            )
