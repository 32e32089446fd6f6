"""What follows the tape: measurements that the runtime keeps up to date."""

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from mia_plugins.data.arrow import Kind
from mia_plugins.tape.tape import Tape


class Follower(Protocol):
    """A measurement that is kept up to date; only the runtime calls `advance`."""

    @property
    def reads(self) -> frozenset[Kind]:
        """What it reads of the tape, beside bars."""

    def advance(self, tape: Tape, lo: int, hi: int) -> None:
        """Take in what came after `lo` up to `hi` (UTC ns); `hi` is now."""


@runtime_checkable
class Trigger(Protocol):
    """A follower whose own events call for an evaluation at the next tenth of a second."""

    def triggers(self, tape: Tape, lo: int, hi: int) -> NDArray[np.int64]:
        """Return when events came after `lo` up to `hi` (UTC ns).

        An event comes with a row of the tape and has its time. The answer may not depend on how the time is
        cut into calls, nor on calls for a time without rows, of which there may be none. It is asked of a
        copy that runs apart from the follower itself: all that leaves it is the times.
        """
