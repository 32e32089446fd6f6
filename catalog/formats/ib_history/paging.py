"""Ticks of a span, page by page from its end; what the client leaves unsaid is asked for with bars.

The client gives no ticks where there are none, and also where a request for them is refused, whatever the
reason. Requests for bars tell the reason, and which minutes have ticks: so an empty page before a minute that
has some is no end, but is asked for again.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Literal

import numpy as np

from catalog.formats.ib_history.asking import Asking
from catalog.formats.ib_history.client import PAGE, Ask, Rows
from mia_plugins.data.sessions import NS

TRIES = 5
"""Times that an empty page is asked for again, where there have to be ticks."""
SHORT = "session whose first minute has fewer contracts told than its bar"
CUT = "second of which the broker tells no more than a page"


class Pages:
    """The ticks of one kind that a gateway tells."""

    def __init__(self, asking: Asking, kind: Literal["trades", "quotes"]) -> None:
        """`asking` is whom they are asked of."""
        self._asking, self._kind = asking, kind
        self.flagged: Counter[str] = Counter()

    def of(self, start: int, end: int) -> Rows | None:
        """Return the ticks of a span (UTC s, its end left out) in their order; None for none."""
        bars = self._asking.ask(Ask("trades bars" if self._kind == "trades" else "quotes bars", start, end))
        if bars is None:
            return None
        traded = bars[2][:, 0] > 0 if self._kind == "trades" else np.ones(len(bars[0]), np.bool_)
        if not traded.any():
            return None
        first = int(np.flatnonzero(traded)[np.argmin(bars[0][traded])])
        lots = int(bars[2][first, 0]) if self._kind == "trades" else None
        pages = list(self._back((start, end), int(bars[0][first]) // NS, lots))[::-1]
        if not pages:
            return None
        times, prices, sizes = zip(*pages, strict=True)
        return np.concatenate(times), np.concatenate(prices), np.concatenate(sizes)

    def _back(self, span: tuple[int, int], close: int, lots: int | None) -> Iterator[Rows]:
        """Yield pages from the last to the first, which is in the minute of the first bar.

        `close` is that minute's (UTC s), and `lots` its volume; None where it says nothing.
        """
        start, end = span
        tries = told = 0
        while end > start:
            page = self._page(start, end)
            if page is None:
                begun = end < close
                if begun and ((lots is None and tries) or (lots is not None and told >= lots)):
                    return
                tries += 1
                if tries > TRIES:
                    if begun:
                        self.flagged[SHORT] += 1
                        return
                    raise self._asking.refuse(
                        f"no {self._kind} are told, though there are bars of their time; nothing says why",
                        "see the gateway's log: too much was asked (raise `pause`), or ticks are not allowed",
                    )
                self._asking.wait()
                continue
            tries = 0
            yield page
            told += int(page[2][page[0] // NS < close, 0].sum())
            end = int(page[0][0]) // NS

    def _page(self, start: int, end: int) -> Rows | None:
        """Return the last ticks before an end, of whole seconds."""
        told = self._asking.ask(Ask(self._kind, start, end))
        if told is None:
            return None
        seconds = told[0] // NS
        inside = (seconds >= start) & (seconds < end)
        if len(seconds) >= PAGE and inside.any():
            # What precedes the page's first tick within its second is on the page before.
            whole = inside & (seconds > seconds.min())
            if whole.any():
                inside = whole
            else:
                self.flagged[CUT] += 1
        if not inside.any():
            return None
        order = np.flatnonzero(inside)[np.argsort(seconds[inside], kind="stable")]
        return told[0][order], told[1][order], told[2][order]
