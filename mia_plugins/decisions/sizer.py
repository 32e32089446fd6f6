"""`Sizer`: how many contracts a candidate is worth."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from math import floor
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import Field

from mia_plugins.decisions.candidate import Candidate
from mia_plugins.features.market import Market
from mia_plugins.settings.accord import Beside, Conflict
from mia_plugins.settings.model import BaseSettings
from mia_plugins.units import Contracts

ROUNDING = 1e-9
"""A product of factors this close below a whole number is that number."""


class Sized(NamedTuple):
    """How many, and how it came to that."""

    contracts: int
    steps: tuple[float | None, ...]
    """One a step of the sizer's."""
    reason: str = ""
    """Why it is 0, where it is: a name, such as `kelly_zero`."""
    note: str = ""
    """What a person should know of such sizes at the end of the run, in a line."""


class Sizer(ABC):
    """Base of every sizer."""

    Settings: ClassVar[type[BaseSettings]] = BaseSettings
    """What can be set: a class inside it."""

    steps: ClassVar[tuple[str, ...]] = ()
    """What it goes through, in order: the columns of the journal."""

    def __init__(self, market: Market, settings: Any) -> None:
        self.market = market
        self.settings = settings

    @classmethod
    def conflicts(cls, settings: Any, beside: Beside) -> Iterable[Conflict]:
        """Return which of its settings contradict others of the run. Override it."""
        del settings, beside
        return ()

    @abstractmethod
    def size(self, candidate: Candidate, tier: float, soft: float) -> Sized:
        """Say how many contracts; `tier` and `soft` are what its tier and the soft rules multiply by."""


class Fixed(Sizer):
    """The same size each time, but for what the tier and the soft rules say; what is left over is cut off."""

    class Settings(BaseSettings):
        """What can be set."""

        contracts: Annotated[Contracts, Field(ge=1, le=100)] = Contracts(1)
        """What is bought or sold at a time, before any factor."""

    steps = ("wanted", "contracts")

    def size(self, candidate: Candidate, tier: float, soft: float) -> Sized:
        """Multiply and cut off."""
        del candidate
        wanted = self.settings.contracts * tier * soft
        contracts = floor(wanted + ROUNDING)
        return Sized(contracts, (wanted, contracts), "" if contracts else "less_than_one")
