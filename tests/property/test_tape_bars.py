"""Bars from the tape are the trades put into heaps by hand, however time passes."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mia_plugins.data.arrow import Kind
from mia_plugins.data.bars import bars_of
from mia_plugins.data.columns import Bars, Trades, rows_of
from mia_plugins.data.sessions import NS, Session, session_on
from mia_plugins.tape.bars import KEPT, Bar
from mia_plugins.tape.tape import Tape
from tests.drawn import drawn
from tests.market import DAY, ES, NEXT_DAY

MINUTE = 60 * NS
LENGTHS = (1, 2, 5, 15, 60, 240)
DAYS = (session_on(DAY), session_on(NEXT_DAY))

# Close to full minutes, and anywhere: within a session of 23 hours.
INSTANTS = st.builds(
    lambda minute, off: minute * MINUTE + off,
    st.integers(0, 23 * 60 - 1) | st.integers(0, 20) | st.integers(23 * 60 - 20, 23 * 60 - 1),
    st.sampled_from([0, 1, NS, 59 * NS, MINUTE - 1]) | st.integers(0, MINUTE - 1),
)
TRADES = st.lists(st.tuples(INSTANTS, st.integers(-9, 9), st.integers(1, 9)), max_size=60)
PULSES = st.lists(INSTANTS, max_size=60)
CUTS = st.lists(INSTANTS, max_size=4)


def trades_of(session: Session, drawn_trades: Iterable[tuple[int, int, int]]) -> Trades:
    rows = sorted(drawn_trades, key=lambda row: row[0])
    ts, ticks, lots = np.array(rows, np.int64).reshape(-1, 3).T
    return Trades(ts + session.open, ticks + 24_000, lots, np.ones(len(ts), np.int8))


def heaps(session: Session, trades: Trades, minutes: int) -> list[Bar]:
    """Return the bars of a session, trade by trade."""
    found: dict[int, list[tuple[int, int]]] = {}
    for ts, ticks, lots in zip(trades.ts.tolist(), trades.ticks.tolist(), trades.lots.tolist(), strict=True):
        end = session.open
        while end <= ts:
            end += minutes * MINUTE
        end = min(end, session.close)  # the last bar of a session ends with it
        found.setdefault(end, []).append((ticks, lots))
    bars = []
    for end, heap in found.items():
        prices = [ticks for ticks, _ in heap]
        bars.append(Bar(end, prices[0], max(prices), min(prices), prices[-1], sum(lots for _, lots in heap)))
    return bars


def rows(bars: Bars) -> list[Bar]:
    columns = (getattr(bars, name).tolist() for name in Bars.__slots__)
    return [Bar(*row) for row in zip(*columns, strict=True)]


def pieces[T: Trades | Bars](columns: T, cuts: Iterable[int]) -> list[tuple[int, T]]:
    """Return columns cut at instants, each piece with the instant from which it may be loaded."""
    edges = [-1, *sorted(cuts), 2**62]
    return [
        (begin, rows_of(columns, (columns.ts > begin) & (columns.ts <= end)))
        for begin, end in pairwise(edges)
    ]


def _bars_are_heaps(
    days: list[list[tuple[int, int, int]]], pulses: list[int], cuts: list[int], base: int
) -> None:
    order = (base, *(length for length in LENGTHS if length != base))
    tapes = [Tape("ES", {kind}, order) for kind in (Kind.TRADES, Kind.BARS)]
    closed: dict[int, list[Bar]] = {length: [] for length in LENGTHS}
    for session, told in zip(DAYS, days, strict=True):
        trades = trades_of(session, told)
        minutes = bars_of(trades)
        assert rows(minutes) == heaps(session, trades, 1)
        whole = {length: heaps(session, trades, length) for length in LENGTHS}
        edges = [session.open + cut for cut in cuts]
        instants = sorted({*(session.open + pulse for pulse in pulses), *edges, session.close})
        told_columns: list[Trades | Bars] = [trades, minutes]
        for tape, columns in zip(tapes, told_columns, strict=True):
            tape.begin(session, ES)
            waiting = pieces(columns, edges)
            for now in instants:
                while waiting and waiting[0][0] < now:
                    tape.load(waiting.pop(0)[1])
                assert tape.advance(now) == any(bar.ts == now for bar in whole[base])
                _holds(tape, {n: closed[n] + [bar for bar in whole[n] if bar.ts <= now] for n in LENGTHS})
        for length, bars in whole.items():
            closed[length] += bars


def _holds(tape: Tape, expected: dict[int, list[Bar]]) -> None:
    """Hold a tape to the bars of each length that have closed by now."""
    for length, closed in expected.items():
        bars = tape.bars(length)
        assert rows(bars.tail(KEPT)) == closed
        assert bars.count == len(closed)
        assert bars.close == (closed[-1].close if closed else 0)


def test_a_trade_of_nothing_makes_no_price() -> None:
    session, tape = DAYS[0], Tape("ES", (Kind.TRADES,), (1,))
    tape.begin(session, ES)
    tape.load(trades_of(session, [(0, 0, 2), (1, -400, 0), (2, 1, 3)]))
    tape.advance(session.open + MINUTE)
    assert tape.base.last[1:] == (24_000, 24_001, 24_000, 24_001, 5)
    assert len(tape.trades(session.open - 1, session.open + MINUTE)) == 2


TWO_DAYS = st.lists(TRADES, min_size=2, max_size=2)
BASES = st.sampled_from(LENGTHS)


@drawn(60)
@given(TWO_DAYS, PULSES, CUTS, BASES)
def test_bars_are_the_trades_in_heaps(
    days: list[list[tuple[int, int, int]]], pulses: list[int], cuts: list[int], base: int
) -> None:
    _bars_are_heaps(days, pulses, cuts, base)


@pytest.mark.long
@drawn(1_500)
@given(TWO_DAYS, PULSES, CUTS, BASES)
def test_bars_are_the_trades_in_heaps_in_full(
    days: list[list[tuple[int, int, int]]], pulses: list[int], cuts: list[int], base: int
) -> None:
    _bars_are_heaps(days, pulses, cuts, base)
