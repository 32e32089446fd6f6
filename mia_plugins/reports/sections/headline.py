"""The numbers that one looks at first, each with its interval, and targets beside what was realised."""

from collections.abc import Iterator, Sequence

from mia_plugins.reports.blocks import Block, Heading, Note, Table, Tile, Tiles, Tone
from mia_plugins.reports.market import date_text
from mia_plugins.reports.numbers import NONE, dollars, interval, percent, plain, written
from mia_plugins.reports.section import Section
from mia_plugins.reports.view import RunView
from mia_plugins.statistics.figures import Figure
from mia_plugins.statistics.run import Statistics
from mia_plugins.statistics.targets import Target

type Row = tuple[str, Figure, str]
"""A name, a figure, and how it is written."""
_TARGETS = {
    "win_rate": ("Win rate (%)", "plain"),
    "profit_factor": ("Profit factor", "plain"),
    "max_drawdown": ("Worst drawdown (%)", "plain"),
    "trades_a_day": ("Trades a day", "plain"),
    "daily_profit": ("Profit a day ($)", "dollars"),
}


class Headline(Section):
    """What it came to."""

    title = "Headline"
    place = 100

    def of_run(self, run: RunView) -> Iterator[Block]:
        """Yield tiles, all figures, and targets."""
        stats = run.stats
        if not len(run.trades):
            yield Note(_why_no_trade(run), "warn")
        yield Tiles(_tiles(stats))
        yield Table(
            ("Figure", "Realised", "95 % interval"),
            [(name, written(one.value, how), interval(one, how)) for name, one, how in figures_of(stats)],
            frozenset({1, 2}),
            folded="All figures",
        )
        yield Heading("Target and realised")
        yield from _targets(("",), [("", one) for one in stats.targets])

    def of_runs(self, runs: Sequence[RunView]) -> Iterator[Block]:
        """Yield figures side by side."""
        rows = [
            ("Status", *(str(run.record.status) for run in runs)),
            ("Trading days", *(_days(run.stats) for run in runs)),
            ("Net profit", *(dollars(run.stats.trades.net, signed=True) for run in runs)),
            ("Trades", *(f"{run.stats.trades.trades:,}" for run in runs)),
            ("Worst drawdown", *(dollars(run.stats.drawdown.amount) for run in runs)),
        ]
        by_run = [figures_of(run.stats) for run in runs]
        for lines in zip(*by_run, strict=True):
            cells = [_with_interval(one, how) for _, one, how in lines]
            rows.append((lines[0][0], *cells))
        yield Table(("Figure", *(run.id for run in runs)), rows, frozenset(range(1, len(runs) + 1)))
        yield Note(
            "In brackets: 95 % intervals, Wilson's for the win rate, by bootstrap over days for the rest."
        )
        yield Heading("Target and realised")
        yield from _targets(("Run", ""), [(run.id, one) for run in runs for one in run.stats.targets])


def figures_of(stats: Statistics) -> list[Row]:
    """Return all figures that have an interval."""
    trades, returns = stats.trades, stats.returns
    return [
        ("Win rate", trades.win_rate, "percent"),
        ("Profit factor", trades.profit_factor, "plain"),
        ("Expectancy per trade", trades.expectancy, "dollars_cents"),
        ("Expectancy per trade in R", trades.expectancy_r, "plain"),
        ("Average win", trades.average_win, "dollars_cents"),
        ("Average loss", trades.average_loss, "dollars_cents"),
        ("Average win / average loss", trades.payoff, "plain"),
        ("Profit per trading day", stats.daily_profit, "dollars_cents"),
        ("Total return", returns.total, "percent"),
        ("Annualised return", returns.annual, "percent"),
        ("Volatility a year", returns.volatility, "percent"),
        ("Sharpe ratio", returns.sharpe, "plain"),
        ("Sortino ratio", returns.sortino, "plain"),
        ("Calmar ratio", returns.calmar, "plain"),
        ("Worst drawdown, daily balance", returns.max_drawdown, "percent"),
        ("Downside deviation", returns.downside_deviation, "percent"),
        ("Value at risk, a day, 95 %", returns.value_at_risk, "percent"),
        ("Expected shortfall, a day, 95 %", returns.expected_shortfall, "percent"),
        ("Value at risk, Cornish–Fisher", returns.value_at_risk_cf, "percent"),
        ("Expected shortfall, Cornish–Fisher", returns.expected_shortfall_cf, "percent"),
    ]


