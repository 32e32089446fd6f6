"""MenthorQ's levels: the specification's lines, other forms of the same, and what is wrong with them."""

import datetime as dt
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.formats.menthorq.labels import level_of
from mia_plugins.data.arrow import times_of
from mia_plugins.data.level_names import LevelKind
from mia_plugins.data.sessions import NEW_YORK
from mia_plugins.importing import Source, SourceError
from tests.dbn import Read
from tests.levels import as_lines, levels_of, read_levels, written

LINES = """\
$NQM2026: Call Resistance, 26500, Put Support, 25000, HVL, 25275, 1D Min, 26421.44, 1D Max, 27076.06, Call Resistance 0DTE, 26800, GEX 1, 27000
$ES1!: BL 1, 7172.37, BL 2, 7106.16
$VIX: 1D Exp Move Min, 12.27, HVL 1WTE & Put Support 1WTE & GEX Level 2, 12.5, Call Resistance, 20
$SPX: Call Resistance 0DTE, N/A, Net GEX, 3.92M, IV 30D, 21.15
"""


def ns(*moment: int) -> int:
    return int(dt.datetime(*moment, tzinfo=NEW_YORK).timestamp()) * 10**9  # type: ignore[arg-type,misc]


def known(found: Read, column: str = "ts_init") -> list[int]:
    return [ts for rows in found.tables for ts in times_of(rows.table[column].combine_chunks()).tolist()]


def test_the_lines_of_the_specification(tmp_path: Path) -> None:
    found = read_levels(Source(written(tmp_path, LINES)))
    assert levels_of(found) == {
        ("NQ", "Call Resistance"): 26500,
        ("NQ", "Put Support"): 25000,
        ("NQ", "HVL"): 25275,
        ("NQ", "1D Min"): 26421.44,
        ("NQ", "1D Max"): 27076.06,
        ("NQ", "Call Resistance 0DTE"): 26800,
        ("NQ", "GEX 1"): 27000,
        ("ES", "BL 1"): 7172.37,
        ("ES", "BL 2"): 7106.16,
        ("VIX", "1D Min"): 12.27,
        ("VIX", "HVL 1WTE"): 12.5,
        ("VIX", "Put Support 1WTE"): 12.5,
        ("VIX", "GEX 2"): 12.5,
        ("VIX", "Call Resistance"): 20,
    }
    assert found.rejected == {
        "a level that is not given (N/A)": 1,
        "a figure that is no price, such as Net GEX": 2,
    }


def test_a_line_without_a_ticker_is_of_what_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, "Call Resistance, 630, Put Support, 560, HVL, 600")
    assert set(levels_of(read_levels(Source(path), underlying="SPY"))) == {
        ("SPY", "Call Resistance"),
        ("SPY", "Put Support"),
        ("SPY", "HVL"),
    }
    of_es = written(tmp_path, "HVL, 6000", "es 2026-06-01.txt")
    assert ("ES", "HVL") in levels_of(read_levels(Source(of_es, instrument="ES")))
    with pytest.raises(SourceError, match="no ticker before it"):
        read_levels(Source(path))


def test_end_of_day_levels_exist_from_23_00_and_those_of_an_index_from_18_00(tmp_path: Path) -> None:
    found = read_levels(Source(written(tmp_path, "$ES1!: HVL, 6000\n$SPX: HVL, 5980")))
    assert known(found) == [ns(2026, 6, 1, 23), ns(2026, 6, 1, 18)]
    assert known(found, "ts_event") == [ns(2026, 6, 1, 17)] * 2


def test_an_instant_is_taken_as_it_is_and_intraday_levels_need_one(tmp_path: Path) -> None:
    path = written(tmp_path, "$ES1!: HVL, 6000")
    at = dt.datetime(2026, 6, 2, 10, 30, tzinfo=NEW_YORK)
    found = read_levels(Source(path, as_of=at), publication="intraday")
    assert known(found) == known(found, "ts_event") == [ns(2026, 6, 2, 10, 30)]
    assert found.tables[0].table["source"].to_pylist() == ["menthorq intraday"]
    with pytest.raises(SourceError, match="intraday levels need one"):
        read_levels(Source(path), publication="intraday")


