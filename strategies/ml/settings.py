"""What a training can be told: the settings file of `mia train`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, model_validator

from mia_plugins.data.sessions import NS
from mia_plugins.errors import PluginError
from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost
from mia_plugins.learning import Fitted, Learner, Rows, missing_library
from mia_plugins.settings import BaseSettings, SettingsError
from mia_plugins.settings.issues import Issue, dotted
from mia_plugins.settings.layers import read_layers
from mia_plugins.settings.resolve import settings_model
from mia_plugins.settings.run import InstanceName, Instrument
from mia_plugins.settings.tree import TreeReader, Value
from mia_plugins.settings.validation import validate
from mia_plugins.units import Hours, Minutes

Share = Annotated[float, Field(gt=0, lt=1)]
Gate = Share | Literal["break_even"]
HOST_KEYS = ("use", "weight")


class Search(BaseSettings):
    """Which settings of learners are tried."""

    method: Literal["none", "grid", "random", "optuna"] = "none"
    """All of `space`, or so many drawn from it; `optuna` needs `mia[optuna]`."""
    trials: Annotated[int, Field(ge=1, le=10_000)] = 20
    """How many are drawn: `random` and `optuna`."""
    space: dict[str, tuple[JsonValue, ...]] = {}  # noqa: RUF012 pydantic copies it
    """What each setting may be, such as `xgboost.depth: [2, 3, 4]`."""

    @model_validator(mode="after")
    def _has_a_space(self) -> Self:
        if self.method != "none" and not (self.space and all(self.space.values())):
            raise ValueError(f"`method: {self.method}` needs a `space` of settings, each with its values")
        return self


class TrainSettings(BaseSettings):
    """A training: which runs, which models, how they are judged."""

    runs: Path = Path("runs")
    """The folder of runs, seen from the file that names it; the default from where `mia` is run."""
    which: tuple[str, ...] = ()
    """Ids of runs, or their beginnings; left out: every run of the folder that came to its end."""
    instrument: Instrument
    """What was decided about."""
    strategy: InstanceName = "confluence"
    """Whose decisions."""
    registry: Path = Path("models")
    """The folder of models."""
    learners: dict[InstanceName, dict[str, JsonValue] | None] = Field(
        default={
            "logistic": {"weight": 0.3},
            "random_forest": {"weight": 0.35},
            "xgboost": {"weight": 0.35},
        },
        min_length=1,
    )
    """The models of the ensemble, each with its `weight` and its own settings."""
    weights: Literal["given", "stacked"] = "given"
    """Whether the weights are as written, or learned on decisions that the models had not seen."""
    calibration: Literal["best", "isotonic", "platt", "none"] = "best"
    """How scores become probabilities; `best` is chosen out of sample."""
    gate: Gate = 0.65
    """The filter's probability in figures; `break_even`: so that it makes nothing after costs."""
    leave_out: tuple[str, ...] = ()
    """Columns of the journal that are not learned from."""
    sided: tuple[str, ...] = ()
    """Columns that point up or down though they were never below 0: they are multiplied by the side."""
    plain: tuple[str, ...] = ()
    """Columns that do not point up or down though they were below 0."""
    least: Annotated[int, Field(ge=50)] = 1000
    """Decisions below which nothing is trained."""
    folds: Annotated[int, Field(ge=2, le=50)] = 5
    """Stretches of days that are judged one after the other by what came before each."""
    first: Share = 0.4
    """The share of the decisions that is only learned from."""
    groups: Annotated[int, Field(ge=3, le=20)] = 6
    """Stretches of days for the combinatorial folds."""
    held_out: Annotated[int, Field(ge=1, le=5)] = 2
    """How many of them each combinatorial fold holds out."""
    embargo: Annotated[Minutes, Field(ge=0, le=100_000)] = Minutes(60)
    """Time around judged days that is not learned from."""
    believable: Annotated[float, Field(gt=0.5, le=1)] = 0.65
    """A column that alone has an AUC surely above this knows the future: nothing is trained."""
    believable_together: Annotated[float, Field(gt=0.5, le=1)] = 0.75
    """The same of all columns together, on decisions that were not learned from."""
    search: Search = Search()
    """Settings of learners that are tried."""
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    """Of everything that is drawn."""
    every: Annotated[Hours, Field(gt=0)] = Hours(24)
    """With `--due`, how long after the last training the next one is due."""
    valid_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """Days after its last outcome for which a model may be used."""

    @property
    def embargo_ns(self) -> int:
        """The embargo in ns."""
        return int(self.embargo * 60 * NS)

    @model_validator(mode="after")
    def _groups_are_enough(self) -> Self:
        if self.held_out >= self.groups - 1:
            raise ValueError(f"`held_out: {self.held_out}` leaves too few of {self.groups} groups")
        return self


