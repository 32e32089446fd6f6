"""A settings model in words: names, types, units, defaults and help, for people and for pages."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from mia_plugins.settings.model import BaseSettings
from mia_plugins.settings.types import leaves, parts, unwrapped
from mia_plugins.units import unit_of


@dataclass(frozen=True)
class Setting:
    """One setting as people are told of it."""

    name: str
    type: str
    unit: str
    default: str
    required: bool
    help: str


def describe(model: type[BaseSettings]) -> list[Setting]:
    """Return the settings of a model, in the order they are written in."""
    return [_describe(name, field) for name, field in model.model_fields.items()]


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models an annotation comes down to."""
    for kind in leaves(annotation):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield kind


def _describe(name: str, field: FieldInfo) -> Setting:
    required = field.is_required()
    default = "" if required or field.default_factory else _default(field.default)
    if field.default_factory:
        default = "made anew"
    return Setting(
        name,
        _type(field.annotation),
        unit_of(field.annotation),
        default,
        required,
        " ".join((field.description or "").split()),
    )


def _default(value: object) -> str:
    if isinstance(value, BaseSettings):
        return "see there"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return str(list(value)) if isinstance(value, (tuple, list)) else str(value)


_WORDS = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    Decimal: "number",
    str: "text",
    Path: "path",
    dt.date: "date",
    AwareDatetime: "date and time with zone",
    dt.time: "time of day",
}


def _type(annotation: Any) -> str:
    """Return a type in the reader's words."""
    annotation = unwrapped(annotation)
    origin = get_origin(annotation)
    if isinstance(annotation, type) and origin is None:
        return "section" if issubclass(annotation, BaseModel) else _WORDS.get(annotation, annotation.__name__)
    if origin is Literal:
        return " or ".join(f"`{arg}`" for arg in get_args(annotation))
    inner = [_type(part) for part in parts(annotation)]
    if origin in (tuple, list, set, frozenset):
        return f"list of {inner[0]}"
    return "section" if origin is dict else " or ".join(inner) or str(annotation)
