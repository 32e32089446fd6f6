"""`dealers`: which way dealers' hedging leans, of option chains and imported levels as they become known."""

from typing import NamedTuple

from indicators.options.bias_followed import BiasFollowed
from mia_plugins.features import Market
from strategies.actors.watching import Watching

TOPIC = "dealers"


class DealersTold(NamedTuple):
    """The dealers' bias of a product."""

    ts: int
    """When it was so: UTC ns."""
    product: str
    bias: float | None
    """-1 to 1; `None` while neither a chain nor levels tell it."""
    why: str
    """Whose it is and how it came about, or why it is not known."""


class DealersActor(Watching):
    """Publishes on the topic `dealers` the bias of each product, at full minutes when it is another one."""

    Settings = BiasFollowed.Settings
    tables = frozenset({"option_chains", "levels", "vix"})

    def begin(self) -> None:
        """Begin with nothing told."""
        self._biases: dict[str, BiasFollowed] = {}
        self._told: dict[str, float | None] = {}
        super().begin()

    def prepare(self, market: Market) -> None:
        """Follow chains and levels."""
        self._biases[market.product] = market.measure(BiasFollowed, **self.settings.model_dump())

    def tell(self, market: Market, now: int) -> None:
        """Publish the bias where it has changed; at first also that it is not known."""
        code, reading = market.product, self._biases[market.product].read()
        if code not in self._told or self._told[code] != reading.value:
            self._told[code] = reading.value
            self.publish_message(TOPIC, DealersTold(now, code, reading.value, reading.reason))
