"""A path in a settings file is seen from that file, whichever file of the layers gave it."""

from dataclasses import replace
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from mia_plugins.settings.layers import SHIPPED
from mia_plugins.settings.tree import Value


def place_paths(annotation: Any, value: Value) -> Value:
    """Return the tree with every path that `annotation` knows of joined to the folder of its file."""
    content = value.content
    if annotation is Path:
        return replace(value, content=_seen_from(value)) if isinstance(content, str) and content else value
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _fields(annotation, value)
    parts = [part for part in get_args(annotation) if part is not type(None)]
    if isinstance(content, list) and parts:
        return replace(value, content=[place_paths(parts[0], item) for item in content])
    if isinstance(content, dict) and get_origin(annotation) is dict:
        return replace(value, content={key: place_paths(parts[1], item) for key, item in content.items()})
    for part in parts:
        value = place_paths(part, value)
    return value


def _fields(model: type[BaseModel], value: Value) -> Value:
    if not isinstance(value.content, dict):
        return value
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    content = {
        key: place_paths(fields[key].annotation, item) if key in fields else item
        for key, item in value.content.items()
    }
    return replace(value, content=content)


def _seen_from(value: Value) -> str:
    text = str(value.content)
    if text.startswith("~"):
        try:
            return str(Path(text).expanduser())
        except RuntimeError:
            return text
    return text if value.mark.file.startswith(SHIPPED) else str(Path(value.mark.file).parent / text)
