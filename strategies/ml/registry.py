"""The folder of models: their cards, and the history of what became of them.

models/<id>/card.json …        history.jsonl: a line whenever one was trained, promoted or retired
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from mia_plugins.errors import did_you_mean
from mia_plugins.learning import ModelError
from mia_plugins.runs.identity import ID_DIGITS
from strategies.ml.card import AGAIN, CARD, Card

HISTORY = "history.jsonl"
NOTHING = "there is nothing to filter"
SOMETHING = "it tells better decisions from worse ones"
"""What the figures of a training say."""
PROMOTED = "promoted"


class Status(StrEnum):
    """What a model is."""

    CANDIDATE = "candidate"
    """It was trained."""
    PROMOTED = "promoted"
    """It is the one in use of its slot."""
    REPLACED = "replaced"
    """It was in use until another one was promoted."""
    RETIRED = "retired"
    """Nobody is to use it."""


@dataclass(frozen=True)
class Event:
    """A line of the history."""

    ts: int
    """UTC ns."""
    model: str
    did: str
    """trained, promoted or retired."""
    by: str = ""
    why: str = ""


class Registry:
    """A folder of models."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ids(self) -> list[str]:
        """Return the models that are there."""
        if not self.folder.is_dir():
            return []
        return sorted(
            path.name
            for path in self.folder.iterdir()
            if len(path.name) == ID_DIGITS and (path / CARD).is_file()
        )

    def find(self, word: str) -> str:
        """Return the model that the beginning of an id means."""
        found = [one for one in self.ids() if one.startswith(word.casefold())]
        if len(found) == 1 and word:
            return found[0]
        if found and word:
            raise ModelError(f"'{word}' may mean {', '.join(found)}", "write more of the id")
        known = self.ids()
        near = did_you_mean(word, known) if known else "; there is none"
        raise ModelError(f"there is no model '{word}' in {self.folder}{near}", "see `mia models list`")

    def card(self, model: str) -> Card:
        """Return the card of a model."""
        return Card.read(self.folder / model)

    def history(self) -> list[Event]:
        """Return what became of all models, in order; a line that is cut short at the end is left out."""
        path = self.folder / HISTORY
        if not path.exists():
            return []
        lines = path.read_text(encoding="utf-8").split("\n")
        found = []
        for number, line in enumerate(lines[:-1], 1):
            try:
                found.append(Event(**json.loads(line)))
            except (ValueError, TypeError) as error:
                raise ModelError(f"{path}:{number} is no line of the history: {error}", "mend it") from error
        return found

    def status(self) -> dict[str, Status]:
        """Return what each model is by now."""
        found = dict.fromkeys(self.ids(), Status.CANDIDATE)
        for event in self.history():
            if event.model not in found:
                continue
            if event.did == PROMOTED:
                for other in self._in_slot_of(event.model, found):
                    found[other] = Status.REPLACED
                found[event.model] = Status.PROMOTED
            elif event.did == "retired":
                found[event.model] = Status.RETIRED
        return found

    def _in_slot_of(self, model: str, status: dict[str, Status]) -> list[str]:
        slot = self.card(model).slot
        return [one for one, is_ in status.items() if is_ is Status.PROMOTED and self.card(one).slot == slot]

    def promoted(self, instrument: str, presets: tuple[str, ...] | None = None) -> list[str]:
        """Return the models in use of an instrument, and of presets where those are named."""
        return [
            one
            for one, status in self.status().items()
            if status is Status.PROMOTED
            and self.card(one).slot[0] == instrument
            and presets in {None, self.card(one).slot[2]}
        ]

    def add(self, card: Card, files: dict[str, bytes]) -> Path:
        """Keep a model that was trained; the same model is there once."""
        place = self.folder / card.id
        draft = self.folder / f".{card.id}-{os.getpid()}"
        with self._told(), self._alone():
            if not place.exists():
                draft.mkdir()
                for name, content in files.items():
                    (draft / name).write_bytes(content)
                card.write(draft)
                draft.rename(place)
            self._append(Event(time.time_ns(), card.id, "trained"))
        return place

    def note(self, model: str, did: str, by: str, why: str) -> None:
        """Write into the history what became of a model."""
        with self._told(), self._alone():
            self._append(Event(time.time_ns(), model, did, by, why))

    def _append(self, event: Event) -> None:
        with (self.folder / HISTORY).open("a", encoding="utf-8") as file:
            file.write(json.dumps(vars(event)) + "\n")
            file.flush()
            os.fsync(file.fileno())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process at a time change the registry."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ModelError(
                f"{error.filename or self.folder}: {error.strerror}", "check the folder"
            ) from error

    def trials(self, slot: tuple[Any, ...], made_of: tuple[str, str]) -> int:
        """Return how many settings were ever tried for a slot, but for trainings made of the same.

        `made_of` are the hashes of data and settings: doing the same again is no other trial.
        """
        cards = [self.card(one).data for one in self.ids() if self.card(one).slot == slot]
        tried = {(one["data"], one["settings"]): int(one["tried"]) for one in cards}
        return sum(count for other, count in tried.items() if other != made_of)


@dataclass(frozen=True)
class Comparison:
    """A model beside the one in use."""

    better: bool
    told: str


def compare(candidate: Card, in_use: Card | None) -> Comparison:
    """Say whether a model's figures out of sample are better than those of the one in use.

    Better is one that found anything to filter: a rise of the better half that is surely above 0 and above
    the other's, and an AUC above the other's; without another, the first alone.
    """
    low, rise, auc = _figures(candidate)
    if candidate.findings["verdict"] == NOTHING:
        return Comparison(better=False, told=f"by its figures {NOTHING}")
    if low is None or low <= 0:
        shown = "is not known" if low is None else f"begins at {low:+.3f} R"
        return Comparison(better=False, told=f"the interval of its rise {shown}: it may be nothing")
    if in_use is None:
        told = f"its better half is {rise:+.3f} R above all, at least {low:+.3f} R"
        return Comparison(better=True, told=told)
    _, other_rise, other_auc = _figures(in_use)
    rises = f"rise {rise:+.3f} R against {other_rise:+.3f} R of {in_use.id}"
    told = f"{rises}, AUC {auc:.3f} against {other_auc:.3f}"
    return Comparison(better=rise > other_rise and auc > other_auc, told=told)


def _figures(card: Card) -> tuple[float | None, float, float]:
    try:
        rise, auc = card.findings["profit"]["rise_of_half"], card.findings["auc"]
        return rise["low"], float(rise["value"] or 0), float(auc["value"] or 0)
    except (KeyError, TypeError) as error:
        raise ModelError(f"the card of {card.id} has no figures: {error}", AGAIN) from error
