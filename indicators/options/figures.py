"""All that is read out of one chain, once."""

from dataclasses import dataclass, replace
from functools import cached_property

from indicators.options.chain import Chain
from indicators.options.exposure import (
    ByStrike,
    DealerSign,
    charm_exposure,
    gex_by_strike,
    net_gex,
    vanna_exposure,
)
from indicators.options.flip import GammaFlip, gamma_flip
from indicators.options.flow import log_put_call_ratio, volume_term
from indicators.options.gamma_levels import GammaLevels, gamma_levels_found
from indicators.options.moves import ExpectedMove, expected_move
from indicators.options.pin import Magnet, magnet
from indicators.options.smile import skew_25_delta, term_structure
from indicators.options.walls import Walls, hvl, walls
from mia_plugins.units import Nanoseconds, Points


@dataclass(frozen=True)
class Figures:
    """What a chain says; prices in points of its underlying, None where it does not say."""

    chain: Chain
    known_at: Nanoseconds
    """When it could be known, UTC."""
    net_gex: float | None
    """$ a move of 1 %."""
    by_strike: ByStrike
    """Gamma exposure, $ a move of 1 %."""
    flip: GammaFlip | None
    hvl: Points | None
    walls: Walls
    vanna: float | None
    """$ a point, for volatility + 1.00."""
    charm: float | None
    """$ a point, a day."""
    skew: float | None
    """25-delta put less call, of volatility; .01 is one point of it."""
    term: float | None
    """Front over next volatility less 1."""
    move: ExpectedMove | None
    magnet: Magnet | None
    log_put_call: float | None
    """ln(puts/calls) of the open interest."""
    volume: float | None
    """(calls − puts)/(calls + puts) of the volume."""
    levels: GammaLevels
    """Walls and flip, those of today's expiry among them."""

    @cached_property
    def until(self) -> int | None:
        """When the next of its options settle, UTC ns; what it says holds no longer than that."""
        settles = self.chain.by_settlement[0]
        return int(settles[0]) if len(settles) else None


def figures_of(chain: Chain, sign: DealerSign, known_at: int) -> Figures:
    """Read all out of a chain that could be known at a time (UTC ns)."""
    found, flip = walls(chain), gamma_flip(chain, sign)
    return Figures(
        chain,
        Nanoseconds(known_at),
        net_gex(chain, sign),
        gex_by_strike(chain, sign),
        flip,
        hvl(chain, sign),
        found,
        vanna_exposure(chain, sign),
        charm_exposure(chain, sign),
        skew_25_delta(chain),
        term_structure(chain),
        expected_move(chain),
        magnet(chain),
        log_put_call_ratio(chain),
        volume_term(chain),
        gamma_levels_found(found, flip),
    )


def figures_at(now: int, figures: Figures, sign: DealerSign) -> Figures:
    """Return what a chain says at a time (UTC ns): options that have settled by then hold nothing.

    What was held and traded, calls against puts, stays that of the whole chain: it is compared with whole
    chains of days before.
    """
    if figures.until is None or now < figures.until:
        return figures
    left = figures_of(figures.chain.unsettled(now), sign, figures.known_at)
    return replace(left, log_put_call=figures.log_put_call, volume=figures.volume)
