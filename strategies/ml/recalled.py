"""What runs that were made before tell of a model in use: a watch goes through their journals."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from mia_plugins.errors import did_you_mean
from mia_plugins.journal.decision import Outcome
from mia_plugins.journal.reader import Decisions, Where
from mia_plugins.learning import ModelError
from mia_plugins.runs.folder import RunFolder
from mia_plugins.statistics.sources import Sources
from mia_plugins.statistics.trades import trades_of
from strategies.ml.watch import Watch, has_won, said_by, watched_values

CANDIDATES = frozenset(set(Outcome) - {Outcome.NONE})


def runs_in_order(runs: Path, words: Sequence[str]) -> list[RunFolder]:
    """Return the runs that words mean, by their time; two that share any of it are an error."""
    found = sorted((RunFolder.open(runs, word) for word in words), key=lambda run: run.record.span or (0, 0))
    for before, after in pairwise(found):
        if before.record.span and after.record.span and after.record.span[0] <= before.record.span[1]:
            raise ModelError(
                f"the runs {before.id} and {after.id} go through the same days",
                "name runs that follow each other: what was seen twice would count twice",
            )
    return found


def recall(watch: Watch, run: RunFolder, filter_name: str) -> str:
    """Have a watch see a whole run; return why its probabilities tell nothing of the model, or ""."""
    decisions = Decisions.of(run.path)
    if watch.strategy not in decisions.columns:
        raise ModelError(
            f"the run {run.id} has no strategy '{watch.strategy}', which the model {watch.id} is of"
            f"{did_you_mean(watch.strategy, decisions.columns)}",
            "name a run of this strategy",
        )
    columns = decisions.columns[watch.strategy]
    sources = Sources(run.path)
    others = _judged_by_another(watch, sources, filter_name)
    watch.begin_run()
    for row in decisions.rows(Where(CANDIDATES, strategy=watch.strategy)):
        watch.see(row.ts, watched_values(row.decision, columns, row.price), row.decision.side)
        said = said_by(row.decision, columns, filter_name)
        if said is not None and row.decision.outcome is Outcome.TAKEN and not others:
            watch.say(row.id, said)
    trades = trades_of(sources)
    for number, how, net in zip(trades.decision.tolist(), trades.exit, trades.net.tolist(), strict=True):
        watch.close(number, won=has_won(how, net))
    watch.begin_run()
    return others


def _judged_by_another(watch: Watch, sources: Sources, filter_name: str) -> str:
    told = (sources.settings.get("filters") or {}).get(filter_name)
    if told is None:
        return f"the run has no filter '{filter_name}': nothing was said of its trades"
    instrument = watch.strategy.rpartition("-")[2]
    model = (told.get("content") or {}).get(instrument)
    if model != watch.id:
        return f"its filter '{filter_name}' asked {model or 'no model'}, not {watch.id}"
    return ""
