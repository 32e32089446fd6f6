"""How a strategy's shadows see the market: behind it, in long stretches, which is all they need."""

from collections.abc import Callable, Sequence

from mia_plugins.data.bars import MINUTE
from mia_plugins.data.columns import Quotes
from mia_plugins.journal.decision import Decision
from mia_plugins.journal.shadow import Outcomes, Shadows
from mia_plugins.runtime.account import Account
from mia_plugins.runtime.supposed import Supposed
from mia_plugins.tape.trail import Trail

LAG = 240 * MINUTE
"""ns that shadows may be behind. Outcomes do not depend on it; a short look costs like a long one."""


def _unseen(quotes: Sequence[Quotes]) -> None:
    """Let quotes go by."""
    del quotes


class Following:
    """Brackets of decisions that were not taken, what is held, and the quotes they have yet to see."""

    def __init__(self, shadows: Shadows, trail: Trail, supposed: Supposed) -> None:
        """`supposed` is where the shadows write."""
        self._shadows, self._trail, self._supposed = shadows, trail, supposed
        self._see: Callable[[Sequence[Quotes]], None] = _unseen
        self.due = 0
        """When they look at the market again: UTC ns."""

    def open(self, number: int, now: int, decision: Decision, flat_at: int) -> None:
        """Follow what a candidate would have done, until `flat_at` (UTC ns) at the latest."""
        stop, target, until = decision.stop, decision.target, decision.until
        if stop is None or target is None or not decision.side:
            return
        until = flat_at if until is None else min(flat_at, until)
        if now < until:
            self._supposed.note(number, decision)
            self._shadows.open(number, now, decision.side, stop, target, until)

    def watch(self, see: Callable[[Sequence[Quotes]], None]) -> None:
        """Have a function see all quotes too, those of a look at once."""
        self._see = see

    def look(self, now: int) -> None:
        """See the quotes up to now (UTC ns)."""
        self.due = now + LAG
        seen = list(self._trail.until(now))
        for quotes in seen:
            self._shadows.advance(quotes.ts, quotes.bid_ticks, quotes.ask_ticks)
        self._see(seen)

    def end(self, now: int) -> None:
        """See the quotes up to now (UTC ns) and write what is still open: the data end there."""
        self.look(now)
        self._shadows.end(now)


def following_of(account: Account, log: Outcomes, trail: Trail, *, bars: bool) -> Following:
    """Return what follows a strategy's market; outcomes go to `log`. `bars`: the quotes come of bars."""
    supposed = Supposed(log, account)
    return Following(Shadows(account.costs.slippage, supposed, bars=bars), trail, supposed)
