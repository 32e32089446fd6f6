"""Damaged files of every format: no traceback, no hang, and no record that nobody accounts for."""

import io
import struct

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.formats.sierra_depth import DepthImporter
from catalog.formats.sierra_scid import ScidImporter
from catalog.formats.tabular.importer import CsvImporter, ParquetImporter
from catalog.formats.tabular.settings import TableSettings
from mia_plugins.importing import NoSettings
from tests.importing import at
from tests.mutated import Format, survives
from tests.sierra import FIRST, LAST, Command, Print, bars, depth, scid

START = at("2026-06-01T14:00:00")
SECOND = 10**9


def of_size(content: bytes) -> int | None:
    """Return how many records of the size in their header Sierra's files have, one cut short included."""
    header, size = struct.unpack("<II", content[4:12])
    return int(-(-max(len(content) - header, 0) // size))


def of_lines(content: bytes) -> int:
    """Return how many lines of CSV follow the first, but for empty ones."""
    text = content.decode(errors="replace").removeprefix("\ufeff")
    lines = [line for line in text.split("\n") if line.strip()]
    return max(len(lines) - 1, 0)


def prints() -> list[Print]:
    marks = [0.0, FIRST, 0.0, LAST, 0.0]
    return [
        Print(START + n // 5 * SECOND + n * 1_000, 6_000 + n % 7 / 4, 1 + n % 9, (-1) ** n, marks[n % 5])
        for n in range(60)
    ]


def commands() -> list[Command]:
    first = [
        Command(START, 1),
        *(Command(START, 2 + n % 2, 6_000 + (-1) ** (n + 1) * (1 + n // 2) / 4, 5) for n in range(24)),
    ]
    rest = [
        Command(
            START + n * SECOND, 4 + n % 4, 6_000 + (-1) ** (n + 1) * (1 + n % 5) / 4, n % 8, last=n % 3 == 0
        )
        for n in range(60)
    ]
    return first + rest


def table() -> pa.Table:
    ts = np.arange(60) * SECOND + START
    return pa.table(
        {
            "time": pa.array(ts).cast(pa.timestamp("ns", "UTC")),
            "price": 6_000 + ts % 7 / 4,
            "size": [3] * 60,
            "side": ["buy"] * 60,
        }
    )


def csv() -> bytes:
    lines = [
        f"2026-06-01T14:00:{n:02}.5Z,{6_000 + n % 7 / 4},{1 + n % 5},{'buy' if n % 2 else 'sell'},{n}"
        for n in range(60)
    ]
    return "\n".join(["time,price,size,side,id", *lines]).encode()


def parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(table(), out, compression="none", use_dictionary=False)
    return out.getvalue()


TRADES = TableSettings.model_validate({"kind": "trades", "columns": {"side": "side"}})
WITH_IDS = TableSettings.model_validate(
    {"kind": "trades", "columns": {"side": "side", "id": "id"}, "time_zone": "UTC"}
)
MINUTES = [(START + n * 60 * SECOND, 6_000.0, 6_001.0, 5_999.5, 6_000.25, 10) for n in range(40)]
FORMATS = {
    "scid": Format(ScidImporter(NoSettings()), "ESM26.scid", scid(prints()), of_size),
    "scid_bars": Format(ScidImporter(NoSettings()), "ESM26.scid", bars(MINUTES), of_size),
    "depth": Format(DepthImporter(NoSettings()), "ESM26.depth", depth(commands()), of_size),
    "csv": Format(CsvImporter(WITH_IDS), "ESM6.csv", csv(), of_lines),
    "parquet": Format(ParquetImporter(TRADES), "ESM6.parquet", parquet()),
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_damaged_file_is_read_or_refused(name: str) -> None:
    survives(FORMATS[name], 1_000)


@pytest.mark.long
@pytest.mark.parametrize("name", FORMATS)
def test_a_damaged_file_is_read_or_refused_in_full(name: str) -> None:
    survives(FORMATS[name], 10_000, seed=2)
