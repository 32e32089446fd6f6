"""Logistic and linear regression: what is not known is the median, and everything is scaled."""

from typing import Annotated, Any, ClassVar, Protocol

import numpy as np
from pydantic import Field

from mia_plugins.learning import Fitted, Floats, Learner, ModelError, Rows
from mia_plugins.settings import BaseSettings
from strategies.ml.learners.skops_files import from_bytes, to_bytes


class Link(Protocol):
    """Makes a weighted sum a probability."""

    def __call__(self, value: Floats, /) -> Floats:
        """Return it."""


def logistic(value: Floats) -> Floats:
    """Return 1 / (1 + e^-value)."""
    found: Floats = 1 / (1 + np.exp(-np.clip(value, -500, 500)))
    return found


def clipped(value: Floats) -> Floats:
    """Return a value kept between 0 and 1."""
    found: Floats = np.clip(value, 0.0, 1.0)
    return found


class Straight(Fitted):
    """A weighted sum of inputs, made a probability."""

    def __init__(self, pipeline: Any, columns: int, link: Link) -> None:
        self._pipeline, self._link = pipeline, link
        impute, scale, model = (step for _, step in pipeline.steps)
        self._median = np.asarray(impute.statistics_, np.float64)
        weights = np.asarray(model.coef_, np.float64).ravel() / scale.scale_
        self._offset = float(np.ravel(model.intercept_)[0] - weights @ scale.mean_)
        self._weights = weights
        if len(weights) != columns or len(self._median) != columns:
            raise ModelError(f"it has {len(weights)} inputs; {columns} were expected", "train it again")

    def probabilities(self, x: Floats) -> Floats:
        """Return how likely each row is to win."""
        return self._link(np.where(np.isnan(x), self._median, x) @ self._weights + self._offset)

    def to_bytes(self) -> bytes:
        """Return its file."""
        return to_bytes(self._pipeline)


class _Linear(Learner):
    suffix = ".skops"
    extra = "mia[ml]"
    link: ClassVar[Link]

    def _model(self) -> Any:
        raise NotImplementedError

    def fit(self, rows: Rows) -> Fitted:
        """Fit it on one thread: sums in another order are other numbers."""
        from sklearn.impute import SimpleImputer
        from sklearn.pipeline import Pipeline
        from sklearn.preprocessing import StandardScaler
        from threadpoolctl import threadpool_limits

        steps = [
            ("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("scale", StandardScaler()),
            ("model", self._model()),
        ]
        with threadpool_limits(1):
            pipeline = Pipeline(steps).fit(rows.x, rows.y, model__sample_weight=rows.weight)
        return Straight(pipeline, rows.x.shape[1], self.link)

    @classmethod
    def load(cls, content: bytes, columns: int) -> Fitted:
        """Return the model of a file."""
        from sklearn.pipeline import Pipeline

        pipeline = from_bytes(content, Pipeline)
        if [name for name, _ in pipeline.steps] != ["impute", "scale", "model"]:
            raise ModelError("its steps are not impute, scale, model", "train it again")
        return Straight(pipeline, columns, cls.link)


class Logistic(_Linear):
    """Logistic regression."""

    link: ClassVar[Link] = staticmethod(logistic)

    class Settings(BaseSettings):
        """What can be set."""

        c: Annotated[float, Field(gt=0, le=1e6)] = 0.1
        """How little it is drawn towards 0: the inverse of the penalty."""

    def _model(self) -> Any:
        from sklearn.linear_model import LogisticRegression

        return LogisticRegression(C=self.settings.c, max_iter=1000)


class Linear(_Linear):
    """Linear regression on the label, clipped to what a probability may be."""

    link: ClassVar[Link] = staticmethod(clipped)

    class Settings(BaseSettings):
        """What can be set."""

        penalty: Annotated[float, Field(ge=0, le=1e9)] = 10.0
        """How strongly it is drawn towards 0."""

    def _model(self) -> Any:
        from sklearn.linear_model import Ridge

        return Ridge(alpha=self.settings.penalty)
