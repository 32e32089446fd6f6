"""Garbage of a live run: looked for when it is told to, and as ever afterwards."""

import gc
import weakref

import pytest

from mia_plugins import garbage
from mia_plugins.garbage import Swept


class Knot:
    """Holds on to itself."""

    def __init__(self) -> None:
        self.me = self


def test_nothing_is_looked_for_but_when_it_is_told_to() -> None:
    looks: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            looks.append(info["generation"])

    gc.callbacks.append(note)
    try:
        with Swept() as swept:
            many: list[list[int]] = [[] for _ in range(3 * gc.get_threshold()[0])]
            assert not looks
            knot = weakref.ref(Knot())
            assert knot() is not None
            swept.sweep()
            assert knot() is None
            assert looks == [0]
            del many
        assert gc.isenabled()
        swept.sweep()
        assert looks == [0]
    finally:
        gc.callbacks.remove(note)


def test_what_is_not_new_is_looked_at_in_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock: list[float] = [0.0]
    looks: list[int] = []
    monkeypatch.setattr(garbage, "monotonic", lambda: clock[0])
    monkeypatch.setattr(gc, "collect", looks.append)
    with Swept() as swept:
        for clock[0] in (0.5, 1.0, 1.5, 2.5, 600.0, 600.5):
            swept.sweep()
    assert looks == [0, 1, 0, 1, 2, 0]
