"""Chains, levels and the VIX as they become known: whose numbers count, how long, and what was usual."""

import datetime as dt
import math
from collections.abc import Mapping
from functools import cache
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from indicators.options import chain_followed
from indicators.options.activity import unusual_activity
from indicators.options.basis_followed import IndexBasis
from indicators.options.chain import chain_of
from indicators.options.chain_followed import OptionChain
from indicators.options.cycle_followed import Cycle
from indicators.options.dealers import FlipCrossed, GammaLevelsOnFuture
from indicators.options.exposure import DealerSign, net_gex
from indicators.options.features import DealersBias, GammaLevelsProximity, OptionsFlowBias, PinRisk
from indicators.options.figures import Figures, figures_of
from indicators.options.flow import log_put_call_ratio
from indicators.options.levels_followed import ImportedLevels
from indicators.options.settlement import settles_at
from indicators.options.vix import VixRegime
from indicators.options.vix_followed import Vix
from mia_plugins.data.sessions import full_sessions
from mia_plugins.data.tables import VIX
from mia_plugins.features import ODD, Feature, Market, Measure, Reading
from mia_plugins.features.walking import walk
from mia_plugins.testing import Scene, readings
from mia_plugins.testing.changed import reflected
from mia_plugins.testing.invariants import market_of
from tests.scenes import BASIS, small_chain
from tests.scenes import scene as shared

DAY = dt.date(2026, 3, 10)
QUIET_DAY = Scene(str(DAY)).trades("09:30:30 6000.00 1 buy\n10:00:30 6002.00 1 buy\n10:20:30 6001.00 1 sell")


def with_chain(scene: Scene, clock: str, spot: float = 5976.0, seed: int = 1) -> Scene:
    made = small_chain(np.random.default_rng(seed), scene.session.day, scene.at(clock), spot)
    return scene.with_table("option_chains", made)


def with_levels(scene: Scene, known_at: str, as_of: str = "", **of: Any) -> Scene:
    named = {
        "Call Resistance": 6010.0,
        "Put Support": 5990.0,
        "HVL": 5995.0,
        "1D Min": 5950.0,
        "1D Max": 6050.0,
    }
    base = {"underlying": "ES", "source": "MenthorQ", "ts_init": known_at, "ts_event": as_of or known_at}
    shift = of.pop("shift", 0.0)
    return scene.table(
        "levels", [{**base, **of, "name": name, "price": at + shift} for name, at in named.items()]
    )


def seen[M: Measure](kind: type[M], scene: Scene, what: Any, *clocks: str, **settings: Any) -> list[Any]:
    """Return what is seen of a measure at some times of the scene's day."""
    market = market_of(scene)
    measure = market.measure(kind, **settings)
    wanted = [scene.at(clock) for clock in clocks]
    found = {now.now: what(measure) for now in walk(market, scene.days(), wanted) if now.now in wanted}
    return [found[at] for at in wanted]


def read(kind: type[Feature], scene: Scene, *clocks: str, **settings: Any) -> list[Reading]:
    def make(market: Market) -> Mapping[str, Feature]:
        return {"it": kind(market, kind.Settings(**settings))}

    wanted = [scene.at(clock) for clock in clocks]
    found = readings(make, scene, extra=wanted)
    return [found[at]["it"] for at in wanted]


def test_the_basis_is_of_the_time_of_the_chain() -> None:
    """The bar that closed nearest to 10:02 closed at 10:01, at 6002."""
    scene = with_chain(QUIET_DAY, "10:02:00")
    points = seen(IndexBasis, scene, lambda it: it.points, "10:03:59", "10:04:00", "10:30:00")
    assert points == [None, 26.0, 26.0]
    later = with_chain(QUIET_DAY, "10:22:00")
    assert seen(IndexBasis, later, lambda it: it.points, "10:30:00") == [25.0]


