"""Prices at which much or little was traded: peaks and troughs of a profile, and the gaps between peaks."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

AROUND = 3
"""Rows each way within which a peak has no higher one, and a trough no lower one."""
MUCH, LITTLE = 13, 5
"""Tenths of the median row: what a peak has at least, and a trough at most."""


class Node(NamedTuple):
    """A price at which much was traded (HVN), or little (LVN)."""

    price: float
    """In ticks; half a tick when an even number of rows share it."""
    low: float
    """Its lower edge, in ticks: of the rows around it that have as much, or as little, as a node needs."""
    high: float
    """Its upper edge, in ticks."""


class Gap(NamedTuple):
    """Two nodes of much volume with little between them: prices pass through quickly."""

    low: float
    """The first row above the lower node's edge, in ticks."""
    high: float
    """The last row below the upper node's edge, in ticks."""
    below: Node
    above: Node
    through: tuple[Node, ...]
    """The nodes of little volume inside, from below."""
    share: float
    """What its thinnest row has, of the median row."""


class Nodes(NamedTuple):
    """What a profile has of them, from below."""

    much: tuple[Node, ...] = ()
    """High-volume nodes (HVN)."""
    little: tuple[Node, ...] = ()
    """Low-volume nodes (LVN): between two of the former."""
    gaps: tuple[Gap, ...] = ()
    """LVN zones."""


def nodes_of(lots: NDArray[np.int64], low: int) -> Nodes:
    """Return the nodes of a profile: contracts at each tick from `low` on.

    Rows are summed by three (outside the extremes nothing was traded). The median is that of the rows in
    which there was any volume. Equal peaks within three rows of one another are one, in their middle.
    """
    if not len(lots):
        return Nodes()
    smooth = np.convolve(lots, np.ones(3, np.int64))[1:-1]
    usual = float(np.median(smooth[lots > 0]))
    much = _extremes(smooth, smooth * 10 >= MUCH * usual)
    little = _extremes(-smooth, smooth * 10 <= LITTLE * usual)
    # A tail is no valley: what has little lies between two that have much.
    little = [node for node in little if much and much[0].price < node.price < much[-1].price]
    peaks, troughs = ([_at(node, low) for node in nodes] for nodes in (much, little))
    return Nodes(tuple(peaks), tuple(troughs), tuple(_gaps(peaks, troughs, smooth / usual, low)))


def _extremes(rows: NDArray[np.int64], enough: NDArray[np.bool_]) -> list[Node]:
    """Return the rows that none within three passes, among those that are enough."""
    least = np.iinfo(np.int64).min
    padded = np.pad(rows, AROUND, constant_values=least)
    highest = sliding_window_view(padded, 2 * AROUND + 1).max(axis=1)
    found = np.flatnonzero((rows == highest) & enough)
    if not len(found):
        return []
    groups = np.split(found, np.flatnonzero(np.diff(found) > AROUND) + 1)
    return [Node(float(group[[0, -1]].mean()), *_edges(enough, group)) for group in groups]


def _edges(enough: NDArray[np.bool_], group: NDArray[np.int64]) -> tuple[int, int]:
    """Return the first and the last row that are enough, without a gap from the group outwards."""
    below = np.flatnonzero(~enough[: group[0]])
    above = np.flatnonzero(~enough[group[-1] :])
    return (
        int(below[-1]) + 1 if len(below) else 0,
        int(group[-1] + above[0]) - 1 if len(above) else len(enough) - 1,
    )


def _at(node: Node, low: int) -> Node:
    return Node(*(low + row for row in node))


def _gaps(much: list[Node], little: list[Node], shares: NDArray[np.float64], low: int) -> list[Gap]:
    found = []
    for below, above in pairwise(much):
        through = tuple(node for node in little if below.price < node.price < above.price)
        if through:
            inside = shares[int(below.high) + 1 - low : int(above.low) - low]
            found.append(Gap(below.high + 1, above.low - 1, below, above, through, float(inside.min())))
    return found
