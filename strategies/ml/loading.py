"""From a model's folder to an ensemble that judges, every file of it checked."""

from collections.abc import Callable
from pathlib import Path

from mia_plugins.errors import MiaError
from mia_plugins.learning import Learner, ModelError, missing_library
from strategies.ml.card import Card, Part, checked_content
from strategies.ml.ensemble import Ensemble, Member

KindOf = Callable[[str], type[Learner]]
"""Returns the learner of a name."""


def load_model(folder: Path, card: Card, kind_of: KindOf) -> Ensemble:
    """Return the ensemble of a model's folder; a file that is not as it was trained is an error."""
    members = tuple(_member(folder, card, part, kind_of) for part in card.parts)
    return Ensemble(card.columns, members, card.calibration)


def _member(folder: Path, card: Card, part: Part, kind_of: KindOf) -> Member:
    content = checked_content(folder, part)
    kind = kind_of(part.use)
    path = folder / part.file
    try:
        fitted = kind.load(content, len(card.columns))
    except ImportError as error:
        raise missing_library(f"the model {card.id}", kind.extra, error) from error
    except ModelError as error:
        raise ModelError(f"{path}: {error.what}", error.remedy) from error
    except MiaError:
        raise
    except Exception as error:
        raise ModelError(f"{path} is damaged: {error}", "train it again") from error
    return Member(part.name, fitted, part.weight)
