"""What a run reads: days, contracts and files, all checked before anything starts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pyarrow.parquet as pq

from mia_plugins.data.arrow import Kind, expected_types
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.errors import CatalogError
from mia_plugins.data.files import Files, told
from mia_plugins.data.instruments import Contract, lead_contract
from mia_plugins.data.layout import DATA, DataFile
from mia_plugins.data.sessions import CalendarError, sessions
from mia_plugins.making.beside import custom_paths, table_paths
from mia_plugins.runtime.context import TradingDay
from mia_plugins.settings.run import RunSettings

TRADER = "MIA-001"
TAPE_VENUE = "TAPE"
"""Where the handlers' data come from in a backtest: a venue of which the fills see nothing."""
ENGINE_KIND = {"depth": Kind.DEPTH, "quotes": Kind.QUOTES, "bars": Kind.BARS}
"""What the engine is fed, by `venue.fills`."""
FOLDERS_OF_1X = ("trade_tick", "quote_tick", "order_book_depth10", "order_book_delta", "bar")


@dataclass(frozen=True)
class Plan:
    """The trading days of a run and the files they are read from."""

    catalog: Catalog
    days: tuple[TradingDay, ...]
    engine_kind: Kind
    kinds: tuple[Kind, ...]
    """What is read of each product that decisions are about: the engine's kind first."""
    decided_on: tuple[str, ...]
    """Products that decisions are about."""
    traded: tuple[str, ...]
    """Products that orders are for: the same ones, or their micros."""
    stand_ins: Mapping[str, str]
    """Micros that the catalog does not have, by the product whose prices fill their orders."""
    files: Mapping[tuple[str, Kind], tuple[DataFile, ...]]
    """By instrument id and kind, in order of time."""
    tables: Mapping[str, list[str]]
    """Files of the tables that strategies read, by table."""
    custom: tuple[str, ...]
    """Files of custom data."""
    rows: int
    """Of all files: how much there is to do, for the progress."""

    @property
    def bars_of(self) -> Kind:
        """What bars come of."""
        return _bars_of(self.engine_kind)

    def kinds_of(self, product: str) -> tuple[Kind, ...]:
        """Return what is read of a product: of one that is only observed, what bars come of."""
        if product in self.decided_on:
            return self.kinds
        if product in self.stand_ins.values():
            return ()
        return (self.engine_kind,) if product in self.traded else (self.bars_of,)

    def filled_by(self, product: str) -> str:
        """Return whose orders a product's prices fill: its own, those of its micro, or "" for nobody's."""
        code = self.stand_ins.get(product, product)
        return code if code in self.traded and product not in self.stand_ins.values() else ""

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """Every contract that leads on one of the days, in a fixed order."""
        found = {contract for day in self.days for contract in day.contracts.values()}
        return tuple(sorted(found))

    @property
    def paths(self) -> list[str]:
        """The paths of all files, sorted."""
        beside = {path for paths in self.tables.values() for path in paths} | set(self.custom)
        return sorted({file.path for files in self.files.values() for file in files} | beside)


def plan_of(settings: RunSettings, reads: frozenset[Kind], tables: frozenset[str] = frozenset()) -> Plan:
    """Return what a run reads, or raise with all that is missing; strategies ask for `reads` and `tables`."""
    engine_kind = ENGINE_KIND[settings.venue.fills]
    kinds = _kinds(engine_kind, reads, settings)
    catalog = Catalog.open(Files(str(settings.catalog)))
    days = _days(settings)
    plan = Plan(
        catalog=catalog,
        days=days,
        engine_kind=engine_kind,
        kinds=kinds,
        decided_on=tuple(settings.instruments),
        traded=tuple(settings.orders_for.values()),
        stand_ins=_stand_ins(catalog, settings, days, engine_kind),
        files={},
        tables=table_paths(catalog, tables, days),
        custom=tuple(custom_paths(catalog, settings.custom_data)),
        rows=0,
    )
    files = {
        (contract.instrument_id, kind): tuple(
            sorted(catalog.data_files(kind, contract.instrument_id), key=lambda file: file.start)
        )
        for contract in plan.contracts
        for kind in plan.kinds_of(contract.code)
    }
    _refuse_gaps(catalog, days, files)
    wanted = {key: tuple(_within(days, key[0], found)) for key, found in files.items()}
    return replace(plan, files=wanted, rows=_count_rows(catalog, wanted))


def _kinds(engine_kind: Kind, reads: frozenset[Kind], settings: RunSettings) -> tuple[Kind, ...]:
    """Return what is read: bars come of trades wherever there are any, quotes of the book."""
    if engine_kind is not Kind.BARS:
        there = {engine_kind, Kind.BARS} | ({Kind.QUOTES} if engine_kind is Kind.DEPTH else set())
        return (engine_kind, *sorted((reads | {Kind.TRADES}) - there))
    if reads - {Kind.BARS, Kind.QUOTES}:
        named = ", ".join(sorted(reads))
        raise CatalogError(
            f"a strategy of the run reads {named}, and with `venue.fills: bars` there are bars alone",
            f"write `venue.fills: depth` or `quotes`, from a catalog that has them ({settings.catalog})",
        )
    return (engine_kind,)


