"""What became of regression configs, told to a person at a terminal and to one who reads a pull request."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from mia_plugins.regress.figures import Change
from mia_plugins.regress.outcome import CAUSES, Outcome, Verdict

GOOD = "✓"
MARKS = {Verdict.SAME: GOOD, Verdict.DIFFERS: "≠", Verdict.NEW: "+", Verdict.GONE: "-"}
NOT_RECORDED = "nothing was recorded of it"
MOST_FIGURES = 20
MOST_LINES = 150
"""Of two explanations: a page of a pull request is no place for more."""


def is_good(one: Outcome) -> bool:
    """Say whether nothing is to be said against a config."""
    return one.verdict is Verdict.SAME and not one.printed


def tell_text(outcomes: Sequence[Outcome], *, seconds: bool = True) -> Iterator[str]:
    """Yield lines for a terminal: one a config, and all there is to say of those that are not as recorded."""
    for one in outcomes:
        took = f"  {one.seconds:.1f} s" if seconds and one.seconds else ""
        yield f"{MARKS.get(one.verdict, '✗')} {one.name}: {one.verdict}{took}"
        yield from (f"    {line}" for line in _details(one))
    yield ""
    yield counted(outcomes)


def counted(outcomes: Sequence[Outcome]) -> str:
    """Return how many there are of each verdict."""
    counts = Counter(one.verdict for one in outcomes)
    parts = [f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict]]
    loud = sum(bool(one.printed) for one in outcomes)
    return f"{len(outcomes)} configs: {', '.join([*parts, *([f'{loud} loud'] if loud else [])])}"


def _details(one: Outcome) -> Iterator[str]:
    if one.printed:
        yield one.printed
    if one.verdict is Verdict.NEW:
        yield f'{NOT_RECORDED}: `mia regress update {one.name} --reason "…"`'
    if one.error is not None:
        yield f"error: {one.error.what}"
        yield f"remedy: {one.error.remedy}"
    if one.verdict is not Verdict.DIFFERS:
        return
    yield from _causes(one)
    yield from _where(one)
    if any(one.explained):
        yield ""
        yield from side_by_side(*one.explained)
    yield from _figures(one.changes)


def _causes(one: Outcome) -> Iterator[str]:
    """Say what went in differently, so that other data are not mistaken for other code."""
    same = [name for name in CAUSES if name not in one.inputs]
    for name, lines in one.inputs.items():
        yield f"the {name} changed: {'; '.join(lines)}"
    if same:
        yield f"the same as when it was recorded: {', '.join(same)}"
    if not one.inputs:
        yield "nothing that went in differs: the result follows from something else too, or from the machine"


def _where(one: Outcome) -> Iterator[str]:
    for first in one.partings:
        what = f"differs first in row {first.row}" if first.row else "columns that only one side has"
        if first.columns:
            yield f"{first.table}: {what}: {', '.join(first.columns)}"
        else:
            lacking = "now there are fewer" if first.ids[1] is None else "now there are more"
            yield f"{first.table}: {what}: {lacking}"


def side_by_side(recorded: Sequence[str], now: Sequence[str]) -> Iterator[str]:
    """Yield the lines of two texts beside each other; those that differ are marked."""
    width = max(map(len, ["recorded", *recorded]))
    yield f"  {'recorded':{width}} │ now"
    yield f"  {'─' * width}─┼─{'─' * max(map(len, ['now', *now]))}"
    for kind, i, i_end, j, j_end in SequenceMatcher(None, recorded, now, autojunk=False).get_opcodes():
        left, right = list(recorded[i:i_end]), list(now[j:j_end])
        for row in range(max(len(left), len(right))):
            one = left[row] if row < len(left) else ""
            other = right[row] if row < len(right) else ""
            yield f"{' ' if kind == 'equal' else '≠'} {one:{width}} │ {other}".rstrip()


def _figures(changes: Sequence[Change]) -> Iterator[str]:
    if not changes:
        return
    shown = changes[:MOST_FIGURES]
    rows = [("", "recorded", "now"), *((one.name, _text(one.recorded), _text(one.now)) for one in shown)]
    widths = [max(len(row[place]) for row in rows) for place in range(3)]
    tiers = ["", *(one.tier for one in shown)]
    yield ""
    for row, tier in zip(rows, tiers, strict=True):
        yield f"{row[0]:{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {tier}".rstrip()
    if len(changes) > MOST_FIGURES:
        yield f"… and {len(changes) - MOST_FIGURES} more figures"


def _text(value: Any) -> str:
    if value is None:
        return "–"
    text = str(value)
    return text[:12] if len(text) == 64 else text  # a hash


def tell_github(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield the Markdown of a summary: a line each, and the details of what is not as recorded."""
    yield "## Regression"
    yield ""
    yield f"{'All as recorded' if all(map(is_good, outcomes)) else 'Not as recorded'}: {counted(outcomes)}."
    yield ""
    bad = [one for one in outcomes if not is_good(one)]
    if bad:
        yield "| config | verdict | |"
        yield "|---|---|---|"
        yield from (f"| {one.name} | {one.verdict} | {_cell(_headline(one))} |" for one in bad)
    for one in bad:
        yield ""
        yield f"<details><summary>{one.name}: {one.verdict}</summary>"
        yield ""
        # Both explanations and the figures come apart.
        yield from _fenced("text", list(_details(replace(one, explained=((), ()), changes=()))))
        if any(one.explained):
            yield from _fenced("diff", list(_diff(*one.explained)))
        if one.changes:
            yield from _fenced("text", list(_figures(one.changes))[1:])
        yield "</details>"


def _headline(one: Outcome) -> str:
    if one.printed:
        return one.printed
    if one.error is not None:
        return one.error.what
    if one.verdict is Verdict.NEW:
        return NOT_RECORDED
    first = [
        f"{p.table} {f'row {p.row}' if p.row else 'columns'}: {', '.join(p.columns)}"
        for p in one.partings[:1]
    ]
    return "; ".join([*first, *(f"the {name} changed" for name in one.inputs)])


def _diff(recorded: Sequence[str], now: Sequence[str]) -> Iterator[str]:
    for kind, i, i_end, j, j_end in SequenceMatcher(None, recorded, now, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (f"  {line}" for line in recorded[i:i_end])
            continue
        yield from (f"- {line}" for line in recorded[i:i_end])
        yield from (f"+ {line}" for line in now[j:j_end])


def _fenced(language: str, lines: Sequence[str]) -> Iterator[str]:
    """Yield a block of code, which what is printed cannot end."""
    yield f"~~~~{language}"
    yield from (line.replace("~~~~", "~ ~ ~ ~") for line in lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        yield f"… and {len(lines) - MOST_LINES} more lines"
    yield "~~~~"


def _cell(text: str) -> str:
    """Return a text as it can stand in a table's cell."""
    flat = " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
    return flat if len(flat) <= 300 else f"{flat[:300]}…"
