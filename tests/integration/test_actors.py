"""Actors in the real engine: what they tell, when, and that nobody hears of what is not known yet."""

import datetime as dt
import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pyarrow as pa
import pytest

from indicators.options.bias_followed import BiasFollowed
from indicators.options.vix import VixRegime
from indicators.structure.lead import LeadLag
from mia_plugins.backtest.run import BacktestJob, run_backtest
from mia_plugins.data.arrow import TIME, Kind
from mia_plugins.data.catalog import Catalog
from mia_plugins.data.files import Files
from mia_plugins.data.instruments import contracts_between
from mia_plugins.data.level_names import LevelKind
from mia_plugins.data.sessions import session_on
from mia_plugins.data.store import Store
from mia_plugins.data.tables import LEVELS, VIX
from mia_plugins.errors import MiaError
from mia_plugins.features import Market
from mia_plugins.features.walking import days_of, walk
from mia_plugins.jobs.worker import Reporter
from mia_plugins.journal.decision import Decision
from mia_plugins.runtime.strategy import MiaStrategy
from mia_plugins.tape.known import Knowing, KnownTable
from mia_plugins.tape.tape import Tape
from mia_plugins.testing import random_scene
from mia_plugins.testing.invariants import market_of as market_over
from strategies.actors.levels import Levels
from strategies.actors.session_clock import phases
from tests.market import DAY, ORIGIN
from tests.runtime import a_trade_a_minute, at, market_of, told

SESSION = session_on(DAY)


class Listener(MiaStrategy):
    """Hears what actors tell."""

    heard: ClassVar[list[tuple[str, str, Any]]] = []

    def on_start(self) -> None:
        """Listen."""
        for topic in ("session", "levels", "vix", "dealers", "other_index"):
            self.subscribe_topic(topic, lambda message, topic=topic: self._hear(topic, message))

    def _hear(self, topic: str, message: Any) -> None:
        self.heard.append((topic, told(self.data_time()), message))

    def evaluate(self, now: int) -> Decision:
        """Do nothing."""
        return Decision()


def times(*clocks: str) -> pa.Array:
    return pa.array([at(clock) for clock in clocks], pa.int64()).cast(TIME)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a day of quotes, of the VIX, and of levels that are known at 8:00."""
    folder = tmp_path_factory.mktemp("actors")
    store = Store.begin(Files(str(folder / "data")), ORIGIN)
    contracts = list(contracts_between("ES", DAY, DAY))
    store.write_instruments(contracts)
    quotes = market_of("time bid ask\n09:30:30 0 1\n09:40:00 0 1")
    levels = {
        "ts_event": times(*["23:00"] * 4),
        "ts_init": times(*["08:00"] * 4),
        "underlying": ["ES"] * 4,
        "name": ["Call Resistance", "Put Support", "1D Max", "1D Min"],
        "price": [6010.0, 5990.0, 6050.0, 5950.0],
        "source": ["test"] * 4,
    }
    clocks = ("09:30:10", "09:31:10", "09:33:10")
    vix = {"ts_event": times(*clocks), "ts_init": times(*clocks), "value": [14.9, 15.4, 15.6]}
    with store.draft(DAY) as draft:
        for rows in (quotes, a_trade_a_minute(quotes)):  # type: ignore[arg-type]
            draft.write(contracts[0].instrument_id, rows)
        draft.write_table("levels", pa.table(levels).select(LEVELS.names).cast(LEVELS))
        draft.write_table("vix", pa.table(vix).select(VIX.names).cast(VIX))
    store.publish(DAY)
    return with_plugins(folder)


def with_plugins(folder: Path) -> Path:
    """Put the listener's plugin into a folder."""
    plugins = folder / "plugins"
    plugins.mkdir()
    (plugins / "hearing.py").write_text(
        "def mia_register_strategies(register):\n"
        f"    register('listener', '{__name__}:Listener', summary='A test.')\n"
    )
    return folder


