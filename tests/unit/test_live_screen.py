"""The screen: what it says is what was seen, it fits, it gives the terminal back, and it never fails the node."""

import io
import os
import pickle
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from mia_plugins.live import screen as module
from mia_plugins.live.look import Age, Look, MoneyLook, StrategyLook
from mia_plugins.live.picture import as_ascii, line_of
from mia_plugins.live.screen import Screen
from mia_plugins.live.wording import plain_text
from mia_plugins.runtime.killing import Kill
from mia_plugins.secrets import resolve
from tests.conftest import ROOT
from tests.looks import CALM, MONEY, SIZES, UGLY, drawn, shown, strategy

LEAVES, ENTERS = "\x1b[?1049l", "\x1b[?1049h"
"""What gives a terminal back, and what takes it."""


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", UGLY)
def test_it_fits_whatever_the_terminal(name: str, size: tuple[int, int]) -> None:
    lines = shown(UGLY[name], size)
    assert 0 < len(lines) <= size[1]
    assert [line for line in lines if cell_len(line) > size[0]] == []
    assert [line for line in lines if not line.isprintable()] == []


@given(width=st.integers(1, 300), height=st.integers(1, 100), name=st.sampled_from(sorted(UGLY)))
def test_it_fits_any_size(width: int, height: int, name: str) -> None:
    lines = shown(UGLY[name], (width, height))
    assert len(lines) <= height
    assert max(map(cell_len, lines)) <= width


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)], ids=str)
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("stale", ["STALE: ES, NQ", "VIX none yet"]),
        ("disconnected", ["NOT CONNECTED for 12 s"]),
        ("halted", ["HALTED by daily_loss: nothing is entered"]),
        ("killed", ["KILL SWITCH: everything is left"]),
        ("three strategies", ["LIVE, REAL MONEY", "U7654321", "−3"]),
        ("twelve orders", ["Working orders: 12"]),
        ("nothing", ["connection not known yet", "ES none yet", "no candidate yet"]),
        ("everything", ["HALTED by", "KILL SWITCH", "NOT CONNECTED for 9,999 s", "STALE: stream_4"]),
    ],
)
def test_what_matters_is_told_in_words_not_by_colour_alone(
    name: str, words: list[str], size: tuple[int, int]
) -> None:
    text = "\n".join(shown(UGLY[name], size))
    assert [word for word in words if word not in text] == []


def test_a_run_that_is_well_has_no_alarms() -> None:
    text = "\n".join(shown(CALM))
    assert [word for word in ("STALE", "HALTED", "KILL", "NOT", "OLD") if word in text] == []


def test_a_picture_that_is_old_says_so() -> None:
    assert "THIS IS 8.0 s OLD: the node does not answer" in "\n".join(shown(CALM, late=8.0))
    assert "OLD" not in "\n".join(shown(CALM, late=2.5))


def test_times_are_new_yorks_and_the_users() -> None:
    assert "Mon 01 Jun 09:31:05 New York  15:31:05 CEST" in shown(CALM)[0]


def test_before_the_first_look_it_says_that_nothing_is_known() -> None:
    assert "nothing is known yet" in shown(None)[0]


def test_what_has_no_room_is_counted() -> None:
    text = "\n".join(shown(UGLY["everything"], (80, 40)))
    counted = sum(int(more) for more in re.findall(r"and (\d+) more", text))
    rows = len(re.findall(r"^one_of_many|^confluence-ES-\d+-S|^\d\d:\d\d:\d\d  ", text, re.MULTILINE))
    limits = [one.name for one in CALM.limits if f"\n{one.name}" in text]
    everything = UGLY["everything"]
    kinds = (
        everything.strategies,
        everything.orders,
        everything.limits,
        everything.decisions,
        everything.incidents,
    )
    assert counted + rows + len(limits) == sum(map(len, kinds))


def test_ascii_terminals_get_ascii() -> None:
    for line in drawn(UGLY["everything"], (120, 40)):
        assert as_ascii(line).plain.isascii()
        assert len(as_ascii(line).plain) <= 120
    assert "-$80.25" in "\n".join(as_ascii(line).plain for line in drawn(UGLY["everything"], (120, 40)))


cents = st.decimals(-(10**8), 10**8, places=2, allow_nan=False, allow_infinity=False)
ticks = st.integers(1, 120_000)


@st.composite
def a_strategy(draw: st.DrawFn) -> StrategyLook:
    position = draw(st.integers(-999, 999))
    return replace(
        strategy(position=position),
        price=draw(st.none() | ticks),
        stop=draw(st.none() | ticks),
        target=draw(st.none() | ticks),
        average=None if not position else float(draw(ticks)),
        open=None if not position else draw(cents),
        made_today=draw(cents),
        said="",
        decided=None,
    )


