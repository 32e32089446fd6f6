"""One-minute bars out of OHLCV, whose times are those at which bars begin."""

import numpy as np

from catalog.formats.dbn.following import Followed
from catalog.formats.dbn.layout import RType
from catalog.formats.dbn.records import Run
from catalog.formats.dbn.values import LATEST, MOST, points_of
from catalog.formats.tally import Placed, Tally
from mia_plugins.data.bars import MINUTE
from mia_plugins.data.columns import Bars
from mia_plugins.importing import MarketRows

OTHER_LENGTH = "a bar of {}, another length than a minute; mia keeps those of one minute"


def take_bars(run: Run, of: Followed, tally: Tally) -> None:
    """Take bars of a minute, stamped at their close."""
    if run.rtype != RType.OHLCV_1M:
        tally.reject(OTHER_LENGTH.format(RType(run.rtype).name.lower().replace("_", "-")), run.numbers)
        return
    records = run.records
    starts = np.minimum(records["ts_event"], LATEST).astype(np.int64)
    prices = [of.grid.ticks(points_of(records[name]), starts) for name in ("open", "high", "low", "close")]
    lots = np.minimum(records["volume"], MOST + 1).astype(np.int64)
    columns = Bars(starts + MINUTE, prices[0], prices[1], prices[2], prices[3], lots)
    tally.market(MarketRows(of.symbol, columns, None, Placed(tally.word, run.numbers)))
