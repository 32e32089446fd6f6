"""An account's limits while a node lives: its state claimed, reconciled and watched.

with Standing.open(folder) as standing:
keeper = standing.resume(day, broker, accounts, reports)
Context(..., keeper=keeper, kill=standing.kill, halt=halt)
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from mia_plugins.errors import MiaError
from mia_plugins.runtime.account import Account
from mia_plugins.runtime.broker import BrokerAccount
from mia_plugins.runtime.incidents import Incident, Incidents, Level
from mia_plugins.runtime.killing import KILL_SWITCH, Halt, Kill
from risk.kill import KillWatch, engage
from risk.state import RiskState, StateError
from risk.state.claim import claimed
from risk.state.keeping import Keeping, restored
from risk.state.reconciling import Reports, reconcile


class Standing:
    """What a node needs so that limits hold beyond its own end."""

    def __init__(self, folder: Path, state: RiskState, watch: KillWatch) -> None:
        self._folder, self._state, self._watch = folder, state, watch

    @classmethod
    @contextmanager
    def open(cls, folder: Path) -> Iterator[Self]:
        """Claim a folder's state, open it, and look for the kill switch until it is over."""
        with claimed(folder), RiskState.open(folder) as state, KillWatch(folder) as watch:
            yield cls(folder, state, watch)

    @property
    def kill(self) -> Sequence[int]:
        """The kill switch, for `Context.kill`."""
        return self._watch.byte

    def resume(
        self, day: dt.date, broker: BrokerAccount, accounts: Mapping[str, Account], reports: Reports
    ) -> Keeping:
        """Bring an account to where it was, with what the broker executed since; for `Context.keeper`.

        A position that is held is an error: its stop cannot be taken over, and nobody would look after it.
        """
        keeping = restored(self._state, day, broker, accounts)
        reconcile(keeping, day, accounts, reports)
        _refuse_held(broker)
        return keeping

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
            incidents.tell(now, "standing", Incident(KILL_SWITCH, Level.WARN, told))


def _refuse_held(broker: BrokerAccount) -> None:
    held = sorted((one.product, one.position) for one in broker.accounts if one.position)
    if held:
        told = ", ".join(f"{lots:+d} {product}" for product, lots in held)
        raise StateError(
            f"{told} are held, and the orders that guard them cannot be taken over: nothing is traded",
            "leave the position at the broker, and start again: what it executed there is counted",
        )
