"""A tree against a model: every error of pydantic's as an issue, at its place and in plain words."""

import contextlib
import json
import sys
import traceback
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mia_plugins.errors import did_you_mean, text_of
from mia_plugins.settings.describing import models_in
from mia_plugins.settings.issues import Issue, Location, Mark, dotted
from mia_plugins.settings.texts import TextReader
from mia_plugins.settings.tree import Value


def validate[M: BaseModel](
    model: type[M], value: Value, at: Location = (), reserved: tuple[str, ...] = ()
) -> tuple[M | None, list[Issue]]:
    """Return the model made from a tree that stands at `at`, or the issues.

    `reserved` names keys that stand beside the model's own and are read by someone else.
    """
    own = {key: item for key, item in value.mapping.items() if key not in reserved}
    texts = TextReader()
    data = texts.read(model, replace(value, content=own), at).plain()
    try:
        with contextlib.redirect_stdout(sys.stderr):  # what a plugin's validator prints is no answer of ours
            made = model.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        said = {issue.where for issue in texts.issues}
        issues = _Translation(model, value, at, reserved).issues(error)
        return None, texts.issues + [issue for issue in issues if issue.where not in said]
    except Exception as error:  # noqa: BLE001 a plugin's validator may raise anything
        text = f"its settings model {model.__qualname__} raised {type(error).__name__}: {text_of(error)}"
        detail = "".join(traceback.format_exception(error))
        return None, [Issue(value.mark, dotted(at), text, is_plugin=True, detail=detail)]
    return (None if texts.issues else made), texts.issues


@dataclass(frozen=True)
class _Translation:
    """pydantic's errors about one tree, as issues of its file."""

    model: type[BaseModel]
    value: Value
    at: Location
    reserved: tuple[str, ...]

    def issues(self, error: ValidationError) -> list[Issue]:
        """Return one issue a place; the alternatives of a union that failed are told together."""
        rows = error.errors(include_url=False)
        inner = [row["loc"] for row in rows]
        found: dict[tuple[Mark, str], list[str]] = defaultdict(list)
        for row in rows:
            if not _follows(row["loc"], inner):
                issue = self._issue(row)
                found[issue.mark, issue.where].append(issue.text)
        return [Issue(mark, where, _together(texts)) for (mark, where), texts in found.items()]

    def _issue(self, row: ErrorDetails) -> Issue:
        location = _written(row["loc"], self.value)
        where = dotted((*self.at, *location))
        found = self.value.at(location)
        if row["type"] == "missing":
            return Issue((self.value.at(location[:-1]) or self.value).mark, where, "is required and missing")
        found = found or self.value
        if row["type"] == "extra_forbidden":
            known = [*fields_at(self.model, location[:-1]), *(self.reserved if len(location) == 1 else ())]
            return Issue(found.key_mark, where, f"unknown name{did_you_mean(str(location[-1]), known)}")
        if row["loc"][-1:] == ("[key]",):
            return Issue(found.key_mark, where, "should be a name such as 'late_friday'")
        return Issue(found.mark, where, _explain(row, found))


def _follows(loc: tuple[int | str, ...], others: list[tuple[int | str, ...]]) -> bool:
    """Say whether an error is but the consequence of one further inside."""
    return bool(loc) and any(len(other) > len(loc) and other[: len(loc)] == loc for other in others)


def _together(texts: list[str]) -> str:
    """Return `should be a or b; got c` for `should be a; got c` and `should be b; got c`."""
    expected = [text.removeprefix("should be ").partition("; got ")[0] for text in texts]
    if len(texts) == 1 or not all(text.startswith("should be ") for text in texts):
        return "; ".join(texts)
    return f"should be {' or '.join(expected)}; got {texts[0].partition('; got ')[2]}"


