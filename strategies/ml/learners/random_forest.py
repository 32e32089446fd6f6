"""The random forest: scikit-learn grows it, a kernel of ours asks it."""

from typing import Annotated, Any

import numpy as np
from pydantic import Field

from mia_plugins.learning import Fitted, Floats, Learner, ModelError, Rows
from mia_plugins.settings import BaseSettings
from strategies.ml.forest import ROW, ask, flat
from strategies.ml.learners.skops_files import from_bytes, to_bytes

LEAST_DRAWN, MOST_DRAWN = 0.05, 0.5


class Trees(Fitted):
    """A forest that was grown."""

    def __init__(self, model: Any, columns: int) -> None:
        self._model = model
        if model.n_features_in_ != columns:
            raise ModelError(f"it has {model.n_features_in_} inputs; {columns} were expected")
        if list(model.classes_) != [0, 1]:
            raise ModelError(f"its labels are {list(model.classes_)}; 0 and 1 were expected")
        trees = [one.tree_ for one in model.estimators_]
        self._nodes, self._roots = flat(trees)
        self._depth = max(tree.max_depth for tree in trees)
        _check(self._nodes, columns)

    def probabilities(self, x: Floats) -> Floats:
        """Return how likely each row is to win."""
        rows = np.zeros(len(x), ROW)
        ask(self._nodes, self._roots, np.ascontiguousarray(x, np.float32), rows, self._depth)
        return rows["value"].copy()

    def to_bytes(self) -> bytes:
        """Return its file."""
        return to_bytes(self._model)


def _check(nodes: Any, columns: int) -> None:
    """Refuse trees that would lead anywhere but downwards: a kernel looks at no bounds."""
    own = np.arange(len(nodes))
    for side in ("left", "right"):
        if not ((nodes[side] >= own).all() and (nodes[side] < len(nodes)).all()):
            raise ModelError("its trees are no trees", "train it again")
    if not ((nodes["feature"] >= 0).all() and (nodes["feature"] < columns).all()):
        raise ModelError("its trees look at inputs that are not there", "train it again")


class RandomForest(Learner):
    """A random forest whose trees each see as large a share of the rows as do not overlap, .05 to .5."""

    suffix = ".skops"
    extra = "mia[ml]"

    class Settings(BaseSettings):
        """What can be set."""

        trees: Annotated[int, Field(ge=1, le=2000)] = 100
        """How many."""
        depth: Annotated[int, Field(ge=1, le=20)] = 5
        """Questions from root to leaf, at most."""
        least_leaf: Annotated[float, Field(gt=0, le=0.5)] = 0.01
        """Share of a tree's rows that each leaf keeps."""
        threads: Annotated[int, Field(ge=1, le=64)] = 2
        """Trees that are grown at once; it changes nothing else."""

    def fit(self, rows: Rows) -> Fitted:
        """Fit it."""
        from sklearn.ensemble import RandomForestClassifier

        own = self.settings
        model = RandomForestClassifier(
            own.trees,
            max_depth=own.depth,
            min_samples_leaf=own.least_leaf,
            max_features="sqrt",
            max_samples=float(np.clip(rows.unique, LEAST_DRAWN, MOST_DRAWN)),
            random_state=self.seed,
            n_jobs=own.threads,
        )
        return Trees(model.fit(rows.x, rows.y.astype(np.int64), rows.weight), rows.x.shape[1])

    @classmethod
    def load(cls, content: bytes, columns: int) -> Fitted:
        """Return the model of a file."""
        from sklearn.ensemble import RandomForestClassifier

        return Trees(from_bytes(content, RandomForestClassifier), columns)
