"""`mia train`: from the journals of runs to a model with a card that says how much it knows."""

import datetime as dt
import hashlib
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from mia_plugins.data.sessions import NS
from mia_plugins.learning import ModelError, missing_library
from mia_plugins.runs.folder import RunFolder, RunStatus, run_ids
from mia_plugins.runs.identity import hash_of
from mia_plugins.statistics.figures import as_data
from mia_plugins.statistics.sources import Sources
from strategies.ml.calibration import calibration
from strategies.ml.card import FORMAT, Card
from strategies.ml.columns import Column, sided_where_signed
from strategies.ml.dataset import DataSet, data_set
from strategies.ml.drift import Usual
from strategies.ml.ensemble import combined
from strategies.ml.even import Even
from strategies.ml.findings import (
    Findings,
    findings,
    importances,
    sharpe,
    shuffled,
    through_paths,
)
from strategies.ml.folds import walk_forward
from strategies.ml.leaks import refuse_leaks, refuse_too_good
from strategies.ml.registry import Registry
from strategies.ml.schema import Schema, feature_hashes, schema_of
from strategies.ml.search import search
from strategies.ml.settings import Chosen, TrainSettings
from strategies.ml.walking import Walked, fold_weights, judged, rows_of, walk, weights_of

STEPS = ("reading journals", "looking for leaks", "trying settings", "walking forward", "shuffling labels",
         "combinatorial folds", "importance", "fitting on all")  # fmt: skip
LIBRARIES = ("scikit-learn", "skops", "xgboost-cpu", "lightgbm", "catboost", "numpy")
DAY = 86_400 * NS

Step = Callable[[int, str], None]


@dataclass(frozen=True)
class Trained:
    """A model that was trained."""

    card: Card
    files: dict[str, bytes]
    findings: Findings


def runs_of(settings: TrainSettings) -> list[RunFolder]:
    """Return the runs of a training, which must all be of the same presets and settings that matter."""
    if settings.which:
        found = [RunFolder.open(settings.runs, word) for word in settings.which]
    else:
        every = [RunFolder.at(settings.runs / one) for one in run_ids(settings.runs)]
        found = [one for one in every if one.record.status is RunStatus.COMPLETE]
    if not found:
        raise ModelError(f"there is no run that came to its end in {settings.runs}", "see `mia runs list`")
    return found


def train(
    settings: TrainSettings, chosen: tuple[Chosen, ...], runs: list[RunFolder], step: Step = lambda *_: None
) -> Trained:
    """Return a model with its card; leaks, too little data and a validation that leaks are errors."""
    try:
        return _train(settings, chosen, runs, step)
    except ImportError as error:
        raise missing_library("training", "mia[ml]", error) from error


