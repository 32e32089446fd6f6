"""`kernel`: numba's compiler behind a typed decorator, with the options every kernel of ours has."""

from collections.abc import Callable
from typing import Any, cast

import numba


def kernel[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function at its first call and keep the result on disk.

    Kernels allocate nothing, so they count no references (`_nrt`): numba 0.68 drops one too many for
    arrays in nested tuples, and the process ends in a crash. What is kept of a kernel does not notice that
    one it calls has changed: whoever edits them deletes the `*.nbi` files beside them.
    """
    options: dict[str, Any] = {"cache": True, "_nrt": False}
    return cast("Callable[P, R]", numba.njit(**options)(function))
