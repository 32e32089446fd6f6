"""How many days are made at a time, by the memory there is."""

from pathlib import Path

import pytest

from catalog import memory


@pytest.mark.parametrize(
    ("gibibytes", "density", "jobs"),
    [(64, 1.0, 8), (4, 1.0, 3), (4, 0.1, 6), (0.5, 1.0, 1)],
)
def test_as_many_processes_as_fit_into_memory(
    gibibytes: float, density: float, jobs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text(f"MemTotal: 99999999 kB\nMemAvailable: {round(gibibytes * 2**20)} kB\n")
    monkeypatch.setattr(memory, "MEMINFO", meminfo)
    monkeypatch.setattr("os.process_cpu_count", lambda: 8)
    assert memory.usual_jobs(density) == jobs


def test_a_system_that_tells_nothing_has_half_of_its_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "none")
    assert 2**28 < memory.available() < 2**44
