"""CSV and Parquet by a mapping: what is written comes back, whatever the layout, and each odd cell is told."""

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.formats.tabular import lines
from catalog.formats.tabular.importer import CsvImporter, ParquetImporter
from catalog.formats.tabular.settings import TableSettings
from mia_plugins.errors import MiaError
from mia_plugins.importing import Importer
from tests.conftest import Mia
from tests.importing import at, read, tuples

START = at("2026-06-01T14:00:00")
CHICAGO = ZoneInfo("America/Chicago")
Row = tuple[int, Decimal, int, int]

some_rows = st.lists(
    st.tuples(
        st.integers(0, 10**14).map(lambda ns: START + ns),
        st.integers(20_000, 28_000).map(lambda ticks: Decimal(ticks) / 4),
        st.integers(1, 5_000),
        st.sampled_from([-1, 0, 1]),
    ),
    min_size=1,
    max_size=30,
)


def mapping(importer: type[Importer] = CsvImporter, **said: Any) -> Importer:
    return importer(TableSettings.model_validate({"kind": "trades"} | said))


def of_file(importer: Importer, name: str, content: bytes, **said: Any) -> tuple[list[tuple[Any, ...]], Any]:
    found, quality = read(importer, name, content, **said)
    return [row for columns in found for row in tuples(columns)], quality


def plain(rows: list[Row]) -> list[tuple[int, int, int, int]]:
    return [(ts, int(price * 4), size, side) for ts, price, size, side in rows]


