"""Which models a run uses: named in its file, pinned by their ids."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from mia_plugins.errors import MiaError
from mia_plugins.learning import ModelError
from mia_plugins.settings import BaseSettings
from mia_plugins.settings.run import Instrument
from strategies.ml.registry import PROMOTED, Registry


class ModelsSettings(BaseSettings):
    """Names models."""

    registry: Path = Path("models")
    """The folder of models, seen from the file that names it; the default from where `mia` is run."""
    models: dict[Instrument, str] = {}  # noqa: RUF012 pydantic copies it
    """The model of each instrument: the beginning of its id, or `promoted` for the one in use."""
    content: Annotated[dict[Instrument, str], Field(validate_default=True)] = {}  # noqa: RUF012
    """The ids that `models` mean, filled in: another model is another run."""

    @field_validator("content")
    @classmethod
    def _is_what_models_mean(cls, content: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        if not {"registry", "models"} <= set(info.data):
            return content
        registry = Registry(info.data["registry"])
        try:
            there = {
                instrument: found
                for instrument, word in sorted(info.data["models"].items())
                if (found := _meant(registry, instrument, word))
            }
        except MiaError as error:
            raise ValueError("; ".join(filter(None, (error.what, error.remedy)))) from None
        if content and content != there:
            raise ValueError(
                f"the models were {content} and are {there or 'none'}; leave it out, or mend `models`"
            )
        return there


def _meant(registry: Registry, instrument: str, word: str) -> str:
    """Return the id that a word means; "" where none is in use."""
    if word != PROMOTED:
        return registry.find(word)
    found = registry.promoted(instrument)
    if len(found) > 1:
        raise ModelError(
            f"{len(found)} models of {instrument} are in use, of several strategies or presets: "
            f"{', '.join(found)}",
            "name one by its id",
        )
    return found[0] if found else ""
