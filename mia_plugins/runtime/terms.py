"""How whoever executes orders tells times and contracts, where that is not as the run has them.

A backtest needs no translation. A live node's clock has the machine's time, its timers are late, and a
simulated gateway plays a market of another day: there it is `mia_plugins.live.terms`.
"""

from typing import Any

from nautilus_trader.model import InstrumentId


class Terms:
    """Times and contracts as the run has them."""

    is_live = False
    """Whether orders go to a broker, who may not answer, and where others may have orders too."""

    def clock(self, clock: Any) -> Any:
        """Return a clock of Nautilus' that tells the run's time."""
        return clock

    def listed(self, instrument_id: InstrumentId) -> InstrumentId:
        """Return what whoever executes orders calls a contract."""
        return instrument_id

    def ours(self, instrument_id: InstrumentId) -> InstrumentId:
        """Return what the run calls a contract of whoever executes orders."""
        return instrument_id

    def market_at(self, machine: int) -> int:
        """Return the run's time at one of the machine's; both UTC ns."""
        return machine

    def machine_at(self, ts: int) -> int:
        """Return the machine's time at one of the run's; both UTC ns."""
        return ts

    def takes(self, span: int) -> int:
        """Return how far the run's clock gets while a broker may take so long to answer; both ns."""
        return span

    def heard(self, event: Any) -> Any:
        """Return an order's event in the run's terms."""
        return event


class RecordedTerms(Terms):
    """Those of a live session that is made again: its recording has times and contracts as the run."""

    is_live = True


AS_THEY_ARE = Terms()
AS_RECORDED = RecordedTerms()
