"""Damaged files of each format: an error that names the file, or rows rejected with reasons; nothing lost."""

import json
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import databento_dbn as dbn
import numpy as np
import pyarrow as pa
import pytest

from catalog.formats.cboe.importer import CboeImporter, CboeSettings
from catalog.formats.dbn.importer import DbnImporter, DbnSettings
from catalog.formats.menthorq.importer import MenthorqImporter
from catalog.formats.menthorq.settings import MenthorqSettings
from catalog.formats.vix import VixImporter, VixSettings
from catalog.imports.quality import Quality
from catalog.imports.records import records_of
from catalog.imports.sifting import sift, sift_table
from mia_plugins.errors import MiaError
from mia_plugins.importing import Importer, Source, TableRows
from tests.dbn import ES, START, TICK, book, content, head, order, trade
from tests.fuzzed import damaged
from tests.unit.test_cboe import OF_2017, OF_2019, OF_2022, served
from tests.unit.test_dbn import ASKS, BIDS, definition
from tests.unit.test_menthorq import LINES, SHEETS, T, dumped, level

FILES = 10_000
"""A format, in all."""
SLOW = 60.0
"""Seconds: what takes longer hangs; a kernel may have to be compiled."""


def of_dbn() -> dict[str, bytes]:
    rng = np.random.default_rng(3)
    traded = [trade(at, 24_000 + at % 5, sequence=at // 2) for at in range(40)]
    orders = [
        order(at, str(rng.choice(list("AACMTR"))), int(rng.integers(1, 9)), "AB"[at % 2], 24_000 + at % 9, 3)
        for at in range(60)
    ]
    books = [book(at, BIDS[at % 2 :], ASKS) for at in range(12)]
    best = [book(at, BIDS[at % 2 :], ASKS, 1) for at in range(12)]
    prices = (24_000 * TICK, 24_004 * TICK, 23_990 * TICK, 24_001 * TICK)
    make: Any = dbn.OHLCVMsg
    bars = [make(0x21, 1, ES, START + at * 60 * 10**9, *prices, 7) for at in range(20)]
    told = [dbn.StatMsg(1, ES, START, START, START, 24_000 * TICK, 5, dbn.StatType(3)) for _ in range(9)]
    mixed = [*traded[:5], *orders[:5], definition(), *books[:2], *told[:2], *bars[:2]]
    found: dict[str, list[Any]] = {
        "trades": traded,
        "mbo": orders,
        "mbp-10": books,
        "mbp-1": best,
        "ohlcv-1m": bars,
        "statistics": told,
    }
    files = {schema: content(messages, head(schema)) for schema, messages in found.items()}
    files["mixed"] = content(mixed, head(None))
    files["zstd"] = pa.compress(files["trades"], codec="zstd", asbytes=True)
    files["version 1"] = content(traded, head(version=1))
    files["definition"] = content([definition() for _ in range(4)], head("definition", mappings=[]))
    return files


def of_menthorq() -> dict[str, bytes]:
    dump = [
        level(T + 60 * at, name, 6000 + at) for at in range(4) for name in ("hvl", "gex_1", "blind_spot_0")
    ]
    texts = {"lines": LINES, **SHEETS, "dump": dumped(*dump)}
    return {name: text.encode() for name, text in texts.items()}


def of_cboe() -> dict[str, bytes]:
    return {
        name: text.encode()
        for name, text in {
            "2022": OF_2022,
            "2019": OF_2019,
            "2017": OF_2017,
            "json": json.dumps(served()),
        }.items()
    }


def of_vix() -> dict[str, bytes]:
    days = "".join(f"{month:02}/03/2025,17.1,18.2,16.9,{15 + month}.5\n" for month in range(1, 13))
    return {"days": f"DATE,OPEN,HIGH,LOW,CLOSE\n{days}".encode()}


FORMATS: dict[str, tuple[Callable[[], dict[str, bytes]], Importer]] = {
    "databento": (of_dbn, DbnImporter(DbnSettings())),
    "menthorq": (of_menthorq, MenthorqImporter(MenthorqSettings(underlying="ES"))),
    "cboe": (of_cboe, CboeImporter(CboeSettings())),
    "vix": (of_vix, VixImporter(VixSettings())),
}


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("share", [0.04, pytest.param(0.96, marks=pytest.mark.long)])
def test_a_damaged_file_is_told_and_nothing_is_lost(format_: str, share: float, tmp_path: Path) -> None:
    make, importer = FORMATS[format_]
    files = make()
    path = tmp_path / "levels 2026-06-01.dat"
    taken = 0
    for name, data in files.items():
        seed = zlib.crc32(f"{format_} {name} {share}".encode())
        for one in damaged(data, seed, round(FILES * share / len(files))):
            path.write_bytes(one)
            begun = time.monotonic()
            try:
                taken += rows_taken(importer, Source(path))
            except MiaError as error:
                assert error.what, "an error says what was wrong"
            assert time.monotonic() - begun < SLOW
    assert taken, "many damaged files hold rows that are sound"


def rows_taken(importer: Importer, source: Source) -> int:
    """Read a file as far as it goes, and take what it yields through what the catalog asks of rows."""
    quality = Quality()
    taken = 0
    for part in importer.parts(source):
        # A dump puts lines by until their set is whole: it is counted when it is.
        assert part.lost == 0
        for rows in part.rows:
            if isinstance(rows, TableRows):
                taken += len(sift_table(rows, quality, "a").table)
            else:
                kept = sift(rows, quality, "a")
                taken += len(records_of(kept.columns, kept.ids))
    return taken


@pytest.mark.parametrize("format_", FORMATS)
def test_files_that_are_not_damaged_are_read_without_an_error(format_: str, tmp_path: Path) -> None:
    make, importer = FORMATS[format_]
    for name, data in make().items():
        path = tmp_path / f"{name} 2026-06-01.dat"
        path.write_bytes(data)
        assert rows_taken(importer, Source(path)) > 0, name
