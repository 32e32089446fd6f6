"""Traces that several sections draw, and arrays cut down to what an eye can see."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mia_plugins.statistics.figures import Floats

POINTS = 2000
"""Points that a line keeps."""
LABEL = 36
"""Letters of a name that an axis has room for."""
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


def drawn(text: str) -> str:
    """Return a foreign text as plotly.js draws it as it is: it takes tags and entities for markup."""
    return escape(text, quote=False)


def categories(names: Sequence[str], title: str = "", **more: Any) -> dict[str, Any]:
    """Return an axis of names, of which long ones are cut; the names themselves are `drawn` in the data."""
    short = [one if len(one) <= LABEL else f"{one[: LABEL - 1].rstrip()}…" for one in names]
    ticks = {"tickmode": "array", "tickvals": list(range(len(names))), "ticktext": list(map(drawn, short))}
    return axis(title, type="category", **ticks, **more)
