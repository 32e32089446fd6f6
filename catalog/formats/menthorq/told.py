"""What lines and sheets tell: levels as they have them, with what they are of and when they were known."""

from collections.abc import Iterator
from dataclasses import dataclass

from catalog.formats.menthorq.labels import contract_in, underlying_of
from catalog.formats.menthorq.lines import entries
from catalog.formats.menthorq.settings import MenthorqSettings
from catalog.formats.menthorq.sheet import cells
from catalog.formats.moments import EXCHANGED, Known, known_of, may_be_exchanged, moment_of, order_of
from catalog.formats.tally import Tally
from catalog.formats.text import read_text
from mia_plugins.data.sessions import CalendarError
from mia_plugins.importing import Source, symbol_in_file_name

MOST = 16 * 2**20
"""Bytes of a file of lines or a sheet."""


@dataclass(frozen=True, slots=True)
class Told:
    """A level as a file has it."""

    underlying: str
    label: str
    value: str
    known: Known
    line: int
    contract: str = ""
    """That the ticker names, if it names one: ESM6."""


def told_by(source: Source, settings: MenthorqSettings, tally: Tally) -> Iterator[Told]:
    """Yield the levels of lines or of a sheet; those of which it is not known when they were are rejected."""
    text = read_text(source, MOST, "lines of levels")
    sheet = cells(text)
    if sheet is not None:
        found_cells = list(sheet)
        order = order_of((cell.time for cell in found_cells), settings.dates)
        for cell in found_cells:
            tally.read += 1
            known = moment_of(cell.time, order) if cell.time else known_of(source)
            fault = EXCHANGED if may_be_exchanged(cell.time, order) else _fault(known, settings)
            if known is None or fault:
                tally.reject_some(fault, 1, f"line {cell.line}")
                continue
            yield Told(
                underlying_for(cell.ticker, source, settings),
                cell.label,
                cell.value,
                known,
                cell.line,
                contract_in(cell.ticker),
            )
        return
    found = list(entries(text))
    known = known_of(source) if found else Known(instant=0)
    if found and known.instant is None and settings.publication == "intraday":
        raise source.refuse("its name", "a day and no time; intraday levels need one", "add --as-of TIME")
    for entry in found:
        tally.read += 1
        yield Told(
            underlying_for(entry.ticker, source, settings),
            entry.label,
            entry.value,
            known,
            entry.line,
            contract_in(entry.ticker),
        )


def _fault(known: Known | None, settings: MenthorqSettings) -> str:
    """Return what is wrong with a time of a sheet; "" if nothing is."""
    if known is None or (known.instant is None and settings.publication == "intraday"):
        return "a time that is no day and no instant with its zone"
    try:
        known.as_of  # noqa: B018 of a day without a session there is none
    except CalendarError:
        return "a day without a session"
    return ""


def underlying_for(ticker: str, source: Source, settings: MenthorqSettings) -> str:
    """Return what levels are of; a file that does not say it is an error."""
    named = ticker or settings.underlying or source.instrument or symbol_in_file_name(source.path.name)
    if not named:
        raise source.refuse(
            "its first level",
            "no ticker before it, such as $ES1!:",
            "add --instrument ES, or set `underlying`",
        )
    return underlying_of(named)
