"""What a score is worth as a probability: by Platt's curve or the isotonic one, chosen out of sample."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np

from mia_plugins.learning import Floats, ModelError

LEAST = 200
"""Judged rows below which nothing is calibrated."""
_EDGE = 1e-6
type Method = Literal["none", "isotonic", "platt"]


@dataclass(frozen=True)
class Calibration:
    """A curve from raw scores to probabilities: straight between its points, level beyond them.

    Platt's is straight in the log odds of both.
    """

    method: Method = "none"
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()

    def many(self, raw: Floats) -> Floats:
        """Return the probabilities of raw scores."""
        if self.method == "none":
            return raw
        if self.method == "platt":
            slope, offset = self.y
            found: Floats = 1 / (1 + np.exp(-(slope * _log_odds(raw) + offset)))
            return found
        return np.interp(raw, self.x, self.y)

    def one(self, raw: float) -> float:
        """Return the probability of one raw score."""
        if self.method != "isotonic":
            return float(self.many(np.array([raw]))[0])
        at = bisect_right(self.x, raw)
        if at in {0, len(self.x)}:
            return self.y[0] if at == 0 else self.y[-1]
        lo, hi = self.x[at - 1], self.x[at]
        return self.y[at - 1] + (self.y[at] - self.y[at - 1]) / (hi - lo) * (raw - lo)

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"method": self.method, "x": list(self.x), "y": list(self.y)}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """Return what `as_data` told; a curve that is none is an error."""
        x, y = tuple(map(float, data["x"])), tuple(map(float, data["y"]))
        method = data["method"]
        sound = {
            "none": not x and not y,
            "platt": not x and len(y) == 2,
            "isotonic": len(x) == len(y) > 0 and list(x) == sorted(x) and all(0 <= one <= 1 for one in y),
        }
        if not sound.get(method, False) or not np.isfinite([*x, *y]).all():
            raise ModelError(f"'{method}' with {len(x)} and {len(y)} points is no calibration")
        return cls(method, x, y)


def calibration(raw: Floats, won: Floats, weight: Floats, wanted: str) -> Calibration:
    """Return the curve of judged rows in order of time; `best` is chosen on the later half of them."""
    if wanted == "none" or len(raw) < LEAST or len(np.unique(won)) < 2:
        return Calibration()
    if wanted != "best":
        return _fitted(wanted, raw, won, weight)
    half = len(raw) // 2
    if len(np.unique(won[:half])) < 2:
        return Calibration()
    tried = [
        Calibration(),
        *(_fitted(one, raw[:half], won[:half], weight[:half]) for one in ("isotonic", "platt")),
    ]
    losses = [np.average((one.many(raw[half:]) - won[half:]) ** 2, weights=weight[half:]) for one in tried]
    best = tried[int(np.argmin(losses))].method
    return Calibration() if best == "none" else _fitted(best, raw, won, weight)


def _fitted(method: str, raw: Floats, won: Floats, weight: Floats) -> Calibration:
    if method == "platt":
        return _platt(raw, won, weight)
    from sklearn.isotonic import IsotonicRegression

    curve = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(raw, won, sample_weight=weight)
    return Calibration("isotonic", _plain(curve.X_thresholds_), _plain(curve.y_thresholds_))


def _platt(raw: Floats, won: Floats, weight: Floats) -> Calibration:
    """Return the logistic curve of most likelihood, by Newton's steps on two numbers (Platt, 1999)."""
    x = np.column_stack((_log_odds(raw), np.ones(len(raw))))
    beta = np.array([1.0, 0.0])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ beta))
        slope = x.T @ (weight * (won - p)) - 1e-9 * beta
        curve = (x * (weight * p * (1 - p))[:, None]).T @ x + 1e-9 * np.eye(2)
        step = np.linalg.solve(curve, slope)
        beta = beta + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-10:
            break
    return Calibration("platt", (), _plain(beta))


def _log_odds(raw: Floats) -> Floats:
    p = np.clip(raw, _EDGE, 1 - _EDGE)
    found: Floats = np.log(p / (1 - p))
    return found


def _plain(values: Sequence[float] | Floats) -> tuple[float, ...]:
    return tuple(float(one) for one in values)
