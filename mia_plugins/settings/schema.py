"""The JSON Schema of a run's settings file, with the settings of every plugin that is installed."""

import traceback
from typing import Any

from pydantic import BaseModel

from mia_plugins.errors import PluginError, text_of
from mia_plugins.host import PluginHost, Registration
from mia_plugins.settings.describing import describe, models_in
from mia_plugins.settings.model import BaseSettings
from mia_plugins.settings.resolve import settings_model
from mia_plugins.settings.run import SECTIONS, RunSettings, component_keys

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_EXTENDS = {
    "description": "Files this one is laid over: paths seen from this file, or `mia:` and a shipped one.",
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
}
_OF_HOST: dict[str, dict[str, Any]] = {
    "use": {"type": "string"},
    "enabled": {"type": "boolean"},
    "weight": {"type": "number", "minimum": 0},
}
"""Keys of a component that are the host's."""
_DATA = ("default", "const", "enum", "examples")
"""Keys of a schema whose values are data, not schemas."""


def run_schema(host: PluginHost) -> tuple[dict[str, Any], list[PluginError]]:
    """Return the schema, and the errors of the plugins whose settings could not be had."""
    schema = model_schema(RunSettings, "#/$defs")
    definitions = schema.setdefault("$defs", {})
    definitions.pop("JsonValue")  # the sections, which are written anew below
    schema["properties"]["extends"] = _EXTENDS
    # A file that extends others may leave to them what a run must have.
    schema["anyOf"] = [{"required": ["extends"]}, {"required": schema.pop("required")}]
    faults: list[PluginError] = []
    for kind in SECTIONS:
        names: dict[str, str] = {}
        for name in host.registry.names(kind):
            try:
                row = host.find(kind, name)
                definitions[f"{kind}.{name}"] = component_schema(row, host)
                names[name] = f"#/$defs/{kind}.{name}"
            except PluginError as error:
                faults.append(error)
        schema["properties"][str(kind)] = _section(schema["properties"][str(kind)], names)
    return {"$schema": DIALECT, "title": "A run of mia", **schema}, faults


def component_schema(row: Registration, host: PluginHost) -> dict[str, Any]:
    """Return the schema of a plugin's settings as they stand in a file, definitions inside."""
    model = settings_model(row, host)
    try:
        own = model_schema(model, f"#/$defs/{row.kind}.{row.name}/$defs")
    except Exception as error:
        raise PluginError(
            f"the settings of {row.kind.one} '{row.name}' of plugin {row.provider} have no JSON Schema: "
            f"{type(error).__name__}: {text_of(error).partition(chr(10))[0]}",
            "declare them with types that YAML has",
            detail="".join(traceback.format_exception(error)),
        ) from error
    if "$ref" in own:  # a model that holds itself stands among the definitions
        own |= own["$defs"][own.pop("$ref").rpartition("/")[2]]
    own["properties"] = own.get("properties", {}) | {
        key: _OF_HOST[key] | {"description": text} for key, text in component_keys(row.kind).items()
    }
    # A lower file may give what is required.
    own.pop("required", None)
    return own | {"description": row.summary or own.get("description", "")}


def model_schema(model: type[BaseSettings], definitions: str) -> dict[str, Any]:
    """Return a model's schema, units in its descriptions; `definitions` is where its `$defs` will stand."""
    schema = model.model_json_schema(ref_template=f"{definitions}/{{model}}")
    nodes = {model.__name__: schema} | schema.get("$defs", {})
    for inner in _models(model, set()):
        properties = nodes.get(inner.__name__, {}).get("properties", {})
        for setting in describe(inner):
            if setting.unit and setting.name in properties:
                properties[setting.name]["description"] = f"[{setting.unit}] {setting.help}".rstrip()
    untitled: dict[str, Any] = _untitled(schema)
    return untitled


def _models(model: type[BaseModel], seen: set[type[BaseModel]]) -> set[type[BaseSettings]]:
    """Return a model and all that it holds."""
    if model not in seen:
        seen.add(model)
        for field in model.model_fields.values():
            for inner in models_in(field.annotation):
                _models(inner, seen)
    return {found for found in seen if issubclass(found, BaseSettings)}


def _untitled(node: Any) -> Any:
    """Drop the titles, which editors would show in the place of descriptions."""
    if isinstance(node, list):
        return [_untitled(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: item if key in _DATA else _named(item) if key in ("properties", "$defs") else _untitled(item)
        for key, item in node.items()
        if key != "title"
    }


def _named(nodes: dict[str, Any]) -> dict[str, Any]:
    """Return schemas by name; a name may well be `title`."""
    return {name: _untitled(node) for name, node in nodes.items()}


def _section(node: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Return a section: a key is a plugin's name, or a name of the user's own with `use:`."""
    return {
        "type": "object",
        "description": node.get("description", ""),
        "properties": {name: _component(names, name) for name in names},
        "additionalProperties": _component(names),
        "propertyNames": {"pattern": "^[a-z][a-z0-9_]*$"},
        "default": {},
    }


def _component(names: dict[str, str], key: str = "") -> dict[str, Any]:
    """Return what may stand under a key; one that is switched off is not looked at."""
    by_use = [
        {"if": _object({"use": {"const": name}}), "then": {"$ref": reference}}
        for name, reference in names.items()
    ]
    if key:
        by_use.append({"if": {"type": "object", "not": {"required": ["use"]}}, "then": {"$ref": names[key]}})
    on: dict[str, Any] = {"type": ["object", "null"], "properties": {"use": {"enum": sorted(names)}}}
    return {"if": _object({"enabled": {"const": False}}), "else": on | ({"allOf": by_use} if by_use else {})}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}
