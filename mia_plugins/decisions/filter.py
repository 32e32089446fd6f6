"""`Filter`: the last judge of a candidate, such as a model that was trained on earlier ones."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from mia_plugins.decisions.candidate import Candidate
from mia_plugins.decisions.rule import Verdict
from mia_plugins.features.market import Market
from mia_plugins.settings.model import BaseSettings


class Filter(ABC):
    """Base of every filter; it is asked once no rule and no gate is against a candidate."""

    Settings: ClassVar[type[BaseSettings]] = BaseSettings
    """What can be set: a class inside it."""

    unit: ClassVar[str] = ""
    """Of the number it judges by."""

    def __init__(self, market: Market, settings: Any) -> None:
        self.market = market
        self.settings = settings

    @abstractmethod
    def judge(self, candidate: Candidate) -> Verdict:
        """Say whether a candidate is worth it; one that `blocks` is rejected under the filter's name."""