def test_a_bar_that_closes_after_the_chain_is_known_counts_only_where_none_did_before() -> None:
    late = Scene(str(DAY)).trades("09:40:30 6000.00 1 buy\n10:02:30 6002.00 1 buy")
    scene = with_chain(late, "09:35:00")
    reasons = seen(IndexBasis, scene, lambda it: (it.points, it.reason), "09:40:59", "09:41:00")
    assert reasons == [(None, "no price of ES within 30 min of the chain's spot"), (24.0, "")]
    far = with_chain(Scene(str(DAY)).trades("10:02:30 6002.00 1 buy"), "09:31:00")
    assert seen(IndexBasis, far, lambda it: it.points, "10:10:00") == [None]
    assert seen(IndexBasis, far, lambda it: it.points, "10:10:00", basis_within=33.0) == [26.0]


RISEN = "\n".join(
    f"{hour:02d}:{minute:02d}:01 6070.00 1 buy" for hour, minute in ((8, 50), (8, 59), (9, 29), (9, 40))
)
STANDS_STILL = "the chain of SPX is from before the opening, when the index stands still"


def test_what_the_future_moved_since_the_index_closed_is_no_basis() -> None:
    """At 9:00 the chain's spot is yesterday's close, and the future 94 points above it; 24 of them are the basis."""
    scene = with_chain(Scene(str(DAY)).trades(RISEN), "09:00:00")
    told = seen(IndexBasis, scene, lambda it: (it.points, it.reason), "09:25:00", "09:45:00")
    assert told == [(None, STANDS_STILL)] * 2
    assert seen(GammaLevelsOnFuture, scene, lambda it: it.levels, "09:45:00") == [None]
    levels = with_levels(scene, "23:00:00", underlying="SPX")
    assert seen(ImportedLevels, levels, lambda it: it.levels, "09:45:00") == [None]


@pytest.mark.parametrize(("clock", "points"), [("09:30:00", None), ("09:30:01", 94.0)])
def test_the_index_moves_from_the_opening_on(clock: str, points: float | None) -> None:
    scene = with_chain(Scene(str(DAY)).trades(RISEN), clock)
    assert seen(IndexBasis, scene, lambda it: it.points, "09:45:00") == [points]


def test_the_last_basis_of_regular_hours_is_kept_with_its_age() -> None:
    """26 h from the time it is of: then a chain from before an opening has none."""
    scene = with_chain(QUIET_DAY, "10:02:00").on("2026-03-11").trades(RISEN)
    scene = with_chain(scene, "09:00:00", spot=5976.0)
    (kept,) = seen(IndexBasis, scene, lambda it: it.value, "09:25:00")
    assert (kept.future - kept.index, kept.as_of) == (26.0, QUIET_DAY.at("10:02:00"))
    assert kept.age(scene.at("10:02:00")) == 86400.0
    told = seen(IndexBasis, scene, lambda it: (it.points, it.reason), "12:02:00", "12:02:01")
    assert told == [(26.0, ""), (None, "the last basis is 26.0 h old")]
    look = lambda it: (it.levels, it.option_chain.figures)  # noqa: E731 what is looked at
    (levels, chain), (gone, _) = seen(GammaLevelsOnFuture, scene, look, "09:25:00", "12:02:01")
    assert levels.calls[0] == chain.walls.call + 26.0
    assert gone is None


def test_a_kept_basis_is_not_for_another_index() -> None:
    scene = with_chain(QUIET_DAY, "10:02:00").on("2026-03-11").trades(RISEN)
    scene = with_chain(scene, "09:00:00", spot=598.0)
    assert seen(IndexBasis, scene, lambda it: (it.points, it.reason), "09:25:00") == [(None, STANDS_STILL)]


def test_after_the_close_the_spot_is_the_closes() -> None:
    """The chain is of 16:30; the future has risen by 60 points since the index stood still at 16:00."""
    day = Scene(str(DAY)).trades("15:59:30 6000.00 1 buy\n16:20:30 6060.00 1 buy\n16:29:30 6060.00 1 buy")
    (found,) = seen(IndexBasis, with_chain(day, "16:30:00"), lambda it: it.value, "16:40:00")
    assert (found.future - found.index, found.as_of) == (24.0, day.at("16:00:00"))
    half_day = Scene("2025-11-28").trades("12:59:30 6000.00 1 buy\n13:04:30 6060.00 1 buy")
    (found,) = seen(IndexBasis, with_chain(half_day, "13:05:00"), lambda it: it.value, "13:10:00")
    assert (found.future - found.index, found.as_of) == (24.0, half_day.at("13:00:00"))


