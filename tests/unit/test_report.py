"""The report of good runs and of bad ones: each is a sensible page."""

import datetime as dt
import html
import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.imports.quality import Quality
from mia_plugins.data.layout import IMPORTS
from mia_plugins.errors import ExitCode
from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost
from mia_plugins.journal.decision import JournalColumns
from mia_plugins.reports.page import Page, make_page
from mia_plugins.reports.view import RunView
from mia_plugins.runs.folder import RunFolder, RunStatus
from tests import reported
from tests.conftest import ROOT, Mia
from tests.reported import made_run, minutes_of

ALL = [
    "headline", "warnings", "equity", "candles", "breakdowns", "trades",
    "costs", "limits", "rules_worth", "features", "rolls", "settings", "provenance",
]  # fmt: skip


def page_of(*folders: Path) -> Page:
    return make_page([RunView(RunFolder.at(folder)) for folder in folders], PluginHost.discover())


def text_of(page: Page) -> str:
    """Return what is read of a page, without scripts, styles and tags."""
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", page.html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", bare)))


def charts_of(page: Page) -> dict[str, Any]:
    """Return the charts of a page as its script gets them."""
    text = re.findall(r'id="charts">(.*?)</script>', page.html, re.DOTALL)[0]
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_run_has_every_section_in_its_order(here: Path) -> None:
    page = page_of(made_run(here, 60))
    assert (list(page.sections), page.faults) == (ALL, ())
    assert [name for name in ALL if f'<section id="{name}">' not in page.html] == []


def test_all_our_sections_come_by_the_door_that_everybody_uses() -> None:
    rows = PluginHost.discover().registry.all(Kind.REPORT_SECTIONS)
    assert {row.name for row in rows} >= set(ALL)
    assert {row.provider.plugin for row in rows if row.name in ALL} == {"reports"}


def test_the_page_asks_for_nothing_from_anywhere(here: Path) -> None:
    page = page_of(made_run(here, 5))
    bare = re.sub(r"<script\b.*?</script>", "", page.html, flags=re.DOTALL)
    assert re.findall(r"""(?:src|href)=["'](?!#|data:)[^"']+""", bare) == []
    assert "default-src 'none'" in bare


def test_a_trade_names_the_command_that_explains_it(here: Path) -> None:
    folder = made_run(here, 3)
    assert f"mia explain {folder.name} 2 --runs {here}" in text_of(page_of(folder))


@pytest.mark.parametrize("count", [0, 1])
def test_runs_of_no_trade_and_of_one(here: Path, count: int) -> None:
    page = page_of(made_run(here, count))
    assert (list(page.sections), page.faults) == (ALL, ())
    told = text_of(page)
    assert ("No trade and no decision was recorded" in told) is (count == 0)
    assert "nan" not in told.split()


def test_a_run_that_lost_every_trade(here: Path) -> None:
    page = page_of(made_run(here, 30, losing=True))
    assert page.faults == ()
    assert "0 won, 30 lost" in text_of(page)


def test_an_interrupted_run_says_so(here: Path) -> None:
    page = page_of(made_run(here, 5, status=RunStatus.INTERRUPTED))
    assert page.faults == ()
    assert "The run was interrupted: stopped by Ctrl-C." in text_of(page)


@pytest.mark.parametrize(
    "table", ["decisions", "orders", "fills", "positions", "shadows", "settings.yaml", "every one"]
)
def test_what_is_missing_is_told_and_the_rest_is_shown(here: Path, table: str) -> None:
    folder = made_run(here, 12)
    gone = [*folder.glob("*.parquet")] if table == "every one" else [folder / table]
    for file in gone:
        (file if file.suffix else file.with_suffix(".parquet")).unlink()
    page = page_of(folder)
    assert page.faults == ()
    missing = "settings are not there" if "." in table else "The folder has no"
    assert missing in text_of(page)


def test_bars_alone_are_said_to_have_no_spread(here: Path) -> None:
    assert "No spread modelled" in text_of(page_of(made_run(here, 3, fills="bars")))


def test_settings_name_the_line_that_gave_them(here: Path) -> None:
    told = text_of(page_of(made_run(here, 3)))
    assert "strategies.cross.fast 10 bars run.yaml:9:11" in told


def test_several_runs_stand_side_by_side(here: Path) -> None:
    folders = [made_run(here, 20), made_run(here, 30, losing=True, fills="depth", seed=2)]
    page = page_of(*folders)
    assert (page.sections, page.faults) == (
        ("headline", "warnings", "equity", "settings", "provenance"), (),
    )  # fmt: skip
    assert "venue.fills quotes depth" in text_of(page)
    assert [one["name"] for one in charts_of(page)["equity"]["data"]] == [folder.name for folder in folders]


