"""Hard rules: what passes, what blocks, and the numbers they say it by."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from mia_plugins.decisions import Candidate, Rule, Verdict
from mia_plugins.runtime.account import Account, Role
from mia_plugins.runtime.broker import BrokerAccount
from risk.rules.counts import DailyTrades, Exposure, MostContracts, Positions
from risk.rules.daily_loss import DailyLoss, DailyRisk, OuterEnvelope
from risk.rules.drawdown import Drawdown
from risk.rules.pauses import ConsecutiveLosses, Cooldown
from risk.rules.sanity import PriceSanity, SizeSanity, StopSanity
from risk.rules.times import HOUR, MINUTE
from risk.rules.trade_risk import CorrelatedRisk, RiskPerTrade
from tests.candidates import NOW, PRICE, account_of, candidate_of, hold, market_of, trade, work


def judged(rule: type[Rule], candidate: Candidate, **settings: Any) -> Verdict:
    """Return what a rule says."""
    return rule(market_of(), rule.Settings(**settings)).judge(candidate)


def two_accounts(one: str = "ES", other: str = "NQ") -> tuple[Account, Account]:
    """Return the accounts of two strategies that share one at the broker."""
    broker = BrokerAccount(Decimal(25_000))
    return account_of(one, broker), account_of(other, broker)


# A contract of ES with its stop at 10 ticks: 125 $, two ticks of slippage 25 $, two commissions 4.50 $.
NEW = 154.5


def test_the_daily_loss_counts_realised_held_and_new_with_costs() -> None:
    account, other = two_accounts("ES", "ES")
    assert judged(DailyLoss, candidate_of(account)).number == 500 - NEW

    trade(account, -8)  # 100 $ and two commissions
    assert judged(DailyLoss, candidate_of(account)).number == 500 - 104.5 - NEW

    # Bought at 24 000 by the other strategy with its stop 12 below: a commission was paid. At the stop
    # 12 ticks, one of slippage, and the other commission go.
    hold(other, 1, 1, PRICE - 12)
    left = 500 - 104.5 - 2.25 - (13 * 12.5 + 2.25) - NEW
    verdict = judged(DailyLoss, candidate_of(account))
    assert (verdict.passes, verdict.number) == (True, left)
    assert verdict.reason == (
        "-106.75 $ realised, -164.75 $ held at its stops, 154.50 $ new, of a limit of 500.00 $"
    )
    assert judged(DailyLoss, candidate_of(account, size=2)).passes is False
    # The market lies far below the stop: what is held is worth what the market says.
    assert judged(DailyLoss, candidate_of(account, price=PRICE - 30)).number == 500 - 106.75 - 389.75 - NEW


def test_an_entry_on_its_way_is_at_risk_already() -> None:
    account, other = two_accounts("ES", "ES")
    work(other, 1, 2, PRICE - 10)
    assert judged(DailyLoss, candidate_of(account)).number == 500 - 2 * NEW - NEW
    assert judged(Positions, candidate_of(account), maximum=1).passes is False
    assert judged(DailyTrades, candidate_of(account), maximum=1).passes is False


def test_after_the_daily_loss_nothing_is_entered_for_24_hours_though_a_new_day_began() -> None:
    account = account_of()
    trade(account, -40)  # 504.50 $
    account.begin_session()
    late = candidate_of(account, now=NOW + 24 * HOUR - 1)
    verdict = judged(DailyLoss, late)
    assert verdict.passes is False
    assert verdict.reason == "a day had lost 504.50 $ 24.0 h ago; 24 h are to pass"
    assert judged(DailyLoss, candidate_of(account, now=NOW + 24 * HOUR)).passes is True
    assert judged(DailyLoss, late, cooldown=0.0).passes is True


def test_nothing_widens_the_outer_envelope() -> None:
    assert judged(OuterEnvelope, candidate_of(size=4)).passes is False


def test_the_days_gains_can_be_lost_by_the_daily_loss_and_not_by_the_daily_risk() -> None:
    account = account_of()
    trade(account, 40, role=Role.TARGET)  # 495.50 $
    assert judged(DailyLoss, candidate_of(account, size=6)).passes is True
    assert judged(DailyRisk, candidate_of(account, size=4)).passes is False  # 2 % of 25 000 $ is 500 $
    assert judged(DailyRisk, candidate_of(account, size=3)).number == 500 - 3 * NEW


def test_the_cooldown_is_15_minutes_after_a_stop_of_any_strategy() -> None:
    account, other = two_accounts()
    trade(other, -4)
    verdict = judged(Cooldown, candidate_of(account, now=NOW + 10 * MINUTE))
    assert (verdict.passes, verdict.number) == (False, 5.0)
    assert verdict.reason == "stopped out 10.0 min ago; 15 min are to pass"
    assert judged(Cooldown, candidate_of(account, now=NOW + 15 * MINUTE - 1)).passes is False
    assert judged(Cooldown, candidate_of(account, now=NOW + 15 * MINUTE)).passes is True
    trade(other, -4, ts=NOW + 15 * MINUTE, role=Role.TARGET)
    assert judged(Cooldown, candidate_of(account, now=NOW + 15 * MINUTE)).passes is True


def test_four_losses_in_a_row_of_two_strategies_stop_both_for_two_hours() -> None:
    account, other = two_accounts("ES", "ES")
    for who in (account, other, account):
        trade(who, -1)
    assert judged(ConsecutiveLosses, candidate_of(account)).number == 1
    trade(other, -1)
    assert judged(ConsecutiveLosses, candidate_of(account, now=NOW + 2 * HOUR - 1)).passes is False
    assert judged(ConsecutiveLosses, candidate_of(account, now=NOW + 2 * HOUR)).passes is True
    trade(other, -1, ts=NOW + 2 * HOUR)
    assert judged(ConsecutiveLosses, candidate_of(account, now=NOW + 3 * HOUR)).passes is False
    trade(other, 4, ts=NOW + 4 * HOUR)
    assert judged(ConsecutiveLosses, candidate_of(account, now=NOW + 4 * HOUR)).number == 4


def test_es_and_nq_on_one_side_count_as_one() -> None:
    account, other = two_accounts()
    hold(other, 1, 1, PRICE - 20)
    assert judged(MostContracts, candidate_of(account, size=1)).number == 0
    assert judged(MostContracts, candidate_of(account, size=2)).passes is False
    assert judged(MostContracts, candidate_of(account, size=2, side=-1)).number == 0
    # NQ: 21 ticks of 5 $ and a commission at its stop, less what leaving it now would cost.
    assert judged(CorrelatedRisk, candidate_of(account)).number == 500 - 100 - NEW
    assert judged(CorrelatedRisk, candidate_of(account, side=-1)).number == 500 - NEW


def test_ten_micros_are_a_contract() -> None:
    account = account_of("MES")
    assert judged(MostContracts, candidate_of(account, size=20)).number == 0
    assert judged(MostContracts, candidate_of(account, size=21)).passes is False
    assert judged(SizeSanity, candidate_of(account, size=101)).passes is False


def test_what_is_traded_as_a_micro_is_reckoned_at_the_prices_that_were_decided_on() -> None:
    account, other = two_accounts("ES", "MES")
    other.decided_on = "ES"
    hold(other, 1, 10, PRICE - 12)
    # Ten ticks down the stop is two ticks away: ten micros hold 13 ticks of 1.25 $ and a commission at it.
    left = 500 - 6.2 - (10 * 13 * 1.25 + 6.2) - NEW
    assert judged(DailyLoss, candidate_of(account, price=PRICE - 10)).number == pytest.approx(left)
    assert judged(CorrelatedRisk, candidate_of(account, price=PRICE - 10)).number == 500 - 25 - NEW


def test_the_exposure_counts_both_sides() -> None:
    account, other = two_accounts()
    hold(other, -1, 1, PRICE + 20)
    # 24 000 ticks are 6 000 points: 300 000 $ of ES, 120 000 $ of NQ.
    assert judged(Exposure, candidate_of(account, size=6)).number == 80_000
    assert judged(Exposure, candidate_of(account, size=7)).passes is False


def test_a_trade_may_lose_so_much_of_the_capital() -> None:
    assert judged(RiskPerTrade, candidate_of()).number == 250 - NEW
    assert judged(RiskPerTrade, candidate_of(size=2)).passes is False


def test_the_drawdown_is_from_the_highest_of_the_day_and_of_all() -> None:
    account = account_of()
    hold(account, 1, 1, PRICE - 10)
    account.broker.see({"ES": PRICE + 81})  # 1 000 $ more, less the commissions
    account.broker.see({"ES": PRICE})
    assert account.broker.day_peak == Decimal("25995.5")
    worst = 25_000 - 2.25 - 11 * 12.5 - 2.25
    verdict = judged(Drawdown, candidate_of(account), day=5.0, peak=15.0)
    assert verdict.number == pytest.approx(worst - NEW - 25_995.5 * 0.95)
    assert judged(Drawdown, candidate_of(account), day=4.0, peak=4.0).passes is False


@pytest.mark.parametrize(
    ("rule", "settings", "message"),
    [
        (Drawdown, {"day": 20.0}, r"day \(20 %\) is beyond peak \(15 %\)"),
        (StopSanity, {"nearest": 300.0}, "no stop would pass"),
        (DailyLoss, {"limit": Decimal(-500)}, "greater than 0"),
        (Exposure, {"maximum": Decimal(0)}, "greater than 0"),
        (OuterEnvelope, {"limit": Decimal(501)}, "less than or equal to 500"),
        (DailyTrades, {"maximum": 0}, "greater than or equal to 1"),
    ],
)
def test_limits_that_contradict_each_other_or_are_none_are_refused(
    rule: type[Rule], settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        rule.Settings(**settings)


def test_prices_stops_and_sizes_that_are_mistakes() -> None:
    assert judged(StopSanity, candidate_of(stop=1)).passes is False
    assert judged(StopSanity, candidate_of(stop=201)).passes is False
    assert judged(StopSanity, candidate_of(stop=200)).number == 200
    assert judged(PriceSanity, candidate_of(price=0)).passes is False
    assert judged(PriceSanity, candidate_of()).passes is None
    assert judged(SizeSanity, candidate_of(size=11)).passes is False
