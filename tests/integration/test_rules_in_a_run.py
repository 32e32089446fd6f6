"""Rules of the run over a strategy that always buys: what is entered, what is blocked, what is left."""

from pathlib import Path
from typing import Any

import pytest

from tests.market import DAY
from tests.runtime import Played, a_trade_a_minute, market_of, stage, told

MARKET = """
time      bid  ask
09:30:30    0    1
10:15:00    0    1
"""
CALENDAR = "at,name,kind\n{day} 09:40,Housing,release\n{day} 10:00,FOMC statement,fomc\n"


def played(rules: dict[str, Any], **more: Any) -> Played:
    quotes = market_of(MARKET)
    parts = [quotes, a_trade_a_minute(quotes)]  # type: ignore[arg-type]
    plugin = "tests.buying:Buying"
    return stage({DAY: parts}, {"buyer": {}}, fills="quotes", plugin=plugin, rules=rules, **more).run()


def outcomes(of: Played) -> list[tuple[str, str, str]]:
    """Return each change of what became of a proposal, with when it came."""
    rows = [(told(row["ts"]), row["outcome"], row["reason"]) for row in of.table("decisions")]
    return [row for n, row in enumerate(rows) if n == 0 or rows[n - 1][1:] != row[1:]]


@pytest.fixture
def calendar(here: Path) -> str:
    path = here / "mine.csv"
    path.write_text(CALENDAR.format(day=DAY))
    return str(path)


def test_nothing_is_held_through_the_fomc_nor_entered_near_announcements(calendar: str) -> None:
    """Bought at 9:31, left at 9:55, 5 min before; bought again from the first bar after 10:05 on."""
    of = played({"news_window": {"calendar": calendar, "flat_before": 5.0, "flat_after": 5.0}})
    assert of.fills[:3] == ["09:31:00 entry +1 @ 2", "09:55:00 exit -1 @ -1", "10:06:00 entry +1 @ 2"]
    assert of.trips[0] == "long 1 news_window -37.50"
    blocked = [told(row["ts"]) for row in of.table("decisions") if row["reason"] == "news_window"]
    assert blocked[-1] == "10:05:00"


def test_through_an_announcement_that_is_no_fomc_what_is_held_is_kept(calendar: str) -> None:
    of = played({"news_window": {"calendar": calendar, "flat": []}})
    assert of.fills[:1] == ["09:31:00 entry +1 @ 2"]
    assert len(of.trips) == 1, "it is held to the end"


def test_levels_that_are_missing_block_and_those_that_are_declared_absent_do_not() -> None:
    missing = played({"levels_stale": {}, "blind_spot": {}})
    assert missing.fills == []
    assert outcomes(missing) == [("09:31:00", "blocked", "levels_stale")]
    (first, *_) = missing.table("decisions")
    assert (first["ok.levels_stale"], first["ok.blind_spot"]) == (False, None)
    absent = played({"levels_stale": {}, "blind_spot": {}}, absent=["levels", "option_chains", "vix"])
    assert absent.fills[:1] == ["09:31:00 entry +1 @ 2"]
    (first, *_) = absent.table("decisions")
    assert (first["ok.levels_stale"], first["ok.blind_spot"]) == (None, None)


def test_hours_hold_in_a_run() -> None:
    of = played({"session_closed": {"hours": "custom", "begins": "09:35", "ends": "10:00"}})
    assert outcomes(of)[:2] == [("09:31:00", "blocked", "session_closed"), ("09:35:00", "taken", "")]
