"""Sizes: the order of the steps against plain arithmetic, and what no size may ever risk."""

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mia_plugins.decisions import Candidate, Sized
from risk.sizers.micros import Rounding
from risk.sizers.standard import StandardSizer
from tests.candidates import account_of, candidate_of, market_of

PRODUCTS = st.sampled_from(["ES", "NQ", "MES", "MNQ"])
HUNDREDTHS = st.integers(0, 300).map(lambda n: n / 100)
SIZES = st.integers(1, 500).map(lambda n: n / 100)


def sized(candidate: Candidate, tier: float = 1, soft: float = 1, **settings: object) -> Sized:
    """Return what the standard sizer says."""
    return StandardSizer(market_of(), StandardSizer.Settings(**settings)).size(candidate, tier, soft)  # type: ignore[arg-type]


def exact(number: float) -> Fraction:
    """Return a number as it is written."""
    return Fraction(str(number))


@given(
    PRODUCTS,
    st.tuples(HUNDREDTHS, HUNDREDTHS),
    st.tuples(SIZES, SIZES, SIZES),
    st.integers(1, 400),
    st.integers(1_000, 10**6),
)
def test_the_steps_come_in_their_order_and_each_is_what_plain_arithmetic_says(
    code: str, factors: tuple[float, float], sizes: tuple[float, float, float], stop: int, capital: int
) -> None:
    (tier, soft), (base, maximum, risk) = factors, sizes
    candidate = candidate_of(account_of(code), stop=stop, capital=float(capital))
    got = sized(candidate, tier, soft, base=base, maximum=maximum, risk=risk)

    asked = exact(base) * exact(tier) * exact(soft)
    capped = min(asked, exact(maximum))
    one = 1 if code.startswith("M") else 10
    # $ a full contract or ten micros: the stop and a tick of slippage a side, and two commissions.
    tick = {"ES": "12.5", "MES": "1.25", "NQ": "5", "MNQ": "0.5"}[code]
    fee = {"ES": "2.25", "NQ": "2.25", "MES": "0.62", "MNQ": "0.62"}[code]
    contract = (stop + 2) * Fraction(tick) + 2 * Fraction(fee)
    allowed = floor(capital * exact(risk) / 100 / (contract / one))
    micros = min(floor(capped * 10), allowed)
    assert got.contracts == micros // one
    expected: list[float | Fraction] = [
        base,
        exact(base) * exact(tier),
        asked,
        capped,
        min(capped, Fraction(allowed, 10)),
    ]
    assert got.steps[:-1] == pytest.approx([float(step) for step in expected])
    assert got.steps[-1] == pytest.approx(got.contracts * one / 10)
    reason = "risk_allows_none" if asked and allowed < one else "less_than_one"
    assert got.reason == ("" if got.contracts else reason)


@given(PRODUCTS, st.tuples(SIZES, HUNDREDTHS, SIZES), st.sampled_from(Rounding), st.integers(1, 400))
def test_no_rounding_risks_more_than_the_risk_a_trade(
    code: str, sizes: tuple[float, float, float], rounding: Rounding, stop: int
) -> None:
    base, soft, risk = sizes
    candidate = candidate_of(account_of(code), stop=stop)
    got = sized(candidate, 1, soft, base=base, risk=risk, rounding=rounding)
    account = candidate.account
    one = stop * account.tick_value + account.costs.round_turn(account.tick_value)
    assert Fraction(one) * got.contracts <= Fraction(candidate.capital) * exact(risk) / 100


def test_a_run_without_micros_loses_the_rest_and_says_so() -> None:
    got = sized(candidate_of(), 1.7, base=1.0, risk=10.0)
    assert got.contracts == 1
    assert got.note.startswith("sizes were cut off to full contracts of ES")
    assert sized(candidate_of(account_of("MES")), 1.7, risk=10.0) == (
        17,
        (1.0, 1.7, 1.7, 1.7, 1.7, 1.7),
        "",
        "",
    )
    assert sized(candidate_of(), 1.7, risk=10.0, rounding=Rounding.FLOOR).note == ""


def test_the_volatility_cap_of_a_documents_contract_floors_to_nothing() -> None:
    # .6 × 1 contract.
    assert sized(candidate_of(), 1, 0.6, risk=10.0).reason == "less_than_one"
    assert sized(candidate_of(), 1, 0.6, risk=10.0, rounding=Rounding.AT_LEAST_ONE).contracts == 1
    assert sized(candidate_of(account_of("MES")), 1, 0.6, risk=10.0).contracts == 6


def test_at_least_one_does_not_lift_what_the_risk_forbids() -> None:
    # 1 % of 10 000 $ is 100 $; ten ticks of ES with costs are 154.50 $.
    got = sized(candidate_of(capital=10_000.0), rounding=Rounding.AT_LEAST_ONE)
    assert (got.contracts, got.reason) == (0, "risk_allows_none")


def test_nothing_comes_of_a_tier_or_a_soft_factor_of_nothing() -> None:
    assert sized(candidate_of(), 0, 1, rounding=Rounding.AT_LEAST_ONE).reason == "less_than_one"
    assert sized(candidate_of(), 1, 0, rounding=Rounding.AT_LEAST_ONE).reason == "less_than_one"
