"""`kernel`: numba's compiler behind a typed decorator, with the options every kernel of ours has.

numba keeps a compiled kernel on disk under the source of its own file. What it inlined from other files
it does not look at, so after an edit or an upgrade a kernel would go on with the old code of those it
calls, without a word. Here kernels are kept under the sources of their whole folder instead: a change
in any of them has all compiled anew. A kernel calls kernels of its own folder only.
"""

import hashlib
import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, cast

import numba


def kernel[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function at its first call and keep the result on disk.

    Kernels allocate nothing, so they count no references (`_nrt`): numba 0.68 drops one too many for
    arrays in nested tuples, and the process ends in a crash.
    """
    options: dict[str, Any] = {"cache": True, "_nrt": False}
    compiled: Any = numba.njit(**options)(function)
    # With NUMBA_DISABLE_JIT nothing is compiled and nothing kept.
    if hasattr(compiled, "_cache"):
        folder = Path(inspect.getfile(function)).parent
        # The stamp under which numba finds what it kept; it offers no other way to give one.
        compiled._cache._cache_file._source_stamp = sources_hash(folder)  # noqa: SLF001
    return cast("Callable[P, R]", compiled)


@cache
def sources_hash(folder: Path) -> str:
    """Return the hash of all sources in a folder: of the kernels and of the numbers they hold."""
    hashed = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        hashed.update(path.name.encode())
        hashed.update(path.read_bytes())
    return hashed.hexdigest()
