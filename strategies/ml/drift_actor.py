"""`ml_drift`: watches whether the models in use still see the world they were trained on."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from mia_plugins.errors import MiaError
from mia_plugins.journal.decision import Outcome
from mia_plugins.learning import ModelError
from mia_plugins.runs.folder import RunFolder
from mia_plugins.runtime.actor import MiaActor
from mia_plugins.runtime.hearing import HeardDecision, HeardTrade
from strategies.ml.card import Card
from strategies.ml.named import ModelsSettings
from strategies.ml.recalled import recall, runs_in_order
from strategies.ml.watch import Watch, WatchSettings, has_won, said_by, watched_values


class MlDriftSettings(ModelsSettings):
    """What can be set."""

    filter: str = "ml_filter"
    """The name of the filter whose probabilities are watched."""
    watch: WatchSettings = WatchSettings()
    """When a model is said to have lost its world."""
    every: Annotated[int, Field(ge=1, le=10_000)] = 50
    """Candidates between two looks."""
    runs: Path = Path("runs")
    """The folder of runs, seen from the file that names it; the default from where `mia` is run."""
    after: tuple[str, ...] = ()
    """Runs that went before, whose last candidates and trades it still knows: their ids, or `latest`."""

    @field_validator("after")
    @classmethod
    def _are_runs(cls, after: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        """Return the ids that words mean: after another run it is another run."""
        if "runs" not in info.data:
            return after
        try:
            return tuple(RunFolder.open(info.data["runs"], word).id for word in after)
        except MiaError as error:
            raise ValueError("; ".join(filter(None, (error.what, error.remedy)))) from None


class MlDrift(MiaActor):
    """Raises an alarm when inputs have shifted or promises are not kept; it decides nothing."""

    Settings = MlDriftSettings

    def begin(self) -> None:
        """Read the cards, and the journals of the runs that went before."""
        own = self.settings
        watches = [Watch(Card.read(own.registry / model), own.watch) for model in own.content.values()]
        self.watches = {watch.strategy: watch for watch in watches}
        self._counts = dict.fromkeys(self.watches, 0)
        self._known_until = 0
        before = runs_in_order(own.runs, own.after)
        for run in before:
            self._known_until = max(self._known_until, run.record.span[1] if run.record.span else 0)
            for watch in watches:
                recall(watch, run, own.filter)
        if before:
            for watch in watches:
                self._look(watch)

    def hear_decision(self, heard: HeardDecision) -> None:
        """Take note of a candidate, and look every so often."""
        watch = self.watches.get(heard.strategy_id)
        if watch is None:
            return
        if heard.ts <= self._known_until:
            raise ModelError(
                f"{self.context.who} is to go on after runs that go through the same days: "
                f"{', '.join(self.settings.after)}",
                "name runs that ended before this one begins: `after:`",
            )
        decision = heard.decision
        watch.see(heard.ts, watched_values(decision, heard.columns, heard.price), decision.side)
        said = said_by(decision, heard.columns, self.settings.filter)
        if said is not None and decision.outcome is Outcome.TAKEN:
            watch.say(heard.id, said)
        self._counts[heard.strategy_id] += 1
        if self._counts[heard.strategy_id] % self.settings.every == 0:
            self._look(watch)

    def hear_trade(self, heard: HeardTrade) -> None:
        """Take note of how a trade came out."""
        watch = self.watches.get(heard.strategy_id)
        if watch is not None:
            watch.close(heard.decision, won=has_won(heard.exit, heard.net))

    def _look(self, watch: Watch) -> None:
        for about, text in watch.alarms():
            self.context.warnings.add(f"{self.context.name} {watch.id} {about}", text)