@dataclass(frozen=True)
class Chosen:
    """A learner of a training."""

    name: str
    use: str
    """The name it is registered under."""
    kind: type[Learner]
    settings: BaseSettings
    weight: float
    """Of all, which sum to 1."""

    def fit(self, rows: Rows, seed: int) -> Fitted:
        """Fit it; where its library is missing, say what installs it."""
        try:
            return self.kind(self.settings, seed).fit(rows)
        except ImportError as error:
            raise missing_library(f"the learner '{self.use}'", self.kind.extra, error) from error


def load_training(path: Path, host: PluginHost) -> tuple[TrainSettings, tuple[Chosen, ...]]:
    """Return what a file says, or raise with everything that is wrong with it."""
    reader = TreeReader()
    layers = read_layers(path, reader)
    if reader.unreadable:
        raise SettingsError(path, reader.issues)
    settings, issues = validate(TrainSettings, layers.tree)
    issues += reader.issues
    chosen: list[Chosen] = []
    if settings is not None:
        section = layers.tree.child("learners")
        for name, told in settings.learners.items():
            written = section.child(name) if section else None
            mark = layers.tree.mark
            usual = {key: Value(item, mark, mark) for key, item in (told or {}).items()}  # type: ignore[arg-type]
            value = written if written and written.content is not None else Value(usual, mark, mark)
            one, found = _chosen(name, value, host)
            issues += found
            chosen += [one] if one else []
    total = sum(one.weight for one in chosen)
    if chosen and not issues and total <= 0:
        issues.append(Issue(layers.tree.mark, "learners", "should weigh more than 0 together"))
    if issues or settings is None:
        raise SettingsError(path, issues)
    return settings, tuple(
        Chosen(one.name, one.use, one.kind, one.settings, one.weight / total) for one in chosen
    )


def kind_of(use: str, host: PluginHost) -> type[Learner]:
    """Return the learner of a name."""
    row = host.find(Kind.LEARNERS, use)
    kind = host.load(row)
    if not (isinstance(kind, type) and issubclass(kind, Learner)):
        raise PluginError(f"{row.target} is no learner", "derive it from mia_plugins.learning.Learner")
    return kind


def _chosen(name: str, value: Value, host: PluginHost) -> tuple[Chosen | None, list[Issue]]:
    at = ("learners", name)
    plain = value.plain()
    use, weight = plain.get("use", name), plain.get("weight", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= 1000:
        return None, [Issue(value.mark, dotted((*at, "weight")), f"should be from 0 to 1000; got {weight!r}")]
    try:
        kind = kind_of(str(use), host)
        model = settings_model(host.find(Kind.LEARNERS, str(use)), host)
    except PluginError as error:
        text = f"{error.what}; {error.remedy}" if error.remedy else error.what
        return None, [Issue(value.key_mark, dotted(at), text, is_plugin=bool(error.remedy))]
    settings, issues = validate(model, value, at, HOST_KEYS)
    return Chosen(name, str(use), kind, settings, float(weight)) if settings else None, issues
