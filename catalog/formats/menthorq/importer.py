"""MenthorQ's levels as rows of the table `levels`, whichever of three forms they come in."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import pyarrow as pa
from pydantic import AwareDatetime, Field

from catalog.formats.menthorq import dump
from catalog.formats.menthorq.labels import is_figure, is_index, level_of, underlying_of
from catalog.formats.menthorq.lines import entries
from catalog.formats.menthorq.sheet import cells
from catalog.formats.moments import Known, known_of, moment_of, seconds_ns
from catalog.formats.tally import Tally
from catalog.formats.text import is_missing, number_of, read_text
from mia_plugins.data.arrow import TIME
from mia_plugins.data.basis import Basis, BasisMethod
from mia_plugins.data.level_names import LevelKind
from mia_plugins.data.sessions import CalendarError
from mia_plugins.data.tables import LEVELS, VIX
from mia_plugins.importing import Importer, Part, Source, TableRows, symbol_in
from mia_plugins.settings import BaseSettings
from mia_plugins.units import Nanoseconds, Points

MOST = 16 * 2**20
"""Bytes of a file of lines or a sheet."""
CHUNK = 2**20
"""Bytes of a dump that are worked on at once."""
NO_PRICE = "a level without a price above zero"


class IndexBasis(BaseSettings):
    """What a future and its index stood at, at one time, by which levels of the index are moved."""

    of: str
    """The index, such as SPX."""
    product: Literal["ES", "NQ"]
    future: Annotated[Points, Field(gt=0, allow_inf_nan=False)]
    """The future's price."""
    index: Annotated[Points, Field(gt=0, allow_inf_nan=False)]
    """The index's price."""
    as_of: AwareDatetime
    """When both were."""
    method: Literal["spread", "ratio"] = "spread"
    """Add what the future stands above the index, or multiply by their ratio."""

    def basis(self) -> Basis:
        """Return it as what moves prices."""
        as_of = Nanoseconds(seconds_ns(self.as_of.timestamp()))
        return Basis(self.future, self.index, as_of, self.product, BasisMethod(self.method))


class MenthorqSettings(BaseSettings):
    """What files of levels do not say."""

    underlying: str = ""
    """What levels without a ticker are of: ES, SPX; empty: as --instrument or the file's name says."""
    publication: Literal["end_of_day", "intraday"] = "end_of_day"
    """End-of-day levels of a day exist from 23:00 New York (an index's 18:00); intraday ones need a time."""
    source: str = "menthorq"
    """Who says so; intraday levels have the source `menthorq intraday`."""
    basis: IndexBasis | None = None
    """With what levels of an index become levels of the future; empty: they stay the index's."""


@dataclass(frozen=True, slots=True)
class Told:
    """A level as a file has it."""

    underlying: str
    label: str
    value: str
    known: Known
    line: int


class MenthorqImporter(Importer):
    """MenthorQ: lines, CSV, and Sierra Chart's dump as lines of JSON."""

    Settings = MenthorqSettings

    def parts(self, source: Source) -> Iterator[Part]:
        """Yield the levels of a file; of a dump, what says its levels again is joined."""
        settings = self.settings
        assert isinstance(settings, MenthorqSettings)  # noqa: S101 for the type checker
        with source.open() as opened:
            is_dump = opened.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
        writer = _Writer(source, settings)
        if is_dump:
            yield from _Dump(writer).parts(source)
        else:
            tally = Tally("line")
            writer.take(_told(source, settings, tally), tally)
            yield tally.part(source.size)


def _told(source: Source, settings: MenthorqSettings, tally: Tally) -> Iterator[Told]:
    """Yield the levels of lines or of a sheet; those of which it is not known when they were are rejected."""
    text = read_text(source, MOST, "lines of levels")
    sheet = cells(text)
    if sheet is not None:
        for cell in sheet:
            tally.read += 1
            known = moment_of(cell.time) if cell.time else known_of(source)
            if known is None or (known.instant is None and settings.publication == "intraday"):
                tally.reject_some(
                    "a time that is no day and no instant with its zone", 1, f"line {cell.line}"
                )
                continue
            yield Told(_underlying(cell.ticker, source, settings), cell.label, cell.value, known, cell.line)
        return
    found = list(entries(text))
    known = known_of(source) if found else Known(instant=0)
    if found and known.instant is None and settings.publication == "intraday":
        raise source.refuse("its name", "a day and no time; intraday levels need one", "add --as-of TIME")
    for entry in found:
        tally.read += 1
        yield Told(_underlying(entry.ticker, source, settings), entry.label, entry.value, known, entry.line)


