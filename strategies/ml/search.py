"""Settings that are tried, and the best of them by folds that no figure is made of."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from pydantic import ValidationError

from mia_plugins.errors import did_you_mean
from mia_plugins.learning import ModelError, missing_library
from strategies.ml.settings import Chosen, Search

type Choice = Mapping[str, Any]
"""A value of each setting that is tried, by `learner.setting`."""
MOST = 10_000


@dataclass(frozen=True)
class Trial:
    """One choice of settings."""

    choice: Choice
    loss: float
    """The log loss on the folds of the search: less is better."""
    sharpe: float
    """The daily Sharpe ratio of what it kept; nan where there is none."""


Judge = Callable[[Sequence[Chosen]], tuple[float, float]]
"""Returns the loss and the Sharpe ratio of some learners."""


def search(
    settings: Search, chosen: tuple[Chosen, ...], seed: int, judge: Judge
) -> tuple[tuple[Chosen, ...], list[Trial]]:
    """Return the learners with the best settings, and all that was tried; without a search, as they are."""
    trials: list[Trial] = []

    def tried(choice: Choice) -> float:
        trials.append(Trial(dict(choice), *judge(with_choice(chosen, choice))))
        return trials[-1].loss

    if settings.method == "none":
        tried({})
        return chosen, trials
    for name in settings.space:
        _learner_of(chosen, name)
    if settings.method == "optuna":
        _optuna(settings, seed, tried)
    else:
        for choice in _choices(settings, seed):
            tried(choice)
    best = min(trials, key=lambda trial: trial.loss)
    return with_choice(chosen, best.choice), trials


def _choices(settings: Search, seed: int) -> Iterator[Choice]:
    names, values = list(settings.space), list(settings.space.values())
    count = int(np.prod([len(some) for some in values], dtype=np.float64))
    if count > MOST:
        raise ModelError(
            f"the space of the search has {count:,} choices", "name fewer values, or use `optuna`"
        )
    every = [dict(zip(names, some, strict=True)) for some in itertools.product(*values)]
    if settings.method == "grid" or settings.trials >= count:
        yield from every
        return
    drawn = np.random.default_rng(seed).choice(count, settings.trials, replace=False)
    yield from (every[place] for place in sorted(drawn))


def _optuna(settings: Search, seed: int, tried: Callable[[Choice], float]) -> None:
    try:
        import optuna
    except ImportError as error:
        raise missing_library("`search: {method: optuna}`", "mia[optuna]", error) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def objective(trial: Any) -> float:
        # By their places: optuna takes no lists as choices.
        return tried(
            {
                name: values[trial.suggest_categorical(name, tuple(range(len(values))))]
                for name, values in settings.space.items()
            }
        )

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(objective, n_trials=settings.trials)


def with_choice(chosen: tuple[Chosen, ...], choice: Choice) -> tuple[Chosen, ...]:
    """Return learners with some of their settings changed."""
    found = {one.name: one for one in chosen}
    for place, value in choice.items():
        one, setting = _learner_of(tuple(found.values()), place)
        told = one.settings.model_dump(mode="json") | {setting: value}
        try:
            made = type(one.settings).model_validate(told, strict=True)
        except ValidationError as error:
            raise ModelError(
                f"`search.space`: {place} may not be {value!r}: {error.errors()[0]['msg']}"
            ) from error
        found[one.name] = replace(one, settings=made)
    return tuple(found.values())


def _learner_of(chosen: tuple[Chosen, ...], place: str) -> tuple[Chosen, str]:
    """Return the learner and the setting that a name of the space means."""
    name, _, setting = place.partition(".")
    one = next((one for one in chosen if one.name == name), None)
    if one is None or setting not in type(one.settings).model_fields:
        known = [f"{one.name}.{field}" for one in chosen for field in type(one.settings).model_fields]
        raise ModelError(f"`search.space` names '{place}', which is no setting{did_you_mean(place, known)}")
    return one, setting
