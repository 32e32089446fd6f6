"""What an account's limits are to a node: they outlive its process, and belong to a package of their own."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, cast

from mia_plugins.errors import PluginError
from mia_plugins.host.host import load_target
from mia_plugins.runtime.broker import BrokerAccount
from mia_plugins.runtime.fostering import Hearers
from mia_plugins.runtime.incidents import Incidents
from mia_plugins.runtime.keeping import Keeper
from mia_plugins.runtime.killing import Halt
from mia_plugins.runtime.strategy import MiaStrategy
from mia_plugins.runtime.terms import Terms
from mia_plugins.runtime.vitals import Vitals
from mia_plugins.settings.live import Live

STANDING = "risk.live:Standing"
"""What keeps an account's limits beyond the process; of a package that the framework does not import."""


class Resumed(Protocol):
    """An account where it was, as far as its state knows."""

    keeper: Keeper
    begin: Callable[[Any, int], Hearers]
    """Brings it to where it is, once the broker has told."""
    strange: Callable[[str, int], None]
    """Tells of an order that is none of ours."""


class Noting(Protocol):
    """Takes note of how late events are dealt with."""

    def note(self, event: int, now: int) -> None:
        """Take an event's time and when it was dealt with; both UTC ns."""


class Standing(Protocol):
    """An account's limits while a node lives."""

    @property
    def kill(self) -> Sequence[int]:
        """The kill switch, for `Context.kill`."""

    def keep(self, halt: Halt, incidents: Incidents) -> None:
        """Have what flattens everything set the kill switch."""

    def feed(self, vitals: Vitals) -> Noting:
        """Feed what the machine tells; return what takes note of how late events are dealt with."""

    def contracts(self) -> frozenset[str]:
        """Return the contracts of brackets that the process before left."""

    def watch(self, halt: Halt, incidents: Incidents, foreign: str, terms: Terms) -> Any:
        """Return who is told of what a start found."""

    def resume(
        self, day: dt.date, broker: BrokerAccount, strategies: Mapping[str, MiaStrategy], watch: Any
    ) -> Resumed:
        """Bring an account to where it was."""


def standing_in(live: Live) -> AbstractContextManager[Standing]:
    """Claim the folder of an account's state for as long as it is entered."""
    try:
        kind: Any = load_target(STANDING)
    except ImportError as error:
        raise PluginError(
            f"{STANDING} cannot be loaded: {error}", "a live session keeps its limits there: install mia anew"
        ) from error
    opened = kind.open(live.state_folder, live.whose, anew=live.is_fleeting, forgets=live.is_sandbox)
    return cast("AbstractContextManager[Standing]", opened)
