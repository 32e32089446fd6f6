"""What the same trades would have come to at no costs and at twice the costs."""

from collections.abc import Iterator

from mia_plugins.reports.blocks import Block, Note, Table
from mia_plugins.reports.numbers import dollars, interval, percent, plain
from mia_plugins.reports.section import Section
from mia_plugins.reports.view import RunView


class Costs(Section):
    """How much of the result hangs on costs."""

    title = "Costs at 0, 1 and 2 times"
    place = 700

    def of_run(self, run: RunView) -> Iterator[Block]:
        """Yield the three results side by side."""
        if not len(run.trades):
            yield Note("No trade was closed, so that nothing was paid.")
            return
        rows = [
            (
                f"{one.times} ×" + (" (as it was)" if one.times == 1 else ""),
                dollars(one.trades.net, signed=True),
                dollars(one.fees),
                dollars(one.slippage),
                percent(one.trades.win_rate.value),
                plain(one.trades.profit_factor.value),
                dollars(one.trades.expectancy.value, signed=True, cents=True),
                interval(one.trades.expectancy, "dollars_cents").removeprefix("95 %: "),
            )
            for one in run.stats.costs
        ]
        columns = (
            "Costs", "Net", "Commissions", "Slippage", "Win rate", "Profit factor", "Per trade", "95 %",
        )  # fmt: skip
        yield Table(columns, rows, frozenset(range(1, 8)))
        yield Note(_told(run))


def _told(run: RunView) -> str:
    unmeasured = run.stats.costs[0].unmeasured
    told = (
        "Slippage: stops against their triggers, "
        "entries at the market against the price that the decision saw."
    )
    if unmeasured:
        told += f" {unmeasured:,} contracts left at the market have no price to be measured against."
    return told