def test_without_a_day_in_name_or_command_line_it_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no day in it"):
        read_levels(Source(written(tmp_path, "$ES1!: HVL, 6000", "levels.txt")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "$ES1!:\n  Call Resistance,\n 6100\nPut Support, 5900",
            {"Call Resistance": 6100, "Put Support": 5900},
        ),
        ("ES1!:Call\nResistance,6100,,HVL,6.05K", {"Call Resistance": 6100, "HVL": 6050}),
        ("$ES1!: HVL, 6000, High Vol Level, 6010", {"HVL": 6010}),
        (
            "$ES1!: 0DTE Call Wall, $6100.25; swing_upper_band, 6200",
            {"Call Resistance 0DTE": 6100.25, "Swing Upper Band": 6200},
        ),
        ("\ufeff$ES1!: Pivot Magic, 6001", {"Pivot Magic": 6001}),
    ],
)
def test_spaces_breaks_aliases_and_suffixes(tmp_path: Path, text: str, expected: dict[str, float]) -> None:
    found = levels_of(read_levels(Source(written(tmp_path, text))))
    assert {name: price for (_, name), price in found.items()} == expected


def test_what_is_no_pair_is_rejected_with_its_line(tmp_path: Path) -> None:
    found = read_levels(Source(written(tmp_path, "$ES1!: HVL, Put Support, 5900\n6000, GEX 1, -5")))
    assert found.rejected == {"a level without a price above zero": 2, "a price without a label": 1}
    assert {one.first for part in found.parts for one in part.rejected.values()} == {"line 1", "line 2"}


@pytest.mark.parametrize(
    "name", ["HVL", "Risk Trigger", "GEX 10", "BL 3", "Gamma Wall 0DTE", "1D Max", "Put Support 1M"]
)
def test_names_of_ours_stay_what_they_are(name: str) -> None:
    assert level_of(name).name == name
    assert level_of(name.lower().replace(" ", "_")).name == name
    assert level_of(name).kind is not LevelKind.OTHER


SHEETS = {
    "a line a level": "date,ticker,level,price\n2026-06-01,ES1!,Call Resistance,6100\n2026-06-01,ES1!,GEX Level 1,6050\n",
    "a line a day": "Date;Symbol;Call Resistance;GEX 1\n06/01/2026;ESM6;6100;6050\n",
    "no times": "Name,Value,Symbol\ncall_resistance,6100,$ES1!\ngex_1,6050,$ES1!\n",
}


@pytest.mark.parametrize("form", SHEETS)
def test_sheets_of_several_forms_say_the_same(tmp_path: Path, form: str) -> None:
    found = read_levels(Source(written(tmp_path, SHEETS[form], "es 2026-06-01.csv")), dates="mdy")
    assert levels_of(found) == {("ES", "Call Resistance"): 6100, ("ES", "GEX 1"): 6050}
    assert set(known(found)) == {ns(2026, 6, 1, 23)}


def test_a_cell_that_is_no_time_is_rejected(tmp_path: Path) -> None:
    text = "date,level,price,ticker\nsoon,HVL,6000,ES\n2026-06-06,HVL,6000,ES\n2026-06-08,HVL,6000,ES\n"
    found = read_levels(Source(written(tmp_path, text)))
    assert found.rejected == {
        "a time that is no day and no instant with its zone": 1,
        "a day without a session": 1,
    }
    assert len(levels_of(found)) == 1


T = 1_780_000_000.0


def dumped(*lines: dict[str, Any]) -> str:
    return "\n".join(json.dumps(line) for line in lines)


def level(t: Any, name: str, price: Any, **more: Any) -> dict[str, Any]:
    return {"t": t, "sym": "ESU26-CME", "type": "menthorq_level", "level_type": name, "price": price, **more}


def test_a_dump_says_a_set_once_and_anew_when_it_changes(tmp_path: Path) -> None:
    text = dumped(
        level(T, "call_resistance", 6100),
        level(T + 0.01, "blind_spot_0", 6001.5),
        {"t": T, "sym": "ESU26-CME", "type": "depth"},
        level(T + 60, "call_resistance", 6100),
        level(T + 60.01, "blind_spot_0", 6001.5),
        {"t": T + 61, "sym": "VIX", "type": "vix", "last": 17.5},
        level(T + 120, "call_resistance", 6150),
        level(T + 120.01, "blind_spot_0", 6001.5),
    )
    found = read_levels(Source(written(tmp_path, text, "dump.jsonl")))
    assert found.rejected == {"a line of type depth, which mia does not read from dumps": 1}
    tables = {rows.name: rows.table for rows in found.tables}
    assert tables["vix"]["value"].to_pylist() == [17.5]
    rows = [row for one in found.tables if one.name == "levels" for row in one.table.to_pylist()]
    assert [(row["name"], row["price"]) for row in rows] == [
        ("Call Resistance", 6100),
        ("BL 1", 6001.5),
        ("Call Resistance", 6150),
        ("BL 1", 6001.5),
    ]
    assert known(found)[0] == round((T + 0.01) * 1e6) * 1000


