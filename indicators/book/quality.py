"""`microstructure_health`: how far what is seen of the market can be relied upon."""

from typing import Annotated, Any

from pydantic import Field

from indicators.book.health import MicrostructureHealth
from mia_plugins.features import EVEN, Feature, Market, Reading, Score, known, unknown


class Health(Feature):
    """The quality of the data, less a part of it for each flag of the last bar."""

    class Settings(MicrostructureHealth.Settings):
        """What can be set."""

        cost: Annotated[float, Field(ge=0, le=1 / 3)] = 0.25
        """The part that each flag takes away."""

    kind = Score.QUALITY
    mirror = EVEN
    inputs = frozenset({"trades", "quotes"})

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        self.health = market.measure(MicrostructureHealth, **settings.model_dump(exclude={"cost"}))

    def read(self, now: int) -> Reading:
        """Look at the last bars."""
        health = self.health
        quality, volume, z = health.data_quality, health.volume_times, health.flow_z
        if quality is None:
            return unknown("no bar with quotes yet")
        if volume is None or z is None:
            return unknown("no 50 bars yet to tell what is usual")
        if gap := health.gap(now):
            return unknown("no quote for {:.0f} s", gap)
        flags = [
            said
            for flag, said in (
                (health.volume_spike, f"volume {volume:.1f}x usual"),
                (health.spread_anomaly, f"spread wide for {health.wide:.1f} s"),
                (health.flow_anomaly, f"delta {abs(z):.1f} sd from usual"),
            )
            if flag
        ]
        told = ", ".join((f"data {quality:.1%} sound", *(flags or ["nothing unusual"])))
        return known(quality * (1 - self.settings.cost * len(flags)), told)
