"""`mia catalog` as a user meets it."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from nautilus_trader.model import NautilusDataType
from nautilus_trader.persistence import ParquetDataCatalog

from catalog.export import Exported, Form, Series, export
from mia_plugins.data.arrow import Kind
from tests.conftest import Mia
from tests.market import DAY, ID, NEXT_DAY, some_depth, some_trades, some_vix, sound_store, without_levels


def with_notes(uri: str = "cat") -> None:
    store = sound_store(uri, DAY)
    with store.draft(NEXT_DAY) as draft:
        draft.write(ID, some_trades(NEXT_DAY))
        draft.write_table("notes", pa.table({"ts": [5], "what": ["iceberg"]}))
    store.publish(NEXT_DAY)


def test_the_entry_point_imports_nothing_heavy(mia: Mia) -> None:
    told = mia("plugins", "doctor", "--json")
    assert [row for row in json.loads(told.out)["findings"] if not row["in_order"]] == []
    code = "import sys, catalog.plugin; print([m for m in ('numpy', 'pandas', 'pyarrow', 'nautilus_trader') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_help_does_not_wait_for_what_only_work_needs() -> None:
    heavy = ("pandas", "nautilus_trader", "exchange_calendars")
    code = f"import sys, catalog.commands; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_list_says_what_there_is_and_what_made_it(mia: Mia) -> None:
    with_notes()
    told = mia("catalog", "list", "cat")
    assert told.code == 0
    assert told.out.startswith("cat: made by test 1, settings abc, seed 7\n")
    rows = [line.split() for line in told.out.splitlines() if line.split()]
    assert [
        "trades", ID, "2026-05-31", "22:00:01Z", "2026-06-02", "20:59:59Z", "2", "4,000", "0.1",
    ] in rows  # fmt: skip
    assert ["table", "notes", "2026-06-02", "2026-06-02", "1", "1", "0.0"] in rows


def test_list_for_a_script(mia: Mia) -> None:
    with_notes()
    found = json.loads(mia("catalog", "list", "cat", "--json").out)
    assert found["days"] == ["2026-06-01", "2026-06-02"]
    assert found["origin"]["seed"] == 7
    assert {one["what"] for one in found["series"]} == {*Kind, "table"}


def test_a_catalog_that_nautilus_alone_made_is_listed(mia: Mia, here: Path) -> None:
    sound_store()
    (here / "cat/mia/catalog.json").unlink()
    told = mia("catalog", "list", "cat")
    assert told.out.startswith("cat: not made by mia\n")
    assert "2,000" in told.out


def test_files_of_others_in_the_catalogs_folders_are_let_be(mia: Mia, here: Path) -> None:
    sound_store()
    for path in ("data/README.txt", "data/x.parquet", "mia/notes/new.parquet", "mia/README.txt"):
        (here / "cat" / path).parent.mkdir(exist_ok=True)
        (here / "cat" / path).write_text("hello")
    assert mia("catalog", "check", "cat").code == 0
    assert "notes" not in mia("catalog", "list", "cat").out


def test_list_of_a_damaged_file_leads_to_check(mia: Mia, here: Path) -> None:
    store = sound_store()
    (here / "cat/mia/catalog.json").unlink()
    path = here / "cat" / store.data_files(Kind.TRADES)[0].path
    path.write_bytes(path.read_bytes()[:500])
    told = mia("catalog", "list", "cat")
    assert told.code == 6
    assert f"{path} cannot be read: " in told.err
    assert "`mia catalog check` tells which files are damaged" in told.err


def test_check_says_that_all_is_well(mia: Mia) -> None:
    sound_store()
    assert mia("catalog", "check", "cat").out == "cat is in order\n"
    assert json.loads(mia("catalog", "check", "cat", "--json").out) == {"ok": True, "problems": []}


def test_check_says_what_is_wrong_and_what_to_do(mia: Mia, here: Path) -> None:
    store = sound_store()
    path = here / "cat" / store.data_files(Kind.TRADES)[0].path
    path.write_bytes(path.read_bytes()[:500])
    told = mia("catalog", "check", "cat")
    assert told.code == 1
    assert told.out.startswith("truncated (1)\n  data/trades/ESM6.XCME/")
    assert "remedy: delete the file and run what makes this catalog again: it makes that day anew" in told.out
    (problem,) = json.loads(mia("catalog", "check", "cat", "--json").out)["problems"]
    assert problem["kind"] == "truncated"


def test_check_shows_a_few_of_many_unless_asked(mia: Mia) -> None:
    store = sound_store("cat", with_data=False)
    with store.draft(DAY) as draft:
        draft.write(ID, some_trades(count=40))
    store.publish(DAY)
    short, whole = mia("catalog", "check", "cat"), mia("catalog", "check", "cat", "-v")
    assert "gap (39)" in short.out
    assert "… and 29 more (-v shows all)" in short.out
    assert whole.out.count("nothing for") == 39
    assert mia("catalog", "check", "cat", "--max-gap", "60").code == 0


def test_what_check_says_of_a_catalog_of_1_x_works(mia: Mia, here: Path) -> None:
    folder = here / "old/data/trade_tick" / ID
    folder.mkdir(parents=True)
    ts = pa.array([1_780_320_601_000_000_000, 1_780_320_602_000_000_000], pa.uint64())
    table = pa.table(
        {
            "price": pa.array(
                [(points * 10**16).to_bytes(16, "little") for points in (6000, 6001)], pa.binary(16)
            ),
            "size": pa.array([(10**16).to_bytes(16, "little")] * 2, pa.binary(16)),
            "aggressor_side": pa.array([1, 2], pa.uint8()),
            "trade_id": ["1", "2"],
            "ts_event": ts,
            "ts_init": ts,
        }
    ).replace_schema_metadata({"instrument_id": ID, "price_precision": "2", "size_precision": "0"})
    pq.write_table(table, folder / "2026-06-01T13-30-01-000000000Z_2026-06-01T13-30-02-000000000Z.parquet")
    assert ParquetDataCatalog("old").query(NautilusDataType.TradeTick) == []

    told = mia("catalog", "check", "old")
    assert told.code == 1
    assert "written by 1.x (1)" in told.out
    assert "migrate_from_legacy_parquet_path(old)" in told.out
    (here / "new").mkdir()
    new = ParquetDataCatalog("new")
    new.migrate_from_legacy_parquet_path(str(here / "old"))
    assert [str(trade.price) for trade in new.query(NautilusDataType.TradeTick)] == ["6000.00", "6001.00"]
    assert "written by 1.x" not in mia("catalog", "check", "new").out


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_export_writes_plain_files(mia: Mia, here: Path) -> None:
    with_notes()
    told = mia("catalog", "export", "cat", "--to", "out")
    assert told.code == 0
    assert sorted(path.name for path in (here / "out").iterdir() if ".units" not in path.name) == [
        "ESM6.XCME_bars.csv",
        "ESM6.XCME_order_book_depths.csv",
        "ESM6.XCME_quotes.csv",
        "ESM6.XCME_trades.csv",
        "notes.csv",
    ]
    trades = some_trades()
    rows = read_csv(here / "out/ESM6.XCME_trades.csv")
    assert rows[0]["time"] == "2026-05-31 22:00:01.000000000Z"
    assert [float(row["price"]) * 4 for row in rows[:2_000]] == trades.ticks.tolist()
    assert [int(row["size"]) for row in rows[:2_000]] == trades.lots.tolist()
    assert [row["side"] for row in rows[:2_000]] == [
        {1: "buy", 0: "unknown", -1: "sell"}[side] for side in trades.side.tolist()
    ]
    bars = read_csv(here / "out/ESM6.XCME_bars.csv")
    assert sum(int(bar["volume"]) for bar in bars) == trades.lots.sum()


@pytest.mark.parametrize(
    ("option", "day", "told", "rows"),
    [
        ("--start", "2026-05-31", "2026-05-31 (Sunday) is no trading day: exported from 2026-06-01", 4_000),
        ("--end", "2026-06-06", "2026-06-06 (Saturday) is no trading day: exported to 2026-06-05", 4_000),
        ("--end", "2026-06-01", "", 2_000),
    ],
)
def test_export_from_a_day_without_a_session_is_cut_and_says_so(
    mia: Mia, option: str, day: str, told: str, rows: int
) -> None:
    with_notes()
    outcome = mia("catalog", "export", "cat", "--to", "out", "--kind", "trades", option, day)
    assert outcome.code == 0
    assert " ".join(outcome.err.split()) == (f"warning: {told}" if told else "")
    assert f"{rows:,} rows" in outcome.out


def units(path: Path) -> dict[str, str]:
    return {row["column"]: row["unit"] for row in read_csv(path)}


def test_export_says_the_unit_of_each_column(mia: Mia, here: Path) -> None:
    store = sound_store("cat", DAY)
    with store.draft(NEXT_DAY) as draft:
        draft.write_table("vix", some_vix())
    store.publish(NEXT_DAY)
    assert mia("catalog", "export", "cat", "--to", "out").code == 0
    assert units(here / "out/ESM6.XCME_trades.units.csv") == {
        "time": "UTC", "price": "points", "size": "contracts", "side": "",
    }  # fmt: skip
    assert units(here / "out/ESM6.XCME_bars.units.csv")["volume"] == "contracts"
    book = units(here / "out/ESM6.XCME_order_book_depths.units.csv")
    assert list(book) == list(read_csv(here / "out/ESM6.XCME_order_book_depths.csv")[0])
    assert (book["bid_10"], book["bid_size_10"], book["ask_orders_1"]) == ("points", "contracts", "orders")
    assert units(here / "out/vix.units.csv") == {"ts_event": "UTC", "ts_init": "UTC", "value": "%"}

    assert mia("catalog", "export", "cat", "--to", "out", "--format", "parquet").code == 0
    quotes = pq.read_schema(here / "out/ESM6.XCME_quotes.parquet")
    assert quotes.field("bid_size").metadata == {
        b"unit": b"contracts",
        b"help": b"what is quoted or was traded",
    }
    vix = pq.read_schema(here / "out/vix.parquet")
    assert vix.field("value").metadata == some_vix().schema.field("value").metadata


def test_export_of_the_book_has_a_column_a_level(mia: Mia, here: Path) -> None:
    sound_store()
    assert mia("catalog", "export", "cat", "--to", "out", "--format", "parquet").code == 0
    table = pq.read_table(here / "out/ESM6.XCME_order_book_depths.parquet")
    depth = some_depth()
    assert table.num_columns == 1 + 6 * 10
    assert (table["ask_3"].to_numpy() * 4 == depth.ask_ticks[:, 2]).all()
    assert (table["bid_size_10"].to_numpy() == depth.bid_lots[:, 9]).all()
    assert (table["bid_orders_1"].to_numpy() == depth.bid_counts[:, 0]).all()


def test_export_of_a_thin_book_leaves_what_is_not_there_empty(mia: Mia, here: Path) -> None:
    store = sound_store("cat", with_data=False)
    with store.draft(DAY) as draft:
        draft.write(ID, without_levels(some_depth(), 2))
    store.publish(DAY)
    assert mia("catalog", "export", "cat", "--to", "out").code == 0
    row = read_csv(here / "out/ESM6.XCME_order_book_depths.csv")[0]
    assert row["bid_2"]
    assert (row["bid_3"], row["bid_size_3"], row["bid_orders_3"]) == ("", "", "")
    assert row["ask_10"]


def test_export_of_hours_has_the_rows_of_these_hours(here: Path) -> None:
    store, ts = sound_store(), some_trades().ts
    span = (int(ts[300]), int(ts[699]))
    done = export(store, Series(Kind.TRADES, ID), here / "out", Form.CSV, span)
    assert done == Exported(here / "out/ESM6.XCME_trades.csv", 400)


@pytest.mark.parametrize(
    ("options", "files"),
    [
        (["--kind", "trades", "--end", "2026-06-01"], {"ESM6.XCME_trades.csv": 2_000}),
        (["--kind", "trades"], {"ESM6.XCME_trades.csv": 4_000}),
        (["--kind", "trades", "--kind", "notes", "--start", "2026-06-02"], {"ESM6.XCME_trades.csv": 2_000, "notes.csv": 1}),
        (["--kind", "bars", "--instrument", "ESM6"], {"ESM6.XCME_bars.csv": 1_380}),
    ],
)  # fmt: skip
def test_export_of_what_was_asked_for(mia: Mia, options: list[str], files: dict[str, int]) -> None:
    with_notes()
    told = mia("catalog", "export", "cat", "--to", "out", "--json", *options)
    written = {Path(one["path"]).name: one["rows"] for one in json.loads(told.out)["files"]}
    assert written == files


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["list", "nope"], 1, "there is no catalog at nope"),
        (["list", "."], 1, ". is no catalog: it has no folder 'data'"),
        (["check", "gs://bucket"], 6, "gs://bucket cannot be used: a catalog lies in a folder or in an S3 bucket"),
        (["check", "cat", "--instrument", "NQM6"], 1, "there is no data of 'NQM6' in cat"),
        (["export", "cat", "--to", "out", "--kind", "trade"], 1, "there is nothing called 'trade'; did you mean 'trades'?"),
        (["export", "cat", "--to", "out", "--start", "2026-12-25", "--end", "2026-12-27"], 1, "there is no trading day from 2026-12-25 to 2026-12-27\nremedy: the nearest ones are 2026-12-24 and 2026-12-28"),
        (["export", "cat", "--to", "out", "--start", "2026-06-02", "--end", "2026-06-01"], 1, "there is no trading day from 2026-06-02 to 2026-06-01"),
        (["export", "cat", "--to", "out", "--start", "9999-12-31"], 1, "knows no sessions"),
        (["export", "cat", "--to", "out", "--start", "2026-06-02"], 1, "cat holds nothing of what was asked for"),
        (["export", "cat", "--to", "file/out"], 6, "cannot be written: Not a directory"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_without_a_traceback(
    mia: Mia, here: Path, arguments: list[str], code: int, told: str
) -> None:
    sound_store()
    (here / "file").write_text("")
    outcome = mia("catalog", *arguments)
    assert outcome.code == code
    assert told in outcome.err
    assert "Traceback" not in outcome.err + outcome.out
    assert not list((here / "out").glob("*"))


def test_an_export_that_fails_leaves_no_file(mia: Mia, here: Path) -> None:
    store = sound_store()
    path = here / "cat" / store.data_files(Kind.DEPTH)[0].path
    content = bytearray(path.read_bytes())
    content[100:2_000] = bytes(1_900)
    path.write_bytes(content)
    told = mia("catalog", "export", "cat", "--to", "out", "--kind", "order_book_depths")
    assert told.code == 6
    assert "cannot be read" in told.err
    assert not list((here / "out").glob("*"))
