"""Interactive Brokers' history as rows: bars of one minute, trades, quotes."""

import datetime as dt
import time
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from catalog.formats.ib_history.asking import Asking
from catalog.formats.ib_history.client import Ask, Rows
from catalog.formats.ib_history.paging import Pages
from catalog.formats.ib_history.request import IbRequest
from catalog.formats.tally import Tally
from mia_plugins.data.columns import Bars, Quotes, Trades
from mia_plugins.data.sessions import NS, sessions
from mia_plugins.importing import Importer, MarketRows, Part, Source
from mia_plugins.settings.one_model import load_settings

LENGTH = 23 * 3_600
"""s that one request for bars is about: a session."""
Span = tuple[int, int]
"""UTC s, the end left out."""


class IbHistoryImporter(Importer):
    """Asks a gateway for what a request in YAML says."""

    def parts(self, source: Source) -> Iterator[Part]:
        """Yield what is told, at most a session a part."""
        size = source.size  # a file that is not there is told here
        request = load_settings(IbRequest, source.path)
        now = time.time_ns()
        spans = list(_spans(request, now))
        if not spans:
            said = f"no trading day from {request.first} to {request.last} has begun"
            raise source.refuse("first", said, "ask for days that are over, or today")
        with Asking(request, source) as asking:
            for number, span in enumerate(spans, start=1):
                tally = Tally("row")
                if request.kind == "bars":
                    _take_bars(request, asking.ask(Ask("trades bars", *span)), (source, now), tally)
                else:
                    _take_ticks(request, span, (source, asking), tally)
                if asking.waits:
                    tally.flag("wait for the broker, as too much was asked", np.ones(asking.waits, np.bool_))
                    asking.waits = 0
                yield tally.part(size * number // len(spans))


def _spans(request: IbRequest, now: int) -> Iterator[Span]:
    """Yield what is asked for one after the other, until now (UTC ns).

    What is told between two sessions belongs to the later one, so each begins where the one before closed.
    """
    before = sessions(request.first - dt.timedelta(days=14), request.first - dt.timedelta(days=1))[-1]
    for last, session in pairwise([before, *sessions(request.first, request.last)]):
        edges = list(range(session.close // NS, last.close // NS, -LENGTH))[::-1]
        for start, end in pairwise([last.close // NS, *edges]):
            if start < now // NS:
                yield start, min(end, now // NS)


def _take_bars(request: IbRequest, rows: Rows | None, known: tuple[Source, int], tally: Tally) -> None:
    """Note bars, which the client stamps at their close; a minute that is not over is rejected."""
    if rows is None:
        return
    source, now = known
    ts, prices, sizes = rows
    tally.read += len(ts)
    keep = tally.sound(np.arange(len(ts)), (ts > now, "a minute that is not over"))
    ticks = source.grid(request.contract).ticks(prices[keep], _each(ts[keep], prices))
    opened, high, low, close = np.ascontiguousarray(ticks.T)
    bars = Bars(ts[keep], opened, high, low, close, sizes[keep, 0])
    tally.market(MarketRows(request.contract, bars, place=_Told(bars.ts)))


def _take_ticks(request: IbRequest, span: Span, whom: tuple[Source, Asking], tally: Tally) -> None:
    """Note ticks, which are told to the second: they are known once it is over."""
    source, asking = whom
    assert request.kind != "bars"  # noqa: S101 for the type checker
    pages = Pages(asking, request.kind)
    rows = pages.of(*span)
    if rows is None:
        return
    ts, prices, sizes = rows
    tally.read += len(ts)
    ts = ts // NS * NS + NS - 1
    ticks = source.grid(request.contract).ticks(prices, _each(ts, prices))
    columns = (
        Trades(ts, ticks[:, 0], sizes[:, 0], np.zeros(len(ts), np.int8))
        if request.kind == "trades"
        else Quotes(ts, ticks[:, 0], ticks[:, 1], sizes[:, 0], sizes[:, 1])
    )
    for what, count in pages.flagged.items():
        tally.flag(what, np.ones(count, np.bool_))
    tally.market(MarketRows(request.contract, columns, place=_Told(ts)))


def _each(ts: np.ndarray, prices: np.ndarray) -> np.ndarray:
    """Return the times of prices, several of which are of one row."""
    return np.broadcast_to(ts[:, None], (len(ts), prices.shape[1]))


class _Told:
    """Says which row is meant, by its time."""

    def __init__(self, ts: np.ndarray) -> None:
        self._ts = ts

    def __call__(self, row: int) -> str:
        """Return it for a person."""
        return (
            f"the row of {dt.datetime.fromtimestamp(int(self._ts[row]) // NS, dt.UTC):%Y-%m-%d %H:%M:%S} UTC"
        )
