"""What is different in a regime holds for every strategy of ours: its stop, its size, its gate."""

from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from indicators.structure.regime import Regime
from mia_plugins.decisions import Proposal
from mia_plugins.features.walking import walk
from mia_plugins.testing import Scene
from mia_plugins.testing.invariants import market_of
from mia_plugins.units import Multiple
from strategies.decision.one_score import OneScoreSettings, OneScoreStrategy, Read
from strategies.decision.regimes import AS_EVERYWHERE, InRegime, InRegimes, row_of
from strategies.patterns.liquidity_sweep import LiquiditySweepReversal
from strategies.selector.picking import SelectorProposer
from strategies.selector.strategy import SelectorStrategy
from tests.told import bars, calm
from tests.unit.test_regime_strategies import swept

TABLE: dict[str, Any] = {
    "volatile": {"stop": 1.5, "size": 0.5, "least_confidence": 0.99},
    "low_volatility": {"stop": 0.75},
}


def only_just_swept() -> Scene:
    """Return a sweep of 7 t that fails, where 6 are asked for: its confidence is .79."""
    scene = bars(calm(Scene("2026-03-10"), "09:00", 60), "10:00 6000 6000.5 5998 6000 10 20")
    scene = bars(calm(scene, "10:01", 3), "10:04 6000 6000 5996.25 5997.5 0 200")
    return bars(scene, "10:05 5997.5 5998.5 5997.5 5998.25 200 0")


def read(regime: Regime | None, **settings: Any) -> Any:
    """Return what the sweep's strategy proposes last, where the market is in a regime all the while."""
    market = market_of(scene := only_just_swept())
    told = {"bracket": {"stop_by": "ticks", "stop": 8.0}} | settings
    chosen = LiquiditySweepReversal.Settings.model_validate(told)
    proposer: Any = LiquiditySweepReversal.proposer(market, chosen)
    proposer._in_regime._regime = SimpleNamespace(regime=regime)
    return [proposer.propose(now) for now, at_bar in walk(market, scene.days()) if at_bar][-1]


@pytest.mark.parametrize(
    ("regime", "stop", "target", "size", "passes"),
    [
        (Regime.VOLATILE, 12, 24, 0.5, False),  # wider, half, and asked for more
        (Regime.LOW_VOLATILITY, 6, 12, 1.0, True),  # tighter
        (Regime.TREND, 8, 16, 1.0, True),  # not named: as everywhere
        (None, 8, 16, 1.0, True),
    ],
)
def test_a_pattern_heeds_the_table(
    regime: Regime | None, stop: int, target: int, size: float, passes: bool
) -> None:
    found = read(regime, regimes=TABLE)
    assert (found.side, found.stop, found.target, found.size) == (1, stop, target, size)
    assert found.gates[0].passes is passes


def test_without_a_table_no_regime_is_followed() -> None:
    market = market_of(swept())
    assert InRegimes(market, {}).row is AS_EVERYWHERE
    assert market.measures == ()


def test_so_does_a_strategy_of_one_score() -> None:
    settings: Any = OneScoreSettings.model_validate({"bracket": {"stop": 10.0}, "regimes": TABLE})
    rows: dict[Regime | None, Any] = {}
    for regime in (Regime.VOLATILE, Regime.LOW_VOLATILITY, None):
        made: Any = SimpleNamespace(
            settings=settings,
            extras=(),
            read=lambda now: Read(0.5, 0.7),
            in_regime=SimpleNamespace(row=row_of(settings.regimes, regime or "")),
            atr=SimpleNamespace(value=4.0),
            _swings=None,
        )
        made._extras = lambda found: ()
        made.bracketed = partial(OneScoreStrategy.bracketed, made)
        found = OneScoreStrategy.propose(made, 0)
        rows[regime] = (found.stop, found.target, found.size, found.gates[1].passes)
    assert rows == {
        Regime.VOLATILE: (15, 30, 0.5, False),
        Regime.LOW_VOLATILITY: (8, 16, 1.0, True),  # 7.5 t, to the even one
        None: (10, 20, 1.0, True),
    }


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize(("multiple", "stop"), [(1.0, 12), (1.5, 18), (0.5, 6)])
def test_a_stop_by_structure_heeds_it_too(multiple: float, stop: int, side: int) -> None:
    made: Any = SimpleNamespace(
        settings=OneScoreSettings.model_validate({"bracket": {"stop_by": "structure", "beyond": 2.0}}),
        atr=SimpleNamespace(value=None),
        tape=SimpleNamespace(price=100),
        _swings=SimpleNamespace(low=90, value=110),
    )
    found = OneScoreStrategy.bracketed(made, Proposal(side=side, is_candidate=True), 0, multiple)
    assert (found.stop, found.target) == (stop, 2 * stop)


def test_names_of_regimes_are_those_there_are() -> None:
    assert {
        row_of({name: InRegime(size=Multiple(0.5))}, str(regime)).size for name, regime in NAMES.items()
    } == {0.5}
    assert set(NAMES.values()) == set(Regime)


NAMES: dict[Any, Regime] = {str(regime).replace(" ", "_"): regime for regime in Regime}


def test_the_selector_multiplies_its_own_size_with_the_table_of_who_is_picked() -> None:
    market = market_of(scene := swept())
    table: Any = {"regimes": {"volatile": {"size": 0.5}}}
    proposer: Any = SelectorProposer(market, SelectorStrategy.Settings(sweeps=table))
    proposer.regime = SimpleNamespace(regime=Regime.VOLATILE, confidence=0.8)
    proposer.every["sweeps"]._in_regime._regime = proposer.regime
    last = [proposer.propose(now) for now, at_bar in walk(market, scene.days()) if at_bar][-1]
    assert (last.tier, last.size) == ("sweeps", 0.25)


def regimes_of(told: list[Regime]) -> list[tuple[str, ...]]:
    """Return whom the selector picks at each bar, as the market says one regime after the other."""
    market = market_of(swept())
    proposer = SelectorProposer(market, SelectorStrategy.Settings())
    proposer.regime.restart()
    picked = []
    for regime in told:
        proposer.regime._count(regime)
        picked.append(proposer.names())
    return picked


def test_another_strategy_is_picked_after_three_bars_on_end() -> None:
    t, r, v = Regime.TREND, Regime.RANGE, Regime.VOLATILE
    names = {t: ("trend",), r: ("range",), v: ("sweeps", "scalps")}
    picked = regimes_of([t, r, r, t, r, v, r, r, r, v, v, v])
    assert picked == [names[one] for one in (t, t, t, t, t, t, t, t, r, r, r, v)]
