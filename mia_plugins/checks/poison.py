"""A copy of a catalog with another future: cut off at an instant, or with other numbers after it.

Files that end before the instant are linked, not copied; of the others rows up to it stay as they are.
What the run is not known to read, custom data among it, is cut off whatever the future: a plugin may read it.
Definitions of instruments, and files that say of no row when it was known (`ts_init`), stay.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mia_plugins.checks.errors import CheckError
from mia_plugins.data.arrow import columns_of, table_of, times_of
from mia_plugins.data.layout import DRAFTS, INSTRUMENTS, PARQUET, DataFile, data_files
from mia_plugins.making.plan import Plan
from mia_plugins.testing.changed import changed_columns
from mia_plugins.testing.tables import changed_table

ROW_GROUP = 5_000


class Future(StrEnum):
    """What becomes of what came later."""

    CUT = "cut"
    POISONED = "poisoned"


@dataclass(frozen=True)
class Poison:
    """Makes the copy."""

    now: int
    """UTC ns: what was known until then stays."""
    future: Future

    def __call__(self, plan: Plan, folder: Path) -> Path:
        """Copy the catalog that a plan reads, and return where."""
        source = Path(plan.catalog.files.uri)
        if not source.is_dir():
            raise CheckError(
                f"{plan.catalog.files.uri} is no folder of this machine",
                "check over a catalog on the disk: `mia catalog export` or `generate` makes one",
            )
        change = self._changes(plan)
        for path in sorted(path for path in source.rglob("*") if path.is_file()):
            name = path.relative_to(source).as_posix()
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            made = change[name](pq.read_table(path)) if name in change else self._cut(path, name)
            if made is None:
                _link(path, target)
            else:
                pq.write_table(made, target, row_group_size=ROW_GROUP, compression="zstd")
        return folder

    def _changes(self, plan: Plan) -> dict[str, Callable[[pa.Table], pa.Table]]:
        """Return what is done to each file that reaches beyond now."""
        found: dict[str, Callable[[pa.Table], pa.Table]] = {}
        for file in (one for files in plan.files.values() for one in files if one.end > self.now):
            found[file.path] = partial(self._market, file)
        for path in (path for paths in plan.tables.values() for path in paths):
            found[path] = self._table
        return found

    def _cut(self, path: Path, name: str) -> pa.Table | None:
        """Return what is left of a file that is in no plan; None where it stays as it is."""
        if not name.endswith(PARQUET) or name.startswith((f"{INSTRUMENTS}/", f"{DRAFTS}/")):
            return None
        (file,) = tuple(data_files([(name, 0)])) or (None,)
        if file is not None and file.end <= self.now:
            return None
        schema = pq.read_schema(path)
        if "ts_init" not in schema.names:
            return None
        if file is not None and file.start > self.now:
            return schema.empty_table()
        table = pq.read_table(path)
        later = self._later(table)
        return table.filter(pc.invert(later)) if pc.any(later).as_py() else None

    def _market(self, file: DataFile, table: pa.Table) -> pa.Table:
        later = self._later(table)
        before = table.filter(pc.invert(later))
        if self.future is Future.CUT:
            return before
        after = columns_of(file.kind, table.filter(later), file.path)
        made = table_of(changed_columns(after), file.instrument_id, before.num_rows)
        return pa.concat_tables([before, made.cast(table.schema)])

    def _table(self, table: pa.Table) -> pa.Table:
        if self.future is Future.CUT:
            return table.filter(pc.invert(self._later(table)))
        return changed_table(table, self.now)

    def _later(self, table: pa.Table) -> pa.Array:
        return pa.array(times_of(table["ts_init"].combine_chunks()) > self.now)


def _link(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except OSError:  # another disk
        target.write_bytes(path.read_bytes())
