"""What went wrong, or nearly: a row each, with the numbers, in the run's table of incidents."""

from enum import IntEnum
from typing import NamedTuple

import pyarrow as pa

from mia_plugins.runtime.killing import Kill
from mia_plugins.runtime.records import Rows

NAME = pa.dictionary(pa.int16(), pa.string())


class Level(IntEnum):
    """What is done about it, the higher the more; from `STOP_ENTRIES` on it is what the kill switch does."""

    CLEAR = -1
    """It is over."""
    WARN = 0
    """It is told."""
    STOP_ENTRIES = int(Kill.STOP)
    """Nothing is entered, and entries that work are cancelled."""
    FLATTEN_AND_STOP = int(Kill.FLATTEN)
    """What is held is left at the market too."""

    @property
    def told(self) -> str:
        """As settings have it."""
        return self.name.lower()


class Incident(NamedTuple):
    """Something that went wrong, or nearly."""

    what: str
    """Such as `no_stop`, or the trigger's name."""
    level: Level
    told: str
    """In words, with the numbers."""
    number: float | None = None
    """What was measured."""
    limit: float | None = None
    """What it was to stay within."""
    unit: str = ""
    """Of both."""


INCIDENTS = pa.schema([
    pa.field(name, type_, metadata={"unit": unit, "help": help_})
    for name, type_, unit, help_ in (
        ("ts", pa.timestamp("ns", tz="UTC"), "ns", "when it was seen"),
        ("who", NAME, "", "the strategy or actor that saw it"),
        ("what", NAME, "", "such as no_stop, or the trigger"),
        ("level", NAME, "", "warn, stop_entries, flatten_and_stop, or clear: it is over"),
        ("number", pa.float64(), "", "what was measured"),
        ("limit", pa.float64(), "", "what it was to stay within"),
        ("unit", NAME, "", "of both"),
        ("told", pa.string(), "", "in words"),
    )
])  # fmt: skip


class Incidents:
    """Where incidents go."""

    def __init__(self, rows: Rows | None = None) -> None:
        """`rows` are a table of `INCIDENTS`; None keeps nothing."""
        self._tables = [] if rows is None else [rows]

    def also(self, rows: Rows) -> None:
        """Have rows go there too: to whoever watches a living run."""
        self._tables.append(rows)

    def tell(self, ts: int, who: str, one: Incident) -> None:
        """Note what a strategy or an actor saw at an instant (UTC ns)."""
        measured = (one.number, one.limit, one.unit)
        for rows in self._tables:
            rows.append((ts, who, one.what, one.level.told, *measured, one.told))
