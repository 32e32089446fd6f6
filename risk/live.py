"""An account's limits while a node lives: its state claimed, reconciled and watched.

with Standing.open(folder) as standing:
    resumed = standing.resume(day, broker, strategies, Watch(halt, incidents, foreign, terms))
    Context(..., keeper=resumed.keeper, kill=standing.kill, halt=halt)

    # before all other strategies; `begin` once Nautilus has the broker's reports
    node.add_strategy(Foster(FosterContext(contracts, resumed.begin, resumed.strange, guard, terms)))
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, Self

from mia_plugins.errors import MiaError
from mia_plugins.runtime.account import Account
from mia_plugins.runtime.brackets import Bracket
from mia_plugins.runtime.broker import BrokerAccount
from mia_plugins.runtime.fostering import Hearers
from mia_plugins.runtime.incidents import Incident, Incidents, Level
from mia_plugins.runtime.killing import KILL_SWITCH, Halt, Kill
from mia_plugins.runtime.strange import FOREIGN, FOUND
from mia_plugins.runtime.terms import AS_THEY_ARE, Terms
from mia_plugins.runtime.vitals import Vitals
from risk.catastrophe.host import Latency, feed_host
from risk.kill import KillWatch, engage
from risk.state import RiskState
from risk.state.claim import claimed
from risk.state.files import NAME, StateError
from risk.state.forgetting import forget_orders, forget_positions
from risk.state.keeping import Keeping, restored
from risk.state.reconciling import Found, reconcile
from risk.state.reports import Reports, reports_of
from risk.state.settling import Settling
from risk.state.written import bracket_of

RESTART = "restart"
"""What incidents call an execution, or the end of an order, that nobody heard of."""
WHO = "standing"

type OnForeign = Literal["block", "ignore"]
"""What positions and orders that are none of ours do: keep everything from being entered, or nothing."""


class Adopter(Protocol):
    """A desk, as far as brackets of the process before are concerned."""

    def adopt(self, bracket: Bracket) -> None:
        """Take one over."""


class Trading(Protocol):
    """A strategy, as far as they are."""

    account: Account

    @property
    def desk(self) -> Adopter:
        """What sees its orders through."""

    def on_order_event(self, event: Any, /) -> Any:
        """Hear of its orders."""


@dataclass(frozen=True)
class Watch:
    """Who is told of what a start found, and what follows of it."""

    halt: Halt
    incidents: Incidents
    foreign: OnForeign = "block"
    terms: Terms = AS_THEY_ARE

    def strange(self, told: str, now: int, why: str = FOREIGN) -> None:
        """Tell of what is none of ours, seen at UTC ns; by default nothing is entered, because of `why`."""
        blocks = self.foreign == "block"
        level = Level.STOP_ENTRIES if blocks else Level.WARN
        self.incidents.tell(now, WHO, Incident(FOREIGN, level, told))
        if blocks:
            self.halt.set(why, Kill.STOP, now)


@dataclass(frozen=True)
class Resumed:
    """An account where it was, as far as its state knows."""

    keeper: Keeping
    """For `Context.keeper`."""
    begin: Callable[[Any, int], Hearers]
    """Brings it to where it is; for `FosterContext.begin`."""
    strange: Callable[[str, int], None]
    """For `FosterContext.strange`."""


class Standing:
    """What a node needs so that limits hold beyond its own end."""

    def __init__(self, folder: Path, state: RiskState, watch: KillWatch) -> None:
        self._folder, self._state, self._watch = folder, state, watch
        self._forgets = False
        self._forgotten: list[str] = []

    @classmethod
    @contextmanager
    def open(
        cls, folder: Path, account: str = "", *, anew: bool = False, forgets: bool = False
    ) -> Iterator[Self]:
        """Claim a folder's state, open it, and look for the kill switch until it is over.

        A state is of the `account` that it was first opened for; "" takes it as it is. `anew` forgets what an
        account was that is gone, such as that of a simulated gateway which has ended; `forgets` only what it
        held and what worked, where a node fills orders by itself.
        """
        with claimed(folder):
            for file in folder.glob(f"{NAME}*") if anew else ():
                file.unlink()
            with RiskState.open(folder) as state, Settling(state), KillWatch(folder) as watch:
                _refuse_other(folder, state, account)
                standing = cls(folder, state, watch)
                if forgets:
                    standing.forget()
                yield standing

    def forget(self) -> None:
        """Go on with nothing that the process before held or sent, and tell so."""
        self._forgets, self._forgotten = True, forget_orders(self._state)

    @property
    def kill(self) -> Sequence[int]:
        """The kill switch, for `Context.kill`."""
        return self._watch.byte

    def resume(
        self, day: dt.date, broker: BrokerAccount, strategies: "Mapping[str, Trading]", watch: Watch
    ) -> Resumed:
        """Bring an account to where it was; `strategies` are those that trade its parts, by their ids."""
        accounts = {name: strategy.account for name, strategy in strategies.items()}
        keeping = self.restore(day, broker, accounts)

        def begin(cache: Any, now: int) -> Hearers:
            found = self.adopt(keeping, day, reports_of(cache, watch.terms))
            return hand_over(found, now, strategies, watch)

        return Resumed(keeping, begin, watch.strange)

    @staticmethod
    def watch(halt: Halt, incidents: Incidents, foreign: OnForeign, terms: Terms) -> Watch:
        """Return who is told of what a start found."""
        return Watch(halt, incidents, foreign, terms)

    def restore(self, day: dt.date, broker: BrokerAccount, accounts: Mapping[str, Account]) -> Keeping:
        """Bring an account to where it was, as far as the state knows; for `Context.keeper`.

        `accounts` are its parts by strategy.
        """
        keeping = restored(self._state, day, broker, accounts)
        if self._forgets:
            self._forgotten += forget_positions(keeping)
        return keeping

    def adopt(self, keeping: Keeping, day: dt.date, reports: Reports) -> Found:
        """Count what the broker executed since, and bring brackets to where they are: before any decision."""
        found = reconcile(keeping, day, reports)
        found.ended[:0] = self._forgotten
        return found

    def feed(self, vitals: Vitals) -> Latency:
        """Feed what the machine tells of itself and the state's disk; return what events are noted with."""
        return feed_host(vitals, self._folder)

    def contracts(self) -> frozenset[str]:
        """Return the contracts of brackets that are not done: a node needs them, though others may lead."""
        return frozenset(bracket_of(one).instrument_id for one in self._state.brackets())

    def keep(self, halt: Halt, incidents: Incidents) -> None:
        """Have what flattens everything set the kill switch: it is on until somebody says why not.

        Desks leave first; that it cannot be set, or not be remembered, is an incident.
        """
        halt.kept_by(lambda level, now, reason: self._kept(level, now, reason, incidents))

    def _kept(self, level: Kill, now: int, reason: str, incidents: Incidents) -> None:
        if level is not Kill.FLATTEN:
            return
        try:
            unkept = engage(self._folder, flatten=True, reason=f"the monitor: {reason}")
        except MiaError as error:
            unkept = error.what
        if unkept:
            told = f"the kill switch is not kept beyond this process: {unkept}"
            incidents.tell(now, WHO, Incident(KILL_SWITCH, Level.WARN, told))


def _refuse_other(folder: Path, state: RiskState, account: str) -> None:
    """Raise where a state is of another account: neither its losses nor its positions are this one's."""
    whose = state.belongs_to(account) if account else ""
    if whose != account:
        raise StateError(
            f"the state in {folder} is that of {whose}, and this session trades {account}: losses, peaks "
            "and positions of the one are not the other's",
            "name another folder: `live: {state: …}`, and the same to `mia kill --state`",
        )


def hand_over(found: Found, now: int, strategies: Mapping[str, Trading], watch: Watch) -> Hearers:
    """Have strategies, by their ids, take over their brackets, and tell what was found at UTC ns.

    Return who hears of which order. What is none of ours stays where it is.
    """
    hearers: dict[str, Callable[[Any], None]] = {}
    for strategy, bracket in found.brackets.items():
        one = strategies[strategy]
        one.desk.adopt(bracket)
        hearers |= dict.fromkeys((order.order_id for order in bracket.orders), one.on_order_event)
    for told in (*found.counted, *found.ended):
        watch.incidents.tell(now, WHO, Incident(RESTART, Level.WARN, told))
    for told in found.foreign:
        watch.strange(told, now, FOREIGN if told in found.passing else FOUND)
    return hearers
