"""What a check of each limit costs in a decision, while two strategies hold and 200 trades are behind them.

    uv run python benchmarks/limits.py [--times 2000]

Each rule of `risk/` judges a candidate with its size, as in the last question before an order. Its time is
printed in us and as a multiple of a check that does nothing, in turn with it. Budget: 50 us.
"""

import argparse
from collections.abc import Callable
from decimal import Decimal
from time import thread_time_ns

import numpy as np

from mia_plugins.decisions import Candidate, Rule, Verdict, passes
from mia_plugins.features import Market
from mia_plugins.host.host import load_target
from mia_plugins.runtime.broker import BrokerAccount
from risk.plugin import RULES
from tests.candidates import NOW, PRICE, account_of, candidate_of, hold, market_of, trade

BUDGET = 50.0
"""us."""


class Nothing(Rule):
    """Passes."""

    def judge(self, candidate: Candidate) -> Verdict:
        """Pass."""
        del candidate
        return passes(0.0)


def candidate() -> Candidate:
    """Return a buy of two contracts, while one strategy holds ES and another NQ, after 200 round trips."""
    broker = BrokerAccount(Decimal(50_000))
    one, other = account_of("ES", broker), account_of("NQ", broker)
    for number in range(200):
        trade(one, (-4, 5)[number % 2], ts=NOW - 10**12 + number)
    hold(one, 1, 1, PRICE - 8)
    hold(other, -1, 2, PRICE + 12)
    return candidate_of(account_of("ES", broker), size=2)


def took(judge: Callable[[Candidate], object], asked: Candidate, times: int) -> float:
    """Return the median us of a judgement."""
    judge(asked)
    found = []
    for _ in range(times):
        started = thread_time_ns()
        judge(asked)
        found.append(thread_time_ns() - started)
    return float(np.median(found)) / 1e3


def main() -> None:
    """Measure every rule."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--times", type=int, default=2000, help="judgements of each rule (2000)")
    times = parser.parse_args().times
    asked, market = candidate(), market_of()
    total = 0.0
    rules: list[tuple[str, type[Rule]]] = [("nothing", Nothing)]
    rules += [(name, _class(where)) for name, (where, _) in RULES.items()]
    for name, rule in rules:
        own = took(_judge(rule, market), asked, times)
        nothing = took(_judge(Nothing, market), asked, times)
        total += 0.0 if rule is Nothing else own
        told = f"{own:6.1f} us, {own / nothing:5.1f} x nothing"
        print(f"{name:20} {told}; {100 * own / BUDGET:4.0f} % of the budget")
    print(f"all {len(RULES)} of them {total:.0f} us")


def _class(where: str) -> type[Rule]:
    found = load_target(f"risk.rules.{where}")
    assert isinstance(found, type)
    assert issubclass(found, Rule)
    return found


def _judge(rule: type[Rule], market: Market) -> Callable[[Candidate], object]:
    return rule(market, rule.Settings()).judge


if __name__ == "__main__":
    main()
