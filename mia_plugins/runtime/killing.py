"""The kill switch as strategies see it: one byte, which another thread may set."""

from collections.abc import Sequence
from enum import IntEnum

KILL_SWITCH = "kill_switch"
"""The reason of what it keeps from being entered, and of what it leaves."""


class Kill(IntEnum):
    """What the byte says."""

    OFF = 0
    STOP = 1
    """Nothing is entered and entries that work are cancelled; what is held keeps its stop and target."""
    FLATTEN = 2
    """The same, and what is held is left at the market."""


def never() -> Sequence[int]:
    """Return a switch that nobody sets."""
    return bytes(1)
