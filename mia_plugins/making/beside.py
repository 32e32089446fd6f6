"""What a run reads beside the feed: tables of the catalog, and custom data of plugins."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import pyarrow as pa
from nautilus_trader.model import NautilusDataType, register_custom_data_class

from mia_plugins.data.arrow import Kind
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.columns import Bars
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.layout import table_day
from mia_plugins.data.tables import TABLES
from mia_plugins.errors import PluginError, did_you_mean, text_of
from mia_plugins.host.host import load_target
from mia_plugins.runtime.context import TradingDay
from mia_plugins.runtime.strategy import MiaStrategy

BEFORE = dt.timedelta(days=7)
"""How far back tables are read: what was known last holds on the first day."""
CUSTOM = "data/custom"


def table_paths(catalog: Catalog, names: Iterable[str], days: tuple[TradingDay, ...]) -> dict[str, list[str]]:
    """Return the files of some tables that a run reads; a name that nobody knows is an error."""
    there = catalog.tables()
    found = {}
    for name in sorted(names):
        if name not in TABLES and name not in there:
            near = did_you_mean(name, {*TABLES, *there})
            raise CatalogError(f"a strategy of the run reads the table '{name}', which there is not{near}")
        first, last = days[0].session.day - BEFORE, days[-1].session.day
        found[name] = [path for path in there.get(name, ()) if first <= table_day(path) <= last]
    return found


def tables_before(
    catalog: Catalog, paths: Mapping[str, list[str]], first: dt.date
) -> Iterator[tuple[str, pa.Table]]:
    """Yield the rows of the last day before the first, by table."""
    for name, files in paths.items():
        earlier = [path for path in files if table_day(path) < first]
        yield from ((name, _whole(catalog, path)) for path in earlier[-1:])


def tables_of(
    catalog: Catalog, paths: Mapping[str, list[str]], day: dt.date
) -> Iterator[tuple[str, pa.Table]]:
    """Yield the rows of a trading day, by table."""
    for name, files in paths.items():
        yield from ((name, _whole(catalog, path)) for path in files if table_day(path) == day)


def _whole(catalog: Catalog, path: str) -> pa.Table:
    """Return a day of a table, however many row groups it has."""
    return pa.concat_tables(catalog.row_groups(path))


def recall(catalog: Catalog, strategies: Iterable[MiaStrategy], day: TradingDay) -> None:
    """Put the history on the tapes that a recorded session was given before its first look."""
    for strategy in strategies:
        for code in strategy.tapes if strategy.tape.now < 0 else ():
            instrument_id = day.contracts[code].instrument_id
            for bars in catalog.read(Kind.BARS, instrument_id, day.session.open, day.session.close):
                strategy.context.feed.recall(code, day.session, cast("Bars", bars))


class CustomData:
    """Nautilus' custom data of the classes a run names, a session at a time."""

    def __init__(self, catalog: Catalog, targets: Iterable[str]) -> None:
        """`targets` are dotted paths such as `mia_foo.data:NewsItem`."""
        self._catalog = catalog
        self._names = [_registered(target) for target in targets]
        self._waiting: list[Any] = []
        self._since: int | None = None
        """The end of the session before: UTC ns."""

    def begin(self, day: TradingDay) -> None:
        """Read a session's, and what came since the one before."""
        session = day.session
        start = session.open if self._since is None else self._since
        self._since = session.close
        nautilus = self._catalog.nautilus() if self._names else None
        self._waiting = []
        for name in self._names:
            kind = NautilusDataType.Custom(name)
            self._waiting += nautilus.query(kind, start=start, end=session.close - 1)  # type: ignore[union-attr]
        self._waiting.sort(key=lambda data: data.ts_init)

    def take(self, end: int) -> list[Any]:
        """Return what comes before `end` (UTC ns), in order, and have it no more."""
        count = next(
            (number for number, data in enumerate(self._waiting) if data.ts_init >= end), len(self._waiting)
        )
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken


def custom_paths(catalog: Catalog, targets: Iterable[str]) -> list[str]:
    """Return the files of custom data that a run reads."""
    found = []
    for target in targets:
        name = target.rpartition(":")[2].rpartition(".")[2]
        files = list(catalog.files.under(f"{CUSTOM}/{name}"))
        if not files:
            raise CatalogError(
                f"{catalog.files.uri} has no custom data '{name}'",
                "write some, or take it out of `custom_data:`",
            )
        found += files
    return found


def _registered(target: str) -> str:
    """Register a class of custom data with Nautilus and return its name."""
    try:
        made = load_target(target)
        register_custom_data_class(made)
    except Exception as error:
        raise PluginError(
            f"the custom data '{target}' cannot be used: {text_of(error)}",
            "name a class made with @customdataclass as `package.module:Class`",
        ) from error
    return getattr(made, "__name__", target)
