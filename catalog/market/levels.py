"""MenthorQ-style levels: what the chain says about walls and gamma, and blind spots that are drawn."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.market.chain import BASIS, Chain
from catalog.market.settings import MarketSettings
from catalog.market.smile import USUAL
from catalog.market.streams import stream
from mia_plugins.data.sessions import NS, Session

PUBLISHED_AFTER = 5 * 3600 * NS
"""End-of-day levels exist from 23:00 New York, five hours after the session's open."""
STALE_DAYS = 2
"""How old the levels are in the scenario, in days."""
NS_A_DAY = 86_400 * NS
GEX_LEVELS, BLIND_SPOTS = 10, 10
HVL_WITHIN = 0.10
"""HVL is looked for this close to spot, as a share of it."""
SESSIONS_A_YEAR = 252


@dataclass(frozen=True, slots=True)
class Levels:
    """One row a level of ES."""

    name: NDArray[np.str_]
    price: NDArray[np.float64]
    """Points of the future."""
    as_of: int
    """UTC ns of the data behind the levels."""
    available_at: int
    """UTC ns from which they can be known."""


def levels(settings: MarketSettings, session: Session, chain: Chain, level: float) -> Levels:
    """Return the levels of one session; without open interest only those that need none."""
    named = _expected_range(chain, level) | _blind_spots(settings, session, chain, level)
    if chain.open_interest.any():
        named |= _walls(chain, chain.days > 0, "") | _walls(chain, chain.days < 1, " 0DTE")
        named |= _hvl(chain) | _largest(chain)
    stale = STALE_DAYS * NS_A_DAY if "stale_levels" in settings.scenario_names(session.day) else 0
    return Levels(
        name=np.array(list(named)),
        price=np.array(list(named.values())) + BASIS,
        as_of=session.open - stale,
        available_at=session.open + PUBLISHED_AFTER - stale,
    )


def _walls(chain: Chain, of: NDArray[np.bool_], suffix: str) -> dict[str, float]:
    gex = np.abs(chain.gex())
    calls = np.where(of & chain.call & (chain.strike > chain.spot), gex, 0.0)
    puts = np.where(of & ~chain.call & (chain.strike < chain.spot), gex, 0.0)
    both = np.where(of, gex, 0.0)
    walls = {
        f"Call Resistance{suffix}": _peak(chain, calls),
        f"Put Support{suffix}": _peak(chain, puts),
    }
    return walls | ({"Gamma Wall 0DTE": _peak(chain, both)} if suffix else {})


def _by_strike(chain: Chain, values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    strikes, at = np.unique(chain.strike, return_inverse=True)
    return strikes, np.bincount(at, values)


def _peak(chain: Chain, values: NDArray[np.float64]) -> float:
    strikes, sums = _by_strike(chain, values)
    return float(strikes[np.argmax(sums)])


def _hvl(chain: Chain) -> dict[str, float]:
    """Return the strike at which the gamma cumulated by strike is lowest, near spot."""
    strikes, sums = _by_strike(chain, chain.gex())
    near = np.abs(strikes / chain.spot - 1) <= HVL_WITHIN
    return {"HVL": float(strikes[near][np.argmin(np.cumsum(sums)[near])])}


def _largest(chain: Chain) -> dict[str, float]:
    strikes, sums = _by_strike(chain, chain.gex())
    order = np.argsort(-np.abs(sums), kind="stable")[:GEX_LEVELS]
    return {f"GEX {rank}": float(strikes[at]) for rank, at in enumerate(order, start=1)}


def _expected_range(chain: Chain, level: float) -> dict[str, float]:
    move = chain.spot * level / np.sqrt(SESSIONS_A_YEAR)
    return {"1D Min": chain.spot - move, "1D Max": chain.spot + move}


def _blind_spots(settings: MarketSettings, session: Session, chain: Chain, level: float) -> dict[str, float]:
    """Draw prices around spot: the vendor's formula is not known."""
    draws = stream(settings.seed, "blind spots", session.day).standard_normal(BLIND_SPOTS)
    spots = chain.spot * (1 + 0.012 * level / USUAL * draws)
    return {f"BL {rank}": round(float(price), 2) for rank, price in enumerate(spots, start=1)}