def _stand_ins(
    catalog: Catalog, settings: RunSettings, days: tuple[TradingDay, ...], kind: Kind
) -> dict[str, str]:
    """Return the micros of which a day has nothing to fill orders with, by what they are micros of."""
    return {
        code: micro
        for code, micro in settings.orders_for.items()
        if code != micro
        and not all(
            any(_overlaps(file, day) for file in catalog.data_files(kind, day.contracts[micro].instrument_id))
            for day in days
        )
    }


def _bars_of(engine_kind: Kind) -> Kind:
    """Return what bars come of."""
    return Kind.BARS if engine_kind is Kind.BARS else Kind.TRADES


def _days(settings: RunSettings) -> tuple[TradingDay, ...]:
    products = dict.fromkeys((*settings.instruments, *settings.observe, *settings.orders_for.values()))
    days = tuple(
        TradingDay(session, {code: lead_contract(code, session.day) for code in products})
        for session in sessions(settings.start, settings.end)
    )
    if not days:
        raise CalendarError(
            f"there is no trading day from {settings.start} to {settings.end}",
            "choose days on which CME's equity-index futures trade",
        )
    return days


def _refuse_gaps(
    catalog: Catalog,
    days: tuple[TradingDay, ...],
    files: Mapping[tuple[str, Kind], tuple[DataFile, ...]],
) -> None:
    """Raise when a day has no file: a backtest over holes would look like one without."""
    missing: dict[tuple[str, Kind], list[str]] = {}
    for day in days:
        led = {contract.instrument_id for contract in day.contracts.values()}
        for key, there in files.items():
            if key[0] in led and not any(_overlaps(file, day) for file in there):
                missing.setdefault(key, []).append(str(day.session.day))
    if not missing:
        return
    told_missing = [
        f"{kind} of {instrument_id} on {_some(when)}" for (instrument_id, kind), when in missing.items()
    ]
    raise CatalogError(
        f"{catalog.files.uri} has no {'; no '.join(told_missing)}",
        f"it has {_what_there_is(catalog)}; choose other days, instruments or `venue.fills`, or add the data",
    )


def _some(days: list[str]) -> str:
    return ", ".join(days) if len(days) <= 3 else f"{days[0]}, {days[1]} … {days[-1]} ({len(days)} days)"


def _what_there_is(catalog: Catalog) -> str:
    """Return what a catalog holds, in a line."""
    found: dict[str, set[str]] = {}
    for file in catalog.data_files():
        found.setdefault(file.instrument_id, set()).add(str(file.kind))
    return "; ".join(f"{', '.join(sorted(kinds))} of {name}" for name, kinds in sorted(found.items())) or (
        "files of NautilusTrader 1.x, which cannot be read" if _is_of_1x(catalog) else "nothing"
    )


def _is_of_1x(catalog: Catalog) -> bool:
    """Say whether the folders are named as Nautilus 1 named them."""
    return any(catalog.files.is_folder(f"{DATA}/{name}") for name in FOLDERS_OF_1X)


def _overlaps(file: DataFile, day: TradingDay) -> bool:
    return file.is_ours and file.start < day.session.close and file.end >= day.session.open


def _within(
    days: tuple[TradingDay, ...], instrument_id: str, files: tuple[DataFile, ...]
) -> Iterator[DataFile]:
    """Yield the files that a day of the run is read from."""
    own = [day for day in days if instrument_id in {c.instrument_id for c in day.contracts.values()}]
    yield from (file for file in files if any(_overlaps(file, day) for day in own))


def _count_rows(catalog: Catalog, files: Mapping[tuple[str, Kind], tuple[DataFile, ...]]) -> int:
    """Return the rows of files whose columns are those of Nautilus 2; others are an error."""
    rows = 0
    for (_, kind), found in files.items():
        for file in found:
            where = catalog.files.full(file.path)
            with catalog.files.reading(file.path) as opened, told(where, "read"):
                parquet = pq.ParquetFile(opened)
                _refuse_other_columns(kind, parquet.schema_arrow, where)
                rows += parquet.metadata.num_rows
    return rows


def _refuse_other_columns(kind: Kind, schema: object, where: str) -> None:
    names = getattr(schema, "names", [])
    other = [
        name
        for name, type_ in expected_types(kind).items()
        if name not in names or schema.field(name).type != type_  # type: ignore[attr-defined]
    ]
    if other:
        raise CatalogError(
            f"{where} has not the columns of Nautilus 2: {', '.join(other)}; nothing could be read of it",
            "import the data again; `mia catalog check` tells which files were written by 1.x",
        )
