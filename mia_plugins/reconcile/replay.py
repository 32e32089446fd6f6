"""The recorded inputs, timers and account events once more, through the strategies of the same run."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from nautilus_trader.backtest import BacktestEngine

from mia_plugins.backtest.engine import engine_of, session_edge
from mia_plugins.backtest.fills import Sight
from mia_plugins.backtest.stream import Part, chunks
from mia_plugins.data.arrow import Kind, best_of, columns_of
from mia_plugins.jobs.worker import Reporter
from mia_plugins.live.feed import HeldFeed
from mia_plugins.making.assembly import Assembly, Node, Tables
from mia_plugins.making.beside import recall, tables_before, tables_of
from mia_plugins.making.members import journal_columns, strategy_classes
from mia_plugins.making.plan import Plan
from mia_plugins.reconcile.errors import Parted, RowsEnd
from mia_plugins.reconcile.planning import recorded_plan
from mia_plugins.reconcile.steps import Miscount, Replaying
from mia_plugins.runs.errors import told
from mia_plugins.runs.rows import read_log
from mia_plugins.runtime.context import TradingDay
from mia_plugins.runtime.guard import Guard
from mia_plugins.runtime.killing import never
from mia_plugins.runtime.steps import Step
from mia_plugins.runtime.strategy import MiaStrategy
from mia_plugins.runtime.terms import AS_RECORDED
from mia_plugins.settings.resolve import load_run

LOG = ".arrows"
BACKTEST = "backtest"


@dataclass(frozen=True)
class ReplayJob:
    """What a process is given to make a recording's steps again."""

    config: Path
    """The settings of the run, over the recorded catalog."""
    plugins_dirs: tuple[Path, ...]
    steps: Path
    """A table of steps: Parquet, or the log that it is made of."""
    folder: Path
    """Where its tables go, which is there."""
    mode: str
    """Such as `paper`."""
    is_whole: bool
    """Whether the recording came to its end."""
    metadata: Mapping[str, str]
    """What the journal's file is to say of the run."""


def replay(job: ReplayJob, reporter: Reporter) -> dict[str, Any]:
    """Make a recording's steps again, and say how far that went; the tables are in the job's folder."""
    run = load_run(job.config, job.plugins_dirs)
    classes = strategy_classes(run)
    plan = recorded_plan(run, classes, str(run.settings.catalog))
    guard = Guard()
    steps = Replaying(read_steps(job.steps), is_whole=job.is_whole)
    with Tables(job.folder, journal_columns(run, classes), run, job.metadata) as tables:
        node = None if job.mode == BACKTEST else Node(HeldFeed, AS_RECORDED, never(), job.mode)
        assembly = Assembly(run, plan, tables, guard, reporter.flag, node, steps)
        strategies = list(assembly.strategies(classes))
        played = Replay(plan, strategies, engine_of(run.settings, plan, guard, _BLIND), steps)
        try:
            parted = played.go(reporter)
        finally:
            played.dispose()
        reached = max(strategy.tape.now for strategy in strategies)
    return {"steps": steps.made, "parted": parted, "miscount": _told(steps.miscount), "reached": reached}


def read_steps(path: Path) -> Iterator[Step]:
    """Yield the steps of a table in their order; times are UTC ns."""
    for batch in _batches(path):
        columns = [
            column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column
            for column in batch.columns
        ]
        names = batch.schema.names
        for row in pa.RecordBatch.from_arrays(columns, names=names).to_pylist():
            yield Step(**{name: row[name] for name in Step._fields})


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    if path.suffix == LOG:
        yield from read_log(path)
        return
    with told(path, "read"), pq.ParquetFile(path) as parquet:
        yield from parquet.iter_batches()


_BLIND = Sight(lambda _: None, lambda _: None)
"""Nothing is filled here."""


class Replay:
    """Strategies that are called as they were, and the rows they had."""

    def __init__(
        self, plan: Plan, strategies: list[MiaStrategy], engine: BacktestEngine, steps: Replaying
    ) -> None:
        self._is_live = all(isinstance(one.context.feed, HeldFeed) for one in strategies)
        self._plan, self._strategies, self._engine, self._steps = plan, strategies, engine, steps
        self._reads_depth = any(Kind.DEPTH in strategy.tape.kinds for strategy in strategies)
        self._on_tapes = {code for strategy in strategies for code in strategy.tapes}
        for strategy in strategies:
            engine.add_strategy(strategy)

    def go(self, reporter: Reporter) -> str:
        """Make all steps; return why it could not be made to the end, "" where it was."""
        try:
            for day in self._plan.days:
                self._day(day, reporter)
            self._steps.make_until(None)
        except RowsEnd:
            return ""
        except Parted as parted:
            return str(parted)
        except Exception as error:  # noqa: BLE001 what a strategy raises may be what it raised at the time
            return f"{type(error).__name__}: {error}"
        return ""

    def dispose(self) -> None:
        """Let go of the engine."""
        self._engine.dispose()

    def _day(self, day: TradingDay, reporter: Reporter) -> None:
        """Make the steps of a session, the rows of each there before it."""
        plan, session = self._plan, day.session
        if day is plan.days[0]:
            self._load_tables(tables_before(plan.catalog, plan.tables, session.day))
        self._load_tables(tables_of(plan.catalog, plan.tables, session.day))
        self._engine.add_data(session_edge(str(session.day), session.open))
        self._engine.run(streaming=True)
        self._engine.clear_data()
        # Minutes are added up from the session's opening, so that it is to be known before they come.
        self._steps.make_until(session.open - (plan.engine_kind is not Kind.BARS))
        if self._is_live and day is plan.days[0]:
            recall(plan.catalog, self._strategies, day)
        rows = 0
        for chunk in chunks(plan, day):
            for part in chunk.parts:
                self._load(part)
            for strategy in self._strategies:
                strategy.context.feed.triggers(chunk.end)  # they were told; so the feed lets go of its rows
            self._steps.make_until(chunk.end - 1)
            rows += chunk.rows
            reporter.progress(rows, plan.rows, str(session.day))
        self._steps.make_until(session.close)

    def _load_tables(self, tables: Iterable[tuple[str, pa.Table]]) -> None:
        for name, rows in tables:
            for strategy in self._strategies:
                if name in strategy.known:
                    strategy.known[name].load(rows)

    def _load(self, part: Part) -> None:
        """Put rows on the tapes."""
        if part.product not in self._on_tapes:
            return
        if part.kind is Kind.DEPTH and not self._reads_depth:
            rows: Any = best_of(part.table, part.where)
        else:
            rows = columns_of(part.kind, part.table, part.where)
        for strategy in self._strategies:
            strategy.take_rows(part.product, rows)


def _told(miscount: Miscount | None) -> dict[str, Any] | None:
    if miscount is None:
        return None
    return {
        "step": miscount.step.number,
        "strategy": miscount.step.strategy,
        "ts": miscount.step.ts,
        "stream": miscount.stream,
        "recorded": miscount.recorded,
        "replayed": miscount.replayed,
    }
