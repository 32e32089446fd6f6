"""An importer: a class that reads files of a format, and what it is handed for each file."""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, ClassVar

from mia_plugins.data.instruments import PRODUCTS
from mia_plugins.importing.grid import Grid
from mia_plugins.importing.names import symbol_in, symbol_in_file_name
from mia_plugins.importing.part import Part
from mia_plugins.importing.problems import SourceError
from mia_plugins.settings import BaseSettings


class NoSettings(BaseSettings):
    """For an importer that has nothing to set."""


@dataclass
class Source:
    """A file that is to be read, and what the command line says of it."""

    path: Path
    instrument: str = ""
    """What `--instrument` says: ESU6, or ES for a continuous series; "" if it was not given."""
    multiplier: float | None = None
    """What the file's prices are multiplied by to be points, as `--multiplier` says."""
    as_of: dt.date | dt.datetime | None = None
    """When the data were known, as `--as-of` says: a day, or an instant with its zone."""
    _grids: dict[str, Grid] = field(default_factory=dict, repr=False)

    @property
    def size(self) -> int:
        """Bytes."""
        with self._told():
            return self.path.stat().st_size

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open it for reading bytes; what the file system refuses is told in our words."""
        with self._told(), self.path.open("rb") as opened:
            yield opened

    def symbol(self, name: str = "") -> str:
        """Return the contract or product that the file is of: as `--instrument` says, else as a name does.

        Without a `name` the file's own is looked into.
        """
        text = self.instrument or name or self.path.name
        found = symbol_in(text) if self.instrument or name else symbol_in_file_name(text)
        if not found:
            raise SourceError(
                f"{self.path}: '{text}' names no contract of {', '.join(PRODUCTS)}",
                "add --instrument ESU6, or --instrument ES for a continuous series",
            )
        return found

    def grid(self, instrument: str) -> Grid:
        """Return what turns the file's prices of an instrument into ticks; ask once for each instrument."""
        if instrument not in self._grids:
            self._grids[instrument] = Grid(instrument, str(self.path), self.multiplier)
        return self._grids[instrument]

    @property
    def grids(self) -> tuple[Grid, ...]:
        """What was asked for of `grid` so far."""
        return tuple(self._grids.values())

    def refuse(self, where: str, what: str, remedy: str = "") -> SourceError:
        """Return the error that this file is not what it should be: `raise source.refuse("byte 0", …)`."""
        return SourceError(f"{self.path}: {where}: {what}", remedy)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise SourceError(
                f"{self.path} cannot be read: {error.strerror or error}", "name another file, or allow it"
            ) from error


class Importer(ABC):
    """Reads files of one format; a plugin derives from it and registers under `mia_register_importers`."""

    Settings: ClassVar[type[BaseSettings]] = NoSettings
    """What `--settings FILE` may say, as YAML."""

    def __init__(self, settings: BaseSettings) -> None:
        """`settings` are of `Settings`."""
        self.settings = settings

    @property
    def feed(self) -> str:
        """Who tells of the rows, by name: two feeds tell of one trade at two times, so they are not mixed."""
        return type(self).__name__

    @abstractmethod
    def parts(self, source: Source) -> Iterator[Part]:
        """Yield a file in parts of bounded size, in its order; the same file gives the same parts.

        A file that is none of the format at all is `source.refuse(…)`; a record that cannot be used is
        rejected, with a reason, and reading goes on.
        """
