"""docs/rules.md names every rule of the method MenthorQ with all that can be set, and its defaults."""

import re
from pathlib import Path
from typing import Any

import pytest

from indicators.options.choices import SourceSettings
from mia_plugins.decisions import Force
from mia_plugins.hookspecs import Kind
from mia_plugins.settings.resolve import load_run
from mia_plugins.testing import isolated_host
from strategies.menthorq import plugin
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
LEVELS = PAGE.partition("## Levels")[2].partition("\n## ")[0]
HOST = isolated_host(plugin)
SHARED = {"strict_30min", *SourceSettings.model_fields}


def row(name: str) -> str:
    (found,) = (line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |"))
    return found


@pytest.mark.parametrize("name", HOST.registry.names(Kind.RULES))
def test_the_page_says_what_a_rule_can_be_told(name: str) -> None:
    rule: Any = HOST.load(HOST.find(Kind.RULES, name))
    said = row(name)
    assert (rule.force is Force.HARD) == (said in PAGE.partition("## Soft factors")[0])
    for setting, field in rule.Settings.model_fields.items():
        assert f"`{setting}`" in (LEVELS if setting in SHARED else said), setting
        if setting in SHARED:
            continue
        if isinstance(field.default, float | int) and not isinstance(field.default, bool):
            number = f"{field.default:g}".removeprefix("0") or "0"
            assert re.search(rf"`{setting}`[^()]*\({re.escape(number)}\b", said), (setting, number)
    if rule.force in (Force.CAP, Force.COST):
        assert f"| {rule.force}: " in said


def test_the_rules_of_the_page_are_in_order(here: Path) -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    run = "instruments: [ES]\nstart: 2026-06-01\nend: 2026-06-01\n" + text.replace(
        "gamma_wall_ahead: {enabled: false}", ""
    )
    (here / "run.yaml").write_text(run)
    names = [component.name for component in load_run(here / "run.yaml").components]
    assert names == ["blind_spot", "levels_stale", "session_closed"]
