"""Whether the broker and this session agree on orders and positions: what one of them lacks is told.

What differs may be on its way: it counts once it has been said for some seconds without a break. It stays
where it is, and by default nothing is entered until the broker says that it is gone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nautilus_trader.model import InstrumentId

from mia_plugins.data.sessions import NS
from mia_plugins.live.witness import Word, Working
from mia_plugins.runtime.actor import ActorContext
from mia_plugins.runtime.brackets import OrderState
from mia_plugins.runtime.incidents import Incident, Level
from mia_plugins.runtime.killing import Kill
from mia_plugins.runtime.strange import FOREIGN
from mia_plugins.runtime.strategy import MiaStrategy

MISMATCH = "position_mismatch"
"""What incidents and the monitor call positions that differ."""
DISAGREED = "disagreed"
"""Why nothing is entered while something differs."""
STRAY = "stray_order"
"""What incidents call an order of ours that works though it was thought to be over."""
SILENT = "no_word"
"""What incidents call a broker that has not said for too long what works and what is held."""
LASTING = 15 * NS
"""ns of the machine's that a difference has to last: Nautilus finds a fill that it lost within 13 s."""
STALE = 60 * NS
"""ns of the machine's after which a word of the broker's says nothing of now."""


@dataclass(frozen=True)
class Ours:
    """What a session has at the broker, as far as it knows."""

    strategies: Sequence[MiaStrategy]
    client: int
    """The client id of its orders."""
    products: frozenset[str]
    """Those it trades."""
    blocks: bool
    """Whether nothing is entered while something differs."""


@dataclass
class Difference:
    """Something that one side has and the other has not."""

    since: int
    """When the broker said it first: the machine's UTC ns."""
    what: str
    whose: str | int
    """The symbol of positions that differ, or an order's permanent number."""
    told: str
    lots: int = 0
    """Contracts by which positions differ."""
    is_told: bool = False


