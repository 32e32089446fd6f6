"""Pauses: after a stop-out, and after losses in a row."""

from typing import Annotated

from pydantic import Field

from mia_plugins.decisions import Candidate, Rule, Verdict, blocks, passes
from mia_plugins.runtime.account import Role
from mia_plugins.settings.model import BaseSettings
from mia_plugins.units import Hours, Minutes
from risk.rules.times import HOUR, MINUTE, minutes


class Cooldown(Rule):
    """Blocks for a while after a position was stopped out, whichever strategy had it."""

    unit = "min left"

    class Settings(BaseSettings):
        """How long."""

        pause: Annotated[Minutes, Field(gt=0, le=1440)] = Minutes(15.0)
        """After a stop-out nothing is entered for so long."""

    def judge(self, candidate: Candidate) -> Verdict:
        """Say whether the pause is over."""
        closed = candidate.account.broker.closed
        stopped = next((one.ts for one in reversed(closed) if one.exit == Role.STOP), None)
        if stopped is None:
            return passes(0.0, "nothing was stopped out")
        left = stopped + int(self.settings.pause * MINUTE) - candidate.now
        ago, pause = minutes(candidate.now - stopped), self.settings.pause
        why = "stopped out {:.1f} min ago; {:g} min are to pass"
        return blocks(minutes(left), why, ago, pause) if left > 0 else passes(0.0, why, ago, pause)


class ConsecutiveLosses(Rule):
    """Blocks for a while when so many round trips were lost one after the other, in all strategies."""

    unit = "losses left"

    class Settings(BaseSettings):
        """How many, and how long."""

        maximum: Annotated[int, Field(ge=1, le=100)] = 4
        """Losses in a row at which it stops; each further one stops it again, until one is won."""
        pause: Annotated[Hours, Field(gt=0, le=168)] = Hours(2.0)
        """After the last of them nothing is entered for so long."""

    def judge(self, candidate: Candidate) -> Verdict:
        """Say whether there were fewer, or the pause is over."""
        broker, settings = candidate.account.broker, self.settings
        lost, most, pause = broker.losses_in_row, settings.maximum, settings.pause
        left, why = most - lost, "{} lost in a row; {} stop for {:g} h"
        if left > 0 or not broker.closed:
            return passes(left, why, lost, most, pause)
        over = candidate.now - broker.closed[-1].ts >= int(pause * HOUR)
        if over:
            return passes(left, why + ", which are over", lost, most, pause)
        return blocks(left, why, lost, most, pause)
