"""Pages of ticks: none is lost or comes twice, however many share a second and whichever answers fail."""

from collections.abc import Callable

import numpy as np
import pytest

from catalog.formats.ib_history.client import PAGE, Ask, Rows
from catalog.formats.ib_history.paging import CUT, Pages
from mia_plugins.data.sessions import NS
from mia_plugins.importing import SourceError

START, END = 1_000_000_020, 1_000_003_620


class Broker:
    """Tells the last ticks before an end as the client does: none where a request failed, without a word."""

    def __init__(self, seconds: np.ndarray, fails: Callable[[], bool] = lambda: False) -> None:
        self.seconds, self.fails = np.sort(seconds), fails

    def ask(self, wanted: Ask) -> Rows | None:
        inside = np.flatnonzero((self.seconds >= wanted.start) & (self.seconds <= wanted.end))
        if wanted.what.endswith("bars"):
            starts, counts = np.unique(self.seconds[inside] // 60 * 60, return_counts=True)
            bars = self.rows((starts + 60) * NS, starts)
            return (*bars[:2], counts[:, None]) if len(starts) else None
        if self.fails() or not len(inside):
            return None
        last = inside[-PAGE:]
        return self.rows(self.seconds[last] * NS, last)

    def rows(self, ts: np.ndarray, values: np.ndarray) -> Rows:
        return ts, values[:, None].astype(np.float64), np.ones((len(ts), 1), np.int64)

    def wait(self) -> None:
        pass

    def refuse(self, what: str, remedy: str) -> SourceError:
        return SourceError(what, remedy)


def found(broker: Broker) -> tuple[list[float], Pages]:
    pages = Pages(broker, "trades")  # type: ignore[arg-type]
    rows = pages.of(START, END)
    return ([] if rows is None else rows[1][:, 0].tolist()), pages


@pytest.mark.parametrize("seed", range(20))
def test_every_tick_comes_once_and_in_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    seconds = START + rng.integers(0, END - START, 5_000) // rng.integers(1, 200)
    broker = Broker(seconds, lambda: rng.random() < 0.2)
    told, pages = found(broker)
    counts = np.unique(seconds, return_counts=True)[1]
    if counts.max() < PAGE:  # a page may hold a second, and has one more tick that says it is whole
        assert told == list(range(len(seconds)))
        assert not pages.flagged
    else:
        assert pages.flagged[CUT] >= 1


def test_a_span_without_ticks_is_empty() -> None:
    assert found(Broker(np.empty(0, np.int64)))[0] == []


def test_ticks_that_are_never_told_are_an_error() -> None:
    with pytest.raises(SourceError, match="no trades are told, though there are bars"):
        found(Broker(np.array([START, START + 300]), lambda: True))