@dataclass
class Agreement:
    """Compares each word of the broker's with what is believed here; on the node's thread."""

    context: ActorContext
    ours: Ours
    word: Callable[[], Word | None]
    """Returns the broker's last."""
    reason: Callable[[], str] = str
    """Returns why there was no answer last."""
    _seen: Word | None = None
    _begun: int = 0
    """When a word was first waited for: the machine's UTC ns; 0 before."""
    _is_silent: bool = False
    _found: dict[tuple[str, str | int], Difference] = field(default_factory=dict)
    """By what they are, and whose: one that changes its number is still the same."""

    def mismatch(self, now: int) -> float | None:
        """Return by how many contracts positions differ at UTC ns; None while the broker says nothing.

        Where what is none of ours is ignored, it is nothing to the monitor either.
        """
        terms = self.context.terms
        if self._seen is None or terms.machine_at(now) - self._seen.at > STALE:
            return None
        return float(sum(one.lots for one in self._found.values() if one.is_told and self.ours.blocks))

    def look(self, now: int) -> None:
        """Compare what the broker has said since; `now` is UTC ns."""
        word = self.word()
        self._look_at_age(now, word)
        if word is None or word is self._seen:
            return
        self._seen = word
        before, self._found = self._found, {(one.what, one.whose): one for one in self._differences(word)}
        for key, one in self._found.items():
            known = before.get(key, one)
            one.since, one.is_told = known.since, known.is_told
            if not one.is_told and (one.what == FOREIGN or word.at - one.since >= LASTING):
                one.is_told = True
                self._tell(now, one)
        for key in before.keys() - self._found.keys():
            if (gone := before[key]).is_told:
                self._note(now, Incident(gone.what, Level.CLEAR, f"no longer so: {gone.told}"))
        if not self._found:
            self._let_go(now, word)

    def _look_at_age(self, now: int, word: Word | None) -> None:
        """Tell once of a broker that says nothing any more, and that it does again."""
        machine = self.context.terms.machine_at(now)
        self._begun = self._begun or machine
        age = machine - (self._begun if word is None else word.at)
        if (is_silent := age > STALE) is self._is_silent:
            return
        self._is_silent = is_silent
        level, told = Level.CLEAR, "the broker says again what works and what is held"
        if is_silent:
            level = Level.WARN
            told = (
                f"the broker's word on what works and what is held is missing: {self.reason() or 'no answer'}"
            )
            self.context.warnings.add(SILENT, told)
        self._note(now, Incident(SILENT, level, told, age / NS, STALE / NS, "s"))

    def _let_go(self, now: int, word: Word) -> None:
        """Go on where nothing differs; after what Nautilus told of, once a later word shows it gone."""
        halt, working = self.context.halt, {order.order_id for order in self._working()}
        halt.set(DISAGREED, Kill.OFF, now)
        is_later = word.asked > self.context.terms.machine_at(halt.asked(FOREIGN))
        if halt.holds(FOREIGN) and is_later and all(order.ref in working for order in word.orders):
            halt.set(FOREIGN, Kill.OFF, now)
            told = "the broker has nothing any more that is none of ours: entries go on"
            self._note(now, Incident(FOREIGN, Level.CLEAR, told))

    def _tell(self, now: int, one: Difference) -> None:
        level = Level.STOP_ENTRIES if self.ours.blocks else Level.WARN
        number, unit = (float(one.lots), "contracts") if one.lots else (None, "")
        self._note(now, Incident(one.what, level, one.told, number, None, unit))
        self.context.warnings.add(one.told, one.told)
        if self.ours.blocks:
            self.context.halt.set(DISAGREED, Kill.STOP, now, is_kept=False)

    def _note(self, now: int, incident: Incident) -> None:
        self.context.incidents.tell(now, self.context.name, incident)

    def _differences(self, word: Word) -> Iterator[Difference]:
        working = {order.order_id for order in self._working()}
        for order in word.orders:
            if self._is_traded(order.symbol) and order.ref not in working and not self._is_nameless(order):
                what, told = self._whose(order)
                yield Difference(word.at, what, order.perm_id, told)
        held = self._held()
        for symbol in sorted({*held, *filter(self._is_traded, word.positions)}):
            there, here = word.positions.get(symbol, 0), held.get(symbol, 0)
            if there != here:
                told = f"the broker holds {there:+d} {symbol}, and its executions add up to {here:+d}"
                yield Difference(word.at, MISMATCH, symbol, told, abs(there - here))

    def _whose(self, order: Working) -> tuple[str, str]:
        """Return what an order is that no desk waits for, and what is told of it."""
        names = tuple(f"{one.context.strategy_id}-" for one in self.ours.strategies)
        if order.client == self.ours.client or order.ref.startswith(names):
            told = f"an order of ours works at the broker, and was over here: cancel it there ({order.told})"
            return STRAY, told
        return FOREIGN, f"an order of somebody else works at the broker: {order.told}"

    def _is_nameless(self, order: Working) -> bool:
        """Say whether an order of ours has lost its reference; Nautilus knows it by its permanent number."""
        return not order.ref and order.client == self.ours.client

    def _working(self) -> Iterator[OrderState]:
        """Yield the orders that can still be filled, as far as is known here."""
        for one in self.ours.strategies:
            if one.desk.bracket is not None:
                yield from (order for order in one.desk.bracket.orders if order.is_open)

    def _is_traded(self, symbol: str) -> bool:
        return symbol[:-2] in self.ours.products

    def _held(self) -> Mapping[str, int]:
        """Return contracts by the broker's symbol of their contract."""
        found: dict[str, int] = {}
        for one in self.ours.strategies:
            bracket = one.desk.bracket
            name = bracket.instrument_id if bracket is not None else ""
            if not name and one.contract is not None:
                name = one.contract.instrument_id
            if one.account.position and name:
                symbol = self.context.terms.listed(InstrumentId.from_str(name)).symbol.value
                found[symbol] = found.get(symbol, 0) + one.account.position
        return found
