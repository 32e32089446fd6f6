"""Data as people compare them: nested settings and statistics line by line, times as text."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

_NS = 10**9


def flat(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested mappings as one, with dotted names; a list is one value."""
    return dict(_leaves(data, ""))


def _leaves(data: Mapping[str, Any], before: str) -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def utc_text(ns: int) -> str:
    """Return UTC ns as people read it: 2026-06-01T13:30:00.000000001Z."""
    seconds, rest = divmod(ns, _NS)
    return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
