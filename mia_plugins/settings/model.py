"""`BaseSettings`: the base of every settings model, ours and a plugin's. Closed, strict and immutable."""

import datetime as dt
from dataclasses import is_dataclass
from typing import Annotated, Any, is_typeddict

from pydantic import (
    BaseModel,
    ConfigDict,
    FutureDatetime,
    NaiveDatetime,
    PastDatetime,
    TypeAdapter,
    ValidationError,
    field_validator,
)
from pydantic.fields import FieldInfo

from mia_plugins.settings.types import leaves

_KEPT = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)
_WITHOUT_ZONE = (dt.datetime, NaiveDatetime, PastDatetime, FutureDatetime)


class BaseSettings(BaseModel):
    """Settings that refuse what they do not know: unknown names, other types, numbers that are none."""

    model_config = ConfigDict(**_KEPT, use_attribute_docstrings=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse a subclass that would accept in silence what this class refuses."""
        super().__pydantic_init_subclass__(**kwargs)
        for name, kept in _KEPT.items():
            chosen = cls.model_config.get(name)
            if chosen != kept:
                raise TypeError(f"{cls.__qualname__} sets {name}={chosen!r}; settings keep {kept!r}")
        for name, field in cls.model_fields.items():
            problem = _problem(field)
            if problem:
                raise TypeError(f"{cls.__qualname__}.{name} {problem}")

    @field_validator("*", mode="after")
    @classmethod
    def _time_of_day_has_no_zone(cls, value: Any) -> Any:
        if isinstance(value, dt.time) and value.tzinfo:
            raise ValueError("should be a time of day without a zone, such as 09:30")
        return value


def _problem(field: FieldInfo) -> str:
    """Return what makes a field one that settings cannot have."""
    if field.alias or field.validation_alias or field.serialization_alias:
        return "has an alias; a setting has one name"
    for kind in leaves(field.annotation):
        if kind in _WITHOUT_ZONE:
            return "would take a time without a zone; use AwareDatetime"
        is_model = isinstance(kind, type) and issubclass(kind, BaseModel)
        if (is_model and not issubclass(kind, BaseSettings)) or is_dataclass(kind) or is_typeddict(kind):
            return f"holds {kind.__qualname__}, which is no BaseSettings"
    return _wrong_default(field)


def _wrong_default(field: FieldInfo) -> str:
    """Say what is wrong with a default: pydantic takes one as it is."""
    if field.is_required() or field.default_factory or isinstance(field.default, BaseModel):
        return ""
    checked: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    try:
        TypeAdapter(checked, config=ConfigDict(strict=True, allow_inf_nan=False)).validate_python(
            field.default
        )
    except ValidationError as error:
        return f"has a wrong default, {field.default!r}: {error.errors()[0]['msg']}"
    return ""
