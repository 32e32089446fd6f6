"""Sessions one after the other in the real engine: where bars end, and what a roll leaves of the past."""

import datetime as dt

import numpy as np
import pytest

from mia_plugins.data.columns import Quotes
from mia_plugins.data.sessions import NS, session_on
from tests.market import DAY
from tests.runtime import Stage, a_trade_a_minute, market_of, stage, staged, told

LAST, FIRST = dt.date(2026, 6, 9), dt.date(2026, 6, 10)
"""The June contract leads on the one, and September's on the other."""
HALF = dt.date(2026, 11, 27)
"""The day after Thanksgiving, which ends at 13:15."""


def day_of(day: dt.date, ticks: int, until: str = "16:59:50") -> list[object]:
    """Return a session in which nothing happens, at a price in ticks above `BASE`."""
    quotes = market_of(f"time bid ask\n18:00 {ticks} {ticks + 1}\n{until} {ticks} {ticks + 1}", day)
    assert isinstance(quotes, Quotes)
    return [quotes, a_trade_a_minute(quotes)]


@pytest.mark.parametrize(
    ("day", "until", "last"), [(DAY, "16:59:50", ["14:00:00", "17:00:00"]), (HALF, "13:14:50", ["10:00:00", "13:15:00"])]
)  # fmt: skip
def test_the_last_bar_of_a_session_ends_with_it(day: dt.date, until: str, last: list[str]) -> None:
    played = stage({day: day_of(day, 0, until)}, {"scripted": {"bar": 240}}, fills="quotes").run()
    times = [row["ts"] for row in played.table("decisions")]
    assert [told(ts) for ts in times][-2:] == last
    assert times[-1] == session_on(day).close


@pytest.mark.parametrize("feed", ["columns", "handlers"])
def test_a_roll_is_no_move_of_the_market(feed: str) -> None:
    days = {LAST: day_of(LAST, 0), FIRST: day_of(FIRST, 200)}
    cross = stage(days, {"cross": {}}, fills="quotes", plugin="strategies.ema_cross.strategy:EmaCross")
    rows = cross.run(feed=feed).table("decisions")
    assert {row["instrument_id"] for row in rows} == {"ESM6.XCME", "ESU6.XCME"}
    assert [row["id"] for row in rows if row["side"]] == [1]
    assert [row["n.warm"] for row in rows if row["ts"] > session_on(FIRST).open][:2] == [1, 2]


def every_ten_minutes(*without: int) -> Stage:
    """Return a day with a quote each ten minutes, without those of some hours since the opening."""
    session = session_on(DAY)
    times = [
        session.open + minute * 60 * NS for minute in range(0, 23 * 60, 10) if minute // 60 not in without
    ]
    flat = np.full(len(times), 24_000)
    lots = np.full(len(times), 10)
    return staged(Quotes(np.array(times), flat, flat + 1, lots, lots))


@pytest.mark.parametrize("chunk", [None, 3600 * NS])
@pytest.mark.parametrize(
    ("without", "told"),
    [
        ((), []),
        ((3,), ["ESM6.XCME has no quotes for 70 minutes from 2026-05-31 20:50:00 New York"]),
        ((0,), ["ESM6.XCME has no quotes for 60 minutes from 2026-05-31 18:00:00 New York"]),
        ((22,), ["ESM6.XCME has no quotes for 70 minutes from 2026-06-01 15:50:00 New York"]),
        ((3, 9), ["(the first of 2 such)"]),
    ],
)
def test_a_hole_in_a_day_is_told_of(without: tuple[int, ...], told: list[str], chunk: int | None) -> None:
    warnings = every_ten_minutes(*without).run(chunk_ns=chunk).result["warnings"]
    assert len(warnings) == len(told)
    assert all(part in line for part, line in zip(told, warnings, strict=True))