def heard(home: Path, into: Path, actors: dict[str, Any], **more: Any) -> list[tuple[str, str, Any]]:
    """Return what was told in a run: the topic, when, and what."""
    settings = {
        "catalog": str(home / "data"), "plugins_dir": str(home / "plugins"), "instruments": ["ES"],
        "start": str(DAY), "end": str(DAY), "venue": {"fills": "quotes"}, "strategies": {"listener": {}},
        "actors": actors, **more,
    }  # fmt: skip
    config = into / "run.yaml"
    config.write_text(json.dumps(settings))
    Listener.heard.clear()
    silent = Reporter(lambda _: None, memoryview(bytearray(1)))
    assert run_backtest(BacktestJob(config, (), into, {}), silent)["status"] == "complete"
    return list(Listener.heard)


def test_the_phases_of_the_day_are_told_as_they_begin(home: Path, tmp_path: Path) -> None:
    found = heard(home, tmp_path, {"session_clock": {}})
    assert [(clock, one.phase, one.multiplier) for _, clock, one in found] == [
        ("18:00:00", "opens", 0.8),
        ("18:00:00", "after hours", 0.8),
        ("20:00:00", "overnight", 0.5),
        ("04:00:00", "pre-market", 0.8),
        ("09:30:00", "opening", 1.2),
        ("11:00:00", "midday", 1.0),
        ("14:00:00", "power hour", 1.2),
        ("16:00:00", "after hours", 0.8),
        ("17:00:00", "closed", None),
    ]
    assert {topic for topic, _, _ in found} == {"session"}


def test_a_half_day_closes_early() -> None:
    half = session_on(dt.date(2026, 11, 27))
    assert [(told(one.ts), one.phase) for one in phases(half)][-2:] == [
        ("13:00:00", "after hours"),
        ("13:15:00", "closed"),
    ]


def test_levels_and_the_vix_are_told_when_they_are_known(home: Path, tmp_path: Path) -> None:
    found = heard(home, tmp_path, {"levels": {}, "vix": {}})
    (levels,) = [(clock, one) for topic, clock, one in found if topic == "levels"]
    assert levels[0] == "08:00:00", "not at 23:00, of when they are"
    assert (levels[1].of(LevelKind.CALL_WALL), levels[1].of(LevelKind.PUT_WALL)) == ((6010.0,), (5990.0,))
    vix = [(clock, one.value, one.regime) for topic, clock, one in found if topic == "vix"]
    assert vix == [
        ("09:31:00", 14.9, VixRegime.LOW),
        ("09:32:00", 15.4, VixRegime.LOW),  # half a point of hysteresis
        ("09:34:00", 15.6, VixRegime.MID),
    ]


