"""How far a run went in what limits are set to: losses, trades, contracts; and what Kelly would risk."""

import datetime as dt
from collections.abc import Iterator

from mia_plugins.reports.blocks import Block, Note, Table
from mia_plugins.reports.market import date_text
from mia_plugins.reports.numbers import NONE, counted, dollars, percent, plain
from mia_plugins.reports.section import Section
from mia_plugins.reports.view import RunView
from mia_plugins.statistics.kelly import MIN_TRADES, Kelly


class Limits(Section):
    """Where limits would have acted."""

    title = "Limits"
    place = 750

    def of_run(self, run: RunView) -> Iterator[Block]:
        """Yield extremes, how much was held, and Kelly."""
        if not len(run.trades):
            yield Note("No trade was closed: no limit was near.")
            return
        far, activity, fall = run.stats.extremes, run.stats.activity, run.stats.drawdown
        rows = [
            (
                "Lowest sum of a day's closed trades",
                dollars(far.worst_day_low, cents=True),
                _on(far.worst_day),
            ),
            ("Best day", dollars(far.best_day_net, cents=True), _on(far.best_day)),
            ("Largest loss of a trade", dollars(far.worst_trade, cents=True), ""),
            ("Worst drawdown", dollars(fall.amount, cents=True), f"{percent(fall.share)} of a high at most"),
            ("Most losses one after the other", f"{activity.longest_losses:,}", ""),
            ("Most trades on a day", f"{far.busiest_trades:,}", _on(far.busiest_day)),
            ("Most contracts at once", f"{far.contracts:,}", ""),
            ("Time with a position", percent(activity.exposure), "of the sessions"),
            ("Turnover", plain(activity.turnover, 1), "times the mean balance, a trading day"),
            ("Risk a trade by Kelly", percent(run.stats.kelly.risk, 2), _kelly(run.stats.kelly)),
        ]
        yield Table(("", "It came to", ""), rows, frozenset({1}), caption="What limits are about")
        yield Note("Which rules blocked decisions, and what that was worth, stands in the next section.")


def _on(day: dt.date | None) -> str:
    return date_text(day) if day else NONE


def _kelly(kelly: Kelly) -> str:
    if kelly.p is None:
        return f"fixed below {MIN_TRADES} trades; there are {kelly.trades}"
    told = f"a quarter of {plain(kelly.f, 3)}, by the lower end of the win rate of the last "
    told += counted(kelly.trades, "trade")
    return told if kelly.risk else f"{told}: no trade"
