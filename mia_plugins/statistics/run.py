"""All statistics of a run, from its folder: `statistics_of(folder)`."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from mia_plugins.runs.folder import RUN, RunFolder
from mia_plugins.statistics.ablation import Ablation, ablations_of
from mia_plugins.statistics.activity import Activity, RDistribution, activity_of, r_distribution
from mia_plugins.statistics.breakdowns import Breakdown, breakdowns_of
from mia_plugins.statistics.candidates import candidates_of
from mia_plugins.statistics.costs import CostScenario, cost_scenarios, slippage_of
from mia_plugins.statistics.equity import (
    Daily,
    Drawdown,
    Equity,
    ReturnFigures,
    daily_of,
    drawdown_of,
    equity_of,
    return_figures,
)
from mia_plugins.statistics.extremes import Extremes, extremes_of
from mia_plugins.statistics.figures import Figure, Floats, as_data, dollars
from mia_plugins.statistics.intervals import Resamples
from mia_plugins.statistics.judgement import FeatureKnowledge, RuleWorth, features_of, rules_of
from mia_plugins.statistics.kelly import Kelly, kelly_of
from mia_plugins.statistics.results import TradeFigures, mean_figure, trade_figures
from mia_plugins.statistics.setups import Excursions, setups_of
from mia_plugins.statistics.sources import Sources
from mia_plugins.statistics.targets import Target, realised_of, targets_of
from mia_plugins.statistics.trades import Days, Trades, trades_of


@dataclass(frozen=True)
class Statistics:
    """What a run came to."""

    capital: Decimal
    """The balance at the start, in $."""
    balance: Decimal
    """The balance at the end: capital and what closed trades came to, in $."""
    gross: Decimal
    """Profit or loss of closed trades before commissions, in $."""
    fees: Decimal
    """Commissions of closed trades, in $."""
    first_day: dt.date | None
    """The first trading day; None where none was reached."""
    last_day: dt.date | None
    """The last trading day that was reached."""
    trades: TradeFigures
    """What the trades came to."""
    returns: ReturnFigures
    """Figures of daily returns."""
    daily_profit: Figure
    """Mean profit or loss of a trading day, in $, also of those without a trade."""
    drawdown: Drawdown
    """The deepest fall of the balance."""
    activity: Activity
    """How much and how long was held."""
    extremes: Extremes
    """How far it went in what limits are set to."""
    r: RDistribution
    """How the results in R are spread."""
    equity: Equity
    """The balance after each trade."""
    daily: Daily
    """What each trading day came to."""
    setups: tuple[Excursions, ...]
    """How far prices went against and for the trades of each setup."""
    costs: tuple[CostScenario, ...]
    """Results at 0, 1 and 2 times the costs."""
    breakdowns: tuple[Breakdown, ...]
    """Results by month, weekday, hour, part of the session, instrument, strategy, exit and side."""
    rules: tuple[RuleWorth, ...]
    """What each rule and each gate was worth."""
    features: tuple[FeatureKnowledge, ...]
    """How much each feature knew."""
    ablations: tuple[Ablation, ...]
    """What decisions would have been without each feature, of strategies whose features have weights."""
    targets: tuple[Target, ...]
    """What the settings aim at, beside what was realised."""
    kelly: Kelly
    """What to risk a trade, from the last 200."""

    def as_data(self) -> dict[str, Any]:
        """Return all of it as JSON has it."""
        data: dict[str, Any] = as_data(self)
        return data


@dataclass(frozen=True)
class Core:
    """What needs no look at the decisions that were not taken."""

    capital: int
    """Cents."""
    trades: Trades
    days: Days
    resamples: Resamples | None
    daily: Daily
    equity: Equity
    figures: TradeFigures
    returns: ReturnFigures
    drawdown: Drawdown

    @classmethod
    def of(cls, trades: Trades, days: Days, capital: int) -> "Core":
        """Return it for the round trips of some days, begun with a capital in cents."""
        resamples = Resamples.of(len(days))
        day = days.place(trades.ts_close)
        daily = daily_of(trades.net, day, days.dates, capital)
        equity = equity_of(trades.ts_close, trades.net, capital)
        begin = days.sessions[0].open if len(days) else 0
        return cls(
            capital=capital,
            trades=trades,
            days=days,
            resamples=resamples,
            daily=daily,
            equity=equity,
            figures=trade_figures(trades.net, trades.r, day, len(days), resamples),
            returns=return_figures(daily.returns, resamples),
            drawdown=drawdown_of(equity, capital, begin),
        )

    @property
    def gross(self) -> int:
        """Profit or loss before commissions, in cents."""
        return int(self.trades.gross.sum())

    @property
    def fees(self) -> int:
        """Commissions, in cents."""
        return int(self.trades.fees.sum())

    @property
    def balance(self) -> int:
        """The balance at the end, in cents."""
        return self.capital + int(self.trades.net.sum())

    def a_day(self, values: Floats) -> Figure:
        """Return the mean of the days' values."""
        days = len(self.days)
        return mean_figure(values, np.arange(days), days, self.resamples, "no trading day")


def statistics_of(folder: Path | RunFolder) -> Statistics:
    """Return the statistics of a run: of a folder, complete or not, or of a draft."""
    sources = Sources(folder.path if isinstance(folder, RunFolder) else folder)
    trades = trades_of(sources)
    days = Days.of(sources.settings, _reached(sources.folder), trades.ts_close)
    return statistics_from(sources, trades, days)


def statistics_from(sources: Sources, trades: Trades, days: Days) -> Statistics:
    """Return the statistics of a run whose trades and days are read already."""
    core = Core.of(trades, days, sources.capital)
    resamples, daily = core.resamples, core.daily
    found = candidates_of(sources, trades)
    daily_profit = core.a_day(daily.net / 100)
    trades_a_day = core.a_day(daily.trades.astype(np.float64))
    realised = realised_of(core.figures, core.returns, core.drawdown, trades_a_day, daily_profit)
    return Statistics(
        capital=dollars(core.capital),
        balance=dollars(core.balance),
        gross=dollars(core.gross),
        fees=dollars(core.fees),
        first_day=days.dates[0] if len(days) else None,
        last_day=days.dates[-1] if len(days) else None,
        trades=core.figures,
        returns=core.returns,
        daily_profit=daily_profit,
        drawdown=core.drawdown,
        activity=activity_of(trades, days, daily.balance),
        extremes=extremes_of(trades, days.place(trades.ts_close), daily),
        r=r_distribution(trades.r),
        equity=core.equity,
        daily=daily,
        setups=setups_of(trades),
        costs=tuple(cost_scenarios(trades, slippage_of(sources, trades), days, core.capital, resamples)),
        breakdowns=breakdowns_of(trades, days, resamples),
        rules=rules_of(found, days, resamples),
        features=features_of(sources, found, days, resamples),
        ablations=ablations_of(sources, found, days, resamples),
        targets=targets_of(sources.settings, realised),
        kelly=kelly_of(trades.net / 100),
    )


def _reached(folder: Path) -> int | None:
    """Return the last moment of data of a run (UTC ns); None of one that has not ended or reached none."""
    if not (folder / RUN).is_file():
        return None
    span = RunFolder.at(folder).record.span
    return None if span is None else span[1]
