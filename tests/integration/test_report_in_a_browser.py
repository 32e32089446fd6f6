"""The report in a real Chromium: no complaint, every section and chart drawn, hover texts, zooming, pictures."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from mia_plugins.host import PluginHost
from mia_plugins.reports import browser
from mia_plugins.reports.page import Page, make_page
from mia_plugins.reports.view import RunView
from mia_plugins.reports.writing import write_report
from mia_plugins.runs.folder import RunFolder
from tests.reported import WEEK, made_run, minutes_of

pytestmark = pytest.mark.skipif(
    not any(map(shutil.which, browser.NAMES)),
    reason="no Chromium on the PATH (Debian: apt-get install chromium)",
)

LISTEN = """<script>
window.complaints = [];
window.onerror = (text) => window.complaints.push(String(text));
window.onunhandledrejection = (event) => window.complaints.push(String(event.reason));
for (const kind of ["error", "warn"]) console[kind] = (...all) => window.complaints.push(all.join(" "));
document.addEventListener("securitypolicyviolation", (event) => window.complaints.push(event.blockedURI));
</script>"""
ASK = """<script>
(async () => {
  await window.miaReport.drawAll();
  const chart = document.getElementById("chart-candles-ES"), candles = window.miaReport.candles("candles-ES");
  const at = chart.data.findIndex((one) => one.name === "long");
  Plotly.Fx.hover(chart, [{ curveNumber: at, pointNumber: 0 }]);
  const hover = chart.querySelector(".hoverlayer").textContent;
  candles.picked({ customdata: 0 });
  const whole = chart.data[0].open.length;
  await Plotly.relayout(chart, { "xaxis.range[0]": 500, "xaxis.range[1]": 700 });
  await candles.draw();
  const zoomed = chart.data[0].open.length;
  const press = async (what) => {
    chart.parentElement.querySelector(`button[data-do="${what}"]`).click();
    await candles.draw();
    return candles.range.map(Math.round);
  };
  const all = await press("all"), inside = await press("in"), next = await press("next"), back = await press("previous");
  const volume = chart.data.find((one) => one.name === "volume");
  const answer = {
    all, inside, next, back, volume: volume.x.reduce((sum, one) => sum + one, 0), bars: candles.bars.v.length,
    poc: volume.text.filter((one) => one.includes("POC")).length,
    complaints: window.complaints, hover, whole, zoomed,
    names: chart.data.map((one) => one.name),
    picked: chart.parentElement.querySelector(".picked code").textContent,
    undrawn: [...document.querySelectorAll(".plot")].filter((one) => !one.querySelector("svg")).map((one) => one.id),
    twice: [...document.querySelectorAll("[id]")].map((one) => one.id).filter((id, at, all) => all.indexOf(id) !== at && !/^(clip|g)/.test(id)),
    sections: [...document.querySelectorAll("section")].map((one) => one.id),
    wider: document.documentElement.scrollWidth > window.innerWidth,
  };
  document.body.innerHTML = "<pre>" + JSON.stringify(answer).replace(/&/g, "&amp;").replace(/</g, "&lt;") + "</pre>";
})();
</script>"""


ODD = "<b>a</b>: \"b\" 'c' & </script><img src=x onerror=alert(1)> %{x} " + "W" * 60


@pytest.fixture
def run(here: Path) -> RunView:
    catalog = minutes_of(here / "catalog", *WEEK)
    return RunView(RunFolder.at(made_run(here / "runs", 80, catalog=catalog)))


def asked(here: Path, page: Page, width: int = 1400) -> dict[str, Any]:
    """Return what a browser says of a page."""
    html = page.html.replace("<head>", f"<head>{LISTEN}").replace("</body>", f"{ASK}</body>")
    (here / "page.html").write_text(html)
    done = browser.run(
        ["--dump-dom", "--enable-logging=stderr"], f"{(here / 'page.html').as_uri()}#all", (width, 900)
    )
    assert "CONSOLE" not in done.stderr
    found = re.search(r"<pre>(.*?)</pre>", done.stdout, re.DOTALL)
    assert found is not None, done.stderr
    answer: dict[str, Any] = json.loads(
        found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    )
    assert (answer["complaints"], answer["undrawn"], answer["twice"], answer["wider"]) == ([], [], [], False)
    assert answer["sections"] == list(page.sections)
    return answer


def test_the_page_works(here: Path, run: RunView) -> None:
    answer = asked(here, make_page([run], PluginHost.discover()))
    for told in (
        "Entry · decision",
        "Long 1 ESM6",
        "stop",
        "target",
        "score",
        "fast",
        f"mia explain {run.id}",
    ):
        assert told in answer["hover"]
    assert answer["picked"].startswith(f"mia explain {run.id} ")
    assert answer["zoomed"] < answer["whole"]
    assert {"price", "won", "lost", "long", "short", "exit", "stop", "target"} <= set(answer["names"])


def test_buttons_do_what_a_mouse_does(here: Path, run: RunView) -> None:
    answer = asked(here, make_page([run], PluginHost.discover()))
    (low, high), (start, end) = answer["all"], answer["inside"]
    assert (low, high) == (-1, answer["bars"])
    assert (end - start) == pytest.approx((high - low) / 2, abs=2)
    assert answer["next"] == [-1, answer["next"][1]]  # the first trade, at the edge
    assert answer["back"][1] == high  # and from there the last one


def test_the_volume_at_each_price_is_all_that_was_traded(here: Path, run: RunView) -> None:
    answer = asked(here, make_page([run], PluginHost.discover()))
    start, end = answer["back"]
    assert answer["volume"] == pytest.approx(100 * (end - max(start, 0)))  # each bar has 100 contracts
    assert answer["poc"] == 1


@pytest.mark.parametrize(("width", "strategy"), [(500, "cross"), (1400, ODD), (500, ODD)])
def test_it_works_on_a_phone_and_with_any_name(here: Path, width: int, strategy: str) -> None:
    catalog = minutes_of(here / "catalog", *WEEK)
    odd = RunView(RunFolder.at(made_run(here / "runs", 40, catalog=catalog, strategy=strategy)))
    asked(here, make_page([odd], PluginHost.discover()), width)


def test_pictures_are_made_of_the_main_charts(here: Path, run: RunView) -> None:
    written = write_report([run], PluginHost.discover(), here / "report.html", here / "pictures")
    assert {"equity.png", "candles-ES.png"} <= {one.name for one in written.pictures}
    assert [
        one for one in written.pictures if one.read_bytes()[:4] != b"\x89PNG" or one.stat().st_size < 9000
    ] == []
