"""MenthorQ's lines: `$ES1!: Call Resistance, 6100, HVL & Put Support, 5900`, with breaks anywhere.

A break ends a value; within a label it is a space.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from catalog.formats.text import is_missing, number_of

_TICKER = re.compile(r"(?:(?<=[\s,;])|^)\$?([A-Za-z^][\w!.^/]{0,20})[ \t]*:")


_THOUSANDS = re.compile(r"(?<=,)(\s*\$?\d{1,2}),(\d{3}(?:\.\d+)?)(?=\s*(?:[,;\n]|$))")
"""5,412.25 behind a label: 412.25 can be nothing else."""
_EUROPEAN = re.compile(r"(?<=,)(\s*\$?\d{1,2})\.(\d{3}),(\d{1,2})(?=\s*(?:[,;\n]|$))")


@dataclass(frozen=True, slots=True)
class Entry:
    """A label and what is said of it."""

    ticker: str
    """Empty where none stands before it."""
    label: str
    """Empty for a value without one."""
    value: str
    """Empty for a label without one."""
    line: int
    """From 1."""


def entries(text: str) -> Iterator[Entry]:
    """Yield the labels of a text with their values; labels joined by `&` share one."""
    starts = list(_TICKER.finditer(text))
    ends = [*(found.start() for found in starts), len(text)]
    yield from _segment("", text[: ends[0]], 1)
    for found, end in zip(starts, ends[1:], strict=True):
        yield from _segment(found[1], text[found.end() : end], 1 + text.count("\n", 0, found.end()))


def is_value(text: str) -> bool:
    """Say whether a text is a number, or stands for one that is not given."""
    return number_of(text) is not None or (bool(text.strip()) and is_missing(text))


def _segment(ticker: str, text: str, line: int) -> Iterator[Entry]:
    """Yield the entries behind one ticker."""
    label: tuple[str, int] | None = None
    for token, at in _tokens(text, line):
        if not is_value(token):
            if label:
                yield from _labels(ticker, label, "")
            label = (token, at)
        elif label:
            yield from _labels(ticker, label, token)
            label = None
        else:
            yield Entry(ticker, "", token, at)
    if label:
        yield from _labels(ticker, label, "")


def _labels(ticker: str, label: tuple[str, int], value: str) -> Iterator[Entry]:
    names, line = label
    for name in names.split("&"):
        if name.strip():
            yield Entry(ticker, name.strip(), value, line)


def _tokens(text: str, line: int) -> Iterator[tuple[str, int]]:
    """Yield what stands between commas, cut behind a value that ends its line; with its line."""
    at = line
    text = _EUROPEAN.sub(r"\1\2.\3", _THOUSANDS.sub(r"\1\2", text))
    for part in re.split(r"[,;]", text):
        held, start = "", at
        for row in part.split("\n"):
            if held and is_value(held):
                yield held, start
                held = ""
            if not held:
                start = at
            held = f"{held} {row.strip()}".strip()
            at += 1
        at -= 1
        if held:
            yield held, start
