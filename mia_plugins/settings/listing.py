"""A run's settings written out: every value, its unit, and the line that gave it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from mia_plugins.hookspecs import Kind
from mia_plugins.secrets import redact_data
from mia_plugins.settings.describing import models_in
from mia_plugins.settings.issues import Location, dotted
from mia_plugins.settings.layers import PRESETS, SHIPPED, read_text, shipped_configs
from mia_plugins.settings.model import BaseSettings
from mia_plugins.settings.resolve import Run
from mia_plugins.settings.run import SECTIONS
from mia_plugins.settings.tree import teach_core_schema
from mia_plugins.units import unit_of

DEFAULT = "default"
LARGEST_WHOLE = 1e15


class _CoreDumper(yaml.SafeDumper):
    """Quotes a text only where YAML 1.2's core schema would read it as something else."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 as PyYAML has it


teach_core_schema(_CoreDumper)


def settings_data(run: Run) -> dict[str, Any]:
    """Return all settings as plain data, defaults included, secrets as their references."""
    data = jsonable(run.settings.model_dump())
    for kind in SECTIONS:
        data[str(kind)] = {name: _component_data(run, kind, name) for name in data[str(kind)]}
    return {name: redact_data(value) for name, value in data.items()}


def _component_data(run: Run, kind: Any, name: str) -> dict[str, Any]:
    component = run.component(kind, name)
    if component is None:
        return {"enabled": False}
    use = component.registration.name
    own = jsonable(component.settings.model_dump())
    if kind is Kind.FEATURES:
        own = {"weight": _number(component.weight), **own}
    return own if use == name else {"use": use, **own}


def jsonable(value: Any) -> Any:
    """Return data that JSON and YAML hold; a number is written one way, and a set in one order."""
    if isinstance(value, dict):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(map(jsonable, value), key=str)
    if isinstance(value, (list, tuple)):
        return [jsonable(item) for item in value]
    if isinstance(value, (float, Decimal)):
        return _number(value)
    return to_jsonable_python(value)


def _number(value: float | Decimal) -> int | float:
    """Return a number as people write it: 4 for 4.0."""
    number = float(value)
    return int(number) if abs(number) < LARGEST_WHOLE and number.is_integer() else number


def origins(run: Run) -> dict[str, str]:
    """Return for each single value the place it was written at, or `default`."""
    return {dotted(at): _origin(run, at) for at, _ in _leaves(settings_data(run), ())}


def _origin(run: Run, at: Location) -> str:
    value = run.layers.tree.at(at)
    if value is None:
        return DEFAULT
    source = _source(run, at, value.mark.file)
    return f"{value.mark} ({source})" if source else str(value.mark)


def _source(run: Run, at: Location, file: str) -> str:
    """Return where a preset has a value from: the comment on its line, or on that of what it is part of."""
    if not file.startswith(f"{SHIPPED}{PRESETS}/"):
        return ""
    lines = read_text(shipped_configs() / file.removeprefix(SHIPPED), file).splitlines()
    for end in range(len(at), 0, -1):
        value = run.layers.tree.at(at[:end])
        if value is not None and value.key_mark.file == file:
            _, _, comment = lines[value.key_mark.line - 1].partition(" # ")
            if comment:
                return comment.strip()
    return ""


def _leaves(data: Any, at: Location) -> Iterator[tuple[Location, Any]]:
    if isinstance(data, dict):
        for key, item in data.items():
            yield from _leaves(item, (*at, key))
    else:
        yield at, data


def settings_yaml(run: Run, data: dict[str, Any] | None = None, *, with_origin: bool = False) -> str:
    """Return a settings file that says all a run's settings and extends nothing.

    `data` are those to say, where it is not all. With `with_origin` each line ends in a comment: unit, and
    the place that gave the value.
    """
    rows = list(_lines(run, settings_data(run) if data is None else data, ()))
    if not with_origin:
        return "".join(f"{text}\n" for text, _ in rows)
    width = min(60, max(len(text) for text, _ in rows))
    return "".join(f"{text:<{width}}  # {note}\n" if note else f"{text}\n" for text, note in rows)


def _lines(run: Run, data: dict[str, Any], at: Location) -> Iterator[tuple[str, str]]:
    indent = "  " * len(at)
    for key, item in data.items():
        here = (*at, key)
        if isinstance(item, dict) and item:
            yield f"{indent}{_scalar(key)}:", ""
            yield from _lines(run, item, here)
        elif item != {} or at:
            note = ", ".join(filter(None, (_unit(run, here), _origin(run, here))))
            yield f"{indent}{_scalar(key)}: {_scalar(item)}", note


def _scalar(value: Any) -> str:
    text: str = yaml.dump(value, Dumper=_CoreDumper, default_flow_style=True, width=10**6, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")


def _unit(run: Run, at: Location) -> str:
    """Return the unit of the field at a location."""
    model: type[BaseModel] = type(run.settings)
    if at[0] in {str(kind) for kind in SECTIONS}:
        component = next((c for c in run.components if (str(c.kind), c.name) == at[:2]), None)
        model, at = (type(component.settings), at[2:]) if component else (BaseSettings, ())
    for part in at:
        field = model.model_fields.get(str(part))
        if field is None:
            return ""
        if part == at[-1]:
            return unit_of(field.annotation)
        model = next(models_in(field.annotation), BaseSettings)
    return ""
