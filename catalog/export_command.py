"""`mia catalog export`: market data, and features over it, in a plain form."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from catalog.export import Exported, Form, Series, export, export_table, nearest_days
from catalog.feature_export import Charts, charts_of, export_features
from catalog.options import Catalog, Instrument, day_option, instrument_id_of, opened
from mia_plugins.cli.progress import progress
from mia_plugins.cli.session import AsJson, Session
from mia_plugins.data.arrow import Kind
from mia_plugins.data.catalog import FOREVER
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.sessions import Session as TradingDay
from mia_plugins.data.store import Store
from mia_plugins.errors import did_you_mean


def export_(  # noqa: PLR0913 each is an option
    context: typer.Context,
    catalog: Catalog,
    *,
    to: Annotated[Path, typer.Option(help="Where the files go.", metavar="FOLDER", show_default=False)],
    form: Annotated[Form, typer.Option("--format", help="The files' format.")] = Form.CSV,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Only this: {', '.join(Kind)}, or a table of mia's. May be repeated.",
            metavar="KIND",
            show_default=False,
        ),
    ] = None,
    instrument: Instrument = None,
    features: Annotated[
        list[str] | None,
        typer.Option(
            help="Instead of data, a feature or a measure at each bar's close; may be repeated.",
            metavar="NAME",
            show_default=False,
        ),
    ] = None,
    warm_up: Annotated[
        int, typer.Option(min=0, help="Trading days before the first that features see and files do not.")
    ] = 1,
    start: Annotated[dt.datetime | None, day_option("First trading day.")] = None,
    end: Annotated[dt.datetime | None, day_option("Last trading day.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write market data as CSV or plain Parquet, or trades as Sierra Chart's .scid.

    Prices of market data are in points, sizes in contracts, times in UTC; a line is an event. Tables of
    mia's are written as they are: labels in ticks. Parquet says each column's unit in the field's metadata;
    beside a CSV file lies one that ends in .units.csv. A day without a session is cut to the nearest
    within the span.

    Features are written a line a bar of one minute, empty where they are not known; `--features all` is
    every one that is registered.
    """
    session = Session.of(context)
    store = opened(catalog)
    kind = _kinds(form, kind, features)
    id_ = instrument_id_of(store, instrument)
    wanted = charts_of(store, session.host, features, id_, warm_up) if features else _wanted(store, kind, id_)
    first, last = nearest_days(start.date() if start else None, end.date() if end else None)
    _say_cut(session, start, first, "from")
    _say_cut(session, end, last, "to")
    days = (first.day if first else dt.date.min, last.day if last else dt.date.max)
    span = (first.open if first else 0, last.close if last else FOREVER)
    written: list[Exported] = []
    with progress("exporting", len(wanted), quiet=as_json) as advance:
        for what in wanted:
            match what:
                case Series():
                    done = export(store, what, to, form, span)
                case Charts():
                    done = export_features(store, what, to, form, days)
                case _:
                    done = export_table(store, what, to, form, days)
            written += [done] if done else []
            advance(1)
    if not written:
        raise CatalogError(
            f"{catalog} holds nothing of what was asked for",
            f"`mia catalog list {catalog}` tells what it holds",
        )
    if as_json:
        session.say_json({"files": [{"path": str(one.path), "rows": one.rows} for one in written]})
        return
    for one in written:
        session.say(f"wrote {one.path}: {one.rows:,} rows")


def _kinds(form: Form, kinds: list[str] | None, features: list[str] | None) -> list[str] | None:
    """Return the kinds that were asked for; what does not go together is an error."""
    if features and kinds:
        raise CatalogError("--features and --kind ask for different things", "export one after the other")
    if form is not Form.SCID:
        return kinds
    if features or set(kinds or ()) - {Kind.TRADES}:
        raise CatalogError(".scid holds trades", "leave --kind and --features out, or choose csv or parquet")
    return [Kind.TRADES]


def _say_cut(session: Session, asked: dt.datetime | None, got: TradingDay | None, word: str) -> None:
    """Say which day stands for one without a session."""
    if asked and got and got.day != asked.date():
        session.warn(f"{asked:%Y-%m-%d} ({asked:%A}) is no trading day: exported {word} {got.day}")


def _wanted(store: Store, kinds: list[str] | None, instrument_id: str | None) -> list[Series | str]:
    """Return what to export: series of market data, and names of tables of ours."""
    tables = store.tables()
    known = {*Kind, *tables}
    for kind in kinds or ():
        if kind not in known:
            raise CatalogError(f"there is nothing called '{kind}'{did_you_mean(kind, known)}")
    files = store.data_files(instrument_id=instrument_id)
    series = {Series(file.kind, file.instrument_id) for file in files if file.is_ours}
    return [
        *sorted(one for one in series if not kinds or one.kind in kinds),
        *sorted(table for table in tables if not instrument_id and (not kinds or table in kinds)),
    ]
