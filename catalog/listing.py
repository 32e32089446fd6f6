"""What a catalog holds, in a few lines."""

import datetime as dt
from dataclasses import asdict
from typing import Any

import pyarrow.parquet as pq

from mia_plugins.data.files import told
from mia_plugins.data.layout import OURS, DataFile, table_day
from mia_plugins.data.sessions import NS
from mia_plugins.data.store import Store


def listing(store: Store) -> dict[str, Any]:
    """Return what made a catalog, its whole days, and its series with their extent."""
    manifest = store.manifest
    return {
        "catalog": store.files.uri,
        "origin": asdict(manifest.origin) if manifest else None,
        "days": [str(day) for day in manifest.days] if manifest else [],
        "left_out": len(_left_out(store)),
        "series": [*_market_data(store), *_tables(store)],
    }


def _market_data(store: Store) -> list[dict[str, Any]]:
    series: dict[tuple[str, str], list[DataFile]] = {}
    for file in store.data_files():
        series.setdefault((file.kind, file.identifier), []).append(file)
    return [
        {
            "what": kind,
            "name": identifier,
            "from": _moment(min(file.start for file in files)),
            "to": _moment(max(file.end for file in files)),
            "files": len(files),
            "rows": sum(_rows(store, file.path) for file in files),
            "bytes": sum(file.size for file in files),
        }
        for (kind, identifier), files in series.items()
    ]


def _tables(store: Store) -> list[dict[str, Any]]:
    sizes = store.files.under(OURS)
    return [
        {
            "what": "table",
            "name": name,
            "from": str(table_day(paths[0])),
            "to": str(table_day(paths[-1])),
            "files": len(paths),
            "rows": sum(_rows(store, path) for path in paths),
            "bytes": sum(sizes[path] for path in paths),
        }
        for name, paths in store.tables().items()
    ]


def _left_out(store: Store) -> list[str]:
    """Return the files that lie there and that no whole day has."""
    recorded = store.manifest.files if store.manifest else None
    there = [file.path for file in store.every_file()]
    there += [path for paths in store.every_table().values() for path in paths]
    return [path for path in there if recorded is not None and path not in recorded]


def _rows(store: Store, path: str) -> int:
    """Return a file's number of rows: as the manifest has it, else as the file says itself."""
    recorded = store.manifest.files if store.manifest else {}
    if path in recorded:
        return recorded[path]
    with store.files.reading(path) as opened, told(store.files.full(path), "read"):
        return int(pq.read_metadata(opened).num_rows)


def _moment(ts: int) -> str:
    return f"{dt.datetime.fromtimestamp(ts // NS, dt.UTC):%Y-%m-%d %H:%M:%S}Z"
