"""docs/indicators.md names every registered indicator as it is, and what Nautilus' own are worth."""

import re
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from indicators.classic.plugin import INDICATORS, mia_register_indicators
from mia_plugins.hookspecs import Kind
from mia_plugins.testing import isolated_host
from tests import agreement
from tests.bars import bars_of
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "indicators.md").read_text(encoding="utf-8")
ROWS = {row[1]: row[0] for row in re.finditer(r"^\| `(\w+)` \|.*$", PAGE, re.MULTILINE)}


class Plugin:
    mia_register_indicators = staticmethod(mia_register_indicators)


def made(name: str) -> Any:
    module, _, found = INDICATORS[name][0].partition(":")
    return getattr(import_module(f"indicators.{module}"), found)()


def test_every_registered_indicator_is_on_the_page() -> None:
    registered = isolated_host(Plugin()).registry.all(Kind.INDICATORS)
    assert sorted(row.name for row in registered) == sorted(ROWS)
    for row in registered:
        module, _, found = row.target.partition(":")
        assert f"`{getattr(import_module(module), found).__name__}(" in ROWS[row.name]


@pytest.mark.parametrize("name", INDICATORS)
def test_the_page_knows_from_which_bar_it_is_known(name: str) -> None:
    known_from = re.split(r"(?<!\\) \| ", ROWS[name])[3]
    if re.match(r"\d", known_from):
        first = np.flatnonzero(~np.isnan(made(name).over(bars_of("walk", 100, 3))))[0]
        assert int(known_from.split()[0]) == first + 1
    else:
        assert name in {"swings", "retracements", "trend_structure"}


@pytest.mark.parametrize("name", INDICATORS)
def test_what_the_page_says_can_be_read_is_there(name: str) -> None:
    indicator = made(name)
    in_code = re.split(r"(?<!\\) \| ", ROWS[name])[1].partition(":")[2]
    for attribute in re.findall(r"`(\w+)`", in_code):
        assert hasattr(indicator, attribute), attribute


def test_the_comparison_is_what_it_says() -> None:
    assert "\n".join(agreement.table()) in PAGE


def test_nautilus_is_used_only_where_it_agrees() -> None:
    source = (ROOT / "indicators" / "classic" / "nautilus.py").read_text(encoding="utf-8")
    differing = [one.name.split(",")[0] for one in agreement.CANDIDATES if agreement.differs(one)]
    assert [name for name in differing if name in source] == []
