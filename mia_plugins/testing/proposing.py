"""What a strategy would propose over a scene, told without an engine."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mia_plugins.decisions import Proposal
from mia_plugins.features import Market
from mia_plugins.features.walking import walk
from mia_plugins.runtime.times import next_tenth
from mia_plugins.tape.follower import Trigger
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
    """Return what a strategy proposes, by its time (UTC ns): at each close of a base bar, after each event.

    It trades `product`, or ES; base bars are of so many minutes. `settings` are the strategy's, which must
    have a `proposer(market, settings)`.
    """
    chosen = strategy.Settings(**settings)
    blank = Market.blank(product or "ES", (minutes,))
    strategy.proposer(blank, chosen)
    market = market_of(scene, (minutes, *sorted(blank.minutes - {minutes})), product)
    proposer = strategy.proposer(market, chosen)
    wakes = instants_after(strategy.wakes(chosen), scene, market.product)
    return {
        now: proposer.propose(now)
        for now, at_bar in walk(market, scene.days(), wakes)
        if at_bar or now in wakes
    }


def instants_after(triggers: Iterable[Trigger], scene: Scene, product: str = "") -> set[int]:
    """Return when triggers wake who trades a product of a scene: tenths of a second (UTC ns)."""
    ahead = market_of(scene, (), product).tape
    found: set[int] = set()
    triggers = tuple(triggers)
    for day in scene.days() if triggers else ():
        ahead.begin(day.session, day.contracts[ahead.code])
        for code, pieces in day.streams:
            for rows in pieces if code == ahead.code else ():
                ahead.load(rows)
        lo, hi = ahead.now, day.session.close
        ahead.advance(hi)
        found |= {next_tenth(int(ts)) for one in triggers for ts in one.triggers(ahead, lo, hi)}
    return found
