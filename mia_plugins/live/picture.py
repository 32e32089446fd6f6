"""A `Look` as the lines of a terminal of any size: what matters most is there at 80 × 24 and below."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from rich.text import Text

from mia_plugins.live.clocks import clocks_text
from mia_plugins.live.grid import Cell, Column, beside, fitted, flow, table
from mia_plugins.live.look import Look
from mia_plugins.live.panels import ALARM, Panel, alarms, money, panels, status
from mia_plugins.live.wording import age_text

WIDE = 112
"""Cells from which on orders and limits stand beside each other."""
LOW = 20
"""Lines below which what comes first has two lines a subject."""
OLD = 3.0
"""Seconds after which a look is no longer how things stand."""
PLAIN = str.maketrans({"─": "-", "│": "|", "·": "-", "…": "~", "−": "-", "–": "-", "×": "x"})
"""For terminals that know ASCII alone."""


class Size(NamedTuple):
    """Of a terminal, in cells."""

    width: int
    height: int


def picture(look: Look | None, size: Size, age: float, zone: dt.tzinfo | None = None) -> list[Text]:
    """Return the lines of a screen, at most as many and as wide as it is; the look is so many seconds old."""
    if look is None:
        return flow([("mia live", "bold"), ("nothing is known yet", "")], size.width)[: size.height]
    head = [*_title(look, size.width, zone), *_alarms(look, size.width, age)]
    most = 2 if size.height < LOW else size.height
    head += [*flow(status(look), size.width)[:most], *flow(money(look), size.width)[:most]]
    return [*head, *_body(panels(look), Size(size.width, size.height - len(head)))][: size.height]


def as_ascii(line: Text) -> Text:
    """Return a line for a terminal that knows ASCII alone."""
    text = line.plain.translate(PLAIN).encode("ascii", "replace").decode()
    return Text(text, spans=line.spans if len(text) == len(line.plain) else [], no_wrap=True)


def line_of(look: Look, age: float) -> str:
    """Return all that matters in a plain line, for what is no terminal."""
    facts = look.facts
    pieces = [facts.name, facts.mode, *_told_alarms(look, age)]
    pieces += [text for text, _ in (*status(look), *money(look)[:4])]
    holds = [f"{one.strategy_id} {one.position:+d}" for one in look.strategies if one.position]
    pieces.append(f"holds {', '.join(holds)}" if holds else "flat")
    pieces.append(f"{len(look.orders)} working orders")
    return " | ".join(piece for piece in pieces if piece)


def _title(look: Look, width: int, zone: dt.tzinfo | None) -> list[Text]:
    facts = look.facts
    mode = "LIVE, REAL MONEY" if facts.is_real_money else facts.mode
    left: list[Cell] = [
        ("mia live", "bold"),
        (facts.name, "bold cyan"),
        (mode, ALARM if facts.is_real_money else "reverse"),
        (facts.account_id, ""),
    ]
    clocks = flow([(clock, "") for clock in clocks_text(look.ts, zone)], width)
    lines = flow(left, width)
    room = width - lines[-1].cell_len - clocks[0].cell_len
    if len(lines) == len(clocks) == 1 and room >= 2:
        return [lines[0].append(" " * room).append_text(clocks[0])]
    return [*lines, *clocks]


def _alarms(look: Look, width: int, age: float) -> list[Text]:
    return [
        fitted(Text(f" {told} ".ljust(width), ALARM, no_wrap=True), width) for told in _told_alarms(look, age)
    ]


def _told_alarms(look: Look, age: float) -> list[str]:
    old = [f"THIS IS {age_text(age)} OLD: the node does not answer"] if age >= OLD else []
    return [*old, *alarms(look)]


def _body(blocks: Sequence[Panel], size: Size) -> list[Text]:
    """Return the blocks, below each other; where it is wide enough orders and limits beside each other."""
    if size.width < WIDE:
        rows = _allotted([[block] for block in blocks], size.height)
        return [
            line for block, room in zip(blocks, rows, strict=True) for line in _lines(block, size.width, room)
        ]
    held, orders, limits, *rest = blocks
    bands = [[held], [orders, limits], *([one] for one in rest)]
    rooms = _allotted(bands, size.height)
    left = (size.width - 3) * 4 // 7
    lines: list[Text] = []
    for band, room in zip(bands, rooms, strict=True):
        if len(band) == 1:
            lines += _lines(band[0], size.width, room)
        else:
            halves = _lines(band[0], left, room), _lines(band[1], size.width - 3 - left, room)
            lines += beside(*halves, left)
    return lines


def _allotted(bands: Sequence[Sequence[Panel]], height: int) -> list[int]:
    """Return how many rows each band may show: its least from above to below, then one each in turn."""
    wants = [max(len(block.rows) for block in band) for band in bands]
    room = height - len(bands)  # their titles
    given = [0] * len(bands)
    for n, band in enumerate(bands):
        given[n] = max(0, min(wants[n], max(block.least for block in band), room))
        room -= given[n]
    while room > 0 and (open_ := [n for n, want in enumerate(wants) if given[n] < want]):
        for n in open_[:room]:
            given[n] += 1
        room -= len(open_[:room])
    return given


def _lines(block: Panel, width: int, room: int) -> list[Text]:
    """Return a block with at most so many rows; the last one says how many more there are."""
    count = len(block.rows)
    if not count:
        title = f"{block.title}: {block.empty}" if block.empty else block.title
        return table([Column(title, least=1)], [], width)
    if not room:
        return table([Column(f"{block.title.partition(':')[0]}: {count} not shown", least=1)], [], width)
    shown = block.rows if count <= room else block.rows[: max(0, room - 1)]
    lines = table(block.columns, shown, width)
    if count > room:
        lines.append(fitted(Text(f"and {count - len(shown)} more", "dim", no_wrap=True), width))
    return lines
