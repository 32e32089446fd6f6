"""What a check finds: what, where and what to do."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from mia_plugins.data.sessions import NEW_YORK, NS


class ProblemKind(StrEnum):
    """What can be wrong with a catalog."""

    LEGACY = "written by 1.x"
    TRUNCATED = "truncated"
    SCHEMA = "wrong columns"
    METADATA = "wrong metadata"
    NAME = "wrong name"
    EMPTY = "no whole day"
    UNFINISHED = "unfinished"
    MISSING = "missing"
    NO_MANIFEST = "no manifest"
    UNRECORDED = "unrecorded"
    ROWS = "wrong number of rows"
    CHANGED = "changed"
    OVERLAP = "overlap"
    NO_INSTRUMENT = "no instrument"
    DEFINITION = "wrong instrument"
    PRECISION = "wrong precision"
    OFF_GRID = "off the tick grid"
    SCALE = "power of ten"
    JUMP = "wild price"
    NOT_POSITIVE = "not positive"
    SIZE = "wrong size"
    SIDE = "wrong side"
    BAR = "impossible bar"
    BARS_DIFFER = "bars unlike trades"
    HOLE = "no value"
    DISORDER = "disorder"
    EARLY = "known before it happened"
    DUPLICATES = "duplicates"
    CROSSED = "crossed"
    LOCKED = "locked"
    LEVELS = "levels out of order"
    GAP = "gap"
    CLOSED = "outside hours"


REMEDIES = {
    ProblemKind.LEGACY: "NautilusTrader 2 reads such files as empty: convert them with its own "
    "ParquetDataCatalog(new).migrate_from_legacy_parquet_path(old), or import the source again",
    ProblemKind.TRUNCATED: "delete the file and run what makes this catalog again: it makes that day anew",
    ProblemKind.SCHEMA: "delete the file and run what makes this catalog again, or import the source again",
    ProblemKind.METADATA: "import the source again: Nautilus takes what a file says of itself for true",
    ProblemKind.NAME: "run reset_all_file_names() of Nautilus' ParquetDataCatalog: it looks for data by name",
    ProblemKind.EMPTY: "run what makes this catalog (again): until a day is whole there is nothing to read",
    ProblemKind.UNFINISHED: "run what makes this catalog again: it completes the day or starts it anew",
    ProblemKind.MISSING: "restore the file, or run what makes this catalog again: it makes that day anew",
    ProblemKind.NO_MANIFEST: "restore the file, or make the catalog again in another folder",
    ProblemKind.UNRECORDED: "run what makes this catalog again: it completes a day that was interrupted; "
    "delete what is told even then, which mia does not read",
    ProblemKind.ROWS: "delete the file, which was changed, and run what makes this catalog again",
    ProblemKind.CHANGED: "restore the file, or delete it and run what makes this catalog again",
    ProblemKind.OVERLAP: "delete one of the two: a backtest would replay both",
    ProblemKind.NO_INSTRUMENT: "write the instrument into the catalog: a backtest refuses data without one",
    ProblemKind.DEFINITION: "delete the file and run what makes this catalog again, or write the instrument "
    "anew: profits, margins and the last trading day come of it",
    ProblemKind.PRECISION: "import the source again: the engine ignores prices of another precision",
    ProblemKind.OFF_GRID: "import the source again with the right tick size and price multiplier",
    ProblemKind.SCALE: "import the source again with the price multiplier that undoes it",
    ProblemKind.JUMP: "drop these rows and import the source again: a backtest would trade at such a price",
    ProblemKind.NOT_POSITIVE: "drop these rows and import the source again",
    ProblemKind.SIZE: "drop these rows and import the source again: sizes are whole contracts, one or more",
    ProblemKind.SIDE: "import the source again: a side is BUY, SELL or NO_AGGRESSOR",
    ProblemKind.BARS_DIFFER: "make the bars again from the trades, or import both from one source",
    ProblemKind.BAR: "import the source again: a bar's high and low enclose its open and close",
    ProblemKind.HOLE: "drop these rows and import the source again: every column must have a value",
    ProblemKind.DISORDER: "sort the source by time and import it again",
    ProblemKind.EARLY: "import the source again: decisions would see these rows before they happened",
    ProblemKind.DUPLICATES: "import the source again, once",
    ProblemKind.CROSSED: "drop these rows, or look for a feed that lost messages",
    ProblemKind.LOCKED: "drop these rows, or look for a feed that lost messages",
    ProblemKind.LEVELS: "import the source again: levels run from the best to the worst",
    ProblemKind.GAP: "import what is missing, or leave these hours out of backtests",
    ProblemKind.CLOSED: "import the source again with the right time zone",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not in order."""

    kind: ProblemKind
    where: str
    """A path in the catalog."""
    what: str
    count: int = 1
    """Rows, or what else it is counted in."""

    @property
    def remedy(self) -> str:
        """What to do."""
        return REMEDIES[self.kind]


@dataclass(slots=True)
class Tally:
    """How many rows of a file have a fault, and when the first one was."""

    count: int = 0
    first: int = 0
    """UTC ns."""
    _seen: bool = field(default=False, repr=False)

    def add(self, times: NDArray[np.int64], wrong: NDArray[np.bool_]) -> None:
        """Count the rows that are wrong."""
        found = int(wrong.sum())
        if found and not self._seen:
            self.first, self._seen = int(times[int(np.argmax(wrong))]), True
        self.count += found


def new_york(ts: int) -> str:
    """Return UTC ns as a New York date and time, to the second."""
    return f"{dt.datetime.fromtimestamp(ts // NS, NEW_YORK):%Y-%m-%d %H:%M:%S}"
