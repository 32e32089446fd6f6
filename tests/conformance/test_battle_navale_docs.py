"""docs/features-battle-navale.md names every feature, measure and pattern of the method, and what can be set."""

from typing import Any

import pytest

from indicators.battle_navale import plugin
from mia_plugins.features import Feature
from mia_plugins.hookspecs import Kind
from mia_plugins.testing import isolated_host
from tests.conftest import ROOT
from tests.unit.test_battle_navale import COLOUR, LONG

PAGE = (ROOT / "docs" / "features-battle-navale.md").read_text(encoding="utf-8")


class BattleNavale:
    mia_register_indicators = staticmethod(plugin.mia_register_indicators)
    mia_register_features = staticmethod(plugin.mia_register_features)


HOST = isolated_host(BattleNavale())
NAMES = [(kind, name) for kind in (Kind.FEATURES, Kind.INDICATORS) for name in HOST.registry.names(kind)]


@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_the_page_says_what_there_is(kind: Kind, name: str) -> None:
    found: Any = HOST.load(HOST.find(kind, name))
    section = PAGE.partition(f"\n## {'Features' if kind is Kind.FEATURES else 'Measures'}\n")[2]
    (row,) = [line for line in section.partition("\n## ")[0].splitlines() if line.startswith(f"| `{name}` |")]
    if issubclass(found, Feature):
        assert f"{found.kind}, {found.mirror.name}" in row
        assert (", ".join(sorted(found.inputs)) or "bars") in row
    assert [one for one in found.Settings.model_fields if f"`{one}`" not in PAGE] == []


@pytest.mark.parametrize("side", [1, -1])
def test_every_bar_pattern_has_its_row_and_side(side: int) -> None:
    for name, bullish in ((LONG[side], side), (COLOUR[side], -side)):
        assert f"| `{name}` | {'1' if bullish > 0 else '−1'} |" in PAGE
