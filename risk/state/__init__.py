"""What survives the end of a process, however it comes: executions, orders, peaks, the kill switch."""

from risk.state.files import StateError
from risk.state.keeping import resumed
from risk.state.store import RiskState, Switch

__all__ = ["RiskState", "StateError", "Switch", "resumed"]
