"""What a strategy would propose over a scene, told without an engine."""

from typing import TYPE_CHECKING, Any

from mia_plugins.decisions import Proposal
from mia_plugins.features import Market
from mia_plugins.features.walking import walk
from mia_plugins.testing.invariants import market_of
from mia_plugins.testing.scenes import Scene

if TYPE_CHECKING:
    from mia_plugins.decisions.strategy import DecidingStrategy


def proposals(
    strategy: "type[DecidingStrategy]",
    scene: Scene,
    *,
    product: str = "",
    minutes: int = 1,
    **settings: Any,
) -> dict[int, Proposal]:
    """Return what a strategy proposes at each close of a base bar, by its time (UTC ns).

    It trades `product`, or ES; base bars are of so many minutes. `settings` are the strategy's, which must
    have a `proposer(market, settings)`.
    """
    chosen = strategy.Settings(**settings)
    blank = Market.blank(product or "ES", (minutes,))
    strategy.proposer(blank, chosen)
    market = market_of(scene, (minutes, *sorted(blank.minutes - {minutes})), product)
    proposer = strategy.proposer(market, chosen)
    return {now: proposer.propose(now) for now, at_bar in walk(market, scene.days()) if at_bar}
