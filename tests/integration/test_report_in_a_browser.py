"""The report in a real Chromium: no complaint, every section and chart drawn, hover texts, zooming, pictures."""

import json
import re
import shutil
from pathlib import Path

import pytest

from mia_plugins.host import PluginHost
from mia_plugins.reports import browser
from mia_plugins.reports.page import make_page
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
  const answer = {
    complaints: window.complaints, hover, whole, zoomed: chart.data[0].open.length,
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


@pytest.fixture
def run(here: Path) -> RunView:
    catalog = minutes_of(here / "catalog", *WEEK)
    return RunView(RunFolder.at(made_run(here / "runs", 80, catalog=catalog)))


def test_the_page_works(here: Path, run: RunView) -> None:
    page = make_page([run], PluginHost.discover())
    html = page.html.replace("<head>", f"<head>{LISTEN}").replace("</body>", f"{ASK}</body>")
    (here / "page.html").write_text(html)
    done = browser.run(
        ["--dump-dom", "--enable-logging=stderr"], f"{(here / 'page.html').as_uri()}#all", (1400, 900)
    )
    found = re.search(r"<pre>(.*?)</pre>", done.stdout, re.DOTALL)
    assert found is not None, done.stderr
    answer = json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    assert (answer["complaints"], answer["undrawn"], answer["wider"]) == ([], [], False)
    assert answer["twice"] == []
    assert "CONSOLE" not in done.stderr
    assert answer["sections"] == list(page.sections)
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
    assert answer["picked"].startswith(f"mia explain {run.id} 1")
    assert answer["zoomed"] < answer["whole"]
    assert {"price", "won", "lost", "long", "short", "exit", "stop", "target"} <= set(answer["names"])


def test_pictures_are_made_of_the_main_charts(here: Path, run: RunView) -> None:
    written = write_report([run], PluginHost.discover(), here / "report.html", here / "pictures")
    assert {"equity.png", "candles-ES.png"} <= {one.name for one in written.pictures}
    assert [
        one for one in written.pictures if one.read_bytes()[:4] != b"\x89PNG" or one.stat().st_size < 9000
    ] == []
