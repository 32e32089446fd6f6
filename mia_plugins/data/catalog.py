"""A catalog as it is read: Nautilus' own Parquet, in columns, a row group at a time."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from mia_plugins.data.arrow import Columns, Kind, columns_of
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.files import Files, told
from mia_plugins.data.layout import DATA, IMPORTS, OURS, DataFile, data_files, table_name
from mia_plugins.data.manifest import Manifest, read_manifest
from mia_plugins.data.tables import completed

if TYPE_CHECKING:
    from nautilus_trader.persistence import ParquetDataCatalog

FOREVER = 2**63 - 1
"""UTC ns: later than anything."""


class Catalog:
    """A catalog in a folder or a bucket: `Catalog.open(Files("data/demo"))`."""

    def __init__(self, files: Files, manifest: Manifest | None) -> None:
        """`manifest` is None for a catalog that mia did not make."""
        self.files = files
        self.manifest = manifest

    @classmethod
    def open(cls, files: Files) -> Self:
        """Open a catalog that is there."""
        if not files.exists():
            raise CatalogError(f"there is no catalog at {files.uri}", "correct the path, or make one there")
        manifest = read_manifest(files)
        if manifest and manifest.days:
            return cls(files, manifest)  # it may hold tables of ours alone
        if manifest and not files.exists(DATA):
            raise CatalogError(
                f"{files.uri} has no whole day yet: its making was interrupted",
                "run what makes it again",
            )
        if not files.is_folder(DATA):
            raise CatalogError(
                f"{files.uri} is no catalog: it has no folder '{DATA}'",
                "name the folder that holds 'data', or make a catalog in a new one",
            )
        return cls(files, manifest)

    def nautilus(self) -> "ParquetDataCatalog":
        """Return Nautilus' own view of the catalog."""
        from nautilus_trader.persistence import ParquetDataCatalog

        # So that a bucket that is not there is told in our words.
        self.files.exists()
        path = self.files.uri if self.files.is_remote else self.files.root
        return ParquetDataCatalog(path, storage_options=self.files.options or None)

    def data_files(self, kind: Kind | None = None, instrument_id: str | None = None) -> list[DataFile]:
        """Return the files of market data of whole days, of one kind and instrument if asked, by path.

        A file that the manifest does not list is left out: its day may be half there.
        """
        recorded = self.manifest.files if self.manifest else None
        every = self.every_file(kind, instrument_id)
        return [file for file in every if recorded is None or file.path in recorded]

    def every_file(self, kind: Kind | None = None, instrument_id: str | None = None) -> list[DataFile]:
        """Return what lies there of market data, of one kind and instrument if asked, by path."""
        return [
            file
            for file in data_files(self.files.under(DATA).items())
            if kind in {None, file.kind} and instrument_id in {None, file.instrument_id}
        ]

    def read(self, kind: Kind, instrument_id: str, start: int = 0, end: int = FOREVER) -> Iterator[Columns]:
        """Yield an instrument's data, a row group at a time, that may reach beyond `start` and `end`."""
        for file in self.data_files(kind, instrument_id):
            if file.is_ours and file.end >= start and file.start <= end:
                for table in self.row_groups(file.path, start, end):
                    yield columns_of(kind, table, file.path)

    def row_groups(
        self, path: str, start: int = 0, end: int = FOREVER, columns: list[str] | None = None
    ) -> Iterator[pa.Table]:
        """Yield the row groups of a file that hold rows from `start` to `end` (UTC ns), or some columns.

        A whole table of ours comes with the columns it got after the file was written.
        """
        where, name = self.files.full(path), table_name(path) if columns is None else None
        with self.files.reading(path) as opened, told(where, "read"):
            parquet = pq.ParquetFile(opened)
            for number in range(parquet.num_row_groups):
                if _reaches(parquet.metadata.row_group(number), start, end):
                    table = parquet.read_row_group(number, columns)
                    yield completed(name, table) if name else table

    def tables(self) -> dict[str, list[str]]:
        """Return the tables of our own, each with its files of whole days, by trading day."""
        recorded = self.manifest.files if self.manifest else None
        whole = {
            name: [path for path in paths if recorded is None or path in recorded]
            for name, paths in self.every_table().items()
        }
        return {name: paths for name, paths in whole.items() if paths}

    def every_table(self) -> dict[str, list[str]]:
        """Return what lies there of tables of our own, each with its files by trading day."""
        found: dict[str, list[str]] = {}
        for path in self.files.under(OURS):
            if name := table_name(path):
                found.setdefault(name, []).append(path)
        return found

    def imports(self) -> list[dict[str, Any]]:
        """Return what became of the records of each imported file; one that is damaged is left out."""
        found = []
        for path in self.files.under(IMPORTS):
            if path.endswith(".json"):
                with suppress(ValueError):
                    found.append(json.loads(self.files.read(path)))
        return [one for one in found if isinstance(one, dict) and "file" in one]

    def read_table(self, name: str, start: int = 0, end: int = FOREVER) -> Iterator[pa.Table]:
        """Yield a table of our own, a row group at a time, that may reach beyond `start` and `end`."""
        for path in self.tables().get(name, ()):
            yield from self.row_groups(path, start, end)


def _reaches(row_group: Any, start: int, end: int) -> bool:
    """Say whether a row group holds rows from `start` to `end`, as far as its statistics tell."""
    if start <= 0 and end >= FOREVER:
        return True
    places = {row_group.column(i).path_in_schema: i for i in range(row_group.num_columns)}
    statistics = row_group.column(places["ts_init"]).statistics if "ts_init" in places else None
    if statistics is None or not statistics.has_min_max:
        return True
    return bool(statistics.min_raw <= end and statistics.max_raw >= start)
