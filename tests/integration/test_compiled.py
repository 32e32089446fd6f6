"""What is compiled and kept on disk follows the sources, also those of the kernels that a kernel calls."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import catalog
from catalog.market import compiled

CALLING = """\
from catalog.market.called import called
from catalog.market.compiled import kernel


@kernel
def calling(value: int) -> int:
    return called(value) + 1
"""
CALLED = """\
from catalog.market.compiled import kernel


@kernel
def called(value: int) -> int:
    return value * 2
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return the folder of a copy of the package with two kernels in modules of their own."""
    source = Path(compiled.__file__).parent
    market = tmp_path / "catalog" / "market"
    market.mkdir(parents=True)
    for package in (source.parent, source):
        shutil.copy(package / "__init__.py", tmp_path / package.relative_to(source.parents[1]))
    shutil.copy(source / "compiled.py", market)
    (market / "calling.py").write_text(CALLING, encoding="utf-8")
    (market / "called.py").write_text(CALLED, encoding="utf-8")
    return tmp_path


def in_a_new_process(folder: Path) -> tuple[int, int]:
    """Return what the calling kernel makes of 20, and how many times it was compiled for that."""
    code = (
        "from catalog.market.calling import calling\n"
        "print(calling(20), sum(calling.stats.cache_misses.values()))\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    result, misses = done.stdout.split()
    return int(result), int(misses)


def test_a_change_in_a_called_kernel_is_seen_by_the_next_process(copy: Path) -> None:
    assert in_a_new_process(copy) == (41, 1)
    assert in_a_new_process(copy) == (41, 0)
    (copy / "catalog" / "market" / "called.py").write_text(CALLED.replace("* 2", "* 3"), encoding="utf-8")
    assert in_a_new_process(copy) == (61, 1)
    assert in_a_new_process(copy) == (61, 0)


def test_the_copy_is_what_the_test_ran(copy: Path) -> None:
    code = "import catalog.market.compiled as c; print(c.__file__)"
    done = subprocess.run([sys.executable, "-c", code], cwd=copy, capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()).is_relative_to(copy)
    assert not Path(catalog.__file__).is_relative_to(copy)
