"""`mia explain` on a run's folder that the journal itself wrote."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mia_plugins.data.arrow import TIME
from mia_plugins.errors import ExitCode
from mia_plugins.host.host import HEAVY_MODULES
from mia_plugins.journal.decision import Decision, JournalColumns, Outcome
from mia_plugins.journal.schema import SHADOWS
from mia_plugins.journal.shadow import Shadows
from mia_plugins.journal.writer import Journal
from mia_plugins.runs.draft import RunDraft
from mia_plugins.runs.folder import RunStatus
from mia_plugins.runs.rows import RowLog
from tests.conftest import Mia
from tests.runs import INPUTS, RUNS, record

NS = 1_000_000_000
TS = 1_780_321_500 * NS + 1
"""2026-06-01 9:45 in New York, and a nanosecond."""
ES = "ESU6.XCME"
TREND = JournalColumns(
    ("trend", "order_book_imbalance", "gap"), (0.2, 0.7, 0.1), ("cooldown", "blind_spot"), ("base", "vix_cap"), ("bars",)
)  # fmt: skip
BUY = Decision(
    1, Outcome.TAKEN, "", 2, 23_990, 24_020, 0.34, 0.7, "GOOD", (0.5, -0.8, None), (0.1, -0.56, None),
    (True, None), (15.0, None), (3, 2), (0.25,),
)  # fmt: skip
BLOCKED = replace(
    BUY, side=-1, outcome=Outcome.BLOCKED, reason="blind_spot", size=1, stop=24_010, target=23_980,
    verdicts=(True, False), numbers=(15, 4.5),
)  # fmt: skip
REJECTED = replace(BUY, outcome=Outcome.REJECTED, reason="confidence", size=1, score=None)


def trades(path: Path, rows: list[tuple[Any, ...]]) -> None:
    columns = dict(
        zip(
            ("order_id", "decision", "ts", "side", "lots", "ticks", "fee"),
            zip(*rows, strict=True),
            strict=True,
        )
    )
    table = pa.table(columns)
    table = table.set_column(2, "ts", table["ts"].cast(TIME))
    pq.write_table(table, path)


def written_run(seed: int = 7, keep: Any = "all", status: RunStatus = RunStatus.COMPLETE) -> Path:
    """Write a run: 1 nothing, 2 taken, 3 as 1, 4 blocked, 5 rejected, 6 taken of another instrument and held."""
    inputs = replace(INPUTS, seed=seed)
    draft = RunDraft.begin(RUNS, inputs)
    columns = {"trend": TREND, "bare": JournalColumns()}
    journal = Journal(draft.log("decisions"), columns, keep, {"settings_hash": "a1b2c3"})
    trend, bare = journal.book("trend"), journal.book("bare")
    quiet = replace(BUY, side=0, outcome=Outcome.NONE, size=0, stop=None, target=None)
    trend.record(TS - 60 * NS, ES, "bar", quiet, None, 24_000)
    trend.record(TS, ES, "bar", BUY, "trend-2", 24_000)
    trend.record(TS + 60 * NS, ES, "bar", replace(quiet, values=(1, 1, 1)), None, 24_000)
    trend.record(TS + 120 * NS, ES, "trigger", BLOCKED, None, 24_000)
    trend.record(TS + 180 * NS, ES, "bar", REJECTED, None, 24_000)
    bare.record(
        TS + 240 * NS, "BTC.BINANCE", "bar", Decision(1, Outcome.TAKEN, size=1, stop=90), "bare-6", 100
    )
    journal.close()
    log = RowLog(draft.log("shadows"), SHADOWS)
    shadows = Shadows(1, log)
    shadows.open(4, TS + 120 * NS, -1, 24_010, 23_980, TS + 3_600 * NS)
    quotes = [
        (TS + 121 * NS, 24_000, 24_001),
        (TS + 125 * NS, 23_990, 23_991),
        (TS + 130 * NS, 23_979, 23_980),
    ]
    shadows.advance(*(pa.array(column).to_numpy() for column in zip(*quotes, strict=True)))
    log.close()
    trades(
        draft.folder / "orders.parquet",
        [("trend-2-in", 2, TS, 1, 2, None, 0.0), ("trend-2-stop", 2, TS, -1, 2, 23_990, 0.0), ("bare-6-in", 6, TS, 1, 1, None, 0.0)],
    )  # fmt: skip
    trades(
        draft.folder / "fills.parquet",
        [("trend-2-in", 2, TS + 5, 1, 2, 24_001, 4.2), ("trend-2-stop", 2, TS + NS, -1, 2, 23_989, 4.2), ("bare-6-in", 6, TS, 1, 1, 101, 0.1)],
    )  # fmt: skip
    return draft.seal(record(inputs, status))[1].path


@pytest.fixture
def run(here: Path) -> Path:
    return here / written_run()


ID = INPUTS.id
SHORT = ID[:4]
EXPLAINED = f"""\
Decision 2 of run {ID}: buy 2 ESU6.XCME, taken

