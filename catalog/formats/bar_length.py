"""How long bars are: what most of them are apart. Those of another length than a minute are refused."""

import numpy as np
from numpy.typing import NDArray

from mia_plugins.data.bars import MINUTE
from mia_plugins.data.sessions import NS
from mia_plugins.importing import Source


class BarLength:
    """Judges the bars of one file by the first of them that tell anything."""

    def __init__(self, source: Source) -> None:
        """`source` is the file."""
        self._source = source
        self._is_judged = False

    def judge(self, ts: NDArray[np.int64], where: str) -> None:
        """Refuse bars of other lengths; `ts` (UTC ns) are of some that begin at a place of the file."""
        steps, counts = np.unique(np.diff(np.unique(ts)), return_counts=True)
        if self._is_judged or not len(steps):
            return
        self._is_judged = True
        step = int(steps[np.argmax(counts)])
        if step != MINUTE:
            raise self._source.refuse(
                where,
                f"bars {step / NS:g} s apart; trades or bars of one minute were expected",
                "export bars of one minute, or ticks (in Sierra Chart the Storage Time Unit: 1 Tick)",
            )
