"""Live sessions that go on while the market closes: over a night, a roll and a weekend, each made again."""

import datetime as dt
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from mia_plugins.data.columns import LEVELS, Depth, Trades, quotes_of
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import Contract, lead_contract
from mia_plugins.data.sessions import NEW_YORK, NS, Session, session_on
from mia_plugins.data.store import Store
from mia_plugins.runs.folder import RunFolder
from tests.backtests import mia_process
from tests.conftest import Mia
from tests.market import ORIGIN

BEFORE, AFTER = 40 * 60, 90 * 60
"""Seconds of the market before the close and after the open."""
SETTINGS = """
extends: mia:backtests/demo_day.yaml
catalog: data
capital: 500000
venue: {{fills: quotes}}
strategies: {{ema_cross: {{fast: 1, slow: 2, stop: 60, target: 60}}}}
live:
  warm_up: 10
  sim: {{pace: 60, skip_closed: true, start: "{start}"}}
"""


@dataclass(frozen=True)
class Close:
    """Two trading days with the close between them."""

    before: dt.date
    after: dt.date

    @property
    def contracts(self) -> tuple[Contract, Contract]:
        return lead_contract("ES", self.before), lead_contract("ES", self.after)


NIGHT = Close(dt.date(2026, 6, 1), dt.date(2026, 6, 2))
ROLL = Close(dt.date(2026, 6, 9), dt.date(2026, 6, 10))
WEEKEND = Close(dt.date(2026, 6, 5), dt.date(2026, 6, 8))


def write(store: Store, session: Session, span: tuple[int, int], ticks: int) -> None:
    """Write a day of which only a span has data: a trade and a book a second; prices walk."""
    contract, count = lead_contract("ES", session.day), (span[1] - span[0]) // NS
    rng = np.random.default_rng(session.day.toordinal())
    ts = span[0] + np.arange(count) * NS
    price = ticks + np.cumsum(rng.integers(-1, 2, count))
    steps, lots = np.arange(LEVELS), np.full((count, LEVELS), 50, np.int64)
    depth = Depth(ts, (price - 1)[:, None] - steps, price[:, None] + steps, lots, lots, lots, lots)
    side = rng.choice(np.array([-1, 1], np.int8), count)
    trades = Trades(ts + NS // 2, price - (side < 0), rng.integers(1, 20, count), side)
    with store.draft(session.day) as draft:
        for columns in (trades, quotes_of(depth), depth):
            draft.write(contract.instrument_id, columns)
    store.publish(session.day)


def played(close: Close, here: Path) -> None:
    """Write a catalog around a close, and settings that trade it."""
    store = Store.begin(Files("data"), ORIGIN)
    store.write_instruments(set(close.contracts))
    first, second = session_on(close.before), session_on(close.after)
    write(store, first, (first.close - BEFORE * NS, first.close), 24_000)
    write(store, second, (second.open, second.open + AFTER * NS), 24_160)
    (here / "live.yaml").write_text(SETTINGS.format(start=f"{close.before} 16:30"), encoding="utf-8")


def new_york(ts: Any) -> dt.datetime:
    return dt.datetime.fromtimestamp(ts.value // NS, NEW_YORK)


@pytest.mark.long
@pytest.mark.parametrize("close", [NIGHT, ROLL, WEEKEND], ids=["night", "roll", "weekend"])
def test_a_session_goes_on_over_a_close_and_is_made_again(mia: Mia, here: Path, close: Close) -> None:
    played(close, here)
    lived = mia_process("live", "live.yaml", "--minutes", "2.2", "--json", seconds=240)
    assert lived.code == 0, lived.err
    told = json.loads((outcome := mia("reconcile", "latest", "--json")).out)
    assert (outcome.code, told["identical"]) == (0, True), outcome.out
    folder = RunFolder.open(here / "runs", "latest")
    tables = {name: pq.read_table(path).to_pylist() for name, path in folder.tables().items()}
    looked = [new_york(row["ts"]) for row in tables["decisions"]]
    assert {at.date() for at in looked} == {
        close.before,
        (session_on(close.after).day - dt.timedelta(days=1)),
    }
    assert not any(at.hour == 17 and at.minute for at in looked)
    held: dict[tuple[str, dt.date], int] = defaultdict(int)
    for fill in tables["fills"]:
        at = new_york(fill["ts"])
        held[fill["instrument_id"], at.date()] += fill["side"] * fill["lots"]
    old, new = (one.instrument_id for one in close.contracts)
    days = close.before, new_york_date(session_on(close.after).open)
    assert set(held) == {(old, days[0]), (new, days[1])} or close.before == days[1]
    assert set(held.values()) == {0}  # nothing is held over the close
    assert {row["instrument_id"] for row in tables["orders"]} == {old, new}
    assert not tables.get("incidents"), tables["incidents"]


def new_york_date(ts: int) -> dt.date:
    return dt.datetime.fromtimestamp(ts // NS, NEW_YORK).date()