def test_what_cannot_be_the_index_has_no_basis() -> None:
    scene = with_chain(QUIET_DAY, "10:02:00", spot=598.0)
    reason = seen(IndexBasis, scene, lambda it: it.reason, "10:10:00")
    assert reason == ["SPX at 598 is no index of ES at 6002"]


def test_walls_of_the_chain_lie_on_the_future() -> None:
    scene = with_chain(QUIET_DAY, "10:02:00")
    (chain, levels) = seen(
        GammaLevelsOnFuture, scene, lambda it: (it.option_chain.figures, it.levels), "10:10:00"
    )[0]
    assert levels.calls[0] == chain.walls.call + 26.0
    assert levels.puts[0] == chain.walls.put + 26.0
    assert levels.flip == pytest.approx(chain.flip.nearest + 26.0)


def test_the_chain_speaks_while_it_is_younger_than_half_an_hour() -> None:
    scene = with_levels(with_chain(QUIET_DAY, "10:02:00"), "23:00:00")
    source = seen(
        GammaLevelsOnFuture, scene, lambda it: it.source, "09:40:00", "10:03:59", "10:31:59", "10:32:00"
    )
    assert source == ["levels", "levels", "chain", "levels"]
    assert seen(GammaLevelsOnFuture, scene, lambda it: it.source, "10:32:00", young=31.0) == ["chain"]
    alone = with_chain(QUIET_DAY, "10:02:00")
    assert seen(GammaLevelsOnFuture, alone, lambda it: it.source, "12:00:00") == ["chain"]


def test_the_walls_of_today_end_when_its_options_settle() -> None:
    scene = with_chain(QUIET_DAY, "10:02:00")
    walls = seen(GammaLevelsOnFuture, scene, lambda it: len(it.levels.calls), "15:59:59", "16:00:00")
    assert walls == [2, 1]


def without_settled(scene: Scene, now: int) -> Figures:
    """Return what the scene's chain says had it never had the rows that have settled at a time."""
    table = scene.tables[scene.session.day, "option_chains"]
    rows = [one for one in table.to_pylist() if settles_at(one["expiry"], one["root"] or "SPX") > now]
    left = chain_of(pa.Table.from_pylist(rows, schema=table.schema), "SPX")
    assert left is not None
    return figures_of(left, DealerSign.CALLS_PLUS_PUTS_MINUS, 0)


SAID = ("net_gex", "flip", "hvl", "walls", "vanna", "charm", "skew", "term", "move", "magnet", "levels")


def on_a_third_friday() -> Scene:
    """Return a day with a chain of three settlements: 9:30, 16:00, and a week later."""
    scene = Scene("2026-03-20").trades("09:05:30 6000.00 1 buy\n10:00:30 6002.00 1 buy")
    made = [
        small_chain(np.random.default_rng(seed), dt.date(2026, 3, 20), scene.at("09:00:00"), 5976.0)
        for seed in (1, 2)
    ]
    at = made[0].schema.get_field_index("root")
    morning = made[0].set_column(at, made[0].schema.field(at), pa.array(["SPX"] * len(made[0])))
    morning = morning.filter(pc.equal(morning["expiry"], pa.scalar(dt.date(2026, 3, 20))))
    return scene.with_table("option_chains", pa.concat_tables([morning, made[1]]))


