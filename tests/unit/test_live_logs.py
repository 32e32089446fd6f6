"""The log of a living run: a line of JSON each, whatever is told, and nobody waits for it."""

import datetime as dt
import json
import threading
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mia_plugins.journal.decision import Decision, JournalColumns, Outcome
from mia_plugins.live import logs
from mia_plugins.live.logs import Log, LogError, ToFile, ToStderr, iso_text, line_of
from mia_plugins.live.look import Age, Look
from mia_plugins.live.taking import why
from mia_plugins.live.telling import ORDERS, Teller, changes, standing
from mia_plugins.runtime.brackets import STATES
from mia_plugins.runtime.hearing import HeardOrder
from mia_plugins.runtime.incidents import Incident, Incidents, Level
from mia_plugins.runtime.killing import Kill
from mia_plugins.secrets import resolve
from tests.looks import CALM, NOTHING, NOW


class Kept:
    """Lines that are kept."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, line: str) -> None:
        self.lines.append(line)

    def close(self) -> None:
        self.lines.append("closed")

    @property
    def told(self) -> list[dict[str, Any]]:
        assert self.lines[-1] == "closed"
        return [json.loads(line) for line in self.lines[:-1]]


def strictly(line: str) -> dict[str, Any]:
    """Return a line as a strict reader of JSON takes it."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    found: dict[str, Any] = json.loads(line, parse_constant=refuse)
    return found


texts = st.text(st.characters(exclude_categories=())) | st.sampled_from(
    ['"', "\\", "\n", "\x1b[2J", "\u2028", "\ud83d", "漢字", "\0"]
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | texts
    | st.decimals()
    | st.binary()
    | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3) | st.tuples(inner),
    max_leaves=8,
)


@given(ts=st.integers(0, 4 * 10**18), what=texts, more=st.dictionaries(texts, values, max_size=4))
def test_every_line_is_one_object_of_json(ts: int, what: str, more: dict[str, Any]) -> None:
    line = line_of(ts, "info", what, more)
    assert line.endswith("\n")
    assert len(line.splitlines()) == 1
    assert line.isascii()
    told = strictly(line)
    told_again = json.dumps(told, ensure_ascii=False).encode()  # no half characters
    assert told_again
    assert list(told)[:3] == ["ts", "level", "what"]


@given(st.integers(0, 4 * 10**18))
def test_times_are_to_the_nanosecond(ts: int) -> None:
    text = iso_text(ts)
    at = dt.datetime.fromisoformat(text[:19] + "+00:00")
    assert int(at.timestamp()) * 10**9 + int(text[20:29]) == ts
    assert text[19] + text[29:] == ".Z"


def test_numbers_stay_numbers() -> None:
    more = {"a": Decimal("-12.50"), "b": np.int64(7), "c": np.float64(0.5), "d": float("nan"), "e": True}
    told = strictly(
        line_of(0, "info", "it", more | {"f": Decimal("NaN"), "g": float("inf"), "h": np.bool_(True)})
    )
    assert [told[name] for name in "abcdefgh"] == [-12.5, 7, 0.5, None, True, None, None, True]


def test_secrets_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIA_TEST_LOGS", 'pass"word\n1234')
    resolve("${env:MIA_TEST_LOGS}")
    line = line_of(0, "info", "it", {'pass"word\n1234': ['x pass"word\n1234'], "b": {"c": 'pass"word'}})
    assert "word" not in line
    assert "1234" not in line
    assert strictly(line)["b"] == {"c": "${env:MIA_TEST_LOGS}"}


def test_lines_come_in_their_order_and_all_of_them() -> None:
    out = Kept()
    with Log(out, lambda: 5) as log:
        for n in range(500):
            log.tell("it", number=n)
        log.tell("other", "error", 7, reason="why")
    told = out.told
    assert [one.get("number") for one in told] == [*range(500), None]
    assert told[-1] == {"ts": iso_text(7), "level": "error", "what": "other", "reason": "why"}
    assert told[0]["ts"] == iso_text(5)


