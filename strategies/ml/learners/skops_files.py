"""scikit-learn's models as files of skops: the same model, the same bytes, and of a fixed list of types."""

import io
import json
import zipfile
from typing import Any

from mia_plugins.learning import ModelError, missing_library

TRUSTED = frozenset(
    {
        "builtins.bool",
        "builtins.dict",
        "builtins.float",
        "builtins.int",
        "builtins.list",
        "builtins.str",
        "builtins.tuple",
        "numpy.dtype",
        "numpy.float32",
        "numpy.float64",
        "numpy.int64",
        "numpy.ndarray",
        "sklearn.ensemble._forest.RandomForestClassifier",
        "sklearn.impute._base.SimpleImputer",
        "sklearn.linear_model._logistic.LogisticRegression",
        "sklearn.linear_model._ridge.Ridge",
        "sklearn.pipeline.Pipeline",
        "sklearn.preprocessing._data.StandardScaler",
        "sklearn.tree._classes.DecisionTreeClassifier",
        "sklearn.tree._tree.Tree",
    }
)
"""All that may stand in a model's file."""
UNTRUSTED_BY_SKOPS = ("numpy.dtype", "sklearn.tree._tree.Tree")
"""Those of them that skops itself wants to be told of."""
SCHEMA = "schema.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)
MOST_BYTES = 1 << 30


def to_bytes(model: Any) -> bytes:
    """Return a model's file; skops names its parts by addresses in memory, which here are counted instead."""
    import skops.io

    made = zipfile.ZipFile(io.BytesIO(skops.io.dumps(model)))
    schema = json.loads(made.read(SCHEMA))
    numbers: dict[str, int] = {}
    files: dict[str, str] = {}
    _renumber(schema, numbers, files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, other in files.items():
            target.writestr(zipfile.ZipInfo(other, _EPOCH), made.read(name))
        target.writestr(zipfile.ZipInfo(SCHEMA, _EPOCH), json.dumps(schema))
    return out.getvalue()


def _renumber(node: Any, numbers: dict[str, int], files: dict[str, str]) -> None:
    """Give the parts of a schema their numbers in the order in which they are met."""
    if isinstance(node, list):
        for one in node:
            _renumber(one, numbers, files)
        return
    if not isinstance(node, dict):
        return
    if "__id__" in node:
        node["__id__"] = numbers.setdefault(str(node["__id__"]), len(numbers) + 1)
    if isinstance(node.get("file"), str):
        name = node["file"]
        stem, _, suffix = name.partition(".")
        number = numbers.setdefault(stem, len(numbers) + 1)
        node["file"] = files.setdefault(name, f"{number}.{suffix}")
    for value in node.values():
        _renumber(value, numbers, files)


def from_bytes(content: bytes, expected: type) -> Any:
    """Return the model of a file, which must hold nothing but what is trusted; else say why not."""
    try:
        import skops.io
    except ImportError as error:
        raise missing_library("a model of scikit-learn", "mia[ml]", error) from error
    foreign = sorted(_types(content) - TRUSTED)
    if foreign:
        raise ModelError(f"it holds {', '.join(foreign)}, which no model of ours does", "train it again")
    try:
        found = skops.io.loads(content, trusted=list(UNTRUSTED_BY_SKOPS))
    except Exception as error:
        raise ModelError(f"it is damaged: {error}", "train it again") from error
    if not isinstance(found, expected):
        raise ModelError(f"it holds a {type(found).__name__}; {expected.__name__} was expected")
    return found


def _types(content: bytes) -> set[str]:
    """Return the names of all types that a file asks for, read as plain data."""
    if not content.startswith(b"PK\x03\x04"):
        raise ModelError("it is no file of skops", "train it again")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            if sum(one.file_size for one in opened.infolist()) > MOST_BYTES:
                raise ModelError("it would unpack to more than a gigabyte", "train it again")
            damaged = opened.testzip()
            if damaged:
                raise ModelError(f"its part {damaged} is damaged", "train it again")
            schema = json.loads(opened.read(SCHEMA))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, NotImplementedError) as error:
        raise ModelError(f"it is no file of skops: {error}", "train it again") from error
    found: set[str] = set()
    _collect(schema, found)
    return found


def _collect(node: Any, found: set[str]) -> None:
    if isinstance(node, list):
        for one in node:
            _collect(one, found)
    elif isinstance(node, dict):
        if "__class__" in node or "__loader__" in node:
            found.add(f"{node.get('__module__')}.{node.get('__class__')}")
        for value in node.values():
            _collect(value, found)
