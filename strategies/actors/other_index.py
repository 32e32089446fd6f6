"""`other_index`: where the other index goes beside each product of the run, minute by minute."""

from typing import Annotated, NamedTuple

from pydantic import Field

from indicators.structure.lead import OTHER, LeadLag
from mia_plugins.data.arrow import Kind
from mia_plugins.errors import MiaError
from mia_plugins.features import Market
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Bars, Minutes
from strategies.actors.watching import Watching

TOPIC = "other_index"


class OtherTold(NamedTuple):
    """How a product and the other index went together, at a full minute."""

    ts: int
    """UTC ns."""
    product: str
    other: str
    correlation: float
    """Of the last changes over a minute: -1 to 1."""
    own_move: float
    """The product's last change, in standard deviations of those before."""
    other_move: float
    """The other index's."""
    leader: str
    """The product that leads; empty where neither does, or it is not known."""


class OtherIndexActor(Watching):
    """Publishes on the topic `other_index` each minute in which both products have a change; else nothing."""

    class Settings(BaseSettings):
        """What can be set."""

        span: Annotated[Minutes, Field(gt=0, le=120)] = Minutes(30)
        """How far back it is looked for who leads."""
        minutes: Annotated[Bars, Field(ge=10, le=1_000)] = Bars(50)
        """Minutes of which changes are compared."""

    reads = frozenset({Kind.TRADES})

    def begin(self) -> None:
        """Begin with nothing told."""
        self._leads: dict[str, LeadLag] = {}
        self._told: dict[str, int | None] = {}
        """The last minute that was told of, by product: UTC ns."""
        super().begin()

    def prepare(self, market: Market) -> None:
        """Follow both."""
        other = OTHER.get(market.product, "")
        if other not in market.tapes:
            raise MiaError(
                f"{self.context.who} compares {market.product} with {other or 'another index'}, which "
                "the run does not look at",
                f"write `observe: [{other}]`" if other else "take the actor out",
            )
        own = self.settings
        self._leads[market.product] = market.measure(LeadLag, other=other, span=own.span, minutes=own.minutes)

    def tell(self, market: Market, now: int) -> None:
        """Publish the last minute of both."""
        product, lead = market.product, self._leads[market.product]
        found, minute = lead.compared(), lead.own.minute
        if minute == self._told.get(product):
            return
        self._told[product] = minute
        if lead.halted or found is None or found.minutes <= self.settings.minutes or found.together is None:
            return
        correlation, own, other = found.together
        leader = {1: lead.settings.other, -1: product}.get(lead.leader or 0, "")
        self.publish_message(
            TOPIC, OtherTold(now, product, lead.settings.other, correlation, own, other, leader)
        )
