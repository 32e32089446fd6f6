"""The statistics of whole runs, from their folders: what is read, joined and left out."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mia_plugins.data.sessions import NS, sessions
from mia_plugins.errors import MiaError
from mia_plugins.journal.decision import Decision, JournalColumns, Outcome
from mia_plugins.journal.schema import SHADOWS
from mia_plugins.journal.writer import Journal
from mia_plugins.making.statistics import statistics_of as headline_of
from mia_plugins.runs.rows import RowLog, seal
from mia_plugins.runtime.records import FILLS, ORDERS, POSITIONS
from mia_plugins.statistics.run import Statistics, statistics_of
from mia_plugins.statistics.sources import Sources
from mia_plugins.statistics.trades import Days

FIRST, LAST = dt.date(2026, 6, 1), dt.date(2026, 6, 30)
DAYS = sessions(FIRST, LAST)
ES = "ESM6.XCME"
MINUTE = 60 * NS
SETTINGS = f"capital: 25000\nstart: {FIRST}\nend: {LAST}\nvenue: {{commission: null}}\n"
TABLES = {"orders": ORDERS, "fills": FILLS, "positions": POSITIONS, "shadows": SHADOWS}


class Book:
    """A run as a test tells it: trades of one contract with a stop 10 ticks away, and decisions not taken."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        columns = {"s": JournalColumns(features=("wind",), rules=("wall",))}
        self._journal = Journal(folder / "decisions.arrows", columns, "all", {})
        self._book = self._journal.book("s")
        self._logs = {name: RowLog(folder / f"{name}.arrows", schema) for name, schema in TABLES.items()}

    def trade(self, day: int, ticks: int, side: int = 1, *, minute: int = 16 * 60, slip: int = 0) -> None:
        """Trade from 1000 to so many ticks more, in so many minutes after the session's open."""
        ts = DAYS[day].open + minute * MINUTE
        decision = self._decide(ts, side, Outcome.TAKEN, "", float(ticks * side))
        leave, gross = 1000 + ticks * side, Decimal("12.5") * ticks
        entry_id, stop_id = f"s-{decision}-E", f"s-{decision}-S"
        who = (decision, "s", ES)
        for order_id, role, kind, sign, price in (
            (entry_id, "entry", "market", side, None),
            (stop_id, "stop", "stop", -side, leave + slip * side),
        ):
            state = (*who, role, kind, sign, 1, price, ts, ts + MINUTE, "filled", 1, None)
            self._logs["orders"].append((order_id, *state))
        fee = Decimal("2.25")
        self._logs["fills"].append((ts, entry_id, *who, "entry", side, 1, 1000, fee))
        self._logs["fills"].append((ts + MINUTE, stop_id, *who, "stop", -side, 1, leave, fee))
        self._logs["positions"].append(
            (
                *who, side, ts, ts + MINUTE, 1, 1000.0, float(leave), gross, Decimal("4.50"),
                gross - Decimal("4.50"), "stop", 5.0, 10.0,
            )
        )  # fmt: skip

    def block(self, day: int, r: float | None, *, wind: float = 0.0) -> None:
        """Have a rule block a decision whose shadow comes to so many R before commissions."""
        ts = DAYS[day].open + MINUTE
        decision = self._decide(ts, 1, Outcome.BLOCKED, "wall", wind)
        entry = None if r is None else 1000
        self._logs["shadows"].append((decision, ts, entry, ts + MINUTE, entry, "time", r, 0, 0))

    def _decide(self, ts: int, side: int, outcome: Outcome, reason: str, wind: float) -> int:
        decision = Decision(side, outcome, reason, 1, 1000 - 10 * side, 1000 + 20 * side)
        decision.values, decision.verdicts, decision.numbers = (wind,), (True,), (1.0,)
        base_id = f"s-{self._book.next_id}" if outcome is Outcome.TAKEN else None
        return self._book.record(ts, ES, "bar", decision, base_id, 998)

    def close(self, *, sealed: bool = True, settings: str = SETTINGS) -> Path:
        """End the tables, and the settings."""
        self._journal.close()
        for log in self._logs.values():
            log.close()
        if sealed:
            for name in ("decisions", *self._logs):
                seal(self.folder / f"{name}.arrows", self.folder / f"{name}.parquet")
        (self.folder / "settings.yaml").write_text(settings)
        return self.folder


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)


