"""`DecidingStrategy`: a strategy that proposes, and lets the run's rules, filters and sizer judge it.

    class Mine(DecidingStrategy):
        gates = ("far_enough",)

        def prepare_measures(self, market):
            self.vwap = market.measure(Vwap)

        def propose(self, now):
            ...
            return Proposal(side=1, is_candidate=True, stop=12, target=24)

What it measures is asked of the market before the first data; the run's features come beside it, each with
its weight. Everything is journaled: values, contributions, verdicts, the steps of the size.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from mia_plugins.data.arrow import Kind
from mia_plugins.decisions.candidate import Candidate
from mia_plugins.decisions.filter import Surroundings, note_warnings
from mia_plugins.decisions.judges import Judgement, Judges
from mia_plugins.decisions.proposal import Gate, Proposal, Proposer
from mia_plugins.decisions.rule import Verdict
from mia_plugins.errors import PluginError
from mia_plugins.features import Feature, Market, Scout
from mia_plugins.hookspecs import Kind as PluginKind
from mia_plugins.journal.decision import Decision, JournalColumns
from mia_plugins.runtime.needs import Needs, Part, Parts
from mia_plugins.runtime.settings import StrategySettings
from mia_plugins.runtime.strategy import MiaStrategy

OTHER_PRODUCT = "other product"


class DecidingStrategy(MiaStrategy):
    """Base of strategies whose proposals are judged by what the run names under `rules:` and the like."""

    uses = frozenset({PluginKind.FEATURES, PluginKind.RULES, PluginKind.FILTERS, PluginKind.SIZERS})
    gates: ClassVar[tuple[str, ...]] = ()
    """What its proposals must have, in the order of `Proposal.gates`."""
    extras: ClassVar[tuple[str, ...]] = ()
    """Numbers of its own that are journaled beside the features, in the order of `Proposal.extras`."""
    is_weighing: ClassVar[bool] = False
    """Whether the weights of features mean anything to it."""

    @classmethod
    def prepare_measures(cls, market: Market, settings: StrategySettings) -> Any:
        """Return what it looks at, asked of a market; `propose` finds it as `self.own`. Override it."""
        del market, settings
        return None

    @classmethod
    def proposer(cls, market: Market, settings: Any) -> Proposer:
        """Return what proposes, where that follows from a market alone: it can be tried without a run."""
        del market, settings
        raise NotImplementedError(f"{cls.__qualname__} proposes only within a run: it has no proposer(…)")

    @classmethod
    def wakes(cls, settings: Any) -> tuple[Scout, ...]:
        """Return what finds the events after which it is evaluated between bars. Override it."""
        del settings
        return ()

    @classmethod
    def needs(cls, settings: StrategySettings, parts: Parts, product: str) -> Needs:
        """Return what it, the features, the rules, the filters and the sizer read."""
        blank = Market.blank(product)
        cls.prepare_measures(blank, settings)
        for part in features_of(parts):
            made_feature(part, blank)
        judges = Judges(blank, parts)
        surroundings = cls._surroundings(settings, parts, product)
        for _, one in judges.filters:
            one.admit(surroundings)
        products = blank.products - {product}
        return Needs(
            cls.reads | (blank.reads - {Kind(name) for name in parts.absent if name in set(Kind)}),
            cls.tables | (blank.tables - parts.absent),
            frozenset(cls.longer_bars) | blank.minutes,
            frozenset() if OTHER_PRODUCT in parts.absent else products,
        )

    @classmethod
    def _surroundings(cls, settings: StrategySettings, parts: Parts, product: str) -> Surroundings:
        there = features_of(parts)
        return Surroundings(
            product=product,
            names=frozenset((*(part.name for part in there), *cls.extras)),
            strategy=settings,
            features={part.name: part.settings for part in there},
            uses={part.name: part.use for part in there if part.use},
            presets=parts.presets,
            span=parts.span,
            mode=parts.mode,
        )

    @classmethod
    def journal_columns(cls, settings: StrategySettings, parts: Parts) -> JournalColumns:
        """Return the names of what its decisions carry."""
        del settings
        judges = Judges(Market.blank(), parts)
        there = features_of(parts)
        weights = [part.weight if cls.is_weighing else 0.0 for part in there] + [0.0] * len(cls.extras)
        names = (*(name for name, _ in judges.rules), *cls.gates, *(name for name, _ in judges.filters))
        units = (
            *(rule.unit for _, rule in judges.rules),
            *("" for _ in cls.gates),
            *(one.unit for _, one in judges.filters),
        )
        return JournalColumns(
            features=(*(part.name for part in there), *cls.extras),
            weights=tuple(weights),
            rules=names,
            steps=judges.steps,
            units=units,
        )

    @abstractmethod
    def propose(self, now: int) -> Proposal:
        """Say what it would do at `now` (UTC ns)."""

    def begin(self) -> None:
        """Make the market, the features and the judges."""
        context = self.context
        self.market = Market(context.product, context.tapes, context.known)
        self.market.absent = context.parts.absent
        self.own = self.prepare_measures(self.market, self.settings)
        self.weighed: tuple[tuple[Part, Feature], ...] = tuple(
            (part, made_feature(part, self.market)) for part in features_of(context.parts)
        )
        """The features of the run with their weights, in the order of their names."""
        self.values: Sequence[float | None] = ()
        """What they say at this evaluation."""
        self.proposed = Proposal()
        """What it proposes at this evaluation, before it is judged."""
        self._names = (*(part.name for part, _ in self.weighed), *self.extras)
        self._judges = Judges(self.market, context.parts)
        self._no_steps = (None,) * len(self._judges.steps)
        surroundings = self._surroundings(self.settings, context.parts, context.product)
        for _, one in self._judges.filters:
            one.admit(surroundings)
            one.begin()
        note_warnings(self._judges.filters, context.product, context.warnings.add)
        self.measures = (self.market, *self.wakes(self.settings))
        for part in left_out(context.parts):
            context.warnings.add(
                f"absent {part.name}",
                f"the feature '{part.name}' is left out: the run declares "
                f"{', '.join(sorted(_kind(part).lacks(context.parts.absent)))} absent",
            )

    def evaluate(self, now: int) -> Decision:
        """Leave what a rule wants left; ask the features, propose, and let it be judged."""
        self._leave_as_rules_say(now)
        self.values = [feature.checked(part.name, now).value for part, feature in self.weighed]
        proposal = self.proposed = self.propose(now)
        decision = Decision(
            reason=proposal.reason,
            score=proposal.score,
            confidence=proposal.confidence,
            tier=proposal.tier,
            values=(*self.values, *proposal.extras),
            contributions=_with_extras(proposal, len(self.extras)),
            side=proposal.side,
            until=proposal.until,
        )
        if not (proposal.side and proposal.stop and proposal.target) or self.tape.session is None:
            rules, filters = self._judges.unasked
            decision.steps = self._no_steps
        else:
            judged = self._judges.judge(proposal, self._candidate(now, proposal))
            rules, filters = judged.verdicts, judged.filters
            note_warnings(self._judges.filters, self.context.product, self.context.warnings.add)
            self._take(decision, proposal, judged)
            if judged.sized.note and proposal.is_candidate:
                self.context.warnings.add(f"size {judged.sized.note}", judged.sized.note)
        said: tuple[Verdict | Gate, ...] = (*rules, *proposal.gates, *filters)
        decision.verdicts = tuple([one.passes for one in said])
        decision.numbers = tuple([one.number for one in said])
        return decision

    def _leave_as_rules_say(self, now: int) -> None:
        bracket = self.desk.bracket
        if bracket is not None and not bracket.leaving and (rule := self._judges.leaving(now)):
            self.leave(rule)

    def _candidate(self, now: int, proposal: Proposal) -> Candidate:
        tape, context = self.tape, self.context
        if tape.session is None or self.contract is None:
            raise RuntimeError(f"{context.who} is not in a session")
        return Candidate(
            now=now,
            side=proposal.side,
            price=tape.price,
            stop=proposal.stop,
            target=proposal.target,
            account=self.account,
            session=tape.session,
            contract=self.contract,
            capital=context.capital,
            tier=proposal.tier,
            score=proposal.score,
            confidence=proposal.confidence,
            values=dict(zip(self._names, (*self.values, *proposal.extras), strict=False)),
        )

    def _take(self, decision: Decision, proposal: Proposal, judged: Judgement) -> None:
        """Write what came of it into the decision."""
        candidate = judged.candidate
        decision.outcome, decision.reason = judged.outcome, judged.reason
        decision.size = candidate.size
        decision.stop = candidate.price - candidate.side * candidate.stop
        decision.target = candidate.price + candidate.side * candidate.target
        factors = (judged.verdicts[n].factor for n in self._judges.soft)
        decision.steps = (proposal.size, *factors, *judged.sized.steps)


def features_of(parts: Parts) -> tuple[Part, ...]:
    """Return the features of a run whose inputs its data have."""
    return tuple(one for one in parts.of(PluginKind.FEATURES) if not _kind(one).lacks(parts.absent))


def left_out(parts: Parts) -> tuple[Part, ...]:
    """Return the features of a run that need what its data are declared to lack."""
    return tuple(one for one in parts.of(PluginKind.FEATURES) if _kind(one).lacks(parts.absent))


def made_feature(part: Part, market: Market) -> Feature:
    """Return the feature that a part makes."""
    return _kind(part)(market, part.settings)


def _kind(part: Part) -> type[Feature]:
    """Return a feature's class; a part that is no feature is an error."""
    if not (isinstance(part.target, type) and issubclass(part.target, Feature)):
        raise PluginError(
            f"the feature '{part.name}' is no Feature", "derive it from mia_plugins.features.Feature"
        )
    return part.target


def _with_extras(proposal: Proposal, extras: int) -> tuple[float | None, ...]:
    return (*proposal.contributions, *(None,) * extras) if proposal.contributions else ()