def test_text_of_a_run_cannot_become_markup(here: Path) -> None:
    folder = made_run(here, 3)
    settings = folder / "settings.yaml"
    settings.write_text(settings.read_text() + "requires: ['<script>alert(1)</script>']\n")
    assert "<script>alert" not in page_of(folder).html


def test_the_command_writes_into_the_runs_folder(here: Path, mia: Mia) -> None:
    folder = made_run(here / "runs", 4)
    done = mia("report", folder.name, "--json")
    told = json.loads(done.out)
    assert (done.code, told["report"], told["sections"]) == (0, f"runs/{folder.name}/report.html", ALL)
    assert (folder / "report.html").stat().st_size == told["bytes"] < 10e6
    assert mia("runs", "open", folder.name, "--print").out.strip() == f"runs/{folder.name}/report.html"


def test_pictures_without_chromium_are_a_clear_error(
    here: Path, mia: Mia, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made_run(here / "runs", 4)
    monkeypatch.setenv("PATH", str(here))
    done = mia("report", folder.name, "--png", "pictures")
    assert done.code == ExitCode.ENVIRONMENT
    assert "pictures need Chromium" in done.err


def test_a_run_named_twice_is_an_error(here: Path, mia: Mia) -> None:
    name = made_run(here / "runs", 4).name
    assert "named twice" in mia("report", name, "latest").err


def test_the_section_of_the_docs_is_one(here: Path, mia: Mia) -> None:
    snippet = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "report.md").read_text(), re.DOTALL)[0]
    (here / "mine").mkdir()
    (here / "mine" / "streaks.py").write_text(snippet)
    folder = made_run(here / "runs", 12)
    done = mia("--plugins-dir", "mine", "report", folder.name, "--json")
    told = json.loads(done.out)
    assert (told["faults"], told["sections"].index("streaks")) == ([], ALL.index("costs"))
    assert "The most in a row" in (folder / "report.html").read_text()


def test_a_section_that_fails_costs_only_itself(here: Path, mia: Mia) -> None:
    (here / "mine").mkdir()
    (here / "mine" / "broken.py").write_text(
        "from mia_plugins.reports.section import Section\n"
        "class Broken(Section):\n    title = 'Broken'\n    def of_run(self, run):\n        return 1 / 0\n"
        "def mia_register_report_sections(register):\n    register('broken', f'{__name__}:Broken')\n"
    )
    folder = made_run(here / "runs", 4)
    done = mia("--plugins-dir", "mine", "report", folder.name)
    assert (done.code, "'broken'" in done.err, "ZeroDivisionError" in done.err) == (0, True, True)
    page = (folder / "report.html").read_text()
    assert "This section failed: ZeroDivisionError: division by zero" in page
    assert '<section id="provenance">' in page


def test_a_runs_file_leaves_a_section_out(here: Path) -> None:
    folder = made_run(here, 4)
    settings = folder / "settings.yaml"
    settings.write_text(settings.read_text() + "report_sections:\n  rolls:\n    enabled: false\n")
    assert page_of(folder).sections == tuple(name for name in ALL if name != "rolls")


def test_features_are_told_with_and_without_each_other(here: Path) -> None:
    told = text_of(page_of(made_run(here, 60)))
    assert "Decisions without each feature" in told
    assert "fast cross 0.600" in told


def test_features_without_weights_are_said_to_have_none(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reported, "COLUMNS", {"cross": JournalColumns(("fast", "slow"), (), ("warm",))})
    told = text_of(page_of(made_run(here, 60)))
    assert "The journal holds no weights of the features of cross" in told


ODD = "<b>a</b>: \"b\" 'c'  # d & </script><img src=x onerror=alert(1)> " + "W" * 60


def test_a_strategys_name_is_told_as_it_is(here: Path) -> None:
    page = page_of(made_run(here, 60, strategy=ODD))
    assert page.faults == ()
    told = text_of(page)
    assert f"strategies.{' '.join(ODD.split())}.fast 10 bars run.yaml:9:11" in told
    assert "<img src=x" not in page.html
    names = charts_of(page)["features"]["layout"]["yaxis"]["ticktext"]
    assert [one for one in names if "<" in one or len(html.unescape(one)) > 60] == []
    assert html.unescape(names[0]).startswith("fast · <b>a</b>: \"b\" 'c'  # d & </s")


def test_what_cannot_be_told_of_runs_compared_is_said_for_the_right_reason(here: Path) -> None:
    days = dt.date(2026, 5, 1), dt.date(2026, 6, 1)
    folders = [made_run(here, 200, days=days, losing=True, seed=one) for one in (1, 2)]
    assert "The balance of a run fell to 0 or below" in text_of(page_of(*folders))


