"""docs/patterns.md names every pattern strategy and every condition of it, in its row."""

from typing import Any

import pytest

from mia_plugins.hookspecs import Kind
from mia_plugins.testing import isolated_host
from strategies.patterns import plugin
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "patterns.md").read_text(encoding="utf-8")
HOST = isolated_host(plugin)


@pytest.mark.parametrize("name", HOST.registry.names(Kind.STRATEGIES))
def test_the_page_says_what_there_is(name: str) -> None:
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}`")]
    strategy: Any = HOST.load(HOST.find(Kind.STRATEGIES, name))
    assert [one for one in strategy.pattern.names if f"`{one}`" not in row] == []
