"""Whole ticks and contracts to and from the decimals that Nautilus keeps prices and sizes in.

Nautilus' files hold decimal128(38, 16): a number times 10^16 in 128 bits, little-endian. The arithmetic
is on two halves, as Python's own costs a microsecond a number and a depth update has forty.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mia_plugins.data.instruments import TICK

SCALE = 16
DECIMAL = pa.decimal128(38, SCALE)
RAW_TICK = int(TICK * 10**SCALE)
"""What one tick is in a file."""
RAW_LOT = 10**SCALE
"""What one contract is in a file."""

_HALF = np.uint64(32)
_LOW = np.uint64(2**32 - 1)


def decimals_of(units: NDArray[np.signedinteger[Any]], raw_unit: int) -> pa.Array:
    """Return ticks or contracts, of less than 2^31 each, as decimals."""
    flat = np.ascontiguousarray(units, np.int64).ravel()
    halves = _product(np.abs(flat).view(np.uint64), raw_unit)
    below_zero = flat < 0
    if below_zero.any():
        halves[below_zero] = _negated(halves[below_zero])
    return pa.Array.from_buffers(DECIMAL, len(flat), [None, pa.py_buffer(halves)])


def units_of(decimals: pa.Array, raw_unit: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return decimals as the nearest whole ticks or contracts, and which of them are exactly whole."""
    from mia_plugins.data.counting import count_units  # numba: a second to import, and few ask for it

    halves = _halves(decimals)
    units, is_whole = np.empty(len(halves), np.int64), np.empty(len(halves), np.bool_)
    count_units(halves, raw_unit, units, is_whole)
    return units, is_whole


def floats_of(decimals: pa.Array) -> NDArray[np.float64]:
    """Return decimals as floats, for what need not be exact."""
    halves = _halves(decimals)
    high = halves[:, 1].astype(np.int64).astype(np.float64)
    floats: NDArray[np.float64] = (high * 2.0**64 + halves[:, 0].astype(np.float64)) / 10.0**SCALE
    return floats


def _halves(decimals: pa.Array) -> NDArray[np.uint64]:
    """Return the low and high 64 bits of each decimal, (n, 2)."""
    every = np.frombuffer(decimals.buffers()[1], np.uint64).reshape(-1, 2)
    return every[decimals.offset : decimals.offset + len(decimals)]


def _product(units: NDArray[np.uint64], raw_unit: int) -> NDArray[np.uint64]:
    """Return units times the raw unit as low and high 64 bits, (n, 2)."""
    low = units * np.uint64(raw_unit & 0xFFFFFFFF)
    high = units * np.uint64(raw_unit >> 32)
    high += low >> _HALF
    low &= _LOW
    halves = np.empty((len(units), 2), np.uint64)
    np.bitwise_or(high << _HALF, low, out=halves[:, 0])
    np.right_shift(high, _HALF, out=halves[:, 1])
    return halves


def _negated(halves: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the two's complement of 128-bit numbers whose lower half is not zero: ours never is."""
    return np.stack((~halves[:, 0] + np.uint64(1), ~halves[:, 1]), axis=1)
