"""Strategies on days of the synthetic market: made, traded, weighed at mid, and thrown away."""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from catalog.generation import generate
from catalog.market.control import DayOfTrading, Floats, Ints, result_at_mid
from catalog.market.settings import MarketSettings
from mia_plugins.backtest.run import BacktestJob, run_backtest
from mia_plugins.data.arrow import Kind
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.columns import Depth
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import PRODUCTS, lead_contract
from mia_plugins.data.sessions import Session
from mia_plugins.jobs.worker import Reporter
from mia_plugins.runs.rows import read_log

PRODUCT = "ES"
"""What is traded; NQ is looked at beside it."""
CAPITAL = 10_000_000
"""$: no strategy shall be kept from trading by what it lost."""


@dataclass(frozen=True)
class Trial:
    """A market and who trades it."""

    market: MarketSettings
    runs: Sequence[Mapping[str, Any]]
    """Settings: strategies, features and what else differs. Strategies of one run do not see each other."""

    def results(self, days: Sequence[Session]) -> list[DayOfTrading]:
        """Trade some days that follow each other and return a result for each day and strategy."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            files = Files(str(folder / "data"))
            for _ in generate(files, self.market, days):
                pass
            catalog = Catalog.open(files)
            found: list[DayOfTrading] = []
            for number, settings in enumerate(self.runs):
                out = folder / str(number)
                out.mkdir()
                _run(files.uri, out, days, settings)
                found += _results(catalog, out, days, tuple(settings["strategies"]))
            return found


def _run(catalog: str, folder: Path, days: Sequence[Session], settings: Mapping[str, Any]) -> None:
    own = {
        "catalog": catalog,
        "instruments": [PRODUCT],
        "observe": ["NQ"],
        "start": str(days[0].day),
        "end": str(days[-1].day),
        "capital": CAPITAL,
        "venue": {"fills": "quotes"},
        "journal": "changes",
    }
    config = folder / "run.yaml"
    config.write_text(json.dumps(own | dict(settings)), encoding="utf-8")
    silent = Reporter(lambda _: None, memoryview(bytearray(1)))
    told = run_backtest(BacktestJob(config, (), folder, {}), silent)
    if told["status"] != "complete":
        raise RuntimeError(f"the run of {days[0].day} to {days[-1].day} ended as {told['status']}")


def _results(
    catalog: Catalog, folder: Path, days: Sequence[Session], names: Sequence[str]
) -> Iterator[DayOfTrading]:
    fills, positions = (_rows(folder / f"{table}.arrows") for table in ("fills", "positions"))
    tick_value = float(PRODUCTS[PRODUCT].tick_value)
    for session in days:
        quotes = _mids(catalog, session)
        for name in names:
            own = _within(fills, name, "ts", session)
            closed = _within(positions, name, "ts_close", session)
            lots = np.array([row["side"] * row["lots"] for row in own], np.int64)
            ts = np.array([row["ts"].value for row in own], np.int64)
            at_mid = result_at_mid(lots, ts, *quotes)
            net = float(sum(row["net"] for row in closed)) / tick_value
            yield DayOfTrading(str(session.day), name, len(closed), at_mid, net)


def _rows(log: Path) -> list[dict[str, Any]]:
    return [row for batch in read_log(log) for row in batch.to_pylist()]


def _within(rows: list[dict[str, Any]], name: str, when: str, session: Session) -> list[dict[str, Any]]:
    who = f"{name}-{PRODUCT}"
    return [row for row in rows if row["strategy"] == who and session.open < row[when].value <= session.close]


def _mids(catalog: Catalog, session: Session) -> tuple[Ints, Floats]:
    """Return the times (UTC ns) and the mids (ticks) of a day's best quotes."""
    contract = lead_contract(PRODUCT, session.day).instrument_id
    parts = [
        part
        for part in catalog.read(Kind.DEPTH, contract, session.open, session.close)
        if isinstance(part, Depth)
    ]
    best = [(part.bid_ticks[:, 0] + part.ask_ticks[:, 0]) / 2 for part in parts]
    return np.concatenate([part.ts for part in parts]), np.concatenate(best)
