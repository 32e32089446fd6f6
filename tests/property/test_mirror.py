"""Buying in one market is selling in its mirror image: the same fills the other way round, the same money."""

from typing import Any

import pytest
from hypothesis import given

from tests.drawn import Books, Scene, drawn, scenes
from tests.runtime import BASE

PRICES = ("ticks", "entry", "leave", "exit_ticks", "stop", "target")
TABLES = ("orders", "fills", "positions", "shadows")


def rows(books: Books, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table, without what a reason says in prices."""
    return [
        {name: value for name, value in row.items() if name != "reason"} for row in books.played.table(table)
    ]


def turned(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row turned over at `BASE`."""
    found = dict(row)
    for name in PRICES:
        if found.get(name) is not None:
            # Average prices are floating: they are turned but for the last bits.
            found[name] = pytest.approx(2 * BASE - found[name], abs=1e-6)
    for name in ("mae", "mfe"):
        if found.get(name) is not None:
            found[name] = pytest.approx(found[name], abs=1e-6)
    if "side" in found:
        found["side"] = -found["side"]
    return found


def _mirrored_scenes_agree(scene: Scene) -> None:
    one, other = scene.run(), scene.mirrored.run()
    for table in TABLES:
        assert rows(other, table) == [turned(row) for row in rows(one, table)], table
    assert (other.balance, other.realized, other.position) == (one.balance, one.realized, -one.position)
    assert other.played.statistics == one.played.statistics


@drawn(12)
@given(scenes("quotes"))
def test_a_mirrored_scene_has_mirrored_fills_on_quotes(scene: Scene) -> None:
    _mirrored_scenes_agree(scene)


@drawn(12)
@given(scenes("depth"))
def test_a_mirrored_scene_has_mirrored_fills_on_depth(scene: Scene) -> None:
    _mirrored_scenes_agree(scene)


@pytest.mark.long
@drawn(300)
@given(scenes("quotes") | scenes("depth"))
def test_a_mirrored_scene_has_mirrored_fills_in_full(scene: Scene) -> None:
    _mirrored_scenes_agree(scene)
