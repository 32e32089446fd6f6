"""Trades out of any schema that tells of them."""

import numpy as np

from catalog.formats.dbn.following import Followed
from catalog.formats.dbn.layout import NO_PRICE
from catalog.formats.dbn.records import Run
from catalog.formats.dbn.values import points_of, signs_of, times_of
from catalog.formats.tally import Placed, Tally
from mia_plugins.data.columns import Trades
from mia_plugins.importing import MarketRows

TRADE = ord("T")
"""The action of a record that tells of a trade; a fill tells of the same one from the other side."""


def take_trades(run: Run, of: Followed, tally: Tally) -> None:
    """Take records that all tell of trades; their price is the trade's and their side the aggressor's."""
    ids = of.ids(run.rtype, run.records["sequence"])
    good = tally.sound(run.numbers, (run.records["price"] == NO_PRICE, "a trade without a price"))
    if not good.any():
        return
    if not good.all():
        run, ids = run.of(good), ids[good]
    records, times = run.records, times_of(run.records)
    ticks = of.grid.ticks(points_of(records["price"]), times)
    columns = Trades(times, ticks, records["size"].astype(np.int64), signs_of(records["side"]))
    tally.market(MarketRows(of.symbol, columns, ids, Placed(tally.word, run.numbers)))
