"""Numbers as a page carries them: base64 of typed arrays, or of differences that are deflated."""

import base64
import json
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

type Array = NDArray[Any]

_TYPES = {"float64": "f8", "float32": "f4", "int32": "i4", "int16": "i2", "int8": "i1", "uint8": "u1"}
_LEVEL = 3
_TINY = 32
"""Numbers below which a plain list is shorter."""


def typed(values: Array) -> Any:
    """Return an array as plotly.js takes it: a typed array in base64, or a list where it is short."""
    if values.dtype == np.int64:
        values = values.astype(np.int32) if _fits(values, np.int32) else values.astype(np.float64)
    if len(values) < _TINY or values.dtype.name not in _TYPES:
        return [_plain(one) for one in values.tolist()]
    return {"dtype": _TYPES[values.dtype.name], "bdata": base64.b64encode(values.tobytes()).decode()}


def deflated(values: Array) -> dict[str, Any]:
    """Return whole numbers as their deflated differences, for the page to inflate and add up."""
    steps = np.diff(np.asarray(values, np.int64), prepend=0)
    width = next(one for one in (np.int8, np.int16, np.int32, np.float64) if _fits(steps, one))
    packed = zlib.compress(steps.astype(width).tobytes(), _LEVEL)
    return {"n": len(steps), "type": _TYPES[np.dtype(width).name], "z": base64.b64encode(packed).decode()}


def deflated_json(data: Any) -> dict[str, Any]:
    """Return any data as deflated JSON."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return {"z": base64.b64encode(zlib.compress(text.encode(), _LEVEL)).decode()}


def page_json(data: Any) -> str:
    """Return data as JSON that may stand within a script of the page."""
    text = json.dumps(_packed(data), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _packed(data: Any) -> Any:
    if isinstance(data, np.ndarray):
        return typed(data)
    if isinstance(data, dict):
        return {str(key): _packed(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_packed(one) for one in data]
    return _plain(data.item() if isinstance(data, np.generic) else data)


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _fits(values: Array, kind: Any) -> bool:
    if kind is np.float64 or not len(values):
        return True
    limits = np.iinfo(kind)
    return bool(values.min() >= limits.min and values.max() <= limits.max)
