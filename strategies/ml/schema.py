"""What inputs and labels hang on: the presets, the strategy's settings and those of each feature."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mia_plugins.runs.identity import hash_of
from mia_plugins.runs.plain import flat
from mia_plugins.settings.listing import jsonable
from mia_plugins.settings.model import BaseSettings
from strategies.ml.columns import FIXED, Column

_HOST_KEYS = ("weight", "enabled", "use")


@dataclass(frozen=True)
class Schema:
    """Settings of a run that a model depends on."""

    presets: tuple[str, ...]
    strategy: Mapping[str, Any]
    """By dotted names."""
    features: Mapping[str, str]
    """The hash of each feature's settings, and of what it is."""
    use: str
    """The name that the strategy is registered under."""

    def difference(self, other: "Schema") -> str | None:
        """Say in what another one differs, in a line; None in nothing."""
        if self.presets != other.presets:
            return f"`preset` is {_told(self.presets)} and {_told(other.presets)}"
        if self.use != other.use:
            return f"the strategy is '{self.use}' and '{other.use}'"
        own = setting_difference(self.strategy, other.strategy)
        if own:
            return own
        names = sorted({*self.features, *other.features})
        differing = [name for name in names if self.features.get(name) != other.features.get(name)]
        return f"the feature '{differing[0]}' or its settings" if differing else None


def setting_difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> str | None:
    """Return the first setting of a strategy in which two differ, with both values."""
    for name in sorted({*one, *other}):
        if one.get(name) != other.get(name):
            return f"the strategy's `{name}` is {one.get(name)!r} and {other.get(name)!r}"
    return None


def schema_of(settings: Mapping[str, Any], strategy: str) -> Schema:
    """Return the schema of a run's settings.yaml."""
    features = settings.get("features") or {}
    own = (settings.get("strategies") or {}).get(strategy) or {}
    return Schema(
        presets=presets_of(settings.get("preset")),
        strategy=plain_strategy(own),
        features={
            name: feature_hash((told or {}).get("use") or name, told or {}) for name, told in features.items()
        },
        use=own.get("use") or strategy,
    )


def presets_of(told: Any) -> tuple[str, ...]:
    """Return presets as a tuple, however they were written."""
    if isinstance(told, str):
        return (told,) if told else ()
    return tuple(told or ())


def plain_strategy(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return a strategy's settings by dotted names."""
    told = {key: value for key, value in settings.items() if key not in _HOST_KEYS}
    return {name: value for name, value in flat(jsonable(told)).items() if value != {}}


def feature_hash(use: str, settings: Mapping[str, Any]) -> str:
    """Return the hash of a feature and its own settings: what it weighs changes nothing of what it says."""
    own = {key: jsonable(value) for key, value in settings.items() if key not in _HOST_KEYS}
    return hash_of([use, own])[:16]


def feature_hash_of(use: str, settings: BaseSettings) -> str:
    """Return the same of settings that were read."""
    return feature_hash(use, settings.model_dump())


def feature_hashes(schema: Schema, columns: Iterable[Column]) -> dict[str, str]:
    """Return the hashes of the features among some columns; the strategy's own numbers have none."""
    names = [one.name for one in columns if one.name not in FIXED]
    return {name: schema.features[name] for name in names if name in schema.features}


def _told(presets: tuple[str, ...]) -> str:
    return ", ".join(presets) or "none"
