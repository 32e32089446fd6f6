"""Battle Navale against its definition written down apart, and what is said of random walks."""

from collections import Counter
from functools import cache
from statistics import median
from typing import Any

import numpy as np
import pytest

from indicators.battle_navale.bases import WINDOW
from indicators.battle_navale.battle import BattleNavale
from indicators.battle_navale.chart import Chart
from indicators.battle_navale.features import SierraPatternStrength
from indicators.battle_navale.mtf import MtfConfluence
from indicators.flow.bars import FlowBars
from mia_plugins.features.walking import walk
from mia_plugins.testing import Scene, random_scene, readings
from mia_plugins.testing.invariants import market_of
from tests import battle
from tests.battle import B, Told

SEEDS = (1, 2, 3)


@cache
def drawn(seed: int) -> Scene:
    return random_scene(seed)


@cache
def bars(seed: int, minutes: int) -> list[B]:
    scene, found = drawn(seed), []
    for (day, _), rows in scene.rows.items():
        of = rows.trades
        trades = list(zip(of.ts.tolist(), of.ticks.tolist(), of.lots.tolist(), of.side.tolist(), strict=True))
        found += battle.bars_from(trades, scene.on(str(day)).session.open, minutes)
    return found


def ratios_of(seed: int, minutes: int) -> list[float | None]:
    """By what ticks are multiplied at each bar: by the 50 bars before it and the base bars in these."""
    base, own = bars(seed, 1), bars(seed, minutes)
    if minutes == 1:
        return [1.0] * len(own)
    ratios: list[float | None] = [None] * min(20, len(own))
    for i in range(20, len(own)):
        first = max(0, i - 50)
        since = own[first - 1].ts if first else 0
        ranges = [b.h - b.lo for b in base if since < b.ts <= own[i - 1].ts]
        ratios.append(median(b.h - b.lo for b in own[first:i]) / median(ranges))
    return ratios


def expected(seed: int, minutes: int, *, relative: bool) -> dict[int, Told | None]:
    own = bars(seed, minutes)
    numbers = range(len(own))
    least = 50 if minutes == 1 else 20
    full = [battle.usual([b.v for b in own], i, least) if relative else 1500.0 for i in numbers]
    deltas = [one and (0.67 * one if relative else 1000.0) for one in full]
    ratios = ratios_of(seed, minutes)
    return dict(zip([b.ts for b in own], battle.told(own, full, deltas, ratios), strict=True))


def measured(seed: int, **settings: Any) -> dict[int, Told | None]:
    minutes = settings.get("minutes", 0)
    market = market_of(drawn(seed), (1, minutes) if minutes else (1,))
    fight = market.measure(BattleNavale, **settings)
    found: dict[int, Told | None] = {}
    for _ in walk(market, drawn(seed).days()):
        for last in fight.battles:
            if last is not None:
                pattern = last.seen.strongest[1] if last.seen.strongest else 0.0
                sierra = max(-1.0, min(1.0, 0.7 * pattern + 0.3 * last.seen.regime))
                found[last.ts] = Told(last.score, last.confidence, last.bn_quality, sierra)
    return found


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("minutes", "settings", "relative"),
    [(1, {}, False), (1, {"lots": "relative"}, True), (5, {"minutes": 5}, True)],
    ids=["ES", "relative", "5 min"],
)
def test_it_is_what_the_definition_says(
    seed: int, minutes: int, settings: dict[str, Any], relative: bool
) -> None:
    of, found = expected(seed, minutes, relative=relative), measured(seed, **settings)
    assert {ts for ts, one in of.items() if one} == set(found)
    for ts, one in found.items():
        other = of[ts]
        assert one is not None
        assert other is not None
        for name in ("score", "confidence", "bn_quality", "sierra"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-9), (name, ts)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("minutes", [5, 15])
def test_ticks_on_longer_bars_are_multiplied(seed: int, minutes: int) -> None:
    market = market_of(drawn(seed), (1, minutes))
    chart = market.measure(Chart, minutes=minutes)
    found: list[float | None] = []
    for _ in walk(market, drawn(seed).days()):
        if chart.count > len(found):
            found.append(chart._ranges.ratio)
    assert found == ratios_of(seed, minutes)
    assert len({*found}) > 3


def test_the_scenes_have_all_there_is() -> None:
    seen, names = Counter[tuple[int, bool]](), set()
    for seed in SEEDS:
        own = bars(seed, 1)
        seen.update((regime, base is not None) for regime, base in battle.chart(own))
        names |= {n for i in range(2, len(own)) for n, _ in battle.patterns(own, i, [1500.0] * len(own), 1)}
    assert set(seen) >= {(-1, True), (1, True), (0, False)}
    assert names == {"long_down_up_bar", "long_up_down_bar", "color_down_setting", "color_up_setting"}


def test_the_feature_says_what_the_measure_does() -> None:
    def make(market: Any) -> Any:
        return {"it": SierraPatternStrength(market, SierraPatternStrength.Settings())}

    of = expected(1, 1, relative=False)
    said = {ts: read["it"].value for ts, read in readings(make, drawn(1)).items()}
    known = {ts: one.sierra for ts, one in of.items() if one}
    assert {ts: said[ts] for ts in known} == pytest.approx(known)


def test_confluence_is_the_mean_by_weight_and_confidence() -> None:
    """With what each length says by itself, as of its last closed bar."""

    def make(market: Any) -> Any:
        return {"it": MtfConfluence(market, MtfConfluence.Settings())}

    lengths = [measured(1), measured(1, minutes=5), measured(1, minutes=15)]
    checked = 0
    for ts, read in readings(make, drawn(1)).items():
        found = [max((at for at in of if at <= ts), default=None) for of in lengths]
        if None in found:
            continue
        of_all = [of[at] for of, at in zip(lengths, found, strict=True) if at is not None]
        s = [one.score for one in of_all if one]
        c = [one.confidence for one in of_all if one]
        value = 0.5 * s[0] * c[0] + 0.3 * s[1] * c[1] + 0.2 * s[2] * c[2]
        value *= 1.2 if min(s) > 0 or max(s) < 0 else 1
        value *= 0.8 if s[0] * s[2] < 0 else 1
        assert read["it"].value == pytest.approx(value, abs=1e-9)
        checked += 1
    assert checked > 60


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("minutes", [5, 15, 60])
def test_flow_of_longer_bars_is_that_of_their_minutes(seed: int, minutes: int) -> None:
    scene = drawn(seed)
    market = market_of(scene, (1, minutes))
    flow = market.measure(FlowBars, minutes=minutes)
    looks = np.random.default_rng(seed).choice(next(iter(scene.rows.values())).trades.ts, 20)
    for _ in walk(market, scene.days(997), (int(at) for at in looks)):
        pass
    assert [(b.ts, b.open, b.close, b.lots, b.bought, b.sold) for b in flow.bars] == [
        (b.ts, b.o, b.c, b.v, b.buy, b.sell) for b in bars(seed, minutes)
    ]


def test_a_quarter_of_random_walks_stand_still() -> None:
    """Closes of 15 bars of 100 steps each against the range: .21 passes 25 %, the public .3 96 %."""
    steps = np.random.default_rng(1).standard_normal((8_000, WINDOW * 100))
    path = np.cumsum(steps, axis=1)
    whole = np.maximum(path.max(1), 0) - np.minimum(path.min(1), 0)
    share = path[:, 99::100].std(axis=1) / whole
    assert (share < 0.21).mean() == pytest.approx(0.25, abs=0.015)
    assert (share < 0.30).mean() == pytest.approx(0.96, abs=0.01)
