"""How far prices went against and for trades while they were held, by setup."""

from dataclasses import dataclass

import numpy as np

from mia_plugins.statistics.activity import Spread, spread_of
from mia_plugins.statistics.figures import Floats
from mia_plugins.statistics.trades import Trades


@dataclass(frozen=True)
class Excursions:
    """The furthest moves against (MAE) and for (MFE) the trades of a setup, from their entry."""

    setup: str
    """The strategy, with the tier of its decisions where they have one."""
    trades: int
    """How many."""
    mae: Spread
    """Against it, in ticks: 0 or more."""
    mfe: Spread
    """For it, in ticks: 0 or more."""
    mae_r: Spread
    """Against it, as a share of the distance to the first stop."""
    mfe_r: Spread
    """For it, as a share of the distance to the first stop."""
    mae_wins: Spread
    """Against those that won, in ticks: what a stop must leave room for."""
    mfe_losses: Spread
    """For those that lost, in ticks: what was given back."""
    edge: float | None
    """Mean MFE / mean MAE; None where there is no MAE."""


def setups_of(trades: Trades) -> tuple[Excursions, ...]:
    """Return the excursions of each setup, by name."""
    names = setup_names(trades)
    return tuple(_excursions(name, trades.where(names == name)) for name in sorted(set(names)))


def setup_names(trades: Trades) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Return the setup of each trade."""
    return np.array(
        [f"{one} {tier}".rstrip() for one, tier in zip(trades.strategy, trades.tier, strict=True)], np.object_
    )


def _excursions(setup: str, trades: Trades) -> Excursions:
    distance = np.abs(trades.entry - trades.stop)
    risk: Floats = np.where(distance > 0, distance, np.nan)
    mae, mfe = spread_of(trades.mae), spread_of(trades.mfe)
    return Excursions(
        setup=setup,
        trades=len(trades),
        mae=mae,
        mfe=mfe,
        mae_r=spread_of(trades.mae / risk),
        mfe_r=spread_of(trades.mfe / risk),
        mae_wins=spread_of(trades.mae[trades.net > 0]),
        mfe_losses=spread_of(trades.mfe[trades.net < 0]),
        edge=mfe.mean / mae.mean if mae.mean and mfe.mean is not None else None,
    )
