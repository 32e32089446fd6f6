"""A strategy that trades without end: a live session is broken while it does."""

import json
import time
from typing import Annotated, Any

from pydantic import Field

from mia_plugins.data.arrow import Kind
from mia_plugins.data.sessions import NS
from mia_plugins.hookspecs import Register
from mia_plugins.journal.decision import Decision, Outcome
from mia_plugins.runtime.actor import MiaActor
from mia_plugins.runtime.strategy import MiaStrategy, StrategySettings
from mia_plugins.units import Contracts, Seconds, Ticks


def mia_register_strategies(register: Register) -> None:
    """Register it."""
    register("clockwork", "clockwork:Clockwork", summary="trades without end")


def mia_register_actors(register: Register) -> None:
    """Register it."""
    register("stumbling", "clockwork:Stumbling", summary="raises after a while")


class Stumbling(MiaActor):
    """Raises, five minutes of the market's after it began."""

    def begin(self) -> None:
        """Wait."""
        self.clock.set_time_alert_ns("stumble", self.data_time() + 300 * NS, self._stumble)

    def _stumble(self, event: Any) -> None:
        raise ZeroDivisionError(f"at {event.name}")


class Clockwork(MiaStrategy):
    """Buys and sells in turn, at the market or a tick below it, and leaves after a while."""

    class Settings(StrategySettings):
        """How it trades."""

        size: Annotated[Contracts, Field(ge=1)] = Contracts(2)
        """What is bought or sold."""
        away: Annotated[Ticks, Field(ge=1)] = Ticks(12)
        """How far stop and target lie."""
        lasts: Annotated[Seconds, Field(ge=1)] = Seconds(45)
        """When it is left at the latest, in the market's time."""
        limit_every: Annotated[int, Field(ge=0)] = 0
        """Which of its entries wait at a limit: each so-manieth; 0 for none."""
        loud: bool = False
        """Whether it tells of each event of an order."""
        raise_at: Annotated[int, Field(ge=0)] = 0
        """The bracket that works when it raises; 0 for never."""

    reads = frozenset({Kind.TRADES})
    features = ("close",)
    after_fills = True

    def begin(self) -> None:
        """Begin with a purchase."""
        self._entered = 0

    def on_order_event(self, event: Any) -> None:
        """Tell whoever looks what the node is told."""
        if self.settings.loud:
            print(json.dumps({"at": round(time.time() % 1000, 2), "event": str(event)}), flush=True)

    def evaluate(self, now: int) -> Decision:
        """Enter whenever nothing is held and nothing works."""
        settings, price = self.settings, self.tape.price
        if settings.raise_at and self._entered >= settings.raise_at and self.account.position:
            raise ZeroDivisionError("as it was told to")
        if not price or self.account.bracket is not None:
            return Decision(values=(float(price),))
        self._entered += 1
        side = 1 if self._entered % 2 else -1
        waits = settings.limit_every and self._entered % settings.limit_every == 0
        return Decision(
            side=side,
            outcome=Outcome.TAKEN,
            size=settings.size,
            entry=price - side if waits else None,
            stop=price - side * int(settings.away),
            target=price + side * int(settings.away),
            until=now + int(settings.lasts * NS),
            values=(float(price),),
        )
