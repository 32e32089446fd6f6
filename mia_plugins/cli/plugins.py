"""`mia plugins`: list, inspect and switch plugins."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from mia_plugins.cli.checkup import plugin_findings
from mia_plugins.cli.doctor import tell
from mia_plugins.cli.session import AsJson, Session
from mia_plugins.errors import PluginError, did_you_mean
from mia_plugins.hookspecs import Kind
from mia_plugins.host import (
    Plugin,
    PluginHost,
    Registration,
    Status,
    all_candidates,
)
from mia_plugins.host.host import CORE
from mia_plugins.host.switches import switch_off, switch_on, switched_off

app = typer.Typer(
    help="List, inspect and switch plugins.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="A plugin's name, or a name it registers.", show_default=False)
]
PluginName = Annotated[str, typer.Argument(metavar="NAME", help="A plugin's name.", show_default=False)]


@app.command("list", epilog="Example: mia plugins list --kind strategies")
def list_(
    context: typer.Context,
    kind: Annotated[
        Kind | None,
        typer.Option("--kind", help="Only one kind, such as rules.", metavar="KIND", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what plugins register, and which are unusable."""
    session = Session.of(context)
    host = session.host
    rows = host.registry.all(kind)
    clashing = {(row.kind, row.name) for row in rows if len(host.registry.providers(row.kind, row.name)) > 1}
    unusable = [plugin for plugin in host.plugins if plugin.status is not Status.OK]
    if as_json:
        session.say_json(
            {
                "registered": [_row_data(row) | {"clash": (row.kind, row.name) in clashing} for row in rows],
                "unusable": [_plugin_data(plugin) for plugin in unusable],
            }
        )
        return
    session.table(
        ("kind", "name", "plugin", "distribution", "status", ""),
        [
            (
                row.kind,
                row.name,
                row.provider.plugin,
                f"{row.provider.distribution} {row.provider.version}".rstrip(),
                "CLASH" if (row.kind, row.name) in clashing else Status.OK,
                row.summary,
            )
            for row in rows
        ],
    )
    for plugin in unusable:
        session.say(f"{plugin.status}: {_why(plugin)}", style="red" if plugin.error else "dim")


@app.command(epilog="Example: mia plugins show doctor --json")
def show(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Show a plugin, or all that is registered by a name.

    Provider, status, and settings with types, units and defaults.
    """
    session = Session.of(context)
    host = session.host
    plugin = host.plugin(name)
    its = plugin.registrations if plugin else ()
    rows = [row for row in host.registry.all() if row in its or row.name == name]
    if plugin is None and not rows:
        known = {p.provider.plugin for p in host.plugins} | {row.name for row in host.registry.all()}
        raise PluginError(f"nothing is called '{name}'{did_you_mean(name, known)}", "see `mia plugins list`")
    if as_json:
        data = [_row_data(row) | {"settings": _settings_data(row, host)} for row in rows]
        session.say_json({"plugin": _plugin_data(plugin) if plugin else None, "registered": data})
        return
    if plugin:
        session.say(f"plugin {plugin.provider}: {plugin.status}", style="bold")
        session.say(f"  from {plugin.provider.origin}")
        if plugin.status is not Status.OK:
            session.say(f"  {_why(plugin)}")
    for row in rows:
        _show_row(session, row, host)


def _show_row(session: Session, row: Registration, host: PluginHost) -> None:
    session.say()
    session.say(f"{row.kind.one} {row.name}  ({row.target})", style="bold")
    session.say(f"  {row.summary}" if row.summary else "  (no summary)")
    session.say(f"  from plugin {row.provider}")
    settings = _settings_data(row, host)
    if settings:
        session.table(
            ("setting", "type", "unit", "default", ""),
            [
                (s["name"], s["type"], s["unit"], "required" if s["required"] else s["default"], s["help"])
                for s in settings
            ],
        )
    elif row.kind is not Kind.COMMANDS:
        session.say("  no settings")


@app.command(epilog="Example: mia plugins doctor -v")
def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Load all that plugins register; say what is wrong.

    The exit code is 1 when something is not in order.
    """
    session = Session.of(context)
    tell(session, list(plugin_findings(session.host)), as_json=as_json)


@app.command(epilog="Example: mia plugins disable noisy_plugin")
def disable(context: typer.Context, name: PluginName) -> None:
    """Switch a plugin off for good, without importing it.

    A run that needs it will refuse to start.
    """
    if name == CORE:
        raise PluginError(f"'{CORE}' is mia's own command line and cannot be disabled")
    known = {candidate.provider.plugin for candidate in all_candidates(Session.of(context).plugins_dirs)}
    if name not in known:
        raise PluginError(f"there is no plugin '{name}'{did_you_mean(name, known)}", "see `mia plugins list`")
    switch_off(name)
    Session.of(context).say(f"plugin '{name}' is disabled; `mia plugins enable {name}` takes that back")


@app.command(epilog="Example: mia plugins enable noisy_plugin")
def enable(context: typer.Context, name: PluginName) -> None:
    """Take back `mia plugins disable`."""
    off = switched_off()
    if name not in off:
        raise PluginError(f"no plugin '{name}' was disabled{did_you_mean(name, off)}")
    switch_on(name)
    Session.of(context).say(f"plugin '{name}' is enabled")


def _why(plugin: Plugin) -> str:
    return (
        plugin.error.what if plugin.error else f"plugin {plugin.provider} is disabled by {plugin.disabled_by}"
    )


def _row_data(row: Registration) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "name": row.name,
        "target": row.target,
        "summary": row.summary,
        "plugin": row.provider.plugin,
        "distribution": row.provider.distribution,
        "version": row.provider.version,
    }


def _plugin_data(plugin: Plugin) -> dict[str, Any]:
    return {
        "plugin": plugin.provider.plugin,
        "distribution": plugin.provider.distribution,
        "version": plugin.provider.version,
        "origin": plugin.provider.origin,
        "status": plugin.status,
        "why": "" if plugin.status is Status.OK else _why(plugin),
    }


def _settings_data(row: Registration, host: PluginHost) -> list[dict[str, Any]]:
    from mia_plugins.settings.describing import describe
    from mia_plugins.settings.resolve import settings_model

    if row.kind is Kind.COMMANDS:
        return []
    return [asdict(setting) for setting in describe(settings_model(row, host))]
