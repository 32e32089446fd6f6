"""Damaged files of Databento, MenthorQ, Cboe and the VIX: no traceback, no hang, no record lost."""

import json
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
from mia_plugins.importing import Importer
from tests.dbn import ES, START, TICK, book, cleared, content, head, order, trade
from tests.importing import bring
from tests.mutated import Format, survives
from tests.unit.test_cboe import OF_2017, OF_2019, OF_2022, served
from tests.unit.test_dbn import ASKS, BIDS, definition
from tests.unit.test_menthorq import LINES, SHEETS, T, dumped, level


def of_dbn() -> dict[str, bytes]:
    rng = np.random.default_rng(3)
    traded = [trade(at, 24_000 + at % 5, sequence=at // 2) for at in range(40)]
    orders = [cleared()] + [
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
            "json": json.dumps(served(), indent=40),
        }.items()
    }


def of_vix() -> dict[str, bytes]:
    days = "".join(f"{month:02}/03/2025,17.1,18.2,16.9,{15 + month}.5\n" for month in range(1, 13))
    return {"days": f"DATE,OPEN,HIGH,LOW,CLOSE\n{days}".encode()}


FORMATS: dict[str, tuple[dict[str, bytes], Importer]] = {
    "databento": (of_dbn(), DbnImporter(DbnSettings())),
    "menthorq": (of_menthorq(), MenthorqImporter(MenthorqSettings(underlying="ES", dates="mdy"))),
    "cboe_options": (of_cboe(), CboeImporter(CboeSettings())),
    "vix": (of_vix(), VixImporter(VixSettings(dates="mdy"))),
}
SAMPLES = [(name, sample) for name, (samples, _) in FORMATS.items() for sample in samples]


def sound(name: str, sample: str) -> Format:
    """Return a format after its sound file was imported: what is slow to load once is there, and it has rows."""
    samples, importer = FORMATS[name]
    found = Format(importer, f"{name} 2026-06-01", samples[sample])
    assert bring(importer, found.name, found.sample).written > 0
    return found


@pytest.mark.parametrize(("name", "sample"), SAMPLES)
def test_a_damaged_file_is_read_or_refused(name: str, sample: str) -> None:
    survives(sound(name, sample), 1_000 // len(FORMATS[name][0]))


@pytest.mark.long
@pytest.mark.parametrize(("name", "sample"), SAMPLES)
def test_a_damaged_file_is_read_or_refused_in_full(name: str, sample: str) -> None:
    survives(sound(name, sample), 10_000 // len(FORMATS[name][0]), seed=2)
