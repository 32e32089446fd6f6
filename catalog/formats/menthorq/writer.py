"""Rows of levels, moved to the future where a basis is given, and the stamps of how."""

from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

import pyarrow as pa

from catalog.formats.menthorq import dump
from catalog.formats.menthorq.labels import is_figure, is_index, level_of, underlying_of
from catalog.formats.menthorq.leading import Leading
from catalog.formats.menthorq.settings import MenthorqSettings
from catalog.formats.menthorq.told import Told
from catalog.formats.tally import Tally
from catalog.formats.text import is_missing, number_of
from mia_plugins.data.arrow import TIME
from mia_plugins.data.level_names import LevelKind
from mia_plugins.data.tables import LEVELS, VIX
from mia_plugins.importing import Source, TableRows, raise_if_misread
from mia_plugins.importing.moments import EARLIEST, LATEST
from mia_plugins.units import Points

NO_PRICE = "a level without a price above zero"
OWN = "a level of the index of which the future's own is given"
JUDGED = frozenset({"ES", "NQ", "SPX", "NDX"})
"""Whose prices are known roughly."""


class Row(NamedTuple):
    """A level."""

    of: int
    """The time it is of: UTC ns."""
    known: int
    """When it could be known: UTC ns."""
    underlying: str
    name: str
    price: float
    """Points."""
    is_moved: bool = False
    """Whether it was the index's and lies on the future now."""


class LevelWriter:
    """Makes rows of levels."""

    def __init__(self, source: Source, settings: MenthorqSettings) -> None:
        self.file = source
        self.settings = settings
        self._leading = Leading()
        intraday = settings.publication == "intraday"
        self.source = f"{settings.source} intraday" if intraday else settings.source

    def take(self, told: Iterator[Told], tally: Tally) -> None:
        """Add the rows of some levels; of a label that is given more than once the last counts."""
        rows: dict[tuple[str, str, int], Row] = {}
        places: dict[tuple[str, str, int], int] = {}
        for one in self._leading.of(list(told), tally):
            found = self._row(one, tally)
            if found is None:
                continue
            key = (found.underlying, found.name, found.of)
            if key in rows:
                tally.again("label given again: the last counts")
            rows[key], places[key] = found, one.line
        self._refuse_misread(list(rows.values()))
        moved = {key: self._moved(row) for key, row in rows.items()}
        own = {row[:1] + row[2:4] for row in moved.values() if not row.is_moved}
        for key, row in list(moved.items()):
            if row.is_moved and row[:1] + row[2:4] in own:
                tally.reject_some(OWN, 1, f"line {places[key]}")
                del moved[key], places[key]
        self._write(list(moved.values()), list(places.values()), tally)

    def take_vix(self, lines: list[dump.Line], tally: Tally) -> None:
        """Add values of the VIX."""
        if lines:
            times = _times([one.time for one in lines])
            table = pa.table([times, times, pa.array([one.value for one in lines])], schema=VIX)
            numbers = [one.number for one in lines]
            tally.rows.append(TableRows("vix", table, lambda row: f"line {numbers[row]}"))

    def _row(self, told: Told, tally: Tally) -> Row | None:
        """Return a level as a row; None for what is none, which is counted."""
        place = f"line {told.line}"
        if not told.label:
            tally.reject_some("a price without a label", 1, place)
            return None
        level, price = level_of(told.label), number_of(told.value)
        if is_missing(told.value) and told.value:
            tally.reject_some("a level that is not given (N/A)", 1, place)
        elif level.kind is LevelKind.OTHER and (is_figure(told.label) or told.value[-1:].isalpha()):
            tally.reject_some("a figure that is no price, such as Net GEX", 1, place)
        elif price is None or price <= 0:
            tally.reject_some(NO_PRICE, 1, place)
        else:
            known = told.known.available(is_index=is_index(told.underlying))
            return Row(told.known.as_of, known, told.underlying, level.name, price * self._multiplier)
        return None

    @property
    def _multiplier(self) -> float:
        return 1.0 if self.file.multiplier is None else self.file.multiplier

    def _refuse_misread(self, rows: list[Row]) -> None:
        """Refuse sets whose prices are not those of what they are of."""
        sets: dict[tuple[str, int], list[float]] = {}
        for row in rows:
            if row.underlying in JUDGED and EARLIEST <= row.of < LATEST:
                sets.setdefault((row.underlying, row.of), []).append(row.price)
        for (underlying, of), prices in sets.items():
            raise_if_misread(str(self.file.path), underlying, median(prices), self._multiplier, of)

    def _write(self, rows: list[Row], lines: list[int], tally: Tally) -> None:
        if not rows:
            return
        of, known, underlying, name, price, _ = map(list, zip(*rows, strict=True))
        columns = [
            _times(of),
            _times(known),
            pa.array(underlying),
            pa.array(name),
            pa.array(price, pa.float64()),
        ]
        table = pa.table([*columns, pa.array([self.source] * len(rows))], schema=LEVELS)
        tally.rows.append(TableRows("levels", table, lambda row: f"line {lines[row]}"))
        self._stamp(rows, tally)

    def _moved(self, row: Row) -> Row:
        """Return a level where it lies on the future, if it is of the index whose basis is set."""
        setting = self.settings.basis
        if setting is None or row.underlying != underlying_of(setting.of):
            return row
        basis = setting.basis()
        if basis.as_of > row.known:
            raise self.file.refuse(
                "its levels",
                f"known before their basis, which is of {setting.as_of.isoformat()}",
                "set a basis of the time when the levels were known, or of an earlier one",
            )
        minutes = basis.age(row.known) / 60
        if minutes > setting.within:
            hours, most = minutes / 60, setting.within / 60
            raise self.file.refuse(
                "its levels",
                f"known {hours:,.1f} h after their basis; at most {most:g} h were expected",
                "set a basis of nearer by, or how old it may be: `within`, in minutes",
            )
        price = basis.on_future(Points(row.price))
        return row._replace(underlying=basis.product, price=price, is_moved=True)

    def _stamp(self, rows: list[Row], tally: Tally) -> None:
        """Write down with which basis each level was moved, and how old it was when the level was known."""
        setting = self.settings.basis
        moved = sorted(row for row in rows if row.is_moved)
        if setting is None or not moved:
            return
        basis, count = setting.basis(), len(moved)
        table = pa.table(
            {
                "ts_event": _times([row.of for row in moved]),
                "ts_init": _times([row.known for row in moved]),
                "underlying": pa.array([basis.product] * count),
                "name": pa.array([row.name for row in moved]),
                "index": pa.array([underlying_of(setting.of)] * count),
                "source": pa.array([self.source] * count),
                "method": pa.array([str(basis.method)] * count),
                "future_price": pa.array([float(basis.future)] * count),
                "index_price": pa.array([float(basis.index)] * count),
                "basis_as_of": _times([basis.as_of] * count),
                "basis_age": pa.array([float(basis.age(row.known)) for row in moved]),
            }
        )
        tally.rows.append(TableRows("level_bases", table))
        tally.beside(count)


def _times(ns: list[int]) -> pa.Array:
    return pa.array(ns, pa.int64()).cast(TIME)
