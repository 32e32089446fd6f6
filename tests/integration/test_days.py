"""Sessions one after the other in the real engine: where bars end, and what a roll leaves of the past."""

import datetime as dt

import pytest

from mia_plugins.data.sessions import session_on
from tests.market import DAY
from tests.runtime import a_trade_a_minute, market_of, stage, told

LAST, FIRST = dt.date(2026, 6, 9), dt.date(2026, 6, 10)
"""The June contract leads on the one, and September's on the other."""
HALF = dt.date(2026, 11, 27)
"""The day after Thanksgiving, which ends at 13:15."""


def day_of(day: dt.date, ticks: int, until: str = "16:59:50") -> list[object]:
    """Return a session in which nothing happens, at a price in ticks above `BASE`."""
    quotes = market_of(f"time bid ask\n18:00 {ticks} {ticks + 1}\n{until} {ticks} {ticks + 1}", day)
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