@st.composite
def a_look(draw: st.DrawFn) -> Look:
    made, open_, at_stops, balance, peak = (draw(cents) for _ in range(5))
    money = MoneyLook(
        made, open_, at_stops, balance, peak, draw(st.integers(0, 99)), draw(st.integers(0, 99))
    )
    return replace(
        CALM,
        strategies=tuple(draw(st.lists(a_strategy(), min_size=1, max_size=4))),
        money=money,
        orders=(),
        limits=(),
        decisions=(),
        incidents=(),
    )


def amount(text: str) -> Decimal:
    """Return a number as somebody reads it off a screen."""
    return Decimal(text.replace("−", "-").replace("$", "").replace(",", "").lstrip("+"))


@given(a_look())
@settings(max_examples=60)
def test_each_number_on_the_screen_is_that_of_the_look(look: Look) -> None:
    """Read back by position, at a width that has room for every column."""
    lines = shown(look, (200, 60))
    rows = [line for line in lines if line.startswith("confluence-ES ")]
    assert len(rows) == len(look.strategies)
    for row, one in zip(rows, look.strategies, strict=True):
        _, _, holds, *prices = row.split()
        assert (0 if holds == "flat" else amount(holds)) == one.position
        read = [None if text == "–" else amount(text) for text in prices]
        points = [
            None if t is None else Decimal(int(t)) / 4 for t in (one.average, one.price, one.stop, one.target)
        ]
        assert read == [*points, one.open, one.made_today]
    money = look.money
    text = " ".join(lines)
    for word, value in (
        ("day", money.made_today + money.open),
        ("closed", money.made_today),
        ("open", money.open),
        ("at stops", money.at_stops),
        ("balance", money.balance),
        ("highest", money.peak),
    ):
        found = re.search(rf"(?<!\w){word} ([+−]?\$[\d,.]+)", text)
        assert found, word
        assert amount(found[1]) == value, word


@given(look=a_look(), width=st.integers(60, 199), height=st.integers(8, 60))
@settings(max_examples=100)
def test_no_number_is_ever_cut(look: Look, width: int, height: int) -> None:
    """Whatever has no room is left out whole: what is there is one of the look's own numbers."""
    money = look.money
    dollars = {money.day, money.made_today, money.open, money.at_stops, money.balance, money.peak}
    points = set[Decimal]()
    for one in look.strategies:
        dollars |= {one.made_today, one.open or Decimal(0)}
        points |= {
            Decimal(int(t)) / 4 for t in (one.average, one.price, one.stop, one.target) if t is not None
        }
    for line in shown(look, (width, height)):
        assert not re.search(r"[\d,.]…", line), line
        for text in re.findall(r"[+−]?\$[\d,.]+", line):
            assert amount(text) in dollars, line
        for text in re.findall(r"(?<![\d,.$])\d+\.\d\d(?!\d)", line):
            assert amount(text) in points, line


def test_a_plain_line_says_all_that_matters() -> None:
    told = line_of(UGLY["everything"], 9.0)
    assert "\n" not in told
    for word in (
        "day | paper",
        "OLD",
        "KILL SWITCH",
        "HALTED",
        "NOT CONNECTED",
        "STALE",
        "one_of_many_0-ES -3",
    ):
        assert word in told
    assert "flat | 0 working orders" in line_of(UGLY["nothing"], 0.1)


@contextmanager
def terminal() -> Iterator[tuple[int, io.TextIOWrapper]]:
    """Give a terminal: where what is on it can be read, and its stream."""
    master, slave = pty.openpty()
    stream = os.fdopen(slave, "w", encoding="utf-8")
    try:
        yield master, stream
    finally:
        os.close(master)
        with suppress(OSError):  # what was not read cannot be written any more
            stream.close()


def read(master: int, until: str, patience: float = 10.0) -> str:
    """Return what a terminal was sent, up to a word."""
    os.set_blocking(master, False)
    text, end = "", time.monotonic() + patience
    while until not in text:
        assert time.monotonic() < end, text
        try:
            text += os.read(master, 65_536).decode("utf-8", "replace")
        except BlockingIOError:
            time.sleep(0.01)
    return text


@pytest.fixture(autouse=True)
def a_terminal_of_some_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LINES", "30")


