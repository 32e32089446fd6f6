"""Features and measures over a catalog, as series that can be put on a chart."""

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from catalog.export import Exported, Form, write
from mia_plugins.data.arrow import TIME, Kind
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.instruments import PRODUCTS, TICK_POINTS, InstrumentError, contract_of
from mia_plugins.data.sessions import NEW_YORK, NS, sessions
from mia_plugins.data.store import Store
from mia_plugins.errors import did_you_mean
from mia_plugins.features import Feature, Indicator, Market, Measure, followed
from mia_plugins.features.walking import Day, days_of, walk
from mia_plugins.hookspecs import Kind as PluginKind
from mia_plugins.host import PluginHost
from mia_plugins.tape.known import KnownTable
from mia_plugins.tape.tape import Tape

ALL = "all"


@dataclass(frozen=True)
class Charts:
    """What to put on the charts of a product."""

    product: str
    classes: dict[str, Any]
    """Features and measures by name."""
    warm_up: int
    """Trading days before the first that they see."""


def charts_of(
    store: Store, host: PluginHost, names: list[str], instrument_id: str | None, warm_up: int
) -> list[Charts]:
    """Return what to export: the features and measures of these names, for each product there is data of."""
    known = {
        name: kind
        for kind in (PluginKind.INDICATORS, PluginKind.FEATURES)
        for name in host.registry.names(kind)
    }
    every = [name for name, kind in known.items() if kind is PluginKind.FEATURES]
    classes = {}
    for name in dict.fromkeys(name for one in names for name in (every if one == ALL else [one])):
        if name not in known:
            raise CatalogError(f"there is no feature or measure '{name}'{did_you_mean(name, known)}")
        found = host.load(host.find(known[name], name))
        classes[name] = _that_follows(name, found)
    files = store.data_files(instrument_id=instrument_id)
    products = {code for file in files for code in PRODUCTS if _is_of(file.instrument_id, code)}
    return [Charts(product, classes, warm_up) for product in sorted(products)]


def _that_follows(name: str, found: Any) -> type[Feature] | type[Measure]:
    """Return what follows a tape: an indicator over bars is given each base bar."""
    if isinstance(found, type) and issubclass(found, Feature | Measure):
        return found
    if isinstance(found, type) and issubclass(found, Indicator) and not found.of_days:
        return followed(found)
    takes = "takes a bar a day" if getattr(found, "of_days", False) else "is no indicator, measure or feature"
    raise CatalogError(
        f"'{name}' {takes}; what is exported has a line a minute",
        "export bars with `--kind bars` and use it on them",
    )


def export_features(
    store: Store, charts: Charts, folder: Path, form: Form, days: tuple[dt.date, dt.date]
) -> Exported | None:
    """Write a product's features to a file, from a trading day to another; None if there are no bars."""
    return write(_tables(store, charts, days), folder / f"{charts.product}_features.{form}", form)


def _tables(store: Store, charts: Charts, days: tuple[dt.date, dt.date]) -> Iterator[pa.Table]:
    """Yield a table a trading day."""
    there = _days_with_data(store, charts.product)
    first = next((number for number, day in enumerate(there) if day >= days[0]), len(there))
    wanted = [day for day in there[first:] if day <= days[1]]
    if not wanted:
        return
    start = there[max(first - charts.warm_up, 0)]
    market, made, kinds = _market(store, charts)
    for day in days_of(store, market, start, wanted[-1], kinds):
        table = _day(market, made, day)
        if day.session.day >= wanted[0] and len(table):
            yield table


def _market(store: Store, charts: Charts) -> tuple[Market, dict[str, Any], tuple[Kind, ...]]:
    """Return a market that has what the features read, the features, and the kinds to be read."""
    blank = Market.blank(charts.product)
    for kind in charts.classes.values():
        _made(blank, kind)
    there = {file.kind for file in store.data_files() if _is_of(file.instrument_id, charts.product)}
    bars_of = Kind.TRADES if Kind.TRADES in there else Kind.BARS
    kinds = (blank.reads & (there | _implied(there))) | {bars_of}
    products = sorted({charts.product, *blank.products})
    source = Kind.DEPTH if Kind.DEPTH in there else Kind.QUOTES
    minutes = sorted({1, *blank.minutes})
    tapes = {product: Tape(product, kinds, minutes, quotes_from=source) for product in products}
    market = Market(charts.product, tapes, {name: KnownTable(name) for name in sorted(blank.tables)})
    made = {name: _made(market, kind) for name, kind in charts.classes.items()}
    read = kinds - {Kind.QUOTES} | ({source} if Kind.QUOTES in kinds else set())
    return market, made, tuple(sorted(read))


def _implied(there: set[Kind]) -> set[Kind]:
    """Return what comes of other data: quotes of the book."""
    return {Kind.QUOTES} if Kind.DEPTH in there else set()


def _made(market: Market, kind: Any) -> Feature | Measure:
    """Return a feature, or the shared measure, with the settings it has by default."""
    if issubclass(kind, Measure):
        measure: Measure = market.measure(kind)
        return measure
    feature: Feature = kind(market, kind.Settings())
    return feature


def _day(market: Market, made: dict[str, Any], day: Day) -> pa.Table:
    """Return what is known at each bar of a day."""
    rows: list[dict[str, Any]] = []
    for now, at_bar in walk(market, [day]):
        if at_bar:
            row: dict[str, Any] = {"time": now}
            bar = market.tape.base.last
            row |= {name: getattr(bar, name) * TICK_POINTS for name in ("open", "high", "low", "close")}
            rows.append(row | {"volume": bar.lots} | dict(_values(made, now)))
    return _table(made, rows)


def _values(made: dict[str, Any], now: int) -> Iterator[tuple[str, float | None]]:
    for name, of in made.items():
        if isinstance(of, Feature):
            yield name, of.checked(name, now).value
        else:
            for output in of.outputs:
                value = getattr(of, output)
                yield f"{name}.{output}", None if value is None else float(value)


def _table(made: dict[str, Any], rows: list[dict[str, Any]]) -> pa.Table:
    prices = [_field(name, "points", "a price of the bar") for name in ("open", "high", "low", "close")]
    fields = [
        pa.field("time", TIME, metadata={"unit": "UTC", "help": "when the bar closed"}),
        *prices,
        pa.field("volume", pa.int64(), metadata={"unit": "contracts", "help": "what was traded"}),
    ]
    for name, of in made.items():
        if isinstance(of, Feature):
            fields.append(_field(name, of.unit, f"{of.kind}, {of.mirror.name} in the mirror"))
        else:
            fields += [_field(f"{name}.{output}", "", "as the measure has it") for output in of.outputs]
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))


def _field(name: str, unit: str, help_: str) -> pa.Field:
    return pa.field(name, pa.float64(), metadata={"unit": unit, "help": help_})


def _days_with_data(store: Store, product: str) -> list[dt.date]:
    """Return the trading days there are files of, in order."""
    files = [file for file in store.data_files() if _is_of(file.instrument_id, product)]
    if not files:
        return []
    ends = min(file.start for file in files), max(file.end for file in files)
    first, last = (dt.datetime.fromtimestamp(ts // NS, NEW_YORK).date() for ts in ends)
    return [
        session.day
        for session in sessions(first, last + dt.timedelta(days=1))
        if any(file.start <= session.close and file.end >= session.open for file in files)
    ]


def _is_of(instrument_id: str, product: str) -> bool:
    with suppress(InstrumentError):
        return contract_of(instrument_id, dt.date(2026, 1, 1)).code == product
    return False
