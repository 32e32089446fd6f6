"""Levels, the VIX, custom data and actors in a run of the real engine: nothing is seen before its time."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pyarrow as pa
import pytest
from nautilus_trader.model import CustomData, DataType, register_custom_data_class
from nautilus_trader.model.custom import customdataclass

from mia_plugins.backtest.run import BacktestJob, run_backtest
from mia_plugins.data.arrow import TIME
from mia_plugins.data.files import Files
from mia_plugins.data.sessions import NS, session_on
from mia_plugins.data.store import Store
from mia_plugins.data.tables import LEVELS
from mia_plugins.errors import MiaError
from mia_plugins.hookspecs import Register
from mia_plugins.jobs.worker import Reporter
from mia_plugins.journal.decision import Decision
from mia_plugins.runtime.actor import MiaActor
from mia_plugins.runtime.strategy import MiaStrategy
from mia_plugins.settings.model import BaseSettings
from tests.market import DAY, ES, NEXT_DAY, ORIGIN, write_day


@customdataclass
class NewsItem:
    """Something that happened."""

    weight: float = 0.0


class Watcher(MiaStrategy):
    """Notes what it knows at each bar, and what it is told."""

    tables = frozenset({"levels"})
    seen: ClassVar[list[tuple[int, list[float], float | None]]] = []
    told: ClassVar[list[tuple[str, int, float]]] = []

    def on_start(self) -> None:
        self.subscribe_data(DataType("NewsItem"))
        self.subscribe_topic("bias", self._on_bias)

    def on_data(self, data: Any) -> None:
        self.told.append(("news", data.ts_init, data.data.weight))

    def _on_bias(self, message: Any) -> None:
        self.told.append(("bias", self.data_time(), message))

    def evaluate(self, now: int) -> Decision:
        newest = self.known["levels"].newest(underlying="ES")
        prices = [] if newest is None else newest["price"].to_pylist()
        self.seen.append((now, prices, self.known["levels"].age()))
        return Decision()


class Bias(MiaActor):
    """Publishes how many levels are known, once a day."""

    class Settings(BaseSettings):
        """What can be set."""

        hour: int = 4

    tables = frozenset({"levels"})

    def on_start(self) -> None:
        for day in self.context.days:
            at = day.session.open + self.settings.hour * 3600 * NS
            self.clock.set_time_alert_ns(f"bias-{day.session.day}", at, self._publish)

    def _publish(self, event: Any) -> None:
        self.known["levels"].advance(event.ts_event)
        self.publish_message("bias", float(len(self.known["levels"])))


class Plugin:
    """What the run's file names."""

    def mia_register_strategies(self, register: Register) -> None:
        register("watcher", f"{__name__}:Watcher")

    def mia_register_actors(self, register: Register) -> None:
        register("bias", f"{__name__}:Bias")


FIRST, SECOND = session_on(DAY), session_on(NEXT_DAY)
BETWEEN = FIRST.close + 1800 * NS
"""While the market is closed."""


def levels(as_of: int, known_at: int, price: float) -> pa.Table:
    times = {
        name: pa.array([ts], pa.int64()).cast(TIME)
        for name, ts in (("ts_event", as_of), ("ts_init", known_at))
    }
    rest = {"underlying": ["ES"], "name": ["Call Resistance"], "price": [price], "source": ["test"]}
    return pa.table({**times, **rest}).select(LEVELS.names).cast(LEVELS)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return two days, each with a level that is known two hours after the opening."""
    folder = tmp_path_factory.mktemp("beside") / "catalog"
    store = Store.begin(Files(str(folder)), ORIGIN)
    store.write_instruments([ES])
    for session, price in ((FIRST, 6000.0), (SECOND, 6100.0)):
        with store.draft(session.day) as draft:
            draft.write_table("levels", levels(session.open, session.open + 7200 * NS, price))
            write_into(draft, session.day)
        store.publish(session.day)
    register_custom_data_class(NewsItem)
    made: Any = NewsItem
    news = [
        CustomData(DataType("NewsItem"), made(ts_event=ts, ts_init=ts, weight=float(number)))
        for number, ts in enumerate((FIRST.open + NS, FIRST.close - NS, BETWEEN, SECOND.open + 3600 * NS))
    ]
    store.nautilus().write_custom_data(news)
    plugins = folder.with_name("plugins")
    plugins.mkdir()
    (plugins / "beside.py").write_text(
        f"from {__name__} import Plugin\n"
        "mia_register_strategies = lambda register: Plugin().mia_register_strategies(register)\n"
        "mia_register_actors = lambda register: Plugin().mia_register_actors(register)\n",
        encoding="utf-8",
    )
    return folder


def write_into(draft: Any, day: Any) -> None:
    """Write a day of market data into a draft that others write to as well."""

    class Opened:
        def __enter__(self) -> Any:
            return draft

        def __exit__(self, *_: object) -> None:
            return None

    write_day(SimpleNamespace(draft=lambda _: Opened(), publish=lambda _: None), day)  # type: ignore[arg-type]


def run(folder: Path, catalog: Path, *lines: str) -> dict[str, Any]:
    """Run a settings file with the plugin of this module."""
    config = folder / "run.yaml"
    text = f"catalog: {catalog}\ninstruments: [ES]\nstart: {DAY}\nend: {NEXT_DAY}\nvenue: {{fills: quotes}}\n"
    config.write_text(text + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    plugins = catalog.with_name("plugins")
    tables = folder / "tables"
    tables.mkdir()
    Watcher.seen.clear()
    Watcher.told.clear()
    reporter = Reporter(lambda _: None, memoryview(bytearray(1)))
    return run_backtest(BacktestJob(config, (plugins,), tables, {}), reporter)


def test_levels_are_seen_from_their_time_on_and_hold_until_the_next(tmp_path: Path, catalog: Path) -> None:
    assert run(tmp_path, catalog, "strategies: {watcher: }")["status"] == "complete"
    changes = [
        (now, prices)
        for (_, before, _), (now, prices, _) in zip(
            [(0, [], None), *Watcher.seen], Watcher.seen, strict=False
        )
        if prices != before
    ]
    assert changes == [(FIRST.open + 7200 * NS, [6000.0]), (SECOND.open + 7200 * NS, [6100.0])]
    ages = {now: age for now, _, age in Watcher.seen}
    assert ages[FIRST.open + 7200 * NS] == 7200
    assert ages[SECOND.open + 3600 * NS] == (SECOND.open + 3600 * NS - FIRST.open) / NS


def test_custom_data_and_messages_arrive_at_their_time(tmp_path: Path, catalog: Path) -> None:
    run(
        tmp_path,
        catalog,
        f"custom_data: ['{__name__}:NewsItem']",
        "strategies: {watcher: }",
        "actors: {bias: {hour: 3}}",
    )
    assert Watcher.told == [
        ("news", FIRST.open + NS, 0.0),
        ("bias", FIRST.open + 3 * 3600 * NS, 1.0),
        ("news", FIRST.close - NS, 1.0),
        ("news", BETWEEN, 2.0),
        ("news", SECOND.open + 3600 * NS, 3.0),
        ("bias", SECOND.open + 3 * 3600 * NS, 2.0),
    ]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("custom_data: ['nowhere.data:News']", "no custom data 'News'"),
        (f"custom_data: ['{__name__}:Plugin']", "no custom data 'Plugin'"),
    ],
)
def test_custom_data_that_is_not_there_is_an_error(
    tmp_path: Path, catalog: Path, line: str, what: str
) -> None:
    with pytest.raises(MiaError, match=what):
        run(tmp_path, catalog, line, "strategies: {watcher: }")
