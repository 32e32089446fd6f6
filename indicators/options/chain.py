"""One snapshot of an option chain as columns, with what is wrong with its rows."""

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from indicators.options.black import LEAST, MOST, Flags, Floats, Greeks, Legs, Market, greeks
from indicators.options.contracts import contract_keys, days_of, mark_contracts, roots_of, settlements_of
from indicators.options.flaws import (
    NO_MID,
    UNUSABLE,
    Flaw,
    Marks,
    has,
    known_counts,
    known_iv,
    mark,
    mark_quotes,
    mark_repeated,
)
from indicators.options.implied import implied_volatility
from indicators.options.settlement import trading_day, years_until
from mia_plugins.data.tables import completed
from mia_plugins.units import Nanoseconds, Points

MULTIPLIERS = {
    **dict.fromkeys(("SPX", "SPXW", "NDX", "NDXP"), 100.0),
    "ES": 50.0,
    "NQ": 20.0,
}
"""$ a point that one option is of, by underlying."""
FUTURES = frozenset({"ES", "NQ"})
"""Underlyings whose options are on the future: Black 76, without cost of carry."""
SPOT_SPREAD = 0.001
"""Rows whose spots lie further apart than this share of them are of no one moment."""
COLUMNS = (
    *("expiry", "strike", "call", "own", "settles", "years"),
    *("bid", "ask", "iv", "open_interest", "volume", "marks"),
)
"""What a chain has a row of for each option."""
DAY_ZERO = np.datetime64("1970-01-01", "D")


@dataclass(frozen=True)
class Chain:
    """Calls and puts of one underlying at one moment: one row a contract that has not settled.

    Compared by identity; every array may be NaN where a value is not known.
    """

    underlying: str
    as_of: Nanoseconds
    """The time it is of, UTC."""
    spot: Points | None
    """None when no row knows it, or rows disagree."""
    expiry: NDArray[np.datetime64]
    strike: Floats
    """Points."""
    call: Flags
    own: Flags
    """Whether its root is the underlying's own; that of SPXW is not SPX's."""
    settles: NDArray[np.int64]
    """UTC ns."""
    years: Floats
    """To the settlement, ACT/365."""
    bid: Floats
    """Points."""
    ask: Floats
    """Points."""
    iv: Floats
    """Implied volatility a year, .2 is 20 %; from the middle of bid and ask where it was not given."""
    open_interest: Floats
    """Contracts."""
    volume: Floats
    """Contracts."""
    marks: Marks
    """The `Flaw`s of each row."""
    flaws: dict[Flaw, int]
    """How many rows of the table have each flaw, with the rows that are no contract and were left out."""
    rows: int
    """Rows of the table."""
    multiplier: float | None
    """$ a point that one option is of; None for an underlying that mia does not know."""
    market: Market = field(default=Market(0.0))
    """Rate and carry that prices are made with."""
    reflected_at: Points | None = None
    """In a mirror image: where the mirror stands. Each leg keeps the gamma it had on the other side."""

    def __len__(self) -> int:
        """Return the number of contracts."""
        return len(self.strike)

    @property
    def is_known(self) -> bool:
        """Say whether there is a spot and any contract at all."""
        return self.spot is not None and len(self) > 0

    @cached_property
    def legs(self) -> Legs:
        """What its options are priced as; in a mirror image what they were before it."""
        if self.reflected_at is None:
            return Legs(self.strike, self.years, self.iv, self.call)
        return Legs(2 * self.reflected_at - self.strike, self.years, self.iv, ~self.call)

    @cached_property
    def greeks(self) -> Greeks:
        """Each option's greeks at spot; NaN throughout when that is not known."""
        found = greeks(self.legs, self.market_at(self.spot if self.spot is not None else np.nan))
        if self.reflected_at is None:
            return found
        # Seen in the mirror, prices move the other way: what is odd in them changes sign.
        return found._replace(delta=-found.delta, vanna=-found.vanna, charm=-found.charm)

    def market_at(self, spot: float) -> Market:
        """Return the market in which its legs are priced when spot (points) is here."""
        seen = spot if self.reflected_at is None else 2 * self.reflected_at - spot
        return self.market._replace(spot=seen)

    @cached_property
    def coverage(self) -> float | None:
        """The share of the open interest whose options can be priced; None without any row.

        Rows whose open interest is not known weigh what the others weigh on average.
        """
        if not len(self):
            return None
        known = ~np.isnan(self.open_interest)
        if not known.any():
            return 0.0
        interest = np.nan_to_num(self.open_interest)
        good = known & ~np.isnan(self.greeks.gamma)
        share = interest[good].sum() / interest.sum() if interest.any() else good.sum() / known.sum()
        return float(share * known.mean())

    @cached_property
    def mid(self) -> Floats:
        """The middle of bid and ask, points; NaN where one is missing, zero or they are crossed."""
        return np.where(has(self.marks, NO_MID), np.nan, (self.bid + self.ask) / 2)

    @cached_property
    def by_strike(self) -> tuple[Floats, NDArray[np.intp]]:
        """Its strikes in order (points), and for each row which of them it is at."""
        return np.unique(self.strike, return_inverse=True)

    @cached_property
    def by_expiry(self) -> tuple[NDArray[np.datetime64], NDArray[np.intp]]:
        """Its dates of expiry in order, and for each row which of them it has."""
        days, at = np.unique(days_of(self.expiry), return_inverse=True)
        return days + DAY_ZERO, at

    @cached_property
    def by_settlement(self) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
        """Its settlements in order (UTC ns), and for each row which of them it has: a day may have two."""
        return np.unique(self.settles, return_inverse=True)

    @cached_property
    def keys(self) -> NDArray[np.int64]:
        """A number for each contract, the same in every chain that has it, in a mirror image too."""
        return contract_keys(self.expiry, self.legs.strike, self.legs.call.astype(np.float64), self.own)

    @cached_property
    def is_0dte(self) -> Flags:
        """Which rows expire in the trading day that the chain is of."""
        today = trading_day(self.as_of)
        if today is None:
            return np.zeros(len(self), np.bool_)
        found: Flags = self.expiry == np.datetime64(today, "D")
        return found

    def take(self, rows: Flags) -> "Chain":
        """Return the chain of some of its rows; the counts of flaws stay the whole table's."""
        return replace(self, **{name: getattr(self, name)[rows] for name in COLUMNS})

    def unsettled(self, now: int) -> "Chain":
        """Return the chain without what has settled at a time (UTC ns), all else as it was."""
        alive = self.settles > now
        return self if alive.all() else self.take(alive)

    def expiring(self, expiry: dt.date) -> "Chain":
        """Return the chain of one expiry."""
        return self.take(self.expiry == np.datetime64(expiry, "D"))

    def mirrored(self, about: Points | None = None) -> "Chain":
        """Return its mirror image about a price (points), spot if none is given: calls become puts.

        Each leg keeps its gamma, also where it is repriced, and its open interest. What one assumes of
        the dealers must be mirrored with it: `DealerSign.mirrored`.
        """
        at = about if about is not None else self.spot
        if at is None or self.reflected_at not in (None, at):
            raise ValueError(f"a chain with spot {self.spot} cannot be mirrored about {at}")
        return replace(
            self,
            spot=None if self.spot is None else Points(2 * at - self.spot),
            strike=2 * at - self.strike,
            call=~self.call,
            reflected_at=None if self.reflected_at == at else at,
        )


