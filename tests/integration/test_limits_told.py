"""How near each limit was, what was vetoed and trimmed: the figures against the rows they are of."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mia_plugins.host import PluginHost
from mia_plugins.journal.decision import JournalColumns
from mia_plugins.reports.page import make_page
from mia_plugins.reports.view import RunView
from mia_plugins.runs.folder import RunFolder
from mia_plugins.runtime.incidents import INCIDENTS
from mia_plugins.statistics.limits import incidents_of, limits_of, trims_of
from mia_plugins.statistics.sources import Sources
from tests import reported
from tests.market import DAY
from tests.runtime import Played, a_trade_a_minute, at, market_of, stage


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Return a day of three losses and what was no longer allowed after them."""
    market: Any = market_of("""
time      bid  ask
09:30:30    0    1
09:31:10  -20  -19
09:33:10  -40  -39
09:40     -40  -39
""")
    wishes = [
        {"at": at(f"09:{minute}"), "side": 1, "size": size, "stop": 8, "target": 90}
        for minute, size in ((31, 1), (33, 1), (35, 1), (36, 3))
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("told"))
        return stage(
            {DAY: [market, a_trade_a_minute(market)]},
            {"one": {"wishes": wishes}},
            fills="quotes",
            plugin="tests.proposing:Proposing",
            rules={"daily_loss": {"limit": 800}, "contracts": {"maximum": 3}, "cooldown": {"pause": 1.5}},
            sizers={"standard": {"risk": 0.05, "maximum": 2.5}},
        ).run()


def test_the_least_and_the_farthest_are_those_of_the_journal(played: Played) -> None:
    rows = [row for row in played.table("decisions") if row["outcome"] != "none"]
    uses = {use.rule: use for use in limits_of(Sources(played.folder))}
    assert set(uses) == {"contracts", "cooldown", "daily_loss"}
    for rule, use in uses.items():
        asked = [row for row in rows if row[f"ok.{rule}"] is not None]
        vetoed = [row for row in asked if not row[f"ok.{rule}"]]
        assert (use.asked, use.vetoes) == (len(asked), len(vetoed))
        assert use.named == sum(row["reason"] == rule for row in vetoed)
        for met, among in (
            (use.nearest, [r for r in asked if r["outcome"] == "taken"]),
            (use.farthest, vetoed),
        ):
            least = min(among, key=lambda row: (row[f"n.{rule}"], row["id"]), default=None)
            told = None if met is None else (met.number, met.decision, met.ts)
            assert told == (least and (least[f"n.{rule}"], least["id"], least["ts"]))
    assert uses["daily_loss"].vetoes > 0
    assert uses["daily_loss"].unit == "$"


def test_trims_are_told_by_the_step_that_made_them(played: Played) -> None:
    rows = [row for row in played.table("decisions") if row["outcome"] != "none"]
    trims = {trim.step: trim for trim in trims_of(Sources(played.folder))}
    pairs = {"maximum": "soft", "risk": "maximum", "rounding": "risk"}
    for step, before in pairs.items():
        shares = [row[f"s.{step}"] / row[f"s.{before}"] for row in rows if row[f"s.{before}"]]
        trimmed = [share for share in shares if share < 1 - 1e-9]
        trim = trims.pop(step, None)
        assert (trim.times if trim else 0) == len(trimmed)
        if trim:
            assert trim.least.number == pytest.approx(min(trimmed))
    assert trims == {}


def test_a_run_without_rules_or_incidents_has_none(here: Path) -> None:
    nothing = Sources(here)
    assert [*limits_of(nothing), *trims_of(nothing), *incidents_of(nothing)] == []


def test_the_page_has_limits_and_incidents(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = JournalColumns(("fast", "slow"), (0.6, 0.4), ("daily_loss",), units=("$ left",))
    monkeypatch.setattr(reported, "COLUMNS", {"cross": columns})
    folder = reported.made_run(here, 9)
    table = pq.read_table(folder / "decisions.parquet")
    for name, values in (
        ("ok.daily_loss", [True] * 8 + [False]),
        ("n.daily_loss", [500.0 - n for n in range(9)]),
    ):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, table.schema.field(place), pa.array(values))
    pq.write_table(table, folder / "decisions.parquet")
    row = {
        "ts": int(table["ts"][0].value), "who": "catastrophe", "what": "latency", "level": "warn",
        "number": 130.0, "limit": 100.0, "unit": "ms", "told": "an event was dealt with 130.0 ms after its time",
    }  # fmt: skip
    incidents = pa.Table.from_pylist([row], schema=pa.schema([(f.name, _plain(f.type)) for f in INCIDENTS]))
    pq.write_table(incidents, folder / "incidents.parquet")
    page = make_page([RunView(RunFolder.at(folder))], PluginHost.discover())
    assert page.faults == ()
    for told in ("daily_loss · cross", "$492.00", "decision 9", "an event was dealt with 130.0 ms"):
        assert told in page.html, told


def _plain(type_: pa.DataType) -> pa.DataType:
    return type_.value_type if pa.types.is_dictionary(type_) else type_
