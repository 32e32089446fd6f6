"""A run's folder as statistics read it: tables by column, sealed or still logs, and what it was set to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import yaml
from numpy.typing import NDArray

from mia_plugins.data.instruments import PRODUCTS, VENUE
from mia_plugins.journal.decision import JournalColumns
from mia_plugins.journal.schema import COLUMNS, columns_in
from mia_plugins.runs.errors import RunFileError, told
from mia_plugins.runs.folder import SETTINGS
from mia_plugins.runs.rows import log_schema, read_log
from mia_plugins.settings.run import RunSettings
from mia_plugins.statistics.figures import Floats, Ints

_AGAIN = "delete the run's folder and run it again"
_ROWS = 50_000
_CAPITAL = RunSettings.model_fields["capital"].default
type Words = NDArray[np.object_]


@dataclass(frozen=True)
class Sources:
    """The tables and the settings of a run, made or in the making."""

    folder: Path

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        """All its settings; none where the file is not there."""
        file = self.folder / SETTINGS
        if not file.exists():
            return {}
        with told(file, "read", _AGAIN):
            text = file.read_text(encoding="utf-8")
        try:
            found = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise RunFileError(f"{file} is damaged: {' '.join(str(error).split())}", _AGAIN) from error
        return found if isinstance(found, dict) else {}

    @property
    def capital(self) -> int:
        """The balance at the start, in cents."""
        return int(Decimal(str(self.settings.get("capital", _CAPITAL))) * 100)

    def commission(self, product: str) -> float:
        """Return what a contract and side costs, in $."""
        own = (self.settings.get("venue") or {}).get("commission")
        return float(PRODUCTS[product].commission if own is None else own)

    @cached_property
    def columns(self) -> Mapping[str, JournalColumns]:
        """The names of what each strategy's decisions hold, and the weights of its features."""
        schema = self._schema("decisions")
        return {} if schema is None or COLUMNS not in (schema.metadata or {}) else columns_in(schema)

    def names(self, table: str) -> list[str]:
        """Return the columns of a table; none where it is not there."""
        schema = self._schema(table)
        return [] if schema is None else list(schema.names)

    def _schema(self, table: str) -> pa.Schema | None:
        parquet, log = self._files(table)
        if parquet.exists():
            return _opened(parquet).schema_arrow
        return log_schema(log) if log.exists() else None

    def batches(self, table: str, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield columns of a table, a piece at a time; times are UTC ns, and words stand for themselves."""
        parquet, log = self._files(table)
        if parquet.exists():
            file = _opened(parquet)
            self._check(parquet, names, file.schema_arrow.names)
            batches: Iterator[pa.RecordBatch] = file.iter_batches(_ROWS, columns=list(names))
        elif log.exists():
            batches = read_log(log)
        else:
            return
        for batch in batches:
            yield pa.record_batch([_plain(batch.column(name)) for name in names], names=list(names))

    def table(self, table: str, names: Sequence[str]) -> dict[str, pa.Array]:
        """Return whole columns of a table; empty ones where it is not there."""
        found = list(self.batches(table, names))
        if not found:
            return {name: pa.array([]) for name in names}
        whole = pa.Table.from_batches(found)
        return {name: whole[name].combine_chunks() for name in names}

    def _files(self, table: str) -> tuple[Path, Path]:
        return self.folder / f"{table}.parquet", self.folder / f"{table}.arrows"

    @staticmethod
    def _check(path: Path, names: Sequence[str], known: Sequence[str]) -> None:
        missing = [name for name in names if name not in known]
        if missing:
            raise RunFileError(f"{path} has no column '{missing[0]}'", _AGAIN)


def whole(column: pa.Array) -> Ints:
    """Return a column as whole numbers."""
    found: Ints = column.to_numpy(zero_copy_only=False).astype(np.int64)
    return found


def real(column: pa.Array) -> Floats:
    """Return a column as numbers; nan where there is none."""
    found: Floats = column.to_numpy(zero_copy_only=False).astype(np.float64)
    return found


def words(column: pa.Array) -> Words:
    """Return a column as texts."""
    found: Words = column.to_numpy(zero_copy_only=False).astype(np.object_)
    return found


def cents(column: pa.Array) -> Ints:
    """Return a column of money in cents, exactly."""
    if not len(column):
        return np.empty(0, np.int64)
    return whole(pc.multiply(column, pa.scalar(Decimal(100))).cast(pa.int64()))


def product_of(instrument_id: str) -> str:
    """Return the product of a contract: ES of ESM6.XCME."""
    return instrument_id.removesuffix(f".{VENUE}")[:-2]


def tick_values(instrument_ids: Words) -> Floats:
    """Return what a tick of one contract is worth, in $, of each."""
    of = {one: float(PRODUCTS[product_of(one)].tick_value) for one in set(instrument_ids)}
    return np.array([of[one] for one in instrument_ids], np.float64)


def _plain(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    return column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column


def _opened(path: Path) -> pq.ParquetFile:
    try:
        with told(path, "read", _AGAIN):
            return pq.ParquetFile(path)
    except pa.ArrowException as error:
        raise RunFileError(f"{path} is damaged: {' '.join(str(error).split())}", _AGAIN) from error