def _fault(known: Known | None, settings: MenthorqSettings) -> str:
    """Return what is wrong with a time of a sheet; "" if nothing is."""
    if known is None or (known.instant is None and settings.publication == "intraday"):
        return "a time that is no day and no instant with its zone"
    try:
        known.as_of  # noqa: B018 of a day without a session there is none
    except CalendarError:
        return "a day without a session"
    return ""


def _underlying(ticker: str, source: Source, settings: MenthorqSettings) -> str:
    """Return what levels are of; a file that does not say it is an error."""
    named = ticker or settings.underlying or source.instrument or symbol_in(source.path.name)
    if not named:
        raise source.refuse(
            "its first level",
            "no ticker before it, such as $ES1!:",
            "add --instrument ES, or set `underlying`",
        )
    return underlying_of(named)


class _Writer:
    """Makes rows of levels."""

    def __init__(self, source: Source, settings: MenthorqSettings) -> None:
        self.file = source
        self.settings = settings
        intraday = settings.publication == "intraday"
        self.source = f"{settings.source} intraday" if intraday else settings.source

    def take(self, told: Iterator[Told], tally: Tally) -> None:
        """Add the rows of some levels; of a label that is given more than once the last counts."""
        rows: dict[tuple[str, str, int], tuple[int, int, str, str, float]] = {}
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

    def _row(self, told: Told, tally: Tally) -> tuple[int, int, str, str, float] | None:
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

    def _write(self, rows: list[tuple[int, int, str, str, float]], lines: list[int], tally: Tally) -> None:
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

    def _moved(self, row: tuple[int, int, str, str, float]) -> tuple[int, int, str, str, float]:
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

    def _stamp(self, rows: list[tuple[int, int, str, str, float]], tally: Tally) -> None:
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


class _Dump:
    """The dump of Sierra Chart."""

    def __init__(self, writer: _Writer) -> None:
        self._writer = writer
        self._sets: dict[str, dump.Sets] = {}

    def parts(self, source: Source) -> Iterator[Part]:
        """Yield its levels and values of the VIX."""
        number = done = 0
        with source.open() as opened:
            while chunk := opened.readlines(CHUNK):
                tally = Tally("line", read=len(chunk))
                self._take(chunk, number, tally)
                number += len(chunk)
                done += sum(map(len, chunk))
                yield tally.part(done)
        tally = Tally("line")
        self._write([found for one in self._sets.values() if (found := one.end())], tally)
        yield tally.part(done)

    def _take(self, chunk: list[bytes], number: int, tally: Tally) -> None:
        whole, vix = [], []
        for at, raw in enumerate(chunk, start=number + 1):
            line = dump.line_of(raw, at)
            if isinstance(line, str):
                tally.reject_some(line, 1, f"line {at}")
            elif line.label:
                found = self._sets.setdefault(line.symbol, dump.Sets()).take(line)
                tally.put_by(1)
                if found:
                    whole.append(found)
            else:
                vix.append(line)
        self._write(whole, tally)
        self._writer.take_vix(vix, tally)

    def _write(self, whole: list[list[dump.Line]], tally: Tally) -> None:
        """Write sets; each line was counted as joined when it came."""
        told: list[Told] = []
        for lines in whole:
            known = Known(instant=max(line.time for line in lines))
            for line in lines:
                underlying = self._underlying(line.symbol)
                told.append(Told(underlying, line.label, repr(line.value), known, line.number))
        tally.put_by(-len(told))
        self._writer.take(iter(told), tally)

    def _fault(known: Known | None, settings: MenthorqSettings) -> str:
    """Return what is wrong with a time of a sheet; "" if nothing is."""
    if known is None or (known.instant is None and settings.publication == "intraday"):
        return "a time that is no day and no instant with its zone"
    try:
        known.as_of  # noqa: B018 of a day without a session there is none
    except CalendarError:
        return "a day without a session"
    return ""


def _underlying(self, symbol: str) -> str:
        return _underlying(symbol, self._writer.file, self._writer.settings)


def _times(ns: list[int]) -> pa.Array:
    return pa.array(ns, pa.int64()).cast(TIME)
