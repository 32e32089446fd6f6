"""What became of each record of what was imported; nothing is lost in silence."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from mia_plugins.importing import Part

GAPS_TOLD = 5


@dataclass
class Quality:
    """The account of a file, or of several: read + beside = written + there + joined + rejected."""

    read: int = 0
    """Records of the files."""
    written: int = 0
    """Rows that are new in the catalog."""
    there: int = 0
    """Rows that the catalog had already."""
    joined: int = 0
    """Records that are in another record's row."""
    beside: int = 0
    """Rows that records made beyond the one each."""
    rejected: Counter[str] = field(default_factory=Counter)
    """Records that were not taken, by reason."""
    refused: Counter[str] = field(default_factory=Counter)
    """Records that were not taken since the catalog says otherwise, by reason."""
    first: dict[str, str] = field(default_factory=dict)
    """Where the first record of each reason stands."""
    flagged: Counter[str] = field(default_factory=Counter)
    """What is odd about rows that were taken, by kind."""
    aggressors: Counter[str] = field(default_factory=Counter)
    """Trades of the days written whose files do not say who came, by what quotes told."""
    replaced: Counter[str] = field(default_factory=Counter)
    """Rows of the catalog that gave way, by reason."""
    gaps: list[str] = field(default_factory=list)
    """Where the file has no rows while the market is open."""
    series: Counter[str] = field(default_factory=Counter)
    """Rows taken, by kind and instrument, or table."""
    multipliers: dict[str, float] = field(default_factory=dict)
    """What prices were multiplied by to be points, by product."""
    rolls: list[str] = field(default_factory=list)
    """Days from which on a continuous series is another contract."""

    def count(self, part: Part, file: str) -> None:
        """Add what an importer says of the records of a part, but for the rows that it yields."""
        self.read += part.read
        self.joined += part.joined
        self.beside += part.beside
        self.flagged.update(part.flagged)
        for reason, one in part.rejected.items():
            self.reject(reason, one.count, f"{file}: {one.first}")

    def reject(self, reason: str, count: int, first: str) -> None:
        """Count records that were not taken."""
        if count:
            self.rejected[reason] += count
            self.first.setdefault(reason, first)

    def refuse(self, reason: str, count: int, first: str) -> None:
        """Count records that were sound, but that the catalog does not take."""
        if count:
            self.refused[reason] += count
            self.first.setdefault(reason, first)

    def add(self, other: "Quality") -> None:
        """Add another file's account."""
        for name in ("read", "written", "there", "joined", "beside"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("rejected", "refused", "flagged", "aggressors", "replaced", "series"):
            getattr(self, name).update(getattr(other, name))
        self.first = other.first | self.first
        self.gaps += other.gaps
        self.multipliers |= other.multipliers
        self.rolls += [roll for roll in other.rolls if roll not in self.rolls]

    @property
    def lost(self) -> int:
        """Records that nothing is said of: 0, or there is a fault."""
        taken = self.written + self.there + self.joined + self._left_out.total()
        return self.read + self.beside - taken

    @property
    def _left_out(self) -> Counter[str]:
        return self.rejected + self.refused

    @property
    def _noted(self) -> Counter[str]:
        return self.flagged + self.aggressors + self.replaced

    def data(self) -> dict[str, Any]:
        """Return it for a script."""
        return {
            "read": self.read,
            "written": self.written,
            "already_there": self.there,
            "joined": self.joined,
            "beside": self.beside,
            "rejected": self._told(self._left_out),
            "flagged": dict(sorted(self._noted.items())),
            "gaps": self.gaps,
            "series": dict(sorted(self.series.items())),
            "multipliers": self.multipliers,
            "rolls": self.rolls,
        }

    def account(self) -> dict[str, Any]:
        """Return what follows from the file alone, whatever the catalog had before."""
        depends = ("written", "already_there")
        of_file = {name: value for name, value in self.data().items() if name not in depends}
        flagged = dict(sorted(self.flagged.items()))
        return of_file | {"flagged": flagged, "rejected": self._told(self.rejected)}

    def _told(self, left_out: Counter[str]) -> dict[str, Any]:
        return {
            reason: {"count": count, "first": self.first[reason]}
            for reason, count in sorted(left_out.items())
        }

    def lines(self) -> list[str]:
        """Return it for a person."""
        counts = (
            f"{self.read:,} records read: {self.written:,} rows written",
            f"{self.there:,} were there already",
            f"{self.joined:,} joined to others",
            f"{self._left_out.total():,} rejected",
            *([f"{self.beside:,} rows beside"] if self.beside else []),
        )
        found = [", ".join(counts)]
        found += [
            f"  rejected {count:,}: {reason}; the first is {self.first[reason]}"
            for reason, count in self._left_out.most_common()
        ]
        found += [f"  of note {count:,}: {kind}" for kind, count in self._noted.most_common()]
        found += [f"  gap: {gap}" for gap in self.gaps[:GAPS_TOLD]]
        if len(self.gaps) > GAPS_TOLD:
            found += [f"  … and {len(self.gaps) - GAPS_TOLD} more gaps (--json lists them)"]
        found += [f"  {count:,} rows of {name}" for name, count in sorted(self.series.items())]
        found += [f"  prices of {code} × {by:g}" for code, by in self.multipliers.items()]
        return found + [f"  roll: {roll}" for roll in self.rolls]
