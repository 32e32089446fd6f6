"""The page: sections in their order, styles, plotly.js and our script, in one file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from mia_plugins import __version__
from mia_plugins.errors import MiaError, text_of
from mia_plugins.hookspecs import Kind
from mia_plugins.host import PluginHost, Registration
from mia_plugins.reports.blocks import Block, Note
from mia_plugins.reports.html import Renderer
from mia_plugins.reports.packing import page_json
from mia_plugins.reports.section import Section
from mia_plugins.reports.view import RunView
from mia_plugins.settings.model import BaseSettings
from mia_plugins.settings.resolve import declared_settings

_ASSETS = Path(__file__).parent / "assets"
_SCRIPTS = ("kit.js", "candles.js", "page.js")
_NOTHING_ELSE = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'"
)
"""What the browser holds the page to: it asks for nothing."""


@dataclass(frozen=True)
class Page:
    """A report that was made."""

    html: str
    sections: tuple[str, ...]
    """Their names, in their order."""
    faults: tuple[str, ...]
    """Sections that could not be shown, and why."""


def make_page(runs: Sequence[RunView], host: PluginHost) -> Page:
    """Return the report of a run, or of several side by side."""
    renderer, faults = Renderer(), list[str]()
    parts: list[tuple[str, str, str]] = []
    for row, section in _sections(runs, host, faults):
        blocks = _blocks(row, section, runs, faults)
        if blocks:
            parts.append((row.name, section.title, "".join(map(renderer.html, blocks))))
    html = _whole(runs, parts, page_json(renderer.charts))
    return Page(html, tuple(name for name, *_ in parts), tuple(faults))


def _sections(
    runs: Sequence[RunView], host: PluginHost, faults: list[str]
) -> list[tuple[Registration, Section]]:
    """Return the sections that are registered, less those that the runs' files switch off, in their order."""
    asked = [run.settings.get(str(Kind.REPORT_SECTIONS)) or {} for run in runs]
    found = []
    for name in host.registry.names(Kind.REPORT_SECTIONS):
        own: dict[str, object] = next((one[name] for one in asked if isinstance(one.get(name), dict)), {})
        if own.get("enabled") is False:
            continue
        try:
            row = host.find(Kind.REPORT_SECTIONS, name)
            found.append((row, _section(row, host, own)))
        except (MiaError, ValueError) as error:
            faults.append(f"the report section '{name}' is left out: {text_of(error)}")
    return sorted(found, key=lambda one: (one[1].place, one[0].name))


def _section(row: Registration, host: PluginHost, own: dict[str, object]) -> Section:
    target = host.load(row)
    if not (isinstance(target, type) and issubclass(target, Section)):
        raise MiaError(f"{row.target} is no Section", "derive it from mia_plugins.reports.section.Section")
    model = declared_settings(target)
    if not (isinstance(model, type) and issubclass(model, BaseSettings)):
        raise MiaError(f"{row.target}.Settings are no BaseSettings", "derive them from BaseSettings")
    given = {name: value for name, value in own.items() if name not in {"use", "enabled"}}
    return target(model.model_validate(given, strict=False))


def _blocks(row: Registration, section: Section, runs: Sequence[RunView], faults: list[str]) -> list[Block]:
    """Return what a section shows; one that fails says so in its place, and the others stand."""
    try:
        return list(section.of_run(runs[0]) if len(runs) == 1 else section.of_runs(runs))
    except MiaError as error:
        told = f"{error.what}; {error.remedy}" if error.remedy else error.what
    except Exception as error:  # noqa: BLE001 a plugin's fault must not cost the whole report
        told = f"{type(error).__name__}: {text_of(error)}"
    faults.append(f"the report section '{row.name}' of plugin {row.provider} failed: {told}")
    return [Note(f"This section failed: {told}", "bad")]


def _whole(runs: Sequence[RunView], parts: Iterable[tuple[str, str, str]], charts: str) -> str:
    from plotly.offline import get_plotlyjs  # noqa: PLC0415 only a page needs it

    parts = list(parts)
    name = f"Run {runs[0].id}" if len(runs) == 1 else f"{len(runs)} runs compared"
    links = "".join(f'<a href="#{escape(one)}">{escape(title)}</a>' for one, title, _ in parts)
    body = "".join(
        f'<section id="{escape(one)}"><h2>{escape(title)}</h2>{html}</section>' for one, title, html in parts
    )
    css, *scripts = ((_ASSETS / file).read_text(encoding="utf-8") for file in ("page.css", *_SCRIPTS))
    script = "\n".join(('"use strict"; (() => {', *scripts, "})();"))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_NOTHING_ELSE}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
        f"<title>{escape(name)} · mia</title><style>{css}</style></head><body>"
        f"<header><h1>{escape(name)}</h1><p>{escape(_subtitle(runs))}</p></header>"
        f"<nav>{links}</nav><main>{body}</main>"
        f"<footer>Times are New York's. Made by mia {escape(__version__)}.</footer>"
        f'<script type="application/json" id="charts">{charts}</script>'
        f"<script>{get_plotlyjs()}</script><script>{script}</script></body></html>\n"
    )


def _subtitle(runs: Sequence[RunView]) -> str:
    if len(runs) > 1:
        return " · ".join(run.id for run in runs)
    run = runs[0]
    settings = run.settings
    strategies = ", ".join(settings.get("strategies") or ()) or "no strategy"
    told = [strategies, ", ".join(map(str, settings.get("instruments") or run.record.instruments))]
    told += [f"{settings['start']} to {settings['end']}"] if {"start", "end"} <= set(settings) else []
    return " · ".join([*told, str(run.record.status)])
