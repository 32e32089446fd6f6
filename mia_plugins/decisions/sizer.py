"""`Sizer`: how many contracts a candidate is worth."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, NamedTuple

from mia_plugins.decisions.candidate import Candidate
from mia_plugins.features.market import Market
from mia_plugins.settings.model import BaseSettings


class Sized(NamedTuple):
    """How many, and how it came to that."""

    contracts: int
    steps: tuple[float | None, ...]
    """One a step of the sizer's."""
    reason: str = ""
    """Why it is 0, or less than was asked for; "" where nothing was lost."""


class Sizer(ABC):
    """Base of every sizer."""

    Settings: ClassVar[type[BaseSettings]] = BaseSettings
    """What can be set: a class inside it."""

    steps: ClassVar[tuple[str, ...]] = ()
    """What it goes through, in order: the columns of the journal."""

    def __init__(self, market: Market, settings: Any) -> None:
        self.market = market
        self.settings = settings

    @abstractmethod
    def size(self, candidate: Candidate, tier: float, soft: float) -> Sized:
        """Say how many contracts; `tier` and `soft` are what its tier and the soft rules multiply by."""
