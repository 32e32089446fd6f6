"""A settings file of one model alone, such as an importer's: no run, no plugins."""

from pathlib import Path

from pydantic import ValidationError

from mia_plugins.errors import MiaError
from mia_plugins.settings.issues import SettingsError
from mia_plugins.settings.layers import read_layers
from mia_plugins.settings.model import BaseSettings
from mia_plugins.settings.tree import TreeReader
from mia_plugins.settings.validation import validate


def load_settings[S: BaseSettings](model: type[S], path: Path) -> S:
    """Return the settings a YAML file holds, or raise with everything that is wrong with it."""
    reader = TreeReader()
    layers = read_layers(path, reader)
    if reader.unreadable:
        raise SettingsError(path, reader.issues)
    settings, issues = validate(model, layers.tree)
    if settings is None or issues or reader.issues:
        raise SettingsError(path, issues + reader.issues)
    return settings


def load_defaults[S: BaseSettings](model: type[S], who: str) -> S:
    """Return settings without a file; a setting that must be given is an error."""
    try:
        return model()
    except ValidationError as error:
        names = ", ".join(".".join(map(str, row["loc"])) for row in error.errors())
        raise MiaError(
            f"{who} needs settings: {names}", "give them in a YAML file, with --settings"
        ) from error
