"""What lies beside the decisions in a run's folder: the orders and fills they led to, and shadow outcomes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mia_plugins.data.instruments import TICK
from mia_plugins.journal.errors import JournalFileError
from mia_plugins.journal.shadow import ShadowOutcome

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Trade:
    """An order or a fill."""

    order_id: str
    decision: int
    ts: int
    """UTC ns."""
    side: int
    """+1 buy, -1 sell."""
    lots: int
    """Contracts."""
    ticks: int | None
    """Its price, in ticks; None for an order at the market."""
    fee: Decimal
    """In $."""


@dataclass(slots=True)
class Result:
    """What a decision's fills came to."""

    net_lots: int = 0
    """Contracts that are still held, + long, - short."""
    ticks: int = 0
    """Won or lost, in ticks times contracts, once nothing is held."""
    fees: Decimal = Decimal(0)
    """In $."""

    def add(self, fill: Trade) -> None:
        """Take a fill into account."""
        self.net_lots += fill.side * fill.lots
        self.ticks -= fill.side * fill.lots * (fill.ticks or 0)
        self.fees += fill.fee

    @property
    def is_closed(self) -> bool:
        """Say whether nothing is held."""
        return self.net_lots == 0

    def money(self, tick_value: Decimal) -> Decimal:
        """Return $ won or lost after fees, given what a tick on one contract is worth."""
        return (self.ticks * tick_value - self.fees).quantize(CENT)


def run_facts(folder: Path) -> dict[str, Any]:
    """Return what run.json says; nothing when there is none."""
    path = folder / "run.json"
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (OSError, ValueError) as error:
        raise JournalFileError(f"{path} cannot be read: {error}", "make the run again") from error
    return facts


def trades(path: Path, decision: int | None = None) -> Iterator[Trade]:
    """Yield the orders or fills of a file, those of one decision or all; none when there is no file."""
    if not path.exists():
        return
    file = _opened(path, "order_id", "decision", "ts", "side", "lots")
    known = [name for name in file.schema_arrow.names if name in (*Trade.__slots__, "price")]
    for batch in file.iter_batches(columns=known):
        for row in _wanted(batch, "decision", decision).to_pylist():
            if row["decision"] is not None:
                yield Trade(
                    row["order_id"],
                    row["decision"],
                    row["ts"],
                    row["side"],
                    row["lots"],
                    _ticks(row),
                    Decimal(str(row.get("fee") or 0)),
                )


def results(folder: Path) -> dict[int, Result]:
    """Return what the fills of each decision came to, by the decision's id."""
    found: dict[int, Result] = {}
    for fill in trades(folder / "fills.parquet"):
        found.setdefault(fill.decision, Result()).add(fill)
    return found


def shadow_of(folder: Path, decision: int) -> ShadowOutcome | None:
    """Return what the bracket of a decision would have done, when it is known."""
    return next(_shadows(folder, decision), None)


def shadow_results(folder: Path) -> dict[int, ShadowOutcome]:
    """Return what the bracket of each decision that was not taken would have done, by the decision's id."""
    return {shadow.id: shadow for shadow in _shadows(folder, None)}


def _shadows(folder: Path, decision: int | None) -> Iterator[ShadowOutcome]:
    path = folder / "shadows.parquet"
    if path.exists():
        file = _opened(path, *ShadowOutcome._fields)
        for batch in file.iter_batches(columns=list(ShadowOutcome._fields)):
            for row in _wanted(batch, "id", decision).to_pylist():
                yield ShadowOutcome(**row)


def _wanted(batch: pa.RecordBatch, name: str, decision: int | None) -> pa.RecordBatch:
    """Return the rows of one decision, or all, with times as UTC ns."""
    if decision is not None:
        batch = batch.filter(pc.equal(batch[name], decision))
    for place, field in enumerate(batch.schema):
        if pa.types.is_timestamp(field.type):
            batch = batch.set_column(place, field.name, batch[field.name].cast(pa.int64()))
    return batch


def _ticks(row: dict[str, Any]) -> int | None:
    """Return a row's price in ticks; a column `price` holds points."""
    if "ticks" in row:
        ticks: int | None = row["ticks"]
        return ticks
    return None if row.get("price") is None else int(Decimal(str(row["price"])) / TICK)


def _opened(path: Path, *names: str) -> pq.ParquetFile:
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise JournalFileError(f"{path} cannot be read: {error}", "make the run again") from error
    missing = [name for name in names if name not in file.schema_arrow.names]
    if missing:
        raise JournalFileError(f"{path} has no column '{missing[0]}'", "use the version of mia that wrote it")
    return file
