"""Files that are damaged in all ways, for whatever reads files that others made."""

from collections.abc import Iterator

import numpy as np

SCRAPS = (
    *(
        b"",
        b"\x00",
        b"\xff\xfe",
        b"\n",
        b"\r\n",
        b",",
        b";",
        b'"',
        b"&",
        b":",
        b"$",
        b"{",
        b"}",
        b"[",
        b"]",
        b"null",
    ),
    *(
        b"NaN",
        b"1e999",
        b"-1",
        b"0",
        b"9" * 40,
        b"99/99/9999",
        b"2026-02-30",
        b"N/A",
        b"true",
        b"\xc3\x28",
        b"K",
    ),
)


def damaged(data: bytes, seed: int, count: int) -> Iterator[bytes]:
    """Yield files with one to four faults each: bytes changed, cut out, put in, doubled, swapped, cut short."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        one = bytearray(data)
        for _ in range(int(rng.integers(1, 5))):
            _damage(one, rng)
        yield bytes(one)


def _damage(data: bytearray, rng: np.random.Generator) -> None:
    if not data:
        return
    # Heads are short and say the most: half of the faults are there.
    reach = len(data) if rng.random() < 0.5 else min(len(data), 400)
    at = int(rng.integers(reach))
    behind = slice(at, at + int(rng.integers(1, 65)))
    size = len(data[behind])
    put, place = (
        (bytes([data[at] ^ 1 << int(rng.integers(8))]), slice(at, at + 1)),
        (bytes([int(rng.choice([0, 1, 127, 128, 255]))]), slice(at, at + 1)),
        (b"", behind),
        (rng.bytes(size), slice(at, at)),
        (bytes(data[behind]), slice(at, at)),
        (b"", slice(at, None)),
        (bytes([int(rng.choice([0, 255]))]) * size, behind),
        (SCRAPS[int(rng.integers(len(SCRAPS)))], slice(at, at)),
    )[int(rng.integers(8))]
    data[place] = put
