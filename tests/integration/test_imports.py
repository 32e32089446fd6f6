"""Imports: twice adds nothing, overlaps are joined, a kill at any moment changes no byte, wrong data are said."""

import datetime as dt
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from catalog.checks import problems
from catalog.formats.dbn.importer import DbnImporter, DbnSettings
from catalog.formats.sierra_depth import DepthImporter
from catalog.formats.sierra_scid import ScidImporter
from catalog.formats.tabular.values import ids
from catalog.imports import publishing
from catalog.imports.sources import Overlap
from mia_plugins.data.arrow import Columns, Kind
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.columns import Bars, Quotes, Trades
from mia_plugins.data.files import Files
from mia_plugins.data.layout import IMPORTS
from mia_plugins.data.sessions import NS
from mia_plugins.data.store import Store
from mia_plugins.data.tables import LEVELS, VIX
from mia_plugins.errors import MiaError
from mia_plugins.importing import Importer, MarketRows, NoSettings, Part, Source, TableRows
from tests.conftest import Mia
from tests.dbn import content, trade
from tests.importing import at, bring, held
from tests.integration.test_catalog_interrupted import run
from tests.sierra import Command, Print, depth, scid
from tests.unit.test_store import everything

DAY = dt.date(2026, 6, 1)
START = at("2026-06-01T14:00:00")
ID = "ESM6.XCME"
NAME = "ESM26-CME.scid"


class Rows(Importer):
    """Yields what it was made of."""

    def __init__(self, *rows: MarketRows | TableRows, read: int | None = None) -> None:
        super().__init__(NoSettings())
        self._rows = rows
        self._read = read

    def parts(self, source: Source) -> Iterator[Part]:
        for rows in self._rows:
            part = Part(read=0, done=0, rows=(rows,))
            yield Part(read=part.taken if self._read is None else self._read, done=0, rows=(rows,))


def trades(*rows: tuple[int, int, int, int]) -> Trades:
    """Return trades of seconds after the start, ticks, contracts and side."""
    ts, ticks, lots, side = np.array(rows, np.int64).reshape(-1, 4).T
    return Trades(START + ts * NS, ticks, lots, side.astype(np.int8))


def of(columns: Columns, ids: list[int] | None = None, instrument: str = "ESM6") -> Rows:
    return Rows(MarketRows(instrument, columns, None if ids is None else np.array(ids)))


