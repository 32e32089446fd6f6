"""`ml_drift`: watches whether the models in use still see the world they were trained on."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from mia_plugins.journal.decision import Decision, JournalColumns, Outcome
from mia_plugins.runtime.actor import MiaActor
from mia_plugins.runtime.hearing import HeardDecision, HeardTrade
from strategies.ml.card import Card
from strategies.ml.named import ModelsSettings
from strategies.ml.watch import Watch, WatchSettings


class MlDriftSettings(ModelsSettings):
    """What can be set."""

    filter: str = "ml_filter"
    """The name of the filter whose probabilities are watched."""
    watch: WatchSettings = WatchSettings()
    """When a model is said to have lost its world."""
    every: Annotated[int, Field(ge=1, le=10_000)] = 50
    """Candidates between two looks."""


class MlDrift(MiaActor):
    """Raises an alarm when inputs have shifted or promises are not kept; it decides nothing."""

    Settings = MlDriftSettings

    def begin(self) -> None:
        """Read the cards."""
        own = self.settings
        self.watches = {
            instrument: Watch(Card.read(own.registry / model), own.watch)
            for instrument, model in own.content.items()
        }
        self._count = 0

    def hear_decision(self, heard: HeardDecision) -> None:
        """Take note of a candidate, and look every so often."""
        watch = self.watches.get(heard.product)
        if watch is None:
            return
        decision = heard.decision
        watch.see(named_values(decision, heard.columns), decision.side)
        said = said_by(decision, heard.columns, self.settings.filter)
        if said is not None and decision.outcome is Outcome.TAKEN:
            watch.say(heard.id, said)
        self._count += 1
        if self._count % self.settings.every == 0:
            self._look(watch)

    def hear_trade(self, heard: HeardTrade) -> None:
        """Take note of how a trade came out."""
        watch = self.watches.get(heard.product)
        if watch is not None:
            watch.close(heard.decision, won=heard.net > 0)

    def _look(self, watch: Watch) -> None:
        for about, text in watch.alarms():
            self.context.warnings.add(f"{self.context.name} {watch.id} {about}", text)


def named_values(decision: Decision, columns: JournalColumns) -> Mapping[str, float | None]:
    """Return what a decision's features said, with its score and confidence, by name."""
    named = dict(zip(columns.features, decision.values, strict=True))
    return named | {"score": decision.score, "confidence": decision.confidence}


def said_by(decision: Decision, columns: JournalColumns, name: str) -> float | None:
    """Return the number that a filter judged by; None where it was not asked."""
    return decision.numbers[columns.rules.index(name)] if name in columns.rules else None