@pytest.mark.parametrize(
    "t", [T, T * 1e3, T * 1e6, T * 1e9, "2026-05-28T20:26:40+00:00", T / 86_400 + 25_569, str(T)]
)
def test_times_of_dumps_in_any_unit(tmp_path: Path, t: Any) -> None:
    path = written(tmp_path, dumped(level(t, "hvl", 6000)), "dump.jsonl")
    found = read_levels(Source(path), time_zone="UTC")
    assert known(found)[0] == pytest.approx(T * 1e9, abs=1e6)


def test_sierras_days_and_times_without_a_zone_are_of_the_chart(tmp_path: Path) -> None:
    for t in (46_170.5, "2026-05-28T12:00:00"):
        path = written(tmp_path, dumped(level(t, "hvl", 6000)), "dump.jsonl")
        at = dt.datetime(2026, 5, 28, 13, tzinfo=NEW_YORK).timestamp() * 10**9
        assert known(read_levels(Source(path), time_zone="America/Chicago")) == [at]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "no JSON object"),
        ("[1]", "no JSON object"),
        (json.dumps(level(None, "hvl", 1)), "without a time"),
        (json.dumps(level("2026-06-01T10:00", "hvl", 1)), "set time_zone"),
        (json.dumps(level(T, "hvl", None)), "without a price"),
        (json.dumps(level(T, "hvl", -1)), "without a price"),
        (json.dumps(level(T, "", 1)), "without a level_type"),
        (json.dumps(level(46_170.5, "hvl", 1)), "set time_zone"),
        (json.dumps(level(1e30, "hvl", 1)), "without a time"),
    ],
)
def test_lines_of_dumps_that_cannot_be_used(tmp_path: Path, line: str, said: str) -> None:
    text = dumped(level(T, "hvl", 6000)) + "\n" + line
    found = read_levels(Source(written(tmp_path, text, "dump.jsonl")))
    (reason,) = found.rejected
    assert said in reason
    assert len(levels_of(found)) == 1


BASIS = {"of": "SPX", "product": "ES", "future": 6060.0, "index": 6000.0, "as_of": "2026-06-01T20:00:00Z"}


@pytest.mark.parametrize(("method", "price"), [("spread", 5960.0), ("ratio", 5959.0)])
def test_levels_of_the_index_are_moved_to_the_future_and_stamped(
    tmp_path: Path, method: str, price: float
) -> None:
    path = written(tmp_path, "$SPX: HVL, 5900\n$NDX: HVL, 22000")
    found = read_levels(Source(path), basis=BASIS | {"method": method})
    assert levels_of(found) == {("ES", "HVL"): price, ("NDX", "HVL"): 22000}
    (stamp,) = [rows.table.to_pylist()[0] for rows in found.tables if rows.name == "level_bases"]
    assert (stamp["method"], stamp["future_price"], stamp["index_price"]) == (method, 6060.0, 6000.0)
    assert stamp["basis_age"] == 2 * 3600.0


def test_a_basis_from_later_than_the_levels_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "$SPX: HVL, 5900")
    with pytest.raises(SourceError, match="known before their basis"):
        read_levels(Source(path), basis=BASIS | {"as_of": "2026-06-01T22:00:01Z"})


def test_only_what_was_moved_is_stamped_and_the_futures_own_levels_come_first(tmp_path: Path) -> None:
    path = written(tmp_path, "$ES1!: HVL, 6010, GEX 1, 6100\n$SPX: HVL, 5900, Put Support, 5800")
    found = read_levels(Source(path), basis=BASIS)
    assert levels_of(found) == {("ES", "HVL"): 6010, ("ES", "GEX 1"): 6100, ("ES", "Put Support"): 5860}
    assert found.rejected == {"a level of the index of which the future's own is given": 1}
    stamps = [row for rows in found.tables if rows.name == "level_bases" for row in rows.table.to_pylist()]
    assert [row["name"] for row in stamps] == ["Put Support"]


