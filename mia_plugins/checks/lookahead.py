"""Whether a run looks ahead: with the future cut off, or changed, nothing before may change.

The catalog itself is copied with another future, so that also a plugin that reads files of its own is seen.
"""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from mia_plugins.checks.crew import Crew
from mia_plugins.checks.errors import CheckError
from mia_plugins.checks.making import CheckJob
from mia_plugins.checks.poison import Future, Poison
from mia_plugins.journal.times import new_york_text
from mia_plugins.regress.tables import Parting, parting, read_tables

SUBMITTED = ("ts", "strategy", "instrument_id", "role", "type", "side")
"""What of an order is known when it is sent."""
DONE = ("lots", "ticks", "ts_done", "state", "filled", "reason")
"""What is known of it when it is done."""
CUTS = 8
PREFIXES = {"v.": "the feature", "c.": "the feature", "n.": "the rule", "ok.": "the rule", "s.": "the step"}
WHOLE = {"journal": "all"}


@dataclass(frozen=True)
class Leak:
    """A row before the cut that another future changed."""

    cut: int
    """UTC ns."""
    future: Future
    parting: Parting
    strategy: str
    ts: int
    """When the row is of: UTC ns."""
    suspects: tuple[str, ...]
    """Who changed, in words: `the feature 'x'`; nobody where only what was done differs."""

    def __str__(self) -> str:
        """Say it in a line."""
        who = " and ".join(self.suspects) or f"the strategy itself ({', '.join(self.parting.columns)})"
        return (
            f"{self.strategy} looks ahead: with the future {self.future} from {new_york_text(self.cut)} New "
            f"York on, {self.parting.table} of {new_york_text(self.ts)} differ: {who}"
        )


@dataclass(frozen=True)
class Looked:
    """What the check found."""

    cuts: tuple[int, ...]
    """UTC ns."""
    decisions: int
    """Of the run as it is."""
    leaks: tuple[Leak, ...]


def check_lookahead(
    config: Path, place: Path, crew: Crew, cuts: int = CUTS, plugins_dirs: tuple[Path, ...] = ()
) -> Looked:
    """Run a config as it is and with other futures from some instants on, and return what changed before."""

    def job(name: str, poison: Poison | None = None) -> tuple[str, CheckJob]:
        return name, CheckJob(config, plugins_dirs, place / name, WHOLE, poison)

    ((whole, _),) = crew.make([job("as it is")])
    tables = read_tables(whole.path)
    instants = cut_instants(tables["decisions"], cuts)
    poisons = [Poison(now, future) for now in instants for future in Future]
    made = crew.make([job(f"{one.future} {number}", one) for number, one in enumerate(poisons)])
    leaks = []
    for poison, (folder, _) in zip(poisons, made, strict=True):
        leak = _leak(tables, read_tables(folder.path), poison)
        leaks += [leak] if leak else []
    return Looked(tuple(instants), tables["decisions"].num_rows, tuple(leaks))


def cut_instants(decisions: pa.Table, count: int) -> list[int]:
    """Return instants of evaluations of a run (UTC ns), first of all those where something was done.

    What a leak is good for is done when it knows: of decisions that had a candidate all are cut at, or as
    many as are asked for, spread; where they are fewer, others are spread beside them.
    """
    times = decisions["ts"].cast(pa.int64())
    ts = set(times.to_pylist())
    if len(ts) < 2:
        raise CheckError("the run decides too little to be cut", "check a run of a day at least")
    acted = set(times.filter(pc.not_equal(decisions["outcome"], "none")).to_pylist())
    chosen = _spread(acted, count)
    return sorted(chosen | _spread(ts - acted, count - len(chosen)))


def _spread(instants: set[int], count: int) -> set[int]:
    ts = sorted(instants)
    if len(ts) <= count:
        return instants
    return {ts[len(ts) * (n + 1) // (count + 1)] for n in range(count)}


def _leak(whole: dict[str, pa.Table], other: dict[str, pa.Table], poison: Poison) -> Leak | None:
    """Return the first row up to the cut that differs."""
    for name in whole:
        left, right = (_until(tables[name], poison.now) for tables in (whole, other))
        if name == "orders":
            left, right = _as_known(left, poison.now), _as_known(right, poison.now)
        found = parting(name, left, right, rtol=0, atol=0)
        if found is not None and not found.row:
            return Leak(poison.now, poison.future, found, "a strategy", poison.now, _suspects(found.columns))
        if found is not None:
            row = left if found.row <= left.num_rows else right
            strategy = str(row["strategy"][found.row - 1].as_py())
            ts = int(row["ts"].cast(pa.int64())[found.row - 1].as_py())
            return Leak(poison.now, poison.future, found, strategy, ts, _suspects(found.columns))
    return None


def _as_known(orders: pa.Table, now: int) -> pa.Table:
    """Return what of orders was known by then; the table has them in the order of their ends."""
    done = pc.less_equal(orders["ts_done"].cast(pa.int64()), now)
    known = {name: orders[name] for name in SUBMITTED}
    known |= {name: pc.if_else(done, orders[name], pa.scalar(None, orders[name].type)) for name in DONE}
    return pa.table(known).sort_by([(name, "ascending") for name in known])


def _until(table: pa.Table, now: int) -> pa.Table:
    if "ts" not in table.column_names:
        return table
    return table.filter(pc.less_equal(table["ts"].cast(pa.int64()), now))


def _suspects(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Return who owns the columns that differ: features before rules, since what is measured comes first."""
    for wanted in (("v.",), ("c.", "n.", "ok.", "s.")):
        found = {
            f"{PREFIXES[prefix]} '{name.removeprefix(prefix)}'"
            for name in columns
            for prefix in wanted
            if name.startswith(prefix)
        }
        if found:
            return tuple(sorted(found))
    return ()
