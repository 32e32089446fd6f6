"""Cboe's option chains in the layouts of several years, and files of the VIX."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from catalog.formats.cboe.importer import CboeImporter, CboeSettings
from catalog.formats.cboe.options import Code, code_of
from catalog.formats.vix import VixImporter, VixSettings
from catalog.imports.quality import Quality
from catalog.imports.sifting import sift_table
from mia_plugins.data.arrow import times_of
from mia_plugins.data.sessions import NEW_YORK
from mia_plugins.errors import MiaError
from mia_plugins.importing import Source, SourceError
from tests.dbn import Read
from tests.levels import read_parts, written

OF_2022 = """
S&P 500 INDEX,"Last: 4395.64","Change: -12.5"
"Date: March 3, 2022 at 4:30 PM EST",Bid: 4395.1,Ask: 4396.2,Size: 1*1,"Volume: 0"
Expiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,Puts,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest
Fri Mar 04 2022,SPXW220304C04400000,20,0,19.5,20.5,1200,0.21,0.48,0.0031,350,4400.000,SPXW220304P04400000,25,0,24.5,25.5,900,0.22,-0.52,0.0031,420
Fri Mar 18 2022,SPX220318C04400000,90,0,89,91,10,0,0.5,0.0012,100,4400.000,SPX220318P04400000,95,0,94,96,20,0.2,-0.5,0.0012,200
Fri Mar 18 2022,SPXW220318C04400000,90,0,89.5,91.5,30,0.2,0.51,0.0013,300,4400.000,SPXW220318P04400000,95,0,94,96,5,0.2,-0.5,0.0012,50
"""
OF_2019 = """SPX (S&P 500 INDEX),2789.65,-1.2
Mar 12 2019 @ 14:05 ET,Bid,2789.1,Ask,2790.2,Size,1x1,Vol,0,
Expiration Date,Calls,Last Sale,Net,Bid,Ask,Vol,IV,Delta,Gamma,Open Int,Strike,Puts,Last Sale,Net,Bid,Ask,Vol,IV,Delta,Gamma,Open Int
03/13/2019,SPXW190313C01700000,0,0,1086.2,1097.5,0,0,0.9975,0,11,01700.00,SPXW190313P01700000,0.05,0.025,0,0.05,3,2.501,-0.0002,0,79
"""
OF_2017 = """SPX (S&P 500 INDEX),2752.01,-3.44,
Apr 05 2018 @ 14:05 ET,Bid,2751.17,Ask,2752.81,Size,1x1,Vol,0,
Calls,Last Sale,Net,Bid,Ask,Vol,Open Int,Puts,Last Sale,Net,Bid,Ask,Vol,Open Int,
18 Apr 2400.00 (SPXW1806D2400),0,0,251.1,252.9,7,40,18 Apr 2400.00 (SPXW1806P2400),0,0,0.05,0.10,9,60,
"""


def served(**changed: Any) -> dict[str, Any]:
    option = {
        "option": "SPX260618C06000000",
        "bid": 50.5,
        "ask": 51.5,
        "iv": 0.15,
        "delta": 0.5,
        "gamma": 0.002,
    }
    whole: dict[str, Any] = {
        "timestamp": "2026-06-01 20:14:59",
        "data": {
            "symbol": "^SPX",
            "current_price": 5987.5,
            "options": [option | {"open_interest": 1000.0, "volume": 12.0}],
        },
    }
    return whole | changed


def read_chain(source: Source, **settings: Any) -> Read:
    return read_parts(CboeImporter(CboeSettings.model_validate(settings)), source)


def rows_of(found: Read) -> list[dict[str, Any]]:
    (rows,) = found.tables
    return list(rows.table.to_pylist())


def ns(*moment: int, zone: dt.tzinfo = NEW_YORK) -> int:
    return int(dt.datetime(*moment, tzinfo=zone).timestamp()) * 10**9  # type: ignore[arg-type,misc]


def test_a_chain_of_2022(tmp_path: Path) -> None:
    found = read_chain(Source(written(tmp_path, OF_2022, "quotedata.csv")))
    rows = rows_of(found)
    assert len(rows) == 4
    first = rows[0]
    assert first["underlying"] == "SPX"
    assert (first["spot"], first["expiry"], first["strike"]) == (4395.64, dt.date(2022, 3, 4), 4400)
    named = {row["is_call"]: row for row in rows if row["expiry"] == dt.date(2022, 3, 4)}
    assert (named[True]["bid"], named[True]["iv"], named[True]["gamma"]) == (19.5, 0.21, 0.0031)
    assert (named[False]["delta"], named[False]["open_interest"], named[False]["volume"]) == (-0.52, 420, 900)
    table = found.tables[0].table
    assert set(times_of(table["ts_event"].combine_chunks()).tolist()) == {ns(2022, 3, 3, 16, 30)}
    assert set(times_of(table["ts_init"].combine_chunks()).tolist()) == {ns(2022, 3, 3, 16, 45)}


def test_morning_and_afternoon_options_of_one_strike_are_added_up(tmp_path: Path) -> None:
    found = read_chain(Source(written(tmp_path, OF_2022, "quotedata.csv")))
    call = next(row for row in rows_of(found) if row["expiry"].day == 18 and row["is_call"])
    assert (call["open_interest"], call["volume"], call["delta"]) == (400, 40, 0.51)
    assert sum(found.flagged.values()) == 2


def test_a_chain_of_2019(tmp_path: Path) -> None:
    put, call = rows_of(read_chain(Source(written(tmp_path, OF_2019, "quotedata.dat"))))
    assert (call["spot"], call["iv"], call["open_interest"]) == (2789.65, None, 11)
    assert (put["iv"], put["ask"], put["strike"], put["expiry"]) == (2.501, 0.05, 1700, dt.date(2019, 3, 13))


def test_a_chain_without_greeks_whose_options_name_their_strike(tmp_path: Path) -> None:
    put, call = rows_of(read_chain(Source(written(tmp_path, OF_2017, "quotedata.dat"))))
    assert (call["strike"], call["expiry"], call["bid"]) == (2400, dt.date(2018, 4, 6), 251.1)
    assert (call["iv"], call["gamma"], put["open_interest"], put["spot"]) == (None, None, 60, 2752.01)


def test_a_chain_as_json(tmp_path: Path) -> None:
    found = read_chain(Source(written(tmp_path, json.dumps(served()), "_SPX.json")))
    (row,) = rows_of(found)
    assert (row["underlying"], row["spot"], row["open_interest"], row["iv"]) == ("SPX", 5987.5, 1000, 0.15)
    table = found.tables[0].table
    utc = ns(2026, 6, 1, 20, 14, 59, zone=dt.UTC)
    assert times_of(table["ts_init"].combine_chunks()).tolist() == [utc]
    assert times_of(table["ts_event"].combine_chunks()).tolist() == [utc - 15 * 60 * 10**9]


def test_a_time_beyond_all_times_is_left_to_the_catalog_to_reject(tmp_path: Path) -> None:
    text = json.dumps(served(timestamp="9026-06-01 20:14:59"))
    (rows,) = read_chain(Source(written(tmp_path, text, "_SPX.json"))).tables
    assert not len(sift_table(rows, Quality(), "a").table)


def test_time_and_spot_can_be_given(tmp_path: Path) -> None:
    text = "\n".join(OF_2022.strip().splitlines()[2:])
    path = written(tmp_path, text, "quotedata.csv")
    with pytest.raises(SourceError, match="no day in it"):
        read_chain(Source(path))
    at = dt.datetime(2022, 3, 3, 12, tzinfo=NEW_YORK)
    with pytest.raises(SourceError, match="no price of the underlying"):
        read_chain(Source(path, as_of=at))
    assert rows_of(read_chain(Source(path, as_of=at), spot=4400))[0]["spot"] == 4400


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("SPXW220304C04400000", "SPXW220304C04500000"), "says another expiry, strike or kind"),
        (("SPXW220304C04400000", "SPXW220304P04400000"), "says another expiry, strike or kind"),
        (("Fri Mar 04 2022,SPXW220304C04400000", ",rubbish"), "do not say expiry and strike"),
    ],
)
def test_an_option_that_contradicts_itself_is_rejected(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    found = read_chain(Source(written(tmp_path, OF_2022.replace(*change, 1), "quotedata.csv")))
    assert said in next(iter(found.rejected))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no header"),
        ("a,b\n1,2", "no header"),
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ('{"data": {"options": 5}}', "no list of `options`"),
        (json.dumps(served() | {"data": {"options": []}}), "nothing says what the options are on"),
    ],
)
def test_files_that_are_no_chain(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        read_chain(Source(written(tmp_path, text, "chain 2026-06-01.csv")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SPXW260601C06000000", Code("SPXW", dt.date(2026, 6, 1), 6000, True)),
        ("SPX   260618P05987500", Code("SPX", dt.date(2026, 6, 18), 5987.5, False)),
        ("18 Apr 2400.00 (SPXW1806P2400-E)", Code("SPXW", dt.date(2018, 4, 6), 2400, False)),
        ("SPXW261301C06000000", None),
        ("rubbish", None),
    ],
)
def test_codes_of_options(text: str, expected: Code | None) -> None:
    assert code_of(text) == expected


def read_vix(path: Path, **settings: Any) -> Read:
    return read_parts(VixImporter(VixSettings.model_validate(settings)), Source(path))


@pytest.mark.parametrize(
    "text",
    [
        "DATE,OPEN,HIGH,LOW,CLOSE\n06/01/2026,17.1,18.2,16.9,17.55\n",
        "Cboe Volatility Index\n\nDate,VIX Open,VIX High,VIX Low,VIX Close\n6/1/2026,17.1,18.2,16.9,17.55\n",
        "observation_date,VIXCLS\n2026-06-01,17.55\n2026-06-02,.\n",
        "timestamp,value\n2026-06-01T16:15:00-04:00,17.55\n",
    ],
)
def test_the_vix_in_several_layouts(tmp_path: Path, text: str) -> None:
    found = read_vix(written(tmp_path, text, "vix.csv"), dates="mdy")
    (rows,) = found.tables
    assert rows.table["value"].to_pylist() == [17.55]
    assert times_of(rows.table["ts_init"].combine_chunks()).tolist() == [ns(2026, 6, 1, 16, 15)]


def test_volatilities_in_percent_are_shares(tmp_path: Path) -> None:
    signed = OF_2022.replace(",0.21,", ",21%,").replace(",0.22,", ",22.0%,").replace(",0.2,", ",20 %,")
    counted = OF_2022.replace(",0.21,", ",21,").replace(",0.22,", ",22,").replace(",0.2,", ",20,")
    whole = rows_of(read_chain(Source(written(tmp_path, OF_2022, "a.csv"))))
    for text, flagged in ((signed, {}), (counted, {"volatilities in percent, taken as shares": 4})):
        found = read_chain(Source(written(tmp_path, text, "a.csv")))
        assert [row["iv"] for row in rows_of(found)] == pytest.approx([row["iv"] for row in whole])
        assert {name: n for name, n in found.flagged.items() if "percent" in name} == flagged


def test_days_that_may_be_exchanged_are_told_by_the_others_or_by_the_user(tmp_path: Path) -> None:
    def known(text: str, **settings: Any) -> tuple[list[int], dict[str, int]]:
        found = read_vix(written(tmp_path, f"DATE,CLOSE\n{text}", "vix.csv"), **settings)
        return [
            ts for rows in found.tables for ts in times_of(rows.table["ts_init"].combine_chunks()).tolist()
        ], found.rejected

    february, january = ns(2026, 2, 3, 16, 15), ns(2026, 3, 2, 16, 15)
    asked = {"a day of which day and month may be exchanged: set `dates` to mdy or dmy": 1}
    assert known("02/03/2026,17\n") == ([], asked)
    assert known("02/03/2026,17\n", dates="mdy") == ([february], {})
    assert known("02/03/2026,17\n", dates="dmy") == ([january], {})
    assert known("02/03/2026,17\n01/13/2026,18\n") == ([february, ns(2026, 1, 13, 16, 15)], {})
    assert known("02.03.2026,17\n13.01.2026,18\n") == ([january, ns(2026, 1, 13, 16, 15)], {})
    assert known("02/02/2026,17\n") == ([ns(2026, 2, 2, 16, 15)], {})
    assert known("13/13/2026,17\n", dates="mdy")[0] == []


def test_times_without_a_zone_need_one(tmp_path: Path) -> None:
    path = written(tmp_path, "time,last\n2026-06-01 10:00:00,17.5\n2026-06-01 10:01:00,0\n", "vix.csv")
    assert read_vix(path).rejected == {
        "a time without a zone: set time_zone in --settings": 1,
        "a value that is no VIX": 1,
    }
    (rows,) = read_vix(path, time_zone="America/New_York").tables
    assert times_of(rows.table["ts_init"].combine_chunks()).tolist() == [ns(2026, 6, 1, 10)]
    with pytest.raises((ValueError, MiaError), match="should be a time zone"):
        VixSettings(time_zone="Mars/Olympus")
