"""What may be lost in a day: made, open, and at the new stop, for all strategies together."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from mia_plugins.decisions import Candidate, Verdict, blocks
from mia_plugins.runtime.broker import BrokerAccount, Closed
from mia_plugins.settings.accord import Beside, Conflict
from mia_plugins.settings.model import BaseSettings
from mia_plugins.units import Dollars, Hours, Percent
from risk.accord import day_conflicts
from risk.outlook import NOTHING, risk_of, share, stakes_of, total
from risk.rules.limit import Limit
from risk.rules.times import HOUR, hours

ENVELOPE = Dollars(Decimal(500))
"""The strictest limit that the source documents have in common: nothing that is set goes beyond it."""

SUMS = "{:.2f} $ realised, {:.2f} $ held at its stops, {:.2f} $ new, of a limit of {:.2f} $"


class DailyLoss(Limit):
    """Blocks what could take the day's loss beyond the limit, and everything for a while once it has been.

    Counted is what was realised since the session opened, what is held and on its way at its stops (or
    now, where that is worse), and the candidate's own stop: all with costs.
    """

    class Settings(BaseSettings):
        """What may be lost."""

        limit: Annotated[Dollars, Field(gt=0)] = ENVELOPE
        """What a day may lose."""
        cooldown: Annotated[Hours, Field(ge=0, le=168)] = Hours(24.0)
        """How long nothing is entered once so much has been lost in a day."""

    @classmethod
    def conflicts(cls, settings: Any, beside: Beside) -> Iterable[Conflict]:
        """Return which of its settings contradict others of the run."""
        return day_conflicts(settings, beside)

    def judge(self, candidate: Candidate) -> Verdict:
        """Say whether the day can bear it."""
        limit, broker = Decimal(self.settings.limit), candidate.account.broker
        held = total(stakes_of(self.market, candidate), lambda stake: stake.worst)
        new = risk_of(candidate)
        rest = limit + broker.realized_today + held - new
        reached = self._reached(broker, candidate.now)
        if reached is None:
            return self.left(rest, SUMS, broker.realized_today, held, new, limit)
        ago = hours(candidate.now - reached.ts)
        why = "a day had lost {:.2f} $ {:.1f} h ago; {:g} h are to pass"
        return blocks(float(rest), why, -reached.day, ago, self.settings.cooldown)

    def _reached(self, broker: BrokerAccount, now: int) -> Closed | None:
        """Return the last round trip with which a day had lost it all, if that was not long ago."""
        limit, since = -Decimal(self.settings.limit), now - int(self.settings.cooldown * HOUR)
        for one in reversed(broker.closed):
            if one.ts <= since:
                return None
            if one.day <= limit:
                return one
        return None


class OuterEnvelope(DailyLoss):
    """The daily loss that no preset and no other setting widens: 500 $, or less."""

    class Settings(DailyLoss.Settings):
        """What may be lost."""

        limit: Annotated[Dollars, Field(gt=0, le=ENVELOPE)] = ENVELOPE
        """What a day may lose: 500 $ at most."""


class DailyRisk(Limit):
    """Blocks what could take a day's losses beyond a share of the capital, what it has won not counted.

    The daily loss lets a day that has won risk what it won too; this one does not.
    """

    class Settings(BaseSettings):
        """What may be at risk."""

        risk: Annotated[Percent, Field(gt=0, le=100)] = Percent(2.0)
        """Of the capital, what a day may have lost and at risk together."""

    def judge(self, candidate: Candidate) -> Verdict:
        """Say whether the day can bear it."""
        broker = candidate.account.broker
        limit = share(self.settings.risk, broker.capital)
        lost = max(NOTHING, -broker.realized_today)
        held = total(stakes_of(self.market, candidate), lambda stake: max(NOTHING, -stake.worst))
        new = risk_of(candidate)
        return self.left(
            limit - lost - held - new,
            "{:.2f} $ lost, {:.2f} $ held at risk, {:.2f} $ new, of {:.2f} $",
            lost,
            held,
            new,
            limit,
        )
