"""Sizers that begin with a budget in $: what they may lose, and why they come to nothing."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mia_plugins.decisions import Candidate, Sized, Sizer
from mia_plugins.journal.decision import Decision
from mia_plugins.journal.shadow import ShadowOutcome
from mia_plugins.runtime.broker import BrokerAccount
from mia_plugins.runtime.supposed import Supposed
from mia_plugins.statistics.intervals import wilson
from risk.sizers.fixed_risk import FixedRisk, PortfolioHeat
from risk.sizers.kelly import KellySizer
from risk.sizers.volatility import Volatility
from tests.candidates import PRICE, account_of, candidate_of, fill, hold, market_of, trade

# A contract of MES with its stop at 10 ticks: 12.50 $, two ticks of slippage 2.50 $, commissions 1.24 $.
MICRO = 16.24


def size_of(kind: type[Sizer], candidate: Candidate, tier: float = 1.0, **settings: Any) -> Sized:
    """Return what a sizer says of a candidate."""
    sizer = kind(market_of(candidate.contract.code), kind.Settings(**settings))
    sized = sizer.size(candidate, tier, 1.0)
    assert len(sized.steps) == len(kind.steps)
    assert bool(sized.contracts) != bool(sized.reason)
    return sized


def test_a_fixed_risk_is_a_share_of_what_the_account_holds_now() -> None:
    account = account_of("MES")
    assert size_of(FixedRisk, candidate_of(account), risk=1.0).contracts == 250 // MICRO
    for _ in range(20):
        trade(account, -400)
    left = float(account.broker.balance)
    assert size_of(FixedRisk, candidate_of(account), risk=1.0).contracts == left / 100 // MICRO
    for _ in range(30):
        trade(account, -400)
    assert account.broker.balance < 0
    assert size_of(FixedRisk, candidate_of(account)).reason == "no_balance"


def test_a_tier_does_not_lift_a_size_beyond_its_budget() -> None:
    got = size_of(FixedRisk, candidate_of(account_of("MES")), 2.0, risk=1.0, maximum=50.0)
    assert got.contracts == 250 // MICRO
    assert size_of(FixedRisk, candidate_of(account_of("MES")), 0.5, risk=1.0).contracts == 250 // MICRO // 2


def test_all_positions_together_stay_within_their_heat() -> None:
    broker = BrokerAccount(Decimal(25_000))
    account, other = account_of("MES", broker), account_of("MES", broker)
    settings = {"risk": 1.0, "heat": 1.5}
    assert size_of(PortfolioHeat, candidate_of(account), **settings).contracts == 250 // MICRO
    hold(other, 1, 10, PRICE - 20)  # leaving it now or at its stop differs by 20 ticks: 250 $
    rest = (float(broker.balance) - 9.3) * 0.015 - 250
    assert size_of(PortfolioHeat, candidate_of(account), **settings).contracts == rest // MICRO
    hold(other, 1, 10, PRICE - 20)
    assert size_of(PortfolioHeat, candidate_of(account), **settings).reason == "portfolio_heat"


def test_the_size_shrinks_as_bars_widen() -> None:
    candidate = candidate_of(account_of("MES"))
    market = market_of("MES")
    sizer = Volatility(market, Volatility.Settings())
    assert sizer.size(candidate, 1, 1).reason == "atr_unknown"
    found = []
    for atr in (5.0, 20.0, 40.0):
        sizer._atr = cast("Any", SimpleNamespace(value=atr))
        found.append(sizer.size(candidate, 1, 1).contracts)
    # 125 $ over the stop's 16.24 $, then over 2 × 20 and 2 × 40 ticks of 1.25 $ with costs of 3.74 $.
    assert found == [125 // MICRO, 125 // 53.74, 125 // 103.74]


def kelly_of(outcomes: list[float], **settings: Any) -> Sized:
    """Return what Kelly says after some outcomes in R."""
    account = account_of("MES")
    account.broker.outcomes.extend(outcomes)
    return size_of(KellySizer, candidate_of(account, stop=1), maximum=100.0, **settings)


def test_kelly_is_a_quarter_from_the_lower_bound_of_the_last_200() -> None:
    assert kelly_of([1.0] * 49).steps[:2] == (0.5, 0.5)
    p = wilson(140, 200)[0]
    outcomes = [-1.0] * 100 + [2.0, 2.0, -1.0, 2.0, -1.0, 2.0, 2.0, -1.0, 2.0, 2.0] * 20
    f = p - (1 - p) / 2
    assert kelly_of(outcomes, most=50.0).steps[0] == pytest.approx(100 * f / 4)
    assert kelly_of(outcomes, most=3.0).steps[1] == 3.0
    assert kelly_of([1.0, -1.0] * 100).reason == "kelly_zero"


def test_trades_that_kelly_kept_from_being_taken_count_as_outcomes() -> None:
    account = account_of()
    written: list[ShadowOutcome] = []
    supposed = Supposed(written, account)
    supposed.note(1, Decision(reason="kelly_zero", stop=PRICE - 10))
    supposed.note(2, Decision(reason="cooldown", stop=PRICE - 10))
    for number in (1, 2, 3):
        supposed.append(ShadowOutcome(number, 5, PRICE, 9, PRICE + 20, "target", 2.0, 0, 20))
    assert [row.id for row in written] == [1, 2, 3]
    assert list(account.broker.outcomes) == [2.0 - 4.5 / 125]


def test_an_outcome_is_what_was_made_over_what_was_risked_at_first() -> None:
    account = account_of()
    fill(account, 1, 2, PRICE, first_stop=PRICE - 10)
    fill(account, -1, 2, PRICE + 4, first_stop=PRICE - 10)
    assert list(account.broker.outcomes) == [pytest.approx((2 * 4 * 12.5 - 9) / 250)]
