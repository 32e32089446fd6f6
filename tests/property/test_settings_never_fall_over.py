"""Valid files, mutated: whatever is wrong is told with its place, and nothing ends in a traceback."""

import contextlib
import re
import tempfile
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mia_plugins.cli import main
from mia_plugins.errors import MiaError
from mia_plugins.host import PluginHost
from mia_plugins.settings import SettingsError
from mia_plugins.settings.listing import settings_data, settings_yaml
from mia_plugins.settings.schema import run_schema
from mia_plugins.settings.tree import TreeReader
from mia_plugins.testing import isolated_host, isolated_run
from tests.unit.test_settings_file import _plugin

VALID = """\
# A run with one of everything.
requires: []
disable: []
catalog: data/catalog
instruments: [ES, "NQ"]
start: 2026-06-01
end: 2026-06-05   # included
capital: 25000.5
venue: {fills: depth}
feed: columns
journal: &j all
rules:
  late_friday:
    after: 14:30
    bars: 5
    near: 2.5
    on: true
    since: 2026-06-01T13:30:00Z
    mode: block
    inner:
      levels: [1, 2.5, 1e1]
    folder: ~/data
    token: 'it''s'
  later:
    use: late_friday
    enabled: false
"""
SCRAPS = [
    *("null", "~", "", "true", "yes", "0", "-1", "1e400", ".nan", "0x1F", "9" * 60, "2026-02-30", "25:61"),
    *(
        "[",
        "]",
        "{",
        "}",
        ": ",
        ":",
        "- ",
        "---\n",
        "\t",
        "#",
        "&a",
        "*a",
        "*j",
        "!!int ",
        "<<: *j",
        "? ",
        "|",
        ">",
    ),
    *(
        '"',
        "'",
        "\\",
        "${env:HOME}",
        "${env:NOT_THERE}",
        "${",
        "é",
        "\u2028",
        "\x00",
        "\x1b",
        "\ud800",
        "🐂",
        "%",
    ),
    *("extends: run.yaml\n", "extends: [", "late_friday", "use: use", "enabled: 1", "plugins_dir: .\n"),
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Return the valid file with up to six places cut, doubled, moved or overwritten."""
    text = VALID
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 30)))
        change = draw(st.sampled_from(["cut", "double", "scrap", "text", "indent"]))
        middle = {
            "cut": "",
            "double": text[start:end] * 2,
            "scrap": draw(st.sampled_from(SCRAPS)),
            "text": draw(st.text(max_size=8)),
            "indent": text[start:end].replace("\n", "\n  "),
        }[change]
        text = text[:start] + middle + text[end:]
    return text


def check_is_told(text: str, host: PluginHost) -> None:
    """Load a text; if it is refused, every issue has a place inside it, and the schema refuses no more."""
    data = text.encode("utf-8", errors="surrogatepass")
    # A listing names paths as they are seen from the working folder, where it is meant to be saved.
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        path = Path("run.yaml")
        path.write_bytes(data)
        try:
            run = isolated_run(path, _plugin())
        except SettingsError as error:
            lines = len(re.split("\r\n|[\r\n\x85\u2028\u2029]", text)) + 1
            assert error.issues
            assert all(1 <= issue.mark.line <= lines for issue in error.issues), (str(error), lines)
            assert all(issue.text.strip() and "\n" not in str(issue) for issue in error.issues), str(error)
            return
        except MiaError as error:
            assert str(path) in error.what
            return
        again = Path("again.yaml")
        again.write_text(settings_yaml(run, with_origin=True), encoding="utf-8")
        assert _data(again) == settings_data(run)
    written = TreeReader().read(text, "run.yaml").plain()
    jsonschema.Draft202012Validator(run_schema(host)[0]).validate(written)


def _data(path: Path) -> object:
    return settings_data(isolated_run(path, _plugin()))


HOST = isolated_host(_plugin())


@settings(max_examples=300, deadline=None)
@given(mutated())
def test_a_mutated_file_is_loaded_or_told(text: str) -> None:
    check_is_told(text, HOST)


@pytest.mark.long
@settings(max_examples=3000, deadline=None)
@given(mutated())
def test_a_mutated_file_is_loaded_or_told_long(text: str) -> None:
    check_is_told(text, HOST)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_loaded_or_told(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.yaml"
        path.write_bytes(data)
        with pytest.raises(MiaError):
            isolated_run(path, _plugin())


@settings(max_examples=60, deadline=None)
@given(mutated())
def test_the_command_has_no_traceback_for_a_users_mistake(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.yaml"
        path.write_bytes(text.encode("utf-8", errors="surrogatepass"))
        assert main(["config", "check", str(path)]) in {0, 4, 5, 6}
