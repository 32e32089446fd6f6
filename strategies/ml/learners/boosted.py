"""XGBoost: in its own format, UBJSON."""

from typing import Annotated, Any

import numpy as np
from pydantic import Field

from mia_plugins.learning import Fitted, Floats, Learner, ModelError, Rows
from mia_plugins.settings import BaseSettings


class Boosted(Fitted):
    """A model of XGBoost."""

    def __init__(self, booster: Any, columns: int) -> None:
        self._booster = booster
        if booster.num_features() != columns:
            raise ModelError(f"it has {booster.num_features()} inputs; {columns} were expected")

    def probabilities(self, x: Floats) -> Floats:
        """Return how likely each row is to win."""
        found = self._booster.inplace_predict(x.astype(np.float32), validate_features=False)
        return np.asarray(found, np.float64)

    def to_bytes(self) -> bytes:
        """Return its file."""
        return bytes(self._booster.save_raw("ubj"))


class XgBoost(Learner):
    """Trees that each mend what those before got wrong."""

    suffix = ".ubj"
    extra = "mia[ml]"

    class Settings(BaseSettings):
        """What can be set."""

        trees: Annotated[int, Field(ge=1, le=5000)] = 100
        """How many."""
        depth: Annotated[int, Field(ge=1, le=12)] = 3
        """Questions from root to leaf, at most."""
        rate: Annotated[float, Field(gt=0, le=1)] = 0.05
        """How much of what is left each tree mends."""
        rows: Annotated[float, Field(gt=0, le=1)] = 0.5
        """Share of the rows that each tree sees."""
        columns: Annotated[float, Field(gt=0, le=1)] = 0.5
        """Share of the columns that each tree sees."""
        penalty: Annotated[float, Field(ge=0, le=1e6)] = 10.0
        """How strongly leaves are drawn towards 0."""

    def fit(self, rows: Rows) -> Fitted:
        """Fit it, on one thread: sums in another order are other numbers."""
        import xgboost

        own = self.settings
        settings = {
            "objective": "binary:logistic",
            "tree_method": "hist",
            "max_depth": own.depth,
            "eta": own.rate,
            "subsample": own.rows,
            "colsample_bytree": own.columns,
            "lambda": own.penalty,
            "nthread": 1,
            "seed": self.seed,
        }
        data = xgboost.DMatrix(rows.x, rows.y, weight=rows.weight, nthread=1)
        return Boosted(_on_one_thread(xgboost.train(settings, data, own.trees)), rows.x.shape[1])

    @classmethod
    def load(cls, content: bytes, columns: int) -> Fitted:
        """Return the model of a file."""
        import xgboost

        if not content.startswith((b"{L", b"{i", b"{U", b"{l", b"{I", b'{"')):
            raise ModelError("it is no file of XGBoost", "train it again")
        try:
            booster = xgboost.Booster(model_file=bytearray(content))
            columns_there = booster.num_features()
        except (xgboost.core.XGBoostError, ValueError, TypeError) as error:
            line = str(error).strip().splitlines()[-1]
            raise ModelError(f"it is damaged: {line}", "train it again") from error
        del columns_there
        return Boosted(_on_one_thread(booster), columns)


def _on_one_thread(booster: Any) -> Any:
    booster.set_param({"nthread": 1})
    return booster
