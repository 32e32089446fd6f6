"""Indices that the broker tells, whose values are rows of a table."""

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc
from nautilus_trader.model import InstrumentId

VIX_ID = InstrumentId.from_str("^VIX.CBOE")
SPX_ID = InstrumentId.from_str("^SPX.CBOE")
"""The index whose options are the chain that the broker is asked for."""
SPX = "SPX"
CHAINS = "option_chains"
FOLLOW_SPX = frozenset({"ES", "MES"})
"""Products whose dealers hedge options on it."""
TOLD_LIVE = {"vix": VIX_ID}
"""By the table."""


def from_catalog(name: str, rows: pa.Table, told: Collection[str]) -> pa.Table:
    """Return the rows of a day's table that come from the catalog, where the broker tells what is `told`."""
    if name != CHAINS or name not in told:
        return rows
    return rows.filter(pc.not_equal(rows["underlying"], SPX))
