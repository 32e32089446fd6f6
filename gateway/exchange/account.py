"""The account: positions at their mean cost, what was made of them, and the margin they ask for. All in $."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from gateway.market.listing import Listing, SecType

OPTION_COMMISSION = Decimal("1.15")
"""$ an option and side, exchange fees included: an example."""
SHORT_OPTION_MARGIN = Decimal("0.2")
"""The share of its strike's value that a short option asks for: far simpler than any broker's rule."""
CENT = Decimal("0.01")

Marks = Callable[[Listing], float | None]
"""Tells what a listing is worth, in ticks."""


@dataclass(slots=True)
class Position:
    """What is held of a listing."""

    listing: Listing
    lots: int = 0
    """Contracts; negative when short."""
    cost: Decimal = Decimal(0)
    """$ that were paid for what is held; negative when short."""
    realised: Decimal = Decimal(0)
    """$ that closing made, before commissions."""

    @property
    def average(self) -> Decimal:
        """$ a contract: the mean price times the multiplier."""
        return self.cost / self.lots if self.lots else Decimal(0)

    def value(self, ticks: float) -> Decimal:
        """Return the $ that what is held stands for at a price."""
        return self.lots * money(self.listing, ticks)

    def trade(self, lots: int, ticks: int) -> Decimal:
        """Add contracts (negative: sold) at a price; return what closing made."""
        price = money(self.listing, ticks)
        closed = min(abs(lots), abs(self.lots)) if lots * self.lots < 0 else 0
        side = 1 if self.lots > 0 else -1
        basis = self.cost * closed / abs(self.lots) if closed else Decimal(0)
        made = closed * side * price - basis
        opened = lots + closed * side
        self.lots += lots
        self.cost = Decimal(0) if self.lots == 0 else self.cost - basis + opened * price
        self.realised += made
        return made


class Account:
    """One account in $."""

    def __init__(self, name: str, cash: Decimal) -> None:
        """`cash` is $ at the start."""
        self.name = name
        self.start = cash
        self.realised = Decimal(0)
        self.commissions = Decimal(0)
        self.positions: dict[int, Position] = {}

    def trade(self, listing: Listing, lots: int, ticks: int, commission: Decimal) -> Decimal:
        """Book contracts (negative: sold) at a price; return what closing made."""
        position = self.positions.setdefault(listing.con_id, Position(listing))
        made = position.trade(lots, ticks)
        self.realised += made
        self.commissions += commission
        return made

    @property
    def settled(self) -> Decimal:
        """$ the account began with, plus what was made, less commissions."""
        return self.start + self.realised - self.commissions

    def cash(self) -> Decimal:
        """Return the $ that lie there: options are paid for, futures are not."""
        paid = sum((one.cost for one in self.positions.values() if _is_option(one.listing)), Decimal(0))
        return self.settled - paid

    def unrealised(self, marks: Marks) -> Decimal:
        """Return what closing everything at the marks would make."""
        return sum((gain(one, marks) for one in self.positions.values()), Decimal(0))

    def liquidation(self, marks: Marks) -> Decimal:
        """Return what the account is worth."""
        return self.settled + self.unrealised(marks)

    def margin(self, *, initial: bool, after: tuple[Listing, int] | None = None) -> Decimal:
        """Return the $ that positions ask for, as they are or after a trade of so many contracts."""
        held = {one.listing: one.lots for one in self.positions.values()}
        if after:
            held[after[0]] = held.get(after[0], 0) + after[1]
        return sum((_margin(one, lots, initial=initial) for one, lots in held.items()), Decimal(0))


def money(listing: Listing, ticks: float) -> Decimal:
    """Return the $ that one contract stands for at a price."""
    return Decimal(str(ticks)) * listing.tick * listing.multiplier


def gain(position: Position, marks: Marks) -> Decimal:
    """Return what closing a position at its mark would make; nothing where no mark is known."""
    mark = marks(position.listing) if position.lots else None
    return Decimal(0) if mark is None else position.value(mark) - position.cost


def commission_of(listing: Listing, lots: int) -> Decimal:
    """Return the $ that trading contracts costs."""
    made_of = listing.product
    return (made_of.commission if made_of else OPTION_COMMISSION) * lots


def _is_option(listing: Listing) -> bool:
    return listing.sec_type is SecType.OPTION


def _margin(listing: Listing, lots: int, *, initial: bool) -> Decimal:
    made_of = listing.product
    if made_of:
        return abs(lots) * (made_of.initial_margin if initial else made_of.maintenance_margin)
    strike = Decimal(repr(listing.strike))
    return max(-lots, 0) * strike * listing.multiplier * SHORT_OPTION_MARGIN
