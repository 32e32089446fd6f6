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
    config: Path, place: Path, crew: Crew, cuts: int = 4, plugins_dirs: tuple[Path, ...] = ()
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
    """Return instants spread over the evaluations of a run (UTC ns), first of all where something was done.

    What a leak is good for is done when it knows: cuts lie at decisions that had a candidate, if any.
    """
    acted = decisions.filter(pc.not_equal(decisions["outcome"], "none"))
    chosen = acted if acted.num_rows >= count else decisions
    ts = sorted(set(chosen["ts"].cast(pa.int64()).to_pylist()))
    if len(ts) < 2:
        raise CheckError("the run decides too little to be cut", "check a run of a day at least")
    return sorted({ts[len(ts) * (n + 1) // (count + 1)] for n in range(count)})


def _leak(whole: dict[str, pa.Table], other: dict[str, pa.Table], poison: Poison) -> Leak | None:
    """Return the first row up to the cut that differs."""
    for name in whole:
        left, right = (_until(tables[name], poison.now) for tables in (whole, other))
        if name == "orders":
            left, right = _as_submitted(left), _as_submitted(right)
        found = parting(name, left, right, rtol=0, atol=0)
        if found is not None:
            row = left if found.row <= left.num_rows else right
            strategy = str(row["strategy"][found.row - 1].as_py())
            ts = int(row["ts"].cast(pa.int64())[found.row - 1].as_py())
            return Leak(poison.now, poison.future, found, strategy, ts, _suspects(found.columns))
    return None


def _as_submitted(orders: pa.Table) -> pa.Table:
    """Return what of orders was known when they were sent; the table has them in the order of their ends."""
    return orders.select(list(SUBMITTED)).sort_by([(name, "ascending") for name in SUBMITTED])


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