def test_threads_do_not_mix_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with Log(ToFile(path)) as log:

        def tell(who: int) -> None:
            for _ in range(50):
                log.tell("it", who=who, text="x" * 5000)

        threads = [threading.Thread(target=tell, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    told = [strictly(line) for line in path.read_text().splitlines()]
    assert [sum(one["who"] == n for one in told) for n in range(4)] == [50] * 4


class Stuck(Kept):
    """A reader that takes nothing until it is told to, and then fails for a while."""

    def __init__(self) -> None:
        super().__init__()
        self.go, self.fails = threading.Event(), 0

    def write(self, line: str) -> None:
        self.go.wait(20)
        if self.fails:
            self.fails -= 1
            raise BrokenPipeError("nobody reads")
        super().write(line)


def test_nobody_waits_for_a_reader_and_what_is_lost_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "WAITING", 10)
    out = Stuck()
    with Log(out) as log:
        log.tell("first")
        while log._waiting.qsize():
            time.sleep(0.001)  # the writer has it, and is stuck
        begun = time.perf_counter()
        for n in range(100):
            log.tell("it", number=n)
        assert time.perf_counter() - begun < 1.0
        out.go.set()
    told = out.told
    assert [one["what"] for one in told] == ["first", "log_lost", *["it"] * 10]
    assert told[1]["lines"] == 90
    assert told[1]["level"] == "warning"


def test_a_reader_that_fails_for_a_while_stops_nothing() -> None:
    out = Stuck()
    out.fails = 3
    out.go.set()
    with Log(out) as log:
        for n in range(10):
            log.tell("it", number=n)
    told = out.told
    lost = sum(one["lines"] for one in told if one["what"] == "log_lost")
    assert lost + sum(one["what"] == "it" for one in told) == 10
    assert lost >= 1


def test_a_log_that_is_stuck_for_ever_does_not_keep_the_node_from_ending(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logs, "PATIENCE", 0.1)
    out = Stuck()
    log = Log(out)
    log.__enter__()
    log.tell("it")
    begun = time.perf_counter()
    log.close()
    log.close()
    assert time.perf_counter() - begun < 5.0
    out.go.set()


def test_a_full_disk_stops_nothing() -> None:
    with Log(ToFile(Path("/dev/full"))) as log:
        log.tell("it")
    assert log._lost


def test_a_file_that_is_moved_away_is_followed_by_a_new_one(tmp_path: Path) -> None:
    path, old = tmp_path / "live.jsonl", tmp_path / "live.jsonl.1"
    out = ToFile(path)
    out.write("one\n")
    path.rename(old)
    out.write("two\n")
    path.unlink()
    out.write("three\n")
    out.close()
    assert (old.read_text(), path.read_text()) == ("one\n", "three\n")
    again = ToFile(path)
    again.write("four\n")
    again.close()
    assert path.read_text() == "three\nfour\n"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_log_that_cannot_be_opened_is_an_error_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="cannot be opened") as found:
        ToFile(tmp_path / "nowhere" / "log")
    assert "folder" in found.value.remedy


def test_services_log_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with Log(ToStderr()) as log:
        log.tell("it", text="ü")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert strictly(captured.err)["text"] == "ü"


