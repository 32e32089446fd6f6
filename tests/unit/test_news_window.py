"""Announcements: calendars and all that can be wrong with them, and the minutes around what is announced."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from mia_plugins.data.sessions import NEW_YORK, NS, session_on
from mia_plugins.decisions import Verdict
from mia_plugins.errors import ExitCode, MiaError
from mia_plugins.features import Market
from mia_plugins.settings import SettingsError
from mia_plugins.testing import Scene
from strategies.menthorq.announcements import Announcement, read_calendar, time_of
from strategies.menthorq.news import NewsWindow
from tests.conftest import Mia
from tests.rules import candidate

WEDNESDAY = "2026-06-17"
"""The FOMC's statement comes at 14:00."""
MINE = """\
# of June
at,name,kind
2026-06-05 08:30,Employment,release
2026-06-17 10:00,Housing,release
2026-06-17T18:00:00Z,"Statement, rates",FOMC
"""


def rule(**settings: Any) -> NewsWindow:
    return NewsWindow(Market.blank(), NewsWindow.Settings(**settings))


def judged(clock: str, day: str = WEDNESDAY, **settings: Any) -> Verdict:
    return rule(**settings).judge(candidate(Scene(day).at(clock), session_on(dt.date.fromisoformat(day))))


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.csv"
    path.write_text(MINE)
    return path


@pytest.mark.parametrize(
    ("clock", "passes"),
    [
        ("09:57:59.999", True),
        ("09:58:00", False),
        ("10:00:00", False),
        ("10:05:00", False),
        ("10:05:00.000000001", True),
        ("13:29:59", True),
        ("13:30:00", False),
        ("14:30:00", False),
        ("14:30:00.001", True),
        ("12:00:00", True),
    ],
)
def test_two_minutes_before_to_five_after_and_wider_for_the_fomc(
    clock: str, passes: bool, mine: Path
) -> None:
    assert judged(clock, calendar=mine).passes is passes


def test_what_is_announced_is_named(mine: Path) -> None:
    before = judged("09:58:30", calendar=mine)
    assert (before.number, before.reason) == (
        -1.5,
        "Housing comes in 1.5 min; nothing is entered from 2 min before to 5 min after",
    )
    after = judged("14:12:00", calendar=mine)
    assert (after.number, after.reason) == (
        12,
        "Statement, rates came 12.0 min ago; nothing is entered from 30 min before to 30 min after",
    )
    assert judged("10:00:00", calendar=mine).reason.startswith("Housing is announced now; ")


def test_at_the_fomc_one_is_flat(mine: Path) -> None:
    found = rule(calendar=mine)
    said = {clock: found.leave(Scene(WEDNESDAY).at(clock)) for clock in ("10:00:00", "13:29:59", "13:30:00")}
    assert said == {"10:00:00": "", "13:29:59": "", "13:30:00": "Statement, rates comes in 30.0 min"}
    assert rule(calendar=mine, flat=()).leave(Scene(WEDNESDAY).at("14:00:00")) == ""
    assert judged("13:30:00", calendar=mine, flat=()).passes is True
    assert judged("14:05:00", calendar=mine, flat=(), flat_after=0.0).passes is False
    assert judged("14:05:00", calendar=mine, flat_before=0.0, flat_after=0.0).passes is False, "as all others"


def test_kinds_can_be_passed_over(mine: Path) -> None:
    assert judged("10:00:00", calendar=mine, ignore=("Release",)).passes is True
    assert judged("14:00:00", calendar=mine, ignore=("release",)).passes is False
    silent = rule(calendar=mine, ignore=("fomc",))
    assert silent.leave(Scene(WEDNESDAY).at("14:00:00")) == ""


def test_a_calendar_speaks_for_its_months(mine: Path) -> None:
    assert judged("12:00:00", "2026-06-01", calendar=mine).passes is True
    assert judged("12:00:00", "2026-06-30", calendar=mine).passes is True
    for day, month in (("2026-05-29", "May 2026"), ("2026-07-01", "July 2026")):
        verdict = judged("12:00:00", day, calendar=mine)
        assert (verdict.passes, verdict.reason) == (False, f"the calendar mine says nothing of {month}")
        assert judged("12:00:00", day, calendar=mine, outside="pass").passes is True


def test_no_calendar_is_not_asked() -> None:
    verdict = judged("14:00:00", calendar=None)
    assert (verdict.passes, verdict.reason) == (None, "no calendar of announcements is named")
    assert rule(calendar=None).leave(Scene(WEDNESDAY).at("14:00:00")) == ""


