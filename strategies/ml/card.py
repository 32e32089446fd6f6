"""A model's card: what it is made of and for, in one JSON file whose hash is the model's id.

models/<id>/card.json logistic.skops random_forest.skops xgboost.ubj …
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from mia_plugins.files import write_whole
from mia_plugins.learning import ModelError
from mia_plugins.runs.identity import ID_DIGITS, hash_of
from strategies.ml.calibration import Calibration
from strategies.ml.columns import Column
from strategies.ml.even import Even

CARD = "card.json"
FORMAT = 2
AGAIN = "train it again: `mia train`"
MOST_BYTES = 1 << 28
"""Of a file of a model."""


@dataclass(frozen=True)
class Part:
    """A member of the ensemble, as the card has it."""

    name: str
    use: str
    """The learner it is of."""
    weight: float
    file: str
    sha256: str


@dataclass(frozen=True)
class Card:
    """What a model says of itself."""

    data: Mapping[str, Any]
    """All of it, as JSON has it."""

    @property
    def id(self) -> str:
        """The name of the model: the beginning of the card's hash."""
        return hash_of(self.data)[:ID_DIGITS]

    @property
    def slot(self) -> tuple[str, str, tuple[str, ...]]:
        """What it is for: instrument, strategy and presets; one model of a slot is in use."""
        return self.data["instrument"], self.data["strategy"], tuple(self.data["presets"])

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its inputs."""
        return tuple(Column(name, sided) for name, sided in self.data["columns"])

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its members."""
        return tuple(Part(**one) for one in self.data["members"])

    @property
    def calibration(self) -> Calibration:
        """How its scores become probabilities."""
        return Calibration.from_data(self.data["calibration"])

    @property
    def even(self) -> Even:
        """What its wins made and its losses lost."""
        return Even.from_data(self.data["even"])

    @property
    def span(self) -> tuple[int, int]:
        """The first decision and the last outcome that it was trained on: UTC ns."""
        first, last = self.data["trained"]["span"]
        return int(first), int(last)

    @property
    def valid_until(self) -> int:
        """Until when it may be used: UTC ns."""
        return int(self.data["valid_until"])

    @property
    def findings(self) -> Mapping[str, Any]:
        """Its figures, out of sample."""
        found: Mapping[str, Any] = self.data["findings"]
        return found

    def write(self, folder: Path) -> None:
        """Write it into a model's folder."""
        write_whole(folder / CARD, json.dumps(self.data, indent=1, sort_keys=True, allow_nan=False) + "\n")

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the card of a model's folder; what was changed since it was made is an error."""
        path = folder / CARD
        content = content_of(path)
        try:
            data = json.loads(content)
            card = cls(data)
            if data["format"] != FORMAT:
                raise ModelError(
                    f"{path} is of format {data['format']}", "use the version of mia that made it"
                )
            made_of = (card.slot, card.columns, card.parts, card.calibration, card.even)
            times = (card.span, card.valid_until)
            card_id = card.id
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(
                f"{path} is no card of a model: {type(error).__name__} {error}", AGAIN
            ) from error
        del made_of, times
        if card_id != folder.name:
            raise ModelError(
                f"{path} is not as it was made: its hash is {card_id}, and the model is {folder.name}", AGAIN
            )
        return card


def checked_content(folder: Path, part: Part) -> bytes:
    """Return the content of a member's file, which must be the one that the card tells of."""
    path = folder / part.file
    if Path(part.file).name != part.file:
        raise ModelError(f"the card in {folder} names {part.file}, which lies elsewhere", AGAIN)
    content = content_of(path)
    refuse_pickles(path, content)
    digest = hashlib.sha256(content).hexdigest()
    if digest != part.sha256:
        raise ModelError(
            f"{path} is not the file that was trained: its hash is {digest[:12]}, and the card says "
            f"{part.sha256[:12]}",
            AGAIN,
        )
    return content


def refuse_pickles(path: Path, content: bytes) -> None:
    """Refuse what runs as a program when it is loaded."""
    if path.suffix in {".pkl", ".pickle", ".joblib"} or (
        content[:1] == b"\x80" and content[1:2] in b"\2\3\4\5"
    ):
        raise ModelError(
            f"{path} is a pickle: loading one runs whatever it says", "pickle and joblib are refused"
        )


def content_of(path: Path) -> bytes:
    """Return a file's content."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ModelError(f"{path} is larger than {MOST_BYTES >> 20} MiB", AGAIN)
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}", AGAIN) from error
