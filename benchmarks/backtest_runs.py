"""Runs of a backtest, ours and bare ones, with the processor time each part took.

Wall time would be that of whatever else the machine does: on a busy one ratios of it vary by a third.
"""

import shutil
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from time import process_time
from typing import Any, Self
from unittest.mock import patch

import numpy as np
from bare import BareEmaCross, Empty
from nautilus_trader.model import Currency, Venue

import mia_plugins.backtest.run as running
from mia_plugins.backtest.engine import Objects, add_parts, engine_of
from mia_plugins.backtest.fills import Sight
from mia_plugins.backtest.stream import chunks
from mia_plugins.data.arrow import BAR_TYPE_END, Kind, columns_of
from mia_plugins.data.columns import Bars
from mia_plugins.data.instruments import VENUE
from mia_plugins.making.assembly import Tables
from mia_plugins.making.plan import Plan, plan_of
from mia_plugins.runs.rows import read_log
from mia_plugins.runtime.guard import Guard
from mia_plugins.settings.resolve import load_run
from mia_plugins.tape.bars import Bar

type Outcome = tuple[int, Decimal]
"""Fills, and what they came to in $."""


@dataclass(frozen=True)
class Took:
    """What a run took, in s of processor time."""

    events: int
    running: float
    """Without reading the catalog and making objects."""
    columns: float
    """Of that: making the tape's columns of Arrow's."""
    total: float
    """End to end."""
    outcome: Outcome = (0, Decimal(0))

    @classmethod
    def median(cls, runs: list[Self]) -> Self:
        """Return the medians of runs of the same."""
        running, columns, total = (
            statistics.median(getattr(run, name) for run in runs) for name in ("running", "columns", "total")
        )
        return cls(runs[0].events, running, columns, total, runs[0].outcome)


@dataclass
class Watch:
    """Seconds by what they went to."""

    seconds: dict[str, float] = field(default_factory=dict)
    events: int = 0

    def timed[**P, R](self, name: str, function: Callable[P, R]) -> Callable[P, R]:
        """Return a function whose time is counted."""

        def call(*arguments: P.args, **named: P.kwargs) -> R:
            with self.measuring(name):
                return function(*arguments, **named)

        return call

    def reading(self, plan: Any, day: Any, chunk_ns: int | None = None) -> Iterator[Any]:
        """Yield the chunks of a day; the time to read them is counted."""
        found = chunks(plan, day, chunk_ns)
        while True:
            with self.measuring("reading"):
                chunk = next(found, None)
            if chunk is None:
                return
            self.events += chunk.rows
            yield chunk

    @contextmanager
    def measuring(self, name: str) -> Iterator[None]:
        """Count the time of what is done here."""
        started = process_time()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + process_time() - started


class _Silent:
    """A line to nobody."""

    stopping = False
    flag = b"\0"

    def progress(self, done: float, total: float, note: str = "") -> None:
        """Report to nobody."""


def ours(config: Path, folder: Path, *plugins_dirs: Path) -> Took:
    """Run a settings file as `mia backtest` does, in this process."""
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    watch = Watch()
    timed = {
        "going": (running.Backtest, "go"),
        "closing": (Tables, "__exit__"),
        "objects": (Objects, "of"),
        "columns": (running, "columns_of"),
        "best": (running, "best_of"),
    }
    with ExitStack() as patches:
        for name, (owner, attribute) in timed.items():
            found = getattr(owner, attribute)
            patches.enter_context(patch.object(owner, attribute, _method(watch, name, found)))
        patches.enter_context(patch.object(running, "chunks", watch.reading))
        job = running.BacktestJob(config, plugins_dirs, out, {})
        watch.timed("total", running.run_backtest)(job, _Silent())  # type: ignore[arg-type]
    took = watch.seconds
    spent = took["going"] + took["closing"] - took["reading"] - took["objects"]
    columns = took.get("columns", 0.0) + took.get("best", 0.0)
    return Took(watch.events, spent, columns, took["total"], _outcome(out))


def _method(watch: Watch, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a plain function, so that it can stand for a method."""
    timed = watch.timed(name, function)

    def call(*arguments: Any, **named: Any) -> Any:
        return timed(*arguments, **named)

    return call


def _outcome(folder: Path) -> Outcome:
    nets = [n for batch in read_log(folder / "positions.arrows") for n in batch.column("net").to_pylist()]
    return sum(batch.num_rows for batch in read_log(folder / "fills.arrows")), sum(nets, Decimal(0))


def bare_ema_cross(config: Path) -> Took:
    """Run the same strategy with Nautilus alone."""
    bars: dict[str, Bars] = {}

    def make(plan: Plan) -> BareEmaCross:
        names = [f"{contract.instrument_id}{BAR_TYPE_END}" for contract in plan.contracts]
        return BareEmaCross(names, [day.session for day in plan.days])

    def sight(strategy: Any) -> Sight:
        return Sight(lambda name: _bar_at(bars[name], strategy.clock.timestamp_ns()), strategy.beside)

    return _bare(config, frozenset(), make, sight, bars)


def empty_handlers(config: Path) -> Took:
    """Run the same engine with trades beside depth, every event handed over and nothing done with it."""

    def make(plan: Plan) -> Empty:
        return Empty([contract.instrument_id for contract in plan.contracts])

    return _bare(config, frozenset({Kind.TRADES}), make, lambda _: Sight(lambda _: None, lambda _: None), {})


def _bare(
    config: Path,
    reads: frozenset[Kind],
    make: Callable[[Plan], Any],
    sight: Callable[[Any], Sight],
    bars: dict[str, Bars],
) -> Took:
    """Run a strategy of Nautilus' over the same chunks; `bars` are filled for the model of fills."""
    watch = Watch()
    with watch.measuring("total"):
        run = load_run(config, (Path(__file__).with_name("plugins"),))
        plan = plan_of(run.settings, reads)
        strategy = make(plan)
        guard = Guard()
        engine = engine_of(run.settings, plan, guard, sight(strategy))
        engine.add_strategy(strategy)
        objects = Objects()
        for day in plan.days:
            for chunk in watch.reading(plan, day):
                with watch.measuring("objects"):
                    made = [objects.of(part) for part in chunk.parts if part.product in plan.traded]
                for part in chunk.parts:
                    if part.kind is Kind.BARS:
                        found = columns_of(part.kind, part.table, part.where)
                        assert isinstance(found, Bars)
                        bars[part.contract.instrument_id] = found
                with watch.measuring("running"):
                    add_parts(engine, made)
                    del made
                    engine.run(streaming=True)
                    engine.clear_data()
        with watch.measuring("running"):
            engine.end()
    if guard.fault is not None:
        raise guard.fault.as_error()
    account = engine.cache.account_for_venue(Venue(VENUE))
    assert account is not None
    balance = account.balance_total(Currency.from_str("USD")).as_decimal()
    fills = sum(str(order.status).endswith("FILLED") for order in engine.cache.orders())
    engine.dispose()
    seconds = watch.seconds
    net = balance - Decimal(run.settings.capital)
    return Took(watch.events, seconds["running"], 0.0, seconds["total"], (fills, net))


def _bar_at(bars: Bars, now: int) -> Bar | None:
    """Return the bar that closes now."""
    row = int(np.searchsorted(bars.ts, now))
    if row == len(bars) or bars.ts[row] != now:
        return None
    return Bar(*(int(getattr(bars, name)[row]) for name in Bars.__slots__))
