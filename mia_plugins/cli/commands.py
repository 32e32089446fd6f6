"""Commands as the command line knows them: ours, and the applications that plugins register."""

from collections.abc import Iterator
from typing import Any

import typer

import mia_plugins
from mia_plugins import core
from mia_plugins.errors import PluginError
from mia_plugins.hookspecs import Kind
from mia_plugins.host import Provider, Registration

FLAGS = ("-v", "--verbose")
WITH_VALUE = "--plugins-dir"
"""The global options. They may stand anywhere on the line, so that no command can have one of them."""

_OURS = Provider("core", "mia", mia_plugins.__version__, core.__name__)


def core_commands() -> dict[str, Registration]:
    """Return our own commands without a look at any other plugin: they work when those do not."""
    found: dict[str, Registration] = {}

    def register(name: str, target: str, *, summary: str = "", replaced_by: str = "") -> None:
        found[name] = Registration(Kind.COMMANDS, name, target, _OURS, summary, replaced_by)

    core.mia_register_commands(register)
    return found


def command_of(row: Registration, target: object) -> Any:
    """Return the command that a registered application is."""
    who = f"the command '{row.name}' of plugin {row.provider}"
    if not isinstance(target, typer.Typer):
        raise PluginError(f"{who} is a {type(target).__name__}", "register a typer.Typer application")
    if not target.registered_commands and not target.registered_groups and not target.registered_callback:
        raise PluginError(f"{who} is an application without commands", "give it one: @app.command()")
    command = typer.main.get_command(target)
    command.name = row.name
    taken = sorted({*FLAGS, WITH_VALUE} & set(_options(command)))
    if taken:
        raise PluginError(f"{who} has the option {taken[0]}, which is mia's own", "give it another name")
    return command


def _options(command: Any) -> Iterator[str]:
    """Yield the options of a command and of those under it."""
    for parameter in command.params:
        yield from parameter.opts
    for inner in getattr(command, "commands", {}).values():
        yield from _options(inner)
