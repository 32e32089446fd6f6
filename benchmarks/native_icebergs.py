"""How well `icebergs` finds an exchange's own: orders that fill above what they show, in a file of yours.

    uv run python benchmarks/native_icebergs.py FILE.dbn.zst… [--labels]

Depth of ten prices does not name orders, market by order does: an order that shows itself again after it
was filled is an iceberg, and what it did is the label. The files are imported as by `mia catalog import`,
and what the detector finds in their depth and trades is compared as in `detectors.py`.
"""

import argparse
import datetime as dt
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from detectors import HEAD, SURPRISES, VOLUMES, Agent, Detections, detections, score, told

from catalog.formats.dbn.layout import RType
from catalog.formats.dbn.records import Run, dbn_file
from catalog.formats.dbn.symbols import Symbols
from catalog.formats.dbn.values import points_of, signs_of, times_of
from catalog.market.labels import ICEBERG_RATIO, REFILLS
from mia_plugins.cli import main as mia
from mia_plugins.data.arrow import Kind
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.columns import Trades
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import PRODUCTS, TICK_POINTS, lead_contract
from mia_plugins.data.sessions import NS, Session, sessions
from mia_plugins.features import Market
from mia_plugins.features.walking import days_of
from mia_plugins.importing import Source
from mia_plugins.journal.times import utc_text
from mia_plugins.tape.tape import Tape

ADD, CANCEL, MODIFY, FILL = (ord(letter) for letter in "ACMF")
KINDS = (Kind.TRADES, Kind.DEPTH)


@dataclass
class Life:
    """An order at one price, as far as its records go."""

    side: int
    ticks: int
    start: int
    """UTC ns."""
    shown: int
    """Contracts it showed at a time, at most."""
    left: int
    """Contracts it shows, less what was filled of them."""
    end: int = 0
    """UTC ns of its last fill."""
    executed: int = 0
    times: int = 1
    """How often it showed itself."""
    filled: bool = False
    """Whether it was filled since it last showed itself."""

    def fill(self, lots: int, ts: int) -> None:
        """Take an execution."""
        self.executed += lots
        self.left -= lots
        self.end = ts
        self.filled = True

    def show(self, lots: int) -> None:
        """Take the size that it shows from now on; more than was left after a fill is a refill."""
        if self.filled and lots > max(self.left, 0):
            self.times += 1
        self.shown, self.left, self.filled = max(self.shown, lots), lots, False

    def label(self) -> Agent:
        """Return it as an agent that `detectors.py` compares with."""
        return Agent(
            "iceberg",
            self.side,
            self.ticks,
            self.start,
            self.end,
            observable=self.times > REFILLS and self.executed >= ICEBERG_RATIO * self.shown,
            hidden=self.times > REFILLS,
            absorbs=False,
        )


def labels_of(paths: list[Path]) -> dict[str, list[Agent]]:
    """Return the icebergs of files by contract: each order that came again after a fill."""
    filled = {order for run, _ in _orders(paths) for order in run.records["order"][_are(run, FILL)].tolist()}
    lives: dict[tuple[str, int], Life] = {}
    found: dict[str, list[Life]] = defaultdict(list)
    for run, symbol in _orders(paths):
        rows = np.isin(run.records["order"], np.fromiter(filled, np.uint64, len(filled)))
        for order, action, side, ticks, lots, ts in _rows(run.of(rows)):
            life = lives.get((symbol, order))
            if action == FILL and life is not None:
                life.fill(lots, ts)
            elif action in {ADD, MODIFY}:
                if life is None or (life.side, life.ticks) != (side, ticks):
                    life = lives[symbol, order] = Life(side, ticks, ts, lots, lots)
                    found[symbol].append(life)
                life.show(lots)
            # A cancellation ends nothing yet: that of a fill may come before the order shows itself again.
    return {symbol: [life.label() for life in all_ if life.times > 1] for symbol, all_ in found.items()}


def _orders(paths: list[Path]) -> Iterator[tuple[Run, str]]:
    """Yield the records of orders with the contract they are of."""
    for path in paths:
        with dbn_file(Source(path)) as opened:
            symbols = Symbols(opened.metadata, {})
            for chunk in opened.chunks():
                for run in chunk.runs:
                    if run.rtype == RType.MAPPING:
                        symbols.take_mappings(run.records)
                    elif run.rtype == RType.MBO:
                        yield from _by_contract(run, symbols)


