"""docs/live-service.md is true: every line of the log is in it, and its units say only what there is."""

import configparser
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from mia_plugins.errors import ExitCode
from mia_plugins.journal.decision import Outcome
from mia_plugins.live.logs import line_of
from mia_plugins.live.panels import panels
from mia_plugins.live.telling import ORDERS
from tests.conftest import ROOT, Mia
from tests.looks import CALM

PAGE = (ROOT / "docs" / "live-service.md").read_text(encoding="utf-8")
SOURCES = [
    (ROOT / "mia_plugins" / "live" / f"{name}.py").read_text(encoding="utf-8")
    for name in ("telling", "logs", "shown")
]

WRONG = (ExitCode.USAGE, ExitCode.ENVIRONMENT, ExitCode.CONFIG, ExitCode.PLUGIN)
"""What trying again does not mend."""


def block(language: str) -> str:
    """Return the first block in a language."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[method-assign, assignment]
    parser.read_string(block("ini"))
    return parser


def test_every_event_is_in_the_table_and_no_other() -> None:
    table = PAGE[PAGE.index("| `what` | when |") :].split("\n\n")[0]
    documented = {
        name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    told = {what for what, _ in ORDERS.values()} | {f"decision_{one}" for one in Outcome if one != "none"}
    for source in SOURCES:
        told |= set(re.findall(r"(?:Change\(|\.tell\(|WARNING, )\s*\"(\w+)\"", source))
        told |= set(
            re.findall(
                r"\"(connection_restored|connected|kill_switch|kill_switch_off|halt|halt_over)\"", source
            )
        )
    assert documented == told - {"clean"}


def test_the_line_that_is_shown_is_one_of_the_logs() -> None:
    shown = json.loads(block("json"))
    more = {name: value for name, value in shown.items() if name not in ("ts", "level", "what")}
    assert line_of(1_780_320_660_412_907_000, "info", "order_filled", more) == block("json")


def test_each_block_of_the_screen_is_explained() -> None:
    titles = [one.title.partition(":")[0] for one in panels(CALM)]
    assert [title for title in titles if f"| {title} |" not in PAGE] == []


def test_the_unit_starts_what_there_is(mia: Mia) -> None:
    service = unit()["Service"]
    program, command, config, *options = shlex.split(service["ExecStart"])
    assert (Path(program).name, command, config) == ("mia", "live", "live.yaml")
    text = mia("live", "--help").out
    assert [
        one for one in (*options, "--log", "--runs", "--i-understand-this-is-real-money") if one not in text
    ] == []
    for code in map(int, service["RestartPreventExitStatus"].split()):
        assert code in WRONG


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    text = block("ini").replace("/srv/mia/.venv/bin/mia", "/bin/true").replace("User=mia", "User=root")
    (tmp_path / "mia-live.service").write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / "mia-live.service")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "mia-live" not in done.stderr, done.stderr
