"""What a text in a settings file may become: a path seen from its file, never a number.

pydantic would read `"1_000"` as money and `"1780272000"` as a date. Here a text is looked at beside the
annotation it is meant for, where its place in the file is known.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import AwareDatetime, BaseModel

from mia_plugins.settings.issues import Issue, Location, dotted
from mia_plugins.settings.layers import SHIPPED
from mia_plugins.settings.tree import Value
from mia_plugins.settings.types import parts, unwrapped

_CONTAINERS = (dict, tuple, list, set, frozenset)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class TextReader:
    """Walks a tree beside the annotations it is meant for, and notes the texts that are out of place."""

    def __init__(self) -> None:
        """Begin without issues."""
        self.issues: list[Issue] = []

    def read(self, annotation: Any, value: Value, at: Location) -> Value:
        """Return the tree with its paths joined to the folders of the files that gave them."""
        options = list(_options(annotation))
        if isinstance(value.content, str):
            return self._text(options, value, at)
        for option in options:
            if isinstance(value.content, dict):
                inner = _inner(option, value)
                content = {
                    key: self.read(inner[key], item, (*at, key)) if key in inner else item
                    for key, item in value.mapping.items()
                }
                if inner:
                    return replace(value, content=content)
            elif isinstance(value.content, list) and get_origin(option) in _CONTAINERS and parts(option):
                item_type = parts(option)[0]
                rows = [self.read(item_type, item, (*at, n)) for n, item in enumerate(value.content)]
                return replace(value, content=rows)
        return value

    def _text(self, options: list[Any], value: Value, at: Location) -> Value:
        text = str(value.content)
        kinds = {option for option in options if get_origin(option) is None}
        words = {word for option in options if get_origin(option) is Literal for word in get_args(option)}
        if text in words or str in kinds:
            return value
        problem = _problem(text, kinds)
        if problem:
            got = value.secret or f"the text {text[:60]!r}"
            self.issues.append(Issue(value.mark, dotted(at), f"{problem}; got {got}"))
        return replace(value, content=_seen_from(value)) if Path in kinds and text else value


def _problem(text: str, kinds: set[Any]) -> str:
    """Say what is wrong with a text that is to become one of these kinds."""
    if Path in kinds:
        return "" if text else "should be a path"
    if kinds == {Decimal}:
        return "should be a number"
    if kinds and kinds <= {dt.date, AwareDatetime} and not _DAY.match(text):
        example = "a date such as 2026-06-01"
        return (
            f"should be {example}"
            if dt.date in kinds
            else "should be a date and time such as 2026-06-01T13:30:00Z"
        )
    return ""


def _options(annotation: Any) -> Iterator[Any]:
    """Yield the alternatives of an annotation: plain types, containers, literals."""
    annotation = unwrapped(annotation)
    if isinstance(annotation, type) or get_origin(annotation) in (*_CONTAINERS, Literal):
        yield annotation
    else:
        for part in parts(annotation):
            yield from _options(part)


def _inner(option: Any, value: Value) -> dict[str, Any]:
    """Return the annotations of the values of a mapping, by key."""
    if get_origin(option) is dict and parts(option):
        return dict.fromkeys(value.mapping, parts(option)[-1])
    if isinstance(option, type) and issubclass(option, BaseModel):
        return {name: field.annotation for name, field in option.model_fields.items()}
    return {}


def _seen_from(value: Value) -> str:
    text = str(value.content)
    if text.startswith("~"):
        try:
            return str(Path(text).expanduser())
        except RuntimeError:
            return text
    return text if value.mark.file.startswith(SHIPPED) else str(Path(value.mark.file).parent / text)
