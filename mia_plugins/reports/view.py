"""A run as a report sees it: its record, trades, days, figures and what lies beside them, read when asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from mia_plugins.reports.market import Market
from mia_plugins.runs.errors import RunError
from mia_plugins.runs.folder import RunFolder, RunStatus
from mia_plugins.runs.ledger import Ledger
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
from mia_plugins.statistics.figures import Floats, Ints
from mia_plugins.statistics.intervals import Resamples
from mia_plugins.statistics.results import TradeFigures, trade_figures
from mia_plugins.statistics.sources import Sources, Words, real, whole, words
from mia_plugins.statistics.trades import Days, Trades, trades_of

_SHADOWS = ("id", "r", "exit", "mae", "mfe")
_REFUSED = frozenset({"denied", "rejected"})


@dataclass(frozen=True)
class Shadows:
    """What the brackets of decisions that were not taken would have done; each column has an entry each."""

    id: Ints
    reason: Words
    """The rule or gate that was against it."""
    outcome: Words
    """blocked or rejected."""
    r: Floats
    """Result in units of the risk; nan where there was no entry."""
    exit: Words


class RunView:
    """A run that is reported."""

    def __init__(self, folder: RunFolder, runs_dir: Path | None = None) -> None:
        """`runs_dir` holds the ledger, where it is not the folder that the run lies in."""
        self.folder = folder
        self.runs_dir = runs_dir or folder.path.absolute().parent
        self.id = folder.id
        self.record = folder.record
        self.sources = Sources(folder.path)

    @property
    def is_whole(self) -> bool:
        """Say whether the run came to its end."""
        return self.record.status is RunStatus.COMPLETE

    @cached_property
    def statistics(self) -> Mapping[str, Any]:
        """What the run's statistics.json says; nothing where there is none."""
        return self.folder.statistics()

    @property
    def settings(self) -> Mapping[str, Any]:
        """All settings; nothing where the file is not there."""
        return self.sources.settings

    @property
    def missing_tables(self) -> list[str]:
        """Tables that every whole run has and this one has not."""
        expected = ("decisions", "orders", "fills", "positions", "shadows")
        return [name for name in expected if not self.sources.names(name)]

    @cached_property
    def trades(self) -> Trades:
        """Round trips in the order in which they were closed."""
        return trades_of(self.sources)

    @cached_property
    def days(self) -> Days:
        """The trading days that were reached, also those without a trade."""
        return Days.of(self.settings, self.record.span, self.trades.ts_close)

    @cached_property
    def day_of_trade(self) -> Ints:
        """The place of each trade's day."""
        return self.days.place(self.trades.ts_close)

    @cached_property
    def resamples(self) -> Resamples | None:
        """Trading days drawn again and again; None when there are too few."""
        return Resamples.of(len(self.days))

    @cached_property
    def figures(self) -> TradeFigures:
        """What its trades came to."""
        return self.figures_of(np.ones(len(self.trades), np.bool_))

    def figures_of(self, mask: np.ndarray[Any, Any], *, intervals: bool = True) -> TradeFigures:
        """Return what some of its trades came to."""
        trades = self.trades
        resamples = self.resamples if intervals else None
        return trade_figures(
            trades.net[mask], trades.r[mask], self.day_of_trade[mask], len(self.days), resamples
        )

    @cached_property
    def returns(self) -> ReturnFigures:
        """Figures of its daily returns."""
        return return_figures(self.daily.returns, self.resamples)

    @cached_property
    def equity(self) -> Equity:
        """The balance after each trade."""
        return equity_of(self.trades.ts_close, self.trades.net, self.sources.capital)

    @cached_property
    def daily(self) -> Daily:
        """What each trading day came to."""
        return daily_of(self.trades.net, self.day_of_trade, self.days.dates, self.sources.capital)

    @cached_property
    def drawdown(self) -> Drawdown:
        """The deepest fall of the balance."""
        return drawdown_of(self.equity, self.sources.capital, self.start)

    @property
    def start(self) -> int:
        """When the run began: UTC ns of the data; 0 where nothing was reached."""
        if self.days.sessions:
            return self.days.sessions[0].open
        return self.record.span[0] if self.record.span else 0

    @cached_property
    def shadows(self) -> Shadows:
        """What decisions that were not taken would have made."""
        found = self.sources.table("shadows", _SHADOWS)
        why = {
            int(number): (reason, outcome)
            for batch in self.sources.batches("decisions", ("id", "reason", "outcome"))
            for number, reason, outcome in _not_taken(batch)
        }
        ids = whole(found["id"])
        told = [why.get(int(one), ("", "")) for one in ids]
        reason, outcome = (np.array([one[part] for one in told], np.object_) for part in (0, 1))
        return Shadows(ids, reason, outcome, real(found["r"]), words(found["exit"]))

    @cached_property
    def outcomes(self) -> dict[str, int]:
        """How many decisions came to what: taken, blocked by a rule, …"""
        counted: dict[str, int] = {}
        for batch in self.sources.batches("decisions", ("outcome",)):
            for value in batch["outcome"].value_counts().to_pylist():
                counted[value["values"]] = counted.get(value["values"], 0) + value["counts"]
        return counted

    @cached_property
    def refused(self) -> dict[str, int]:
        """How many orders were refused, by the reason."""
        counted: dict[str, int] = {}
        for batch in self.sources.batches("orders", ("state", "reason")):
            rows = zip(batch["state"].to_pylist(), batch["reason"].to_pylist(), strict=True)
            for reason in (reason for state, reason in rows if state in _REFUSED):
                kind = str(reason or "no reason given").split(":", maxsplit=1)[0]
                counted[kind] = counted.get(kind, 0) + 1
        return counted

    @cached_property
    def trials(self) -> int | None:
        """How many runs the ledger counts; None without a ledger."""
        ledger = Ledger.read(self.runs_dir)
        if ledger is None:
            return None
        with ledger:
            return ledger.count()

    @cached_property
    def market(self) -> Market:
        """Prices and levels of its catalog."""
        return Market(self.settings, self.days)

    def explain(self, decision: int) -> str:
        """Return the command that explains a decision."""
        usual = self.runs_dir == Path("runs").absolute()
        where = "" if usual else f" --runs {self.runs_dir}"
        return f"mia explain {self.id} {decision}{where}"

    @classmethod
    def open(cls, runs_dir: Path, word: str) -> "RunView":
        """Open the run that a word means: the beginning of an id, `latest`, or a path."""
        return cls(RunFolder.open(runs_dir, word))


def views(runs_dir: Path, words_: tuple[str, ...]) -> list[RunView]:
    """Open the runs that are reported; none may be named twice."""
    found = [RunView.open(runs_dir, word) for word in words_]
    ids = [one.id for one in found]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice:
        raise RunError(f"the run {twice} is named twice", "name it once")
    return found


def _not_taken(batch: Any) -> Any:
    columns = (batch[name].to_pylist() for name in ("id", "reason", "outcome"))
    return (row for row in zip(*columns, strict=True) if row[2] in {"blocked", "rejected"})
