"""What a live session trades: its days, its contracts, and what it is told of them."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence

import pyarrow as pa
from nautilus_trader.model import InstrumentId

from mia_plugins.data.arrow import Kind
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import lead_contract
from mia_plugins.data.layout import table_day
from mia_plugins.data.sessions import NEW_YORK, NS, sessions
from mia_plugins.live.errors import LiveError
from mia_plugins.live.indices import CHAINS, FOLLOW_SPX, SPX_ID, TOLD_LIVE, from_catalog
from mia_plugins.live.terms import LiveTerms, Pace
from mia_plugins.making.beside import table_paths, tables_before, tables_of
from mia_plugins.making.members import needs_of, parts_of, read_in, refuse_unseen_products
from mia_plugins.making.plan import ENGINE_KIND, Plan
from mia_plugins.runtime.context import TradingDay
from mia_plugins.runtime.strategy import MiaStrategy
from mia_plugins.settings.resolve import Run
from mia_plugins.settings.run import RunSettings
from mia_plugins.tape.known import KnownTable

AHEAD = dt.timedelta(days=30)
"""How long a session lasts at most: trading days are counted from its start."""


def day_of(ts: int) -> dt.date:
    """Return New York's date at an instant (UTC ns)."""
    return dt.datetime.fromtimestamp(ts // NS, NEW_YORK).date()


def span_from(now: int) -> tuple[dt.date, dt.date]:
    """Return the first and the last trading day of a session that starts now (UTC ns)."""
    today = day_of(now)
    first = next(one.day for one in sessions(today, today + AHEAD) if one.close > now)
    return first, first + AHEAD


def live_plan(run: Run, classes: Mapping[str, type[MiaStrategy]]) -> Plan:
    """Return the trading days of a live session and what is read on them; no file is looked at."""
    settings = run.settings
    engine_kind = ENGINE_KIND[settings.venue.fills]
    if engine_kind is Kind.BARS:
        raise LiveError(
            "`venue.fills: bars` reads bars alone, which a live session has not",
            "write `venue.fills: depth`, or `quotes` where the account has no market depth",
        )
    needs = needs_of(run, classes, parts_of(run))
    refuse_unseen_products(run, needs)
    reads, tables = read_in(run, needs)
    if Kind.DEPTH in reads and engine_kind is not Kind.DEPTH:
        raise LiveError("a strategy of the run reads the book", "write `venue.fills: depth`")
    catalog, days = Catalog(Files(str(settings.catalog)), None), _days(settings)
    there = catalog.files.exists()
    return Plan(
        catalog=catalog,
        days=days,
        engine_kind=engine_kind,
        kinds=tuple(sorted({engine_kind, Kind.TRADES, Kind.QUOTES} | reads - {Kind.BARS})),
        decided_on=tuple(settings.instruments),
        traded=tuple(settings.orders_for.values()),
        stand_ins={},
        files={},
        tables=_tables_before_today(catalog, tables, days) if there else {name: [] for name in tables},
        custom=(),
        rows=0,
    )


def _tables_before_today(
    catalog: Catalog, names: frozenset[str], days: tuple[TradingDay, ...]
) -> dict[str, list[str]]:
    """Return the files of tables; of what the broker tells only those of days that are over."""
    today = days[0].session.day
    return {
        name: [path for path in paths if name not in TOLD_LIVE or table_day(path) < today]
        for name, paths in table_paths(catalog, names, days).items()
    }


def _days(settings: RunSettings) -> tuple[TradingDay, ...]:
    products = dict.fromkeys((*settings.instruments, *settings.observe, *settings.orders_for.values()))
    return tuple(
        TradingDay(session, {code: lead_contract(code, session.day) for code in products})
        for session in sessions(settings.start, settings.end)
    )


def subscriptions(plan: Plan, settings: RunSettings) -> dict[str, frozenset[Kind]]:
    """Return what is subscribed to, by product: of one that is observed its trades, of orders' its quotes."""
    found: dict[str, frozenset[Kind]] = {}
    for code in plan.decided_on:
        found[code] = frozenset(plan.kinds)
    for code in settings.observe:
        found[code] = frozenset({Kind.TRADES, Kind.QUOTES})
    for code in plan.traded:
        found.setdefault(code, frozenset({Kind.QUOTES}))
    return found


def terms_of(pace: Pace, plan: Plan, now: int) -> LiveTerms:
    """Return a session's terms: a simulated gateway lists the contracts that lead by the machine's date."""
    there: dict[str, str] = {}
    lists = _next_day(now)
    for code in plan.days[0].contracts if pace.machine else ():
        listed = lead_contract(code, lists)
        for contract in dict.fromkeys(day.contracts[code] for day in plan.days):
            there[contract.symbol] = listed.symbol
            listed = listed.next
    days = (_next_day(pace.machine), _next_day(pace.market)) if pace.machine else None
    return LiveTerms(pace, there, days)


def _next_day(ts: int) -> dt.date:
    """Return the trading day that an instant (UTC ns) lies in, or the next."""
    return span_from(ts)[0]


def asks_for_chain(plan: Plan, settings: RunSettings) -> bool:
    """Say whether the broker is asked for a chain: one is read, and a product follows the index."""
    products = {*settings.instruments, *settings.observe}
    return CHAINS in plan.tables and bool(products & FOLLOW_SPX) and settings.live.chain.lines > 0


def told_live(plan: Plan, settings: RunSettings, unlisted: Collection[InstrumentId]) -> frozenset[str]:
    """Return the tables that the broker tells, of those that are read; it lists what they are of."""
    told = {name for name, one in TOLD_LIVE.items() if name in plan.tables and one not in unlisted}
    if asks_for_chain(plan, settings) and SPX_ID not in unlisted:
        told.add(CHAINS)
    return frozenset(told)


def wanted(plan: Plan, terms: LiveTerms) -> list[InstrumentId]:
    """Return what a node asks the broker for: the contracts of all its days, and what tables are told of."""
    indices = [instrument_id for name, instrument_id in TOLD_LIVE.items() if name in plan.tables]
    return [
        *indices,
        *(terms.listed(InstrumentId.from_str(contract.instrument_id)) for contract in plan.contracts),
    ]


def load_tables(
    plan: Plan,
    day: TradingDay,
    readers: Sequence[Mapping[str, KnownTable]],
    record: Callable[[str, pa.Table], None],
    told: Collection[str] = (),
) -> None:
    """Give the readers of tables what the catalog has for a trading day, and what it had before.

    Of the day itself, what is `told` by the broker is left to it.
    """
    days = tables_before(plan.catalog, plan.tables, day.session.day)
    today = tables_of(plan.catalog, plan.tables, day.session.day)
    for name, rows in (*days, *((name, from_catalog(name, rows, told)) for name, rows in today)):
        record(name, rows)
        for known in readers:
            if name in known:
                known[name].load(rows)