def _train(settings: TrainSettings, chosen: tuple[Chosen, ...], runs: list[RunFolder], step: Step) -> Trained:
    step(0, STEPS[0])
    schema = _shared_schema(settings, runs)
    data = data_set(runs, f"{settings.strategy}-{settings.instrument}")
    if len(data) < settings.least:
        raise ModelError(
            f"the journals hold {len(data):,} decisions with an outcome; {settings.least:,} are needed",
            "train on more runs or more days; `least:` lowers it",
        )
    columns = columns_of(data, settings)
    step(1, STEPS[1])
    alone = refuse_leaks(data, columns, settings.believable)
    folds = walk_forward(data, settings.folds, settings.first, settings.embargo_ns)
    sought = folds if settings.search.method == "none" else folds[: settings.folds - settings.folds // 2]
    step(2, STEPS[2])
    walks: list[Walked] = []

    def judge(tried: Any) -> tuple[float, float]:
        walked = walk(data, columns, tried, sought, settings.seed)
        walks[:] = [walked]
        rows = judged(data, walked, tried, settings)
        p = np.clip(rows.p, 1e-6, 1 - 1e-6)
        loss = -np.average(
            rows.won * np.log(p) + (1 - rows.won) * np.log(1 - p), weights=data.weight[walked.rows]
        )
        return float(loss), sharpe(rows)

    chosen, trials = search(settings.search, chosen, settings.seed, judge)
    step(3, STEPS[3])
    walked = (
        walks[0] if settings.search.method == "none" else walk(data, columns, chosen, folds, settings.seed)
    )
    rows = judged(data, walked, chosen, settings)
    weights = fold_weights(data, walked, chosen, settings)
    refuse_too_good(
        rows,
        settings.believable_together,
        lambda: importances(data, columns, walked, weights, settings.seed)[0].column,
    )
    unseen = rows.fold >= (0 if settings.search.method == "none" else len(sought))
    step(4, STEPS[4])
    control = shuffled(data, columns, chosen, folds, settings.seed)
    step(5, STEPS[5])
    ways = through_paths(data, columns, chosen, settings)
    step(6, STEPS[6])
    important = importances(data, columns, walked, weights, settings.seed)
    slot = (settings.instrument, settings.strategy, schema.presets)
    made_of = (data.digest, hash_of(_plain_settings(settings)))
    before = Registry(settings.registry).trials(slot, made_of)
    count = before + len(trials)
    found = findings(
        rows.alone(unseen),
        data.taken[walked.rows][unseen],
        control,
        ways,
        important,
        alone,
        (count, [one.sharpe for one in trials]),
    )
    step(7, STEPS[7])
    return _made(_Made(settings, chosen, data, columns, walked, found, len(trials)), runs, schema)


def columns_of(data: DataSet, settings: TrainSettings) -> tuple[Column, ...]:
    """Return what is learned from: every column of the journal that is ever known and varies."""
    for option in ("leave_out", "sided", "plain"):
        unknown = sorted(set(getattr(settings, option)) - set(data.names))
        if unknown:
            raise ModelError(
                f"`{option}` names '{unknown[0]}', which the journals do not have; they have "
                f"{', '.join(data.names)}"
            )
    varying = {
        name
        for name, values in zip(data.names, data.values.T, strict=True)
        if len(np.unique(values[np.isfinite(values)])) > 1
    }
    found = [
        _as_told(one, settings)
        for one in sided_where_signed(data.names, data.values)
        if one.name not in settings.leave_out and one.name in varying
    ]
    if not found:
        raise ModelError("no column of the journals is left to learn from", "leave out fewer")
    return tuple(found)


def _as_told(column: Column, settings: TrainSettings) -> Column:
    if column.name in settings.sided:
        return Column(column.name, sided=True)
    return Column(column.name, sided=column.sided and column.name not in settings.plain)


@dataclass(frozen=True)
class _Made:
    settings: TrainSettings
    chosen: tuple[Chosen, ...]
    data: DataSet
    columns: tuple[Column, ...]
    walked: Walked
    found: Findings
    tried: int


def _made(made: _Made, runs: list[RunFolder], schema: Schema) -> Trained:
    """Fit on all rows, and write the card."""
    data, settings, chosen = made.data, made.settings, made.chosen
    files: dict[str, bytes] = {}
    members = []
    won, weight = data.won[made.walked.rows], data.weight[made.walked.rows]
    given = [one.weight for one in chosen]
    weights = weights_of(made.walked.each, won, weight, given, settings)
    order = np.argsort(made.walked.rows, kind="stable")
    raw = combined(made.walked.each, weights)[order]
    curve = calibration(raw, won[order], weight[order], settings.calibration)
    known = rows_of(data, made.columns)
    for one, share in zip(chosen, weights, strict=True):
        content = one.fit(known, settings.seed).to_bytes()
        file = f"{one.name}{one.kind.suffix}"
        files[file] = content
        sha = hashlib.sha256(content).hexdigest()
        members.append({"name": one.name, "use": one.use, "weight": share, "file": file, "sha256": sha})
    x = data.x(made.columns)
    last = int(data.end.max())
    card = Card(
        {
            "format": FORMAT,
            "instrument": settings.instrument,
            "strategy": settings.strategy,
            "presets": list(schema.presets),
            "columns": [list(one) for one in made.columns],
            "features": feature_hashes(schema, made.columns),
            "strategy_settings": dict(schema.strategy),
            "members": members,
            "learners": {one.name: one.settings.model_dump(mode="json") for one in chosen},
            "calibration": curve.as_data(),
            "even": Even.of(data).as_data(),
            "usual": {
                one.name: asdict(Usual.of(values)) for one, values in zip(made.columns, x.T, strict=True)
            },
            "trained": {
                "span": [int(data.ts.min()), last],
                "rows": len(data),
                "days": data.days,
                "first": str(dt.datetime.fromtimestamp(int(data.ts.min()) // NS, dt.UTC).date()),
                "last": str(dt.datetime.fromtimestamp(last // NS, dt.UTC).date()),
            },
            "gate": settings.gate,
            "valid_until": last + settings.valid_days * DAY,
            "data": data.digest,
            "runs": sorted(run.id for run in runs),
            "settings": hash_of(_plain_settings(settings)),
            "seed": settings.seed,
            "versions": _versions(),
            "tried": made.tried,
            "findings": as_data(made.found),
        }
    )
    return Trained(card, files, made.found)


def _plain_settings(settings: TrainSettings) -> dict[str, Any]:
    """Return what changes a model; folders and how often it is trained do not."""
    elsewhere = {"runs", "which", "registry", "every"}
    return settings.model_dump(mode="json", exclude=elsewhere)


def _shared_schema(settings: TrainSettings, runs: Iterable[RunFolder]) -> Schema:
    """Return the schema of the runs' settings; runs of which one differs are an error."""
    schemas = {run.id: schema_of(Sources(run.path).settings, settings.strategy) for run in runs}
    first_id, first = next(iter(schemas.items()))
    for run_id, other in schemas.items():
        if (difference := first.difference(other)) is not None:
            raise ModelError(
                f"the runs {first_id} and {run_id} differ: {difference}",
                "a model belongs to one preset and one set of features; name runs that are alike: `which:`",
            )
    return first


def _versions() -> Mapping[str, str]:
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
