"""docs/features-shapes.md names every feature, measure and pattern of shapes, and what can be set."""

import re
from typing import Any

import pytest

from indicators.shapes import plugin
from indicators.shapes.candle_patterns import NEITHER, PATTERNS
from indicators.shapes.pattern_kinds import ALL
from mia_plugins.features import Feature
from mia_plugins.hookspecs import Kind
from mia_plugins.testing import isolated_host
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "features-shapes.md").read_text(encoding="utf-8")


class Shapes:
    mia_register_indicators = staticmethod(plugin.mia_register_indicators)
    mia_register_features = staticmethod(plugin.mia_register_features)


HOST = isolated_host(Shapes())
NAMES = [(kind, name) for kind in (Kind.FEATURES, Kind.INDICATORS) for name in HOST.registry.names(kind)]


@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_the_page_says_what_there_is(kind: Kind, name: str) -> None:
    found: Any = HOST.load(HOST.find(kind, name))
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")]
    if issubclass(found, Feature):
        mirror = "mirror exempt" if found.mirror.name == "exempt" else found.mirror.name
        assert f"{found.kind}, {mirror}" in row
        assert (", ".join(sorted(found.inputs)) or "bars") in row
    assert [one for one in found.Settings.model_fields if f"`{one}`" not in PAGE] == []


def test_every_candlestick_is_named_and_those_without_a_side_are_marked() -> None:
    section = PAGE.partition("\n## Candlesticks")[2]
    named = re.findall(r"`(\w+)`(\*?)", section.partition("| candles |")[2].partition("\n\n")[0])
    assert dict(named) == {name: "*" * (one.meaning == NEITHER) for name, one in PATTERNS.items()}


def test_every_chart_pattern_has_its_row_and_weight() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \|.*\| (\S+) \|$", PAGE, re.MULTILINE)
    words = {1.0: "1", 0.75: "¾", 0.5: "½"}
    assert sorted(rows) == sorted((kind.up, kind.down, words[kind.weight]) for kind in ALL)