def _written(loc: tuple[int | str, ...], value: Value) -> Location:
    """Return the part of pydantic's location that stands in the file, with a missing last name kept."""
    location: list[str | int] = []
    current = value
    for number, part in enumerate(loc):
        child = current.child(part)
        if child is not None:
            location.append(part)
            current = child
        elif number == len(loc) - 1 and isinstance(current.content, dict) and part != "[key]":
            location.append(part)
    return tuple(location)


def fields_at(model: type[BaseModel], location: Location) -> list[str]:
    """Return the names a model knows at a location."""
    models = [model]
    for part in location:
        if isinstance(part, str):
            models = [
                inner
                for m in models
                if part in m.model_fields
                for inner in models_in(m.model_fields[part].annotation)
            ] or models
    return [name for m in models for name in m.model_fields]


Explain = Callable[[Mapping[str, Any]], str]
_EXPECTED: dict[str, Explain] = {
    "bool_type": lambda _: "should be true or false",
    "bool_parsing": lambda _: "should be true or false",
    "int_type": lambda _: "should be a whole number",
    "int_from_float": lambda _: "should be a whole number",
    "float_type": lambda _: "should be a number",
    "decimal_type": lambda _: "should be a number",
    "decimal_parsing": lambda _: "should be a number",
    "string_type": lambda _: "should be text, in quotes if it looks like something else",
    "path_type": lambda _: "should be a path",
    "date_type": lambda _: "should be a date such as 2026-06-01",
    "date_parsing": lambda _: "should be a date such as 2026-06-01",
    "date_from_datetime_parsing": lambda _: "should be a date such as 2026-06-01",
    "date_from_datetime_inexact": lambda _: "should be a date such as 2026-06-01, without a time",
    "time_type": lambda _: "should be a time of day such as 09:30",
    "time_parsing": lambda _: "should be a time of day such as 09:30",
    "datetime_type": lambda _: "should be a date and time such as 2026-06-01T13:30:00Z",
    "datetime_parsing": lambda _: "should be a date and time such as 2026-06-01T13:30:00Z",
    "datetime_from_date_parsing": lambda _: "should be a date and time such as 2026-06-01T13:30:00Z",
    "timezone_aware": lambda _: "should carry its zone, such as 2026-06-01T13:30:00Z",
    "tuple_type": lambda _: "should be a list",
    "list_type": lambda _: "should be a list",
    "set_type": lambda _: "should be a list",
    "frozen_set_type": lambda _: "should be a list",
    "dict_type": lambda _: "should be a section of `name: value` lines",
    "model_type": lambda _: "should be a section of `name: value` lines",
    "model_attributes_type": lambda _: "should be a section of `name: value` lines",
    "too_short": lambda ctx: f"should have at least {ctx['min_length']}",
    "too_long": lambda ctx: f"should have at most {ctx['max_length']}",
    "literal_error": lambda ctx: f"should be {ctx['expected']}",
    "enum": lambda ctx: f"should be {ctx['expected']}",
}


def _explain(row: ErrorDetails, found: Value) -> str:
    context = row.get("ctx", {})
    if row["type"] in ("value_error", "assertion_error"):
        return str(context.get("error") or row["msg"])
    expected = _EXPECTED.get(row["type"])
    text = expected(context) if expected else row["msg"].replace("Input should", "should", 1)
    near = ""
    if row["type"] in ("literal_error", "enum") and isinstance(found.content, str):
        near = did_you_mean(
            found.content, [name.strip("'") for name in context["expected"].replace(" or ", ", ").split(", ")]
        )
    reason = f" ({context['error']})" if "parsing" in row["type"] and "error" in context else ""
    return f"{text}; got {_got(found)}{reason}{near if 'did you mean' in near else ''}"


def _got(value: Value) -> str:
    """Return what was written, never a secret."""
    content = value.content
    if isinstance(content, str):
        short = content if len(content) <= 60 else f"{content[:57]}..."
        return value.secret or f"the text {short!r}"
    if isinstance(content, bool):
        return str(content).lower()
    if content is None:
        return "nothing"
    return (
        "a section" if isinstance(content, dict) else "a list" if isinstance(content, list) else str(content)
    )
