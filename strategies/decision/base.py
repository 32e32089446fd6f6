"""`MethodStrategy`: what strategies of ours have in common beside being judged: brackets, exits, the ATR."""

from typing import Any, ClassVar

from indicators.measured import AtrTicks
from indicators.structure.regime import SwingTicks
from mia_plugins.decisions import Proposal
from mia_plugins.decisions.strategy import DecidingStrategy
from mia_plugins.features import Market
from mia_plugins.journal.decision import Decision
from mia_plugins.runtime.settings import StrategySettings
from strategies.decision.exits import Bracket, Exits, Held, moved_stop, stop_of, structure_stop
from strategies.decision.regimes import InRegime, InRegimes, RegimeName

MINUTE = 60_000_000_000
"""ns."""
UNKNOWN_STOP = {"ticks": "no_stop", "atr": "no_atr", "structure": "no_swing"}
"""The reason of a candidate whose stop is not known, by what it is told by."""


class MethodSettings(StrategySettings):
    """What every strategy of ours can be told."""

    bracket: Bracket = Bracket()
    """Where stop and target lie, and how long a trade may take."""
    exits: Exits = Exits()
    """What becomes of a trade that is open."""
    regimes: dict[RegimeName, InRegime] = {}  # noqa: RUF012 pydantic copies it
    """What is different in a regime."""


class MethodStrategy(DecidingStrategy):
    """Base of the strategies that come with mia."""

    Settings: ClassVar[type[StrategySettings]] = MethodSettings

    @classmethod
    def prepare_measures(cls, market: Market, settings: Any) -> Any:
        """Return what it looks at; `own_measures` are the strategy's."""
        # What picks among strategies has no bracket of its own: those it picks bring theirs.
        own_bracket = isinstance(settings, MethodSettings)
        by_structure = own_bracket and settings.bracket.stop_by == "structure"
        swings = market.measure(SwingTicks) if by_structure else None
        regimes = settings.regimes if own_bracket else {}
        own = cls.own_measures(market, settings)
        return market.measure(AtrTicks), swings, InRegimes(market, regimes), own

    @classmethod
    def own_measures(cls, market: Market, settings: Any) -> Any:
        """Return what the strategy itself looks at. Override it."""
        raise NotImplementedError(f"{cls.__qualname__} says not what it looks at")

    def begin(self) -> None:
        """Begin without a trade."""
        super().begin()
        self.atr: AtrTicks
        self.in_regime: InRegimes
        self.atr, self._swings, self.in_regime, self.own = self.own
        self._best = 0
        self._of = ""

    def evaluate(self, now: int) -> Decision:
        """Look after the trade that is open, then decide."""
        price = self.tape.price
        self._look_after(now, price)
        decision = super().evaluate(now)
        if self.trading.exits.reversal and self._turns(decision):
            self.leave("reversal")
        if self.proposing.bracket.entry == "limit" and decision.side:
            decision.entry, decision.entry_until = price, self._let_go_at(now)
        return decision

    def _let_go_at(self, now: int) -> int | None:
        """Return the close (UTC ns) at which a limit entry of now is let go, where nobody took it."""
        session = self.tape.session
        length: int = self.settings.bar * MINUTE
        if session is None:
            return None
        valid: int = now + self.proposing.bracket.entry_valid * length
        return valid + (int(session.open) - valid) % length

    @property
    def trading(self) -> Any:
        """The settings that the open trade is looked after by, which are `MethodSettings`."""
        return self.settings

    @property
    def proposing(self) -> Any:
        """The settings that what it proposes is entered by."""
        return self.settings

    def bracketed(self, proposal: Proposal, now: int, multiple: float = 1.0) -> Proposal:
        """Give a proposal that has a side its stop, target and latest time, where it has none of its own."""
        bracket = self.settings.bracket
        if self._swings is not None and proposal.side and not proposal.stop:
            swing = self._swings.low if proposal.side > 0 else self._swings.value
            away = None if swing is None else proposal.side * (self.tape.price - swing)
            proposal.stop = structure_stop(bracket, away, multiple) or 0
        return bracketed(proposal, now, bracket, self.atr.value, multiple)

    def _turns(self, decision: Decision) -> bool:
        """Say whether there is a signal for the other side than what is held.

        What limits entries does not limit this exit: most of it counts what is held, which the exit frees.
        """
        signal = self.proposed
        is_one = signal.is_candidate and not signal.refused_by
        return is_one and decision.side * self.account.position < 0

    def _look_after(self, now: int, price: int) -> None:
        """Move the stop of the trade that is open; let an entry go that nobody took."""
        bracket, trip = self.desk.bracket, self.account.trip
        if bracket is None or bracket.leaving:
            return
        valid = self.trading.bracket.entry_valid * self.settings.bar * MINUTE
        expired = bracket.entry.type == "limit" and now - bracket.entry.ts >= valid
        if not bracket.entry.filled:
            if expired:
                self.leave("entry_expired")
            return
        if expired:
            self.desk.call_off(bracket)
        if trip is None or bracket.stop.ticks is None or not bracket.stop.is_open:
            return
        side, lots = trip.side, trip.bought if trip.side > 0 else trip.sold
        entry = (trip.paid if side > 0 else trip.got) / lots
        if bracket.base_id != self._of:
            # Its stop may have been moved before, by a process that this one goes on for.
            first = bracket.stop.ticks if bracket.first_stop is None else bracket.first_stop
            self._of, self._best, self._risk = bracket.base_id, price, abs(round(entry) - first)
        self._best = max(self._best * side, price * side) * side
        held = Held(side, entry, self._risk, self._best, bracket.stop.ticks)
        moved = moved_stop(self.trading.exits, held, price, self.atr.value)
        if moved is not None:
            self.desk.move_stop(moved)


def bracketed(
    proposal: Proposal, now: int, bracket: Bracket, atr: float | None, multiple: float = 1.0
) -> Proposal:
    """Give a proposal that has a side its stop, target and latest time; `atr` in ticks."""
    if not proposal.side:
        return proposal
    proposal.stop = proposal.stop or stop_of(bracket, atr, multiple) or 0
    if not proposal.stop:
        proposal.is_candidate, proposal.reason = False, proposal.reason or UNKNOWN_STOP[bracket.stop_by]
    if not proposal.target:
        proposal.target_r = bracket.target_r
        proposal.target = max(round(bracket.target_r * proposal.stop), 1)
    if bracket.time_exit and proposal.until is None:
        proposal.until = now + int(bracket.time_exit * MINUTE)
    return proposal
