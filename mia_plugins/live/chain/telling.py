"""An option chain becomes known: now and then as it is, to everybody who reads the table `option_chains`."""

import time
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from mia_plugins.data.sessions import NS
from mia_plugins.live.chain.line import ChainLine
from mia_plugins.live.chain.nearest import described
from mia_plugins.live.indices import CHAINS
from mia_plugins.live.terms import LiveTerms
from mia_plugins.runtime.actor import ActorContext, MiaActor
from mia_plugins.runtime.incidents import Incident, Level

MISSING = "no_chain"
PATIENCE = 120
"""Seconds of the machine's without a chain, in regular hours, after which it is told."""

type Add = Callable[[str, pa.Table, int], None]
"""Brings rows of a table, which came at an instant (UTC ns)."""


class ChainTeller(MiaActor):
    """Brings a chain to its readers when anything of it was told; says when it stays away."""

    def __init__(self, context: ActorContext, line: ChainLine, add: Add, every: int) -> None:
        """`every` is in ns of the market's."""
        super().__init__(context)
        self._line, self._add, self._every = line, add, every
        self._heard_at = 0.0
        """When what was brought last had been told: s of `time.monotonic`."""
        self._well_at = 0
        """When a chain was brought last: UTC ns."""
        self._is_missing = self._is_seen = False

    def begin(self) -> None:
        """Begin to listen."""
        self._line.start()
        self._well_at = self.data_time()
        self.clock.set_timer_ns("chain", self._every, None, None, self._look)

    def close(self) -> None:
        """Listen no more."""
        self._line.end()

    def _look(self, event: Any) -> None:
        now, at, board = event.ts_event, time.monotonic(), self._line.board
        with board.lock:
            lack = board.lack(at)
            if not lack and board.heard_at <= self._heard_at:
                lack = f"nothing of {board.symbol} or its options came since the last chain"
            rows = None if lack else board.rows(at, now, self._terms.expiry)
            self._heard_at = board.heard_at if rows is not None else self._heard_at
            seen = "" if rows is None else described(board.chosen, board.offered, self._terms.expiry)
            limited = board.limited
        if rows is None:
            self._lacks(now, lack)
            return
        self._add(CHAINS, rows, now)
        self._came(now, f"the chain of {board.symbol} is of {seen}")
        if limited:
            self.context.warnings.add("chain limited", f"the chain of {board.symbol} is less: {limited}")

    @property
    def _terms(self) -> LiveTerms:
        terms = self.context.terms
        assert isinstance(terms, LiveTerms)  # noqa: S101 for the type checker
        return terms

    def _came(self, now: int, seen: str) -> None:
        self._well_at = now
        if not self._is_seen:
            self._is_seen = True
            self.context.warnings.add("chain seen", seen)
        if self._is_missing:
            self._is_missing = False
            self._tell(now, Level.CLEAR, "a chain comes again")

    def _lacks(self, now: int, lack: str) -> None:
        """Tell it once, and only while the stock market is open: at night options rest."""
        age = now - self._well_at
        patience = self.context.terms.takes(PATIENCE * NS) + 2 * self._every
        is_open = any(one.session.rth_open <= now < one.session.rth_close for one in self.context.days)
        if is_open and not self._is_missing and age > patience:
            self._is_missing = True
            self._tell(now, Level.WARN, f"no chain of {self._line.board.symbol} for {age / NS:.0f} s: {lack}")

    def _tell(self, now: int, level: Level, told: str) -> None:
        self.context.incidents.tell(now, self.context.name, Incident(MISSING, level, told))
        self.context.warnings.add(f"{MISSING} {level}", told)
