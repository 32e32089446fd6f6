"""The files of a catalog, in a local folder or under a prefix of an S3 bucket, by paths within it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import fs

from mia_plugins.data.errors import CatalogFileError

REMOTE = "s3://"
_ENVIRONMENT = {
    "access_key_id": ("AWS_ACCESS_KEY_ID",),
    "secret_access_key": ("AWS_SECRET_ACCESS_KEY",),
    "session_token": ("AWS_SESSION_TOKEN",),
    "region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
    "endpoint_url": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
}
"""Nautilus' storage options, and the variables that give them when the caller does not."""
_PYARROW = {
    "access_key_id": "access_key",
    "secret_access_key": "secret_key",
    "session_token": "session_token",
    "region": "region",
    "endpoint_url": "endpoint_override",
}
_CONNECT_SECONDS = 5.0
_REMEDIES = {
    "read": "allow the access if it was refused; else `mia catalog check` tells which files are damaged",
    "written": "make room on the disk, or allow the access, or name another folder or bucket",
    "deleted": "allow the access, or delete it by hand",
}


def storage_options(given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return Nautilus' storage options for S3: those given, then those of the environment."""
    options = {
        name: value
        for name, variables in _ENVIRONMENT.items()
        if (value := next((os.environ[v] for v in variables if os.environ.get(v)), ""))
    }
    options |= given or {}
    if options.get("endpoint_url", "").startswith("http://"):
        options.setdefault("allow_http", "true")
    return options


@dataclass(frozen=True)
class Files:
    """Where a catalog lies; paths are relative to its root and use `/`."""

    uri: str
    """A folder, or `s3://bucket/prefix`."""
    given: Mapping[str, str] = field(default_factory=dict)
    """Nautilus' storage options, for what the environment does not say."""

    @property
    def is_remote(self) -> bool:
        """Say whether it is a bucket."""
        return self.uri.startswith(REMOTE)

    @cached_property
    def options(self) -> dict[str, str]:
        """Nautilus' storage options; none for a folder."""
        return storage_options(self.given) if self.is_remote else {}

    @cached_property
    def system(self) -> Any:
        """The file system of pyarrow; a bucket that is not there or refuses is an error."""
        if "://" in self.uri and not self.is_remote:
            raise CatalogFileError(
                f"{self.uri} cannot be used: a catalog lies in a folder or in an S3 bucket",
                f"write a path, or {REMOTE}bucket/prefix",
            )
        if self.is_remote and not self.root.partition("/")[0]:
            raise CatalogFileError(f"{self.uri} names no bucket", f"write {REMOTE}bucket/prefix")
        if self.is_remote:
            return self._bucket_system()
        system = fs.LocalFileSystem()
        if system.get_file_info(self.root).type == fs.FileType.File:
            raise CatalogFileError(
                f"{self.uri} is a file; a catalog is a folder",
                "name the folder that holds 'data', or a new one",
            )
        return system

    @cached_property
    def root(self) -> str:
        """The root as pyarrow names it."""
        if self.is_remote:
            return self.uri.removeprefix(REMOTE).rstrip("/")
        return str(Path(self.uri).absolute())

    def exists(self, path: str = "") -> bool:
        """Say whether there is a file or folder; a bucket's prefix without a file is none."""
        system = self.system
        with told(self.full(path), "read"):
            return bool(system.get_file_info(self.full(path)).type != fs.FileType.NotFound)

    def is_folder(self, path: str) -> bool:
        """Say whether there is a folder, or in a bucket a prefix with a file."""
        with told(self.full(path), "read"):
            return bool(self.system.get_file_info(self.full(path)).type == fs.FileType.Directory)

    def within(self, folder: str) -> "Files":
        """Return the files of a folder as those of a catalog of its own; a folder is made."""
        with told(self.full(folder), "written"):
            self._make_folder(folder)
        return Files(f"{self.uri.rstrip('/')}/{folder}", self.given)

    def under(self, folder: str = "") -> dict[str, int]:
        """Return the files in a folder and below, sorted, with their sizes in bytes."""
        selector = fs.FileSelector(self.full(folder), recursive=True, allow_not_found=True)
        with told(self.full(folder), "read"):
            found = self.system.get_file_info(selector)
        start = len(self.root) + 1
        return {
            info.path[start:]: info.size
            for info in sorted(found, key=lambda info: info.path)
            if info.type == fs.FileType.File
        }

    def size(self, path: str) -> int:
        """Return a file's size in bytes."""
        with told(self.full(path), "read"):
            return int(self.system.get_file_info(self.full(path)).size)

    @contextmanager
    def reading(self, path: str) -> Iterator[Any]:
        """Open a file for reading at any place."""
        with told(self.full(path), "read"):
            opened = self.system.open_input_file(self.full(path))
        with opened:
            yield opened

    def read(self, path: str) -> bytes:
        """Return a small file whole."""
        with self.reading(path) as opened, told(self.full(path), "read"):
            return bytes(opened.read())

    def create(self, path: str) -> Any:
        """Open a file for writing, in the place of one that is there."""
        with told(self.full(path), "written"):
            self._make_folder(path.rpartition("/")[0])
            return self.system.open_output_stream(self.full(path))

    def move(self, source: str, target: str) -> None:
        """Give a file its place in one step: at the target it is whole or not at all."""
        with told(self.full(target), "written"):
            self._make_folder(target.rpartition("/")[0])
            self.system.move(self.full(source), self.full(target))

    def write(self, path: str, content: bytes) -> None:
        """Write a small file whole or not at all."""
        draft = f"{path}.draft"
        with told(self.full(path), "written"), self.create(draft) as opened:
            opened.write(content)
        self.move(draft, path)

    def delete(self, path: str) -> None:
        """Delete a file."""
        with told(self.full(path), "deleted"):
            self.system.delete_file(self.full(path))

    def delete_folder(self, folder: str) -> None:
        """Delete a folder with all that is in it; none is no error."""
        with told(self.full(folder), "deleted"):
            if self.exists(folder):
                self.system.delete_dir(self.full(folder))

    def full(self, path: str) -> str:
        """Return a path as pyarrow names it."""
        return f"{self.root}/{path}" if path else self.root

    def _bucket_system(self) -> Any:
        known = {_PYARROW[name]: value for name, value in self.options.items() if name in _PYARROW}
        system = fs.S3FileSystem(**known, connect_timeout=_CONNECT_SECONDS)
        bucket = self.root.partition("/")[0]
        at = self.options.get("endpoint_url", "AWS")
        try:
            found = system.get_file_info(bucket).type
        except OSError as error:
            raise CatalogFileError(
                f"the bucket '{bucket}' at {at} cannot be used: {_reason(error)}",
                "check AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and "
                "what the key is allowed to do",
            ) from error
        if found is fs.FileType.NotFound:
            raise CatalogFileError(
                f"there is no bucket '{bucket}' at {at}", "create it, or correct the catalog's address"
            )
        return system

    def _make_folder(self, folder: str) -> None:
        """Make a folder; a bucket has none, and an empty object would stand for it."""
        if not self.is_remote:
            Path(self.full(folder)).mkdir(parents=True, exist_ok=True)


@contextmanager
def told(where: str, done: str) -> Iterator[None]:
    """Turn what a file system or pyarrow complains of into our error; `done` is read, written or deleted."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise CatalogFileError(f"{where} cannot be {done}: {_reason(error)}", _REMEDIES[done]) from error


def _reason(error: Exception) -> str:
    """Return an error's text in one line, without what pyarrow wraps around it."""
    strerror = getattr(error, "strerror", None)
    return strerror or " ".join(str(error).split())
