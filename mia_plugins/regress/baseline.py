"""A baseline: what a config came to when somebody looked at it and said that it is right.

baselines/NAME.json       inputs, figures by tier, why it was recorded, and a seal over all of it
baselines/NAME.rows.xz    its decisions, orders and fills, so that a difference can be explained
"""

import hashlib
import io
import json
import lzma
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

import mia_plugins
from mia_plugins.files import write_whole
from mia_plugins.regress.errors import RegressError
from mia_plugins.regress.tables import TABLES, is_float
from mia_plugins.runs.identity import RunInputs, hash_of

FORMAT = 1
FOLDER = "baselines"
DIGITS = 9
"""Significant digits of floats that are kept."""


@dataclass(frozen=True)
class Baseline:
    """What was recorded of a config."""

    name: str
    inputs: RunInputs
    exact: Mapping[str, Any]
    """Counts, money in $ as text, hashes of sequences: alike or not."""
    tolerant: Mapping[str, float | None]
    """Ratios: alike within the share that `rtol` names."""
    rtol: Mapping[str, float]
    reasons: tuple[str, ...]
    """Why it was recorded, the last time last."""
    tables: Mapping[str, pa.Table] = field(default_factory=dict, compare=False)
    mia: str = mia_plugins.__version__

    def write(self, folder: Path) -> None:
        """Write both files, each whole; the rows first, since the other one seals them."""
        rows = lzma.compress(_bytes_of(self.tables), preset=9)
        path = rows_path(folder, self.name)
        draft = path.with_name(f".{path.name}.new")
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(rows)
        draft.replace(path)
        data = self._data() | {"rows": _digest(rows)}
        text = json.dumps(data | {"seal": hash_of(data)}, indent=1, ensure_ascii=False)
        write_whole(json_path(folder, self.name), f"{text}\n")

    def _data(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "name": self.name,
            "mia": self.mia,
            "reasons": list(self.reasons),
            "inputs": self.inputs.as_data(),
            "exact": dict(self.exact),
            "tolerant": {
                name: {"value": value, "rtol": self.rtol[name]} for name, value in self.tolerant.items()
            },
        }

    @classmethod
    def read(cls, folder: Path, name: str) -> Self:
        """Return a baseline, or raise saying what is wrong with it."""
        path = json_path(folder, name)
        data = _read_json(path, name)
        seal = data.pop("seal", None)
        if data.get("format") != FORMAT:
            raise RegressError(
                f"{path} is of format {data.get('format')!r}, written by mia {data.get('mia', '?')}; "
                f"this is mia {mia_plugins.__version__}, which reads format {FORMAT}",
                _remedy("record it again", name),
            )
        if seal != hash_of(data):
            raise RegressError(
                f"{path} was changed by hand: its seal does not fit what it says",
                f"restore it (`git checkout {path}`), or {_remedy('record it again', name)}",
            )
        if data.get("name") != name:
            raise RegressError(
                f"{path} was recorded of '{data.get('name')}', not of '{name}'",
                _remedy("record it of its own", name),
            )
        try:
            found = data["tolerant"]
            return cls(
                name=data["name"],
                inputs=RunInputs.from_data(data["inputs"]),
                exact=data["exact"],
                tolerant={key: one["value"] for key, one in found.items()},
                rtol={key: float(one["rtol"]) for key, one in found.items()},
                reasons=tuple(data["reasons"]),
                tables=_read_rows(rows_path(folder, name), data["rows"], name),
                mia=data["mia"],
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RegressError(
                f"{path} is no baseline: {error!r}", _remedy("record it again", name)
            ) from error


def json_path(folder: Path, name: str) -> Path:
    """Return where a config's baseline lies."""
    return folder / FOLDER / f"{name}.json"


def rows_path(folder: Path, name: str) -> Path:
    """Return where the rows of a baseline lie."""
    return folder / FOLDER / f"{name}.rows.xz"


def recorded(folder: Path) -> list[str]:
    """Return the names of the configs that have a baseline."""
    return sorted(path.stem for path in (folder / FOLDER).glob("[!.]*.json"))


def forget(folder: Path, name: str) -> None:
    """Delete a baseline."""
    for path in (json_path(folder, name), rows_path(folder, name)):
        path.unlink(missing_ok=True)


def _remedy(what: str, name: str) -> str:
    return f'{what}: `mia regress update {name} --reason "…"`'


def _read_json(path: Path, name: str) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RegressError(
            f"{path} cannot be read: {error}",
            f"restore it (`git checkout {path}`), or {_remedy('record it again', name)}",
        ) from error
    if not isinstance(data, dict):
        raise RegressError(f"{path} should hold an object", _remedy("record it again", name))
    return data


def _read_rows(path: Path, digest: str, name: str) -> dict[str, pa.Table]:
    remedy = f"restore it (`git checkout {path}`), or {_remedy('record it again', name)}"
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise RegressError(f"{path} cannot be read: {error.strerror}", remedy) from error
    if _digest(packed) != digest:
        raise RegressError(f"{path} is not the one that {name}.json was recorded with", remedy)
    stream = io.BytesIO(lzma.decompress(packed))
    return {table: pa.ipc.open_stream(stream).read_all() for table in TABLES}


def _bytes_of(tables: Mapping[str, pa.Table]) -> bytes:
    sink = io.BytesIO()
    for name in TABLES:
        table = _rounded(tables[name])
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
    return sink.getvalue()


def _rounded(table: pa.Table) -> pa.Table:
    """Return a table whose floats have few digits, so that it packs well."""
    for place, one in enumerate(table.column_names):
        if is_float(table, one):
            values = [None if v is None else float(f"{v:.{DIGITS}g}") for v in table[one].to_pylist()]
            table = table.set_column(place, table.schema.field(place), pa.array(values, pa.float64()))
    return table.combine_chunks()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
