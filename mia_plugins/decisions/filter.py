"""`Filter`: the last judge of a candidate, such as a model that was trained on earlier ones."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from mia_plugins.decisions.candidate import Candidate
from mia_plugins.decisions.rule import Verdict
from mia_plugins.features.market import Market
from mia_plugins.settings.model import BaseSettings


@dataclass(frozen=True)
class Surroundings:
    """Where a filter is used: what it may refuse before anything starts."""

    product: str
    """What is decided about, such as ES."""
    names: frozenset[str]
    """What `Candidate.values` holds."""
    strategy: BaseSettings
    """The settings of the strategy whose candidates it judges."""
    features: Mapping[str, BaseSettings] = field(default_factory=dict)
    """The settings of the run's features, by name."""
    uses: Mapping[str, str] = field(default_factory=dict)
    """The name that each of them is registered under, where it is another."""
    presets: tuple[str, ...] = ()
    span: tuple[int, int] | None = None
    """What the run goes through: UTC ns; None where that is not known before, as in live trading."""
    mode: str = "backtest"


class Filter(ABC):
    """Base of every filter; it is asked once no rule and no gate is against a candidate."""

    Settings: ClassVar[type[BaseSettings]] = BaseSettings
    """What can be set: a class inside it."""

    unit: ClassVar[str] = ""
    """Of the number it judges by."""

    def __init__(self, market: Market, settings: Any) -> None:
        self.market = market
        self.settings = settings
        self.warning = ""
        """What a person should know of it at the end of the run; it is taken away once noted."""

    def admit(self, surroundings: Surroundings) -> None:  # noqa: B027 most filters refuse nothing
        """Raise a MiaError where it must not be used; asked before the run starts. Override it."""

    def begin(self) -> None:  # noqa: B027 most filters have nothing to read
        """Read what judging needs, once it was admitted and before the first candidate. Override it."""

    @abstractmethod
    def judge(self, candidate: Candidate) -> Verdict:
        """Say whether a candidate is worth it; one that `blocks` is rejected under the filter's name."""


def note_warnings(
    filters: Iterable[tuple[str, Filter]], product: str, note: Callable[[str, str], None]
) -> None:
    """Note what filters of a product warn of, and take it away from them."""
    for name, one in filters:
        if one.warning:
            note(f"filter {name} {product} {one.warning}", one.warning)
            one.warning = ""
