"""What `config show` and `config schema` tell, against the loader itself."""

import json
import types
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mia_plugins.host import PluginHost
from mia_plugins.settings import BaseSettings, SettingsError
from mia_plugins.settings.layers import shipped_configs
from mia_plugins.settings.listing import settings_data, settings_yaml
from mia_plugins.settings.schema import run_schema
from mia_plugins.settings.tree import TreeReader
from mia_plugins.testing import isolated_host, isolated_run
from mia_plugins.units import Ticks
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


class Node(BaseSettings):
    """Holds itself, and a title."""

    near: Ticks = Ticks(1)
    """How near."""
    title: str = "none"
    labels: dict[str, str] = {"title": "mine"}  # noqa: RUF012 pydantic copies defaults
    below: tuple["Node", ...] = ()


class Holder:
    """A plugin's class that holds nodes."""

    class Settings(BaseSettings):
        """Nodes in a section."""

        node: Node = Node()


class Tree:
    """A plugin's class whose settings hold themselves."""

    Settings = Node


def nodes() -> types.ModuleType:
    made = types.ModuleType("nodes")

    def register_rules(register: object) -> None:
        assert callable(register)
        register("holder", f"{__name__}:Holder")
        register("tree", f"{__name__}:Tree")

    made.__dict__["mia_register_rules"] = register_rules
    return made


def test_the_schema_of_models_in_models() -> None:
    found, faults = run_schema(isolated_host(nodes()))
    assert faults == []
    node = found["$defs"]["rules.holder"]["$defs"]["Node"]["properties"]
    tree = found["$defs"]["rules.tree"]["properties"]
    for properties in (node, tree):
        assert properties["near"]["description"] == "[ticks] How near."
        assert properties["labels"]["default"] == {"title": "mine"}
        assert "title" in properties
    judge = jsonschema.Draft202012Validator(found)
    run = {"instruments": ["ES"], "start": "2026-06-01", "end": "2026-06-01"}
    right, wrong = {"below": [{"near": 2, "below": [{}]}]}, {"below": [{"nera": 2}]}
    assert judge.is_valid(run | {"rules": {"tree": right, "holder": {"node": right}}})
    assert not judge.is_valid(run | {"rules": {"tree": wrong}})
    assert not judge.is_valid(run | {"rules": {"holder": {"node": wrong}}})


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("25000.10", "25000.1"),
        ("3.0", "3"),
        ("1e50", "1.0e+50"),
        ("0.1", "0.1"),
        ("1234567890123456", "1234567890123456.0"),
    ],
)
def test_a_number_is_listed_so_that_it_can_be_read_again(here: Path, number: str, written: str) -> None:
    (here / "run.yaml").write_text(f"{sample.GOOD}capital: {number}\n")
    text = settings_yaml(isolated_run(Path("run.yaml")))
    assert f"capital: {written}\n" in text
    (here / "again.yaml").write_text(text)
    assert (
        isolated_run(Path("again.yaml")).settings.capital == isolated_run(Path("run.yaml")).settings.capital
    )


def test_what_a_lower_file_gives_may_be_missing_above() -> None:
    required = types.ModuleType("required")
    required.__dict__["mia_register_rules"] = lambda register: register("needs", f"{__name__}:Needs")
    judge = jsonschema.Draft202012Validator(run_schema(isolated_host(required))[0])
    assert judge.is_valid({"extends": "low.yaml", "rules": {"needs": {"b": 2}}})
    assert not judge.is_valid({"extends": "low.yaml", "rules": {"needs": {"c": 2}}})


class Needs:
    """A plugin's class with a required setting."""

    class Settings(BaseSettings):
        """One that must be given."""

        a: int
        b: int = 1


def test_the_shipped_schema_is_that_of_mia_alone() -> None:
    host = PluginHost.discover()
    ours = [plugin.provider.plugin for plugin in host.plugins if plugin.provider.distribution == "mia"]
    assert [plugin.provider.plugin for plugin in host.plugins] == ours
    found, faults = run_schema(host)
    assert faults == []
    assert json.loads((shipped_configs() / "mia.schema.json").read_text(encoding="utf-8")) == found
