"""Prices and greeks against vollib, against fifty digits, and against each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from vollib.black import black
from vollib.black.greeks import analytical as black_greeks
from vollib.black_scholes_merton import black_scholes_merton
from vollib.black_scholes_merton.greeks import analytical as merton_greeks

from indicators.options.black import Greeks, Legs, Market, greeks
from indicators.options.implied import implied_volatility

RNG = np.random.default_rng(7)
N = 400
SPOT = 6000.0
YEARS = np.exp(RNG.uniform(np.log(1 / (365 * 24)), np.log(3), N))
IV = RNG.uniform(0.03, 1.5, N)
STRIKE = SPOT * np.exp(RNG.uniform(-6, 6, N) * IV * np.sqrt(YEARS))
CALL = RNG.random(N) < 0.5
LEGS = Legs(STRIKE, YEARS, IV, CALL)


def flag(call: bool) -> str:
    return "c" if call else "p"


def close(ours: np.ndarray, theirs: list[float], scale: np.ndarray | float = 0.0) -> None:
    """Hold ours to theirs within 1e-9 of the size of the figure, or of the terms it is a difference of."""
    want = np.array(theirs)
    assert np.all(np.abs(ours - want) <= 1e-9 * np.maximum(np.abs(want), scale))


def test_merton_as_vollib_has_it() -> None:
    rate, dividend = 0.04, 0.013
    ours = greeks(LEGS, Market(SPOT, rate, rate - dividend))
    rows = list(zip(map(flag, CALL), STRIKE, YEARS, IV, strict=True))

    def theirs(function: object) -> list[float]:
        return [function(f, SPOT, k, t, rate, v, dividend) for f, k, t, v in rows]  # type: ignore[operator]

    # vollib's normal distribution is good to some 1e-15 of 1: that is a limit of its tails, not of ours.
    floor = 1e-5
    close(ours.price, theirs(black_scholes_merton), SPOT * floor)
    close(ours.delta, theirs(merton_greeks.delta), floor)
    close(ours.gamma, theirs(merton_greeks.gamma))
    close(ours.vega * 0.01, theirs(merton_greeks.vega))
    close(ours.theta / 365, theirs(merton_greeks.theta), SPOT * floor / 365)


def test_black_76_as_vollib_has_it() -> None:
    rate = 0.04
    ours = greeks(LEGS, Market(SPOT, rate, 0.0))
    rows = list(zip(map(flag, CALL), STRIKE, YEARS, IV, strict=True))
    close(ours.price, [black(f, SPOT, k, t, rate, v) for f, k, t, v in rows], SPOT * 1e-5)
    close(ours.gamma, [black_greeks.gamma(f, SPOT, k, t, rate, v) for f, k, t, v in rows])
    close(ours.delta, [black_greeks.delta(f, SPOT, k, t, rate, v) for f, k, t, v in rows], 1e-5)


@pytest.mark.parametrize("market", [Market(SPOT), Market(SPOT, 0.05, 0.05), Market(SPOT, 0.04, 0.0), Market(SPOT, 0.03, -0.01)])  # fmt: skip
def test_everything_to_fifty_digits(market: Market) -> None:
    """The price is the definition; every greek is differentiated from it numerically."""
    ours, some = greeks(LEGS, market), range(0, N, 8)
    with mp.workdps(50):
        exact = [_exact(market, float(STRIKE[i]), float(YEARS[i]), float(IV[i]), bool(CALL[i])) for i in some]
    for name, of_us, theirs in zip(Greeks._fields, ours, zip(*exact, strict=True), strict=True):
        want = np.array([float(value) for value in theirs])
        # Theta and charm are differences of terms of their own size where there is a rate.
        scale = {
            "theta": SPOT * abs(market.rate) + SPOT * abs(market.carry),
            "charm": abs(market.rate) + abs(market.carry),
        }.get(name, 0.0)
        error = np.abs(of_us[list(some)] - want) / np.maximum(np.abs(want), scale)
        assert error.max() < 1e-9, (name, error.max())


def _exact(market: Market, strike: float, years: float, iv: float, call: bool) -> tuple[mpf, ...]:
    side = 1 if call else -1

    def price(spot: mpf, volatility: mpf, time: mpf) -> mpf:
        width = volatility * mp.sqrt(time)
        d1 = (mp.log(spot / mpf(strike)) + (mpf(market.carry) + volatility**2 / 2) * time) / width
        owed = mpf(strike) * mp.exp(-mpf(market.rate) * time)
        held = spot * mp.exp((mpf(market.carry) - mpf(market.rate)) * time)
        return side * (held * mp.ncdf(side * d1) - owed * mp.ncdf(side * (d1 - width)))

    at = (mpf(market.spot), mpf(iv), mpf(years))
    orders = [(0, 0, 0), (1, 0, 0), (2, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1)]
    found = [price(*at), *(mp.diff(price, at, order) for order in orders[1:])]
    found[4], found[6] = -found[4], -found[6]
    return tuple(found)


def test_put_call_parity() -> None:
    market = Market(SPOT, 0.04, 0.03)
    calls = greeks(LEGS._replace(call=np.ones(N, bool)), market)
    puts = greeks(LEGS._replace(call=np.zeros(N, bool)), market)
    forward = SPOT * np.exp((0.03 - 0.04) * YEARS) - STRIKE * np.exp(-0.04 * YEARS)
    np.testing.assert_allclose(calls.price - puts.price, forward, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(calls.delta - puts.delta, np.exp(-0.01 * YEARS), rtol=1e-12)
    for same in ("gamma", "vega", "vanna"):
        np.testing.assert_array_equal(getattr(calls, same), getattr(puts, same))


@pytest.mark.parametrize("market", [Market(SPOT), Market(SPOT, 0.05, 0.03)])
def test_a_price_implies_its_volatility(market: Market) -> None:
    prices = greeks(LEGS, market).price
    found = implied_volatility(prices, LEGS, market)
    forward = SPOT * np.exp(market.carry * YEARS)
    owed = np.abs(forward - STRIKE)
    in_the_money = (forward > STRIKE) == CALL
    # In the money the value of time drowns in that of exercise: what is left of it says how much is lost.
    left = np.where(in_the_money, (prices * np.exp(market.rate * YEARS) - owed) / SPOT, 1.0)
    clear = left > 1e-5
    assert clear.sum() > N / 2
    np.testing.assert_allclose(found[clear], IV[clear], rtol=1e-8)


@pytest.mark.parametrize(
    ("price", "strike", "call"),
    [(0.0, 6000, True), (-1.0, 6000, True), (99.9, 5900, True), (100.0, 5900, True), (6000.0, 5900, True), (5901.0, 5900, False), (np.nan, 5900, True), (np.inf, 6000, True)],
)  # fmt: skip
def test_a_price_that_cannot_be_implies_nothing(price: float, strike: float, call: bool) -> None:
    legs = Legs(np.array([float(strike)]), np.array([0.1]), np.array([np.nan]), np.array([call]))
    assert np.isnan(implied_volatility(np.array([price]), legs, Market(SPOT))[0])


ANYTHING = st.floats(allow_nan=True, allow_infinity=True)


@settings(deadline=None)
@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING, st.booleans())
def test_nothing_is_invented(spot: float, strike: float, years: float, iv: float, call: bool) -> None:
    legs = Legs(np.array([strike]), np.array([years]), np.array([iv]), np.array([call]))
    found = greeks(legs, Market(spot))
    if not all(np.isfinite(value) and value > 0 for value in (strike, years, iv)) or not spot > 0:
        assert all(np.isnan(values[0]) for values in found)
    implied_volatility(np.array([1.0]), legs, Market(spot))
