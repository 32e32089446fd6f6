"""`${env:NAME}`: secrets come from the environment and are written nowhere.

Whatever mia prints goes through `redact`, which puts the reference in the place of the value.
"""

import json
import os
import re

_REFERENCE = re.compile(r"\$\{([^}]*)\}?")
_ENV = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)")
_SHORTEST = 4
_known: dict[str, str] = {}


class SecretError(ValueError):
    """A reference that cannot be resolved."""


def is_reference(text: str) -> bool:
    """Say whether a text refers to the environment, or tries to."""
    return "${" in text


def resolve(text: str) -> str:
    """Return the text with each `${env:NAME}` replaced by its value, remembered for redaction."""
    return _REFERENCE.sub(lambda found: _value(found.group(0), found.group(1)), text)


def _value(reference: str, inside: str) -> str:
    name = _ENV.fullmatch(inside)
    if name is None or not reference.endswith("}"):
        raise SecretError(f"only ${{env:NAME}} is understood; got {reference!r}")
    value = os.environ.get(name[1])
    if value is None:
        raise SecretError(f"the environment variable {name[1]} is not set")
    if len(value) < _SHORTEST:
        raise SecretError(
            f"the environment variable {name[1]} has fewer than {_SHORTEST} characters; "
            "${env:…} is for secrets, and one so short could not be kept out of what is printed"
        )
    _known[value] = reference
    return value


def redact(text: str) -> str:
    """Return the text with every secret that was read replaced by its reference."""
    for value in sorted(_known, key=len, reverse=True):
        for written in {
            value,
            json.dumps(value)[1:-1],
            json.dumps(value, ensure_ascii=False)[1:-1],
            repr(value)[1:-1],
        }:
            text = text.replace(written, _known[value])
    return text
