"""How near a run came to its limits, what they vetoed and trimmed, incidents; and what Kelly would risk."""

import datetime as dt
from collections.abc import Iterator

from mia_plugins.reports.blocks import Block, Heading, Note, Table
from mia_plugins.reports.market import date_text
from mia_plugins.reports.numbers import NONE, counted, dollars, percent, plain
from mia_plugins.reports.section import Section
from mia_plugins.reports.times import minute_text
from mia_plugins.reports.view import RunView
from mia_plugins.statistics.kelly import MIN_TRADES, Kelly
from mia_plugins.statistics.limits import (
    Incident,
    LimitUse,
    Met,
    Trim,
    incidents_of,
    limits_of,
    trims_of,
)

_SHOWN = 200
"""Incidents that stand on the page."""
_MEANING = (
    "What a candidate would have left of each limit with its final size; below 0 it was blocked. Of several "
    "vetoes the first by name is the one in whose name it was blocked."
)


class Limits(Section):
    """How near limits were, and where they acted."""

    title = "Limits"
    place = 750

    def of_run(self, run: RunView) -> Iterator[Block]:
        """Yield extremes, how near each limit was, trims, and incidents."""
        if len(run.trades):
            yield _extremes(run)
        else:
            yield Note("No trade was closed.")
        yield from _limits(limits_of(run.sources))
        yield from _trims(trims_of(run.sources))
        yield from _incidents(list(incidents_of(run.sources)))
        yield Note("What it was worth that rules blocked decisions stands in the next section.")


def _extremes(run: RunView) -> Table:
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
    return Table(("", "It came to", ""), rows, frozenset({1}), caption="What limits are about")


def _limits(uses: tuple[LimitUse, ...]) -> Iterator[Block]:
    """Yield how near each limit was, the one that vetoed most first."""
    rows = [
        (
            f"{one.rule} · {one.strategy}",
            f"{one.asked:,}",
            *_met(one.nearest, one.unit),
            f"{one.vetoes:,}",
            f"{one.named:,}",
            *_met(one.farthest, one.unit),
        )
        for one in sorted(uses, key=lambda one: (-one.vetoes, one.rule))
    ]
    if rows:
        columns = (
            "Limit", "Asked", "Least left by what was taken", "When", "Vetoes", "In its name",
            "Farthest beyond", "When",
        )  # fmt: skip
        yield Heading("How near each limit was")
        yield Table(columns, rows, frozenset({1, 2, 4, 5, 6}), caption=_MEANING)


def _trims(trims: tuple[Trim, ...]) -> Iterator[Block]:
    """Yield what made sizes smaller."""
    rows = [
        (f"{one.step} · {one.strategy}", f"{one.times:,}", percent(one.least.number), _when(one.least))
        for one in sorted(trims, key=lambda one: -one.times)
    ]
    if rows:
        yield Heading("Sizes that were trimmed")
        yield Table(("By", "Candidates", "To at least, of the size", "When"), rows, frozenset({1, 2}))


def _incidents(found: list[Incident]) -> Iterator[Block]:
    """Yield what went wrong, or nearly: the first of them."""
    rows = [(minute_text(one.ts), one.who, one.what, one.level, one.told) for one in found[:_SHOWN]]
    if rows:
        yield Heading("Incidents")
        more = f"The first {_SHOWN} of {len(found):,}." if len(found) > _SHOWN else ""
        yield Table(("When", "Seen by", "What", "Level", ""), rows, caption=more)


def _met(met: Met | None, unit: str) -> tuple[str, str]:
    if met is None:
        return NONE, ""
    number = dollars(met.number, cents=True) if unit == "$" else plain(met.number, 1, unit)
    return number, _when(met)


def _when(met: Met) -> str:
    return f"{minute_text(met.ts)}, decision {met.decision:,}"


def _on(day: dt.date | None) -> str:
    return date_text(day) if day else NONE


def _kelly(kelly: Kelly) -> str:
    if kelly.p is None:
        return f"fixed below {MIN_TRADES} trades; there are {kelly.trades}"
    told = f"a quarter of {plain(kelly.f, 3)}, by the lower end of the win rate of the last "
    told += counted(kelly.trades, "trade")
    return told if kelly.risk else f"{told}: no trade"