def test_one_trial_is_one(here: Path) -> None:
    told = text_of(page_of(made_run(here, 100, days=(dt.date(2026, 5, 1), dt.date(2026, 6, 1)))))
    assert "in spite of 1 trial;" in told


def test_targets_stand_beside_what_was_realised_also_where_runs_are_compared(here: Path) -> None:
    folders = [made_run(here, 40, seed=1), made_run(here, 40, seed=2)]
    for folder, aims in zip(
        folders, ("{win_rate: [75, 80], max_drawdown: 12}", "{win_rate: 20}"), strict=True
    ):
        settings = folder / "settings.yaml"
        settings.write_text(f"{settings.read_text()}targets: {aims}\n")
    alone, together = text_of(page_of(folders[0])), text_of(page_of(*folders))
    for told in ("Win rate (%) 75.00 to 80.00 ", "Worst drawdown (%) ≤ 12.00 "):
        assert told in alone
        assert told in together
    assert "Win rate (%) ≥ 20.00 " in together
    assert "nothing claims them" in together


ROLL = dt.date(2026, 3, 2), dt.date(2026, 3, 20)
"""Summer time begins on 8 March, and ES rolls from the 12th on."""


def test_a_run_over_a_roll_and_the_change_of_the_clock(here: Path) -> None:
    catalog = minutes_of(here / "catalog", *ROLL)
    page = page_of(made_run(here / "runs", 90, catalog=catalog, days=ROLL))
    assert page.faults == ()
    told = text_of(page)
    assert "2026-03-11 18:00 ESH6 ESM6 20 Mar 2026" in told
    assert "ES: 100.0 % of the sessions' minutes have a bar" in told
    assert re.search(r"One ES held throughout, .* came to [+−]\$[\d,]+ with a worst drawdown of \$", told)
    hours = charts_of(page)["by-hour"]["data"][0]["x"]
    assert "17:00" not in hours  # when nothing is traded in New York, before the change and after it


def test_days_without_prices_are_told(here: Path) -> None:
    catalog = minutes_of(here / "catalog", ROLL[0], dt.date(2026, 3, 4))
    told = text_of(page_of(made_run(here / "runs", 9, catalog=catalog, days=(ROLL[0], dt.date(2026, 3, 6)))))
    assert "60.0 % of the sessions' minutes have a bar, the fewest on 5 Mar 2026 with 0.0 %" in told
    assert "2 days without any price" in told


def test_what_became_of_imported_files_is_told(here: Path) -> None:
    catalog = minutes_of(here / "catalog", ROLL[0], dt.date(2026, 3, 4))
    quality = Quality(read=51, joined=3)
    quality.reject("the last record is cut short", 1, "byte 2056")
    quality.flagged["crossed books"] += 2
    quality.series["trades ESH6.XCME"] += 47
    quality.gaps.append("trades of ESH6.XCME: nothing on 2026-03-03, a trading day")
    kept = here / "catalog" / IMPORTS
    kept.mkdir(parents=True)
    (kept / "a.json").write_text(json.dumps({"file": "ES<b>.scid"} | quality.account()))
    (kept / "b.json").write_text("damaged")
    told = text_of(page_of(made_run(here / "runs", 9, catalog=catalog, days=ROLL)))
    assert (
        "ES<b>.scid 51 47 3 1 1 1 rejected: the last record is cut short; 2 of note: crossed books; " in told
    )
    assert "no rows: trades of ESH6.XCME: nothing on 2026-03-03, a trading day" in told


def test_without_prices_there_is_nothing_to_measure_it_against(here: Path) -> None:
    page = page_of(made_run(here, 9))
    assert page.faults == ()
    assert "There are no prices to measure it against" in text_of(page)


def test_limits_are_told(here: Path) -> None:
    told = text_of(page_of(made_run(here, 60, losing=True)))
    assert "Most losses one after the other 60" in told
    assert "Risk a trade by Kelly 0.00 %" in told
    assert "cross 60 16.0 16.0 4.0 4.0 – 4.0 0.25" in told


def test_numbers_that_are_none_never_stand_on_the_page(here: Path) -> None:
    """Decisions that are not there leave R unknown, and trades without quotes their excursions."""
    folder = made_run(here, 12)
    (folder / "decisions.parquet").unlink()
    table = pq.read_table(folder / "positions.parquet")
    for name in ("mae", "mfe"):
        at = table.schema.get_field_index(name)
        table = table.set_column(at, table.schema.field(at), pa.nulls(12, pa.float64()))
    pq.write_table(table, folder / "positions.parquet")
    page = page_of(folder)
    assert page.faults == ()
    assert [word for word in text_of(page).split() if word.lower() in {"nan", "inf", "none,"}] == []
    assert "NaN" not in json.dumps(charts_of(page))
