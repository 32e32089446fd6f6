"""`${env:NAME}`: secrets come from the environment and are written nowhere.

Whatever mia prints goes through `redact`, which puts the reference in the place of the value, and so
does what plugins print while a command runs.
"""

import io
import json
import os
import re
from typing import Any, BinaryIO, TextIO

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
    _remember(value, reference)
    return value


def _remember(value: str, reference: str) -> None:
    """Know a secret in every form it may be printed in: stripped, line by line, quoted."""
    for part in {value, value.strip(), *map(str.strip, value.splitlines())}:
        if len(part) >= _SHORTEST:
            for form in (
                part,
                json.dumps(part)[1:-1],
                json.dumps(part, ensure_ascii=False)[1:-1],
                repr(part)[1:-1],
            ):
                _known[form] = reference


def known() -> dict[str, str]:
    """Return what `redact` replaces and by what: for a process of ours, never to be written."""
    return dict(_known)


def know(forms: dict[str, str]) -> None:
    """Replace, from now on, also what another process knows."""
    _known.update(forms)


def redact(text: str) -> str:
    """Return the text with every secret that was read replaced by its reference."""
    for form in sorted(_known, key=len, reverse=True):
        text = text.replace(form, _known[form])
    return text


def redact_data(data: Any) -> Any:
    """Return plain data with the secrets in its texts replaced by their references."""
    if isinstance(data, dict):
        return {redact_data(key): redact_data(item) for key, item in data.items()}
    if isinstance(data, (list, tuple)):
        return [redact_data(item) for item in data]
    return redact(data) if isinstance(data, str) else data


class RedactedStream(io.TextIOBase):
    """A stream that no secret gets through, whoever writes."""

    def __init__(self, stream: TextIO) -> None:
        """`stream` is where the text goes."""
        self._stream = stream

    def write(self, text: str) -> int:
        """Write the text without the secrets in it."""
        self._stream.write(redact(text))
        return len(text)

    def write_redacted(self, text: str) -> None:
        """Write what `redact_data` has been over: a word of JSON may be a secret by chance."""
        self._stream.write(text)

    def flush(self) -> None:
        """Pass it on, unless the stream is gone, as it may be when this is cleared away."""
        if not self._stream.closed:
            self._stream.flush()

    def isatty(self) -> bool:
        """Say whether a terminal is at the other end."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the number of the file underneath."""
        return self._stream.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the stream underneath."""
        return self._stream.encoding

    @property
    def buffer(self) -> BinaryIO:
        """The bytes underneath; what is written to them is not looked at."""
        return self._stream.buffer
