"""Indices that the broker tells, whose values are rows of a table."""

from nautilus_trader.model import InstrumentId

VIX_ID = InstrumentId.from_str("^VIX.CBOE")
TOLD_LIVE = {"vix": VIX_ID}
"""By the table."""