def test_the_calendar_that_comes_with_mia() -> None:
    fomc = read_calendar("fomc")
    local = [dt.datetime.fromtimestamp(event.at // NS, NEW_YORK) for event in fomc.events]
    assert {time.strftime("%H:%M") for time in local} == {"14:00", "14:30"}
    assert {time.weekday() for time in local} <= {2, 3}, "Wednesdays, and a Thursday after an election"
    years = [time.year for time in local]
    assert {year: years.count(year) for year in range(2021, 2028)} == dict.fromkeys(range(2021, 2028), 16)
    assert [time.date() for time in local if time.weekday() == 3 and time.minute == 0] == [
        dt.date(2024, 11, 7)
    ]
    assert judged("14:00:00").passes is False
    assert judged("14:00:00", "2026-06-16").passes is True
    assert (fomc.first, fomc.end) == (dt.date(2021, 1, 1), dt.date(2028, 1, 1))


def test_yaml_and_csv_say_the_same(mine: Path, tmp_path: Path) -> None:
    other = tmp_path / "mine.yaml"
    other.write_text(
        "events:\n"
        '  - {at: 2026-06-17T18:00:00Z, name: "Statement, rates", kind: fomc}\n'
        "  - {at: 2026-06-05T08:30:00-04:00, name: Employment, kind: release}\n"
        "  - {at: 2026-06-17 10:00, name: Housing, kind: Release}\n"
        "  - {at: 2026-06-17 10:00:00, name: Housing, kind: release}\n"
    )
    assert read_calendar(other).events == read_calendar(mine).events


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "at,nam\n", ["a.csv:1:1: nam: unknown column; did you mean 'name'?", "a.csv:1:1: name: is missing: the first line names the columns, at,name,kind"]),
        ("a.csv", "at,name,at\n", ["a.csv:1:1: at: is named twice"]),
        ("a.csv", "", ["a.csv:1:1: holds no announcement"]),
        ("a.csv", "# nothing\nat,name\n\n", ["a.csv:1:1: holds no announcement"]),
        ("a.csv", "at,name\n\n2026-06-17 14:00\n", ["a.csv:3:1: has 1 values; the first line names 2"]),
        ("a.csv", "at,name\n2026-06-17 14:00,\n", ["a.csv:2:1: name: is missing: say what is announced"]),
        ("a.csv", "at,name\n17.06.2026 14:00,x\n2026-06-17,y\n", ["a.csv:2:1: at: should be a time such as 2026-06-17 14:00 or 2026-06-17T18:00:00Z; got '17.06.2026 14:00'", "a.csv:3:1: at: should say the time of day too, as in a time such as 2026-06-17 14:00 or 2026-06-17T18:00:00Z; got '2026-06-17'"]),
        ("a.csv", "at,name\n2026-11-01 01:30,x\n", ["a.csv:2:1: at: 2026-11-01 01:30:00 comes twice in New York, where clocks change; write its offset, such as -05:00"]),
        ("a.yaml", "events:\n  - {at: 2026-03-08 02:30, name: x}\n", ["a.yaml:2:10: at: 2026-03-08 02:30:00 does not come in New York, where clocks change; write its offset, such as -05:00"]),
        ("a.yaml", "events:\n  - {att: 2026-06-17 14:00, name: x}\n", ["a.yaml:2:5: events[0].at: is required and missing", "a.yaml:2:6: events[0].att: unknown name; did you mean 'at'?"]),
        ("a.yaml", "- 1\n", ["a.yaml:1:1: a settings file holds `key: value` lines"]),
        ("a.yaml", "events: [\n", ["a.yaml:2:1: not valid YAML: expected the node content, but found '<stream end>'"]),
        ("a.yaml", "events: []\n", ["a.yaml:1:1: holds no announcement"]),
    ],
)  # fmt: skip
def test_all_that_is_wrong_with_a_calendar_is_told(
    name: str, text: str, said: list[str], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(SettingsError) as error:
        read_calendar(path)
    assert [str(issue).removeprefix(f"{tmp_path}/") for issue in error.value.issues] == said
    with pytest.raises(ValidationError, match=name):
        NewsWindow.Settings(calendar=path)


def test_files_that_are_no_calendar(tmp_path: Path) -> None:
    with pytest.raises(MiaError, match="there is no file"):
        read_calendar(tmp_path / "none.csv")
    (tmp_path / "a.txt").write_text(MINE)
    with pytest.raises(MiaError, match=r"its name ends in '\.txt'"):
        read_calendar(tmp_path / "a.txt")
    (tmp_path / "a.csv").write_bytes(b"at,name\n2026-06-17 14:00,caf\xe9\n")
    with pytest.raises(MiaError, match=r"a\.csv:2: not UTF-8"):
        read_calendar(tmp_path / "a.csv")
    with pytest.raises(ValidationError, match="there is no file"):
        NewsWindow.Settings(calendar=tmp_path / "none.csv")


def test_another_content_is_another_run(mine: Path) -> None:
    """What was written to a run's settings tells when a file no longer holds what it held."""
    made = NewsWindow.Settings(calendar=mine)
    assert NewsWindow.Settings(calendar=mine, content=made.content) == made
    mine.write_text(MINE.replace("10:00", "10:30"))
    assert judged("10:00:00", calendar=mine).passes is True, "it is read anew"
    assert NewsWindow.Settings(calendar=mine).content != made.content
    with pytest.raises(ValidationError, match="has changed"):
        NewsWindow.Settings(calendar=mine, content=made.content)
    assert NewsWindow.Settings(calendar=None).content == ""


def test_a_settings_file_names_its_calendar(mia: Mia, here: Path) -> None:
    (here / "mine.csv").write_text(MINE)
    text = (
        "instruments: [ES]\nstart: 2026-06-01\nend: 2026-06-01\nrules:\n  news_window: {calendar: mine.csv}\n"
    )
    (here / "run.yaml").write_text(text)
    assert mia("config", "check", "run.yaml").code == ExitCode.OK
    (here / "mine.csv").write_text("at,name\n2026-06-17 25:00,x\n")
    told = mia("config", "check", "run.yaml")
    assert told.code == ExitCode.CONFIG
    assert "run.yaml:5:27: rules.news_window.calendar: mine.csv:2:1: at: should be a time such as" in told.err


def test_times() -> None:
    at = 1781719200 * NS
    for text in ("2026-06-17 14:00", "2026-06-17T14:00", "2026-06-17T18:00:00Z", " 2026-06-17T20:00+02:00 "):
        assert time_of(text) == at
    assert time_of("2026-11-01T01:30-05:00") - time_of("2026-11-01T01:30-04:00") == 3600 * NS
    assert Announcement(at, "x", "") < Announcement(at + 1, "a", "")
