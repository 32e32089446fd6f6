"""Traces that several sections draw, and arrays cut down to what an eye can see."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mia_plugins.statistics.figures import Floats

POINTS = 2000
"""Points that a line keeps."""
WIN, LOSS = "var(--win)", "var(--loss)"


def kept(values: Floats, most: int = POINTS) -> NDArray[np.intp]:
    """Return the places of points that keep a line's look: least and most of each stretch, and the ends."""
    count = len(values)
    if count <= most:
        return np.arange(count)
    edges = np.linspace(0, count, most // 2 + 1).astype(np.intp)
    starts = edges[:-1]
    groups = np.searchsorted(edges, np.arange(count), side="right") - 1
    order = np.lexsort((values, groups))
    ends = np.append(starts[1:], count) - 1
    found = np.concatenate((order[starts], order[ends], [0, count - 1]))
    return np.unique(found)


def win_or_loss(values: Floats) -> list[str]:
    """Return the colour of each amount."""
    return [WIN if one >= 0 else LOSS for one in values.tolist()]


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """Return an axis with its title, which names the unit."""
    return {"title": {"text": title}, **more}
