"""`levels`: sets of levels as they become known, from the catalog and from a file that is watched."""

import datetime as dt
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, StringConstraints

from indicators.options.levels import LevelSet, levels_of
from mia_plugins.data.sessions import NS
from mia_plugins.errors import MiaError
from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost
from mia_plugins.importing import Importer, Source
from mia_plugins.importing.part import TableRows
from mia_plugins.units import Seconds
from strategies.actors.telling import Telling, TellingSettings

TOPIC = "levels"
FORMAT = "menthorq"
"""The importer of a watched file."""


class Levels(Telling):
    """Publishes on the topic `levels`: sets of the catalog as they become known, of the file as it changes.

    A file is read once it has stayed the same between two looks, so that none is read half written. What it
    says is as of then, known then, and before all strategies from then on; it is told on the topic at the
    next look. One that says nothing ends the run: whoever watches a file relies on it. A backtest refuses a
    file: it says today what nobody knew on the days of the run.
    """

    class Settings(TellingSettings):
        """What can be set."""

        every: Annotated[Seconds, Field(ge=1, le=3600)] = Seconds(10)
        """How often it looks."""
        file: Path | None = None
        """A file of levels that is watched, from where `mia` is run; left out, the catalog alone speaks."""
        format: Annotated[str, StringConstraints(min_length=1)] = FORMAT
        """The importer that reads it."""

    tables = frozenset({"levels"})

    def begin(self) -> None:
        """Find who reads the file."""
        super().begin()
        if self.settings.file and self.context.make_known is None:
            raise MiaError(
                f"{self.context.who} watches {self.settings.file}, which says today what nobody knew on the "
                "days of a backtest",
                "import it into the catalog, with the time from which on it was known: `mia catalog import "
                f"{self.settings.format}`",
            )
        self._stamp: tuple[int, int] | None = None
        self._read: tuple[int, int] | None = None
        self._importer: Importer | None = None
        if self.settings.file:
            # Importers need it at their first row, and take seconds to load it: a node would look at nothing.
            import_module("pandas")
            self._importer = self._found()

    def tell(self, lo: int, now: int) -> None:
        """Publish the sets that are new."""
        rows = self.known["levels"].known(lo, now)
        if rows is not None:
            for levels in sets_in(rows):
                self.publish_message(TOPIC, levels)
        make_known = self.context.make_known
        if make_known and self.settings.file is not None and self._has_settled(self.settings.file):
            make_known("levels", self._rows_of(self.settings.file, now), now)

    def _has_settled(self, file: Path) -> bool:
        """Say whether the file changed since it was read and is the same as at the look before."""
        try:
            found = file.stat()
        except FileNotFoundError:
            self._stamp = None
            return False
        before, self._stamp = self._stamp, (found.st_mtime_ns, found.st_size)
        if self._stamp in {self._read} or self._stamp != before:
            return False
        self._read = self._stamp
        return True

    def _rows_of(self, file: Path, now: int) -> pa.Table:
        source = Source(file, as_of=dt.datetime.fromtimestamp(now // NS, dt.UTC))
        assert self._importer is not None  # noqa: S101 there is a file
        parts = list(self._importer.parts(source))
        every = [rows for part in parts for rows in part.rows if isinstance(rows, TableRows)]
        tables = [rows.table for rows in every if rows.name == "levels"]
        if not tables:
            why = "; ".join(
                f"{reason}: {one.count}" for part in parts for reason, one in part.rejected.items()
            )
            raise MiaError(
                f"{file} says no levels to {self.context.who}" + (f" ({why})" if why else ""),
                f"write it as the importer '{self.settings.format}' reads it",
            )
        return pa.concat_tables(tables)

    def _found(self) -> Importer:
        host = PluginHost.discover()
        kind: Any = host.load(host.find(Kind.IMPORTERS, self.settings.format))
        made: Importer = kind(kind.Settings())
        return made


def sets_in(rows: pa.Table) -> list[LevelSet]:
    """Return the newest set of each underlying and source in some rows, by the names of both."""
    found = []
    pairs = {*zip(rows["underlying"].to_pylist(), rows["source"].to_pylist(), strict=True)}
    for underlying, source in sorted(pairs, key=str):
        of = pc.is_null(rows["source"]) if source is None else pc.equal(rows["source"], source)
        levels = levels_of(rows.filter(of), underlying)
        if levels is not None:
            found.append(levels)
    return found
