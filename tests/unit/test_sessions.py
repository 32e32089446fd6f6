"""CME's sessions, against what the exchange publishes."""

import datetime as dt

import pytest

from mia_plugins.data.sessions import (
    NEW_YORK,
    NS,
    CalendarError,
    Session,
    session_at,
    session_on,
    sessions,
    utc_ns,
)

USUAL = "18:00 17:00 09:30 16:00"


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def clock(ts: int) -> str:
    return f"{dt.datetime.fromtimestamp(ts // NS, NEW_YORK):%H:%M}"


def hours(session: Session) -> str:
    return " ".join(clock(ts) for ts in (session.open, session.close, *(session.rth or ())))


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-06-01", USUAL),
        ("2026-01-19", "18:00 13:00"),  # Martin Luther King
        ("2026-02-16", "18:00 13:00"),  # Presidents' Day
        ("2026-05-25", "18:00 13:00"),  # Memorial Day
        ("2026-06-19", "18:00 13:00"),  # Juneteenth, which CMES lacks
        ("2026-07-02", USUAL),
        ("2026-07-03", "18:00 13:00"),  # Independence Day, observed
        ("2025-07-03", "18:00 13:15 09:30 13:00"),  # its eve, which CMES lets run on
        ("2025-07-04", "18:00 13:00"),
        ("2026-09-07", "18:00 13:00"),  # Labor Day
        ("2026-11-25", USUAL),
        ("2026-11-26", "18:00 13:00"),  # Thanksgiving
        ("2026-11-27", "18:00 13:15 09:30 13:00"),  # the day after
        ("2026-12-24", "18:00 13:15 09:30 13:00"),  # Christmas Eve
        ("2026-12-31", USUAL),
        ("2025-01-09", "18:00 09:30"),  # a day of mourning
        ("2023-04-07", "18:00 09:15"),  # Good Friday with an employment report
        ("2021-06-18", USUAL),  # Juneteenth was no holiday of the exchange yet
    ],
)
def test_the_hours_of_a_trading_day(on: str, expected: str) -> None:
    assert hours(session_on(day(on))) == expected


@pytest.mark.parametrize(
    ("on", "neighbours"),
    [
        ("2026-12-25", "2026-12-24 (Thursday) and 2026-12-28 (Monday)"),
        ("2027-01-01", "2026-12-31 (Thursday) and 2027-01-04 (Monday)"),
        ("2025-04-18", "2025-04-17 (Thursday) and 2025-04-21 (Monday)"),  # a Good Friday without a report
        ("2026-06-06", "2026-06-05 (Friday) and 2026-06-08 (Monday)"),
    ],
)
def test_a_day_without_a_session_is_an_error_that_names_its_neighbours(on: str, neighbours: str) -> None:
    with pytest.raises(CalendarError, match=f"{on} .* is no trading day") as caught:
        session_on(day(on))
    assert neighbours in caught.value.remedy


@pytest.mark.parametrize(
    ("on", "hours_long"),
    [("2026-03-06", 23), ("2026-03-09", 23), ("2026-11-02", 23), ("2026-10-30", 23)],
)
def test_sessions_around_the_change_of_clocks_are_as_long_as_others(on: str, hours_long: int) -> None:
    session = session_on(day(on))
    assert session.close - session.open == hours_long * 3600 * NS


def test_daylight_saving_moves_the_open_in_utc() -> None:
    winter, summer = session_on(day("2026-03-06")), session_on(day("2026-03-09"))
    assert dt.datetime.fromtimestamp(winter.open // NS, dt.UTC).hour == 23
    assert dt.datetime.fromtimestamp(summer.open // NS, dt.UTC).hour == 22


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-06-01 16:59:59", "2026-06-01"),
        ("2026-06-01 17:00:00", None),
        ("2026-06-01 17:59:59", None),
        ("2026-06-01 18:00:00", "2026-06-02"),
        ("2026-06-05 18:00:00", None),
        ("2026-06-07 18:00:00", "2026-06-08"),
        ("2026-12-31 18:00:00", None),
    ],
)
def test_the_trading_day_of_an_instant(at: str, expected: str | None) -> None:
    moment = dt.datetime.fromisoformat(at)
    session = session_at(utc_ns(moment.date(), moment.time()))
    assert (str(session.day) if session else None) == expected


def test_sessions_span_years() -> None:
    found = [str(session.day) for session in sessions(day("2025-12-31"), day("2026-01-05"))]
    assert found == ["2025-12-31", "2026-01-02", "2026-01-05"]


def test_a_year_the_calendar_does_not_know_is_an_error() -> None:
    with pytest.raises(CalendarError, match="in 2300"):
        sessions(dt.date(2300, 1, 1), dt.date(2300, 1, 2))