def _tiles(stats: Statistics) -> list[Tile]:
    trades, fall = stats.trades, stats.drawdown
    tone: Tone = "good" if trades.net > 0 else "bad" if trades.net < 0 else ""
    return [
        Tile(
            "Net profit",
            dollars(trades.net, signed=True),
            f"{dollars(stats.gross, signed=True)} before {dollars(stats.fees)} commissions",
            tone,
        ),
        Tile("Balance", dollars(stats.balance), f"from {dollars(stats.capital)}"),
        Tile("Trades", f"{trades.trades:,}", f"{trades.wins:,} won, {trades.losses:,} lost"),
        _tile("Win rate", trades.win_rate, "percent"),
        _tile("Profit factor", trades.profit_factor, "plain"),
        _tile("Expectancy per trade", trades.expectancy, "dollars_cents"),
        _tile("Expectancy in R", trades.expectancy_r, "plain"),
        Tile("Worst drawdown", dollars(fall.amount), f"{percent(fall.share)} of its high"),
        _tile("Sharpe ratio", stats.returns.sharpe, "plain"),
        Tile("Trading days", f"{stats.returns.days:,}", _span(stats)),
    ]


def _tile(label: str, figure: Figure, how: str) -> Tile:
    return Tile(label, written(figure.value, how), interval(figure, how))


def _span(stats: Statistics) -> str:
    if stats.first_day is None or stats.last_day is None:
        return "none was reached"
    return f"{date_text(stats.first_day)} – {date_text(stats.last_day)}"


def _days(stats: Statistics) -> str:
    return f"{stats.returns.days:,} ({_span(stats)})"


def _with_interval(figure: Figure, how: str) -> str:
    value = written(figure.value, how)
    if figure.low is None or figure.high is None:
        return value
    return f"{value} [{written(figure.low, how)}, {written(figure.high, how)}]"


def _targets(heads: tuple[str, ...], targets: Sequence[tuple[str, Target]]) -> Iterator[Block]:
    """Yield targets beside what was realised, by run where the heads name it."""
    if not targets:
        yield Note("The settings name no targets.")
        return
    rows = []
    for run, one in targets:
        name, how = _TARGETS.get(one.name, (one.name, "plain"))
        told = written(one.realised.value, how)
        which = (run, name) if len(heads) > 1 else (name,)
        rows.append((*which, _aim(one, how), told, interval(one.realised, how), _verdict(one)))
    yield Table(
        (*heads, "Target", "Realised", "95 % interval", ""),
        rows,
        frozenset(range(len(heads), len(heads) + 3)),
        caption="Targets are what a document or a file aims at; nothing claims them.",
    )


def _aim(one: Target, how: str) -> str:
    low, high = written(one.low, how), written(one.high, how)
    if one.low is not None and one.high is not None:
        return f"{low} to {high}"
    return f"≥ {low}" if one.low is not None else f"≤ {high}" if one.high is not None else NONE


def _verdict(one: Target) -> str:
    if one.holds is None:
        return ""
    if one.excluded is None:
        return "within" if one.holds else "missed"
    if one.holds:
        return "within, and its interval too" if one.assured else "within; its interval reaches beyond"
    return "missed, and by all of its interval" if one.excluded else "missed; its interval reaches it"


def _why_no_trade(run: RunView) -> str:
    counts = run.outcomes
    if not counts:
        return "No trade and no decision was recorded: see the warnings below."
    told = ", ".join(f"{plain(count, 0)} {name}" for name, count in sorted(counts.items()))
    return f"No trade was closed. Of the decisions that were kept: {told}."