strategy  trend, asked by a bar's close
New York  Mon 2026-06-01 09:45:00.000000001 EDT
UTC       2026-06-01 13:45:00.000000001 UTC = 1780321500000000001 ns
price     6000.00 points = 24000 ticks
judged    score 0.34, confidence 0.7, tier GOOD
settings  a1b2c3

Measured
  feature                   value  weight  contribution
  order_book_imbalance       -0.8     0.7         -0.56
  trend                       0.5     0.2          +0.1
  gap                   not known     0.1             –
  together                                        -0.46

Rules
  rule        verdict    number
  cooldown    passes         15
  blind_spot  not asked       –

Size, step by step
  base         3
  vix_cap      2
  = contracts  2

Stop and target
  stop    5997.50 points = 23990 ticks
          10 ticks = 2.50 points from the price
          risk $125.00 a contract, $250.00 for 2
  target  6005.00 points = 24020 ticks
          20 ticks = 5.00 points from the price
          gain $250.00 a contract, $500.00 for 2
  ratio   2 times the risk to be gained

Orders
  New York                  side  lots    price  fee  order
  06-01 09:45:00.000000001  buy      2   market       trend-2-in
  06-01 09:45:00.000000001  sell     2  5997.50       trend-2-stop

Fills
  New York                  side  lots    price   fee  order
  06-01 09:45:00.000000006  buy      2  6000.25  $4.2  trend-2-in
  06-01 09:45:01.000000001  sell     2  5997.25  $4.2  trend-2-stop
  result: -24 ticks × contracts × $12.50 - fees $8.4 = -$308.40

Age of what it was made of
  bars  0.25 s

Where this is from
  decisions.parquet, the row with id 2: columns v. (value), c. (contribution),
  ok. and n. (rules), s. (steps), age. (inputs); the weights from its metadata;
  orders.parquet, fills.parquet, the rows of this decision
