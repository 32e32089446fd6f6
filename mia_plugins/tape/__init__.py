"""The tape: market data as columns, of which nobody can read a row before its time."""

from mia_plugins.tape.bars import BarSeries
from mia_plugins.tape.tape import LookAheadError, Tape, TapeError

__all__ = ["BarSeries", "LookAheadError", "Tape", "TapeError"]
