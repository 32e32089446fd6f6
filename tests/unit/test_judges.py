"""Rules, gates, filters and the sizer: in which order they are asked, and what comes of it."""

from typing import Any

import pytest

from mia_plugins.data.instruments import PRODUCTS, lead_contract
from mia_plugins.data.sessions import session_on
from mia_plugins.decisions import (
    Candidate,
    Filter,
    Force,
    Gate,
    Proposal,
    Rule,
    Verdict,
    blocks,
    passes,
    scales,
)
from mia_plugins.decisions.filter import note_warnings
from mia_plugins.decisions.judges import DecisionError, Judgement, Judges
from mia_plugins.decisions.sizer import Fixed
from mia_plugins.errors import PluginError
from mia_plugins.features import Market
from mia_plugins.hookspecs import Kind
from mia_plugins.journal.decision import Outcome
from mia_plugins.runtime.account import Account
from mia_plugins.runtime.context import Warnings
from mia_plugins.runtime.needs import Part, Parts
from mia_plugins.settings.model import BaseSettings
from mia_plugins.units import Contracts
from strategies.patterns.strategy import aimed
from tests.market import DAY

NOTHING = BaseSettings()


def rule(verdict: Verdict, of: Force = Force.HARD, *, again: bool = False) -> type[Rule]:
    """Return a rule that says always the same, and notes what it was asked about."""

    class Says(Rule):
        force = of
        asks_again = again
        asked: list[Candidate] = []  # noqa: RUF012 each class has its own

        def judge(self, candidate: Candidate) -> Verdict:
            self.asked.append(candidate)
            return verdict

    return Says


class Refuses(Filter):
    """A filter that lets nothing through."""

    def judge(self, candidate: Candidate) -> Verdict:
        """Block."""
        return blocks(0.4, "too unlike those that won")


def test_what_a_filter_warns_of_is_noted_each_time_it_does() -> None:
    refusing, warnings = Refuses(Market.blank(), NOTHING), Warnings()
    for text in ("", "it is old", "it is old", "it is in sample"):
        refusing.warning = text
        note_warnings([("last", refusing)], "ES", warnings.add)
        note_warnings([("last", refusing)], "ES", warnings.add)
    assert warnings.lines() == ["it is old (the first of 2 such)", "it is in sample"]


def judged(parts: dict[str, Any], proposal: Proposal | None = None, contracts: int = 10) -> Judgement:
    """Return what some rules and filters make of a proposal."""
    made = [
        Part(Kind.FILTERS if issubclass(one, Filter) else Kind.RULES, name, one, NOTHING)
        for name, one in parts.items()
    ]
    made.append(Part(Kind.SIZERS, "fixed", Fixed, Fixed.Settings(contracts=Contracts(contracts))))
    judges = Judges(Market.blank(), Parts.sorted(made, ()))
    session, proposal = session_on(DAY), proposal or strong()
    candidate = Candidate(
        now=session.open + 1,
        side=1,
        price=20_000,
        stop=proposal.stop,
        target=proposal.target,
        account=Account(PRODUCTS["ES"].tick_value),
        session=session,
        contract=lead_contract("ES", DAY),
        capital=50_000.0,
    )
    found = judges.judge(proposal, candidate)
    assert len(judges.steps) == 1 + len(judges.soft) + len(found.sized.steps)
    return found


def strong(**given: Any) -> Proposal:
    return Proposal(side=1, is_candidate=True, stop=10, target=20, target_r=2.0, **given)


def test_without_rules_it_is_taken() -> None:
    found = judged({})
    assert (found.outcome, found.reason, found.candidate.size) == (Outcome.TAKEN, "", 10)


def test_the_first_hard_rule_by_name_blocks_and_all_are_asked() -> None:
    parts = {"b": rule(blocks(2, "two")), "a": rule(blocks(1, "one")), "c": rule(passes(3))}
    found = judged(parts)
    assert (found.outcome, found.reason) == (Outcome.BLOCKED, "a")
    assert [verdict.number for verdict in found.verdicts] == [1, 2, 3]


def test_a_hard_rule_comes_before_a_gate_and_a_gate_before_the_size() -> None:
    refused = strong(gates=(Gate("sure", True, 1.0), Gate("calm", False, 0.1)))
    assert judged({"a": rule(blocks(1, ""))}, refused).reason == "a"
    assert (judged({}, refused).outcome, judged({}, refused).reason) == (Outcome.REJECTED, "calm")
    nothing = judged({"s": rule(scales(0.05, 1, ""), Force.SOFT)})
    assert (nothing.outcome, nothing.reason) == (Outcome.REJECTED, "less_than_one")


