"""`Settings`: the base of every settings model, ours and a plugin's. Closed, strict and immutable."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, ConfigDict
from pydantic.fields import FieldInfo

from mia_plugins.units import unit_of

_KEPT = {"extra": "forbid", "strict": True, "frozen": True, "allow_inf_nan": False}


class Settings(BaseModel):
    """Settings that refuse what they do not know: unknown names, other types, numbers that are none."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse a subclass that would accept in silence what this class refuses."""
        super().__pydantic_init_subclass__(**kwargs)
        for name, kept in _KEPT.items():
            if cls.model_config.get(name) != kept:
                raise TypeError(
                    f"{cls.__qualname__} sets {name}={cls.model_config.get(name)!r}; settings keep {kept!r}"
                )
        for name, field in cls.model_fields.items():
            where = f"{cls.__qualname__}.{name}"
            for model in models_in(field.annotation):
                if not issubclass(model, Settings):
                    raise TypeError(f"{where} holds {model.__qualname__}, which is no Settings")
            if _holds(field.annotation, dt.datetime):
                raise TypeError(f"{where} would take a time without a zone; use AwareDatetime")


@dataclass(frozen=True)
class Setting:
    """One setting as people are told of it."""

    name: str
    type: str
    unit: str
    default: str
    required: bool
    help: str


def describe(model: type[Settings]) -> list[Setting]:
    """Return the settings of a model, in the order they are written in."""
    return [_describe(field.alias or name, field) for name, field in model.model_fields.items()]


def _describe(name: str, field: FieldInfo) -> Setting:
    required = field.is_required()
    default = "" if required else _default(field.get_default(call_default_factory=True, validated_data={}))
    annotation = field.annotation
    return Setting(name, _type(annotation), unit_of(annotation), default, required, field.description or "")


def _default(value: object) -> str:
    if isinstance(value, Settings):
        return "see there"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return str(list(value)) if isinstance(value, tuple) else str(value)


_TYPES = {
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
    annotation = getattr(annotation, "__supertype__", annotation)
    if isinstance(annotation, type) and annotation in _TYPES:
        return _TYPES[annotation]
    if next(models_in(annotation), None) or get_origin(annotation) is dict:
        return "section"
    args = [arg for arg in get_args(annotation) if arg is not type(None)]
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{arg}`" for arg in args)
    if get_origin(annotation) in (tuple, list, set, frozenset):
        return f"list of {_type(args[0])}"
    if get_origin(annotation) is Annotated:
        return _type(args[0])
    return " or ".join(map(_type, args)) or getattr(annotation, "__name__", str(annotation))


def _holds(annotation: Any, wanted: type) -> bool:
    return annotation is wanted or any(_holds(part, wanted) for part in get_args(annotation))


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models an annotation mentions, inside unions and containers too."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)