def some_scid(days: int = 3, count: int = 300) -> bytes:
    """Return trades of some days in a row, a few at one time."""
    return scid(
        Print(START + day * 86_400 * NS + number // 2 * 7 * NS, 6_000 + number % 9 / 4, 1 + number % 5, 1)
        for day in range(days)
        for number in range(count)
    )


def without_accounts(folder: Path) -> dict[str, bytes]:
    """Return the files of a catalog but for those on what was imported, which have its names."""
    return {name: content for name, content in everything(folder).items() if not name.startswith(IMPORTS)}


def test_what_comes_twice_adds_nothing(here: Path) -> None:
    first = bring(ScidImporter, NAME, some_scid())
    before = everything(here / "cat")
    again = bring(ScidImporter, NAME, some_scid())
    assert (first.written, first.there, again.written, again.there) == (900, 0, 0, 900)
    assert everything(here / "cat") == before
    assert not list(problems(Store.open(Files("cat")), max_gap=10**18))


def test_two_trades_alike_stay_two_and_never_become_four() -> None:
    alike = (1, 24_000, 3, 1)
    bring(of(trades(alike, alike)), "a", b"")
    assert bring(of(trades(alike, alike, alike)), "b", b"").written == 1
    assert bring(of(trades(alike)), "c", b"").there == 1
    assert len(held(Kind.TRADES, ID)) == 3


def test_trades_with_ids_are_the_same_by_id() -> None:
    bring(of(trades((1, 24_000, 3, 1), (1, 24_000, 3, 1)), [7, 8]), "a", b"")
    again = bring(of(trades((1, 24_000, 3, 1), (1, 24_000, 3, 1)), [8, 9]), "b", b"")
    assert (again.written, again.there) == (1, 1)
    store = Store.open(Files("cat"))
    (table,) = store.row_groups(store.data_files()[0].path)
    assert table["trade_id"].to_pylist() == ["7", "8", "9"]


def test_one_id_is_one_trade_in_one_file_too() -> None:
    fill = (1, 24_000, 3, 1)
    quality = bring(of(trades(fill, fill, fill), [7, 7, 8]), "a", b"")
    assert (quality.written, quality.there) == (2, 1)
    assert len(held(Kind.TRADES, ID)) == 2


def test_ids_that_are_words_tell_trades_of_two_files_apart() -> None:
    fill, words = (1, 24_000, 3, 1), ids(pa.array(["f3a1-01", "f3a1-02", "f3a1-03"])).tolist()
    bring(of(trades(fill), words[:1]), "a", b"")
    assert bring(of(trades(fill, fill), words[1:]), "b", b"").written == 2
    assert len(held(Kind.TRADES, ID)) == 3


def test_trades_with_ids_meet_those_without_by_what_they_are() -> None:
    bring(of(trades((1, 24_000, 3, 1)), [7]), "a", b"")
    again = bring(of(trades((1, 24_000, 3, 0), (2, 24_000, 1, 1))), "b", b"")
    assert (again.written, again.there) == (1, 1)
    assert [row[1:] for row in held(Kind.TRADES, ID)] == [(24_000, 3, 1), (24_000, 1, 1)]


def test_what_is_late_is_sorted_and_told() -> None:
    found = bring(of(trades((5, 24_000, 1, 1), (3, 24_001, 1, 1), (4, 24_002, 1, 1))), "a", b"")
    assert found.flagged == {"out of order, sorted": 2}
    assert [row[1] for row in held(Kind.TRADES, ID)] == [24_001, 24_002, 24_000]


def test_windows_change_no_byte(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mixed = np.random.default_rng(3).permutation(2_000)
    rows = trades(*((int(n) * 5, 24_000 + int(n) % 7, 1 + int(n) % 3, 1) for n in mixed))
    bring(of(rows), "a", b"", "whole")
    for most in (1, 100):
        monkeypatch.setattr(publishing, "WINDOW", dict.fromkeys(Kind, most))
        bring(of(rows), "a", b"", f"cat{most}")
        half = Trades(*(getattr(rows, name)[::2] for name in rows.__slots__))
        bring(of(half), "a", b"", f"half{most}")
        bring(of(rows), "a", b"", f"half{most}")
        for name in (f"cat{most}", f"half{most}"):
            assert held(Kind.TRADES, ID, name) == held(Kind.TRADES, ID, "whole")
        assert everything(here / f"cat{most}") == everything(here / "whole")


def test_a_continuous_series_goes_to_the_contract_that_leads() -> None:
    before, after = (at(f"2026-06-{day}T14:00:00") for day in ("09", "10"))
    both = Trades(
        np.array([before, after + 86_400 * NS]),
        *(np.array(pair) for pair in ((24_000, 24_200), (1, 2), (1, 1))),
    )
    found = bring(of(both, instrument="ES"), "a", b"")
    assert found.rolls == ["ES is ESM6 from 2026-06-09", "ES is ESU6 from 2026-06-11"]
    assert [len(held(Kind.TRADES, f"{one}.XCME")) for one in ("ESM6", "ESU6")] == [1, 1]


def test_what_no_catalog_should_hold_is_rejected_with_its_place() -> None:
    rows = trades((1, 24_000, 3, 1), (2, 0, 3, 1), (3, 24_000, 0, 1), (4, 24_000, 3, 2), (5, -(2**63), 3, 1))
    wrong_time = Trades(np.array([5]), np.array([24_000]), np.array([1]), np.array([1], np.int8))
    found = bring(
        Rows(*(MarketRows("ESM6", one, place=lambda row: f"line {row + 1}") for one in (rows, wrong_time))),
        "a",
        b"",
    )
    assert found.written == 1
    assert sorted(found.first.values()) == ["a: line 1", "a: line 2", "a: line 3", "a: line 4", "a: line 5"]


def test_a_multiplier_that_is_off_by_a_power_of_ten_is_named() -> None:
    prints = [Print(START, 6_000, 1, 1)]
    with pytest.raises(MiaError) as error:
        bring(ScidImporter, NAME, scid(prints, 0.01))
    assert error.value.what.startswith(f"{NAME}: prices are 100 times too large for ES")
    assert error.value.remedy == "add --multiplier 0.01"
    bring(ScidImporter, NAME, scid(prints, 0.01), multiplier=0.01)
    assert held(Kind.TRADES, ID) == [(START, 24_000, 1, 1)]


def test_an_importer_that_loses_a_record_is_stopped() -> None:
    with pytest.raises(MiaError, match="says nothing of 1 records"):
        bring(Rows(MarketRows("ESM6", trades((1, 24_000, 1, 1))), read=2), "a", b"")


def test_quotes_tell_the_aggressor_in_one_import_or_before_it() -> None:
    ones = np.ones(3, np.int64)
    ts = START + np.array([0, 10, 20]) * NS
    quotes = Quotes(ts, 24_000 * ones, 24_002 * ones, ones, ones)
    prints = trades(
        (0, 24_002, 1, 0), (5, 24_002, 1, 0), (10, 24_000, 1, 0), (15, 24_001, 1, 0), (90, 24_002, 1, 0)
    )
    found = bring(Rows(MarketRows("ESM6", prints), MarketRows("ESM6", quotes)), "a", b"")
    assert [row[3] for row in held(Kind.TRADES, ID)] == [0, 1, -1, 0, 0]
    assert found.aggressors == {"aggressors told by quotes": 2, "aggressors unknown": 3}
    bring(Rows(MarketRows("ESM6", quotes)), "b", b"", "other")
    bring(Rows(MarketRows("ESM6", prints)), "b", b"", "other")
    assert held(Kind.TRADES, ID, "other") == held(Kind.TRADES, ID)
    assert bring(Rows(MarketRows("ESM6", prints)), "b", b"").there == 5


def test_the_account_that_is_kept_follows_from_the_file_alone() -> None:
    first = bring(of(trades((1, 24_000, 3, 0), (2, 24_000, 3, 0))), "a", b"")
    kept = Catalog.open(Files("cat")).imports()
    again = bring(of(trades((1, 24_000, 3, 0), (2, 24_000, 3, 0))), "a", b"")
    assert first.data()["flagged"]
    assert (again.written, Catalog.open(Files("cat")).imports()) == (0, kept)


def test_two_files_of_one_name_have_an_account_each_and_one_that_grew_has_one() -> None:
    for folder in ("monday", "tuesday"):
        Path(folder).mkdir()
    prints = list(range(200))
    monday, tuesday = (
        scid(Print(START + day * 86_400 * NS + number * NS, 6_000, 1, 1) for number in prints)
        for day in (0, 1)
    )
    for path, content_ in (("monday", monday[:-400]), ("monday", monday), ("tuesday", tuesday)):
        bring(ScidImporter, f"{path}/{NAME}", content_)
    kept = Catalog.open(Files("cat")).imports()
    assert sorted((one["file"], one["read"]) for one in kept) == [(NAME, 200), (NAME, 200)]


def test_where_a_file_has_no_rows_is_told_and_kept() -> None:
    open_, close = at("2026-05-31T22:00:00"), at("2026-06-01T21:00:00")
    minutes = [minute for minute in range((close - open_) // (60 * NS)) if not 600 <= minute < 630]
    ts = open_ + np.array(minutes) * 60 * NS
    ones = np.ones(len(ts), np.int64)
    rows = Trades(ts, 24_000 * ones, ones, ones.astype(np.int8))
    first, again = bring(of(rows), "a", b""), bring(of(rows), "a", b"")
    assert first.gaps == again.gaps
    assert first.gaps == [
        "trades of ESM6.XCME: nothing for 31 minutes from 2026-06-01 03:59:00 New York, on 2026-06-01"
    ]
    (kept,) = Catalog.open(Files("cat")).imports()
    assert kept["gaps"] == first.gaps


def test_rows_of_tables_are_merged_too(here: Path) -> None:
    def vix(*seconds: int) -> Rows:
        ts = START + np.array(seconds) * NS
        return Rows(TableRows("vix", pa.table([ts, ts, np.array(seconds) / 10], schema=VIX)))

    bring(vix(1, 3), "a", b"")
    assert bring(vix(2, 3, 1), "b", b"").written == 1
    (table,) = Store.open(Files("cat")).read_table("vix")
    assert table["value"].to_pylist() == [0.1, 0.2, 0.3]
    before = without_accounts(here / "cat")
    assert bring(vix(2, 1), "c", b"").written == 0
    assert without_accounts(here / "cat") == before


def test_a_generated_catalog_takes_no_imports(mia: Mia) -> None:
    Path(NAME).write_bytes(some_scid(1, 5))
    mia("catalog", "generate", "made", "--preset", "year", "--days", "1")
    found = mia("catalog", "import", "sierra_scid", NAME, "--catalog", "made")
    assert found.code == 1
    assert "holds a catalog made otherwise" in found.err


def test_the_command_tells_what_became_of_each_record(mia: Mia) -> None:
    Path(NAME).write_bytes(some_scid(1, 50) + b"cut")
    found = mia("catalog", "import", "sierra_scid", NAME, "--catalog", "cat", "--json")
    total = json.loads(found.out)["total"]
    assert found.code == 0
    assert (total["read"], total["written"], total["already_there"]) == (51, 50, 0)
    assert total["rejected"] == {"the last record is cut short": {"count": 1, "first": f"{NAME}: byte 2056"}}
    kept = Catalog.open(Files("cat")).imports()
    again = mia("catalog", "import", "sierra_scid", NAME, "--catalog", "cat")
    assert Catalog.open(Files("cat")).imports() == kept
    assert [(one["file"], one["read"], len(one["rejected"])) for one in kept] == [(NAME, 51, 1)]
    assert "0 rows written, 50 were there already" in again.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("sierra_scidd", NAME), "unknown importer 'sierra_scidd'; did you mean 'sierra_scid'?"),
        (("sierra_scid", "none.scid", "--instrument", "ESM6"), "none.scid cannot be read"),
        (("sierra_scid", "file.scid"), "names no contract of ES"),
        (("sierra_scid", "file.scid", "--instrument", "CLM6"), "'CLM6' names no contract of ES"),
        (
            ("sierra_scid", "file.scid", "--instrument", "ESM6"),
            "byte 0: it begins with b'nono'; b'SCID' was expected",
        ),
        (
            ("sierra_depth", "file.scid", "--instrument", "ESM6", "--as-of", "today"),
            "--as-of today is no day",
        ),
        (
            ("sierra_depth", "file.scid", "--instrument", "ESM6", "--multiplier", "0"),
            "--multiplier 0.0 is no number",
        ),
        (
            ("sierra_scid", "file.scid", "--instrument", "ESM6", "--overlap", "keeps"),
            "--overlap keeps is none of keep, replace, join; did you mean 'keep'?",
        ),
    ],
)
def test_a_mistake_is_said_plainly(mia: Mia, options: tuple[str, ...], said: str) -> None:
    Path("file.scid").write_bytes(b"nonononononono")
    found = mia("catalog", "import", *options, "--catalog", "cat")
    assert found.code != 0
    assert said in " ".join(found.err.split())
    assert "Traceback" not in found.err


KILLED_AT_EVERY_STEP = """
import os, signal, sys
from itertools import count
import nautilus_trader.persistence
from mia_plugins.data.digests import DigestingStream
from catalog.imports.staging import Spool
from mia_plugins.data.files import Files
from mia_plugins.data.sessions import session_on
from tests.integration.test_imports import DAY, bring_both
session_on(DAY)  # the children have the calendar
STEPS = [(Files, "create"), (Files, "move"), (Files, "delete"), (Files, "delete_folder"), (Files, "within"),
         (DigestingStream, "close"), (Spool, "add"), (Spool, "between")]

def killed_at(number):
    left = iter(range(number))
    for owner, name in STEPS:
        def step(*arguments, whole=getattr(owner, name)):
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return whole(*arguments)
        setattr(owner, name, step)
    bring_both(f"cat{number}")

for number in count(0, 7):
    child = os.fork()
    if not child:
        killed_at(number)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
print(number)
"""


def bring_both(catalog: str) -> None:
    """Import two days of trades, the same again with a day more, and a book, into a catalog."""
    bring(ScidImporter, NAME, some_scid(2, 60), catalog)
    bring(ScidImporter, NAME, some_scid(3, 60), catalog)
    lines = [
        Command(START + n * NS, 2 + n % 2, 6_000 + n % 2 - n % 5 / 4, 1 + n % 7, last=True) for n in range(90)
    ]
    bring(DepthImporter, "ESM26.depth", depth([Command(START, 1), *lines]), catalog)


def test_a_run_that_is_killed_at_any_step_and_run_again_gives_the_same_bytes(here: Path) -> None:
    bring_both("clean")
    clean = everything(here / "clean")
    steps = int(run(KILLED_AT_EVERY_STEP))
    assert steps > 60
    for number in range(0, steps, 7):
        bring_both(f"cat{number}")
        assert everything(here / f"cat{number}") == clean, number


def test_a_command_that_is_killed_goes_on(here: Path) -> None:
    """A kill from outside, at whatever moment it comes."""
    Path(NAME).write_bytes(some_scid(4, 20_000))
    command = [sys.executable, "-m", "mia_plugins", "catalog", "import", "sierra_scid", NAME, "--catalog"]
    subprocess.run([*command, "clean"], check=True, capture_output=True)
    with subprocess.Popen([*command, "cat"], stdout=subprocess.DEVNULL) as process:
        while process.poll() is None and not list(here.glob("cat/data/trades/*/*")):
            time.sleep(0.01)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    subprocess.run([*command, "cat"], check=True, capture_output=True)
    assert everything(here / "cat") == everything(here / "clean")


def test_trades_go_out_as_scid_and_come_back(mia: Mia) -> None:
    bring(ScidImporter, NAME, some_scid())
    assert mia("catalog", "export", "cat", "--to", "out", "--format", "scid").code == 0
    assert mia("catalog", "import", "sierra_scid", f"out/{ID}_trades.scid", "--catalog", "back").code == 0
    assert held(Kind.TRADES, ID, "back") == held(Kind.TRADES, ID)
    assert without_accounts(Path("back")) == without_accounts(Path("cat"))
    refused = mia("catalog", "export", "cat", "--to", "out", "--format", "scid", "--kind", "bars")
    assert ".scid holds trades" in refused.err


class OfFeed(Rows):
    """Rows that a feed of some name tells."""

    def __init__(self, feed: str, columns: Columns, ids: list[int] | None = None) -> None:
        super().__init__(MarketRows("ESM6", columns, None if ids is None else np.array(ids)))
        self._feed = feed

    @property
    def feed(self) -> str:
        return self._feed


def test_a_day_that_two_feeds_tell_is_not_doubled() -> None:
    ours, theirs = trades((1, 24_000, 3, 1), (9, 24_001, 2, 1)), trades((2, 24_000, 3, 1), (8, 24_001, 2, 1))
    bring(OfFeed("one", ours), "a", b"")
    quality = bring(OfFeed("two", theirs), "b", b"")
    assert quality.refused == {"of a time of which one has told (--overlap replace or join takes it)": 2}
    assert list(quality.first.values()) == ["b: 2026-06-01 14:00:02 UTC"]
    assert [row[2] for row in held(Kind.TRADES, ID)] == [3, 2]
    # What lies outside what the first has told of comes in, and is the second's from then on.
    after = trades((8, 24_001, 2, 1), (10, 24_002, 7, 1), (20, 24_003, 4, 1))
    assert bring(OfFeed("two", after), "b", b"").written == 2
    assert bring(OfFeed("one", trades((11, 24_002, 7, 1))), "a", b"").refused.total() == 1
    assert bring(OfFeed("one", ours), "a", b"").there == 2
    assert [row[2] for row in held(Kind.TRADES, ID)] == [3, 2, 7, 4]


def test_two_feeds_may_be_joined_or_one_take_the_others_place() -> None:
    first, second = trades((1, 24_000, 3, 1), (5, 24_000, 1, 1), (9, 24_001, 2, 1)), trades((2, 24_000, 3, 1))
    for name in ("joined", "replaced"):
        bring(OfFeed("one", first), "a", b"", name)
    assert bring(OfFeed("two", second), "b", b"", "joined", overlap=Overlap.JOIN).written == 1
    assert [row[2] for row in held(Kind.TRADES, ID, "joined")] == [3, 3, 1, 2]
    whole = trades((0, 24_000, 3, 1), (6, 24_001, 2, 1))
    quality = bring(OfFeed("two", whole, [7, 8]), "b", b"", "replaced", overlap=Overlap.REPLACE)
    assert quality.replaced == {"rows of one that gave way (--overlap replace)": 2}
    assert [row[:3] for row in held(Kind.TRADES, ID, "replaced")] == [
        (START, 24_000, 3),
        (START + 6 * NS, 24_001, 2),
        (START + 9 * NS, 24_001, 2),
    ]
    again = bring(OfFeed("two", whole, [7, 8]), "b", b"", "replaced", overlap=Overlap.REPLACE)
    assert (again.written, again.there, again.replaced) == (0, 2, {})
    assert not list(problems(Store.open(Files("replaced")), max_gap=10**18))


def test_where_a_feed_was_silent_another_may_tell() -> None:
    minute = 60
    bring(OfFeed("one", trades((0, 24_000, 1, 1), (60 * minute, 24_000, 1, 1))), "a", b"")
    fills = trades((30, 24_000, 2, 1), (30 * minute, 24_000, 3, 1), (60 * minute + 1, 24_000, 4, 1))
    assert bring(OfFeed("two", fills), "b", b"").written == 2
    assert bring(OfFeed("one", trades((31 * minute, 24_000, 5, 1))), "a", b"").written == 1
    assert bring(OfFeed("one", trades((30 * minute, 24_000, 9, 1))), "a", b"").written == 0
    assert [row[2] for row in held(Kind.TRADES, ID)] == [1, 3, 5, 1, 4]


def test_what_two_feeds_say_alike_is_there_already() -> None:
    rows = trades((1, 24_000, 3, 1), (9, 24_001, 2, 1))
    bring(OfFeed("one", rows, [5, 6]), "a", b"")
    quality = bring(OfFeed("two", rows, [1, 2]), "b", b"")
    assert (quality.there, quality.refused) == (2, {})


def test_a_day_of_sierra_and_of_databento_is_the_first_ones() -> None:
    prints = [Print(START + number * NS, 6_000 + number % 3 / 4, 1 + number, 1) for number in range(9)]
    bring(ScidImporter, NAME, scid(prints))
    told = [trade((number * 1_000_003 + 900) * 1_000, 24_000 + number % 3, 1 + number) for number in range(9)]
    quality = bring(DbnImporter(DbnSettings()), "a.dbn", content(told))
    assert (quality.written, quality.refused.total()) == (1, 8)
    assert sum(row[2] for row in held(Kind.TRADES, ID)) == sum(range(1, 10)) + 9


def test_ids_that_count_from_0_are_the_sources_own() -> None:
    fill = (1, 24_000, 3, 1)
    bring(of(trades(fill, fill), [0, 1]), "a", b"")
    assert bring(of(trades(fill, fill), [1, 2]), "b", b"").written == 1
    assert len(held(Kind.TRADES, ID)) == 3


def test_trades_that_come_again_when_quotes_are_there_have_aggressors() -> None:
    prints = trades((5, 24_002, 1, 0), (6, 24_000, 1, 0), (500, 24_000, 1, 0))
    bring(of(prints), "a", b"")
    assert [row[3] for row in held(Kind.TRADES, ID)] == [0, 0, 0]
    one = np.ones(1, np.int64)
    bring(of(Quotes(START * one, 24_000 * one, 24_002 * one, one, one)), "q", b"")
    again = bring(of(prints), "a", b"")
    assert (again.written, again.there) == (0, 3)
    assert again.aggressors == {"aggressors told by quotes": 2, "aggressors unknown": 1}
    assert [row[3] for row in held(Kind.TRADES, ID)] == [1, -1, 0]


def test_trades_that_come_again_with_aggressors_tell_them() -> None:
    bring(of(trades((5, 24_002, 1, 0), (5, 24_002, 1, 0), (6, 24_000, 1, -1))), "a", b"")
    assert bring(of(trades((5, 24_002, 1, 1), (5, 24_002, 1, -1), (6, 24_000, 1, 1))), "b", b"").there == 3
    assert [row[3] for row in held(Kind.TRADES, ID)] == [1, -1, -1]


def bar(minute: int, close: int, lots: int) -> Bars:
    one = np.ones(1, np.int64)
    return Bars(
        START + minute * 60 * NS * one, 24_000 * one, 24_009 * one, 23_990 * one, close * one, lots * one
    )


def test_bars_in_conflict_are_counted_each_for_its_reason() -> None:
    bring(of(bar(1, 24_000, 9)), "a", b"")
    fewer, otherwise, same = (bar(1, 24_000, 3), bar(1, 24_001, 9), bar(1, 24_000, 9))
    quality = bring(Rows(*(MarketRows("ESM6", one) for one in (fewer, otherwise, same))), "b", b"")
    assert (quality.written, quality.there) == (0, 1)
    assert quality.refused == {
        "a bar of fewer contracts than another of its minute": 1,
        "a bar that says otherwise than another of its minute": 1,
    }
    more = bring(of(bar(1, 24_002, 12)), "c", b"")
    assert (more.written, more.replaced) == (1, {"bars that gave way to ones of more contracts": 1})


def test_a_level_that_says_otherwise_at_its_time_is_refused() -> None:
    def levels(*prices: float) -> Rows:
        ts = np.full(len(prices), START)
        names = ["HVL", "GEX 1", "GEX 2"][: len(prices)]
        said = [ts, ts, ["ES"] * len(prices), names, list(prices), ["menthorq"] * len(prices)]
        return Rows(TableRows("levels", pa.table(said, schema=LEVELS)))

    bring(levels(6_000, 6_100), "a", b"")
    quality = bring(levels(6_001, 6_100, 6_200), "b", b"")
    assert (quality.written, quality.there, quality.refused.total()) == (1, 1, 1)
