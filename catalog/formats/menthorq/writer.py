"""Rows of levels, moved to the future where a basis is given, and the stamps of how."""

from collections.abc import Iterator

import pyarrow as pa

from catalog.formats.menthorq import dump
from catalog.formats.menthorq.labels import is_figure, is_index, level_of, underlying_of
from catalog.formats.menthorq.settings import MenthorqSettings
from catalog.formats.menthorq.told import Told
from catalog.formats.tally import Tally
from catalog.formats.text import is_missing, number_of
from mia_plugins.data.arrow import TIME
from mia_plugins.data.level_names import LevelKind
from mia_plugins.data.tables import LEVELS, VIX
from mia_plugins.importing import Source, TableRows
from mia_plugins.units import Points

NO_PRICE = "a level without a price above zero"
Row = tuple[int, int, str, str, float]
"""As of and known (UTC ns), what it is of, name, price (points)."""


class LevelWriter:
    """Makes rows of levels."""

    def __init__(self, source: Source, settings: MenthorqSettings) -> None:
        self.file = source
        self.settings = settings
        intraday = settings.publication == "intraday"
        self.source = f"{settings.source} intraday" if intraday else settings.source

    def take(self, told: Iterator[Told], tally: Tally) -> None:
        """Add the rows of some levels; of a label that is given more than once the last counts."""
        rows: dict[tuple[str, str, int], Row] = {}
        places: dict[tuple[str, str, int], int] = {}
        for one in told:
            found = self._row(one, tally)
            if found is None:
                continue
            key = (found[2], found[3], found[0])
            if key in rows:
                tally.again("label given again: the last counts")
            rows[key], places[key] = found, one.line
        self._write(list(rows.values()), list(places.values()), tally)

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
            return told.known.as_of, known, told.underlying, level.name, price
        return None

    def _write(self, rows: list[Row], lines: list[int], tally: Tally) -> None:
        rows = [self._moved(row) for row in rows]
        if not rows:
            return
        of, known, underlying, name, price = map(list, zip(*rows, strict=True))
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
        if setting is None or row[2] != underlying_of(setting.of):
            return row
        basis = setting.basis()
        if basis.as_of > row[1]:
            raise self.file.refuse(
                "its levels",
                f"known before their basis, which is of {setting.as_of.isoformat()}",
                "set a basis of the time when the levels were known, or of an earlier one",
            )
        return row[0], row[1], basis.product, row[3], basis.on_future(Points(row[4]))

    def _stamp(self, rows: list[Row], tally: Tally) -> None:
        """Write down with which basis levels were moved, and how old it was when they were known."""
        setting = self.settings.basis
        moved = sorted({row[:2] for row in rows if setting and row[2] == setting.product})
        if setting is None or not moved:
            return
        basis = setting.basis()
        table = pa.table(
            {
                "ts_event": _times([of for of, _ in moved]),
                "ts_init": _times([known for _, known in moved]),
                "underlying": pa.array([basis.product] * len(moved)),
                "index": pa.array([underlying_of(setting.of)] * len(moved)),
                "source": pa.array([self.source] * len(moved)),
                "method": pa.array([str(basis.method)] * len(moved)),
                "future_price": pa.array([float(basis.future)] * len(moved)),
                "index_price": pa.array([float(basis.index)] * len(moved)),
                "basis_as_of": _times([basis.as_of] * len(moved)),
                "basis_age": pa.array([float(basis.age(known)) for _, known in moved]),
            }
        )
        tally.rows.append(TableRows("level_bases", table))
        tally.beside(len(moved))


def _times(ns: list[int]) -> pa.Array:
    return pa.array(ns, pa.int64()).cast(TIME)
