"""The catalogs that the backtest is measured on: bars of a random walk, and one synthetic day many times."""

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from catalog.generation import trading_days
from catalog.market.day import generate_day
from catalog.market.settings import PRESETS
from mia_plugins.data.bars import MINUTE
from mia_plugins.data.columns import Bars, Depth, Trades
from mia_plugins.data.drafts import DayDraft
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import contracts_between, lead_contract
from mia_plugins.data.manifest import Origin
from mia_plugins.data.sessions import Session, sessions
from mia_plugins.data.store import Store

FIRST_DAY = dt.date(2024, 1, 2)
"""Of the bars."""
FIRST_TICKS = 20_000
BAR_STEPS = 16
"""Steps of one tick that a bar's prices make."""
FIRST_DEPTH_DAY = dt.date(2026, 6, 1)


def bars_catalog(folder: Path, count: int) -> tuple[dt.date, dt.date]:
    """Write at least so many minute bars of ES, over whole sessions; return the first and the last day."""
    days = _sessions_of(count)
    draws = np.random.default_rng(1)
    close = FIRST_TICKS

    def write(draft: DayDraft, session: Session) -> None:
        nonlocal close
        bars = _walk(session, close, draws)
        close = int(bars.close[-1])
        draft.write(lead_contract("ES", session.day).instrument_id, bars)

    _write(folder, days, write)
    return days[0].day, days[-1].day


def depth_catalog(folder: Path, count: int) -> tuple[dt.date, dt.date]:
    """Write one synthetic day of ES so many times; return the first and the last day."""
    days = trading_days(FIRST_DEPTH_DAY, FIRST_DEPTH_DAY + dt.timedelta(days=2 * count + 7))[:count]
    made = generate_day(PRESETS["demo"][0], days[0]).instruments["ES"]

    def write(draft: DayDraft, session: Session) -> None:
        instrument_id = lead_contract("ES", session.day).instrument_id
        for rows in (made.trades, made.depth):
            draft.write(instrument_id, _later(rows, session.open - days[0].open))

    _write(folder, days, write)
    return days[0].day, days[-1].day


def _sessions_of(count: int) -> list[Session]:
    """Return the first sessions that hold so many minutes together."""
    found: list[Session] = []
    for session in sessions(FIRST_DAY, FIRST_DAY.replace(year=FIRST_DAY.year + 2)):
        if count <= 0:
            break
        found.append(session)
        count -= (session.close - session.open) // MINUTE
    return found


def _walk(session: Session, ticks: int, draws: np.random.Generator) -> Bars:
    """Return the bars of a session, of a price that goes on from some ticks."""
    ts = np.arange(session.open + MINUTE, session.close + 1, MINUTE)
    steps = draws.integers(-1, 2, (len(ts), BAR_STEPS))
    path = ticks + np.cumsum(steps).reshape(steps.shape)
    return Bars(
        ts, path[:, 0], path.max(axis=1), path.min(axis=1), path[:, -1], draws.integers(100, 900, len(ts))
    )


def _later[T: Trades | Depth](rows: T, ns: int) -> T:
    """Return rows so many ns later."""
    moved = {name: getattr(rows, name) for name in rows.__slots__}
    return type(rows)(**moved | {"ts": rows.ts + ns})


def _write(folder: Path, days: Iterable[Session], write: Callable[[DayDraft, Session], None]) -> None:
    days = list(days)
    store = Store.begin(Files(str(folder)), Origin("benchmarks", "1", "none", 1))
    store.write_instruments(contracts_between("ES", days[0].day, days[-1].day))
    for session in days:
        with store.draft(session.day) as draft:
            write(draft, session)
        store.publish(session.day)
