"""Random streams: one for each component, instrument and day, so that adding one shifts no other."""

import datetime as dt
import zlib

import numpy as np


def stream(seed: int, component: str, day: dt.date, instrument: str = "") -> np.random.Generator:
    """Return the generator that one component uses for one instrument on one day.

    The key holds names, not positions: a new component or instrument leaves all others as they were.
    """
    key = (zlib.crc32(component.encode()), zlib.crc32(instrument.encode()), day.toordinal())
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))
