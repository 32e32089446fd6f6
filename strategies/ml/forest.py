"""Many small trees asked at once: the random forest as it is used, for one row or for many."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mia_plugins.kernels import kernel
from mia_plugins.learning import Floats

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
"""A node: what it looks at (below 0: it is a leaf), where it goes up to the threshold and beyond it,
whether what is not known goes left, and a leaf's share of wins."""


@kernel
def ask(nodes: NDArray[Any], roots: NDArray[np.int64], x: NDArray[np.float32], out: Floats) -> None:
    """Write the mean of the trees' leaves for each row of x: one tree after the other, which stays near."""
    for root in roots:
        for row in range(x.shape[0]):
            at = root
            while nodes[at].feature >= 0:
                value = x[row, nodes[at].feature]
                unknown_left = nodes[at].unknown_left == 1
                go_left = unknown_left if np.isnan(value) else value <= nodes[at].threshold
                at = nodes[at].left if go_left else nodes[at].right
            out[row] += nodes[at].value
    for row in range(x.shape[0]):
        out[row] /= roots.shape[0]


def flat(trees: list[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the nodes of scikit-learn's trees one after the other, and where each tree begins."""
    counts = [tree.node_count for tree in trees]
    roots = np.cumsum([0, *counts[:-1]]).astype(np.int64)
    nodes = np.zeros(sum(counts), NODE)
    for root, tree in zip(roots, trees, strict=True):
        mine = nodes[root : root + tree.node_count]
        is_leaf = tree.children_left < 0
        mine["feature"] = np.where(is_leaf, -1, tree.feature)
        mine["left"], mine["right"] = tree.children_left + root, tree.children_right + root
        mine["unknown_left"] = tree.missing_go_to_left
        mine["threshold"] = tree.threshold
        shares = tree.value[:, 0, :]
        mine["value"] = shares[:, 1] / shares.sum(axis=1)
    return nodes, roots
