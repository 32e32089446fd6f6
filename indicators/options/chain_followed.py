"""The newest option chain of an index as it becomes known, and what was usual before."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from indicators.options.activity import Activity, unusual_activity
from indicators.options.bias import usual_gex
from indicators.options.black import Market as Priced
from indicators.options.chain import Chain, chain_of
from indicators.options.choices import ChainSettings, index_of
from indicators.options.exposure import DealerSign, net_gex
from indicators.options.figures import Figures, figures_of
from indicators.options.flow import log_put_call_ratio, put_call_term
from indicators.options.history import PastFigures, PastVolumes
from indicators.options.levels import next_publication
from indicators.options.settlement import trading_day
from mia_plugins.data.arrow import times_of
from mia_plugins.data.sessions import NS
from mia_plugins.features import Market, Measure
from mia_plugins.tape.known import KnownTable
from mia_plugins.tape.tape import Tape
from mia_plugins.units import Nanoseconds, Points, Seconds


class OptionChain(Measure):
    """What the newest chain says; it is worked through once, when it becomes known.

    A chain holds until its next publication is overdue (26 h, days without a session not counted). What it
    is compared with are the last chains of trading days before its own; they outlast a change of contract.
    """

    Settings = ChainSettings
    tables = frozenset({"option_chains"})
    outputs = (
        *("net_gex", "vanna", "charm", "skew", "term", "move"),
        *("put_call_term", "usual_gex", "unusual_calls", "unusual_puts"),
    )

    def __init__(self, market: Market, settings: Any) -> None:
        self.underlying: str = settings.chain_of or index_of(market.product)
        """What the options are on."""
        sign = DealerSign(settings.dealers)
        self._sign = sign.mirrored if market.mirrored else sign
        self._priced = Priced(0.0, settings.rate, settings.carry)
        super().__init__(market, settings)

    def reset(self) -> None:
        """Forget every chain."""
        self.figures: Figures | None = None
        """What it says; `None` when there is none, or it holds no longer."""
        self.age: Seconds | None = None
        """How old the newest chain is, whether it holds or not."""
        self.reason = f"no chain of {self.underlying} is known"
        """Why there are no figures; empty when there are."""
        self.usual_put_call: list[float] = []
        """ln(puts/calls) of the trading days before the chain's, the newest last."""
        self.usual_gex: float | None = None
        """The .75 quantile of |net GEX| over 60 sessions ($ a move of 1 %); `None` until there are 20."""
        self._term: float | None = None
        self._newest: Figures | None = None
        self._day: dt.date | None = None
        self._count = -1
        self._put_call, self._gex = PastFigures(), PastFigures()
        self._volumes = PastVolumes()
        self._activity: tuple[Figures, Activity] | None = None

    def begin_contract(self) -> None:
        """Go on: options on the index know no contract of the future."""

    def take(self, tape: Tape, lo: int, hi: int) -> None:
        """Look whether a chain became known, and how old the newest is."""
        del tape
        table = self.market.known.get("option_chains")
        if table is None:
            return
        fresh = table.known(lo, hi)
        if fresh is not None and (len(fresh) or len(table) != self._count):
            self._count = len(table)
            self._look(table, fresh, hi)
        self._hold(hi)

    def _look(self, table: KnownTable, fresh: pa.Table, now: int) -> None:
        newest = table.newest(underlying=self.underlying)
        if newest is None:
            return
        last = _last_time(newest)
        # Chains that were overtaken before anybody looked are still what their days ended with.
        known = table.known(-1, now)
        for as_of in _ends_of_days(fresh.filter(pc.equal(fresh["underlying"], self.underlying)), last):
            rows = None if known is None else known.filter(pc.equal(known["ts_event"], _time(as_of)))
            chain = None if rows is None else self._chain(rows)
            if chain is not None:
                self._note(chain, net_gex(chain, self._sign), log_put_call_ratio(chain))
        before = self._newest
        if before is None or (before.chain.as_of, before.chain.rows) != (last, len(newest)):
            chain = self._chain(newest)
            if chain is not None:
                known_at = int(times_of(newest["ts_init"].combine_chunks()).max())
                self._newest = figures_of(chain, self._sign, known_at)
                self._day = trading_day(chain.as_of)
                self._note(chain, self._newest.net_gex, self._newest.log_put_call)
        self._compare()

    def _compare(self) -> None:
        """Find out what is usual by the days before the newest chain's, and how it stands to that."""
        newest, day = self._newest, self._day
        if newest is None:
            return
        self.usual_put_call = self._put_call.before(day) if day else []
        self.usual_gex = usual_gex(self._gex.before(day)) if day else None
        self._term = put_call_term(newest.log_put_call, self.usual_put_call)

    def _chain(self, rows: pa.Table) -> Chain | None:
        return chain_of(rows, self.underlying, self._priced, mirrored=self.market.mirrored)

    def _note(self, chain: Chain, gex: float | None, put_call: float | None) -> None:
        day = trading_day(chain.as_of)
        if day is None:
            return
        if gex is not None:
            self._gex.note(day, chain.as_of, gex)
        if put_call is not None:
            self._put_call.note(day, chain.as_of, put_call)
        if not np.isnan(chain.volume).all():
            self._volumes.take(day, chain)

    def _hold(self, now: int) -> None:
        if self._newest is None:
            return
        as_of = self._newest.chain.as_of
        self.age = Seconds((now - as_of) / NS)
        until = next_publication(Nanoseconds(as_of))
        holds = until is not None and now <= until
        self.figures = self._newest if holds else None
        self.reason = "" if holds else f"the chain of {self.underlying} is {self.age / 3600:.1f} h old"

    @property
    def put_call_term(self) -> float | None:
        """How many fewer puts are held than usual, in [−1, 1]."""
        return None if self.figures is None else self._term

    @property
    def activity(self) -> Activity | None:
        """Which options trade more than usual."""
        figures, day = self.figures, self._day
        if figures is None:
            return None
        if self._activity is None or self._activity[0] is not figures:
            usual = self._volumes.usual(day, figures.chain) if day else None
            self._activity = figures, unusual_activity(figures.chain, usual)
        return self._activity[1]

    @property
    def unusual_calls(self) -> float | None:
        """Contracts of calls that trade more than usual."""
        return self.activity.call_volume if self.activity else None

    @property
    def unusual_puts(self) -> float | None:
        """Contracts of puts that trade more than usual."""
        return self.activity.put_volume if self.activity else None

    @property
    def net_gex(self) -> float | None:
        """$ a move of 1 %."""
        return self.figures.net_gex if self.figures else None

    @property
    def vanna(self) -> float | None:
        """$ a point, for volatility + 1.00."""
        return self.figures.vanna if self.figures else None

    @property
    def charm(self) -> float | None:
        """$ a point, a day."""
        return self.figures.charm if self.figures else None

    @property
    def skew(self) -> float | None:
        """25-delta put less call, of volatility."""
        return self.figures.skew if self.figures else None

    @property
    def term(self) -> float | None:
        """Front over next volatility less 1."""
        return self.figures.term if self.figures else None

    @property
    def move(self) -> Points | None:
        """The expected move, in points of the index."""
        return self.figures.move.points if self.figures and self.figures.move else None


def _last_time(rows: pa.Table) -> int:
    return int(times_of(rows["ts_event"].combine_chunks()).max())


def _time(ns: int) -> pa.Scalar:
    return pa.scalar(ns, pa.timestamp("ns", "UTC"))


def _ends_of_days(rows: pa.Table, last: int) -> Iterator[int]:
    """Yield the last time of each trading day in rows but for the last of all, in order (UTC ns)."""
    times = np.unique(times_of(rows["ts_event"].combine_chunks()))
    of_day = {trading_day(int(as_of)): int(as_of) for as_of in times if int(as_of) != last}
    yield from sorted(of_day.values())