@pytest.mark.parametrize(
    ("scene", "clocks"),
    [
        (with_chain(QUIET_DAY, "15:45:00"), ("15:59:59", "16:00:00", "16:30:00")),
        (on_a_third_friday(), ("09:29:59", "09:30:00", "15:59:59", "16:00:00")),
    ],
    ids=["a day", "a third Friday"],
)
def test_what_has_settled_holds_nothing(scene: Scene, clocks: tuple[str, ...]) -> None:
    """At every time a chain says what it would if the options that have settled had never been in it."""
    found = seen(OptionChain, scene, lambda it: it.figures, *clocks)
    whole = without_settled(scene, 0)
    for clock, figures in zip(clocks, found, strict=True):
        left = without_settled(scene, scene.at(clock))
        assert [getattr(figures, name) for name in SAID] == [getattr(left, name) for name in SAID], clock
        assert (figures.log_put_call, figures.volume) == (whole.log_put_call, whole.volume)
    assert found[0].net_gex != found[-1].net_gex
    assert found[0].walls.call_0dte is not None
    assert found[-1].walls.call_0dte is None


def test_in_the_morning_the_chain_of_yesterday_speaks_of_what_is_left() -> None:
    scene = with_chain(QUIET_DAY, "15:45:00")
    left = without_settled(scene, scene.at("16:00:00"))
    later = scene.on("2026-03-11").trades("09:31:00 6000.00 1 buy")
    (figures,) = seen(OptionChain, later, lambda it: it.figures, "09:45:00")
    assert figures.net_gex == left.net_gex
    assert figures.net_gex != without_settled(scene, 0).net_gex


def test_a_chain_of_which_all_has_settled_says_nothing_of_gamma() -> None:
    scene = with_chain(QUIET_DAY, "15:45:00")
    table = scene.tables[DAY, "option_chains"]
    today = table.filter(pc.equal(table["expiry"], pa.scalar(DAY)))
    found = seen(
        OptionChain,
        scene.with_table("option_chains", today),
        lambda it: (it.net_gex, it.move),
        "15:50:00",
        "16:00:00",
    )
    assert found[0][0] is not None
    assert found[1] == (None, None)


def test_levels_of_the_end_of_day_hold_for_26_hours() -> None:
    scene = with_levels(QUIET_DAY, "23:00:00").on("2026-03-11").trades("00:30:00 6000.00 1 buy")
    held = seen(ImportedLevels, scene, lambda it: it.levels is not None, "00:59:00", "01:00:00", "01:00:01")
    assert held == [True, True, False]
    said = seen(ImportedLevels, scene, lambda it: it.reason, "02:00:00")
    assert said == ["the levels of MenthorQ are 27.0 h old"]


WALLS = {"Call Resistance": 6100.0, "Call Resistance 0DTE": 6001.5, "Put Support 0DTE": 5950.0}


def test_imported_walls_of_today_end_when_its_options_settle() -> None:
    """By themselves they are no levels any more: those of another source speak."""
    rows = [
        {"ts_init": "18:30:00", "underlying": "ES", "name": name, "price": at, "source": "A"}
        for name, at in WALLS.items()
    ]
    scene = QUIET_DAY.table("levels", rows)
    clocks = ("15:59:59", "16:00:00", "16:45:00")
    assert seen(GammaLevelsOnFuture, scene, lambda it: it.levels.calls, *clocks) == [
        (6100, 6001.5),
        (6100,),
        (6100,),
    ]
    assert seen(GammaLevelsOnFuture, scene, lambda it: it.levels.puts, *clocks) == [(5950,), (), ()]
    alone = with_levels(QUIET_DAY, "18:10:00").table("levels", rows[1:])
    assert seen(ImportedLevels, alone, lambda it: it.levels.source, *clocks) == ["A", "MenthorQ", "MenthorQ"]
    only = QUIET_DAY.table("levels", rows[1:])
    assert (
        seen(ImportedLevels, only, lambda it: it.reason, *clocks)[1:]
        == ["no levels of ES or SPX are known"] * 2
    )


def test_strict_levels_hold_for_half_an_hour() -> None:
    scene = with_levels(QUIET_DAY, "09:00:00")
    held = seen(
        ImportedLevels, scene, lambda it: it.levels is not None, "09:30:00", "09:30:01", strict_30min=True
    )
    assert held == [True, False]


