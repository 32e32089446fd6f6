"""Levels as MenthorQ writes them, for the tests."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from catalog.formats.menthorq.importer import MenthorqImporter
from catalog.formats.menthorq.settings import MenthorqSettings
from mia_plugins.importing import Importer, Part, Source
from tests.dbn import Read


def written(folder: Path, text: str | bytes, name: str = "levels 2026-06-01.txt") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read_parts(importer: Importer, source: Source) -> Read:
    """Read a file; no record may be lost."""
    parts: list[Part] = list(importer.parts(source))
    assert sum(part.lost for part in parts) == 0
    return Read(parts)


def read_levels(source: Source, **settings: Any) -> Read:
    return read_parts(MenthorqImporter(MenthorqSettings.model_validate_json(json.dumps(settings))), source)


def levels_of(found: Read) -> dict[tuple[str, str], float]:
    """Return prices by underlying and name."""
    return {
        (row["underlying"], row["name"]): row["price"]
        for rows in found.tables
        if rows.name == "levels"
        for row in rows.table.to_pylist()
    }


def as_lines(levels: Mapping[str, Mapping[str, float | None]]) -> str:
    """Return levels by ticker as lines; what is None is not given."""
    return "\n".join(
        f"${ticker}: "
        + ", ".join(f"{name}, {'N/A' if price is None else f'{price:.12g}'}" for name, price in of.items())
        for ticker, of in levels.items()
    )
