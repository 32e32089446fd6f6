"""Options on SPX: a chain of the catalog's, whose prices follow the index by its own delta and gamma."""

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

from gateway.market.book import Book, Level
from gateway.market.listing import Listing, option

LOTS = 10
"""Contracts shown on each side: a chain does not tell sizes."""
DAYS = 365.0


@dataclass(frozen=True, slots=True)
class Greeks:
    """What an option is worth and how that changes."""

    price: float
    """Points."""
    iv: float
    """A year; .2 is 20 %."""
    delta: float
    gamma: float
    """1/points."""
    vega: float
    """Points for one percentage point of volatility."""
    theta: float
    """Points a day."""
    spot: float
    """Points of the index."""


@dataclass(frozen=True, slots=True)
class ChainRow:
    """An option as the chain has it, at the index's price then."""

    listing: Listing
    spot: float
    mid: float
    half_spread: float
    iv: float
    delta: float
    gamma: float
    open_interest: int
    volume: int

    def greeks(self, spot: float, today: dt.date) -> Greeks:
        """Return the option's price and greeks at another price of the index."""
        away = spot - self.spot
        price = max(self.mid + self.delta * away + self.gamma * away * away / 2, 0.0)
        bounds = (0.0, 1.0) if self.listing.is_call else (-1.0, 0.0)
        delta = min(max(self.delta + self.gamma * away, bounds[0]), bounds[1])
        years = max(((self.listing.expiry or today) - today).days + 0.5, 0.5) / DAYS
        # Both follow from gamma where rates are nil: S²·σ·T·gamma, and minus half of S²·σ²·gamma.
        vega = self.gamma * spot * spot * self.iv * years / 100
        theta = -self.gamma * (spot * self.iv) ** 2 / 2 / DAYS
        return Greeks(price, self.iv, delta, self.gamma, vega, theta, spot)

    def book(self, spot: float) -> Book:
        """Return a market in the option: bids at or below what it is worth, asks at or above."""
        away, step = spot - self.spot, float(self.listing.tick)
        price = max(self.mid + self.delta * away + self.gamma * away * away / 2, 0.0)
        bid = math.floor((price - self.half_spread) / step + 1e-9)
        ask = max(math.ceil((price + self.half_spread) / step - 1e-9), bid + 1, 1)
        return Book((Level(bid, LOTS),) if bid > 0 else (), (Level(ask, LOTS),))


def chain_row(row: dict[str, Any], expiry: dt.date) -> ChainRow | None:
    """Return a row of a catalog's chain under another expiry; None where it has no price."""
    bid, ask = row["bid"], row["ask"]
    if bid is None or ask is None or not 0 <= bid <= ask or row["underlying"] != "SPX":
        return None
    return ChainRow(
        listing=option(expiry, row["strike"], is_call=row["is_call"]),
        spot=row["spot"],
        mid=(bid + ask) / 2,
        half_spread=(ask - bid) / 2,
        iv=row["iv"] or 0.0,
        delta=row["delta"] or 0.0,
        gamma=row["gamma"] or 0.0,
        open_interest=row["open_interest"] or 0,
        volume=row["volume"] or 0,
    )
