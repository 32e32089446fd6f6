"""Which look of a pattern makes a setup: an event makes one, and what made one hides none."""

from types import SimpleNamespace
from typing import Any

import pytest

from mia_plugins.data.sessions import NS
from mia_plugins.features import Market
from mia_plugins.tape.bars import Bar
from strategies.patterns.gamma_pin import GammaPin
from strategies.patterns.iceberg import IcebergTracker
from strategies.patterns.pattern import AGAIN, BOTH, Pattern
from strategies.patterns.setups import NOT_THERE, Condition, Look

MINUTE = 60 * NS


class Told(Pattern):
    """Sees what it is told: by side, the event and how clearly it holds."""

    names = ("it",)
    told: dict[int, tuple[int, float]]

    def look(self, side: int, bar: Bar) -> Look:
        """Return it."""
        del bar
        event, margin = self.told.get(side, (0, -1.0))
        return Look(side, (Condition(holds=True, margin=margin) if margin >= 0 else NOT_THERE,), event)


def bar(minute: int, close: int = 24_000) -> Bar:
    return Bar(minute * MINUTE, close, close, close, close, 1)


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize(
    ("second", "reason"),
    [
        pytest.param({}, AGAIN, id="the same alone"),
        pytest.param({-1: (5, 0.8)}, "", id="the other side, less clear"),
        pytest.param({-1: (5, 0.9)}, "", id="the other side, as clear"),
        pytest.param({1: (2, 0.8)}, "", id="an older one that only now holds"),
        pytest.param({1: (5, 0.9), -1: (6, 0.9)}, BOTH, id="two that are fresh and as clear"),
    ],
)
def test_what_made_a_setup_hides_none(side: int, second: dict[int, tuple[int, float]], reason: str) -> None:
    pattern = Told(Market.blank("ES"), Pattern.Settings())
    pattern.reset()
    first = {1: (3, 0.9)}
    for minute, told in enumerate((first, first | second)):
        pattern.told = {side * one: what for one, what in told.items()}
        pattern.take_bar(bar(minute))
    assert pattern.reason == reason
    if not reason:
        assert pattern.setup is not None
        ((fresh, what),) = second.items()
        assert (pattern.setup.look.side, pattern.setup.look.event) == (side * fresh, what[0])


def iceberg(known: int, refills: int) -> Any:
    return SimpleNamespace(side=1, ticks=24_000, start=known, known=known, refills=refills, surprise=9.0)


def test_an_iceberg_that_was_followed_hides_no_new_one() -> None:
    market = Market.blank("ES")
    pattern: Any = IcebergTracker(market, IcebergTracker.Settings())
    pattern.reset()
    there = [iceberg(10, 12)]
    pattern.icebergs = SimpleNamespace(seen=True, standing=lambda ts: there)
    pattern.take_bar(bar(1))
    there.append(iceberg(60, 8))
    pattern.take_bar(bar(2))
    assert (pattern.reason, pattern.setup.look.event) == ("", 60)
    pattern.take_bar(bar(3))
    assert pattern.reason == AGAIN


def test_an_absorption_that_was_used_hides_no_new_one() -> None:
    pattern: Any = GammaPin(Market.blank("ES"), GammaPin.Settings())
    pattern.reset()
    there = [SimpleNamespace(side=1, ticks=24_000, start=10, known=10, lots=900, shown=100, void=0)]
    pattern.absorption = SimpleNamespace(usual=1.0, since=lambda ts: there)
    pattern.dealers = SimpleNamespace(
        balance=lambda price: 1e9, walls=lambda side: [24_000.0] if side > 0 else []
    )
    pattern.fair = SimpleNamespace(prices=())
    pattern.market = SimpleNamespace(tape=SimpleNamespace(base=SimpleNamespace(minutes=1)))
    pattern.take_bar(bar(1))
    there.append(SimpleNamespace(side=1, ticks=24_000, start=60, known=60, lots=600, shown=100, void=0))
    pattern.take_bar(bar(2))
    assert (pattern.reason, pattern.setup.look.event) == ("", 60)