def test_what_is_no_candidate_comes_to_nothing_and_is_explained() -> None:
    found = judged({"a": rule(blocks(1, ""))}, Proposal(side=1, stop=10, target=20, reason="threshold"))
    assert (found.outcome, found.reason) == (Outcome.NONE, "threshold")
    assert found.verdicts[0].passes is False
    assert found.candidate.size == 10


def test_soft_factors_multiply_under_the_cap_and_costs_come_after() -> None:
    soft = {
        "a": rule(scales(0.8, 1, ""), Force.SOFT),
        "b": rule(scales(0.5, 1, ""), Force.SOFT),
        "cost": rule(scales(0.8, 3, ""), Force.COST),
    }
    # .8 x .5 = .4, which is below the cap; x .8 = .32 of 10
    assert judged(soft | {"cap": rule(scales(0.6, 1, ""), Force.CAP)}).candidate.size == 3
    # .4 above the cap of .3; x .8 = .24 of 100
    capped = judged(soft | {"cap": rule(scales(0.3, 1, ""), Force.CAP)}, contracts=100)
    assert capped.candidate.size == 24
    assert judged({}, strong(size=1.5)).candidate.size == 15


def test_a_soft_rule_widens_the_stop_before_hard_ones_are_asked_and_the_target_goes_along() -> None:
    hard = rule(passes(1))
    found = judged({"soft": rule(scales(0.7, 9, "", stop=15), Force.SOFT), "hard": hard})
    assert (found.candidate.stop, found.candidate.target) == (15, 30)
    assert hard.asked[0].stop == 15  # type: ignore[attr-defined]
    fixed = Proposal(side=1, is_candidate=True, stop=10, target=20)
    kept = judged({"soft": rule(scales(0.7, 9, "", stop=15), Force.SOFT)}, fixed)
    assert (kept.candidate.stop, kept.candidate.target) == (15, 20)


@pytest.mark.parametrize(("target", "then"), [(15, 15), (14, 30)])
def test_a_named_target_too_near_for_the_wider_stop_gives_way(target: int, then: int) -> None:
    wide = {"soft": rule(scales(0.7, 9, "", stop=15), Force.SOFT)}
    proposal = aimed(Proposal(side=1, is_candidate=True, stop=10, target_r=2.0), 100, (100 + target,), 1.0)
    assert (proposal.target, judged({}, proposal).candidate.stop) == (target, 10)
    found = judged(wide, proposal)
    assert (found.candidate.stop, found.candidate.target) == (15, then)


def test_limits_are_asked_again_with_the_size() -> None:
    limit = rule(passes(1), again=True)
    judged({"limit": limit})
    assert [candidate.size for candidate in limit.asked] == [0, 10]  # type: ignore[attr-defined]


def test_filters_come_last() -> None:
    found = judged({"last": Refuses})
    assert (found.outcome, found.reason, found.filters[0].number) == (Outcome.REJECTED, "last", 0.4)
    blocked = judged({"last": Refuses, "a": rule(blocks(1, ""))})
    assert (blocked.outcome, blocked.filters[0].passes) == (Outcome.BLOCKED, None)


@pytest.mark.parametrize(
    ("verdict", "force", "told"),
    [
        (blocks(1, "no"), Force.SOFT, "'a' blocks .no. and says that it is soft"),
        (scales(1.2, 1, "more"), Force.SOFT, "multiplies the size by 1.2"),
        (scales(0.0, 1, "none"), Force.CAP, "multiplies the size by 0"),
        (scales(0.5, 1, "half"), Force.HARD, "multiplies the size by 0.5"),
    ],
)
def test_a_rule_may_not_do_what_it_is_not_for(verdict: Verdict, force: Force, told: str) -> None:
    with pytest.raises(DecisionError, match=told):
        judged({"a": rule(verdict, force)})


def test_one_sizer_and_rules_that_are_rules() -> None:
    two = [Part(Kind.SIZERS, name, Fixed, Fixed.Settings()) for name in ("one", "two")]
    with pytest.raises(PluginError, match=r"2 sizers \(one, two\)"):
        Judges(Market.blank(), Parts.sorted(two, ()))
    with pytest.raises(PluginError, match="the rule 'a' is no Rule"):
        Judges(Market.blank(), Parts((Part(Kind.RULES, "a", dict, NOTHING),)))