def _by_contract(run: Run, symbols: Symbols) -> Iterator[tuple[Run, str]]:
    for number in np.unique(run.records["instrument"]).tolist():
        own = run.of(run.records["instrument"] == number)
        for one in symbols.resolve(number, times_of(own.records)):
            if one.instrument:
                yield own.of(one.rows), one.instrument


def _are(run: Run, action: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    of: np.ndarray[tuple[int], np.dtype[np.bool_]] = run.records["action"] == action
    return of


def _rows(run: Run) -> Iterator[tuple[int, int, int, int, int, int]]:
    """Yield order, action, side, price (ticks), contracts and time (UTC ns)."""
    records = run.records
    ticks = np.nan_to_num(points_of(records["price"]) / TICK_POINTS).round().astype(np.int64)
    columns = (records["order"], records["action"], signs_of(records["side"]), ticks, records["size"])
    return zip(*(column.tolist() for column in (*columns, times_of(records))), strict=True)


def compare(catalog: Catalog, labels: Mapping[str, list[Agent]]) -> None:
    """Print how well the icebergs of each product were found, over the days and contracts that lead."""
    for product in PRODUCTS:
        days = [
            day for session in _sessions(catalog, product) for day in _days(catalog, product, session, labels)
        ]
        if not days:
            continue
        print(f"\n## {product}: {len(days)} days, {sum(len(agents) for agents, _ in days)} icebergs\n{HEAD}")
        for least in SURPRISES:
            found = [score(day.icebergs[least], agents, "iceberg") for agents, day in days]
            print(told(f"surprise ≥ {least:g}", found))
        for volume in VOLUMES:
            found = [score(day.volume[volume], agents, "iceberg") for agents, day in days]
            print(told(f"volume alone, ≥ {volume} lots", found))


def _days(
    catalog: Catalog, product: str, session: Session, labels: Mapping[str, list[Agent]]
) -> Iterator[tuple[list[Agent], Detections]]:
    """Yield what was there and what was found in a session."""
    symbol = lead_contract(product, session.day).symbol
    agents = [one for one in labels.get(symbol, ()) if session.open <= one.start < session.close]
    market = Market(product, {product: Tape(product, KINDS, (1,))}, {})
    for day in days_of(catalog, market, session.day, session.day, KINDS):
        yield agents, detections(product, day, _trades(catalog, product, session))


def _sessions(catalog: Catalog, product: str) -> Iterator[Session]:
    """Yield the sessions of which there is depth of the contract that leads."""
    files = list(catalog.data_files(Kind.DEPTH))
    if not files:
        return
    first, last = min(file.start for file in files), max(file.end for file in files)
    days = [dt.datetime.fromtimestamp(ts // NS, dt.UTC).date() for ts in (first, last)]
    for session in sessions(days[0], days[1] + dt.timedelta(days=1)):
        name = lead_contract(product, session.day).instrument_id
        if any(
            file.start <= session.close and file.end >= session.open
            for file in catalog.data_files(Kind.DEPTH, name)
        ):
            yield session


def _trades(catalog: Catalog, product: str, session: Session) -> Trades:
    name = lead_contract(product, session.day).instrument_id
    pieces = list(catalog.read(Kind.TRADES, name, session.open, session.close))
    return Trades(*(np.concatenate([getattr(one, column) for one in pieces]) for column in Trades.__slots__))


def main() -> None:
    """Import, label, detect and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, help="market by order, as Databento encodes it")
    parser.add_argument("--labels", action="store_true", help="print the icebergs of the files, no more")
    given = parser.parse_args()
    labels = labels_of(given.files)
    if not any(labels.values()):
        sys.exit("no order of these files showed itself again after a fill: nothing to compare with")
    if given.labels:
        for symbol, agents in labels.items():
            for one in agents:
                seen = "observable" if one.observable else ""
                print(symbol, one.side, one.ticks * TICK_POINTS, utc_text(one.start), utc_text(one.end), seen)
        return
    with tempfile.TemporaryDirectory() as folder:
        code = mia(["catalog", "import", "databento", *map(str, given.files), "--catalog", folder])
        if code:
            sys.exit(code)
        compare(Catalog.open(Files(folder)), labels)


if __name__ == "__main__":
    main()
