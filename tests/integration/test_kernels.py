"""What is compiled and kept on disk follows the sources, also those of the kernels that a kernel calls."""

import subprocess
import sys
from pathlib import Path

import pytest

CALLING = """\
from called import called
from mia_plugins.kernels import kernel


@kernel
def calling(value: int) -> int:
    return called(value) + 1
"""
CALLED = """\
from mia_plugins.kernels import kernel


@kernel
def called(value: int) -> int:
    return value * 2
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two kernels in modules of their own."""
    (tmp_path / "calling.py").write_text(CALLING, encoding="utf-8")
    (tmp_path / "called.py").write_text(CALLED, encoding="utf-8")
    return tmp_path


def in_a_new_process(folder: Path) -> tuple[int, int]:
    """Return what the calling kernel makes of 20, and how many times it was compiled for that."""
    code = "from calling import calling\nprint(calling(20), sum(calling.stats.cache_misses.values()))\n"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    result, misses = done.stdout.split()
    return int(result), int(misses)


def test_a_change_in_a_called_kernel_is_seen_by_the_next_process(folder: Path) -> None:
    assert in_a_new_process(folder) == (41, 1)
    assert in_a_new_process(folder) == (41, 0)
    (folder / "called.py").write_text(CALLED.replace("* 2", "* 3"), encoding="utf-8")
    assert in_a_new_process(folder) == (61, 1)
    assert in_a_new_process(folder) == (61, 0)