class Told:
    """A log that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, dict[str, Any]]] = []

    def tell(self, what: str, level: str = "info", ts: int | None = None, **more: Any) -> None:
        self.told.append((what, level, more | {"ts": ts}))


@pytest.fixture
def told() -> Told:
    return Told()


STALE = (Age("ES", 12.0, 10.0), *CALM.ages[1:])
UNKNOWN = (Age("ES", None, 10.0), *CALM.ages[1:])
LOST = Age("connection", 3.0, 2.0)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, NOTHING, ["state"]),
        (None, CALM, ["connected", "state"]),
        (NOTHING, CALM, ["connected", "state"]),
        (CALM, CALM, []),
        (CALM, replace(CALM, connection=LOST), ["connection_lost"]),
        (CALM, replace(CALM, connection=Age("connection", None, 2.0)), []),  # the market is closed
        (replace(CALM, ages=STALE), replace(CALM, ages=UNKNOWN), []),
        (replace(CALM, connection=LOST), CALM, ["connection_restored"]),
        (CALM, replace(CALM, ages=STALE), ["data_stale"]),
        (replace(CALM, ages=STALE), replace(CALM, ages=STALE), []),
        (replace(CALM, ages=STALE), CALM, ["data_back"]),
        (CALM, replace(CALM, halt=Kill.STOP, halted_by="memory"), ["halt"]),
        (replace(CALM, halt=Kill.STOP, halted_by="memory"), replace(CALM, halt=Kill.FLATTEN, halted_by="margin"), ["halt"]),
        (replace(CALM, halt=Kill.STOP, halted_by="memory"), CALM, ["halt_over"]),
        (CALM, replace(CALM, kill=Kill.STOP), ["kill_switch"]),
        (replace(CALM, kill=Kill.STOP), replace(CALM, kill=Kill.FLATTEN), ["kill_switch"]),
        (replace(CALM, kill=Kill.FLATTEN), CALM, ["kill_switch_off"]),
        (CALM, replace(CALM, state="stopping", connection=LOST), ["connection_lost", "state"]),
    ],
)  # fmt: skip
def test_what_changes_between_two_looks_is_told_once(
    before: Look | None, after: Look, expected: list[str]
) -> None:
    assert [one.what for one in changes(before, after)] == expected


def test_a_halt_is_an_error_unless_it_is_how_a_session_ends() -> None:
    halted = replace(CALM, halt=Kill.FLATTEN, halted_by="ctrl_c")
    (one,) = changes(CALM, halted)
    ended, _ = changes(CALM, replace(halted, state="stopping"))
    assert (one.level, ended.level) == ("error", "info")


def test_a_halt_that_is_over_says_which() -> None:
    (one,) = changes(replace(CALM, halt=Kill.STOP, halted_by="memory"), CALM)
    assert one.more["reason"] == "memory"


def test_how_it_stands_is_told_once_a_minute(told: Told) -> None:
    teller = Teller(told)  # type: ignore[arg-type]
    for n in range(240):
        teller.show(replace(CALM, ts=NOW + n * 500_000_000))
    rows = [more for what, _, more in told.told if what == "standing"]
    assert [row["ts"] - NOW for row in rows] == [0, 60_000_000_000]
    line = strictly(line_of(NOW, "info", "standing", standing(CALM)))
    assert (line["day"], line["positions"], line["orders"]) == (-59.0, {"confluence-ES": 2}, 2)
    assert line["ages"]["ES"] == 0.31
    assert line["limits"]["daily_loss"] == 0.825


def test_incidents_are_told_with_their_numbers(told: Told) -> None:
    incidents = Incidents(Teller(told))  # type: ignore[arg-type]
    incidents.tell(5, "watch", Incident("memory", Level.FLATTEN_AND_STOP, "96 % are taken", 96.0, 95.0, "%"))
    incidents.tell(6, "watch", Incident("memory", Level.CLEAR, "over"))
    (what, level, more), (_, other, _) = told.told
    assert (what, level, other) == ("incident", "error", "info")
    assert (more["number"], more["limit"], more["unit"], more["told"]) == (96.0, 95.0, "%", "96 % are taken")


def test_each_state_of_an_order_has_a_word() -> None:
    """What moves a bracket is told; so is what the broker refuses."""
    assert set(STATES) | {"OrderFilled", "OrderModifyRejected", "OrderCancelRejected"} == set(ORDERS)


def test_a_refused_order_is_an_error_with_its_reason(told: Told) -> None:
    teller = Teller(told)  # type: ignore[arg-type]
    teller.hear_order(
        HeardOrder("a-ES", "MES", 5, "OrderRejected", "a-ES-1-E", 1, "entry", 1, 2, 24_001, "201: no money")
    )
    teller.hear_order(HeardOrder("a-ES", "MES", 5, "OrderInitialized", "a-ES-1-E"))
    ((what, level, more),) = told.told
    assert (what, level, more["price"], more["reason"]) == (
        "order_rejected",
        "error",
        6000.25,
        "201: no money",
    )


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (Decision(outcome=Outcome.TAKEN, reason="x"), ""),
        (
            Decision(outcome=Outcome.BLOCKED, reason="daily_loss", numbers=(-12.5, 3.0)),
            "daily_loss: −$12.50 left",
        ),
        (Decision(outcome=Outcome.BLOCKED, reason="trades", numbers=(-12.5, -1.0)), "trades: −1 trades left"),
        (Decision(outcome=Outcome.BLOCKED, reason="kill_switch", numbers=(1.0, 1.0)), "kill_switch"),
        (Decision(outcome=Outcome.REJECTED, reason="trades", numbers=(None, None)), "trades"),
        (Decision(outcome=Outcome.REJECTED, reason="trades", numbers=(1.0, float("nan"))), "trades: –"),
    ],
)
def test_why_a_candidate_was_not_taken_has_its_number(made: Decision, told: str) -> None:
    assert why(made, JournalColumns(rules=("daily_loss", "trades"), units=("$ left", "trades left"))) == told
