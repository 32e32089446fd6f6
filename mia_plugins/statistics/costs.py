"""Results at no costs, at those that were paid, and at twice as much."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow.compute as pc

from mia_plugins.statistics.equity import ReturnFigures, daily_of, return_figures
from mia_plugins.statistics.figures import Ints, dollars, ratio
from mia_plugins.statistics.intervals import Resamples
from mia_plugins.statistics.results import TradeFigures, trade_figures
from mia_plugins.statistics.sources import Sources, real, tick_values, whole, words
from mia_plugins.statistics.trades import Days, Trades

TIMES = (0, 1, 2)


@dataclass(frozen=True)
class Slippage:
    """What fills were worse than the price they were meant for."""

    cents: Ints
    """Of each trade, in cents: above 0 a cost. A stop is measured against its trigger, an entry at the
    market against the price its decision saw; a limit order has none."""
    unmeasured: int
    """Contracts left at the market, whose price was meant for nothing."""


@dataclass(frozen=True)
class CostScenario:
    """What a run would have come to had costs been so many times what they were, with the same trades."""

    times: int
    """0, 1 or 2."""
    fees: Decimal
    """Commissions, in $."""
    slippage: Decimal
    """In $: stops against their triggers, entries at the market against the price the decision saw."""
    unmeasured: int
    """Contracts left at the market; their slippage is in the results, and not among these costs."""
    trades: TradeFigures
    """What trades come to."""
    returns: ReturnFigures
    """Figures of daily returns."""


def slippage_of(sources: Sources, trades: Trades) -> Slippage:
    """Return what each trade lost to slippage, from the orders and fills of its decision."""
    fills = sources.table("fills", ["order_id", "decision", "instrument_id", "role", "side", "lots", "ticks"])
    orders = sources.table("orders", ["order_id", "type", "ticks"])
    none = np.zeros(len(trades), np.int64)
    if not (len(trades) and len(fills["order_id"]) and len(orders["order_id"])):
        return Slippage(none, 0)
    at = pc.index_in(fills["order_id"], orders["order_id"])
    kind, trigger = words(orders["type"].take(at)), real(orders["ticks"].take(at))
    decision, lots = whole(fills["decision"]), whole(fills["lots"])
    trade, known = _trade_of(decision, trades)
    at_market = kind == "market"
    entry = at_market & (words(fills["role"]) == "entry")
    meant = np.where(kind == "stop", trigger, np.where(entry, trades.price[trade], np.nan))
    worse = whole(fills["side"]) * (real(fills["ticks"]) - meant)
    cost = worse * lots * tick_values(words(fills["instrument_id"])) * 100
    measured = known & np.isfinite(cost)
    total = np.bincount(trade[measured], weights=cost[measured], minlength=len(trades))
    return Slippage(np.rint(total).astype(np.int64), int(lots[known & at_market & ~measured].sum()))


def _trade_of(decision: Ints, trades: Trades) -> tuple[Ints, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Return the place of the trade of each decision, and where there is one."""
    order = np.argsort(trades.decision, kind="stable")
    place = np.minimum(np.searchsorted(trades.decision[order], decision), len(order) - 1)
    trade = order[place].astype(np.int64)
    return trade, trades.decision[trade] == decision


def cost_scenarios(
    trades: Trades, slippage: Slippage, days: Days, capital: int, resamples: Resamples | None
) -> Sequence[CostScenario]:
    """Return what the run comes to at 0, 1 and 2 times its costs; `capital` is in cents."""
    day = days.place(trades.ts_close)
    paid = trades.fees + slippage.cents
    found = []
    for times in TIMES:
        net = trades.net + (1 - times) * paid
        daily = daily_of(net, day, days.dates, capital)
        found.append(
            CostScenario(
                times=times,
                fees=dollars(times * int(trades.fees.sum())),
                slippage=dollars(times * int(slippage.cents.sum())),
                unmeasured=slippage.unmeasured,
                trades=trade_figures(net, ratio(net / 100, trades.risk), day, len(days), resamples),
                returns=return_figures(daily.returns, resamples),
            )
        )
    return tuple(found)
