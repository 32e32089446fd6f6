"""`Limit`: a hard rule that says how much of a limit a candidate would leave."""

from decimal import Decimal

from mia_plugins.decisions import Rule, Verdict, blocks, passes


class Limit(Rule):
    """Base of rules that compare; the number they journal is what is left of the limit: below 0 it blocks."""

    unit = "$ left"
    asks_again = True

    @staticmethod
    def left(rest: Decimal | int, reason: str, *numbers: object) -> Verdict:
        """Return the verdict of what would be left of a limit; `reason` tells the numbers."""
        judged = blocks if rest < 0 else passes
        return judged(float(rest), reason, *numbers)
