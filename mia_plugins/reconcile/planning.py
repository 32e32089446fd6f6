"""What a replay reads: everything that was recorded, whether or not a backtest would read it."""

import datetime as dt
from collections.abc import Mapping

from mia_plugins.data.arrow import Kind
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import lead_contract
from mia_plugins.data.layout import DataFile
from mia_plugins.data.sessions import sessions
from mia_plugins.making.beside import table_paths
from mia_plugins.making.members import actor_classes, needs_of, parts_of
from mia_plugins.making.plan import ENGINE_KIND, Plan
from mia_plugins.reconcile.errors import ReconcileError
from mia_plugins.runtime.context import TradingDay
from mia_plugins.runtime.strategy import MiaStrategy
from mia_plugins.settings.resolve import Run


class RecordedPlan(Plan):
    """The days that were recorded, and all that was recorded of them."""

    def kinds_of(self, product: str) -> tuple[Kind, ...]:
        """Return what was recorded of a product."""
        ids = {day.contracts[product].instrument_id for day in self.days}
        kinds = [kind for name, kind in self.files if name in ids]
        return tuple(dict.fromkeys(kinds))


def recorded_days(catalog: Catalog) -> tuple[dt.date, ...]:
    """Return the trading days of a recorded catalog; that there is none is an error."""
    found = tuple(sorted(catalog.manifest.days)) if catalog.manifest else ()
    if not found:
        raise ReconcileError(
            f"{catalog.files.uri} has no recorded day: no row came in any session",
            "nothing was decided on it either; a session that trades records rows",
        )
    return found


def recorded_plan(run: Run, classes: Mapping[str, type[MiaStrategy]], folder: str) -> RecordedPlan:
    """Return what is read of a recorded catalog for the strategies of a run."""
    settings = run.settings
    catalog = Catalog.open(Files(folder))
    whole = set(recorded_days(catalog))
    products = dict.fromkeys((*settings.instruments, *settings.observe, *settings.orders_for.values()))
    days = tuple(
        TradingDay(session, {code: lead_contract(code, session.day) for code in products})
        for session in sessions(min(whole), max(whole))
        if session.day in whole
    )
    needs = needs_of(run, classes, parts_of(run))
    tables = frozenset[str]().union(
        *(one.tables for one in needs.values()), *(one.tables for one in actor_classes(run).values())
    )
    files: dict[tuple[str, Kind], list[DataFile]] = {}
    for file in sorted(catalog.data_files(), key=lambda file: (file.instrument_id, file.kind, file.start)):
        files.setdefault((file.instrument_id, file.kind), []).append(file)
    for code in products:  # a contract that came to lead has no history, which only the first was given
        ids = {day.contracts[code].instrument_id for day in days}
        for kind in {kind for one, kind in files if one in ids}:
            for one in ids:
                files.setdefault((one, kind), [])
    counted = catalog.manifest.files if catalog.manifest else {}
    return RecordedPlan(
        catalog=catalog,
        days=days,
        engine_kind=ENGINE_KIND[settings.venue.fills],
        kinds=tuple(dict.fromkeys(kind for _, kind in files)),
        decided_on=tuple(settings.instruments),
        traded=tuple(settings.orders_for.values()),
        stand_ins={},
        files={key: tuple(found) for key, found in files.items()},
        tables=table_paths(catalog, tables, days),
        custom=(),
        rows=sum(counted[file.path] for found in files.values() for file in found),
    )
