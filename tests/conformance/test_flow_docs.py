"""docs/features-flow.md names every feature and measure of order flow and the book, and what can be set."""

import re
from typing import Any

import pytest

from indicators.book import plugin as book
from indicators.flow import plugin as flow
from mia_plugins.features import Feature
from mia_plugins.hookspecs import Kind
from mia_plugins.testing import isolated_host
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "features-flow.md").read_text(encoding="utf-8")
SETTINGS = PAGE.partition("## Settings")[2].partition("\n## ")[0]


class Flow:
    mia_register_indicators = staticmethod(flow.mia_register_indicators)
    mia_register_features = staticmethod(flow.mia_register_features)


class Book:
    mia_register_indicators = staticmethod(book.mia_register_indicators)
    mia_register_features = staticmethod(book.mia_register_features)


HOST = isolated_host(Flow(), Book())
NAMES = [(kind, name) for kind in (Kind.FEATURES, Kind.INDICATORS) for name in HOST.registry.names(kind)]


def rows(name: str, text: str = PAGE) -> list[str]:
    return [row for row in text.splitlines() if re.match(rf"\| [^|]*`{name}`", row)]


@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_the_page_says_what_there_is(kind: Kind, name: str) -> None:
    found: Any = HOST.load(HOST.find(kind, name))
    row = rows(name)[0]
    if issubclass(found, Feature):
        assert f" {found.kind} | {', '.join(sorted(found.inputs, reverse=True))} " in row
    else:
        bands = {f"{side}_{k}" for side in ("upper", "lower") for k in (1, 2, 3)}
        assert [output for output in found.outputs if f"`{output}`" not in row and output not in bands] == []
    told = "".join(rows(name, SETTINGS))
    assert [setting for setting in found.Settings.model_fields if f"`{setting}`" not in told] == []
