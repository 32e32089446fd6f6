"""What the tests of imports share: a file into a catalog, and what is in it."""

import datetime as dt
from pathlib import Path
from typing import Any

from catalog.imports.importing import import_file
from catalog.imports.quality import Quality
from catalog.imports.sifting import sift, sift_table
from catalog.imports.sources import Overlap
from mia_plugins.data.arrow import Columns, Kind
from mia_plugins.data.columns import rows_of
from mia_plugins.data.files import Files
from mia_plugins.data.store import Store
from mia_plugins.importing import Importer, MarketRows, NoSettings, Source


def bring(
    importer: type[Importer] | Importer,
    path: str,
    content: bytes,
    catalog: str = "cat",
    overlap: Overlap = Overlap.KEEP,
    **said: Any,
) -> Quality:
    """Import a file of some bytes; every record must be accounted for."""
    Path(path).write_bytes(content)
    made = importer if isinstance(importer, Importer) else importer(NoSettings())
    quality = import_file(Files(catalog), made, Source(Path(path), **said), overlap=overlap)
    assert quality.lost == 0
    return quality


def read(
    importer: type[Importer] | Importer, path: str, content: bytes, **said: Any
) -> tuple[list[Columns], Quality]:
    """Return what an importer makes of a file of some bytes, sifted; no catalog is written."""
    Path(path).write_bytes(content)
    made = importer if isinstance(importer, Importer) else importer(NoSettings())
    quality = Quality()
    found: list[Columns] = []
    for part in made.parts(Source(Path(path), **said)):
        assert part.lost == 0
        quality.count(part, path)
        for rows in part.rows:
            if isinstance(rows, MarketRows):
                found.append(sift(rows, quality, path).columns)
            else:
                quality.written += len(sift_table(rows, quality, path).table)
    quality.written += sum(map(len, found))
    assert quality.lost == 0
    return found, quality


def held(kind: Kind, instrument_id: str, catalog: str = "cat") -> list[tuple[Any, ...]]:
    """Return an instrument's rows as tuples; levels of books as tuples of ten."""
    store = Store.open(Files(catalog))
    return [row for columns in store.read(kind, instrument_id) for row in tuples(columns)]


def tuples(columns: Columns) -> list[tuple[Any, ...]]:
    """Return columns as rows."""
    columns = rows_of(columns, slice(None))
    values = [getattr(columns, name).tolist() for name in columns.__slots__]
    return [
        tuple(tuple(value) if isinstance(value, list) else value for value in row)
        for row in zip(*values, strict=True)
    ]


def at(text: str) -> int:
    """Return an ISO time in UTC as ns, exact to the microsecond."""
    since = dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC) - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return since // dt.timedelta(microseconds=1) * 1_000
