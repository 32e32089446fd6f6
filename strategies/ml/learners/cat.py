"""CatBoost: in its own JSON format."""

import json
import tempfile
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from mia_plugins.learning import Fitted, Floats, Learner, ModelError, Rows
from mia_plugins.settings import BaseSettings


class Cat(Fitted):
    """A model of CatBoost."""

    def __init__(self, model: Any, columns: int) -> None:
        self._model = model
        if len(model.feature_names_) != columns:
            raise ModelError(f"it has {len(model.feature_names_)} inputs; {columns} were expected")

    def probabilities(self, x: Floats) -> Floats:
        """Return how likely each row is to win."""
        return np.asarray(self._model.predict_proba(x, thread_count=1)[:, 1], np.float64)

    def to_bytes(self) -> bytes:
        """Return its file: without what tells of when it was trained."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.json"
            self._model.save_model(str(path), format="json")
            told = json.loads(path.read_text(encoding="utf-8"))
        kept = {
            name: told[name]
            for name in ("features_info", "oblivious_trees", "scale_and_bias")
            if name in told
        }
        kept["model_info"] = {"params": told.get("model_info", {}).get("params", {})}
        return json.dumps(kept, sort_keys=True).encode()


class CatBoost(Learner):
    """Trees that ask the same question on each level."""

    suffix = ".json"
    extra = "mia[catboost]"

    class Settings(BaseSettings):
        """What can be set."""

        trees: Annotated[int, Field(ge=1, le=5000)] = 100
        """How many."""
        depth: Annotated[int, Field(ge=1, le=10)] = 4
        """Questions from root to leaf."""
        rate: Annotated[float, Field(gt=0, le=1)] = 0.05
        """How much of what is left each tree mends."""

    def fit(self, rows: Rows) -> Fitted:
        """Fit it, on one thread: sums in another order are other numbers."""
        import catboost

        own = self.settings
        model = catboost.CatBoostClassifier(
            iterations=own.trees,
            depth=own.depth,
            learning_rate=own.rate,
            random_seed=self.seed,
            thread_count=1,
            allow_writing_files=False,
            verbose=False,
        )
        return Cat(model.fit(rows.x, rows.y.astype(np.int64), sample_weight=rows.weight), rows.x.shape[1])

    @classmethod
    def load(cls, content: bytes, columns: int) -> Fitted:
        """Return the model of a file."""
        import catboost

        try:
            json.loads(content)
        except ValueError as error:
            raise ModelError(f"it is no JSON of CatBoost: {error}", "train it again") from error
        model = catboost.CatBoostClassifier()
        try:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "model.json"
                path.write_bytes(content)
                model.load_model(str(path), format="json")
        except catboost.CatBoostError as error:
            raise ModelError(f"it is damaged: {error}", "train it again") from error
        return Cat(model, columns)
