"""A run as a report sees it: its record, trades, days, figures and what lies beside them, read when asked."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from mia_plugins.data.columns import Bars
from mia_plugins.data.instruments import PRODUCTS
from mia_plugins.reports.market import Market, joined, large
from mia_plugins.runs.errors import RunError
from mia_plugins.runs.folder import RunFolder, RunStatus
from mia_plugins.statistics.benchmark import Held, held_of
from mia_plugins.statistics.run import Statistics, statistics_from
from mia_plugins.statistics.selection import Trials, trials_of
from mia_plugins.statistics.sources import Sources
from mia_plugins.statistics.trades import Days, Trades, trades_of

_REFUSED = frozenset({"denied", "rejected"})


class RunView:
    """A run that is reported."""

    def __init__(self, folder: RunFolder, runs_dir: Path | None = None) -> None:
        """`runs_dir` holds the ledger, where it is not the folder that the run lies in."""
        self.folder = folder
        self.runs_dir = runs_dir or folder.path.absolute().parent
        self.id = folder.id
        self.record = folder.record
        self.sources = Sources(folder.path)
        self._contracts: dict[str, list[Bars]] = {}
        self._prices: dict[str, Bars] = {}

    @property
    def is_whole(self) -> bool:
        """Say whether the run came to its end."""
        return self.record.status is RunStatus.COMPLETE

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
        return Days.of(self.settings, self.record.span[1] if self.record.span else None, self.trades.ts_close)

    @cached_property
    def stats(self) -> Statistics:
        """What the run came to, each figure with its interval."""
        return statistics_from(self.sources, self.trades, self.days)

    @property
    def start(self) -> int:
        """When the run began: UTC ns of the data; 0 where nothing was reached."""
        if self.days.sessions:
            return self.days.sessions[0].open
        return self.record.span[0] if self.record.span else 0

    @cached_property
    def outcomes(self) -> dict[str, int]:
        """How many decisions were taken, blocked, rejected, or none."""
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
    def trials(self) -> Trials | None:
        """How often something was tried, by the ledger; None without one."""
        return trials_of(self.runs_dir)

    @cached_property
    def market(self) -> Market:
        """Prices and levels of its catalog."""
        return Market(self.settings, self.days)

    def prices(self, product: str) -> Bars:
        """Return minute bars of a product, read once."""
        if product not in self._prices:
            self._prices[product] = joined(self.contracts(product))
        return self._prices[product]

    def contracts(self, product: str) -> list[Bars]:
        """Return minute bars of each contract of a product in turn, read once."""
        if product not in self._contracts:
            self._contracts[product] = self.market.bars(product)
        return self._contracts[product]

    def held(self, product: str) -> Held:
        """Return what holding one contract of a product, large or micro, would have come to."""
        return held_of(self.contracts(large(product)), float(PRODUCTS[product].tick_value))

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
