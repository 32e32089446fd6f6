"""The JSON Schema of a run's settings file, with the settings of every plugin that is installed."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core import CoreSchema

from mia_plugins.errors import PluginError
from mia_plugins.host import PluginHost, Registration
from mia_plugins.settings.model import Settings, describe
from mia_plugins.settings.resolve import settings_model
from mia_plugins.settings.run import COMPONENT_KEYS, SECTIONS, RunSettings

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_EXTENDS = {
    "description": "Files this one is laid over: paths seen from this file, or `mia:` and a shipped one.",
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}, {"type": "null"}],
}


class _Generator(GenerateJsonSchema):
    """Keeps the schema free of titles, which editors would show in the place of descriptions."""

    def generate(self, schema: CoreSchema, mode: JsonSchemaMode = "validation") -> dict[str, Any]:
        """Generate the schema and drop the titles."""
        return {
            key: _untitled(item) for key, item in super().generate(schema, mode).items() if key != "title"
        }


def _untitled(node: Any) -> Any:
    if isinstance(node, dict):
        return {k: _untitled(v) for k, v in node.items() if not (k == "title" and isinstance(v, str))}
    return [_untitled(item) for item in node] if isinstance(node, list) else node


def run_schema(host: PluginHost) -> tuple[dict[str, Any], list[PluginError]]:
    """Return the schema, and the errors of the plugins whose settings could not be had."""
    schema = RunSettings.model_json_schema(schema_generator=_Generator)
    _add_units(schema, RunSettings)
    definitions = schema.setdefault("$defs", {})
    definitions.pop("JsonValue")  # the sections, which are written anew below
    # A file that extends others may leave to them what a run must have.
    schema["properties"]["extends"] = _EXTENDS
    required = schema.pop("required")
    schema["anyOf"] = [{"required": ["extends"]}, {"required": required}]
    faults: list[PluginError] = []
    for kind in SECTIONS:
        names: dict[str, str] = {}
        for row in host.registry.all(kind):
            try:
                names[row.name] = _define(definitions, row, settings_model(host.find(kind, row.name), host))
            except PluginError as error:
                faults.append(error)
        schema["properties"][str(kind)] = _section(schema["properties"][str(kind)], names)
    return {"$schema": DIALECT, "title": "A run of mia", **schema}, faults


def _add_units(schema: dict[str, Any], model: type[Settings]) -> None:
    """Put the unit before each description, where an editor shows it."""
    for setting in describe(model):
        if setting.unit:
            node = schema["properties"][setting.name]
            node["description"] = f"[{setting.unit}] {setting.help}".rstrip()


def _define(definitions: dict[str, Any], row: Registration, model: type[Settings]) -> str:
    """Add a plugin's settings to the definitions, self-contained, and return the reference to them."""
    name = f"{row.kind}.{row.name}"
    own = model.model_json_schema(schema_generator=_Generator, ref_template=f"#/$defs/{name}/$defs/{{model}}")
    _add_units({"properties": own.setdefault("properties", {})}, model)
    keys = {
        "use": {"type": "string", "description": COMPONENT_KEYS["use"]},
        "enabled": {"type": "boolean", "description": COMPONENT_KEYS["enabled"]},
    }
    own["properties"] |= keys
    # `enabled: false` is enough to leave out what a lower file brought in; a lower file may give the rest.
    own.pop("required", None)
    definitions[name] = own | {"description": row.summary or own.get("description", "")}
    return f"#/$defs/{name}"


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
