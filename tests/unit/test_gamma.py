"""Gamma exposure, flips, HVL and walls: worked examples, and what must add up."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.options.exposure import (
    DealerSign,
    charm_exposure,
    gex,
    gex_by_strike,
    net_gex,
    vanna_exposure,
)
from indicators.options.flip import gamma_flip, nearest_to, net_gex_at
from indicators.options.walls import hvl, walls
from mia_plugins.units import Points
from tests.options import DAY, TOMORROW, chain, full_chain, row

SEEDS = st.integers(0, 10_000)


def test_gex_is_gamma_times_interest_times_multiplier_times_spot_squared_a_per_cent() -> None:
    made = chain(row(6000, "call"), row(5950, "put", open_interest=200))
    gammas = made.greeks.gamma
    want = [gammas[0] * 1000 * 100 * 6000**2 * 0.01, -gammas[1] * 200 * 100 * 6000**2 * 0.01]
    np.testing.assert_allclose(gex(made), want, rtol=1e-14)
    assert net_gex(made) == pytest.approx(sum(want))


@pytest.mark.parametrize(("underlying", "multiplier"), [("SPX", 100), ("NDX", 100), ("ES", 50), ("NQ", 20)])
def test_multipliers(underlying: str, multiplier: int) -> None:
    made = chain(row(6000, "call", underlying=underlying))
    assert gex(made)[0] == pytest.approx(made.greeks.gamma[0] * 1000 * multiplier * 6000**2 * 0.01)


@pytest.mark.parametrize(
    ("sign", "signs"),
    [
        (DealerSign.CALLS_PLUS_PUTS_MINUS, [1, -1]),
        (DealerSign.CALLS_MINUS_PUTS_PLUS, [-1, 1]),
        (DealerSign.LONG_ALL, [1, 1]),
        (DealerSign.SHORT_ALL, [-1, -1]),
    ],
)
def test_the_sign_is_an_assumption_with_a_name(sign: DealerSign, signs: list[int]) -> None:
    assert np.sign(gex(chain(row(6000, "call"), row(6000, "put")), sign)).tolist() == signs


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_exposures_add_up(seed: int) -> None:
    made = full_chain(seed)
    half = made.strike % 10 == 0
    parts = (made.take(half), made.take(~half))
    for of in (net_gex, vanna_exposure, charm_exposure):
        whole, one, other = (of(part) for part in (made, *parts))
        assert whole is not None
        assert one is not None
        assert other is not None
        assert whole == pytest.approx(one + other, rel=1e-9, abs=1e-6)
    assert gex_by_strike(made).value.sum() == pytest.approx(net_gex(made))
    assert net_gex_at(made, made.spot or Points(0)) == pytest.approx(net_gex(made), rel=1e-9)


@settings(deadline=None, max_examples=30)
@given(SEEDS)
def test_a_root_zeroes_repriced_gamma_and_none_is_missed(seed: int) -> None:
    made = full_chain(seed, strikes=41)
    flip = gamma_flip(made)
    assert flip is not None
    for root in flip.roots:
        net, gross = net_gex_at(made, root), net_gex_at(made, root, DealerSign.LONG_ALL)
        assert net is not None
        assert gross is not None
        assert abs(net) <= 1e-9 * gross
    spots = np.linspace(5700, 6300, 241)
    nets = np.array([net_gex_at(made, Points(float(at))) or 0.0 for at in spots])
    signs = np.sign(nets)
    for low in np.flatnonzero(signs[:-1] * signs[1:] < 0):
        if np.ptp(signs[max(low - 2, 0) : low + 1]) or np.ptp(signs[low + 1 : low + 4]):
            continue  # two roots closer than the search's steps may be missed, as docs/options.md says
        assert any(spots[low] <= root <= spots[low + 1] for root in flip.roots)


def test_repriced_gex_is_that_of_a_chain_whose_spot_is_there() -> None:
    made, moved = (chain(row(5950, "put", spot=s), row(6050, "call", spot=s)) for s in (6000.0, 6030.0))
    assert net_gex_at(made, Points(6030)) == pytest.approx(net_gex(moved), rel=1e-12)


def test_puts_below_and_calls_above_flip_between_them() -> None:
    made = chain(row(5950, "put"), row(6050, "call"))
    flip = gamma_flip(made)
    assert flip is not None
    assert flip.method == "repriced"
    assert len(flip.roots) == 1
    assert flip.nearest == pytest.approx(6000, abs=1)


def test_several_roots_are_all_reported_and_the_nearest_told() -> None:
    made = chain(
        *(
            row(k, kind, iv=0.04)
            for k, kind in zip((5950, 6000, 6050, 6090), ("call", "put") * 2, strict=True)
        )
    )
    flip = gamma_flip(made)
    assert flip is not None
    assert len(flip.roots) == 3
    assert flip.nearest == min(flip.roots, key=lambda root: abs(root - 6000))


def test_without_a_change_of_sign_there_is_no_flip_and_spot_does_not_stand_in() -> None:
    flip = gamma_flip(chain(row(5950, "call"), row(6050, "call")))
    assert flip is not None
    assert (flip.roots, flip.nearest) == ((), None)


def test_of_two_roots_equally_near_none_is_the_nearest() -> None:
    assert nearest_to((Points(5990), Points(6010)), 6000) is None
    assert nearest_to((Points(5990), Points(6011)), 6000) == 5990.0


def test_hvl_is_where_cumulative_gex_turns() -> None:
    made = chain(row(5900, "put"), row(5950, "put"), row(6050, "call"), row(6100, "call"))
    assert hvl(made) == 5950.0
    flip = gamma_flip(made)
    assert flip is not None
    assert flip.nearest != hvl(made)


def test_hvl_is_none_where_the_slope_turns_nowhere() -> None:
    assert hvl(chain(row(5900, "put"), row(5950, "put"))) is None
    assert hvl(chain(row(6050, "call"), row(6100, "call"))) is None
    assert hvl(chain(row(5900, "put"), row(6050, "call")), DealerSign.LONG_ALL) is None


def test_hvl_looks_within_a_tenth_of_spot() -> None:
    edges = [row(5400, "put", iv=0.9), row(6600, "call", iv=0.9)]
    assert hvl(chain(*edges)) == 5400.0
    beyond = [row(5399, "put", iv=0.9), row(6600, "call", iv=0.9)]
    assert hvl(chain(*beyond)) is None


def test_walls_are_the_most_gamma_on_their_side_of_spot() -> None:
    made = chain(
        row(6050, "call"), row(6020, "call", open_interest=900), row(5990, "call", open_interest=99_000),
        row(5950, "put", open_interest=5000), row(6010, "put", open_interest=99_000),
        row(6000, "call", open_interest=99_000), row(6000, "put", open_interest=99_000),
        row(6100, "call", expiry=DAY, iv=0.6), row(5900, "put", expiry=DAY, iv=0.6),
    )  # fmt: skip
    found = walls(made)
    assert (found.call, found.put) == (6020.0, 5950.0)
    assert (found.call_0dte, found.put_0dte) == (6100.0, 5900.0)


@pytest.mark.parametrize(
    ("near", "far", "wall"),
    [
        # 1 % of 100 000 is more than 500: 500 it is, and exactly 500 will do.
        (500, 99_500, 6010),
        (499, 99_501, 6200),
        # 1 % of 1000.
        (10, 990, 6010),
        (9, 991, 6200),
    ],
)
def test_a_wall_needs_the_lesser_of_500_and_a_hundredth_of_the_expiry(
    near: int, far: int, wall: float
) -> None:
    made = chain(
        row(6010, "call", iv=0.05, open_interest=near), row(6200, "call", iv=0.05, open_interest=far)
    )
    gammas = made.greeks.gamma * made.open_interest
    assert gammas[0] > gammas[1]
    assert walls(made).call == wall


def test_the_gamma_wall_of_the_day_is_of_calls_and_puts_together_and_its_ties_are_symmetric() -> None:
    both = [row(strike, kind, expiry=DAY) for strike in (5990, 6010) for kind in ("call", "put")]
    made = chain(*both, row(6000, "call", expiry=TOMORROW, open_interest=10**6))
    assert walls(made).gamma_0dte in (5990.0, 6010.0)
    image = made.mirrored()
    assert walls(image).gamma_0dte == 12_000 - (walls(made).gamma_0dte or 0)


def test_rows_whose_interest_is_not_known_are_left_out() -> None:
    made = chain(row(5950, "put"), row(6050, "call"), row(6060, "call", open_interest=None))
    assert made.coverage == pytest.approx(2 / 3)
    assert net_gex(made) == pytest.approx(net_gex(chain(row(5950, "put"), row(6050, "call"))))
