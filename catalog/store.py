"""A catalog: Nautilus' own Parquet catalog, written whole day by whole day, and read in columns."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from catalog.arrow import Columns, Kind, columns_of
from catalog.drafts import DayDraft, SealedFile, discard, sealed_days
from catalog.errors import CatalogError
from catalog.files import Files, told
from catalog.instruments import Contract, futures_contract
from catalog.layout import DATA, DRAFTS, OURS, DataFile, data_files, table_name
from catalog.manifest import Manifest, Origin, read_manifest, write_manifest

if TYPE_CHECKING:
    from nautilus_trader.persistence import ParquetDataCatalog

FOREVER = 2**63 - 1
"""UTC ns: later than anything."""


class Store:
    """A catalog in a folder or a bucket.

    `Store.open` reads one that is there. `Store.begin` starts one or goes on with it:

        store = Store.begin(Files("data/demo"), Origin("synthetic", "1", settings_hash, seed=7))
        store.write_instruments([contract])
        for day in store.missing(days):
            with store.draft(day) as draft:
                draft.write(contract.instrument_id, trades)
                draft.write_table("labels", table)
            store.publish(day)

    `draft` may be called in other processes; `publish` in one only.
    """

    def __init__(self, files: Files, manifest: Manifest | None) -> None:
        """`manifest` is None for a catalog that mia did not make."""
        self.files = files
        self.manifest = manifest

    @classmethod
    def open(cls, files: Files) -> "Store":
        """Open a catalog that is there."""
        if not files.exists():
            raise CatalogError(f"there is no catalog at {files.uri}", "correct the path, or make one there")
        if not files.exists(DATA):
            raise CatalogError(
                f"{files.uri} is no catalog: it has no folder '{DATA}'",
                "name the folder that holds 'data', or make a catalog in a new one",
            )
        return cls(files, read_manifest(files))

    @classmethod
    def begin(cls, files: Files, origin: Origin) -> "Store":
        """Start a catalog, or go on with one of the same origin; another's is an error.

        What an interrupted run had sealed is published, and what it had not is thrown away.
        """
        manifest = read_manifest(files)
        if manifest is None:
            _refuse_others_data(files)
            manifest = Manifest(origin)
            write_manifest(files, manifest)
        _refuse_other_origin(files, manifest.origin, origin)
        store = cls(files, manifest)
        for day in store.missing(sealed_days(files)):
            store.publish(day)
        files.delete_folder(DRAFTS)
        return store

    def missing(self, days: Iterable[dt.date]) -> list[dt.date]:
        """Return those of some days that are not whole yet."""
        whole = self.manifest.days if self.manifest else {}
        return [day for day in days if day not in whole]

    def draft(self, day: dt.date) -> DayDraft:
        """Return a trading day to be written; see `DayDraft`."""
        return DayDraft(self.files, day)

    def publish(self, day: dt.date) -> None:
        """Move a sealed day to its place and record that it is whole."""
        if self.manifest is None:
            raise CatalogError(f"{self.files.uri} was not made by mia", "begin a catalog in a new folder")
        sealed = sealed_days(self.files).get(day)
        if sealed is None:
            raise CatalogError(f"{day} is not sealed in {self.files.uri}", "write the whole day first")
        self._refuse_overlap(sealed)
        for file in sealed:
            if self.files.exists(file.draft):
                self.files.move(file.draft, file.target)
        self.manifest = self.manifest.with_day(day, {file.target: file.rows for file in sealed})
        write_manifest(self.files, self.manifest)
        discard(self.files, day)

    def write_instruments(self, contracts: Iterable[Contract]) -> None:
        """Write contracts as Nautilus' instruments, in the place of those that are there."""
        with told(self.files.uri, "written"):
            self.nautilus().write_instruments([futures_contract(contract) for contract in contracts])

    def nautilus(self) -> "ParquetDataCatalog":
        """Return Nautilus' own view of the catalog."""
        from nautilus_trader.persistence import ParquetDataCatalog

        # So that a bucket that is not there is told in our words.
        self.files.exists()
        path = self.files.uri if self.files.is_remote else self.files.root
        return ParquetDataCatalog(path, storage_options=self.files.options or None)

    def data_files(self, kind: Kind | None = None, instrument_id: str | None = None) -> list[DataFile]:
        """Return the files of market data, of one kind and instrument if asked, by path."""
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

    def row_groups(self, path: str, start: int = 0, end: int = FOREVER) -> Iterator[pa.Table]:
        """Yield the row groups of a file that hold rows from `start` to `end` (UTC ns)."""
        where = self.files.full(path)
        with self.files.reading(path) as opened, told(where, "read"):
            parquet = pq.ParquetFile(opened)
            for number in range(parquet.num_row_groups):
                if _reaches(parquet.metadata.row_group(number), start, end):
                    yield parquet.read_row_group(number)

    def tables(self) -> dict[str, list[str]]:
        """Return the tables of our own, each with its files by trading day."""
        found: dict[str, list[str]] = {}
        for path in self.files.under(OURS):
            if name := table_name(path):
                found.setdefault(name, []).append(path)
        return found

    def read_table(self, name: str, start: int = 0, end: int = FOREVER) -> Iterator[pa.Table]:
        """Yield a table of our own, a row group at a time, that may reach beyond `start` and `end`."""
        for path in self.tables().get(name, ()):
            yield from self.row_groups(path, start, end)

    def _refuse_overlap(self, sealed: list[SealedFile]) -> None:
        """Refuse a day that overlaps data that are there: the engine would replay both."""
        whole = self.manifest.days.values() if self.manifest else ()
        recorded = {path for paths in whole for path in paths}
        again = next((file.target for file in sealed if file.target in recorded), None)
        if again:
            raise CatalogError(f"{again} is there already", "write it to another catalog")
        there = self.data_files()
        for file in data_files((entry.target, 0) for entry in sealed):
            for other in there:
                same = (file.kind, file.identifier) == (other.kind, other.identifier)
                if same and file.path != other.path and file.start <= other.end and other.start <= file.end:
                    raise CatalogError(
                        f"{file.path} would overlap {other.path}, which is there",
                        "delete that file, or write to another catalog",
                    )


def _reaches(row_group: Any, start: int, end: int) -> bool:
    """Say whether a row group holds rows from `start` to `end`, as far as its statistics tell."""
    if start <= 0 and end >= FOREVER:
        return True
    places = {row_group.column(i).path_in_schema: i for i in range(row_group.num_columns)}
    statistics = row_group.column(places["ts_init"]).statistics if "ts_init" in places else None
    if statistics is None or not statistics.has_min_max:
        return True
    return bool(statistics.min_raw <= end and statistics.max_raw >= start)


def _refuse_others_data(files: Files) -> None:
    """Refuse to write among data that mia knows nothing of."""
    if next(iter(files.under(DATA)), None) is not None:
        raise CatalogError(
            f"{files.uri} holds a catalog that mia did not make: it has no {OURS}/catalog.json",
            "choose another folder, or delete that one",
        )


def _refuse_other_origin(files: Files, there: Origin, asked: Origin) -> None:
    """Refuse a catalog of other settings: a mixture would look like neither."""
    known: Mapping[str, object] = asdict(there)
    other = [
        f"{name} {known[name]} (asked for: {value})"
        for name, value in asdict(asked).items()
        if known[name] != value
    ]
    if other:
        raise CatalogError(
            f"{files.uri} holds a catalog made otherwise: {'; '.join(other)}",
            "choose another folder, or delete that one to make it anew",
        )