@pytest.mark.parametrize(("vix", "minutes"), [(15.0, 30), (20.0, 15), (25.0, 5), (None, 5)])
def test_levels_of_the_day_hold_by_the_vix(vix: float | None, minutes: int) -> None:
    scene = with_levels(QUIET_DAY, "09:00:00")
    if vix is not None:
        scene = scene.table("vix", [{"ts_init": "08:00:00", "value": vix}])
    clocks = (f"09:{minutes:02d}:00", f"09:{minutes:02d}:01")
    held = seen(ImportedLevels, scene, lambda it: it.levels is not None, *clocks, intraday=("MenthorQ",))
    assert held == [True, False]


def test_when_those_of_the_day_are_stale_those_of_the_evening_hold() -> None:
    scene = with_levels(with_levels(QUIET_DAY, "23:00:00"), "09:00:00", source="Live", shift=1.0)
    walls = seen(
        GammaLevelsOnFuture, scene, lambda it: it.call_wall, "09:04:00", "09:06:00", intraday=("Live",)
    )
    assert walls == [6011 * 4, 6010 * 4]


def test_levels_of_the_index_are_moved_by_the_basis_of_the_chain() -> None:
    scene = with_levels(QUIET_DAY, "23:00:00", underlying="SPX", shift=-26.0)
    (reason,) = seen(ImportedLevels, scene, lambda it: it.reason, "10:10:00")
    assert reason == "levels of SPX, but no chain of SPX is known"
    scene = with_chain(scene, "10:02:00")
    (walls,) = seen(ImportedLevels, scene, lambda it: [one.price for one in it.levels.levels], "10:10:00")
    assert walls[0] == 6010.0
    (basis,) = seen(ImportedLevels, scene, lambda it: it.levels.basis, "10:10:00")
    assert basis.as_of == scene.at("10:02:00")


def test_every_value_of_the_vix_counts_for_its_regime() -> None:
    """25 and 24.6 become known in one stretch: the regime stays HIGH; it ends below 24.5."""
    rows = [("10:00:10", 25.0), ("10:00:20", 24.6), ("10:01:10", 24.5), ("10:02:10", 24.4)]
    scene = QUIET_DAY.table("vix", [{"ts_init": at, "value": value} for at, value in rows])
    regimes = seen(Vix, scene, lambda it: (it.value, it.regime), "10:01:00", "10:02:00", "10:03:00")
    assert regimes == [(24.6, VixRegime.HIGH), (24.5, VixRegime.HIGH), (24.4, VixRegime.MID)]


def test_a_value_of_the_vix_that_is_none_is_passed_over_and_an_old_one_ends() -> None:
    rows = [("10:00:10", 14.0), ("10:00:20", math.nan), ("10:00:30", -1.0)]
    scene = QUIET_DAY.table("vix", [{"ts_init": at, "value": value} for at, value in rows])
    scene = scene.on("2026-03-11").trades("11:00:00 6000.00 1 buy")
    assert seen(Vix, scene, lambda it: it.value, "11:59:00", "12:01:00") == [14.0, None]


def test_without_tables_there_are_reasons() -> None:
    for kind in (GammaLevelsProximity, OptionsFlowBias, DealersBias, PinRisk):
        (found,) = read(kind, QUIET_DAY, "10:10:00")
        assert found.value is None
        assert "no chain" in found.reason


def test_a_chain_is_worked_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    real = figures_of

    def counted(chain: Any, *others: Any) -> Any:
        made.append(chain.as_of)
        return real(chain, *others)

    monkeypatch.setattr(chain_followed, "figures_of", counted)
    scene = shared()

    def make(market: Market) -> Mapping[str, Feature]:
        kinds = (GammaLevelsProximity, OptionsFlowBias, DealersBias, PinRisk)
        return {kind.__name__: kind(market, kind.Settings()) for kind in kinds}

    readings(make, scene)
    tables = [table for (_, name), table in scene.tables.items() if name == "option_chains"]
    assert sorted(made) == sorted({at.value for table in tables for at in table["ts_event"]})


