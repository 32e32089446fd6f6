"""Causality, the mirror, scale, any pieces, ugly data: over every registered feature."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache, reduce
from typing import Any

import pytest

from indicators.flow.vwap import Vwap
from mia_plugins.data.arrow import Kind as DataKind
from mia_plugins.features import ODD, Feature, Market, Reading, Score, known
from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost
from mia_plugins.tape.tape import no_depth, no_trades
from mia_plugins.testing import (
    Broken,
    Scene,
    check_causal,
    check_chunks,
    check_mirror,
    check_scale,
    check_ugly,
    readings,
)
from tests.scenes import long_scene, scene


@cache
def host() -> PluginHost:
    return PluginHost.discover()


def features() -> list[str]:
    return list(host().registry.names(Kind.FEATURES))


def made(name: str) -> Any:
    def make(market: Market) -> Mapping[str, Feature]:
        kind: Any = host().load(host().find(Kind.FEATURES, name))
        return {name: kind(market, kind.Settings())}

    return make


def scene_for(name: str) -> Scene:
    """Return weeks for what needs many finished days, and two days for all else."""
    return long_scene(0, 17) if name == "wyckoff_phase" else scene()


@pytest.mark.parametrize("name", features())
def test_it_knows_no_future(name: str) -> None:
    check_causal(made(name), scene_for(name))


@pytest.mark.parametrize("name", features())
def test_the_mirror_image_has_the_other_sign(name: str) -> None:
    check_mirror(made(name), scene_for(name))


@pytest.mark.parametrize("name", features())
def test_it_does_not_depend_on_the_scale(name: str) -> None:
    check_scale(made(name), scene_for(name))


@pytest.mark.parametrize("name", features())
def test_it_does_not_depend_on_the_pieces(name: str) -> None:
    check_chunks(made(name), scene_for(name))


@pytest.mark.parametrize("name", features())
def test_it_bears_ugly_data(name: str) -> None:
    check_ugly(made(name), scene_for(name))


def without(scene: Scene, what: str) -> Scene:
    """Return a scene without one of the inputs that features declare."""
    if what == "other product":
        return replace(scene, rows={key: rows for key, rows in scene.rows.items() if key[1] == "ES"})
    if what not in {"trades", "quotes", "depth"}:
        return replace(scene, tables={key: rows for key, rows in scene.tables.items() if key[1] != what})
    gone = {"trades": no_trades()} if what == "trades" else {"depth": no_depth()}
    return replace(scene, rows={key: replace(rows, **gone) for key, rows in scene.rows.items()})


DOES_WITHOUT = {
    ("gamma_levels_proximity", "option_chains"): "imported levels speak",
    ("gamma_levels_proximity", "levels"): "the chain speaks",
    ("gamma_levels_proximity", "vix"): "it only tells how long intraday levels hold",
    ("dealers_bias", "option_chains"): "imported levels speak",
    ("dealers_bias", "levels"): "the chain speaks",
    ("dealers_bias", "vix"): "one term of several, and a tenth where it is high",
}
"""Inputs of which a feature has several that tell the same; each is tried without all of them, too."""


@pytest.mark.parametrize("name", features())
def test_without_an_input_it_is_not_known(name: str) -> None:
    feature = made(name)(Market.blank())[name]
    needed = sorted(feature.inputs)
    sets = [[what] for what in needed if (name, what) not in DOES_WITHOUT]
    sets += [[what for what in needed if (name, what) in DOES_WITHOUT]]
    for gone in filter(None, sets):
        there = reduce(without, gone, scene())
        looks = [day.at(time) for day in _days(there) for time in ("09:45", "10:30", "12:30")]
        for of in readings(made(name), there, extra=looks).values():
            assert of[name].value is None, (gone, of[name])
            assert of[name].reason


def _days(scene: Scene) -> list[Scene]:
    return [scene.on(str(day)) for day in sorted({day for day, _ in scene.rows})]


@pytest.mark.parametrize("name", features())
def test_it_says_something(name: str) -> None:
    values = [of[name].value for of in readings(made(name), scene_for(name)).values()]
    assert len({value for value in values if value is not None}) > 1, values[-5:]


@pytest.mark.parametrize("name", features())
def test_it_needs_what_it_declares(name: str) -> None:
    market = Market.blank()
    feature = made(name)(market)[name]
    needed = {kind.name.lower() for kind in market.reads if kind is not DataKind.BARS} | set(market.tables)
    if market.products - {market.product}:
        needed.add("other product")
    assert feature.inputs == needed
    assert feature.mirror.name in {"odd", "even", "exempt"}
    assert feature.mirror.reason or feature.mirror.name != "exempt"
    assert (feature.mirror is ODD) <= (feature.kind is Score.DIRECTIONAL), "a quality has no sign"


class _Leaks(Feature):
    """Looks at the last row that lies in memory, whether it has come or not."""

    kind, mirror = Score.DIRECTIONAL, ODD

    def __init__(self, market: Market, settings: Any) -> None:
        super().__init__(market, settings)
        market.measure(Vwap)

    def read(self, now: int) -> Reading:
        sides = self.market.tape._trades._rows.side  # the leak
        return known(float(sides[-1]), f"the last side at {now}")


class _Lopsided(Feature):
    """Weighs what rises more than what falls."""

    kind, mirror = Score.DIRECTIONAL, ODD

    def read(self, now: int) -> Reading:
        bar = self.market.tape.base.last
        return known(0.5 if bar.close > bar.open else -0.4, f"the bar of {now}")


def _of(kind: type[Feature]) -> Any:
    return lambda market: {"it": kind(market, kind.Settings())}


def test_a_feature_that_leaks_is_caught() -> None:
    with pytest.raises(Broken, match=r"without what|with other data"):
        check_causal(_of(_Leaks), scene())
    with pytest.raises(Broken, match="in pieces of"):
        check_chunks(_of(_Leaks), scene())


def test_a_lopsided_feature_is_caught() -> None:
    with pytest.raises(Broken, match="said to be odd"):
        check_mirror(_of(_Lopsided), scene())