def test_a_backtest_refuses_a_file_that_says_today_what_nobody_knew_then(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "levels.txt"
    file.write_text("$ES1!: Call Resistance, 6020, Put Support, 5980\n")
    with pytest.raises(MiaError, match=r"levels\.txt, which says today what nobody knew"):
        heard(home, tmp_path, {"levels": {"file": str(file)}})


def test_the_bias_is_told_as_strategies_have_it_and_when_it_changes(home: Path, tmp_path: Path) -> None:
    found = [(clock, one) for topic, clock, one in heard(home, tmp_path, {"dealers": {}})]
    catalog = Catalog.open(Files(str(home / "data")))
    known = {name: KnownTable(name) for name in ("levels", "vix", "option_chains")}
    market = Market("ES", {"ES": Tape("ES", {Kind.TRADES}, (1,))}, known)
    bias = market.measure(BiasFollowed)
    wanted: list[tuple[str, float | None]] = []
    for now, _ in walk(market, days_of(catalog, market, DAY, DAY, [Kind.TRADES])):
        value = bias.read().value
        if not wanted or wanted[-1][1] != value:
            wanted.append((told(now), value))
    assert len(wanted) > 1
    assert [(clock, one.bias) for clock, one in found[1:]] == wanted[1:]
    assert (found[0][0], found[0][1].bias, found[0][1].why) == ("18:01:00", None, "no bar has closed yet")
    assert "of the levels" in found[-1][1].why


def test_the_other_index_is_told_minute_by_minute(tmp_path: Path) -> None:
    scene = random_scene(11, days=(str(DAY),), products=("ES", "NQ"))
    store = Store.begin(Files(str(tmp_path / "data")), ORIGIN)
    contracts = {code: next(iter(contracts_between(code, DAY, DAY))) for code in ("ES", "NQ")}
    store.write_instruments(contracts.values())
    with store.draft(DAY) as draft:
        for code, contract in contracts.items():
            rows = scene.rows[DAY, code]
            draft.write(contract.instrument_id, rows.trades)
            if code == "ES":
                draft.write(contract.instrument_id, market_of("time bid ask\n09:30:30 0 1\n09:40:00 0 1"))
    store.publish(DAY)
    found = [
        one for _, _, one in heard(with_plugins(tmp_path), tmp_path, {"other_index": {}}, observe=["NQ"])
    ]
    market = market_over(scene)
    lead = market.measure(LeadLag, other="NQ", minutes=50)
    wanted: dict[int, tuple[Any, ...]] = {}
    for now, _ in walk(market, scene.days()):
        compared = lead.compared()
        if compared and compared.minutes > 50 and compared.together and not lead.halted:
            wanted.setdefault(now, (*compared.together, {1: "NQ", -1: "ES"}.get(lead.leader or 0, "")))
    got = {one.ts: (one.correlation, one.own_move, one.other_move, one.leader) for one in found}
    assert len(got) > 60
    assert got == wanted
    with pytest.raises(MiaError, match=r"compares ES with NQ, which the run does not look at"):
        heard(tmp_path, tmp_path, {"other_index": {}})


def test_what_comes_from_outside_is_known_to_all_from_then_on_and_not_before() -> None:
    knowing = Knowing()
    one, other = knowing.tables(["levels", "vix"]), knowing.tables(["levels"])
    rows = pa.table({"ts_event": times("08:00"), "ts_init": times("08:00"), "price": [1.0]})
    one["levels"].load(rows)
    for table, clock in ((one["levels"], "09:31"), (other["levels"], "09:32")):
        table.advance(at(clock))
    knowing.add("levels", rows.set_column(2, "price", pa.array([2.0])), at("09:32"))
    for table, before in ((one["levels"], 1), (other["levels"], 0)):
        table.advance(at("09:32"))
        assert len(table) == before, "another looked already: it came after that, for everybody"
        table.advance(at("09:32") + 1)
        assert table.column("price", at("09:32") - 1, at("09:32") + 1) == [2.0]
        assert len(table) == before + 1
    assert len(one["vix"]) == 0


def watching(file: Path) -> Any:
    """Return a levels' actor without an engine, and what it tells."""
    made: Any = SimpleNamespace(
        settings=Levels.Settings(file=file),
        told=[],
        _stamp=None,
        _read=None,
        context=SimpleNamespace(who="x"),
    )
    made._importer = Levels._found(made)
    made.known = {"levels": SimpleNamespace(known=lambda lo, hi: None)}
    made.context.make_known = lambda name, rows, now: made.told.append((name, now, rows))
    for name in ("_has_settled", "_rows_of", "tell"):
        setattr(made, name, getattr(Levels, name).__get__(made))
    return made


def test_a_file_that_comes_and_changes_and_goes(tmp_path: Path) -> None:
    file = tmp_path / "levels.txt"
    actor = watching(file)
    counts = []
    for text in (None, "6020", "6020", "6020", "6030", "6030", None, "6030", "6030"):
        file.unlink(missing_ok=True)
        if text:
            file.write_text(f"$ES1!: Call Resistance, {text}\n")
            os.utime(file, ns=(int(text), int(text)))
        actor.tell(0, SESSION.open)
        counts.append(len(actor.told))
    assert counts == [0, 0, 1, 1, 1, 2, 2, 2, 2]
    assert [(name, now, rows["price"].to_pylist()) for name, now, rows in actor.told] == [
        ("levels", SESSION.open, [6020.0]),
        ("levels", SESSION.open, [6030.0]),
    ]


def test_a_file_that_says_nothing_ends_the_run(tmp_path: Path) -> None:
    file = tmp_path / "levels.txt"
    file.write_text("$ES1!: Call Resistance, N/A\n")
    actor = watching(file)
    actor.tell(0, SESSION.open)
    with pytest.raises(MiaError, match=r"levels\.txt says no levels to x"):
        actor.tell(0, SESSION.open)
