"""LightGBM: in its own text format."""

from typing import Annotated, Any

import numpy as np
from pydantic import Field

from mia_plugins.learning import Fitted, Floats, Learner, ModelError, Rows
from mia_plugins.settings import BaseSettings


class Light(Fitted):
    """A model of LightGBM."""

    def __init__(self, booster: Any, columns: int) -> None:
        self._booster = booster
        if booster.num_feature() != columns:
            raise ModelError(f"it has {booster.num_feature()} inputs; {columns} were expected")

    def probabilities(self, x: Floats) -> Floats:
        """Return how likely each row is to win."""
        return np.asarray(self._booster.predict(x, num_threads=1), np.float64)

    def to_bytes(self) -> bytes:
        """Return its file."""
        text: str = self._booster.model_to_string()
        return text.encode()


class LightGbm(Learner):
    """Trees that grow leaf by leaf."""

    suffix = ".txt"
    extra = "mia[lightgbm]"

    class Settings(BaseSettings):
        """What can be set."""

        trees: Annotated[int, Field(ge=1, le=5000)] = 100
        """How many."""
        leaves: Annotated[int, Field(ge=2, le=1024)] = 7
        """Leaves of a tree, at most."""
        rate: Annotated[float, Field(gt=0, le=1)] = 0.05
        """How much of what is left each tree mends."""
        least_rows: Annotated[int, Field(ge=1)] = 30
        """Rows that each leaf keeps."""

    def fit(self, rows: Rows) -> Fitted:
        """Fit it, on one thread: sums in another order are other numbers."""
        import lightgbm

        own = self.settings
        settings = {
            "objective": "binary",
            "num_leaves": own.leaves,
            "learning_rate": own.rate,
            "min_data_in_leaf": own.least_rows,
            "num_threads": 1,
            "seed": self.seed,
            "deterministic": True,
            "force_row_wise": True,
            "verbosity": -1,
        }
        data = lightgbm.Dataset(rows.x, rows.y, weight=rows.weight, params={"verbosity": -1})
        return Light(lightgbm.train(settings, data, own.trees), rows.x.shape[1])

    @classmethod
    def load(cls, content: bytes, columns: int) -> Fitted:
        """Return the model of a file."""
        import lightgbm

        if not content.startswith(b"tree\n") or b"end of trees" not in content:
            raise ModelError("it is no whole file of LightGBM", "train it again")
        try:
            return Light(lightgbm.Booster(model_str=content.decode()), columns)
        except (lightgbm.basic.LightGBMError, UnicodeDecodeError) as error:
            raise ModelError(f"it is damaged: {error}", "train it again") from error