"""


@pytest.mark.usefixtures("run")
def test_a_taken_decision_is_explained_from_measure_to_money(mia: Mia) -> None:
    outcome = mia("explain", SHORT, 2)
    assert (outcome.code, outcome.err) == (ExitCode.OK, "")
    assert outcome.out == EXPLAINED


@pytest.mark.usefixtures("run")
def test_a_blocked_decision_names_its_rule_and_what_it_would_have_come_to(mia: Mia) -> None:
    out = mia("explain", SHORT, 4).out
    assert "sell 1 ESU6.XCME, blocked by blind_spot" in out
    assert "asked by an event of its own" in out
    assert "  blind_spot  BLOCKS      4.5\n" in out
    assert "  stop    6002.50 points = 24010 ticks\n          10 ticks = 2.50 points from the price\n" in out
    told = out[out.index("Had it been taken") :].splitlines()[1:5]
    assert told == [
        "  New York                       price",
        "  06-01 09:47:01.000000001  in   5999.75 points = 23999 ticks",
        "  06-01 09:47:10.000000001  out  5995.00 points = 23980 ticks",
        "  its target was reached: +1.73 R; at most 2 ticks against it and 19 for it",
    ]
    assert "Fills" not in out
    assert "shadows.parquet, the rows of this decision" in out


@pytest.mark.usefixtures("run")
def test_of_an_instrument_mia_does_not_know_nothing_is_said_in_money(mia: Mia) -> None:
    out = mia("explain", SHORT, 6).out
    assert "10 ticks from the price\n" in out
    assert "+1 contracts were not closed by its own orders" in out
    assert "points" not in out
    assert "risk $" not in out


def test_the_list_has_what_mattered(mia: Mia, run: Path) -> None:
    for name in (SHORT, str(run)):
        out = mia("explain", name).out
        assert out.splitlines() == [
            "id  New York             strategy  what             outcome   size  score    result  reason",
            " 2  2026-06-01 09:45:00  trend     buy ESU6         taken        2   0.34  -$308.40",
            " 4  2026-06-01 09:47:00  trend     sell ESU6        blocked      1   0.34  (+1.7 R)  blind_spot",
            " 5  2026-06-01 09:48:00  trend     buy ESU6         rejected     1      –            confidence",
            " 6  2026-06-01 09:49:00  bare      buy BTC.BINANCE  taken        1      –  holds +1",
        ]


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--taken"], [2, 6]),
        (["--blocked"], [4]),
        (["--rejected"], [5]),
        (["--blocked", "--rejected"], [4, 5]),
        (["--strategy", "bare"], [6]),
        (["--taken", "--strategy", "trend"], [2]),
        (["--limit", "2"], [2, 4]),
    ],
)
def test_the_list_can_be_narrowed(mia: Mia, options: list[str], ids: list[int]) -> None:
    found = json.loads(mia("explain", SHORT, *options, "--json").out)
    assert [one["id"] for one in found["decisions"]] == ids
    assert found["count"] == (4 if "--limit" in options else len(ids))


@pytest.mark.usefixtures("run")
def test_the_list_says_how_many_it_leaves_out(mia: Mia) -> None:
    assert mia("explain", SHORT, "--limit", 1).out.endswith("\n3 more of 4; --limit shows them\n")
    assert mia("explain", SHORT, "--blocked", "--strategy", "bare").out == "no decision of this kind\n"


@pytest.mark.usefixtures("run")
def test_the_data_for_a_script_are_exact(mia: Mia) -> None:
    found = json.loads(mia("explain", SHORT, 2, "--json").out)
    assert (found["ts"], found["new_york"]) == (TS, "2026-06-01 09:45:00.000000001")
    assert found["features"][0] == {
        "name": "order_book_imbalance", "value": -0.8, "weight": 0.7, "contribution": -0.56
    }  # fmt: skip
    assert found["rules"][1] == {"name": "blind_spot", "passes": None, "number": None}
    assert found["stop"] == {"ticks": 23_990, "away": -10, "dollars": "125.00"}
    assert found["result"] == {"net_lots": 0, "ticks": -24, "fees": "8.4", "dollars": "-308.40"}
    assert [order["ticks"] for order in found["orders"]] == [None, 23_990]
    shadow = json.loads(mia("explain", SHORT, 4, "--json").out)["shadow"]
    assert (shadow["exit"], shadow["entry"], shadow["exit_ticks"]) == ("target", 23_999, 23_980)


def test_a_decision_that_was_not_kept_is_told_of(mia: Mia, here: Path) -> None:
    missing = mia("explain", here / written_run(keep="changes"), 99)
    assert missing.code == ExitCode.FAILED
    assert "has no decision 99; the nearest is 6" in missing.err
    assert "remedy: 6 is the last one of the run" in missing.err


def test_what_is_no_run_is_told_of(mia: Mia, run: Path) -> None:
    seed = next(n for n in range(100) if n != 7 and replace(INPUTS, seed=n).id.startswith(ID[0]))
    other = written_run(seed).name
    told = {
        ID[0]: f"error: '{ID[0]}' may mean 2 runs: {', '.join(sorted((ID, other)))}",
        ".dr": "error: there is no run '.dr' in runs; ",
        f"{ID[:-1]}x": f"error: there is no run '{ID[:-1]}x' in runs; did you mean '{ID}'?",
    }
    for name, error in told.items():
        outcome = mia("explain", name)
        assert outcome.code == ExitCode.FAILED
        assert outcome.err.splitlines()[0].startswith(error)
    assert mia("explain", other, "--runs", run.parent.resolve()).code == ExitCode.OK
    assert "no strategy 'trned'; did you mean 'trend'" in mia("explain", SHORT, "--strategy", "trned").err
    (run / "decisions.parquet").unlink()
    without = mia("explain", SHORT)
    assert without.code == ExitCode.FILES
    assert f"runs/{ID} has no decisions.parquet" in without.err


def test_a_run_that_did_not_end_says_so(mia: Mia) -> None:
    run = written_run(status=RunStatus.INTERRUPTED)
    assert f"run {ID} was interrupted" in mia("explain", SHORT).err
    (run / "run.json").write_text("{", encoding="utf-8")
    assert f"runs/{ID}/run.json is damaged" in mia("explain", SHORT).err


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6])
def test_nothing_is_wider_than_eighty_columns(mia: Mia, run: Path, number: int) -> None:
    assert run.is_dir()
    printed = mia("explain", SHORT, number).out + mia("explain", SHORT, "--strategy", "trend").out
    assert [line for line in printed.splitlines() if len(line) > 80] == []


def test_prices_in_points_are_understood_and_missing_columns_named(mia: Mia, run: Path) -> None:
    fills = pq.read_table(run / "fills.parquet")
    points = pa.array([6000.25, 5997.25, 25.25])
    place = fills.column_names.index("ticks")
    pq.write_table(fills.set_column(place, "price", points), run / "fills.parquet")
    assert mia("explain", SHORT, 2).out == EXPLAINED
    pq.write_table(fills.drop_columns(["decision"]), run / "fills.parquet")
    assert "fills.parquet has no column 'decision'" in mia("explain", SHORT, 2).err


def test_its_help_imports_nothing_heavy() -> None:
    code = "import sys, mia_plugins.cli as c; c.main(['explain', '--help']); print('\\n', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (HEAVY_MODULES | {"numpy", "pyarrow", "rich"}) & set(done.stdout.splitlines()[-1].split()) == set()
