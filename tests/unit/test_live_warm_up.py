"""After history was recalled, bars and indicators are those of a tape that had seen the whole session."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.measured import AtrTicks
from indicators.structure.regime import EmaTicks
from mia_plugins.data.arrow import Kind
from mia_plugins.data.bars import bars_of
from mia_plugins.data.columns import Trades, rows_of
from mia_plugins.data.sessions import NS, session_on
from mia_plugins.features import Market
from mia_plugins.live.intake import Stream
from mia_plugins.live.terms import Pace
from mia_plugins.live.warming import WarmUp, lacking
from mia_plugins.tape.errors import TapeError
from mia_plugins.tape.tape import Tape
from tests.market import DAY, ES, some_trades

SESSION = session_on(DAY)
MINUTE = 60 * NS
LENGTHS = (1, 2, 5, 15, 60)


def tape() -> Tape:
    return Tape("ES", {Kind.TRADES}, LENGTHS)


def followed(one: Tape, times: list[int]) -> list[tuple[Any, ...]]:
    """Return EMA and ATR at some instants of a tape."""
    market = Market.blank()
    measures = [EmaTicks(market, EmaTicks.Settings()), AtrTicks(market, AtrTicks.Settings())]
    seen, lo = [], one.now
    for now in times:
        one.advance(now)
        for measure in measures:
            measure.advance(one, lo, now)
        lo = now
        seen.append(tuple(measure.value for measure in measures))
    return seen


@settings(max_examples=15, deadline=None)
@given(
    start=st.integers(1, 1_300),
    seed=st.integers(0, 99),
    count=st.sampled_from([300, 4_000]),
    late=st.booleans(),
)
def test_bars_of_every_length_and_what_follows_them_are_the_whole_sessions(
    start: int, seed: int, count: int, late: bool
) -> None:
    """The tape may have been opened before history comes, or after."""
    trades = some_trades(count=count, seed=seed)
    begun = SESSION.open + start * MINUTE
    at = int(trades.ts.searchsorted(begun))
    whole, warmed = tape(), tape()
    minutes = bars_of(rows_of(trades, slice(0, at)))
    if late:
        warmed.begin(SESSION, ES)
    warmed.recall(SESSION, minutes)
    for one, rows in ((whole, trades), (warmed, rows_of(trades, slice(at, len(trades))))):
        if one is whole or not late:
            one.begin(SESSION, ES)
        one.load(rows)
    before = [SESSION.open + (n + 1) * MINUTE for n in range(start)]
    times = [begun + (n + 1) * MINUTE for n in range(min(60, 1_380 - start))]
    assert followed(warmed, times) == followed(whole, before + times)[start:]
    for length in LENGTHS:
        ours, theirs = warmed.bars(length), whole.bars(length)
        assert ours.youngest(2_000) == theirs.youngest(2_000)
        assert ours.count == theirs.count
        assert ours.forming == theirs.forming


def test_history_pretends_no_trades() -> None:
    one = tape()
    one.recall(SESSION, bars_of(some_trades()))
    one.begin(SESSION, ES)
    one.advance(SESSION.close - 1)
    assert len(one.trades(-1, one.now)) == 0


def test_history_comes_before_the_first_look_or_not_at_all() -> None:
    one = tape()
    one.begin(SESSION, ES)
    one.advance(SESSION.open + MINUTE)
    with pytest.raises(TapeError, match="had been looked at"):
        one.recall(SESSION, bars_of(some_trades()))


@pytest.mark.parametrize(
    ("heard", "told"),
    [
        (range(1, 61), ""),
        (range(-9, 99), ""),
        (range(1, 58), "3 of 60 min of ESM6's history are missing, at the longest from 18:57 to 19:00"),
        (range(11, 61), "10 of 60 min of ESM6's history are missing, at the longest from 18:00 to 18:10"),
        (
            [*range(2, 20), *range(24, 61)],
            "5 of 60 min of ESM6's history are missing, at the longest from 18:19 to 18:23",
        ),
    ],
)
def test_minutes_that_history_lacks_are_told_wherever_they_are(heard: Iterable[int], told: str) -> None:
    closes = np.array([SESSION.open + n * MINUTE for n in heard], np.int64)
    found = lacking("ESM6", closes, SESSION.open, SESSION.open + 60 * MINUTE)
    assert found.partition(" New York")[0] == told


def test_what_history_lacks_is_a_warning_of_the_run() -> None:
    told: list[str] = []
    recalled: list[int] = []
    context = SimpleNamespace(warnings=SimpleNamespace(add=lambda kind, text: told.append(text)))
    past = SimpleNamespace(
        feeds={"ES": [SimpleNamespace(recall=lambda product, session, bars: recalled.append(len(bars)))]},
        recorder=SimpleNamespace(take=lambda *_: None),
    )
    day = SimpleNamespace(session=SESSION, contracts={"ES": ES})
    minutes = bars_of(some_trades())
    last = int(minutes.ts[-1])
    warmed = SimpleNamespace(
        is_over=False, context=context, _day=day, _first=SESSION.open - MINUTE, _from=last, _past=past,
        _bars={"ES": minutes}, _intake=SimpleNamespace(forget_before=lambda _: None), _begin_all=lambda: None,
    )  # fmt: skip
    warmed._tell = lambda *of: WarmUp._tell(cast("WarmUp", warmed), *of)
    WarmUp._end(cast("WarmUp", warmed))
    assert recalled == [len(minutes)]
    asked = (last - SESSION.open) // MINUTE + 1
    (text,) = told
    assert text.startswith(f"{asked - len(minutes)} of {asked} min of ESM6's history are missing")


def test_what_is_heard_of_the_minute_that_history_tells_is_forgotten() -> None:
    stream = Stream(ES, frozenset({Kind.TRADES}), SESSION.open)
    for second in (50, 59, 60, 61):
        stream.take(Kind.TRADES, SESSION.open + second * NS, (1, 1, 1))
    stream.forget_before(SESSION.open + MINUTE)
    (rows,) = stream.handed_on()
    assert isinstance(rows, Trades)
    assert [(int(ts) - SESSION.open) // NS for ts in rows.ts] == [60, 61]


@given(times=st.integers(1, 60), passed=st.integers(-(10**15), 10**15))
def test_the_past_of_a_faster_market_ran_as_fast_as_the_machine(times: int, passed: int) -> None:
    pace = Pace(10**18, 5 * 10**17, times)
    market = pace.market_at(pace.machine + passed)
    assert market - pace.market == (passed * times if passed > 0 else passed)
    assert pace.market_at(pace.machine_at(market)) >= market
    assert pace.machine_at(market) == pace.machine + passed
