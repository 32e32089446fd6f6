"""All that judges proposals of one strategy: rules, gates, filters and the sizer, in their fixed order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from mia_plugins.decisions.candidate import Candidate
from mia_plugins.decisions.filter import Filter
from mia_plugins.decisions.proposal import Proposal
from mia_plugins.decisions.rule import Force, Rule, Verdict, not_asked
from mia_plugins.decisions.sizer import Fixed, Sized, Sizer
from mia_plugins.errors import MiaError, PluginError
from mia_plugins.features.market import Market
from mia_plugins.hookspecs import Kind
from mia_plugins.journal.decision import Outcome
from mia_plugins.runtime.needs import Part, Parts

SIZED_ZERO = "size"
"""The reason of a candidate that was sized to nothing, where the sizer gives no name."""
NOT_ASKED = not_asked("no candidate")


class DecisionError(MiaError):
    """A rule, filter or sizer that says what it may not."""


@dataclass(slots=True)
class Judgement:
    """What became of a proposal."""

    outcome: Outcome
    reason: str
    """What was against it: the rule, the gate, the filter or the size."""
    candidate: Candidate
    """With the stop, the target and the size that came of it."""
    verdicts: tuple[Verdict, ...]
    """One a rule, in the order of their names."""
    filters: tuple[Verdict, ...]
    """One a filter."""
    sized: Sized


class Judges:
    """The rules, filters and sizer of a run, made for one strategy."""

    def __init__(self, market: Market, parts: Parts) -> None:
        rules: list[tuple[str, Rule]] = [(one.name, _made(one, Rule, market)) for one in parts.of(Kind.RULES)]
        self.rules: tuple[tuple[str, Rule], ...] = tuple(rules)
        """In the order of their names."""
        self.filters: tuple[tuple[str, Filter], ...] = tuple(
            (one.name, _made(one, Filter, market)) for one in parts.of(Kind.FILTERS)
        )
        self.sizer = _sizer(market, parts)
        self.soft = tuple(n for n, (_, rule) in enumerate(rules) if rule.force is not Force.HARD)
        """Where the rules are that make a size smaller."""
        self.unasked = tuple([NOT_ASKED] * len(self.rules)), tuple([NOT_ASKED] * len(self.filters))
        """What rules and filters say where there is nothing to judge."""
        self._hard = tuple(n for n, (_, rule) in enumerate(rules) if rule.force is Force.HARD)
        self._by_force = tuple(
            tuple(n for n, (_, rule) in enumerate(rules) if rule.force is force)
            for force in (Force.SOFT, Force.CAP, Force.COST)
        )
        self._again = tuple(n for n in self._hard if rules[n][1].asks_again)

    @property
    def steps(self) -> tuple[str, ...]:
        """What the size goes through: tier, each rule that makes it smaller, and the sizer's own steps."""
        return ("proposed", *(self.rules[n][0] for n in self.soft), *self.sizer.steps)

    def judge(self, proposal: Proposal, candidate: Candidate) -> Judgement:
        """Ask all of them; a proposal that is no candidate is asked about by rules and sizer alone."""
        verdicts = list(self.unasked[0])
        for n in self.soft:
            verdicts[n] = self._asked(n, candidate)
        candidate = _with_stop(candidate, proposal, max((v.stop for v in verdicts), default=0))
        for n in self._hard:
            verdicts[n] = self._asked(n, candidate)
        sized = self.sizer.size(candidate, proposal.size, self._factor(verdicts))
        candidate = replace(candidate, size=sized.contracts)
        if sized.contracts:
            for n in self._again:
                verdicts[n] = self._asked(n, candidate)
        filters = self.unasked[1]
        outcome, reason = self._outcome(proposal, verdicts, sized)
        if outcome is Outcome.TAKEN and self.filters:
            filters = tuple(one.judge(candidate) for _, one in self.filters)
            against = [name for (name, _), v in zip(self.filters, filters, strict=True) if v.passes is False]
            outcome, reason = (Outcome.REJECTED, against[0]) if against else (outcome, reason)
        return Judgement(outcome, reason, candidate, tuple(verdicts), filters, sized)

    def leaving(self, now: int) -> str:
        """Return the name of the first rule that wants what is held to be left; empty when none does."""
        return next((name for name, rule in self.rules if rule.leave(now)), "")

    def _asked(self, number: int, candidate: Candidate) -> Verdict:
        verdict = self.rules[number][1].judge(candidate)
        if verdict.passes is False or verdict.factor != 1:
            self._see_that_it_may(number, verdict)
        return verdict

    def _see_that_it_may(self, number: int, verdict: Verdict) -> None:
        """Raise where a rule says what its force does not allow."""
        name, rule = self.rules[number]
        if rule.force is not Force.HARD and verdict.passes is False:
            raise DecisionError(
                f"the rule '{name}' blocks ({verdict.reason}) and says that it is {rule.force}",
                "give it `force = Force.HARD`, or return scales(…)",
            )
        if not 0 < verdict.factor <= 1 or (rule.force is Force.HARD and verdict.factor != 1):
            raise DecisionError(
                f"the rule '{name}' multiplies the size by {verdict.factor:g} ({verdict.reason})",
                "a soft rule's factor is above 0 and at most 1; a hard one blocks or passes",
            )

    def _factor(self, verdicts: Sequence[Verdict]) -> float:
        """Return what soft rules multiply by: their product, at most the cap, times what trading costs."""
        soft, cap, cost = ([verdicts[n].factor for n in rules] for rules in self._by_force)
        return min(prod(soft, start=1.0), *cap, 1.0) * prod(cost, start=1.0)

    def _outcome(self, proposal: Proposal, verdicts: Sequence[Verdict], sized: Sized) -> tuple[Outcome, str]:
        """Return what came of it, but for the filters."""
        if not proposal.is_candidate:
            return Outcome.NONE, proposal.reason
        against = next((n for n in self._hard if verdicts[n].passes is False), None)
        if against is not None:
            return Outcome.BLOCKED, self.rules[against][0]
        if refused := proposal.refused_by:
            return Outcome.REJECTED, refused
        return (Outcome.TAKEN, "") if sized.contracts else (Outcome.REJECTED, sized.reason or SIZED_ZERO)


def _with_stop(candidate: Candidate, proposal: Proposal, least: int) -> Candidate:
    """Return a candidate whose stop is no nearer than so many ticks.

    A target in R goes along; one that stands gives way where it is too near now.
    """
    if least <= candidate.stop:
        return candidate
    stands = not proposal.target_r and candidate.target >= proposal.least_target_r * least
    target = candidate.target if stands else round(least * (proposal.target_r or proposal.otherwise_r))
    return replace(candidate, stop=least, target=max(target, 1))


def _sizer(market: Market, parts: Parts) -> Sizer:
    there = parts.of(Kind.SIZERS)
    if len(there) > 1:
        names = ", ".join(one.name for one in there)
        raise PluginError(
            f"the run has {len(there)} sizers ({names}), and a size comes of one",
            "keep one under `sizers:`; `enabled: false` leaves out what a lower file brought in",
        )
    return _made(there[0], Sizer, market) if there else Fixed(market, Fixed.Settings())


def _made(part: Part, kind: Any, market: Market) -> Any:
    """Return what a part makes, which must be of its kind."""
    if not (isinstance(part.target, type) and issubclass(part.target, kind)):
        raise PluginError(
            f"the {part.kind.one} '{part.name}' is no {kind.__name__}",
            f"derive it from mia_plugins.decisions.{kind.__name__}",
        )
    return part.target(market, part.settings)
