"""A conversation with a gateway about an option chain: what is asked next, and what the answers mean."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from mia_plugins.live.chain.board import OLDEST, Board
from mia_plugins.live.chain.nearest import Wanted, nearest
from mia_plugins.live.chain.quotes import Quote
from mia_plugins.live.chain.turns import Turns
from mia_plugins.live.chain.words import (
    CANCEL_MARKET_DATA,
    COMPUTATION,
    MARKET_DATA,
    OFFERED,
    OFFERED_END,
    OPEN_INTEREST,
    OPTION_PARAMETERS,
    TICK_PRICE,
    TICK_SIZE,
    Option,
    Tick,
    con_id_of,
    data_question,
    offers_of,
    offers_question,
    option_contract,
)
from mia_plugins.live.dialect import (
    CONTRACT_DATA,
    CONTRACT_DATA_REQUEST,
    ERROR,
    IN_USE,
    Fields,
    fields,
    number_field,
    real_at,
    text_at,
)
from mia_plugins.live.indices import SPX_ID
from mia_plugins.live.lookup import index_contract, question
from mia_plugins.live.native import PERMISSIONS

DETAILS, OFFERS, INDEX, FIRST = 1, 2, 3, 10
"""Numbers of requests: those of options begin with the last."""
LOST, UNKNOWN, TOO_MANY = 1101, 200, 101
"""Codes: data have to be asked for anew; there is no such contract; more lines than the account has."""
COME_ALONG = frozenset({10090, 10167})
"""Codes of data that come nevertheless: without a part, or late."""
CHOOSE_EVERY = 30.0
"""Seconds between two choices of options."""
OFFERS_EVERY = 6 * 3600.0
"""Seconds between two questions of what is listed: each day something is."""
REST = 300.0
"""Seconds until data that were not permitted are asked for again."""
OTHER_ID = -1.0
"""Instead of seconds: it is tried again at once with another client id."""


class CutError(Exception):
    """This connection is of no more use; another may be, after a while."""

    def __init__(self, told: str, wait: float = 0.0) -> None:
        """`wait` is in s."""
        super().__init__(told)
        self.wait = wait


@dataclass(frozen=True)
class Asking:
    """What is asked for."""

    lines: int
    """Options that are listened to at once."""
    wanted: Wanted


class Conversation:
    """Speaks on one connection; times are s of `time.monotonic`."""

    def __init__(self, board: Board, asking: Asking, now: float) -> None:
        self._board, self._asking = board, asking
        self._unsaid: list[tuple[int, bytes]] = []
        self._turns = Turns(asking.lines, now)
        self._numbers: dict[int, Option] = {}
        self._of: dict[Option, int] = {}
        self._next = FIRST
        self._absent: set[Option] = set()
        self._is_offered = False
        self._con_id = 0
        self._choose_at = self._offers_at = 0.0
        self._hears: dict[int, Callable[[Fields, float], None]] = {
            TICK_PRICE: self._hear_price,
            TICK_SIZE: self._hear_size,
            COMPUTATION: self._hear_greeks,
            ERROR: self._hear_error,
        }

    def begin(self) -> None:
        """Ask who the index is, and where it stands; each option's turn is still to come."""
        for one in self._board.quotes.values():
            one.begun = 0.0
        self._say(CONTRACT_DATA_REQUEST, question(DETAILS, SPX_ID))
        self._say(MARKET_DATA, data_question(INDEX, index_contract(SPX_ID)))

    def unsaid(self) -> list[tuple[int, bytes]]:
        """Return what is to be said now, once: whoever says it may have to wait, and holds no lock."""
        unsaid, self._unsaid = self._unsaid, []
        return unsaid

    def hear(self, number: int, body: bytes, now: float) -> None:
        """Take a message."""
        if number in self._hears:
            self._hears[number](fields(body), now)
        elif number == OFFERED:
            for series, strikes in offers_of(body):
                known = self._board.offered.get(series, frozenset())
                self._board.offered[series] = known | frozenset(strikes)
        elif number == OFFERED_END:
            self._is_offered = True
        elif number == CONTRACT_DATA:
            self._con_id = con_id_of(fields(body))

    def step(self, now: float) -> None:
        """Ask for what is next."""
        if self._con_id and now >= self._offers_at:
            self._offers_at = now + OFFERS_EVERY
            self._say(OPTION_PARAMETERS, offers_question(OFFERS, self._board.symbol, self._con_id))
        if not self._is_offered or self._board.near is None:
            return
        if now >= self._choose_at:
            self._choose(now)
        for one in list(self._turns.leaving(now, lambda one: self._quote(one).is_whole)):
            self._leave(one, now)
        for one in self._turns.entering(now):
            self._enter(one, now)

    def end(self, now: float) -> None:
        """Listen to nothing any more: the connection is gone."""
        for one in self._of:
            self._quote(one).end_turn(now)

    def _choose(self, now: float) -> None:
        board = self._board
        index = board.spot(now) or board.near
        assert index is not None  # noqa: S101 for the type checker
        wanted = self._asking.wanted
        fewer = replace(wanted, options=min(wanted.options, self._turns.come_round(OLDEST)))
        board.chosen = nearest(board.offered, index, fewer, self._absent)
        for one in self._turns.want(board.chosen):
            self._leave(one, now)
        self._choose_at = now + CHOOSE_EVERY

    def _say(self, number: int, body: bytes) -> None:
        self._unsaid.append((number, body))

    def _quote(self, option: Option) -> Quote:
        return self._board.quotes.setdefault(option, Quote())

    def _enter(self, option: Option, now: float) -> None:
        self._quote(option).begin_turn(now)
        self._numbers[self._next], self._of[option] = option, self._next
        contract = option_contract(self._board.symbol, option)
        self._say(MARKET_DATA, data_question(self._next, contract, OPEN_INTEREST))
        self._next += 1

    def _leave(self, option: Option, now: float, *, is_told: bool = True) -> None:
        """Give up an option's line; a broker that refused it need not be told."""
        number = self._of.pop(option)
        del self._numbers[number]
        self._quote(option).end_turn(now)
        if is_told:
            self._say(CANCEL_MARKET_DATA, number_field(1, number))

    def _heard(self, now: float) -> None:
        self._board.heard_at = now

    def _hear_price(self, said: Fields, now: float) -> None:
        if said.get(1) == INDEX:
            price = real_at(said, 3)
            if price is None or not 0 < price < 1e7:
                return
            if said.get(2) == Tick.LAST:
                self._board.index, self._board.index_at = price, now
                self._heard(now)
            if said.get(2) == Tick.LAST or (said.get(2) == Tick.CLOSE and self._board.near is None):
                self._board.near = price
        elif (option := self._asked(said)) is not None:
            self._quote(option).take_price(said)
            self._told(option, now)

    def _hear_size(self, said: Fields, now: float) -> None:
        if (option := self._asked(said)) is not None:
            self._quote(option).take_size(said, is_call=option.is_call)
            self._told(option, now)

    def _hear_greeks(self, said: Fields, now: float) -> None:
        if (option := self._asked(said)) is not None:
            self._quote(option).take_greeks(said)
            self._told(option, now)

    def _asked(self, said: Fields) -> Option | None:
        number = said.get(1)
        return self._numbers.get(number) if isinstance(number, int) else None

    def _told(self, option: Option, now: float) -> None:
        self._quote(option).at = now
        self._heard(now)
        if self._board.trouble:
            self._board.trouble = ""

    def _hear_error(self, said: Fields, now: float) -> None:
        code = said.get(3)
        told = f"the broker says {text_at(said, 3)}: {text_at(said, 4)}".rstrip(". ")
        option = self._asked(said)
        if code == IN_USE:
            raise CutError("its client id is in use", OTHER_ID)
        if code == LOST:
            raise CutError(told)
        if code in COME_ALONG:
            self._board.limited = told
        elif option is not None:
            self._refused(option, told, now, code)
        elif said.get(1) in {DETAILS, OFFERS, INDEX}:
            self._board.trouble = f"{self._board.symbol}: {told}"

    def _refused(self, option: Option, told: str, now: float, code: object) -> None:
        self._leave(option, now, is_told=False)
        if code == TOO_MANY:
            self._turns.put_back(option)
            self._quote(option).begun = 0.0
            self._turns.lines = max(1, len(self._turns.held))
            self._board.limited = f"{told}; {self._turns.lines} options are listened to at once"
            self._choose_at = min(self._choose_at, now + 1)
            return
        self._turns.drop(option)
        if code == UNKNOWN:
            self._absent.add(option)
            self._choose_at = min(self._choose_at, now + 1)
        elif code in PERMISSIONS:
            raise CutError(f"options on {self._board.symbol}: {told}", REST)