def found(book: Book, **more: Any) -> Statistics:
    return statistics_of(book.close(**more))


def test_a_run_by_hand(book: Book) -> None:
    book.trade(0, 20)
    book.trade(20, -10, side=-1, minute=60)
    of = found(book)
    assert [of.capital, of.gross, of.fees, of.balance] == [25000, 125, 9, 25116]
    assert (of.trades.trades, of.trades.wins, of.trades.net) == (2, 1, Decimal("116.00"))
    assert of.trades.expectancy_r.value == pytest.approx((245.5 - 129.5) / 125 / 2)
    assert (of.returns.days, of.first_day, of.last_day) == (21, FIRST, DAYS[20].day)
    assert of.returns.total.value == pytest.approx(116 / 25000)
    assert of.drawdown.amount == Decimal("129.50")
    assert of.daily_profit.value == pytest.approx(116 / 21)
    assert of.activity.contracts == 4
    assert of.activity.exposure == pytest.approx(2 * MINUTE / sum(day.close - day.open for day in DAYS[:21]))
    assert of.activity.turnover == pytest.approx((2020 + 2010) * 12.5 / (of.daily.balance.mean() / 100) / 21)
    assert [(one.setup, one.edge) for one in of.setups] == [("s", 2.0)]
    assert of.setups[0].mae_r.mean == pytest.approx(0.5)
    parts = {one.by: {g.label: g.figures.trades for g in one.groups} for one in of.breakdowns}
    assert parts["hour"] == {"10": 1, "19": 1}
    assert parts["session"] == {"overnight": 1, "rth": 1}
    assert parts["side"] == {"long": 1, "short": 1}
    assert parts["month"] == {"2026-06": 2}
    assert parts["instrument"] == {"ES": 2}


def test_costs_are_commissions_and_slippage(book: Book) -> None:
    """The decision saw 998: an entry at 1000 is 2 ticks worse; the stop is filled 3 ticks beyond its trigger."""
    book.trade(0, -13, slip=3)
    of = found(book)
    free, paid, twice = of.costs
    assert [one.times for one in of.costs] == [0, 1, 2]
    assert (paid.fees, paid.slippage, paid.unmeasured) == (Decimal("4.50"), Decimal("62.50"), 0)
    assert paid.trades == of.trades
    assert paid.returns == of.returns
    assert free.trades.net == of.trades.net + 67
    assert twice.trades.net == of.trades.net - 67


def test_what_a_rule_was_worth(book: Book) -> None:
    for day in range(12):
        book.block(day, -1.0 if day % 3 else 2.0)
    book.block(3, None)
    book.trade(20, 5)
    (rule,) = found(book).rules
    fee = 4.5 / 12.5 / 10
    assert (rule.rule, rule.outcome, rule.against, rule.followed, rule.filled) == (
        "wall",
        "blocked",
        13,
        13,
        12,
    )
    assert rule.mean_r.value == pytest.approx(-fee)
    assert rule.worth_r == pytest.approx(12 * fee)
    assert rule.mean_r.low is not None
    assert rule.mean_r.high is not None
    assert rule.mean_r.low < -fee < rule.mean_r.high


def test_what_a_feature_knew(book: Book) -> None:
    for day in range(15):
        book.block(day, day / 10, wind=float(day))
        book.trade(day, day, side=-1)  # its wind is −day
    (one,) = found(book).features
    assert (one.strategy, one.feature, one.pairs, one.taken) == ("s", "wind", 30, 15)
    assert one.ic_taken.value == pytest.approx(1)
    assert one.ic.value is not None
    assert one.ic.value > 0.9
    assert one.ic_plain.value is not None
    assert one.ic_plain.value < one.ic.value