def test_crossings_are_those_of_closes_against_the_flip_as_it_was_known() -> None:
    """Followed once more by hand, from the closes and the flips at each bar."""
    market = market_of(shared())
    crossed = market.measure(FlipCrossed)
    side, left, before, events = 0, 0, None, 0
    for instant in walk(market, shared().days()):
        if not instant.at_bar:
            continue
        bar, levels = market.tape.base.last, crossed.gamma.levels
        if market.tape.base.count == 1:
            side, left, before = 0, 0, None
        left = max(0, left - 1)
        flip = levels.flip if levels else None
        if flip is not None:
            close = bar.close / 4
            if before is not None and (close - flip) * (before - flip) < 0:
                side, left = (1 if close > flip else -1), 5
                events += 1
            if close != flip or before is None:
                before = close
            assert crossed.value == (side if left else 0)
        else:
            before = bar.close / 4
            assert crossed.value is None
    assert events > 3


@cache
def many_days(vix: float = 20.0) -> Scene:
    """Return 24 days over a roll, with a chain a day at 10:00 and an overtaken one at 9:00."""
    rng = np.random.default_rng(5)
    scene = Scene("2026-02-16")
    for number, session in enumerate(full_sessions(dt.date(2026, 2, 17), 24)):
        price = 6000 + 4 * (number % 5)
        scene = scene.on(str(session.day)).trades(
            f"08:59:50 {price} 1 buy\n09:59:50 {price} 1 buy\n10:05:00 {price + 1.5} 2 sell"
        )
        early, late = (
            small_chain(rng, session.day, scene.at(at), price - BASIS, 9) for at in ("09:00:00", "10:00:00")
        )
        scene = scene.with_table("option_chains", pa.concat_tables([early, late]))
        value = pa.Table.from_pylist(
            [{"ts_event": session.open, "ts_init": session.open, "value": vix}], schema=VIX
        )
        scene = scene.with_table("vix", value)
    return scene


def late_chains() -> list[Any]:
    tables = [table for (_, name), table in sorted(many_days().tables.items()) if name == "option_chains"]
    chains = [chain_of(table, "SPX") for table in tables]
    assert len(chains) == 24
    return chains


def test_what_is_usual_is_of_the_sessions_before_and_outlasts_the_roll() -> None:
    """Taken once more from the last chain of each day."""
    market = market_of(many_days(), (60,))
    measure = market.measure(OptionChain)
    usual: dict[int, tuple[Any, ...]] = {}
    contracts = set()
    for _ in walk(market, many_days().days()):
        contracts.add(market.tape.contract)
        if measure.figures is not None:
            got = measure.usual_gex, measure.put_call_term, measure.activity
            usual[measure.figures.chain.as_of] = got
    chains = late_chains()
    assert len(contracts) == 2
    for number, chain in enumerate(chains):
        gex, term, activity = usual[chain.as_of]
        past = chains[max(0, number - 60) : number]
        expected = np.quantile([abs(net_gex(one) or 0) for one in past], 0.75) if number >= 20 else None
        assert gex == (None if expected is None else pytest.approx(expected))
        middle = median(log_put_call_ratio(one) or 0.0 for one in past) if number >= 20 else 0.0
        unusual = math.tanh(-2 * ((log_put_call_ratio(chain) or 0) - middle))
        assert term == pytest.approx(unusual if number >= 20 else 0.0)
        assert activity.call_volume == unusual_activity(chain).call_volume, "every expiry is another one"


def test_the_volume_of_a_contract_is_held_to_its_own_twenty_sessions() -> None:
    """One option far out, the same on every day: 100 contracts usually, then 101 with interest enough."""
    scene = Scene("2026-02-16")
    rng = np.random.default_rng(5)
    for number, session in enumerate(full_sessions(dt.date(2026, 2, 17), 22)):
        scene = scene.on(str(session.day)).trades("09:59:50 6000.00 1 buy")
        table = small_chain(rng, dt.date(2026, 6, 18), scene.at("10:00:00"), 5976.0, 3)
        rows = len(table)
        volume = np.full(rows, 100 if number < 21 else 101)
        for name, values in (("volume", volume), ("open_interest", np.full(rows, 1000))):
            at = table.schema.get_field_index(name)
            table = table.set_column(at, table.schema.field(at), pa.array(values))
        scene = scene.with_table("option_chains", table)
    market = market_of(scene, (60,))
    measure = market.measure(OptionChain)
    counted = [
        measure.unusual_calls
        for now in walk(market, scene.days())
        if measure.age is not None and measure.age <= 3600
    ]
    assert counted[:21] == [0.0] * 21
    assert counted[21] == 6 * 101


