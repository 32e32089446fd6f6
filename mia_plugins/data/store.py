"""A catalog as it is written: whole day by whole day."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict

from mia_plugins.data.catalog import Catalog
from mia_plugins.data.drafts import DayDraft, SealedFile, discard, in_vain, sealed_days
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.files import Files, told
from mia_plugins.data.instruments import Contract, futures_contract
from mia_plugins.data.layout import DATA, DRAFTS, OURS, data_files
from mia_plugins.data.manifest import Manifest, Origin, read_manifest, write_manifest

_INSTRUMENTS = f"{DRAFTS}/instruments"


class Store(Catalog):
    """A catalog as it is written.

    `Store.begin` starts one or goes on with it:

        store = Store.begin(Files("data/demo"), Origin("synthetic", "1", settings_hash, seed=7))
        store.write_instruments([contract])
        for day in store.missing(days):
            with store.draft(day) as draft:
                draft.write(contract.instrument_id, trades)
                draft.write_table("labels", table)
            store.publish(day)

    `draft` may be called in other processes; `publish` in one only.
    """

    forgotten: tuple[dt.date, ...] = ()
    """Days that were whole and lack a file now, so that `begin` forgot them."""

    @classmethod
    def begin(cls, files: Files, origin: Origin) -> "Store":
        """Start a catalog, or go on with one of the same origin; another's is an error.

        What an interrupted run had sealed is published, and what it had not is thrown away. A day of which
        a file is gone is to be made anew: whoever found one damaged deletes it.
        """
        manifest = read_manifest(files)
        if manifest is None:
            _refuse_others_data(files)
            manifest = Manifest(origin)
            write_manifest(files, manifest)
        _refuse_other_origin(files, manifest.origin, origin)
        store = cls(files, manifest)
        store._forget_broken_days(manifest)
        for day in sealed_days(files):
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

    def update(self, day: dt.date) -> DayDraft:
        """Return a trading day to add to: a series that is written replaces the one that is there."""
        return DayDraft(self.files, day, self.files_of(day))

    def files_of(self, day: dt.date) -> Mapping[str, int]:
        """Return the files of a whole day with their numbers of rows; none of one that is not whole."""
        return self.manifest.days.get(day, {}) if self.manifest else {}

    def publish(self, day: dt.date) -> None:
        """Move a sealed day to its place and record that it is whole; done twice it does nothing more.

        What its files replace is deleted last: until the day is recorded nothing that a reader knows of is
        gone.
        """
        if self.manifest is None:
            raise CatalogError(f"{self.files.uri} was not made by mia", "begin a catalog in a new folder")
        sealed = sealed_days(self.files).get(day)
        if sealed is None:
            raise CatalogError(f"{day} is not sealed in {self.files.uri}", "write the whole day first")
        replaced = {path for file in sealed for path in file.replaces}
        if not self._is_recorded(day, sealed):
            self._refuse_overlap(sealed, replaced)
            for file in sealed:
                if self.files.exists(file.draft):
                    self.files.move(file.draft, file.target)
            kept = {path: rows for path, rows in self.files_of(day).items() if path not in replaced}
            rows = kept | {file.target: file.rows for file in sealed}
            digests = {file.target: file.digest for file in sealed}
            self.manifest = self.manifest.without_files(replaced).with_day(day, rows, digests)
            write_manifest(self.files, self.manifest)
        for path in sorted(replaced - {file.target for file in sealed}):
            if self.files.exists(path):
                self.files.delete(path)
        discard(self.files, day)

    def write_instruments(self, contracts: Iterable[Contract]) -> None:
        """Write contracts as Nautilus' instruments, in the place of those that are there.

        Nautilus writes in place, so it writes a draft; then each file is moved, whole.
        """
        instruments = [futures_contract(contract) for contract in contracts]
        self.files.delete_folder(_INSTRUMENTS)
        try:
            draft = Catalog(self.files.within(_INSTRUMENTS), None)
            with told(self.files.uri, "written"):
                draft.nautilus().write_instruments(instruments)
            for path in draft.files.under():
                self.files.move(f"{_INSTRUMENTS}/{path}", path)
        finally:
            in_vain(lambda: self.files.delete_folder(_INSTRUMENTS))

    def _forget_broken_days(self, manifest: Manifest) -> None:
        there = self.files.under()
        broken = [day for day, rows in manifest.days.items() if rows.keys() - there.keys()]
        self.forgotten = tuple(broken)
        if broken:
            self.manifest = manifest.without(broken)
            write_manifest(self.files, self.manifest)

    def _is_recorded(self, day: dt.date, sealed: list[SealedFile]) -> bool:
        """Say whether a sealed day was published before, up to the deletion of its drafts."""
        digests = self.manifest.digests if self.manifest else {}
        there = self.files_of(day)
        return day in (self.manifest.days if self.manifest else ()) and all(
            file.target in there and digests.get(file.target) == file.digest for file in sealed
        )

    def _refuse_overlap(self, sealed: list[SealedFile], replaced: set[str]) -> None:
        """Refuse a day that overlaps data that are there and stay: the engine would replay both."""
        recorded = self.manifest.files.keys() - replaced if self.manifest else set()
        again = next((file.target for file in sealed if file.target in recorded), None)
        if again:
            raise CatalogError(f"{again} is there already", "write it to another catalog")
        there = [file for file in self.every_file() if file.path not in replaced]
        for file in data_files((entry.target, 0) for entry in sealed):
            for other in there:
                same = (file.kind, file.identifier) == (other.kind, other.identifier)
                if same and file.path != other.path and file.start <= other.end and other.start <= file.end:
                    raise CatalogError(
                        f"{file.path} would overlap {other.path}, which is there",
                        "delete that file, or write to another catalog",
                    )


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
