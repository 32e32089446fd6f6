"""Files of a format, damaged in every way: each is read or refused in words, and no record is lost."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mia_plugins.errors import MiaError
from mia_plugins.importing import Importer
from tests.importing import bring, read

ODD = [
    b"\x00",
    b"\xff" * 8,
    b"\x7f\xff\xff\xff",
    b"\x00\x00\x80\x7f",
    b"\x00\x00\xc0\x7f",
    b"-1",
    b"1e308",
    b"\n",
    b'"',
    b",",
    b"nan",
]
"""Bytes that numbers and texts are fond of: none, the largest, infinity, not a number."""
SECONDS = 30.0
"""Of the processor, for one damaged file at most: one whose times are of forty years asks for as many calendars."""


@dataclass(frozen=True)
class Format:
    """A format and a sound file of it, of a few thousand bytes at most."""

    importer: Importer
    name: str
    sample: bytes
    records: Callable[[bytes], int | None] = lambda _: None
    """How many records a file has, counted without the importer; None where only it can tell."""
    whole: int = 100
    """Every so many files are imported into a catalog, too."""


def mutated(sample: bytes, rng: np.random.Generator) -> bytes:
    """Return a sample after one to four accidents."""
    found = bytearray(sample)
    for _ in range(int(rng.integers(1, 5))):
        place, other = (int(rng.integers(0, len(found) + 1)) for _ in range(2))
        end = place + int(rng.integers(1, 65))
        odd = ODD[int(rng.integers(0, len(ODD)))]
        flipped = bytes(byte ^ 1 << int(rng.integers(0, 8)) for byte in found[place : place + 1])
        accidents: list[tuple[int, bytes]] = [
            (place + 1, flipped),
            (place + len(odd), odd),
            (end, b""),
            (place, rng.bytes(end - place)),
            (place, bytes(found[other : other + end - place])),
            (len(found), b""),
            (end, bytes(found[other : other + end - place])),
        ]
        until, put = accidents[int(rng.integers(0, len(accidents)))]
        found[place:until] = put
    return bytes(found)


def survives(form: Format, count: int, seed: int = 1) -> None:
    """Read so many damaged files; a traceback, a hang, or a record that nobody accounts for fails."""
    rng = np.random.default_rng(seed)
    taken = refused = 0
    for number in range(count):
        content = mutated(form.sample, rng)
        begun = time.process_time()
        try:
            if number % form.whole == 0:
                quality = bring(form.importer, form.name, content, f"cat{number}")
            else:
                _, quality = read(form.importer, form.name, content)
        except MiaError as error:
            assert form.name in error.what or "mia" in error.what, error.what
            refused += 1
            continue
        except Exception as error:
            Path("damaged").write_bytes(content)
            raise AssertionError(f"{form.name}, file {number}: see {os.getcwd()}/damaged") from error  # noqa: PTH109
        assert time.process_time() - begun < SECONDS
        assert quality.lost == 0
        there = form.records(content)
        assert there is None or quality.read == there, (number, quality.read, there)
        assert json.dumps(quality.data())
        taken += 1
    # A test of files that are all refused at their first byte, or none, would say little.
    assert taken > count / 20
