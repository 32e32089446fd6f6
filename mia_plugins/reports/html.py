"""Blocks as HTML; charts become places that the page's script fills."""

from html import escape
from typing import Any

from mia_plugins.reports.blocks import Block, CandleChart, Chart, Command, Heading, Note, Table, Tile, Tiles
from mia_plugins.secrets import redact

_BUTTONS = {
    "previous": ("‹ trade", "Previous trade"),
    "next": ("trade ›", "Next trade"),
    "earlier": ("←", "Earlier"),
    "later": ("→", "Later"),
    "in": ("+", "Zoom in"),
    "out": ("−", "Zoom out"),
    "all": ("all", "Show all"),
}
_TOOLS = (
    '<div class="tools">'
    + "".join(
        f'<button type="button" data-do="{name}" aria-label="{help_}" title="{help_}">{text}</button>'
        for name, (text, help_) in _BUTTONS.items()
    )
    + "</div>"
)


class Renderer:
    """Turns blocks into HTML and gathers the charts that the page draws."""

    def __init__(self) -> None:
        """Start without charts."""
        self.charts: dict[str, dict[str, Any]] = {}

    def html(self, block: Block) -> str:
        """Return a block as HTML."""
        match block:
            case Note():
                return f'<p class="note {block.tone}">{_text(block.text)}</p>'
            case Heading():
                return f"<h3>{_text(block.text)}</h3>"
            case Tiles():
                return f'<div class="tiles">{"".join(map(_tile, block.tiles))}</div>'
            case Table():
                return _table(block)
            case Chart() | CandleChart():
                return self._chart(block)

    def _chart(self, chart: Chart | CandleChart) -> str:
        name = chart.name
        while name in self.charts:
            name += "-again"
        if isinstance(chart, Chart):
            self.charts[name] = {"data": list(chart.data), "layout": dict(chart.layout)}
        else:
            self.charts[name] = {"candles": dict(chart.payload)}
        half = (" half" if chart.half else "") if isinstance(chart, Chart) else None
        note = f'<p class="hint">{_text(chart.note)}</p>' if chart.note else ""
        detail = f'{_TOOLS}<p class="picked" aria-live="polite" hidden></p>' if half is None else ""
        return (
            f'<figure class="chart{half or ""}"><figcaption>{_text(chart.title)}</figcaption>'
            f'<div class="plot" id="chart-{_text(name)}" data-chart="{_text(name)}" '
            f'role="img" aria-label="{_text(chart.title)}" '
            f'style="height:{int(chart.height)}px"></div>{detail}{note}</figure>'
        )


def _tile(tile: Tile) -> str:
    detail = f'<span class="detail">{_text(tile.detail)}</span>' if tile.detail else ""
    return (
        f'<div class="tile {tile.tone}"><span class="label">{_text(tile.label)}</span>'
        f'<span class="value">{_text(tile.value)}</span>{detail}</div>'
    )


def _table(table: Table) -> str:
    head = "".join(f"<th{_side(table, at)}>{_text(name)}</th>" for at, name in enumerate(table.columns))
    rows = "".join(
        f"<tr>{''.join(f'<td{_side(table, at)}>{_cell(cell)}</td>' for at, cell in enumerate(row))}</tr>"
        for row in table.rows
    )
    caption = f"<caption>{_text(table.caption)}</caption>" if table.caption else ""
    body = f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
    about = f'tabindex="0" role="region" aria-label="{_text(_label(table))}"'
    html = f'<div class="table" {about}><table>{caption}{body}</table></div>'
    return f"<details><summary>{_text(table.folded)}</summary>{html}</details>" if table.folded else html


def _label(table: Table) -> str:
    """Return what a table is about, for those who hear the page: it can be scrolled by keyboard."""
    return table.caption or table.folded or ", ".join(filter(None, table.columns))


def _side(table: Table, at: int) -> str:
    return ' class="number"' if at in table.numbers else ""


def _cell(cell: str) -> str:
    return f"<code>{_text(cell)}</code>" if isinstance(cell, Command) else _text(cell)


def _text(text: str) -> str:
    return escape(redact(str(text)))