def iso(ts: int, zone: Any = dt.UTC, *, offset: bool = True) -> str:
    """Return UTC ns as ISO, exact to the ns."""
    moment = dt.datetime.fromtimestamp(ts // 10**9, zone)
    text = f"{moment:%Y-%m-%dT%H:%M:%S}.{ts % 10**9:09}"
    return text + (f"{moment:%z}" if offset else "")


@settings(max_examples=40, deadline=None)
@given(
    some_rows,
    st.sampled_from(["iso", "naive", "s", "ms", "us", "ns"]),
    st.booleans(),
    st.sampled_from([",", ";", "\t"]),
)
def test_csv_comes_back_however_it_is_written(
    rows: list[Row], form: str, header: bool, delimiter: str
) -> None:
    unit = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}.get(form, 1)
    rows = [(ts // unit * unit if form != "s" else ts, *others) for ts, *others in rows]  # type: ignore[misc]
    words = {1: "Bid", -1: "Ask", 0: ""}

    def when(ts: int) -> str:
        if form in {"iso", "naive"}:
            return iso(ts, CHICAGO, offset=form == "iso")
        return f"{ts // 10**9}.{ts % 10**9:09}" if form == "s" else str(ts // unit)

    text = [delimiter.join(("Volume", "When", "more", "Last", "Who"))] if header else []
    text += [
        delimiter.join((str(size), when(ts), "x", f'"{price}"', words[side]))
        for ts, price, size, side in rows
    ]
    names = ("When", "Last", "Volume", "Who") if header else ("2", "4", "1", "5")
    importer = mapping(
        columns=dict(zip(("time", "price", "size", "side"), names, strict=True)),
        time=form if unit > 1 or form == "ns" else "iso",
        time_zone="America/Chicago" if form == "naive" else None,
        side={"buy": ("BID",), "sell": ("ask",), "unknown": ("",)},
        delimiter=delimiter,
        header=header,
    )
    block = lines.BLOCK
    lines.BLOCK = 64 + 7 * len(rows)
    try:
        found, quality = of_file(importer, "ESM6.csv", "\r\n".join(text).encode())
    finally:
        lines.BLOCK = block
    assert found == plain(rows)
    assert quality.read == len(rows)


@settings(max_examples=25, deadline=None)
@given(
    some_rows,
    st.sampled_from(["float", "decimal", "text"]),
    st.sampled_from(["utc", "zone", "naive", "ns", "text"]),
)
def test_parquet_comes_back_whatever_its_types(rows: list[Row], prices: str, form: str) -> None:
    ts, price, size, side = (list(column) for column in zip(*rows, strict=True))
    whole = pa.array(ts, pa.int64())
    zoned = whole.cast(pa.timestamp("ns", "UTC"))
    local = [iso(one, CHICAGO, offset=False) for one in ts]
    when = {
        "utc": zoned,
        "zone": zoned.cast(pa.timestamp("ns", "America/Chicago")),
        "naive": pa.array(np.array(local, "M8[ns]")),
        "ns": whole,
        "text": pa.array(local).dictionary_encode(),
    }
    cost = {
        "float": pa.array([float(one) for one in price]),
        "decimal": pa.array(price, pa.decimal128(20, 4)),
        "text": pa.array([str(one) for one in price], pa.large_string()),
    }
    table = pa.table(
        {"time": when[form], "price": cost[prices], "size": pa.array(size, pa.uint32()), "side": side}
    )
    out = io.BytesIO()
    pq.write_table(table, out)
    said = (
        {"time": "ns"}
        if form == "ns"
        else {"time_zone": "America/Chicago"}
        if form in {"naive", "text"}
        else {}
    )
    found, _ = of_file(
        mapping(ParquetImporter, columns={"side": "side"}, **said), "ESM6.parquet", out.getvalue()
    )
    assert found == plain(rows)


ODD = """time,price,size,side
2026-06-01T14:00:00Z,6000.25,2,buy
2026-06-01T14:00:01,6000.25,2,buy
2026-06-01T14:00:02Z,6000.3,2,buy
2026-06-01T14:00:03Z,6000.25,1.5,buy
2026-06-01T14:00:04Z,6000.25,2,either
2026-06-01T14:00:05Z,6000.25,2

2026-06-01T14:00:06Z,,2,buy
yesterday,6000.25,2,buy
1899-06-01T14:00:07Z,6000.25,2,buy
2026-06-01T14:00:08Z,6000.25,-2,sell
2026-06-01T14:00:09Z,-6000.25,2,sell
2026-06-01 14:00:10.5+02:00,6000.50,3,SELL
"""


def test_each_odd_line_is_rejected_with_its_number() -> None:
    found, quality = of_file(mapping(columns={"side": "side"}), "ESM6.csv", ODD.encode())
    assert found == [(START, 24_001, 2, 1), (at("2026-06-01T12:00:10.500000"), 24_002, 3, -1)]
    assert quality.read == 12
    assert {reason: (count, quality.first[reason]) for reason, count in quality.rejected.items()} == {
        "a line with another number of cells than there are columns": (1, "ESM6.csv: line 7"),
        "a time that cannot be read, has no zone, or falls into a change of the clocks": (
            2,
            "ESM6.csv: line 3",
        ),
        "a word for the aggressor that the mapping does not have": (1, "ESM6.csv: line 6"),
        "the time is not from 1998 to 2037": (1, "ESM6.csv: line 11"),
        "a price is no whole number of ticks of 0.25 points": (2, "ESM6.csv: line 4"),
        "a price is zero or less": (1, "ESM6.csv: line 13"),
        "a size is no whole number of contracts, one or more": (2, "ESM6.csv: line 5"),
    }


def test_an_hour_that_the_clocks_repeat_is_not_guessed() -> None:
    text = "time,price,size\n2026-11-01T01:30:00,6000,1\n2026-11-01T03:30:00,6000,1\n2026-03-08T02:30:00,6000,1\n"
    found, quality = of_file(mapping(time_zone="America/New_York"), "ESM6.csv", text.encode())
    assert [row[0] for row in found] == [at("2026-11-01T08:30:00")]
    assert quality.rejected.total() == 2


def test_rows_say_which_contract_they_are_of() -> None:
    text = "time,price,size,sym\n2026-06-01T14:00:00Z,6000,1,ESM26\n2026-06-01T14:00:00Z,22000,2,NQM6.CME\n2026-06-01T14:00:00Z,70,2,CLN6\n"
    importer = mapping(columns={"instrument": "sym"})
    found, quality = read(importer, "trades.csv", text.encode())
    assert [columns.ticks.tolist() for columns in found] == [[24_000], [88_000]]  # type: ignore[union-attr]
    assert dict(quality.first) == {"an instrument that is none of ES, NQ, MES and MNQ": "trades.csv: line 4"}


def test_ids_that_are_texts_are_always_the_same_numbers() -> None:
    text = "time,price,size,id\n2026-06-01T14:00:00Z,6000,1,a-7\n2026-06-01T14:00:00Z,6000,1,12\n"
    importer = mapping(columns={"id": "id"})
    Path("ESM6.csv").write_text(text)
    (part,) = importer.parts(_source("ESM6.csv"))
    assert part.rows[0].ids.tolist() == [300_210_684_923_852_034, 12]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("form", "first", "second"),
    [
        ("iso", "2026-06-01T10:00:00-04", "2026-06-01T09:00:00-05"),
        ("iso", "2026-06-01T10:00:00-04", "2026-06-01T14:00:00Z"),
        ("%Y-%m-%d %H:%M:%S %z", "2026-06-01 10:00:00 -0400", "2026-06-01 09:00:00 -0500"),
    ],
)
def test_offsets_may_differ_from_line_to_line(form: str, first: str, second: str) -> None:
    text = f"time,price,size\n{first},6000,1\n{second},6000,2\n"
    found, quality = read(mapping(time=form), "ESM6.csv", text.encode())
    assert quality.rejected.total() == 0
    assert [columns.ts.tolist() for columns in found] == [[1_780_322_400 * 10**9] * 2]


def test_names_of_zones_that_differ_are_rejected_not_fallen_over() -> None:
    text = "time,price,size\n2026-06-01 10:00:00 EDT,6000,1\n2026-06-01 14:00:00 UTC,6000,2\n"
    _, quality = read(mapping(time="%Y-%m-%d %H:%M:%S %Z"), "ESM6.csv", text.encode())
    assert quality.rejected.total() == 2


def _source(name: str) -> Any:
    from mia_plugins.importing import Source

    return Source(Path(name))


def test_bars_may_be_stamped_at_their_open() -> None:
    text = "time,open,high,low,close,volume\n2026-06-01T14:00:00Z,6000,6001,5999,6000.5,7\n2026-06-01T14:01:30Z,1,1,1,1,1\n"
    text += "2026-06-01T14:02:00Z,6000,5999,5998,6000.5,7\n"
    text += "".join(f"2026-06-01T14:0{minute}:00Z,6000,6001,5999,6000.5,7\n" for minute in (3, 4, 5))
    found, quality = of_file(mapping(kind="bars", bars_stamped_at="open"), "ESM6.csv", text.encode())
    assert found == [
        (START + minute * 60 * 10**9, 24_000, 24_004, 23_996, 24_002, 7) for minute in (1, 4, 5, 6)
    ]
    assert set(quality.rejected) == {
        "a bar that does not begin with a minute",
        "a bar's high and low do not enclose its open and close",
    }


@pytest.mark.parametrize("seconds", [1, 5, 300, 3_600, 86_400])
def test_bars_of_another_length_are_refused_with_it(seconds: int) -> None:
    moments = (START // 10**9 + number * seconds for number in range(70))
    text = "".join(f"{moment},6000,6001,5999,6000.5,7\n" for moment in moments)
    importer = mapping(kind="bars", bars_stamped_at="close", time="s")
    with pytest.raises(MiaError, match=f"line 2: bars {seconds} s apart"):
        of_file(importer, "ESM6.csv", f"time,open,high,low,close,volume\n{text}".encode())


def test_what_bars_are_stamped_at_must_be_said_and_a_tick_only_of_ticks() -> None:
    with pytest.raises(ValueError, match="bars_stamped_at should be open or close"):
        mapping(kind="bars")
    with pytest.raises(ValueError, match="tick_size is of `prices: ticks`"):
        mapping(tick_size=0.01)
    text = b"time,price,size\n2026-06-01T14:00:00Z,600025,1\n"
    found, _ = of_file(mapping(prices="ticks", tick_size=0.01), "ESM6.csv", text)
    assert [row[1] for row in found] == [24_001]


def test_a_spread_and_an_option_are_no_contract() -> None:
    text = "time,price,size,of\n" + "".join(
        f"2026-06-01T14:00:00Z,6000,1,{name}\n"
        for name in ("ESM6", "ESM6-ESU6", "ESM6 C6000", "ES 6000 call")
    )
    _, quality = of_file(mapping(columns={"instrument": "of"}), "trades.csv", text.encode())
    assert (quality.written, quality.rejected.total()) == (1, 3)


def test_a_column_that_is_missing_is_said_with_the_nearest() -> None:
    with pytest.raises(MiaError) as error:
        of_file(mapping(), "ESM6.csv", b"time,prize,size\n1,2,3\n")
    assert error.value.what == "ESM6.csv: its columns: there is none called 'price'; did you mean 'prize'?"


def test_a_mapping_is_a_file_of_yaml(mia: Mia) -> None:
    Path("trades.csv").write_text("When,Last,Qty\n06/01/2026 09:00:00.250,24001,3\n")
    Path("mapping.yaml").write_text(
        "kind: trades\ncolumns: {time: When, price: Last, size: Qty}\ntime: '%m/%d/%Y %H:%M:%S.%f'\n"
        "time_zone: America/Chicago\nprices: ticks\n"
    )
    command = ("catalog", "import", "csv", "trades.csv", "--catalog", "cat", "--instrument", "ESM6")
    assert "1 rows written" in mia(*command, "--settings", "mapping.yaml").out
    assert "the importer 'csv' needs settings: kind" in mia(*command).err
    Path("mapping.yaml").write_text("kind: trade\ntime_zone: Chicago\n")
    said = mia(*command, "--settings", "mapping.yaml").err
    assert "mapping.yaml:1:7" in said
    assert "mapping.yaml:2:12" in said
