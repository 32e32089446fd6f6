"""The engine's own risk checks stand behind all rules: a plugin that misbehaves cannot get past them."""

from typing import Any

import pytest

from mia_plugins.backtest.run import Backtest
from mia_plugins.errors import MiaError
from tests.market import DAY
from tests.runtime import a_trade_a_minute, buy, market_of, play, stage

RISING = """
time      bid  ask
09:30:30    0    1
09:31:30    4    5
09:32:10   20   21
"""
"""24 000 ticks of ES are 300 000 $ of index."""


def test_an_order_too_large_is_denied_and_nothing_is_held() -> None:
    played = play(RISING, buy("09:31", stop=-8, target=40, size=17))
    assert played.fills == []
    assert "entry denied 0/17" in played.orders
    assert any("NOTIONAL" in line for line in played.warnings)
    assert play(RISING, buy("09:31", stop=-8, target=12, size=16)).trips == ["long 16 target +2000.00"]


def test_orders_beyond_the_rate_are_denied() -> None:
    market: Any = market_of(RISING)
    steps = [buy("09:31", stop=-8, target=12)]
    names = ("one", "two")
    set_up = stage(
        {DAY: [market, a_trade_a_minute(market)]},
        {name: {"steps": steps} for name in names},
        fills="quotes",
    )
    assert len(set_up.run().trips) == 2
    # The second strategy's bracket comes at the same instant.
    played = set_up.run(backstop={"submits": 1})
    assert len(played.trips) == 1
    assert any("RATE" in line.upper() for line in played.warnings)


@pytest.mark.parametrize(("lots", "held"), [(17, 0), (1, 1)])
def test_an_order_past_the_framework_ends_the_run_and_a_large_one_is_not_even_filled(
    lots: int, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    market: Any = market_of(RISING)
    parts = [market, a_trade_a_minute(market)]
    found: list[int] = []
    dispose = Backtest.dispose

    def look(backtest: Backtest) -> None:
        found.append(sum(int(one.quantity) for one in backtest._engine.cache.positions_open()))
        dispose(backtest)

    monkeypatch.setattr(Backtest, "dispose", look)
    set_up = stage(
        {DAY: parts}, {"rogue": {"lots": lots}}, fills="quotes", plugin="tests.misbehaving:Misbehaving"
    )
    with pytest.raises(MiaError, match="rogue-1, which is not its own"):
        set_up.run()
    assert found == [held]
