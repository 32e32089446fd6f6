"""Quotes for what follows the market well behind it, as shadows do."""

from collections.abc import Iterator, Sequence

from mia_plugins.data.columns import Quotes, rows_of


class Trail:
    """Quotes that wait until somebody looks at them."""

    def __init__(self) -> None:
        self._waiting: list[Quotes] = []

    def load(self, quotes: Quotes) -> None:
        """Add quotes after those that are there; they may lie in the future."""
        if len(quotes):
            self._waiting.append(quotes)

    @property
    def waiting(self) -> Sequence[Quotes]:
        """The quotes that nobody has taken yet; they may lie in the future, and stay."""
        return self._waiting

    def until(self, now: int) -> Iterator[Quotes]:
        """Yield the quotes up to now (UTC ns) and have them no more."""
        waiting, self._waiting = self._waiting, []
        for quotes in waiting:
            count = int(quotes.ts.searchsorted(now, side="right"))
            if count:
                yield rows_of(quotes, slice(count))
            if count < len(quotes):
                self._waiting.append(rows_of(quotes, slice(count, None)))
