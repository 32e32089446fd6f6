"""Where prices stand: each product's book and last trade, and what follows from them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.market.book import EMPTY, Book, Deal
from gateway.market.chain import ChainRow, Greeks
from gateway.market.listing import (
    SPX,
    SPX_ID,
    VIX,
    Listing,
    Listings,
    SecType,
    futures,
    index,
)
from gateway.market.updates import BookUpdate, TradeUpdate, Update
from mia_plugins.data.instruments import PRODUCTS

CARRY = 0.0075
"""What a quarter's carry adds to the price of the next month, as a share of it."""
FULL_SIZED = {"MES": "ES", "MNQ": "NQ"}
"""Whose prices a micro has when the catalog tells none of its own."""


@dataclass(slots=True)
class Board:
    """A product's prices as of now."""

    book: Book = EMPTY
    version: int = 0
    """How often the book changed."""
    last: Deal | None = None
    """The last trade."""
    volume: int = 0
    """Contracts since the market began to play."""
    push: int = 0
    """Ticks by which prices are moved away from the data."""
    carry: int = 0
    """Ticks from one month to the next."""
    lead: int = 0
    """The rank of the month that the data are of."""
    value: float | None = None
    """An index's, in points."""
    deals: list[Deal] = field(default_factory=list)
    """Trades since they were told last."""
    books: list[Book] = field(default_factory=list)
    """Books since they were told last."""

    def forget_told(self) -> None:
        """Begin anew to gather what is to be told."""
        self.deals.clear()
        self.books.clear()


class Market:
    """All boards. A micro without prices of its own shares the board of its full-sized future."""

    def __init__(self, codes: Iterable[str], day: dt.date, chain: Iterable[ChainRow] = ()) -> None:
        """`codes` are the products and indices that have data; `day` is the trading day of the listings."""
        self.day = day
        self.chain = {row.listing.con_id: row for row in chain}
        self.basis: float | None = None
        """Points by which ES lies above SPX, from its first book on: SPX begins where the chain has it."""
        self.boards: dict[str, Board] = {code: Board() for code in codes}
        for micro, full in FULL_SIZED.items():
            if full in self.boards:
                self.boards.setdefault(micro, self.boards[full])
        listed = [one for code in PRODUCTS if code in self.boards for one in futures(code, day)]
        listed += [index(VIX)] if VIX in self.boards else []
        listed += [index(SPX), *(row.listing for row in self.chain.values())] if self.chain else []
        self.listings = Listings(listed)

    def apply(self, update: Update) -> None:
        """Let something happen."""
        board = self.boards[update.code]
        if isinstance(update, BookUpdate):
            if update.lead != board.lead:
                self._hand_on(update)
            self._show(update.code, update.book.moved(board.push))
        elif isinstance(update, TradeUpdate):
            self._trade(board, Deal(update.ts, update.ticks + board.push, update.lots))
        else:
            board.value = update.value

    def move(self, code: str, ticks: int) -> None:
        """Let a product's prices be so many ticks higher from now on than its data have them."""
        board = self.boards[code]
        board.push += ticks
        self._show(code, board.book.moved(ticks))
        if board.last:
            self._trade(board, board.last._replace(ticks=board.last.ticks + ticks, lots=1))

    def _hand_on(self, update: BookUpdate) -> None:
        """Let the data be of a later month: those before it, and the index, stay where they stood."""
        board = self.boards[update.code]
        old, new = _middle(board.book), _middle(update.book.moved(board.push))
        gap = new - old if old is not None and new is not None else 0.0
        months, board.lead = update.lead - board.lead, update.lead
        board.carry = round(gap / months)
        if update.code == "ES" and self.basis is not None:
            self.basis += gap / 4

    def _show(self, code: str, book: Book) -> None:
        board = self.boards[code]
        board.book = book
        board.version += 1
        board.books.append(book)
        if not board.carry and not board.lead and book.bid:
            board.carry = round(book.bid.ticks * CARRY)
        price = _middle(book)
        if self.basis is None and code == "ES" and price is not None and self.chain:
            self.basis = price / 4 - next(iter(self.chain.values())).spot

    def _trade(self, board: Board, deal: Deal) -> None:
        board.last = deal
        board.volume += deal.lots
        board.deals.append(deal)

    def forget_told(self) -> None:
        """Begin anew to gather what is to be told."""
        for board in self.boards.values():
            board.forget_told()

    def board(self, listing: Listing) -> Board:
        """Return the board that a future's prices stand on."""
        return self.boards[listing.symbol]

    def shift(self, listing: Listing) -> int:
        """Return how many ticks a future's prices lie above those of its board."""
        board = self.board(listing)
        return (listing.rank - board.lead) * board.carry

    def book(self, listing: Listing) -> Book:
        """Return what is on offer."""
        if listing.sec_type is SecType.FUTURE:
            return self.board(listing).book.moved(self.shift(listing))
        spot = self.spot()
        row = self.chain.get(listing.con_id)
        return row.book(spot) if row and spot is not None else EMPTY

    def moves(self, code: str, listing: Listing) -> bool:
        """Say whether an update of a product bears on the price of a listing."""
        if listing.sec_type is SecType.OPTION:
            return code == "ES"
        return self.boards.get(code) is self.boards[listing.symbol]

    def version(self, listing: Listing) -> int:
        """Return a number that is another whenever what is on offer is."""
        board = self.boards.get("ES" if listing.sec_type is SecType.OPTION else listing.symbol)
        return board.version if board else 0

    def last(self, listing: Listing) -> int | None:
        """Return the price of the last trade, in ticks; None where nothing traded or trades are not told."""
        if listing.sec_type is not SecType.FUTURE:
            return None
        deal = self.board(listing).last
        return deal.ticks + self.shift(listing) if deal else None

    def mark(self, listing: Listing) -> float | None:
        """Return what a position is worth, in ticks: between bid and ask, or where it traded last."""
        middle = _middle(self.book(listing))
        return self.last(listing) if middle is None else middle

    def value(self, listing: Listing) -> float | None:
        """Return the value of an index, in points."""
        return self.spot() if listing.con_id == SPX_ID else self.boards[listing.symbol].value

    def spot(self) -> float | None:
        """Return where SPX stands: it moves as ES does. None without a chain."""
        if not self.chain:
            return None
        price = _middle(self.boards["ES"].book) if "ES" in self.boards else None
        if price is None or self.basis is None:
            return next(iter(self.chain.values())).spot
        return round(price / 4 - self.basis, 2)

    def greeks(self, listing: Listing) -> Greeks | None:
        """Return an option's greeks; None for anything else."""
        row, spot = self.chain.get(listing.con_id), self.spot()
        return row.greeks(spot, self.day) if row and spot is not None else None


def _middle(book: Book) -> float | None:
    """Return the price between bid and ask, in ticks."""
    return (book.bid.ticks + book.ask.ticks) / 2 if book.bid and book.ask else None