class _Odd(DealersBias):
    mirror = ODD


def test_at_a_quiet_vix_the_bias_of_chain_and_levels_is_odd() -> None:
    def make(market: Market) -> Mapping[str, Feature]:
        return {"it": _Odd(market, _Odd.Settings())}

    scene = many_days()
    looks = [scene.on(str(day)).at("10:10:00") for day, name in scene.tables if name == "vix"]
    one, other = (readings(make, each, extra=looks, minutes=(60,)) for each in (scene, reflected(scene)))
    spoken = [at for at in looks if one[at]["it"].value is not None]
    assert len(spoken) == 4, one[looks[-1]]
    for at in spoken:
        assert one[at]["it"].reason.endswith("chain 10 min old")
        assert other[at]["it"].value == pytest.approx(-(one[at]["it"].value or 0), abs=1e-9)
    values = {round(one[at]["it"].value or 0, 6) for at in spoken}
    assert len(values) == 4


def test_a_high_vix_takes_a_tenth_off_the_chains_bias() -> None:
    def make(market: Market) -> Mapping[str, Feature]:
        return {"it": DealersBias(market, DealersBias.Settings())}

    last = many_days().session
    at = many_days().on(str(last.day)).at("10:10:00")
    calm, high = (
        readings(make, many_days(vix), extra=[at], minutes=(60,))[at]["it"].value for vix in (20.0, 25.0)
    )
    assert calm is not None
    assert high == pytest.approx(0.9 * calm)


def test_dealers_bias_of_levels_by_hand() -> None:
    """Price 6001 at 10:21, EM/2 = 25: wall below 11 away, above 9; ½(1 + .56 − .64) = .46; 2(.46 − .5)."""
    scene = with_levels(QUIET_DAY, "23:00:00")
    (found,) = read(DealersBias, scene, "10:30:00")
    assert found.value == pytest.approx(-0.08)
    (legacy,) = read(DealersBias, scene, "10:30:00", legacy=True)
    call, put = (1 - 16 / 25) / 2, (1 + 14 / 25) / 2
    assert legacy.value == pytest.approx(2 * ((0.25 * call + 0.2 * put) / 0.45 - 0.5))


def test_walls_are_felt_within_eight_ticks() -> None:
    """6001 stands 8 t below a wall at 6003: exactly 8 t is not felt; 4 t give .65 of 1.3·½."""
    for wall, walls in ((6003.0, 0.0), (6002.0, -0.65)):
        scene = with_levels(QUIET_DAY, "23:00:00", shift=wall - 6010.0)
        (found,) = read(GammaLevelsProximity, scene, "10:30:00")
        flip = math.tanh((6001 - (5995 + wall - 6010)) / 50)
        assert found.value == pytest.approx(0.65 * walls + 0.25 * flip)


def test_the_pin_is_seen_from_where_the_price_is_now() -> None:
    scene = with_chain(QUIET_DAY, "10:02:00", spot=5976.0)
    (early, late, settled) = read(PinRisk, scene, "10:10:00", "10:30:00", "16:00:00")
    assert "1 points away" in early.reason
    assert "0 points away" in late.reason
    assert (late.value or 0) > (early.value or 0) > 0
    assert settled.value == 0
    assert settled.reason.startswith("quiet: no expiry within a day")


def test_the_cycle_is_the_days() -> None:
    scene = Scene("2026-03-17").trades("10:00:00 6000.00 1 buy")
    assert seen(Cycle, scene, lambda it: (it.to_expiry, it.factor), "10:30:00") == [(3, 1.1)]