def test_targets_stand_beside_what_came_of_them(book: Book) -> None:
    for day in range(20):
        book.trade(day, 10 if day % 2 else -10)
    settings = SETTINGS + "targets: {win_rate: [75, 80], max_drawdown: 12, trades_a_day: [0, 3]}\n"
    of = {one.name: one for one in found(book, settings=settings).targets}
    assert list(of) == ["win_rate", "max_drawdown", "trades_a_day"]
    assert (of["win_rate"].realised.value, of["win_rate"].holds, of["win_rate"].excluded) == (50, False, True)
    assert (of["max_drawdown"].low, of["max_drawdown"].high, of["max_drawdown"].holds) == (None, 12, True)
    assert of["trades_a_day"].holds


@pytest.mark.parametrize("ticks", [(), (5,), (-5, -6), (5, 6, 7), (0, 0), (1,) * 60, (-1,) * 60])
def test_runs_of_every_kind_are_told_as_json(book: Book, ticks: tuple[int, ...]) -> None:
    for number, one in enumerate(ticks):
        book.trade(number % len(DAYS), one)
    of = found(book)
    again = json.loads(json.dumps(of.as_data(), allow_nan=False))
    assert again["trades"]["trades"] == len(ticks)
    assert len(again["costs"]) == 3


def test_a_draft_says_the_same_as_the_run_it_becomes(book: Book) -> None:
    for day in range(15):
        book.trade(day, 3 - day % 5)
        book.block(day, 1.0)
    folder = book.close(sealed=False)
    before = statistics_of(folder).as_data()
    for log in folder.glob("*.arrows"):
        seal(log, log.with_suffix(".parquet"))
    assert statistics_of(folder).as_data() == before


def test_a_folder_without_tables_has_no_trades(tmp_path: Path) -> None:
    of = statistics_of(tmp_path)
    assert (of.trades.trades, of.returns.days, of.first_day) == (0, 0, None)
    assert of.returns.total.note == "no trading day"
    json.dumps(of.as_data(), allow_nan=False)


def test_a_table_of_another_version_is_told(book: Book) -> None:
    folder = book.close()
    (folder / "shadows.parquet").replace(folder / "positions.parquet")
    with pytest.raises(MiaError, match=r"positions\.parquet has no column 'decision'"):
        statistics_of(folder)
    (folder / "positions.parquet").write_bytes(b"PAR1")
    with pytest.raises(MiaError, match="damaged"):
        statistics_of(folder)


def test_headline_figures_are_those_of_the_whole(book: Book) -> None:
    for day in range(15):
        book.trade(day, 7 - 2 * (day % 5))
        book.block(day, 1.0)
    folder = book.close(sealed=False)
    short = headline_of(folder, Days(DAYS[:15]), Decimal(25000))
    of = statistics_of(folder)
    assert short["net"] == f"{of.trades.net:.2f}"
    assert short["trades"] == 15
    assert short["decisions"] == {"blocked": 15, "taken": 15}
    assert short["exits"] == {"stop": 15}
    assert short["decisions_refused"] == short["orders_refused"] == 0
    assert short["max_drawdown"] == f"{of.drawdown.amount:.2f}"
    assert short["sharpe"]["value"] == pytest.approx(of.returns.sharpe.value)
    assert short["profit_factor"]["high"] == pytest.approx(of.trades.profit_factor.high)


def test_days_that_settings_do_not_name_are_those_of_the_trades(book: Book) -> None:
    book.trade(3, 1)
    sources = Sources(book.close(settings="capital: 100\n"))
    assert Days.of(sources.settings, None, statistics_of(sources.folder).equity.ts).dates == (DAYS[3].day,)
