"""`mia catalog import`: data that users bring."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mia_plugins.cli.progress import Bar, Display
from mia_plugins.cli.session import AsJson, Session
from mia_plugins.data.errors import CatalogError
from mia_plugins.errors import did_you_mean
from mia_plugins.hookspecs import Kind

if TYPE_CHECKING:
    from catalog.imports.quality import Quality
    from mia_plugins.importing import Importer


def import_(  # noqa: PLR0913 each is an option
    context: typer.Context,
    format_: Annotated[
        str, typer.Argument(metavar="FORMAT", help="An importer: `mia plugins list` names them.")
    ],
    files: Annotated[list[Path], typer.Argument(metavar="FILES…", help="What to read, one after the other.")],
    *,
    catalog: Annotated[
        str, typer.Option(metavar="CATALOG", help="A folder, or s3://bucket/prefix.", show_default=False)
    ],
    instrument: Annotated[
        str,
        typer.Option(
            metavar="ID",
            help="What the files are of, where they do not say: ESU6, or ES for a continuous series.",
            show_default=False,
        ),
    ] = "",
    multiplier: Annotated[
        float | None,
        typer.Option(help="What prices are multiplied by to be points.", metavar="X", show_default=False),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            help="When the data were known, where files do not say: a day, or a time with its zone.",
            metavar="TIME",
            show_default=False,
        ),
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(help="The importer's settings, in YAML.", metavar="FILE", show_default=False),
    ] = None,
    overlap: Annotated[
        str,
        typer.Option(
            help="What becomes of rows of a time of which another feed has told: keep what is there, "
            "replace it, or join both.",
            metavar="keep|replace|join",
        ),
    ] = "keep",
    as_json: AsJson = False,
) -> None:
    """Bring data into a catalog, and say what became of every record.

    What is in the catalog already adds nothing: files may overlap and come twice, and after an
    interruption the same command goes on. Each file is merged before the next is read.
    """
    from catalog.imports.importing import import_file
    from catalog.imports.quality import Quality
    from catalog.imports.sources import Overlap
    from mia_plugins.data.files import Files
    from mia_plugins.importing import Source

    session = Session.of(context)
    if overlap not in set(Overlap):
        near = did_you_mean(overlap, list(Overlap))
        raise CatalogError(f"--overlap {overlap} is none of {', '.join(Overlap)}{near}", "write one of them")
    if multiplier is not None and not 0 < multiplier < float("inf"):
        raise CatalogError(f"--multiplier {multiplier} is no number above 0", "write such as 0.01")
    known = _moment(as_of) if as_of else None
    importer = _importer(session, format_, settings)
    total = Quality()
    told = []
    try:
        for path in files:
            with Display(quiet=as_json) as display:
                source = Source(path, instrument.strip().upper(), multiplier, known)
                watch = _Bars(display, path.name).reached
                one = import_file(Files(catalog), importer, source, watch, Overlap(overlap))
            total.add(one)
            told.append({"file": str(path), **one.data()})
            if not as_json:
                _tell(session, str(path), one)
    except KeyboardInterrupt:
        session.warn("interrupted; what is whole stays. The same command goes on from there")
        raise
    if as_json:
        session.say_json({"catalog": catalog, "files": told, "total": total.data()})
    elif len(files) > 1:
        _tell(session, f"{len(files)} files", total)


class _Bars:
    """A bar for each thing that is done with a file, one after the other."""

    def __init__(self, display: Display, name: str) -> None:
        self._display = display
        self._name = name
        self._bar: tuple[str, Bar] | None = None

    def reached(self, what: str, done: int, total: int) -> None:
        if self._bar is None or self._bar[0] != what:
            if self._bar:
                self._bar[1].close()
            self._bar = (what, self._display.add(f"{what} {self._name}", total))
        self._bar[1].reached(done, total)


def _importer(session: Session, name: str, settings: Path | None) -> "Importer":
    """Return the importer of a format, with its settings."""
    from mia_plugins.errors import PluginError
    from mia_plugins.importing import Importer
    from mia_plugins.settings.one_model import load_defaults, load_settings
    from mia_plugins.settings.resolve import settings_model

    row = session.host.find(Kind.IMPORTERS, name)
    kind = session.host.load(row)
    if not (isinstance(kind, type) and issubclass(kind, Importer)):
        raise PluginError(f"{row.target} is no importer", "derive it from mia_plugins.importing.Importer")
    model = settings_model(row, session.host)
    if settings is None:
        return kind(load_defaults(model, f"the importer '{name}'"))
    return kind(load_settings(model, settings))


def _moment(text: str) -> dt.date:
    """Return a day, or an instant with its zone."""
    try:
        if len(text) == len("2026-06-01"):
            return dt.date.fromisoformat(text)
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise CatalogError(
            f"--as-of {text} is no day and no time with its zone",
            "write 2026-06-01, or 2026-06-01T09:30:00-04:00",
        )
    return found


def _tell(session: Session, name: str, quality: "Quality") -> None:
    first, *others = quality.lines()
    session.say(f"{name}: {first}", style="green")
    for line in others:
        session.say(line)
