"""The contracts of a run, and when one handed over to the next."""

from collections.abc import Iterator

from mia_plugins.reports.blocks import Block, Note, Table
from mia_plugins.reports.market import date_text
from mia_plugins.reports.section import Section
from mia_plugins.reports.times import minute_text
from mia_plugins.reports.view import RunView


class Rolls(Section):
    """When the contract changed."""

    title = "Rolls"
    place = 900

    def of_run(self, run: RunView) -> Iterator[Block]:
        """Yield the rolls within the run."""
        rolls = run.market.rolls()
        if not rolls:
            yield Note("No contract was rolled within the run's days.")
            return
        rows = [
            (minute_text(ts), before.symbol, after.symbol, date_text(before.expiry))
            for ts, before, after in rolls
        ]
        yield Table(("From, New York", "Before", "After", "Expiry of the one before"), rows)
        yield Note("Prices are those of each contract as they were: nothing is adjusted at a roll.")
