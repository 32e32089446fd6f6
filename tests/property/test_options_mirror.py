"""Mirrored and rescaled, option chains and levels say the mirrored and the same."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.options.activity import unusual_activity
from indicators.options.bias import Dealers, dealers_bias_chain, dealers_bias_levels
from indicators.options.chain import Chain, chain_of
from indicators.options.exposure import DealerSign, charm_exposure, gex_by_strike, net_gex, vanna_exposure
from indicators.options.flip import gamma_flip, net_gex_at
from indicators.options.flow import log_put_call_ratio, options_flow_bias, put_call_term
from indicators.options.gamma_levels import GammaLevels, gamma_levels_of_chain, gamma_levels_of_set
from indicators.options.levels import LevelSet, levels_of, sound
from indicators.options.moves import move_by_iv, move_by_levels, move_by_straddle
from indicators.options.pin import magnet, pin_risk
from indicators.options.proximity import FlipCrossing, gamma_levels_proximity
from indicators.options.smile import at_the_money_iv, skew_25_delta, term_structure
from indicators.options.vix import VixRegime
from indicators.options.walls import hvl, walls
from mia_plugins.units import Points
from tests.options import full_chain, levels_table, row, table

SEEDS = st.integers(0, 10_000)
SIGNS = st.sampled_from(DealerSign)
SOME = settings(deadline=None, max_examples=25)


def spot_of(chain: Chain) -> Points:
    assert chain.spot is not None
    return chain.spot


def reflected(price: float | None, about: float) -> object:
    return None if price is None else pytest.approx(2 * about - price, abs=1e-8)


def negated(value: float | None) -> object:
    return None if value is None else pytest.approx(-value, abs=1e-9, rel=1e-9)


def same(value: float | None) -> object:
    return None if value is None else pytest.approx(value, abs=1e-9, rel=1e-9)


@SOME
@given(SEEDS, SIGNS)
def test_exposure_is_even_and_its_places_reflect(seed: int, sign: DealerSign) -> None:
    chain = full_chain(seed)
    image, turned, spot = chain.mirrored(), sign.mirrored, spot_of(chain)
    assert net_gex(image, turned) == same(net_gex(chain, sign))
    one, other = gex_by_strike(chain, sign), gex_by_strike(image, turned)
    np.testing.assert_allclose(other.value[::-1], one.value, rtol=1e-9)
    np.testing.assert_allclose(other.strike[::-1], 2 * spot - one.strike)
    assert vanna_exposure(image, turned) == negated(vanna_exposure(chain, sign))
    assert charm_exposure(image, turned) == negated(charm_exposure(chain, sign))
    assert hvl(image, turned) == reflected(hvl(chain, sign), spot)
    flip, mirrored = gamma_flip(chain, sign), gamma_flip(image, turned)
    assert flip is not None
    assert mirrored is not None
    assert list(mirrored.roots) == [reflected(root, spot) for root in reversed(flip.roots)]
    assert mirrored.nearest == reflected(flip.nearest, spot)
    for root in mirrored.roots:
        gross = net_gex_at(image, root, DealerSign.LONG_ALL) or 0.0
        assert abs(net_gex_at(image, root, turned) or 0.0) <= 1e-9 * gross


@SOME
@given(SEEDS)
def test_walls_change_sides(seed: int) -> None:
    chain = full_chain(seed)
    spot, found, image = spot_of(chain), walls(chain), walls(chain.mirrored())
    assert image.call == reflected(found.put, spot)
    assert image.put == reflected(found.call, spot)
    assert image.call_0dte == reflected(found.put_0dte, spot)
    assert image.put_0dte == reflected(found.call_0dte, spot)
    assert image.gamma_0dte == reflected(found.gamma_0dte, spot)


@SOME
@given(SEEDS)
def test_scores_and_moves(seed: int) -> None:
    chain = full_chain(seed)
    image = chain.mirrored()
    for even in (move_by_iv, move_by_straddle, at_the_money_iv, term_structure):
        assert even(image) == same(even(chain))
    for odd in (skew_25_delta, log_put_call_ratio):
        assert odd(image) == negated(odd(chain))
    assert options_flow_bias(image).value == negated(options_flow_bias(chain).value)
    turned = DealerSign.CALLS_PLUS_PUTS_MINUS.mirrored
    assert pin_risk(image, turned).value == same(pin_risk(chain).value)
    one, other = magnet(chain), magnet(image)
    assert one is not None
    assert other is not None
    assert other.strike == reflected(one.strike, spot_of(chain))
    np.testing.assert_array_equal(unusual_activity(image).unusual, unusual_activity(chain).unusual)
    assert unusual_activity(image).put_volume == unusual_activity(chain).call_volume


def test_mirrored_twice_is_what_it_was() -> None:
    chain = full_chain(3)
    twice = chain.mirrored().mirrored()
    np.testing.assert_allclose(twice.strike, chain.strike)
    np.testing.assert_array_equal(twice.call, chain.call)
    assert twice.reflected_at is None
    assert net_gex(twice) == same(net_gex(chain))


def dealers(chain: Chain, sign: DealerSign) -> Dealers:
    flip = gamma_flip(chain, sign)
    ratio = log_put_call_ratio(chain)
    return Dealers(
        net_gex(chain, sign), flip.nearest if flip else None, move_by_iv(chain), put_call_term(ratio, ()), 1e9
    )


@SOME
@given(SEEDS, st.sampled_from([*VixRegime, None]), st.integers(-80, 80))
def test_chain_bias_and_proximity_are_odd(seed: int, vix: VixRegime | None, ticks: int) -> None:
    chain = full_chain(seed)
    usual, image, spot = DealerSign.CALLS_PLUS_PUTS_MINUS, chain.mirrored(), spot_of(chain)
    price, turned = Points(spot + ticks / 4), Points(spot - ticks / 4)
    one = dealers_bias_chain(price, dealers(chain, usual), vix)
    other = dealers_bias_chain(turned, dealers(image, usual.mirrored), vix)
    assert other.value == negated(one.value)
    near, far = gamma_levels_of_chain(chain), gamma_levels_of_chain(image, usual.mirrored)
    for crossing in (-1, 0, 1):
        one = gamma_levels_proximity(price, near, move_by_iv(chain), crossing)
        other = gamma_levels_proximity(turned, far, move_by_iv(image), -crossing)
        assert other.value == negated(one.value)


NAMES = ["Call Resistance", "Put Support", "Call Resistance 0DTE", "Put Support 0DTE", "HVL", "1D Min", "1D Max", "GEX 1", "GEX 2", "BL 1", "BL 2", "Swing Upper", "Swing Lower"]  # fmt: skip
PLACED = st.dictionaries(st.sampled_from(NAMES), st.integers(-160, 160), max_size=len(NAMES))


def level_set(placed: dict[str, int]) -> LevelSet | None:
    return levels_of(levels_table({name: 6000 + at / 4 for name, at in placed.items()}), "ES")


@settings(deadline=None)
@given(PLACED, st.integers(-160, 160), st.integers(1, 100), st.booleans())
def test_levels_bias_and_proximity_are_odd(placed: dict[str, int], at: int, move: int, legacy: bool) -> None:
    levels = level_set(placed)
    if levels is None:
        return
    image, about, reach = levels.mirrored(Points(6000)), Points(6000), Points(move)
    price, turned = Points(6000 + at / 4), Points(6000 - at / 4)
    # The VIX's own term is exempt; at MID it leans nowhere. The legacy weights of the two walls differ.
    if not legacy:
        one = dealers_bias_levels(price, levels, reach, VixRegime.MID)
        other = dealers_bias_levels(turned, image, reach, VixRegime.MID)
        assert other.value == negated(one.value)
    one = gamma_levels_proximity(price, gamma_levels_of_set(levels), reach, 0)
    other = gamma_levels_proximity(turned, gamma_levels_of_set(image), reach, 0)
    assert other.value == negated(one.value)
    assert sound(image, turned) == replace(
        sound(levels, price).mirrored(about), flaws=sound(image, turned).flaws
    )


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-1, 1)), max_size=30))
def test_crossings_are_odd(steps: list[tuple[int, int]]) -> None:
    one, other = FlipCrossing(), FlipCrossing()
    for close, flip in steps:
        up = one.advance(Points(6000 + close), Points(6000 + flip))
        down = other.advance(Points(6000 - close), Points(6000 - flip))
        assert up is not None
        assert down == -up


@SOME
@given(SEEDS, st.sampled_from([0.01, 0.25, 4.0, 1000.0]))
def test_scores_do_not_depend_on_the_scale_of_prices(seed: int, times: float) -> None:
    rng = np.random.default_rng(seed)
    strikes = [5900 + 10.0 * i for i in range(21)]
    rows = [
        row(k, kind, iv=float(rng.uniform(0.1, 0.3)), open_interest=int(rng.integers(0, 900)))
        for k in strikes
        for kind in ("call", "put")
    ]
    larger = [
        {**one, **{name: one[name] * times for name in ("strike", "spot", "bid", "ask")}} for one in rows
    ]
    chain, scaled = (chain_of(table(*some), "SPX") for some in (rows, larger))
    assert chain is not None
    assert scaled is not None
    sign = DealerSign.CALLS_PLUS_PUTS_MINUS
    near, far = gamma_levels_of_chain(chain), gamma_levels_of_chain(scaled)
    assert far.calls == tuple(same(wall * times) for wall in near.calls)
    assert far.flip == (None if near.flip is None else same(near.flip * times))
    assert hvl(scaled) == (None if hvl(chain) is None else same((hvl(chain) or 0) * times))
    for of in (skew_25_delta, term_structure, at_the_money_iv, log_put_call_ratio):
        assert of(scaled) == same(of(chain))
    assert pin_risk(scaled).value == same(pin_risk(chain).value)
    net, large = dealers(chain, sign), dealers(scaled, sign)
    large = replace(large, usual_gex=1e9 * times)
    price = Points(6001.0)
    one = dealers_bias_chain(price, net, None)
    assert dealers_bias_chain(Points(price * times), large, None).value == same(one.value)
    tick = Points(0.25 * times)
    one = gamma_levels_proximity(price, near, move_by_iv(chain), 1)
    assert gamma_levels_proximity(Points(price * times), far, move_by_iv(scaled), 1, tick).value == same(
        one.value
    )


def test_levels_move_by_half_the_days_range() -> None:
    assert move_by_levels(Points(5950), Points(6050)) == 50.0
    assert GammaLevels((), (), None, "").flip is None