def chain_of(
    table: pa.Table,
    underlying: str,
    market: Market = Market(0.0),  # noqa: B008
    *,
    mirrored: bool = False,
) -> Chain | None:
    """Return the newest chain of an underlying in rows of the table `option_chains`; None without any.

    Of `market` only rate and carry are read; options on futures carry nothing. `mirrored` rows are a mirror
    image about their spot, for tests: each leg is priced as what it was.
    """
    rows = _newest(completed("option_chains", table), underlying)
    if rows is None:
        return None
    as_of = Nanoseconds(int(rows["ts_event"][0].value))
    if underlying in FUTURES:
        market = market._replace(carry=0.0)
    names = ("strike", "bid", "ask", "iv", "open_interest", "volume", "spot")
    strike, bid, ask, iv, interest, volume, spots = (_floats(rows[name]) for name in names)
    side, expiry = _floats(pc.cast(rows["is_call"], pa.int8())), rows["expiry"].to_numpy()
    roots = roots_of(rows["root"], underlying)
    settles = settlements_of(expiry, roots)
    years = years_until(settles, as_of)
    marks, spot = np.zeros(len(rows), np.int32), _spot(spots)
    mark_contracts(marks, strike, side, years, roots.unsaid)
    mark_repeated(marks, contract_keys(expiry, strike, side, roots.own), (bid, ask, iv, interest, volume))
    mark_quotes(marks, bid, ask)
    chain = Chain(
        underlying,
        as_of,
        spot,
        expiry,
        strike,
        side > 0,
        roots.own,
        settles,
        years,
        bid,
        ask,
        known_iv(marks, iv),
        known_counts(marks, interest, Flaw.NO_OPEN_INTEREST, Flaw.BAD_OPEN_INTEREST),
        known_counts(marks, volume, Flaw.NO_VOLUME, Flaw.BAD_VOLUME),
        marks,
        {},
        len(rows),
        MULTIPLIERS.get(underlying),
        market,
        spot if mirrored else None,
    )
    return _finished(chain)


def _finished(chain: Chain) -> Chain:
    """Fill in volatilities from quotes, count flaws, and leave out the rows that are no contract."""
    out = has(chain.marks, UNUSABLE)
    wanting = np.isnan(chain.iv) & ~out
    if wanting.any() and chain.spot is not None:
        part = chain.take(wanting)
        chain.iv[wanting] = implied_volatility(part.mid, part.legs, part.market_at(chain.spot))
        mark(chain.marks, wanting & ~np.isnan(chain.iv), Flaw.IV_FROM_MID)
    counts = (
        {flaw: int(np.count_nonzero(has(chain.marks, flaw))) for flaw in Flaw} if chain.marks.any() else {}
    )
    counted = replace(chain, flaws={flaw: count for flaw, count in counts.items() if count})
    return counted.take(~out) if out.any() else counted


def _newest(table: pa.Table, underlying: str) -> pa.Table | None:
    """Return the rows of an underlying that are of the latest time."""
    rows = table.filter(pc.equal(table["underlying"], underlying))
    if not len(rows):
        return None
    of = pc.min_max(rows["ts_event"])
    if of["min"] != of["max"]:
        rows = rows.filter(pc.equal(rows["ts_event"], of["max"]))
    return rows if len(rows) else None


def _floats(column: pa.ChunkedArray) -> Floats:
    """Return a column as floats, NaN for what is missing or infinite."""
    values = np.array(column.to_numpy(), np.float64)
    values[np.isinf(values)] = np.nan
    return values


def _spot(spots: Floats) -> Points | None:
    """Return the spot that the rows agree on, points."""
    good = spots[(spots > LEAST) & (spots < MOST)]
    if not len(good) or good.max() - good.min() > SPOT_SPREAD * good.min():
        return None
    return Points(float(good[0] if good[0] == good.max() == good.min() else np.median(good)))
