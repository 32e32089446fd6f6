"""Random numbers inside kernels: xoshiro256++ on a state of four words, seeded from a stream.

numpy's Generator would need the counting of references that our kernels do without.
"""

import math

import numpy as np
from numpy.typing import NDArray

from mia_plugins.kernels import kernel

Words = NDArray[np.uint64]
TO_UNIT = 2.0**-53
"""The upper 53 bits of a word, as a share of 1."""


def seeded(rng: np.random.Generator) -> Words:
    """Return the state of a kernel's random numbers, drawn from a stream."""
    return rng.integers(1, np.iinfo(np.uint64).max, 4, dtype=np.uint64)


@kernel
def _rotated(word: np.uint64, left: np.uint64) -> np.uint64:
    return (word << left) | (word >> (np.uint64(64) - left))


@kernel
def uniform(words: Words) -> float:
    """Draw from [0, 1)."""
    result = _rotated(words[0] + words[3], np.uint64(23)) + words[0]
    shifted = words[1] << np.uint64(17)
    words[2] ^= words[0]
    words[3] ^= words[1]
    words[1] ^= words[2]
    words[0] ^= words[3]
    words[2] ^= shifted
    words[3] = _rotated(words[3], np.uint64(45))
    return float(result >> np.uint64(11)) * TO_UNIT


@kernel
def exponential(words: Words, mean: float) -> float:
    """Draw a waiting time of a given mean."""
    return -mean * math.log(1.0 - uniform(words))


@kernel
def normal(words: Words) -> float:
    """Draw a standard normal number."""
    return math.sqrt(-2.0 * math.log(1.0 - uniform(words))) * math.cos(2.0 * math.pi * uniform(words))
