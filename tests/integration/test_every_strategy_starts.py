"""Every strategy that ships starts with its own defaults; the one that picks others goes through a run."""

from typing import Any

import pytest

from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost
from mia_plugins.runtime.needs import Parts
from tests.market import DAY
from tests.runtime import a_trade_a_minute, market_of, stage

HOST = PluginHost.discover()


@pytest.mark.parametrize("name", HOST.registry.names(Kind.STRATEGIES))
def test_it_says_what_it_needs(name: str) -> None:
    strategy: Any = HOST.load(HOST.find(Kind.STRATEGIES, name))
    strategy.needs(strategy.Settings(), Parts(), "ES")


def test_the_selector_goes_through_a_run() -> None:
    book: Any = market_of("time bids | asks\n09:30:30 5@0 | 5@1\n09:36:00 5@0 | 5@1\n")
    told = stage(
        {DAY: [book, a_trade_a_minute(book)]},
        {"selector": {}},
        fills="depth",
        plugin="strategies.selector.strategy:SelectorStrategy",
    ).run()
    assert {row["outcome"] for row in told.table("decisions")} == {"none"}
