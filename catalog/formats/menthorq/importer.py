"""MenthorQ's levels as rows of the table `levels`, whichever of three forms they come in."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from catalog.formats.menthorq import dump
from catalog.formats.menthorq.labels import contract_in
from catalog.formats.menthorq.settings import MenthorqSettings
from catalog.formats.menthorq.told import Told, told_by, underlying_for
from catalog.formats.menthorq.writer import LevelWriter
from catalog.formats.moments import Known
from catalog.formats.tally import Tally
from mia_plugins.importing import Importer, Part, Source

CHUNK = 2**20
"""Bytes of a dump that are worked on at once."""


class MenthorqImporter(Importer):
    """MenthorQ: lines, CSV, and Sierra Chart's dump as lines of JSON."""

    Settings = MenthorqSettings

    def parts(self, source: Source) -> Iterator[Part]:
        """Yield the levels of a file; of a dump, what says its levels again is joined."""
        settings = self.settings
        assert isinstance(settings, MenthorqSettings)  # noqa: S101 for the type checker
        with source.open() as opened:
            is_dump = opened.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
        writer = LevelWriter(source, settings)
        if is_dump:
            yield from _Dump(writer).parts(source)
        else:
            tally = Tally("line")
            writer.take(told_by(source, settings, tally), tally)
            yield tally.part(source.size)


class _Dump:
    """The dump of Sierra Chart."""

    def __init__(self, writer: LevelWriter) -> None:
        self._writer = writer
        self._sets: dict[str, dump.Sets] = {}
        name = writer.settings.time_zone
        self._zone = ZoneInfo(name) if name else None

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
            line = dump.line_of(raw, at, self._zone)
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
                contract = contract_in(line.symbol)
                told.append(Told(underlying, line.label, repr(line.value), known, line.number, contract))
        tally.put_by(-len(told))
        self._writer.take(iter(told), tally)

    def _underlying(self, symbol: str) -> str:
        return underlying_for(symbol, self._writer.file, self._writer.settings)