def test_a_terminal_is_taken_drawn_on_and_given_back() -> None:
    with terminal() as (master, stream):
        with Screen(stream, every=0.02) as screen:
            read(master, ENTERS)
            screen.show(replace(CALM, state="SECOND"))
            read(master, "SECOND")
        assert not screen.is_on
        assert LEAVES in read(master, LEAVES)
        screen.stop()  # again


def test_a_pipe_gets_lines_when_something_matters_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BETWEEN_LINES", 3600.0)
    out = io.StringIO()
    with Screen(out, every=0.01) as screen:
        for look in (CALM, replace(CALM, ts=CALM.ts + 1), replace(CALM, halt=Kill.STOP, halted_by="me")):
            screen.show(look)
            time.sleep(0.15)
    first, second = out.getvalue().splitlines()
    assert "HALTED" not in first
    assert "HALTED by me" in second
    assert "\x1b" not in first


def test_a_dumb_terminal_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    with terminal() as (master, stream), Screen(stream, every=0.02) as screen:
        screen.show(CALM)
        assert ENTERS not in read(master, "working orders")


class Broken:
    """A look that cannot be drawn."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"no {name} \x1b[2J")


def test_what_fails_is_told_once_and_turns_it_off_and_gives_the_terminal_back() -> None:
    told: list[str] = []
    with terminal() as (master, stream), Screen(stream, told.append, every=0.02) as screen:
        screen.show(CALM)
        read(master, "Decisions")
        screen.show(cast("Look", Broken()))
        assert LEAVES in read(master, LEAVES)
        wait(lambda: not screen.is_on)
        screen.show(CALM)  # nobody minds
    (line,) = told
    assert line.startswith("the screen is off, trading goes on: RuntimeError: no ")
    assert "\x1b" not in line


def test_a_terminal_that_takes_nothing_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-S: the drawing thread waits, whoever shows and stops does not."""
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    told: list[str] = []
    with terminal() as (_, stream):
        screen = Screen(stream, told.append, every=0.001)
        screen.__enter__()
        end = time.monotonic() + 1.0
        longest = 0.0
        while time.monotonic() < end:  # nobody reads: it is full after some pictures
            begun = time.perf_counter()
            screen.show(UGLY["everything"])
            longest = max(longest, time.perf_counter() - begun)
            time.sleep(0.005)
        begun = time.perf_counter()
        screen.stop()
        assert time.perf_counter() - begun < 2.0
        assert longest < 0.5
    wait(lambda: not screen.is_on)


def wait(until: Callable[[], bool], patience: float = 10.0) -> None:
    end = time.monotonic() + patience
    while not until():
        assert time.monotonic() < end
        time.sleep(0.01)


NODE = """
import pickle, sys, time
from pathlib import Path
from mia_plugins.live.screen import Screen
look = pickle.loads(Path(sys.argv[1]).read_bytes())
with Screen(sys.stdout, every=.05) as screen:
    try:
        while True:
            screen.show(look)
            time.sleep(.05)
    except KeyboardInterrupt:
        pass
print("bye")
"""


def test_ctrl_c_gives_the_terminal_back(tmp_path: Path) -> None:
    kept = tmp_path / "look"
    kept.write_bytes(pickle.dumps(CALM))
    command = [sys.executable, "-c", NODE, str(kept)]
    with terminal() as (master, stream):
        process = subprocess.Popen(command, stdout=stream, stderr=stream, cwd=ROOT)
        read(master, "Decisions", 60)
        process.send_signal(signal.SIGINT)
        text = read(master, "bye", 20)
        assert process.wait(20) == 0
    assert LEAVES in text
    assert "\x1b[?25h" in text  # the cursor is there again
    assert text.index(LEAVES) < text.index("bye")
    assert "Traceback" not in text


def test_secrets_and_control_characters_do_not_reach_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIA_TEST_SCREEN", "hunter2hunter2")
    resolve("${env:MIA_TEST_SCREEN}")
    assert plain_text("a\x1b[2J\thunter2hunter2\r\n\u202eb\udc80") == "a�[2J ${env:MIA_TEST_SCREEN}� �b�"
    assert len(plain_text("x" * 10_000)) == 400


def test_ages_are_stale_from_their_limit_on() -> None:
    assert [Age("ES", seconds, 10.0).is_stale for seconds in (None, 9.9, 10.0)] == [False, False, True]
    assert MONEY.day == Decimal("-59.00")


@pytest.mark.parametrize("name", ["look", "picture", "panels", "grid", "screen", "wording", "clocks"])
def test_a_picture_needs_no_engine(name: str) -> None:
    source = (ROOT / "mia_plugins" / "live" / f"{name}.py").read_text(encoding="utf-8")
    assert "import nautilus" not in source
    assert "from nautilus" not in source
