"""What it costs to follow a market live, and what memory all registered measures take over a week.

uv run python benchmarks/live_filler.py [--only filler | memory] [--times N] [--days N]

The filler is given the first trades and snapshots of the book of a synthetic day as Nautilus' objects, a call
a row, and puts what came on the tape at each minute's end, as a strategy does. The figures are processor
time, the lowest of some passes. The targets are 6 us a trade and 10 us a snapshot.

For memory a market with every registered measure and feature follows some days, streamed from a catalog. What
Python has allocated is told after each of them, and should stay where it is.
"""

import argparse
import datetime as dt
import gc
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import features as costs
import pyarrow as pa

from catalog.generation import generate, trading_days
from catalog.market.settings import PRESETS
from mia_plugins.backtest.engine import Objects
from mia_plugins.backtest.stream import Part
from mia_plugins.data.arrow import Kind
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import VENUE, lead_contract
from mia_plugins.data.sessions import session_on
from mia_plugins.features import Market
from mia_plugins.features.walking import MINUTE, days_of, walk
from mia_plugins.runtime.context import TradingDay
from mia_plugins.runtime.feeds import HandlersFeed
from mia_plugins.tape.known import KnownTable
from mia_plugins.tape.tape import Tape

ROWS = 50_000
TARGETS = {Kind.TRADES: 6.0, Kind.DEPTH: 10.0}
"""us."""
CALLS = {Kind.TRADES: "on_trade", Kind.DEPTH: "on_book_depth"}


class Deaf:
    """A strategy that subscribes to nothing: the rows are handed over here."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


def objects_of(catalog: Catalog, kind: Kind, day: dt.date) -> list[Any]:
    """Return the first rows of ES on a day as Nautilus' objects."""
    contract = lead_contract(costs.PRODUCT, day)
    path = next(iter(catalog.data_files(kind, contract.instrument_id))).path
    table = pa.concat_tables(catalog.row_groups(path)).slice(0, ROWS)
    return Objects().of(Part(costs.PRODUCT, contract, kind, table, path))


def filled(kind: Kind, objects: list[Any], day: dt.date) -> float:
    """Hand the objects over one by one and return us each, with what it takes to put them on the tape."""
    session, contract = session_on(day), lead_contract(costs.PRODUCT, day)
    tape = Tape(costs.PRODUCT, {kind}, (1,))
    feed = HandlersFeed({costs.PRODUCT: tape}, costs.PRODUCT, VENUE, Kind.DEPTH)
    tape.begin(session, contract)
    feed.begin(Deaf(), TradingDay(session, {costs.PRODUCT: contract}))
    handle, spent = feed.handlers()[CALLS[kind]], 0
    for minute, rows in _by_minute(objects):
        began = time.process_time_ns()
        for row in rows:
            handle(row)
        feed.advance(minute)
        spent += time.process_time_ns() - began
        tape.advance(minute)
    return spent / len(objects) / 1e3


def _by_minute(objects: list[Any]) -> Iterator[tuple[int, list[Any]]]:
    rows: dict[int, list[Any]] = {}
    for one in objects:
        rows.setdefault((one.ts_init // MINUTE + 1) * MINUTE, []).append(one)
    return iter(rows.items())


def filler(times: int) -> None:
    """Print what a trade and a snapshot cost."""
    with tempfile.TemporaryDirectory() as folder:
        list(generate(Files(folder), PRESETS["demo"][0], trading_days(costs.FIRST_DAY, costs.FIRST_DAY)))
        catalog = Catalog.open(Files(folder))
        print("| what | rows | us each | target |\n|---|---|---|---|")
        for kind, target in TARGETS.items():
            objects = objects_of(catalog, kind, costs.FIRST_DAY)
            least = min(filled(kind, objects, costs.FIRST_DAY) for _ in range(times))
            print(f"| {kind.name.lower()} | {len(objects):,} | {least:.2f} | {target:g} |")


def memory(days: int) -> None:
    """Print what is allocated after each day that everything registered has followed."""
    classes, needs = costs.registered(), Market.blank(costs.PRODUCT, costs.MINUTES)
    costs.put_on(needs, classes)
    end = costs.FIRST_DAY + dt.timedelta(days=2 * days + 7)
    wanted = trading_days(costs.FIRST_DAY, end)[:days]
    with tempfile.TemporaryDirectory() as folder:
        list(generate(Files(folder), PRESETS["demo"][0], wanted))
        catalog = Catalog.open(Files(folder))
        kinds = sorted((needs.reads | {Kind.TRADES}) - {Kind.QUOTES})
        tapes = {code: Tape(code, {*kinds, Kind.QUOTES}, costs.MINUTES) for code in sorted(needs.products)}
        market = Market(costs.PRODUCT, tapes, {name: KnownTable(name) for name in sorted(needs.tables)})
        made = costs.put_on(market, classes)
        tracemalloc.start()
        print("| day | MiB |\n|---|---|")
        for day in days_of(catalog, market, wanted[0].day, wanted[-1].day, kinds):
            for now, at_bar in walk(market, [day]):
                if at_bar:
                    for name, feature in made.items():
                        feature.checked(name, now)
            gc.collect()
            print(f"| {day.session.day} | {tracemalloc.get_traced_memory()[0] / 2**20:.1f} |", flush=True)
        tracemalloc.stop()


def main() -> None:
    """Measure one or both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", choices=("filler", "memory"))
    parser.add_argument("--times", type=int, default=5, help="passes of the filler")
    parser.add_argument("--days", type=int, default=5, help="days of memory")
    chosen = parser.parse_args()
    if chosen.only != "memory":
        filler(chosen.times)
    if chosen.only != "filler":
        memory(chosen.days)


if __name__ == "__main__":
    main()
