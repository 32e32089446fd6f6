"""What `config show` and `config schema` tell, against the loader itself."""

import json
import types
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mia_plugins.host import PluginHost
from mia_plugins.settings import SettingsError
from mia_plugins.settings.layers import shipped_configs
from mia_plugins.settings.listing import settings_data, settings_yaml
from mia_plugins.settings.schema import run_schema
from mia_plugins.settings.tree import TreeReader
from mia_plugins.testing import isolated_host, isolated_run
from tests.unit import test_settings_file as sample

RUN = (
    "instruments: [ES, NQ]\nstart: 2026-06-01\nend: 2026-06-05\ncapital: 25000.5\nrequires: []\n"
    "rules:\n  late_friday:\n    near: 2\n    token: '12'\n    inner: {levels: [1, 2.5]}\n"
    "  later:\n    use: late_friday\n    on: false\n    since: 2026-06-01T13:30:00Z\n    after: 09:30\n"
)


def plugin() -> types.ModuleType:
    return sample._plugin()


def host() -> PluginHost:
    return isolated_host(plugin())


def schema() -> dict[str, Any]:
    found, faults = run_schema(host())
    assert [fault.what.split("'")[1] for fault in faults] == ["gone", "no_settings"]
    return found


def test_a_listing_is_a_settings_file_that_says_the_same(here: Path) -> None:
    (here / "run.yaml").write_text(RUN)
    run = isolated_run(Path("run.yaml"), plugin())
    for with_origin in (False, True):
        (here / "again.yaml").write_text(settings_yaml(run, with_origin=with_origin))
        again = isolated_run(Path("again.yaml"), plugin())
        assert [c.settings for c in again.components] == [c.settings for c in run.components]
        assert settings_data(again) == settings_data(run)


def test_a_listing_gives_unit_and_line(here: Path) -> None:
    (here / "run.yaml").write_text(RUN)
    text = settings_yaml(isolated_run(Path("run.yaml"), plugin()), with_origin=True)
    lines = {line.split("#")[0].strip(): line.partition("# ")[2] for line in text.splitlines()}
    assert lines["capital: 25000.5"] == "$, run.yaml:4:10"
    assert lines["near: 2"] == "ticks, run.yaml:8:11"
    assert lines["near: 4"] == "ticks, default"
    assert lines["levels: [1, 2.5]"] == "ticks, run.yaml:10:21"


def test_the_schema_is_one_and_knows_units_and_plugins() -> None:
    found = schema()
    jsonschema.Draft202012Validator.check_schema(found)
    late = found["$defs"]["rules.late_friday"]["properties"]
    assert late["near"]["description"].startswith("[ticks]")
    assert found["properties"]["capital"]["description"].startswith("[$]")
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        (RUN, True),
        ("extends: other.yaml\n", True),
        ("extends: [a.yaml, b.yaml]\nrules:\n  late_friday: {bars: 3}\n", True),
        (f"{sample.GOOD}rules:\n  late_friday:\n", True),
        (f"{sample.GOOD}rules:\n  mine: {{use: late_friday, bars: 3}}\n", True),
        (f"{sample.GOOD}rules:\n  late_friday: {{enabled: false}}\n", True),
        ("start: 2026-06-01\nend: 2026-06-01\n", False),
        (f"{sample.GOOD}rules:\n  late_friday: {{bras: 3}}\n", False),
        (f"{sample.GOOD}rules:\n  late_friday: {{bars: 0}}\n", False),
        (f"{sample.GOOD}rules:\n  late_friday: {{inner: {{level: [1]}}}}\n", False),
        (f"{sample.GOOD}rules:\n  mine: {{use: late_friday, bars: 0}}\n", False),
        (f"{sample.GOOD}rules:\n  mine: {{use: lat_friday}}\n", False),
        (f"{sample.GOOD}rules: [late_friday]\n", False),
        (f"{sample.GOOD}venue: {{fills: depht}}\n", False),
        (f"{sample.GOOD}instrument: ES\n", False),
    ],
)
def test_the_editor_says_what_the_loader_says(here: Path, text: str, accepted: bool) -> None:
    data = TreeReader().read(text, "run.yaml").plain()
    assert jsonschema.Draft202012Validator(schema()).is_valid(data) is accepted
    if "extends" not in text:
        (here / "run.yaml").write_text(text)
        if accepted:
            isolated_run(Path("run.yaml"), plugin())
        else:
            with pytest.raises(SettingsError):
                isolated_run(Path("run.yaml"), plugin())


def test_the_shipped_schema_is_that_of_mia_alone() -> None:
    import mia_plugins.core

    found, faults = run_schema(isolated_host(mia_plugins.core))
    assert faults == []
    assert json.loads((shipped_configs() / "mia.schema.json").read_text(encoding="utf-8")) == found
