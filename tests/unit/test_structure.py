"""Phases, regime, pullback and days at the boundaries of their definitions, and against TA-Lib."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise, repeat
from statistics import median
from typing import Any

import numpy as np
import pytest
import talib

from indicators.structure import regime as regimes
from indicators.structure.context import Phase, SessionContext, phase_of
from indicators.structure.days import DailyAtr
from indicators.structure.lead import EsNqCorrelation, LeadLag
from indicators.structure.pullback import PullbackQuality, pullback_quality
from indicators.structure.regime import MarketRegime, Regime, State, confidence_of, regime_of
from mia_plugins.data.instruments import lead_contract
from mia_plugins.data.sessions import NEW_YORK, NS, session_at, sessions
from mia_plugins.features import Feature, Market, Measure, Reading
from mia_plugins.testing import Scene, random_scene
from tests.minutes import MINUTE, Minute, at_bars, minutes_of, trades_of, wilder


def look(kind: type[Measure] | type[Feature], *names: str, **settings: Any) -> Callable[[Market], Any]:
    """Return what is read at each bar: outputs of a measure, or what a feature says."""

    def read(market: Market) -> Callable[[], Any]:
        if issubclass(kind, Feature):
            feature = kind(market, kind.Settings(**settings))
            return lambda: feature.checked("it", market.tape.now)
        measure = market.measure(kind, **settings)
        return lambda: tuple(getattr(measure, name) for name in names)

    return read


@pytest.mark.parametrize(
    ("day", "time", "phase"),
    [
        ("2026-03-10", "18:00", Phase.AFTER),
        ("2026-03-10", "19:59:59.999999999", Phase.AFTER),
        ("2026-03-10", "20:00", Phase.OVERNIGHT),
        ("2026-03-10", "00:00", Phase.OVERNIGHT),
        ("2026-03-10", "03:59:59.999999999", Phase.OVERNIGHT),
        ("2026-03-10", "04:00", Phase.PRE_MARKET),
        ("2026-03-10", "09:29:59.999999999", Phase.PRE_MARKET),
        ("2026-03-10", "09:30", Phase.OPENING),
        ("2026-03-10", "10:59:59.999999999", Phase.OPENING),
        ("2026-03-10", "11:00", Phase.MIDDAY),
        ("2026-03-10", "13:59:59.999999999", Phase.MIDDAY),
        ("2026-03-10", "14:00", Phase.POWER_HOUR),
        ("2026-03-10", "15:59:59.999999999", Phase.POWER_HOUR),
        ("2026-03-10", "16:00", Phase.AFTER),
        ("2026-03-10", "16:59", Phase.AFTER),
        # The day after Thanksgiving ends at 13:00.
        ("2026-11-27", "12:59:59.999999999", Phase.MIDDAY),
        ("2026-11-27", "13:00", Phase.AFTER),
        # On Martin Luther King's day the stock market stays closed.
        ("2026-01-19", "09:29", Phase.PRE_MARKET),
        ("2026-01-19", "09:30", Phase.OVERNIGHT),
        # Clocks went forward two nights before.
        ("2026-03-09", "09:30", Phase.OPENING),
    ],
)
def test_phases_are_half_open(day: str, time: str, phase: Phase) -> None:
    scene = Scene(day)
    assert phase_of(scene.session, scene.at(time)) is phase


def test_the_context_is_the_multiplier_over_the_largest() -> None:
    closes = {"19:59": 0.8, "20:00": 0.5, "04:00": 0.8, "09:29": 0.8, "09:30": 1.2}
    closes |= {"10:59": 1.2, "11:00": 1.0, "14:00": 1.2, "16:00": 0.8}
    scene = Scene("2026-03-10")
    for time in closes:
        at = dt.datetime.fromtimestamp(scene.at(time) // NS - 1, NEW_YORK)
        scene = scene.trades(f"{at:%H:%M:%S} 6000.00 1 buy")
    found = [reading.value for _, reading in at_bars(scene, look(SessionContext))]
    assert found == pytest.approx([multiplier / 1.2 for multiplier in closes.values()])


@pytest.mark.parametrize(
    ("share", "quality"),
    [
        *((-0.5, 0), (0.19, 0), (0.20, 0), (0.29, 0.5), (0.38, 1), (0.5, 1)),
        *((0.62, 1), (0.71, 0.5), (0.80, 0), (0.81, 0), (1.5, 0)),
    ],
)
def test_a_pullback_by_its_share(share: float, quality: float) -> None:
    assert pullback_quality(share) == pytest.approx(quality)


def bars(rows: list[tuple[float, float, float]]) -> Scene:
    """Return bars of high, low, close, a minute each from 10:00."""
    lines = []
    for minute, prices in enumerate(rows):
        clock = f"{10 + minute // 60}:{minute % 60:02}"
        lines += [
            f"{clock}:{second} {price:.2f} 1 buy" for second, price in zip((10, 20, 30), prices, strict=True)
        ]
    return Scene("2026-03-10").trades("\n".join(lines))


def up_and_back() -> Scene:
    """A rise of 20 points from a low at bar 15, and half of it given back; swings of three bars."""
    rows = [(6010.0, 6008.0, 6009.0)] * 15
    rows += [
        (6003.0, 6000.0, 6002.0),
        *[(6003.0 + 4 * i, 6001.0 + 4 * i, 6003.0 + 4 * i) for i in range(1, 4)],
    ]
    rows += [(6020.0, 6012.0, 6018.0), *[(6018.0 - i, 6016.0 - 2 * i, 6016.0 - 2 * i) for i in range(4)]]
    return bars(rows)


def test_a_swing_of_so_many_atr_can_be_given_back_and_a_smaller_one_not() -> None:
    scene = up_and_back()
    minutes = minutes_of(scene)
    atr, height = wilder(minutes)[-1], 80
    assert atr is not None

    def last(least: float) -> float | None:
        *_, (_, reading) = at_bars(scene, look(PullbackQuality, least=least))
        assert isinstance(reading, Reading)
        return reading.value

    assert last(height / atr * (1 - 1e-12)) == pytest.approx(1)
    assert last(height / atr * (1 + 1e-12)) is None
    assert height > 2 * atr
    assert last(2.0) == pytest.approx(1)


def state(atr: float = 1.0, adx: float = 22.0, efficiency: float = 0.5, side: int = 0) -> State:
    return State(atr, adx, efficiency, side)


@pytest.mark.parametrize(
    ("there", "regime"),
    [
        (state(atr=1.5), Regime.TRANSITION),
        (state(atr=1.501), Regime.VOLATILE),
        (state(atr=1.501, adx=40, side=1), Regime.VOLATILE),  # the first that holds
        (state(adx=25, side=1), Regime.TRANSITION),
        (state(adx=25.01, side=1), Regime.TREND),
        (state(adx=25.01, side=-1), Regime.TREND),
        (state(adx=25.01, side=0), Regime.TRANSITION),
        (state(adx=20, efficiency=0.1), Regime.TRANSITION),
        (state(adx=19.99, efficiency=0.3), Regime.TRANSITION),
        (state(adx=19.99, efficiency=0.299), Regime.RANGE),
        (state(atr=0.5, adx=19.99, efficiency=0.299), Regime.RANGE),
        (state(atr=0.7), Regime.TRANSITION),
        (state(atr=0.699), Regime.LOW_VOLATILITY),
        (state(atr=0.699, adx=26, side=1), Regime.TREND),
    ],
)
def test_the_first_regime_that_holds(there: State, regime: Regime) -> None:
    assert regime_of(there) is regime


@pytest.mark.parametrize(
    ("regime", "there", "confidence"),
    [
        (Regime.VOLATILE, state(atr=1.75), 0.75),
        (Regime.VOLATILE, state(atr=3), 1),
        (Regime.TREND, state(adx=25), 0.5),
        (Regime.TREND, state(adx=40), 1),
        (Regime.TREND, state(adx=17.5), 0.25),  # it counts still, and holds no more
        (Regime.TREND, state(adx=5), 0),
        (Regime.RANGE, state(adx=15), 0.75),
        (Regime.LOW_VOLATILITY, state(atr=0.55), 0.75),
        (Regime.TRANSITION, state(atr=9), 0.5),
    ],
)
def test_the_confidence_is_the_margin(regime: Regime, there: State, confidence: float) -> None:
    assert confidence_of(regime, there) == pytest.approx(confidence)


T, R, V, L = Regime.TREND, Regime.RANGE, Regime.VOLATILE, Regime.LOW_VOLATILITY


@pytest.mark.parametrize(
    ("holds", "counts"),
    [
        ([T, R, R, R, R], [T, T, T, R, R]),  # the third bar on end
        ([T, R, R, T, R, R, R], [T, T, T, T, T, T, R]),  # it has to begin anew
        ([T, R, R, V, R, R, R], [T, T, T, T, T, T, R]),  # a third one between is none of it
        ([T, R, V, R, V, R, V], [T] * 7),
        ([V], [V]),  # the first one known counts at once
        ([V, L, L, L, V, V, V], [V, V, V, L, L, L, V]),
    ],
)
def test_another_regime_counts_after_three_bars_on_end(
    holds: list[Regime], counts: list[Regime], monkeypatch: pytest.MonkeyPatch
) -> None:
    script: Iterator[Regime] = repeat(T)
    monkeypatch.setattr(regimes, "regime_of", lambda _: next(script))
    drawn = np.random.default_rng(1)
    closes = 6000 + np.cumsum(drawn.integers(-4, 5, 80)) / 4
    known = sum(found[0] is not None for _, found in at_bars(rows_of(closes), look(MarketRegime, "state")))
    assert known >= len(holds)
    script = iter([*holds, *[holds[-1]] * known])
    found = [one for _, (one,) in at_bars(rows_of(closes), look(MarketRegime, "regime")) if one is not None]
    assert found[: len(counts)] == counts


def rows_of(closes: np.ndarray) -> Scene:
    return bars([(close + 1, close - 1, close) for close in closes])


def regime_by_definition(minutes: list[Minute]) -> list[tuple[float, float, float, int] | None]:
    """Write each of its parts down by TA-Lib or by hand, over all bars at once."""
    high, low, close = (
        np.array([getattr(bar, name) for bar in minutes], float) for name in ("high", "low", "close")
    )
    atr, adx = talib.ATR(high, low, close, 14), talib.ADX(high, low, close, 14)
    fast, slow = talib.EMA(close, 20), talib.EMA(close, 50)
    found: list[tuple[float, float, float, int] | None] = []
    for now in range(len(minutes)):
        usual = [one for one in atr[:now] if not np.isnan(one)][-50:]
        if len(usual) < 50:
            found.append(None)
            continue
        moved = sum(abs(close[i] - close[i - 1]) for i in range(now - 9, now + 1))
        pivots = [
            [prices[i] for i in range(3, now - 2) if is_pivot(prices, i)][-2:] for prices in (high, -low)
        ]
        side = 0
        if all(len(last) == 2 for last in pivots):
            rises = [pivots[0][1] - pivots[0][0], -(pivots[1][1] - pivots[1][0])]
            swings = int(min(rises) > 0) - int(max(rises) < 0)
            aligned = int(np.sign(fast[now] - slow[now]))
            side = aligned if aligned == swings else 0
        way = abs(close[now] - close[now - 10]) / moved if moved else 0.0
        found.append((atr[now] / median(usual), adx[now], way, side))
    return found


def is_pivot(prices: np.ndarray, i: int) -> bool:
    return bool((prices[i] > prices[i - 3 : i]).all() and (prices[i] >= prices[i + 1 : i + 4]).all())


@pytest.mark.parametrize("seed", [3, 4])
def test_the_regime_follows_from_what_it_says(seed: int) -> None:
    scene = random_scene(seed)
    found = [one for _, (one,) in at_bars(scene, look(MarketRegime, "state"))]
    wanted = regime_by_definition(minutes_of(scene))
    assert [one is None for one in found] == [one is None for one in wanted]
    pairs = [(one, other) for one, other in zip(found, wanted, strict=True) if one and other]
    np.testing.assert_allclose([one for one, _ in pairs], [other for _, other in pairs], atol=1e-9)
    assert {one.side for one, _ in pairs} == {-1, 0, 1}


def many_days(seed: int = 2) -> tuple[Scene, list[tuple[int, int, int]], set[int]]:
    """Return two months, highs, lows and closes of regular hours (ticks), and which begin a contract."""
    drawn = np.random.default_rng(seed)
    times = ("09:30:00", "10:15:00", "12:00:30", "12:15:00", "12:20:00", "15:59:59")
    scene, price, before = Scene("2026-02-02"), 24000, None
    days: list[tuple[int, int, int]] = []
    rolled: set[int] = set()
    for session in sessions(dt.date(2026, 2, 2), dt.date(2026, 3, 31)):
        contract = lead_contract("ES", session.day)
        price += 300 * (contract != before)  # two contracts do not cost the same
        walk = (price + np.cumsum(drawn.integers(-40, 41, 6))).tolist()
        # What the night and the evening do is none of a day of regular hours.
        far = [("03:00", price + 900), ("09:29:59", price - 900), ("16:00", price - 900)]
        rows = [*zip(times, walk, strict=True), *far]
        if not session.has_rth:
            rows = [("03:00", price + 900), ("12:00", price - 900)]
        else:
            rolled |= {len(days)} if before not in {None, contract} else set()
            days.append((max(walk), min(walk), walk[-1]))
            price = walk[-1]
        lines = "\n".join(f"{time} {ticks / 4:.2f} 1 buy" for time, ticks in rows)
        scene, before = scene.on(str(session.day)).trades(lines), contract
    return scene, days, rolled


def test_the_daily_atr_is_of_regular_hours_and_knows_no_gap_between_contracts() -> None:
    scene, days, rolled = many_days()
    assert rolled
    ranges = [
        day[0] - day[1] if number in rolled else max(day[0], last[2]) - min(day[1], last[2])
        for number, (last, day) in enumerate(pairwise(days), start=1)
    ]
    wanted: list[float] = [float("nan")] * 14 + [sum(ranges[:14]) / 14]
    for one in ranges[14:]:
        wanted.append(wanted[-1] + (one - wanted[-1]) / 14)
    values = {session_at(now): found for now, (found,) in at_bars(scene, look(DailyAtr, "value"))}
    # A day counts from the next session on; one without regular hours adds none.
    regular = [session for session in values if session is not None and session.has_rth]
    found = [values[session] for session in regular]
    assert found[0] is None
    np.testing.assert_allclose(np.array(found[1:], float), wanted[:-1])
    until = min(rolled)
    high, low, close = np.array(days[:until], float).T
    np.testing.assert_allclose(np.array(found[1 : until + 1], float), talib.ATR(high, low, close, 14))


def changes_by_minute(scene: Scene, product: str) -> tuple[dict[int, int], set[int]]:
    """Return the change of the last price over each minute that ends in a session after its first trade.

    There are none in a halt, five minutes after the last trade, nor over it. The minutes from a halt on
    up to the next change are returned too.
    """
    found: dict[int, int] = {}
    halted: set[int] = set()
    waits = False
    for session, trades in trades_of(scene, product).items():
        ts, ticks = np.array([one.ts for one in trades]), [one.ticks for one in trades]
        last = None
        for end in range(session.open + MINUTE, session.close + 1, MINUTE):
            count = int(np.searchsorted(ts, end, side="left"))
            now = ticks[count - 1] if count and end - ts[count - 1] <= 5 * MINUTE else None
            waits = waits or bool(count and now is None)
            if now is not None and last is not None:
                found[end], waits = now - last, False
            if waits:
                halted.add(end)
            last = now
    return found, halted


def test_the_correlation_with_the_other_index_by_numpy() -> None:
    scene = random_scene(3, products=("ES", "NQ"))
    scene = follow(scene)
    (own, halted), (other, other_halted) = (changes_by_minute(scene, one) for one in ("ES", "NQ"))
    said, kinds = 0, set()
    leaders = dict(at_bars(scene, look(LeadLag, "leader")))
    for now, reading in at_bars(scene, look(EsNqCorrelation)):
        both = [(own[ts], other[ts]) for ts in sorted(own.keys() & other.keys()) if ts <= now][-51:]
        if len(both) < 51 or now in halted | other_halted:
            assert reading.value is None
            continue
        x, y = np.array(both, float).T
        if not all(part.std() for one in (x, y) for part in (one[1:], one[:-1])):
            assert reading.value is None
            continue
        rho = np.corrcoef(x[1:], y[1:])[0, 1]
        own_z, other_z = x[-1] / x[:-1].std(), y[-1] / y[:-1].std()
        leads = leaders[now] == (1,)
        wanted = rho * np.tanh(other_z - own_z if leads else (other_z + own_z) / 2)
        assert reading.value == pytest.approx(wanted if rho >= 0.3 else 0), reading
        said += 1
        kinds.add("quiet" if rho < 0.3 else "leads" if leads else "together")
    assert said > 100
    assert kinds == {"quiet", "leads", "together"}


def follow(scene: Scene) -> Scene:
    """Return a scene of which NQ goes where ES goes on the first day, 3 s before it."""
    day = min(day for day, _ in scene.rows)
    rows = scene.rows[day, "ES"]
    trades = replace(rows.trades, ts=rows.trades.ts - 3 * NS, ticks=rows.trades.ticks * 3)
    return replace(scene, rows={**scene.rows, (day, "NQ"): replace(rows, trades=trades)})