def test_a_basis_that_is_too_old_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "$SPX: HVL, 5900")
    old = BASIS | {"as_of": "2026-05-31T20:00:00Z"}
    with pytest.raises(SourceError, match=r"known 26\.0 h after their basis; at most 24 h were expected"):
        read_levels(Source(path), basis=old)
    assert levels_of(read_levels(Source(path), basis=old | {"within": 1_600})) == {("ES", "HVL"): 5960}


@pytest.mark.parametrize(
    "text",
    [
        "$ES1!: HVL, 5,412.25, GEX 1, 5,500, BL 1,5,600\nPut Support, 5300",
        "$ES1!: HVL, 5.412,25, GEX 1, 5500, BL 1,5.600,00\nPut Support, 5300",
        'label,price\nHVL,"5,412.25"\nGEX 1,5500\nBL 1,"5,600"\nPut Support,5300',
        "label;price\nHVL;5.412,25\nGEX 1;5500,0\nBL 1;5600,00\nPut Support;5300",
    ],
)
def test_thousands_may_be_set_apart(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text, "levels 2024-06-03.txt")
    found = read_levels(Source(path, instrument="ES"))
    assert levels_of(found) == {
        ("ES", "HVL"): 5412.25,
        ("ES", "GEX 1"): 5500,
        ("ES", "BL 1"): 5600,
        ("ES", "Put Support"): 5300,
    }
    assert not found.rejected


def test_levels_of_another_multiplier_or_product_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "$ES1!: HVL, 600000, GEX 1, 610000")
    with pytest.raises(SourceError, match="100 times too large for ES") as caught:
        read_levels(Source(path))
    assert caught.value.remedy == "add --multiplier 0.01"
    assert levels_of(read_levels(Source(path, multiplier=0.01)))["ES", "HVL"] == 6_000
    with pytest.raises(SourceError, match="look like those of NQ, not of SPX"):
        read_levels(Source(written(tmp_path, "$SPX: HVL, 24000, GEX 1, 24500")))


def test_of_two_contracts_the_levels_of_the_one_that_leads_count(tmp_path: Path) -> None:
    lines = "$NQU2026: HVL, 24400, BL 1, 24500\n$NQM2026: HVL, 24200"
    found = read_levels(Source(written(tmp_path, lines)))
    assert levels_of(found) == {("NQ", "HVL"): 24_200}
    assert found.rejected == {
        "a level of NQU6, of which NQM6 counts at the time: two contracts have two prices": 2
    }
    alone = read_levels(Source(written(tmp_path, lines.splitlines()[0])))
    assert levels_of(alone) == {("NQ", "HVL"): 24_400, ("NQ", "BL 1"): 24_500}


NAMES = [
    *("Call Resistance", "Put Support", "HVL", "1D Min", "1D Max", "Gamma Wall 0DTE", "Risk Trigger"),
    *("Call Resistance 0DTE", "Put Support 0DTE", "HVL 1WTE", "Swing Upper", "Swing Lower"),
    *(f"GEX {rank}" for rank in range(1, 11)),
    *(f"BL {rank}" for rank in range(1, 11)),
]
ROUGHLY = {"ES": 6_000, "NQ": 24_000, "SPX": 6_000, "NDX": 24_000, "VIX": 20, "QQQ": 600}


def some_levels(ticker: str) -> st.SearchStrategy[dict[str, float | None]]:
    """Draw levels about where a ticker stands."""
    cents = ROUGHLY[ticker] * 100
    prices = st.one_of(st.none(), st.integers(cents * 3 // 4, cents * 5 // 4).map(lambda one: one / 100))
    return st.dictionaries(st.sampled_from(NAMES), prices, min_size=1)


@given(st.fixed_dictionaries({}, optional={ticker: some_levels(ticker) for ticker in ROUGHLY}))
@settings(max_examples=100, deadline=None)
def test_lines_that_are_written_are_read_again(levels: dict[str, dict[str, float | None]]) -> None:
    with TemporaryDirectory() as folder:
        found = read_levels(Source(written(Path(folder), as_lines(levels))))
    assert levels_of(found) == {
        (ticker, name): price
        for ticker, of in levels.items()
        for name, price in of.items()
        if price is not None
    }
    assert sum(found.rejected.values()) == sum(
        price is None for of in levels.values() for price in of.values()
    )
