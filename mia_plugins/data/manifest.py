"""`mia/catalog.json`: what made a catalog, and which of its days are whole."""

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

from mia_plugins.data.errors import CatalogError
from mia_plugins.data.files import Files
from mia_plugins.data.layout import MANIFEST

FORMAT = 2


@dataclass(frozen=True, slots=True)
class Origin:
    """What made a catalog. The same origin makes the same bytes."""

    maker: str
    """Such as `synthetic`, or an importer's name."""
    version: str
    """Of the maker."""
    settings_hash: str
    """Of everything that was set."""
    seed: int | None = None


@dataclass(frozen=True)
class Manifest:
    """A catalog's origin and its whole days."""

    origin: Origin
    days: Mapping[dt.date, Mapping[str, int]] = field(default_factory=dict)
    """Trading days, each with its files and their numbers of rows."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """Files and the BLAKE2b of their bytes."""

    @cached_property
    def files(self) -> dict[str, int]:
        """The files of all whole days, with their numbers of rows."""
        return {path: rows for day in self.days.values() for path, rows in day.items()}

    def without(self, days: Collection[dt.date]) -> "Manifest":
        """Return it without some days."""
        kept = {day: rows for day, rows in self.days.items() if day not in days}
        files = {path for rows in kept.values() for path in rows}
        digests = {path: digest for path, digest in self.digests.items() if path in files}
        return replace(self, days=kept, digests=digests)

    def without_files(self, paths: Collection[str]) -> "Manifest":
        """Return it without the digests of files that other ones replace."""
        return replace(self, digests={path: one for path, one in self.digests.items() if path not in paths})

    def with_day(self, day: dt.date, rows: Mapping[str, int], digests: Mapping[str, str]) -> "Manifest":
        """Return it with one more whole day."""
        days = dict(sorted({**self.days, day: dict(rows)}.items()))
        return replace(self, days=days, digests=dict(sorted({**self.digests, **digests}.items())))


def read_manifest(files: Files) -> Manifest | None:
    """Return a catalog's manifest; None when it has none, as with one that Nautilus alone wrote."""
    if not files.exists(MANIFEST):
        return None
    if files.is_folder(MANIFEST):
        raise CatalogError(
            f"{files.full(MANIFEST)} is a folder; the file that says what made the catalog was expected",
            "restore the file, or make the catalog again in another folder",
        )
    try:
        data: dict[str, Any] = json.loads(files.read(MANIFEST))
        if data["format"] != FORMAT:
            raise CatalogError(
                f"{files.full(MANIFEST)} has format {data['format']}; {FORMAT} was expected",
                "use the version of mia that wrote it, or make the catalog again",
            )
        days = {
            dt.date.fromisoformat(day): {path: int(count) for path, count in rows.items()}
            for day, rows in data["days"].items()
        }
        return Manifest(Origin(**data["origin"]), days, dict(data["digests"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CatalogError(
            f"{files.full(MANIFEST)} is not what mia writes: {error!r}",
            "restore the file, or make the catalog again in another folder",
        ) from error


def write_manifest(files: Files, manifest: Manifest) -> None:
    """Write a catalog's manifest whole or not at all."""
    days = {str(day): dict(rows) for day, rows in manifest.days.items()}
    data = {"format": FORMAT, "origin": asdict(manifest.origin), "days": days}
    data["digests"] = dict(manifest.digests)
    files.write(MANIFEST, f"{json.dumps(data, indent=1)}\n".encode())
