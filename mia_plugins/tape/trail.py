"""Quotes for what follows the market well behind it, as shadows do."""

from collections.abc import Iterator

import numpy as np

from mia_plugins.data.columns import Quotes, rows_of

LARGE = 20_000
"""Rows of a piece that is joined to none after it."""


class Trail:
    """Quotes that wait until somebody looks at them."""

    def __init__(self) -> None:
        self._waiting: list[Quotes] = []

    def load(self, quotes: Quotes) -> None:
        """Add quotes after those that are there; they may lie in the future.

        Live, hours of them come a few at a time: small pieces become larger ones, so that there are never
        many.
        """
        while self._waiting and len(self._waiting[-1]) < min(2 * len(quotes), LARGE):
            quotes = _joined(self._waiting.pop(), quotes)
        if len(quotes):
            self._waiting.append(quotes)

    def waiting(self, now: int) -> list[Quotes]:
        """Return the quotes up to now (UTC ns) that nobody has taken yet; they stay."""
        counts = [int(quotes.ts.searchsorted(now, side="right")) for quotes in self._waiting]
        seen = zip(self._waiting, counts, strict=True)
        return [rows_of(quotes, slice(count)) for quotes, count in seen if count]

    def until(self, now: int) -> Iterator[Quotes]:
        """Yield the quotes up to now (UTC ns) and have them no more."""
        waiting, self._waiting = self._waiting, []
        for quotes in waiting:
            count = int(quotes.ts.searchsorted(now, side="right"))
            if count:
                yield rows_of(quotes, slice(count))
            if count < len(quotes):
                self._waiting.append(rows_of(quotes, slice(count, None)))


def _joined(one: Quotes, other: Quotes) -> Quotes:
    return Quotes(*(np.concatenate((getattr(one, name), getattr(other, name))) for name in Quotes.__slots__))
