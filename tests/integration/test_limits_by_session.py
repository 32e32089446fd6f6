"""A trading day is CME's, from 18:00 to 17:00 in New York: also where the clocks are changed, and before weekends."""

import datetime as dt
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mia_plugins.data.sessions import NEW_YORK, NS, session_on, sessions
from mia_plugins.units import Hours
from risk.rules.daily_loss import DailyLoss
from risk.rules.times import HOUR
from tests.candidates import account_of, candidate_of, market_of, trade
from tests.runtime import Played, a_trade_a_minute, at, stage
from tests.runtime import market_of as table_of

CHANGES = [
    (dt.date(2026, 3, 6), dt.date(2026, 3, 9)),  # forward in the night to Sunday
    (dt.date(2026, 10, 30), dt.date(2026, 11, 2)),  # back
    (dt.date(2026, 6, 2), dt.date(2026, 6, 3)),  # neither
]


def wish(time: str, day: dt.date, stop: int = 8) -> dict[str, Any]:
    return {"at": at(time, day), "side": 1, "stop": stop, "target": 90}


def played(first: dt.date, second: dt.date, **rules: Any) -> Played:
    """Lose once before and once after midnight and late in the first day; go on in the second."""
    falling = """
time      bid  ask
22:59:30    0    1
23:00:10  -12  -11
23:58:30  -12  -11
00:01:10  -24  -23
16:29:30  -24  -23
16:30:10  -36  -35
16:59     -36  -35
"""
    quiet = """
time      bid  ask
18:00:30  -36  -35
18:30     -36  -35
16:59     -36  -35
"""
    one, other = table_of(falling, first), table_of(quiet, second)
    times = [wish(time, first) for time in ("23:00", "00:01", "16:30", "16:54", "16:56")]
    times += [wish(time, second) for time in ("18:01", "16:20")]
    wishes = {"one": {"wishes": times}}
    return stage(
        {day: [market, a_trade_a_minute(market)] for day, market in ((first, one), (second, other))},  # type: ignore[arg-type]
        wishes,
        fills="quotes",
        plugin="tests.proposing:Proposing",
        rules=rules,
    ).run()


@pytest.mark.parametrize(("first", "second"), CHANGES)
def test_counters_begin_anew_at_18_o_clock_and_not_at_midnight(first: dt.date, second: dt.date) -> None:
    run = played(first, second, daily_trades={"maximum": 3})
    assert run.decisions == [
        "23:00:00 buy taken",
        "00:01:00 buy taken",
        "16:30:00 buy taken",
        "16:54:00 buy blocked daily_trades",
        "16:56:00 buy blocked daily_trades",
        "18:01:00 buy taken",
        "16:20:00 buy blocked position_open",
    ]
    # Nothing is held over 17:00, nor over a weekend.
    closes = [row["ts_close"] for row in run.table("positions")]
    assert closes[-1] == session_on(second).close - 5 * 60 * NS
    assert all(close < session_on(first).close for close in closes[:-1])


def test_a_daily_loss_pauses_into_the_next_session() -> None:
    """At 00:01 more than the limit was lost: at 18:01, another trading day, 24 h are not over."""
    run = played(*CHANGES[2], daily_loss={"limit": 370, "cooldown": 24})
    assert [line.rpartition("buy ")[2] for line in run.decisions] == [
        *["taken"] * 2, *["blocked daily_loss"] * 4, "taken"
    ]  # fmt: skip


@given(st.sampled_from(CHANGES), st.floats(0, 30))
def test_hours_of_a_pause_are_hours_whatever_the_clocks_say(
    days: tuple[dt.date, dt.date], hours: float
) -> None:
    session = session_on(days[1])
    account = account_of()
    lost = session.open + 8 * HOUR
    trade(account, -40, ts=lost)
    rule = DailyLoss(market_of(), DailyLoss.Settings(cooldown=Hours(24.0)))
    account.begin_session()
    now = lost + int(hours * HOUR)
    verdict = rule.judge(candidate_of(account, now=now, stop=2))
    assert verdict.passes is (now - lost >= 24 * HOUR)


def test_sessions_open_and_close_by_new_yorks_clock_all_the_year() -> None:
    year = list(sessions(dt.date(2026, 1, 5), dt.date(2026, 12, 30)))
    for one in year:
        opened = dt.datetime.fromtimestamp(one.open // NS, NEW_YORK)
        assert (opened.hour, opened.minute) == (18, 0)
        assert dt.datetime.fromtimestamp(one.close // NS, NEW_YORK).date() == one.day
    assert all(a.close + HOUR <= b.open for a, b in pairwise(year))
