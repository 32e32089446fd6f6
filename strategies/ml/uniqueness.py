"""How much of its own time a decision has: what happened to many at once is not many pieces of evidence."""

import numpy as np

from mia_plugins.learning import Floats
from mia_plugins.statistics.figures import Ints


def uniqueness(begin: Ints, end: Ints) -> Floats:
    """Return the mean of 1 / (how many were open) over each decision's life, from `begin` to `end` (UTC ns).

    López de Prado, "Advances in Financial Machine Learning" (2018), chapter 4. One that was over at once
    has what is its share at that instant.
    """
    if not len(begin):
        return np.zeros(0)
    edges = np.unique(np.concatenate((begin, end)))
    first, last = np.searchsorted(edges, begin), np.searchsorted(edges, end)
    open_in = np.zeros(len(edges), np.int64)
    lasting = last > first
    np.add.at(open_in, first[lasting], 1)
    np.add.at(open_in, last[lasting], -1)
    open_in = np.cumsum(open_in)
    share = 1 / np.maximum(open_in, 1)
    summed = np.concatenate(([0.0], np.cumsum(share[:-1] * np.diff(edges))))
    life = np.maximum(edges[last] - edges[first], 1)
    momentary = 1 / (open_in[first] + np.bincount(first[~lasting], minlength=len(edges))[first])
    # Sums of many shares may be off by a rounding.
    found: Floats = np.minimum(np.where(lasting, (summed[last] - summed[first]) / life, momentary), 1.0)
    return found
