"""How a strategy's shadows see the market: behind it, in long stretches, which is all they need."""

from collections.abc import Sequence
from typing import Protocol

from mia_plugins.data.bars import MINUTE
from mia_plugins.data.columns import Quotes
from mia_plugins.journal.decision import Decision
from mia_plugins.journal.shadow import Outcomes, Shadows, Waits
from mia_plugins.runtime.account import Account
from mia_plugins.runtime.supposed import Supposed
from mia_plugins.tape.trail import Trail

LAG = 240 * MINUTE
"""ns that shadows may be behind. Outcomes do not depend on it; a short look costs like a long one."""


class Holder(Protocol):
    """What was traded, which is to see the quotes too."""

    def see(self, seen: Sequence[Quotes]) -> None:
        """Take the quotes since those before, up to now: they are gone afterwards."""

    def see_closed(self, waiting: Sequence[Quotes]) -> None:
        """Take, for what is closed, the quotes up to now that it may have been held through."""


class Following:
    """Brackets of decisions that were not taken, what is held, and the quotes they have yet to see."""

    def __init__(self, shadows: Shadows, trail: Trail, supposed: Supposed) -> None:
        """`supposed` is where the shadows write."""
        self._shadows, self._trail, self._supposed = shadows, trail, supposed
        self._holder: Holder | None = None
        self.due = 0
        """When they look at the market again: UTC ns."""
        self.has_closed = False
        """Whether what was traded is closed, and has quotes to see yet."""

    def open(self, number: int, now: int, decision: Decision, flat_at: int) -> None:
        """Follow what a candidate would have done, until `flat_at` (UTC ns) at the latest."""
        stop, target, until = decision.stop, decision.target, decision.until
        if stop is None or target is None or not decision.side:
            return
        until = flat_at if until is None else min(flat_at, until)
        if now < until:
            self._supposed.note(number, decision)
            waits = None
            if decision.entry is not None:
                waits = Waits(decision.entry, until if decision.entry_until is None else decision.entry_until)
            self._shadows.open(number, now, decision.side, stop, target, until, waits)

    def watch(self, holder: Holder) -> None:
        """Have what was traded see all quotes too, those of a look at once."""
        self._holder = holder

    def closed(self) -> None:
        """Have what is closed see its quotes soon. Shadows go on in their long stretches."""
        self.has_closed = True

    def show_closed(self, now: int) -> None:
        """Have what is closed see the quotes up to now (UTC ns): no decision waits for it."""
        self.has_closed = False
        if self._holder is not None:
            self._holder.see_closed(self._trail.waiting(now))

    def look(self, now: int) -> None:
        """See the quotes up to now (UTC ns)."""
        self.due, self.has_closed = now + LAG, False
        seen = list(self._trail.until(now))
        for quotes in seen:
            self._shadows.advance(quotes.ts, quotes.bid_ticks, quotes.ask_ticks)
        if self._holder is not None:
            self._holder.see(seen)

    def end(self, now: int) -> None:
        """See the quotes up to now (UTC ns) and write what is still open: the data end there."""
        self.look(now)
        self._shadows.end(now)


def following_of(account: Account, log: Outcomes, trail: Trail, *, bars: bool) -> Following:
    """Return what follows a strategy's market; outcomes go to `log`. `bars`: the quotes come of bars."""
    supposed = Supposed(log, account)
    return Following(Shadows(account.costs.slippage, supposed, bars=bars), trail, supposed)
