"""`Learner`: a kind of model that `mia train` fits; a plugin registers one with `mia_register_learners`.

    class Nearest(Learner):
        suffix = ".json"

        class Settings(BaseSettings):
            neighbours: int = 50

        def fit(self, rows): ...
        @classmethod
        def load(cls, content, columns): ...

What it needs is imported in its methods: it is named long before it is used.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mia_plugins.errors import MiaError, PluginError
from mia_plugins.settings.model import BaseSettings

type Floats = NDArray[np.float64]


class ModelError(MiaError):
    """A model that cannot be made, or may not be used."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a learner learns from: a row a decision."""

    x: Floats
    """A column a feature; nan is not known."""
    y: Floats
    """1: the decision won, 0: it lost."""
    weight: Floats
    """What each counts for, above 0."""
    unique: float = 1.0
    """The mean share of its time that a row has for itself: less where outcomes overlap."""


class Fitted(ABC):
    """A model that was fitted."""

    @abstractmethod
    def probabilities(self, x: Floats) -> Floats:
        """Return how likely each row is to win, 0 to 1; x has the columns it was fitted on."""

    @abstractmethod
    def to_bytes(self) -> bytes:
        """Return the content of its file: the same model gives the same bytes, and none of them is code."""


class Learner(ABC):
    """Base of every learner. The same rows, settings and seed fit the same model, to the byte."""

    Settings: ClassVar[type[BaseSettings]] = BaseSettings
    suffix: ClassVar[str]
    """How the name of its file ends, such as `.ubj`."""
    extra: ClassVar[str] = ""
    """The extra of its distribution that installs what it imports, such as `mia[ml]`."""

    def __init__(self, settings: Any, seed: int) -> None:
        self.settings = settings
        self.seed = seed

    @abstractmethod
    def fit(self, rows: Rows) -> Fitted:
        """Fit a model; both labels are there."""

    @classmethod
    @abstractmethod
    def load(cls, content: bytes, columns: int) -> Fitted:
        """Return the model of a file with so many columns; raise ModelError for what is none of its own."""


def missing_library(who: str, extra: str, error: ImportError) -> PluginError:
    """Return the error that says which extra to install."""
    return PluginError(
        f"{who} needs the library {(error.name or str(error)).partition('.')[0]}, which is not installed",
        f"install it: pip install '{extra}'" if extra else "ask the authors of the plugin",
    )
