"""What a run is made from, as hashes: the same inputs are the same run, and anything else is another.

Hashes are sha256 in hexadecimal.
"""

import hashlib
import json
import platform
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Protocol, Self

from mia_plugins.runs.errors import RunError, told

if TYPE_CHECKING:
    from mia_plugins.data.files import Files

ID_DIGITS = 12
STANDS_ELSEWHERE = ("catalog", "plugins_dir", "requires", "disable", "live")
"""Settings that change no result: the data hash and the code hash stand for what they lead to; `live` is of
live sessions alone."""

PINNED = ("nautilus_trader", "numpy", "numba", "pandas", "pyarrow", "exchange_calendars")
"""Distributions whose versions may change a result."""

_CHUNK = 1 << 20
_SETTLED_NS = 2_000_000_000
"""A file as young as this may change again within the same tick of the file system's clock."""


@dataclass(frozen=True)
class Code:
    """A distribution as it was loaded; its version is "" for a folder of one-off plugins."""

    version: str
    hash: str


@dataclass(frozen=True)
class RunInputs:
    """All that decides what a run does."""

    data: str
    settings: str
    code: Mapping[str, Code]
    versions: Mapping[str, str]
    seed: int = 0
    mode: str = "backtest"

    @property
    def id(self) -> str:
        """The name of the run: the first 12 digits of the hash over everything."""
        return hash_of(self.as_data())[:ID_DIGITS]

    @property
    def code_hash(self) -> str:
        """One hash over the code of all distributions."""
        return hash_of(self.as_data()["code"])

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data."""
        code = {name: asdict(self.code[name]) for name in sorted(self.code)}
        return {
            "mode": self.mode,
            "seed": self.seed,
            "data": self.data,
            "settings": self.settings,
            "code": code,
            "versions": {name: self.versions[name] for name in sorted(self.versions)},
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Return what `as_data` told; KeyError and TypeError say what is missing."""
        code = {name: Code(**told) for name, told in data["code"].items()}
        return cls(
            data=data["data"],
            settings=data["settings"],
            code=code,
            versions=dict(data["versions"]),
            seed=data["seed"],
            mode=data["mode"],
        )


def hash_of(data: object) -> str:
    """Return the hash of plain data as JSON, whatever the order of keys."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def settings_hash(settings: Mapping[str, Any]) -> str:
    """Return the hash of all settings of a run, as `settings_data` lists them.

    The order of keys counts, since the first rule that blocks is the one that is named, and so do
    references to secrets, not the secrets.
    """
    kept = [[name, _ordered(value)] for name, value in settings.items() if name not in STANDS_ELSEWHERE]
    return hash_of(kept)


def _ordered(value: object) -> object:
    """Return data with mappings as lists of pairs."""
    if isinstance(value, dict):
        return {"pairs": [[key, _ordered(item)] for key, item in value.items()]}
    return [_ordered(item) for item in value] if isinstance(value, list) else value


class HashCache(Protocol):
    """Remembers the hashes of files; `size` is in bytes, `mtime` in UTC ns."""

    def known_hash(self, uri: str, path: str, size: int, mtime: int) -> str | None:
        """Return the hash of a file that has not changed since it was remembered."""

    def remember_hash(self, uri: str, path: str, size: int, mtime: int, digest: str) -> None:
        """Remember a file's hash."""


def data_hash(files: "Files", paths: Iterable[str], known: HashCache) -> str:
    """Return the hash of the content of a catalog's files, and of their places within the catalog.

    The order of `paths` does not count. Each file is read once, in pieces; after that only a file whose
    size or time of change differs is read again.
    """
    return hash_of([[path, _file_hash(files, path, known)] for path in sorted(set(paths))])


def _file_hash(files: "Files", path: str, known: HashCache) -> str:
    size, mtime = _stat(files, path)
    digest = known.known_hash(files.uri, path, size, mtime)
    if digest is not None:
        return digest
    digest = _content_hash(files, path)
    if _stat(files, path) != (size, mtime):
        raise RunError(
            f"{files.full(path)} changed while it was read",
            "wait until nothing writes to the catalog, then run it again",
        )
    if time.time_ns() - mtime > _SETTLED_NS:
        known.remember_hash(files.uri, path, size, mtime, digest)
    return digest


def _stat(files: "Files", path: str) -> tuple[int, int]:
    """Return a file's size in bytes and its time of change in UTC ns."""
    with told(files.full(path), "read", "check the catalog: `mia catalog check`"):
        info = files.system.get_file_info(files.full(path))
        if not info.is_file:
            raise FileNotFoundError(2, "No such file")
    return int(info.size), int(info.mtime_ns or 0)


def _content_hash(files: "Files", path: str) -> str:
    digest = hashlib.sha256()
    with files.reading(path) as opened, told(files.full(path), "read"):
        while piece := opened.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of Python and of the distributions that may change a result."""
    return {"python": platform.python_version(), **{name: version(name) for name in PINNED}}
