"""One series of a day: what was brought of it with what is there, a window of time after the other."""

from collections import Counter
from dataclasses import dataclass, field, replace

from catalog.imports.aggressors import TOLD, told
from catalog.imports.merging import REPLACED, Merged, merge
from catalog.imports.sources import DaySources, Overlap, Span, inside, spans_of
from catalog.imports.staging import Spool
from catalog.imports.there import There
from mia_plugins.data.arrow import Kind

GONE = "rows of {} that gave way (--overlap replace)"


@dataclass
class Totals:
    """What became of the rows of several windows."""

    new: int = 0
    refused: dict[str, tuple[int, int]] = field(default_factory=dict)
    """How many, and the time of the first (UTC ns), by reason."""
    replaced: Counter[str] = field(default_factory=Counter)

    def add(self, one: Merged) -> None:
        """Add a later window."""
        self.new += one.new
        if one.replaced:
            self.replaced[REPLACED] += one.replaced
        self.replaced.update(one.gone)
        for reason, (count, first) in one.refused.items():
            known, earlier = self.refused.get(reason, (0, first))
            self.refused[reason] = known + count, earlier


class SeriesMerge:
    """Merges one series of a day."""

    def __init__(self, there: There, spool: Spool, sources: DaySources, feed: str, overlap: Overlap) -> None:
        """`sources` are of the day; what is to be replaced is forgotten in them."""
        self.there = there
        self._spool = spool
        self._sources = sources
        self._brought = spans_of(spool, feed)
        whole = Span(spool.start, spool.end, feed)
        others = () if overlap is Overlap.JOIN else sources.others(there.key, whole)
        self._taken = others if overlap is Overlap.KEEP else ()
        self._gone = others if overlap is Overlap.REPLACE else ()
        sources.cut(there.key, self._gone)
        known = sources.of(there.key)
        is_alone = not there.files or bool(self._gone and not known)
        has_own = bool(known) and all(one.feed == feed and one.has_ids for one in known)
        there.has_ids = has_own
        self.by_id = there.kind is Kind.TRADES and spool.has_ids and (is_alone or has_own)

    @property
    def may_stay_as_it_is(self) -> bool:
        """Say whether what is there may be all there is."""
        return bool(self.there.files) and not self._gone

    def unless_it_changes(self, spans: list[tuple[int, int]]) -> Totals | None:
        """Return what becomes of the rows if nothing there changes; None if something does."""
        totals = Totals()
        for span in spans:
            merged, _ = self.window(span)
            if merged.changes:
                return None
            totals.add(merged)
        return totals

    def window(self, span: tuple[int, int]) -> tuple[Merged, Counter[str]]:
        """Return the rows of a window, and of how many quotes told the aggressor, or did not."""
        there, kind = self.there.between(*span), self.there.kind
        gone: Counter[str] = Counter()
        for feed in sorted({one.feed for one in self._gone}):
            out = inside(there["ts"], [one for one in self._gone if one.feed == feed])
            gone[GONE.format(feed)] = int(out.sum())
            there = there[~out]
        merged = merge(kind, there, self._spool.between(*span), by_id=self.by_id, taken=self._taken)
        merged = replace(merged, gone=+gone)
        if kind is not Kind.TRADES:
            return merged, Counter()
        rows, aggressors = told(self.there.store, self.there.instrument_id, merged.rows)
        # Where nothing is new, one that was there has an aggressor now.
        return replace(merged, rows=rows, learnt=merged.learnt + aggressors[TOLD]), aggressors

    def note(self) -> None:
        """Note that it was written."""
        brought = [replace(one, has_ids=self.by_id) for one in self._brought]
        self._sources.add(self.there.key, brought, self._taken)
