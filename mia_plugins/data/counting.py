"""The loop that counts decimals in ticks or contracts: forty of them come with each update of the book."""

import numpy as np
from numpy.typing import NDArray

from mia_plugins.kernels import kernel


@kernel
def count_units(
    halves: NDArray[np.uint64], raw_unit: int, units: NDArray[np.int64], is_whole: NDArray[np.bool_]
) -> None:
    """Write the nearest whole number of units of each, and whether it is exactly that."""
    unit, size = np.uint64(raw_unit), float(raw_unit)
    for row in range(len(halves)):
        low, high = halves[row, 0], np.int64(halves[row, 1])
        # Exact to the unit: a float carries 53 bits and no price is 2^40 ticks.
        units[row] = np.int64(np.rint((float(high) * 2.0**64 + float(low)) / size))
        # The units are off by half of one at most, which is far less than 2^64: the lower halves tell.
        is_whole[row] = np.uint64(units[row]) * unit == low
