"""Many small trees asked at once: the random forest as it is used, for one row or for many."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mia_plugins.kernels import kernel

NODE = np.dtype(
    [
        ("feature", np.int32),
        ("left", np.int32),
        ("right", np.int32),
        ("unknown_left", np.int32),
        ("threshold", np.float64),
        ("value", np.float64),
    ]
)
"""A node: what it looks at, where it goes up to the threshold and beyond it, whether what is not known goes
left, and a leaf's share of wins. A leaf leads to itself, so that each row takes the same number of steps."""


ROW = np.dtype([("at", np.int64), ("value", np.float64)])
"""A row that is asked: the node that it has come to, and what the trees say of it."""


@kernel
def ask(
    nodes: NDArray[Any], roots: NDArray[np.int64], x: NDArray[np.float32], rows: NDArray[Any], depth: int
) -> None:
    """Write the mean of the trees' leaves for each row of x: one tree after the other, which stays near.

    There is no branch to guess wrong: where a row goes is reckoned. All rows take a step before any takes the
    next, so that none waits for where another goes.
    """
    for root in roots:
        for row in range(x.shape[0]):
            rows[row].at = root
        for _ in range(depth):
            for row in range(x.shape[0]):
                node = nodes[rows[row].at]
                value = x[row, node.feature]
                known = int(value == value)  # noqa: PLR0124 nan is not itself
                left = known * int(value <= node.threshold) + (1 - known) * node.unknown_left
                rows[row].at = left * node.left + (1 - left) * node.right
        for row in range(x.shape[0]):
            rows[row].value += nodes[rows[row].at].value
    for row in range(x.shape[0]):
        rows[row].value /= roots.shape[0]


def flat(trees: list[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the nodes of scikit-learn's trees one after the other, and where each tree begins."""
    counts = [tree.node_count for tree in trees]
    roots = np.cumsum([0, *counts[:-1]]).astype(np.int64)
    nodes = np.zeros(sum(counts), NODE)
    for root, tree in zip(roots, trees, strict=True):
        mine = nodes[root : root + tree.node_count]
        own = np.arange(tree.node_count)
        is_leaf = tree.children_left < 0
        mine["feature"] = np.where(is_leaf, 0, tree.feature)
        mine["left"] = np.where(is_leaf, own, tree.children_left) + root
        mine["right"] = np.where(is_leaf, own, tree.children_right) + root
        mine["unknown_left"] = tree.missing_go_to_left
        mine["threshold"] = tree.threshold
        shares = tree.value[:, 0, :]
        mine["value"] = shares[:, 1] / shares.sum(axis=1)
    return nodes, roots
