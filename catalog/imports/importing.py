"""Files of a format into a catalog: read in parts, staged, merged, file after file.

Each file is merged whole before the next is read. A run that was killed leaves whole days; the same
command reads everything again, adds what is missing and gives the same bytes as a run in one go.
"""

import datetime as dt
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from catalog.imports.days import Days
from catalog.imports.publishing import Publisher
from catalog.imports.quality import Quality
from catalog.imports.records import records_of
from catalog.imports.sifting import sift, sift_table
from catalog.imports.sources import Overlap
from catalog.imports.staging import Staging
from catalog.lock import sole_writer
from mia_plugins.data.arrow import Kind, kind_of, times_of
from mia_plugins.data.columns import rows_of
from mia_plugins.data.files import Files, told
from mia_plugins.data.instruments import PRODUCTS, Contract, contract_of, lead_contract
from mia_plugins.data.layout import DRAFTS, IMPORTS, INSTRUMENTS
from mia_plugins.data.manifest import Origin
from mia_plugins.data.store import Store
from mia_plugins.errors import PluginError
from mia_plugins.importing import Importer, MarketRows, Part, Source, TableRows

ORIGIN = Origin("import", "1", "")
"""What makes a catalog of imported data: one for all formats, so that they may meet in it."""
HEAD = 4_096
"""Bytes of a file's beginning."""
STAGED = f"{DRAFTS}/staged"

Watch = Callable[[str, int, int], object]
"""Is told what is done, how far it is, and of how much: bytes while reading, rows while merging."""


def import_file(
    files: Files,
    importer: Importer,
    source: Source,
    watch: Watch = lambda *_: None,
    overlap: Overlap = Overlap.KEEP,
) -> Quality:
    """Bring one file into a catalog, and say what became of its records.

    `overlap` says what becomes of rows of a time of which another feed has told.
    """
    with sole_writer(files):
        store = Store.begin(files, ORIGIN)
        with _folder(files) as folder:
            quality = _Import(store, source, watch, overlap).run(importer, folder)
        _keep(files, source, quality)
    return quality


def _keep(files: Files, source: Source, quality: Quality) -> None:
    """Keep a file's account in the catalog, for the report of runs on it.

    Files of one name are told apart by how they begin; one that has grown begins as it did.
    """
    name = source.path.name
    with source.open() as opened:
        begins = hashlib.blake2b(opened.read(HEAD), digest_size=4).hexdigest()
    text = json.dumps({"file": name} | quality.account(), indent=1, sort_keys=True, ensure_ascii=False)
    files.write(f"{IMPORTS}/{name}.{begins}.json", f"{text}\n".encode())


class _Import:
    """One file on its way."""

    def __init__(self, store: Store, source: Source, watch: Watch, overlap: Overlap) -> None:
        self._store = store
        self._overlap = overlap
        self._source = source
        self._watch = watch
        self._quality = Quality()
        self._days = Days()
        self._latest: dict[tuple[Kind, str], int] = {}
        self._contracts: dict[str, Contract] = {}
        self._led: dict[str, Contract] = {}

    def run(self, importer: Importer, folder: Path) -> Quality:
        """Stage and publish."""
        staging = Staging(folder)
        size = self._source.size
        for part in importer.parts(self._source):
            self._take(part, staging, importer)
            self._watch("reading", part.done, size)
        self._write_instruments()
        done = 0
        publisher = Publisher(
            self._store, self._quality, self._source.path.name, importer.feed, self._overlap
        )
        for rows in publisher.publish(staging):
            done += rows
            self._watch("merging", done, staging.rows)
        self._quality.multipliers = {grid.code: grid.multiplier for grid in self._source.grids}
        return self._quality

    def _take(self, part: Part, staging: Staging, importer: Importer) -> None:
        """Stage what is sound of a part."""
        if part.lost:
            raise PluginError(
                f"the importer {type(importer).__qualname__} says nothing of {part.lost} records before byte "
                f"{part.done} of {self._source.path}",
                "report it to its authors: what it reads must be taken, joined or rejected",
            )
        name = self._source.path.name
        self._quality.count(part, name)
        for rows in part.rows:
            if isinstance(rows, TableRows):
                self._take_table(sift_table(rows, self._quality, name), staging)
            else:
                self._take_rows(sift(rows, self._quality, name), staging)

    def _take_rows(self, rows: MarketRows, staging: Staging) -> None:
        kind, columns = kind_of(rows.columns), rows.columns
        self._note_order(kind, rows)
        # A bar that closes with its session is of that session.
        for day, chosen in self._days.split(columns.ts - (kind is Kind.BARS)):
            contract = self._contract(rows.instrument, day)
            ids = None if rows.ids is None else rows.ids[chosen]
            records = records_of(rows_of(columns, chosen), ids)
            staging.add(day, (kind, contract.instrument_id), records, has_ids=ids is not None)
            self._quality.series[f"{kind} {contract.instrument_id}"] += len(records)

    def _take_table(self, rows: TableRows, staging: Staging) -> None:
        known = times_of(rows.table["ts_init"].combine_chunks())
        for day, chosen in self._days.split(known):
            table = rows.table.take(np.arange(len(known))[chosen])
            staging.add_table(day, rows.name, table)
            self._quality.series[rows.name] += len(table)

    def _note_order(self, kind: Kind, rows: MarketRows) -> None:
        """Count rows that come after later ones: they are put in order."""
        ts = rows.columns.ts
        if len(ts):
            key = (kind, rows.instrument)
            latest = np.maximum.accumulate(np.append(self._latest.get(key, 0), ts))
            self._latest[key] = int(latest[-1])
            count = int((ts < latest[:-1]).sum())
            if count:
                self._quality.flagged["out of order, sorted"] += count

    def _contract(self, instrument: str, day: dt.date) -> Contract:
        """Return the contract of a row on a day: of a continuous series the one that leads."""
        if instrument not in PRODUCTS:
            contract = contract_of(instrument, day)
        else:
            contract = lead_contract(instrument, day)
            if self._led.get(instrument) != contract:
                self._led[instrument] = contract
                self._quality.rolls.append(f"{instrument} is {contract.symbol} from {day}")
        self._contracts[contract.instrument_id] = contract
        return contract

    def _write_instruments(self) -> None:
        """Write the instruments that the catalog lacks."""
        there = {path.split("/")[2] for path in self._store.files.under(INSTRUMENTS)}
        lacking = [contract for id_, contract in sorted(self._contracts.items()) if id_ not in there]
        if lacking:
            self._store.write_instruments(lacking)


@contextmanager
def _folder(files: Files) -> Iterator[Path]:
    """Give an empty folder for what is staged: among a local catalog's drafts, so that it has its disk."""
    if files.is_remote:
        with tempfile.TemporaryDirectory(prefix="mia-import-") as folder:
            yield Path(folder)
        return
    staged = Path(files.full(STAGED))
    try:
        with told(str(staged), "written"):
            staged.mkdir(parents=True)
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)
